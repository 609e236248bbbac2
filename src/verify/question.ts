import { ruleName } from "../ir/origin.ts";
import type { Direction, Policy, Rule } from "../ir/policy.ts";
import type { Allowance, Budget } from "./budget.ts";
import type { Effect, Ledger } from "./ledger.ts";
import type { Answer, Decider } from "./proof.ts";
import type { Region } from "./region.ts";
import type { Replay } from "./replay.ts";
import type { Scope } from "./scope.ts";
import type { Universe } from "./universe.ts";
import type { View } from "./view.ts";
import { decided } from "./walk.ts";
import type { Part, Reaching } from "./walk.ts";

/** What a proof of one direction asks by. */
export interface Means {
  readonly direction: Direction;
  readonly universe: Universe;
  readonly replay: Replay;
  readonly ledger: Ledger;
  readonly allowance: Allowance;
}

export type Side = "source" | "target";

/** The allowing side, X, and the denying side, Y, of a question. */
export interface Sides {
  readonly effect: Effect;
  readonly allowing: View;
  readonly allowedBy: Side;
  readonly denying: View;
  readonly scope: Scope;
}

/** Does Y deny some of what X allows for one reason? Asked of a region, or of a part of it. */
export interface Question {
  readonly sides: Sides;
  /** Whose answer it is. */
  readonly decider: Decider;
  readonly policy: Policy;
  /** What allows the flows asked about: a rule, or nothing, at the end. */
  readonly allowedBy: Rule | undefined;
  /** What of a region X may allow for that reason. */
  readonly allowed: (region: Region, budget: Budget) => Iterable<Reaching>;
}

/** A part that the denying side decides, and the last Pass that the allowing side handed it on by. */
export type DeniedPart = Part & { readonly passedBy: Rule | undefined };

/** What the denying side makes of what the allowing side may allow. */
export function* deniedParts(
  allowed: Iterable<Reaching>,
  denying: View,
  budget: Budget,
): Generator<DeniedPart> {
  for (const { region, cuts, pass } of allowed) {
    for (const part of decided(denying, "deny", { region, cuts }, budget)) {
      yield { ...part, passedBy: pass };
    }
  }
}

/** True of flows that no rule allows, where some Pass may have handed them on to the end. */
export const isHandedOn = ({ allowedBy, sides }: Question): boolean =>
  allowedBy === undefined && sides.allowing.tiers.some(({ hasPass }) => hasPass);

/** The answer where the work for a question is spent. */
export function spent(question: Question, direction: Direction, { bound }: Budget): Answer {
  return {
    kind: "unknown",
    question: questionText(question, direction),
    reason: { kind: "bound", bound },
  };
}

/** A question in words, for whoever reads that it has no answer. */
export function questionText({ decider, policy, sides }: Question, direction: Direction): string {
  const { origin } = policy;
  const { effect, scope } = sides;
  const name = origin.namespace === undefined ? origin.name : `${origin.namespace}/${origin.name}`;
  const where = scope.name === undefined ? "any other namespace" : `namespace ${scope.name}`;
  const what = "action" in decider ? ruleName(decider.origin) : `${direction} isolation`;
  const change =
    effect === "wider"
      ? "is something allowed that the source denies?"
      : "is something denied that the source allows?";
  return `${origin.kind} ${name}, ${what}, pods of ${where}: ${change}`;
}
