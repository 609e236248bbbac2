import type { AllowPolicy } from "./allow-policy.ts";
import type { AssumptionCode } from "./assumption.ts";
import type { PolicyOrigin, RuleOrigin } from "./origin.ts";
import type { Action, Direction } from "./policy.ts";

/** What became of a document or rule: each ends in exactly one. */
export type Disposition = "emitted" | "redundant" | "skipped" | "invalid" | "context";

/** What the conversion does to the flows of a policy or of the whole set, from best to worst. */
export type Outcome = "exact" | "conditional" | "narrowed" | "unknown" | "widened";
export const OUTCOMES: readonly Outcome[] = [
  "exact",
  "conditional",
  "narrowed",
  "unknown",
  "widened",
];

export function worstOutcome(outcomes: Iterable<Outcome>): Outcome {
  let worst = 0;
  for (const outcome of outcomes) worst = Math.max(worst, OUTCOMES.indexOf(outcome));
  return OUTCOMES[worst] ?? "unknown";
}

/** A concrete flow that the source and the output judge differently. Texts are for people. */
export interface Witness {
  readonly direction: Direction;
  readonly from: string;
  readonly to: string;
  /** Such as `TCP`, `ICMP type 8`. */
  readonly protocol: string;
  readonly port?: number;
  readonly source: { readonly verdict: "allow" | "deny"; readonly by: string };
  readonly target: { readonly verdict: "allow" | "deny"; readonly by: string };
}

/** Why an Allow came out cut or not at all, or what a Deny or Pass did. */
export interface RuleResult {
  readonly rule: RuleOrigin;
  readonly action: Action;
  readonly disposition: Extract<Disposition, "emitted" | "redundant" | "skipped">;
  readonly outcome: Outcome;
  readonly emittedAs: readonly {
    readonly object: AllowPolicy;
    readonly direction: Direction;
    readonly index: number;
  }[];
  /** The rules of the source because of which it is not emitted, or is redundant. */
  readonly because: readonly { readonly policy: PolicyOrigin; readonly rule?: RuleOrigin }[];
  readonly assumptions: readonly AssumptionCode[];
  /** True if it loses nothing but protocols other than TCP, UDP and SCTP. */
  readonly losesOnlyOther: boolean;
  readonly witness?: Witness;
  /** Codes of the conditions because of which the witness is one. Absent: it is no one's in particular. */
  readonly witnessOf?: readonly string[];
}

/** How the pods that the output isolates for this policy compare with those of the source. */
export type IsolationResult = "same" | "more" | "less" | "none";

export interface PolicyResult {
  readonly policy: PolicyOrigin;
  readonly disposition: Extract<Disposition, "emitted" | "redundant" | "skipped">;
  readonly outcome: Outcome;
  readonly isolation: Readonly<Record<Direction, IsolationResult>>;
  readonly objects: readonly AllowPolicy[];
  readonly rules: readonly RuleResult[];
  readonly assumptions: readonly AssumptionCode[];
  readonly witnesses: readonly Witness[];
  /** What the prover says of the outcome; absent when it was not asked. */
  readonly verification?: "proved" | "refuted" | "unknown";
}
