import { constraintOf, intersectCubes, keepKeys, NAMESPACE_NAME } from "../sets/cube.ts";
import type { Cube, LabelKey } from "../sets/cube.ts";
import { intersectLabelSets, isEmptyLabelSet, labelSetContains } from "../sets/label-set.ts";
import type { LabelSet } from "../sets/label-set.ts";
import { valueFor } from "./label-value.ts";
import { namespaceFits } from "./scope.ts";
import type { Scope } from "./scope.ts";
import type { Labels, Universe } from "./universe.ts";

/** A namespace in which the pod at the other end may lie. */
export interface PeerNamespace {
  readonly name: string;
  /** All its labels; undefined where they are to be chosen. */
  readonly labels: Labels | undefined;
  /** True if it is the subject's: then its labels are the subject's, known or not. */
  readonly isSubjects: boolean;
}

export function isOfNamespace(key: LabelKey): boolean {
  return key.startsWith("namespace:");
}

/**
 * The namespaces in which pods of the cube may lie: the subject's, the known ones, and one that nobody knows, unless the
 * known ones are assumed to be all.
 */
export function* peerNamespaces(
  peer: Cube,
  subject: Cube,
  scope: Scope,
  universe: Universe,
): Generator<PeerNamespace> {
  const { namespaces } = universe.context;
  if (scope.name !== undefined) {
    const own = { name: scope.name, labels: scope.labels, isSubjects: true };
    if (fits(peer, subject, own)) yield own;
  }
  const names = constraintOf(peer, NAMESPACE_NAME);
  const listed = names === undefined || names.complement ? undefined : names.values;
  for (const name of listed?.filter((one) => namespaces.has(one)) ?? namespaces.keys()) {
    if (name === scope.name) continue;
    const known = { name, labels: namespaces.get(name), isSubjects: false };
    if (fits(peer, subject, known)) yield known;
  }
  const chosen = valueFor(NAMESPACE_NAME, unknownNames(peer, universe));
  if (typeof chosen === "string" || chosen.value === undefined) return;
  yield { name: chosen.value, labels: undefined, isSubjects: false };
}

function unknownNames(peer: Cube, { unknownNames: unknown }: Universe): LabelSet {
  const names = constraintOf(peer, NAMESPACE_NAME);
  return names === undefined ? unknown : intersectLabelSets(unknown, names);
}

function fits(peer: Cube, subject: Cube, { name, labels, isSubjects }: PeerNamespace): boolean {
  if (labels !== undefined) return namespaceFits(peer, name, labels);
  const names = constraintOf(peer, NAMESPACE_NAME);
  if (names !== undefined && !labelSetContains(names, name)) return false;
  return !isSubjects || namespaceLabelsOf(peer, subject) !== undefined;
}

/** Conditions on the labels of a namespace that both ends lie in, but for its name; undefined if none meets them. */
export function namespaceLabelsOf(peer: Cube, subject: Cube): Cube | undefined {
  const ofNamespace = (key: LabelKey): boolean => isOfNamespace(key) && key !== NAMESPACE_NAME;
  return intersectCubes(keepKeys(peer, ofNamespace), keepKeys(subject, ofNamespace));
}

/** False if no namespace can be that of the other end. */
export function mayLieSomewhere(
  peer: Cube,
  subject: Cube,
  scope: Scope,
  universe: Universe,
): boolean {
  if (!peer.constraints.some(({ key }) => isOfNamespace(key))) return true;
  if (!isEmptyLabelSet(unknownNames(peer, universe))) return true;
  return peerNamespaces(peer, subject, scope, universe).next().done !== true;
}
