import type { Flow } from "../ir/flow.ts";
import type { Direction, DirectionRules, OpaqueCondition, Policy, Rule } from "../ir/policy.ts";
import type { Decision } from "./evaluate.ts";

/** A flow that one set allows and the other denies, confirmed by `evaluate`. */
export interface Difference {
  /** As it is before the switch, and judged by the source. */
  readonly flow: Flow;
  /** As it is after the switch, and judged by the target: another flow only where pods get other addresses. */
  readonly flowAfter: Flow;
  readonly source: Decision;
  readonly target: Decision;
  /** The conditions about which nothing is known that are taken to hold; all others are taken not to. */
  readonly holding: ReadonlySet<OpaqueCondition>;
}

/** Whether there is a flow that one set allows and the other denies. */
export type Answer =
  /** There is none. */
  | { readonly kind: "none" }
  | { readonly kind: "witness"; readonly witness: Difference }
  /** An Allow of the one set also matches flows that nobody can name: `what` says which. */
  | { readonly kind: "unsaid"; readonly what: string }
  | { readonly kind: "unknown"; readonly question: string; readonly reason: UnknownReason };

/** `bound` steps were not enough; or a label would need a text that nobody found. */
export type UnknownReason =
  { readonly kind: "bound"; readonly bound: number } | { readonly kind: "text" };

export interface Answers {
  /** Flows that the target allows and the source denies. */
  readonly wider: Answer;
  /** Flows that the source allows and the target denies. */
  readonly narrower: Answer;
  /** True if there are narrower flows, and surely none of them is TCP, UDP or SCTP. */
  readonly onlyOther: boolean;
}

/**
 * Who decides a flow: a rule, or a policy in one direction because it isolates the subject. Answers are kept for both, of
 * either set.
 */
export type Decider = Rule | DirectionRules;

export const NO_FLOW: Answer = { kind: "none" };
export const EQUAL: Answers = { wider: NO_FLOW, narrower: NO_FLOW, onlyOther: false };

/** The result of a proof: the answers that are not "none" are kept, everything else is proved. */
export interface Proof extends Answers {
  /**
   * Of the source or of the target: what its rule allows, or denies, that the other set judges otherwise. What several
   * rules allow is counted with each of them.
   */
  ofRule(rule: Rule): Answers;
  /** The same for what a policy denies in a direction by isolating its pods, rules apart. */
  ofIsolation(policy: Policy, direction: Direction): Answers;
  /** Rules and isolation together. */
  ofPolicy(policy: Policy): Answers;
  /** Of these the flows that the policy denies and that no rule of the other set decides: it leaves them open. */
  ofOpenness(policy: Policy): Answers;
  /** Every confirmed difference, in a stable order, one for each decider and question at most. */
  readonly witnesses: readonly Difference[];
  readonly counts: ProofCounts;
}

export interface ProofCounts {
  readonly questions: number;
  readonly none: number;
  readonly witness: number;
  readonly unknown: number;
  /** Proved answers that were tried on a flow. */
  readonly replayed: number;
}

/** The worse of two answers about the same: a witness says most. */
export function worseAnswer(a: Answer, b: Answer): Answer {
  return WEIGHT[b.kind] > WEIGHT[a.kind] ? b : a;
}

const WEIGHT: Readonly<Record<Answer["kind"], number>> = {
  none: 0,
  unknown: 1,
  unsaid: 2,
  witness: 3,
};

/** `onlyOther` holds of the two together if it does of each that is narrower at all. */
export function worseAnswers(a: Answers, b: Answers): Answers {
  if (b === EQUAL) return a;
  if (a === EQUAL) return b;
  const parts = [a, b].filter(({ narrower }) => narrower.kind !== "none");
  return {
    wider: worseAnswer(a.wider, b.wider),
    narrower: narrowerOf(a, b),
    onlyOther: parts.length > 0 && parts.every(({ onlyOther }) => onlyOther),
  };
}

/** Of two witnesses one with ports is shown. */
function narrowerOf(a: Answers, b: Answers): Answer {
  const worse = worseAnswer(a.narrower, b.narrower);
  if (worse !== a.narrower || a.narrower.kind !== b.narrower.kind) return worse;
  return a.onlyOther && !b.onlyOther ? b.narrower : worse;
}
