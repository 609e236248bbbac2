import { ANY_CUBE, cube, intersectCubes, NAMESPACE_NAME } from "../sets/cube.ts";
import type { Cube, LabelConstraint } from "../sets/cube.ts";
import { labelNotIn, labelSetContains } from "../sets/label-set.ts";
import type { LabelSet } from "../sets/label-set.ts";
import type { Labels, ProofContext } from "./universe.ts";

/** The namespace that the subjects of a question lie in: a named one, or any of which no one says anything. */
export interface Scope {
  /** Undefined: any namespace but the known ones. */
  readonly name: string | undefined;
  /** Undefined: unknown. */
  readonly labels: Labels | undefined;
  /** Restricts the name in the scope of all other namespaces. */
  readonly others: Cube;
}

const NAMESPACE_PREFIX = "namespace:";

/** One scope for each namespace with subjects, in the order of the context. */
export function scopesOf({ namespaces, anyNamespace }: ProofContext): readonly Scope[] {
  const scopes = [...namespaces].map(([name, labels]): Scope => ({
    name,
    labels,
    others: ANY_CUBE,
  }));
  if (anyNamespace) {
    const names = labelNotIn(namespaces.keys());
    const others = cube([{ key: NAMESPACE_NAME, set: names }]) ?? ANY_CUBE;
    scopes.push({ name: undefined, labels: undefined, others });
  }
  return scopes;
}

/**
 * The conditions on a pod of the scope's namespace that are left once all is put in that is known of the namespace.
 * Undefined if no pod of it meets them.
 */
export function inScope(labels: Cube, scope: Scope): Cube | undefined {
  if (scope.name === undefined) return intersectCubes(labels, scope.others);
  let kept: LabelConstraint[] | undefined;
  for (const [at, constraint] of labels.constraints.entries()) {
    const known = answerOf(constraint, scope);
    if (known === false) return undefined;
    if (known === undefined) kept?.push(constraint);
    else kept ??= labels.constraints.slice(0, at);
  }
  if (kept === undefined) return labels;
  return kept.length === 0 ? ANY_CUBE : { constraints: kept };
}

/** Undefined where the condition is about the pod, or about a label of the namespace that is not known. */
function answerOf({ key, set }: LabelConstraint, scope: Scope): boolean | undefined {
  if (!key.startsWith(NAMESPACE_PREFIX) || scope.name === undefined) return undefined;
  if (key === NAMESPACE_NAME) return labelSetContains(set, scope.name);
  return scope.labels === undefined
    ? undefined
    : containsLabel(set, scope.labels, key.slice(NAMESPACE_PREFIX.length));
}

/** Whether the set holds what the labels say under a key, which may be called `__proto__`. */
export function containsLabel(set: LabelSet, labels: Labels, key: string): boolean {
  return labelSetContains(set, Object.hasOwn(labels, key) ? labels[key] : undefined);
}

/** The same, for the conditions of a cube on its namespace alone. */
export function namespaceFits(labels: Cube, name: string, known: Labels): boolean {
  return labels.constraints.every(({ key, set }) => {
    if (!key.startsWith(NAMESPACE_PREFIX)) return true;
    if (key === NAMESPACE_NAME) return labelSetContains(set, name);
    return containsLabel(set, known, key.slice(NAMESPACE_PREFIX.length));
  });
}
