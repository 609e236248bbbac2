/**
 * A set of values that one label key may have: a subset of (valid label values + ABSENT).
 *
 * INVARIANT (canonical): `values` is sorted by code units and free of duplicates; with `atoms` present and
 * `complement` false the values that fail an atom are already taken out, and the atoms with them (a finite set needs
 * none); with `complement` true a value that fails an atom is not listed in `values` (it is out anyway); atoms are
 * sorted and free of duplicates. So equal sets, as far as they can be told, have equal text.
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

/** Every value and ABSENT. A constraint with this set is never stored in a cube. */
export declare const ANY_LABEL: LabelSet;
/** Nothing at all. */
export declare const NO_LABEL: LabelSet;
/** Every value, not ABSENT. */
export declare const LABEL_EXISTS: LabelSet;
/** ABSENT alone. */
export declare const LABEL_ABSENT: LabelSet;
export declare function labelIn(values: Iterable<string>): LabelSet;
/** All but the values given; ABSENT belongs to it, as in Calico's `not in` and Kubernetes' NotIn. */
export declare function labelNotIn(values: Iterable<string>): LabelSet;
/** Present values for which the text condition holds. An empty operand gives LABEL_EXISTS. */
export declare function labelText(operator: TextAtom["operator"], operand: string): LabelSet;
export declare function intersectLabelSets(a: LabelSet, b: LabelSet): LabelSet;
/** The complement, as a union: one set unless there are atoms. */
export declare function complementLabelSet(set: LabelSet): readonly LabelSet[];
/** `undefined` stands for ABSENT. */
export declare function labelSetContains(set: LabelSet, value: string | undefined): boolean;
/** True only if no value belongs to it. With atoms it may say false of a set that is empty for reasons it cannot see. */
export declare function isEmptyLabelSet(set: LabelSet): boolean;
/** True if and only if every member of `a` is surely one of `b` (atoms: by syntax). */
export declare function isLabelSubset(a: LabelSet, b: LabelSet): boolean;
export declare function equalLabelSets(a: LabelSet, b: LabelSet): boolean;
/** Stable text, for keys and tests. */
export declare function labelSetText(set: LabelSet): string;
