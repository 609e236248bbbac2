/** A selector that Calico accepts: its text as written and what was read in it. */
export interface Selector {
  readonly text: string;
  readonly root: SelectorNode;
}

/** Why Calico would refuse a selector. */
export interface SelectorError {
  /** A clause that reads well after "the selector `...`", such as "has `=` where `==` is meant". */
  readonly message: string;
  /** Where in the text, in UTF-16 units. */
  readonly offset: number;
  /** What to do about it, as a sentence. */
  readonly hint?: string;
}

/** A condition on one label. The label's name is still the user's: `pcns.x` has not been related to namespaces yet. */
export type LabelTest =
  | { readonly kind: "has"; readonly label: string }
  | {
      readonly kind: "equals";
      readonly label: string;
      readonly value: string;
      readonly negated: boolean;
    }
  | {
      readonly kind: "in";
      readonly label: string;
      readonly values: readonly string[];
      readonly negated: boolean;
    }
  | {
      readonly kind: "text";
      readonly label: string;
      readonly operator: "contains" | "startsWith" | "endsWith";
      readonly operand: string;
    };

/** INVARIANT: `not` never holds a `not`; `and` and `or` hold two operands at least. */
export type SelectorNode =
  | LabelTest
  | { readonly kind: "all" }
  /** Matches everything like `all()`; only a rule's namespaceSelector gives it a meaning of its own. */
  | { readonly kind: "global" }
  | { readonly kind: "not"; readonly operand: SelectorNode }
  | { readonly kind: "and"; readonly operands: readonly SelectorNode[] }
  | { readonly kind: "or"; readonly operands: readonly SelectorNode[] };
