import type { PodEndpoint } from "../ir/flow.ts";
import { addressSetContains } from "../sets/address-set.ts";
import {
  ACCOUNT_NAME,
  constraintOf,
  cubeContains,
  keepKeys,
  NAMESPACE_NAME,
} from "../sets/cube.ts";
import type { Cube, LabelKey } from "../sets/cube.ts";
import { ANY_LABEL, intersectLabelSets, labelNotIn, withAbsent } from "../sets/label-set.ts";
import type { LabelSet } from "../sets/label-set.ts";
import { trafficContains } from "../sets/traffic-set.ts";
import type { Variable } from "./facts.ts";
import { numbersOf } from "./familiar-numbers.ts";
import type { Numbers } from "./familiar-numbers.ts";
import { DEFAULT_ACCOUNT, valueFor } from "./label-value.ts";
import type { NoValue } from "./label-value.ts";
import { isOfNamespace, namespaceLabelsOf, peerNamespaces } from "./peer-namespace.ts";
import type { PeerNamespace } from "./peer-namespace.ts";
import type { Region } from "./region.ts";
import type { Scope } from "./scope.ts";
import type { Labels, Universe } from "./universe.ts";

/** The labels of one pod, those of its namespace and account included, by whose label each is. */
export type PodLabels = ReadonlyMap<LabelKey, string>;

/** One flow, in the terms of regions. */
export interface Point extends Numbers {
  readonly subject: PodLabels;
  /** Undefined: no pod. */
  readonly peer: PodLabels | undefined;
  /** The variables that hold. */
  readonly facts: ReadonlySet<Variable>;
}

/** Some flow of the region, as plain as can be. "empty": it has none. */
export function pointOf(region: Region, scope: Scope, universe: Universe): Point | NoValue {
  const numbers = numbersOf(region, universe.context);
  if (numbers === undefined) return "empty";
  const facts = new Set(region.facts.flatMap(({ variable, holds }) => (holds ? [variable] : [])));
  const { peer } = region;
  if (peer === undefined) {
    const subject = subjectLabels(region.subject, scope);
    return typeof subject === "string" ? subject : { ...numbers, facts, subject, peer };
  }
  let none: NoValue = "empty";
  for (const namespace of peerNamespaces(peer, region.subject, scope, universe)) {
    const ends = labelsOfBoth(region.subject, peer, scope, namespace);
    if (typeof ends !== "string") return { ...numbers, facts, ...ends };
    if (ends === "unclear") none = "unclear";
  }
  return none;
}

export function regionContains(region: Region, point: Point): boolean {
  const { subject, peer } = point;
  if (region.peer === undefined) {
    if (peer !== undefined) return false;
  } else if (peer === undefined || !cubeContains(region.peer, (key) => peer.get(key))) {
    return false;
  }
  return (
    cubeContains(region.subject, (key) => subject.get(key)) &&
    trafficContains(region.traffic, point.traffic) &&
    addressSetContains(region.peerAt, point.peerAt) &&
    addressSetContains(region.subjectAt, point.subjectAt) &&
    addressSetContains(region.peerAfter, point.peerAfter) &&
    addressSetContains(region.subjectAfter, point.subjectAfter) &&
    trafficContains(region.sourcePorts, point.sourcePort) &&
    region.facts.every(({ variable, holds }) => point.facts.has(variable) === holds)
  );
}

function labelsOfBoth(
  subject: Cube,
  peer: Cube,
  scope: Scope,
  namespace: PeerNamespace,
): { subject: PodLabels; peer: PodLabels } | NoValue {
  const shared = namespace.isSubjects ? namespaceLabelsOf(peer, subject) : undefined;
  const own =
    shared === undefined || scope.labels !== undefined
      ? subjectLabels(subject, scope)
      : subjectLabels(subject, scope, shared);
  if (typeof own === "string") return own;
  const labels = chooseLabels(keepKeys(peer, (key) => !isOfNamespace(key)));
  if (typeof labels === "string") return labels;
  withAccount(labels);
  if (namespace.isSubjects) {
    for (const [key, value] of own) if (isOfNamespace(key)) labels.set(key, value);
    return { subject: own, peer: labels };
  }
  const ofNamespace =
    namespace.labels === undefined
      ? chooseLabels(keepKeys(peer, (key) => isOfNamespace(key) && key !== NAMESPACE_NAME))
      : knownLabels(namespace.labels);
  if (typeof ofNamespace === "string") return ofNamespace;
  for (const [key, value] of ofNamespace) labels.set(key, value);
  labels.set(NAMESPACE_NAME, namespace.name);
  if (own.get(NAMESPACE_NAME) === namespace.name) {
    // Two namespaces that nobody names have names of their own.
    const other = namespaceName(subject, labelNotIn([namespace.name]));
    if (other !== undefined) own.set(NAMESPACE_NAME, other);
  }
  return { subject: own, peer: labels };
}

/** Some name that the conditions allow, of those given. */
function namespaceName(subject: Cube, within: LabelSet = ANY_LABEL): string | undefined {
  const asked = constraintOf(subject, NAMESPACE_NAME) ?? ANY_LABEL;
  const chosen = valueFor(NAMESPACE_NAME, withAbsent(intersectLabelSets(asked, within), false));
  return typeof chosen === "string" ? undefined : chosen.value;
}

/** Labels of a pod of the scope that meets the conditions. `ofNamespace` takes the place of the subject's own conditions on its namespace, where both ends lie in it. */
export function subjectLabels(
  subject: Cube,
  scope: Scope,
  ofNamespace?: Cube,
): Map<LabelKey, string> | NoValue {
  const labels = chooseLabels(subject);
  if (typeof labels === "string") return labels;
  const shared = ofNamespace === undefined ? undefined : chooseLabels(ofNamespace);
  if (typeof shared === "string") return shared;
  for (const [key, value] of shared ?? []) labels.set(key, value);
  for (const [key, value] of knownLabels(scope.labels ?? {})) labels.set(key, value);
  const name = scope.name ?? namespaceName(subject);
  if (name !== undefined) labels.set(NAMESPACE_NAME, name);
  return withAccount(labels);
}

function chooseLabels(of: Cube): Map<LabelKey, string> | NoValue {
  const labels = new Map<LabelKey, string>();
  let unclear = false;
  for (const { key, set } of of.constraints) {
    const chosen = valueFor(key, set);
    if (chosen === "empty") return "empty";
    if (chosen === "unclear") unclear = true;
    else if (chosen.value !== undefined) labels.set(key, chosen.value);
  }
  return unclear ? "unclear" : labels;
}

/** Every pod has an account. */
function withAccount(labels: Map<LabelKey, string>): Map<LabelKey, string> {
  return labels.has(ACCOUNT_NAME) ? labels : labels.set(ACCOUNT_NAME, DEFAULT_ACCOUNT);
}

function knownLabels(labels: Labels): Map<LabelKey, string> {
  return new Map(
    Object.entries(labels).map(([key, value]): [LabelKey, string] => [`namespace:${key}`, value]),
  );
}

/** The pod with these labels. */
export function podOf(
  labels: PodLabels,
  address: bigint,
  ports: PodEndpoint["ports"],
): PodEndpoint {
  const withPrefix = (prefix: string): Readonly<Record<string, string>> =>
    Object.fromEntries(
      [...labels].flatMap(([key, value]) =>
        key.startsWith(prefix) && key !== ACCOUNT_NAME ? [[key.slice(prefix.length), value]] : [],
      ),
    );
  const namespaceLabels = withPrefix("namespace:");
  return {
    kind: "pod",
    namespace: labels.get("namespace:kubernetes.io/metadata.name") ?? "",
    namespaceLabels,
    labels: withPrefix("pod:"),
    account: { name: labels.get(ACCOUNT_NAME) ?? DEFAULT_ACCOUNT, labels: withPrefix("account:") },
    address,
    ports,
  };
}
