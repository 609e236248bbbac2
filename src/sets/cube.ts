import { fitted } from "../base/fitted.ts";
import { compareText } from "../base/compare.ts";
import {
  ANY_LABEL,
  complementLabelSet,
  equalLabelSets,
  intersectLabelSets,
  isEmptyLabelSet,
  isLabelSubset,
  labelSetContains,
  labelSetText,
  labelSetsMeet,
  withAbsent,
} from "./label-set.ts";
import type { LabelSet } from "./label-set.ts";

/**
 * A label key with whose label it is: the namespace's, the pod's own, or its service account's. The name of the
 * namespace is the label that the API server keeps on it; the name of the service account is `ACCOUNT_NAME`.
 */
export type LabelKey = `namespace:${string}` | `pod:${string}` | `account:${string}`;

/** Never ABSENT: each namespace carries it. */
export const NAMESPACE_NAME: LabelKey = "namespace:kubernetes.io/metadata.name";
/** Never ABSENT. No label key holds an "@", so this one clashes with none. */
export const ACCOUNT_NAME: LabelKey = "account:@name";

/** A condition on one key. */
export interface LabelConstraint {
  readonly key: LabelKey;
  readonly set: LabelSet;
}

/**
 * A conjunction of label constraints: the pods for which all of them hold.
 * INVARIANT: sorted by key, one constraint a key, none that allows everything, none that is empty, and the constraint
 * of a key that is never ABSENT does not admit ABSENT.
 */
export interface Cube {
  readonly constraints: readonly LabelConstraint[];
}

/** Every pod. */
export const ANY_CUBE: Cube = { constraints: [] };

function isNeverAbsent(key: LabelKey): boolean {
  return key === NAMESPACE_NAME || key === ACCOUNT_NAME;
}

/** All that the key can be. */
function wholeOf(key: LabelKey): LabelSet {
  return isNeverAbsent(key) ? withAbsent(ANY_LABEL, false) : ANY_LABEL;
}

/** The set without ABSENT where the key cannot be. */
function possible(key: LabelKey, set: LabelSet): LabelSet {
  return set.absent && isNeverAbsent(key) ? withAbsent(set, false) : set;
}

function allowsEverything(key: LabelKey, set: LabelSet): boolean {
  return (
    set.complement &&
    set.values.length === 0 &&
    set.atoms.length === 0 &&
    (set.absent || isNeverAbsent(key))
  );
}

/** The cube of the constraints given, several on one key intersected; undefined when it holds nothing. */
export function cube(constraints: Iterable<LabelConstraint>): Cube | undefined {
  const sorted = [...constraints];
  if (sorted.length > 1) sorted.sort((a, b) => compareText(a.key, b.key));
  const kept: LabelConstraint[] = [];
  for (let at = 0; at < sorted.length;) {
    const first = sorted[at];
    if (first === undefined) break;
    const key = first.key;
    let set = possible(key, first.set);
    for (at += 1; sorted[at]?.key === key; at += 1) {
      set = intersectLabelSets(set, sorted[at]?.set ?? ANY_LABEL);
    }
    if (isEmptyLabelSet(set)) return undefined;
    if (!allowsEverything(key, set)) kept.push(set === first.set ? first : { key, set });
  }
  return kept.length === 0 ? ANY_CUBE : { constraints: fitted(kept) };
}

export function constraintOf(of: Cube, key: LabelKey): LabelSet | undefined {
  for (const constraint of of.constraints) if (constraint.key === key) return constraint.set;
  return undefined;
}

/** What the cube leaves a key: all that the key can be where it has no constraint on it. */
export function labelsAt(of: Cube, key: LabelKey): LabelSet {
  return constraintOf(of, key) ?? wholeOf(key);
}

/** The cube with another set at one key; undefined when nothing is left. */
export function withLabelsAt(of: Cube, key: LabelKey, set: LabelSet): Cube | undefined {
  const own = possible(key, set);
  if (isEmptyLabelSet(own)) return undefined;
  return allowsEverything(key, own)
    ? keepKeys(of, (other) => other !== key)
    : replace(of, key, own);
}

/** The cube without the constraints whose key fails the test (the projection that forgets them). */
export function keepKeys(of: Cube, keep: (key: LabelKey) => boolean): Cube {
  const kept = of.constraints.filter((constraint) => keep(constraint.key));
  if (kept.length === of.constraints.length) return of;
  return kept.length === 0 ? ANY_CUBE : { constraints: kept };
}

export function intersectCubes(a: Cube, b: Cube): Cube | undefined {
  if (a === b || b.constraints.length === 0) return a;
  if (a.constraints.length === 0) return b;
  const common: LabelConstraint[] = [];
  let i = 0;
  let j = 0;
  let left = a.constraints[0];
  let right = b.constraints[0];
  while (left !== undefined || right !== undefined) {
    if (right === undefined || (left !== undefined && left.key < right.key)) {
      if (left !== undefined) common.push(left);
      left = a.constraints[++i];
    } else if (left === undefined || right.key < left.key) {
      common.push(right);
      right = b.constraints[++j];
    } else {
      const set = intersectLabelSets(left.set, right.set);
      if (isEmptyLabelSet(set)) return undefined;
      common.push(set === left.set ? left : { key: left.key, set });
      left = a.constraints[++i];
      right = b.constraints[++j];
    }
  }
  return { constraints: common };
}

/** False if and only if the intersection is surely empty. */
export function cubesMeet(a: Cube, b: Cube): boolean {
  let j = 0;
  for (const left of a.constraints) {
    let right = b.constraints[j];
    while (right !== undefined && right.key < left.key) right = b.constraints[++j];
    if (right === undefined) return true;
    if (right.key === left.key && !labelSetsMeet(left.set, right.set)) return false;
  }
  return true;
}

/** a minus b, as disjoint cubes. */
export function subtractCubes(a: Cube, b: Cube): readonly Cube[] {
  if (!cubesMeet(a, b)) return [a];
  const pieces: Cube[] = [];
  // Each piece fails one condition of b and meets those before it, so no two overlap.
  let rest = a;
  for (const { key, set } of b.constraints) {
    const had = constraintOf(rest, key) ?? wholeOf(key);
    for (const fails of complementLabelSet(set)) {
      const left = intersectLabelSets(had, fails);
      if (!isEmptyLabelSet(left)) pieces.push(replace(rest, key, left));
    }
    const meets = intersectLabelSets(had, set);
    if (isEmptyLabelSet(meets)) break;
    if (!equalLabelSets(meets, had)) rest = replace(rest, key, meets);
  }
  return pieces;
}

/** The cube with another set at one key; the set is neither empty nor everything. */
function replace(of: Cube, key: LabelKey, set: LabelSet): Cube {
  const constraints: LabelConstraint[] = [];
  let placed = false;
  for (const constraint of of.constraints) {
    if (!placed && constraint.key >= key) {
      constraints.push({ key, set });
      placed = true;
    }
    if (constraint.key !== key) constraints.push(constraint);
  }
  if (!placed) constraints.push({ key, set });
  return { constraints };
}

/** True if and only if every pod of `a` is surely one of `b` (text conditions: by syntax). */
export function isCubeSubset(a: Cube, b: Cube): boolean {
  if (a === b) return true;
  let i = 0;
  for (const right of b.constraints) {
    let left = a.constraints[i];
    while (left !== undefined && left.key < right.key) left = a.constraints[++i];
    if (left?.key !== right.key || !isLabelSubset(left.set, right.set)) return false;
  }
  return true;
}

export function equalCubes(a: Cube, b: Cube): boolean {
  if (a === b) return true;
  return (
    a.constraints.length === b.constraints.length &&
    a.constraints.every((constraint, at) => {
      const other = b.constraints[at];
      return constraint.key === other?.key && equalLabelSets(constraint.set, other.set);
    })
  );
}

export function cubeContains(of: Cube, valueOf: (key: LabelKey) => string | undefined): boolean {
  return of.constraints.every(({ key, set }) => labelSetContains(set, valueOf(key)));
}

/** Stable text, equal for equal cubes. */
export function cubeText(of: Cube): string {
  if (of.constraints.length === 0) return "any pod";
  return of.constraints
    .map(({ key, set }) => `${JSON.stringify(key)} ${labelSetText(set)}`)
    .join(" && ");
}
