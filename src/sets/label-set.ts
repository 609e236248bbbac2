import { compareText } from "../base/compare.ts";

/**
 * A set of values that one label key may have: a subset of (valid label values + ABSENT).
 *
 * INVARIANT (canonical): `values` is sorted by code units and free of duplicates; with `atoms` present and
 * `complement` false the values that fail an atom are already taken out, and the atoms with them (a finite set needs
 * none); with `complement` true a value that fails an atom is not listed in `values` (it is out anyway); atoms are
 * sorted and free of duplicates, and none is implied by another. So equal sets, as far as they can be told, have equal
 * text.
 */
export interface LabelSet {
  /** True if ABSENT (no such label) belongs to the set. */
  readonly absent: boolean;
  /** False: the present values are `values`. True: they are all but `values`. */
  readonly complement: boolean;
  readonly values: readonly string[];
  /** Further conditions on a present value, all of which must hold. ABSENT is not touched by them. */
  readonly atoms: readonly TextAtom[];
}

/** A condition on the text of a present value. */
export interface TextAtom {
  readonly operator: "contains" | "startsWith" | "endsWith";
  readonly operand: string;
  readonly negated: boolean;
}

const NO_VALUES: readonly string[] = [];
const NO_ATOMS: readonly TextAtom[] = [];

/** Every value and ABSENT. A constraint with this set is never stored in a cube. */
export const ANY_LABEL: LabelSet = coFinite(true, NO_VALUES);
/** Nothing at all. */
export const NO_LABEL: LabelSet = finite(false, NO_VALUES);
/** Every value, not ABSENT. */
export const LABEL_EXISTS: LabelSet = coFinite(false, NO_VALUES);
/** ABSENT alone. */
export const LABEL_ABSENT: LabelSet = finite(true, NO_VALUES);

function finite(absent: boolean, values: readonly string[]): LabelSet {
  return { absent, complement: false, values, atoms: NO_ATOMS };
}

function coFinite(
  absent: boolean,
  values: readonly string[],
  atoms: readonly TextAtom[] = NO_ATOMS,
): LabelSet {
  return { absent, complement: true, values, atoms };
}

function sortedValues(values: Iterable<string>): readonly string[] {
  return [...new Set(values)].sort(compareText);
}

export function labelIn(values: Iterable<string>): LabelSet {
  return finite(false, sortedValues(values));
}

/** All but the values given; ABSENT belongs to it, as in Calico's `not in` and Kubernetes' NotIn. */
export function labelNotIn(values: Iterable<string>): LabelSet {
  return coFinite(true, sortedValues(values));
}

/** Present values for which the text condition holds. An empty operand gives LABEL_EXISTS. */
export function labelText(operator: TextAtom["operator"], operand: string): LabelSet {
  if (operand === "") return LABEL_EXISTS;
  return coFinite(false, NO_VALUES, [{ operator, operand, negated: false }]);
}

/** The same present values, with or without ABSENT. */
export function withAbsent(set: LabelSet, absent: boolean): LabelSet {
  return set.absent === absent ? set : { ...set, absent };
}

export function intersectLabelSets(a: LabelSet, b: LabelSet): LabelSet {
  if (a === b || isAnyLabel(b)) return a;
  if (isAnyLabel(a)) return b;
  const absent = a.absent && b.absent;
  if (!a.complement) {
    return finite(
      absent,
      a.values.filter((value) => holdsPresent(b, value)),
    );
  }
  if (!b.complement) {
    return finite(
      absent,
      b.values.filter((value) => holdsPresent(a, value)),
    );
  }
  const atoms = conjoin(a.atoms, b.atoms);
  if (atoms === undefined) return finite(absent, NO_VALUES);
  const values = mergeValues(a.values, b.values);
  return coFinite(absent, atoms.length === 0 ? values : values.filter(passes(atoms)), atoms);
}

/** The complement, as a union: one set unless there are atoms. The sets of the union are disjoint. */
export function complementLabelSet(set: LabelSet): readonly LabelSet[] {
  if (set.atoms.length === 0) {
    return [set.complement ? finite(!set.absent, set.values) : coFinite(!set.absent, set.values)];
  }
  // The values listed pass every atom, so they are in none of the sets that fail one. The n-th of those fails the n-th
  // atom and passes those before it.
  const union: LabelSet[] = [];
  let absent = !set.absent;
  if (set.values.length > 0) {
    union.push(finite(absent, set.values));
    absent = false;
  }
  let passed: readonly TextAtom[] | undefined = NO_ATOMS;
  for (const atom of set.atoms) {
    if (passed === undefined) break;
    const atoms = conjoin(passed, [{ ...atom, negated: !atom.negated }]);
    if (atoms !== undefined) {
      union.push(coFinite(absent, NO_VALUES, atoms));
      absent = false;
    }
    passed = conjoin(passed, [atom]);
  }
  if (absent) union.push(LABEL_ABSENT);
  return union;
}

/** The union as one set; undefined when, because of text conditions, no one set says it. */
export function uniteLabelSets(a: LabelSet, b: LabelSet): LabelSet | undefined {
  if (a === b) return a;
  const absent = a.absent || b.absent;
  if (!a.complement && !b.complement) return finite(absent, mergeValues(a.values, b.values));
  if (isLabelSubset(withAbsent(a, false), b)) return withAbsent(b, absent);
  if (isLabelSubset(withAbsent(b, false), a)) return withAbsent(a, absent);
  if (a.complement && b.complement) {
    if (!sameAtoms(a.atoms, b.atoms)) return undefined;
    return coFinite(
      absent,
      a.values.filter((value) => includesSorted(b.values, value)),
      a.atoms,
    );
  }
  const [some, most] = a.complement ? [b, a] : [a, b];
  if (!some.values.every(passes(most.atoms))) return undefined;
  const left = most.values.filter((value) => !includesSorted(some.values, value));
  return coFinite(absent, left, most.atoms);
}

/** `undefined` stands for ABSENT. */
export function labelSetContains(set: LabelSet, value: string | undefined): boolean {
  return value === undefined ? set.absent : holdsPresent(set, value);
}

/** True only if no value belongs to it. With atoms it may say false of a set that is empty for reasons it cannot see. */
export function isEmptyLabelSet(set: LabelSet): boolean {
  return !set.absent && !set.complement && set.values.length === 0;
}

export function isAnyLabel(set: LabelSet): boolean {
  return set.absent && set.complement && set.values.length === 0 && set.atoms.length === 0;
}

/** False if and only if the intersection is surely empty. */
export function labelSetsMeet(a: LabelSet, b: LabelSet): boolean {
  if (a.absent && b.absent) return true;
  if (!a.complement) return a.values.some((value) => holdsPresent(b, value));
  if (!b.complement) return b.values.some((value) => holdsPresent(a, value));
  return !a.atoms.some((atom) => b.atoms.some((other) => contradicts(atom, other)));
}

/** True if and only if every member of `a` is surely one of `b` (atoms: by syntax). */
export function isLabelSubset(a: LabelSet, b: LabelSet): boolean {
  if (a === b) return true;
  if (a.absent && !b.absent) return false;
  if (!a.complement) {
    if (!b.complement && a.values.length > b.values.length) return false;
    return a.values.every((value) => holdsPresent(b, value));
  }
  // Without text conditions in `a`, each value that `b` leaves out is one that `a` lists.
  if (a.atoms.length === 0 && a.values.length < b.values.length) return false;
  return (
    b.complement &&
    b.values.every((value) => !holdsPresent(a, value)) &&
    b.atoms.every((atom) => a.atoms.some((other) => implies(other, atom)))
  );
}

export function equalLabelSets(a: LabelSet, b: LabelSet): boolean {
  if (a === b) return true;
  return (
    a.absent === b.absent &&
    a.complement === b.complement &&
    a.values.length === b.values.length &&
    a.values.every((value, at) => value === b.values[at]) &&
    sameAtoms(a.atoms, b.atoms)
  );
}

/** Stable text, for keys and tests. */
export function labelSetText(set: LabelSet): string {
  const parts: string[] = [];
  if (!set.complement) {
    if (set.values.length > 0) parts.push(`in ${valuesText(set.values)}`);
  } else {
    const conditions = set.atoms.map(atomText);
    if (set.values.length > 0) conditions.unshift(`not in ${valuesText(set.values)}`);
    parts.push(conditions.length === 0 ? "present" : `present and ${conditions.join(" and ")}`);
  }
  if (set.absent) parts.push("absent");
  return parts.length === 0 ? "nothing" : parts.join(" or ");
}

function valuesText(values: readonly string[]): string {
  return `{${values.map((value) => JSON.stringify(value)).join(", ")}}`;
}

function atomText(atom: TextAtom): string {
  return `${atom.negated ? "not " : ""}${atom.operator} ${JSON.stringify(atom.operand)}`;
}

function holdsPresent(set: LabelSet, value: string): boolean {
  if (includesSorted(set.values, value) === set.complement) return false;
  return set.atoms.length === 0 || passes(set.atoms)(value);
}

function passes(atoms: readonly TextAtom[]): (value: string) => boolean {
  return (value) => atoms.every((atom) => atomHolds(atom, value));
}

function atomHolds(atom: TextAtom, value: string): boolean {
  switch (atom.operator) {
    case "contains":
      return value.includes(atom.operand) !== atom.negated;
    case "startsWith":
      return value.startsWith(atom.operand) !== atom.negated;
    case "endsWith":
      return value.endsWith(atom.operand) !== atom.negated;
  }
}

function includesSorted(values: readonly string[], value: string): boolean {
  let low = 0;
  let high = values.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const other = values[middle];
    if (other === undefined) return false;
    if (other === value) return true;
    if (other < value) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

function mergeValues(a: readonly string[], b: readonly string[]): readonly string[] {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const merged: string[] = [];
  let i = 0;
  let j = 0;
  for (let left = a[0], right = b[0]; left !== undefined || right !== undefined;) {
    if (right === undefined || (left !== undefined && left < right)) {
      if (left !== undefined) merged.push(left);
      left = a[++i];
    } else {
      merged.push(right);
      if (left === right) left = a[++i];
      right = b[++j];
    }
  }
  return merged;
}

/** Sorted and without the atoms that another one implies; undefined when two cannot hold together. */
function conjoin(a: readonly TextAtom[], b: readonly TextAtom[]): readonly TextAtom[] | undefined {
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  // One atom may be in both lists, so what is left out of the one is told apart from what is left out of the other.
  const droppedLeft = new Set<TextAtom>();
  const droppedRight = new Set<TextAtom>();
  for (const left of a) {
    for (const right of b) {
      if (contradicts(left, right)) return undefined;
      // Of two equal atoms, one in each list, the one in `a` stays.
      if (implies(left, right)) droppedRight.add(right);
      else if (implies(right, left)) droppedLeft.add(left);
    }
  }
  const merged: TextAtom[] = [];
  let j = 0;
  for (const left of a) {
    for (let right = b[j]; right !== undefined && compareAtoms(right, left) <= 0; right = b[++j]) {
      if (!droppedRight.has(right)) merged.push(right);
    }
    if (!droppedLeft.has(left)) merged.push(left);
  }
  for (; j < b.length; j += 1) {
    const right = b[j];
    if (right !== undefined && !droppedRight.has(right)) merged.push(right);
  }
  return merged;
}

function compareAtoms(a: TextAtom, b: TextAtom): number {
  return (
    compareText(a.operator, b.operator) ||
    compareText(a.operand, b.operand) ||
    Number(a.negated) - Number(b.negated)
  );
}

function sameAtoms(a: readonly TextAtom[], b: readonly TextAtom[]): boolean {
  return a.length === b.length && a.every((atom, at) => isSameAtom(atom, b[at]));
}

function isSameAtom(a: TextAtom, b: TextAtom | undefined): boolean {
  return a.operator === b?.operator && a.operand === b.operand && a.negated === b.negated;
}

/** True only if each text for which `a` holds is one for which `b` holds. */
function implies(a: TextAtom, b: TextAtom): boolean {
  if (a.negated) return b.negated && positiveImplies(b, a);
  return b.negated ? excludes(a, b) : positiveImplies(a, b);
}

/** True only if no text passes both. */
function contradicts(a: TextAtom, b: TextAtom): boolean {
  if (a.negated) return !b.negated && positiveImplies(b, a);
  return b.negated ? positiveImplies(a, b) : excludes(a, b);
}

/** {@link implies} as if neither were negated. */
function positiveImplies(a: TextAtom, b: TextAtom): boolean {
  if (a.operand.length < b.operand.length) return false;
  switch (b.operator) {
    case "contains":
      return a.operand.includes(b.operand);
    case "startsWith":
      return a.operator === "startsWith" && a.operand.startsWith(b.operand);
    case "endsWith":
      return a.operator === "endsWith" && a.operand.endsWith(b.operand);
  }
}

/** {@link contradicts} as if neither were negated: two beginnings, or two ends, that differ. */
function excludes(a: TextAtom, b: TextAtom): boolean {
  if (a.operator !== b.operator || a.operator === "contains") return false;
  return !positiveImplies(a, b) && !positiveImplies(b, a);
}
