import type { PolicyOrigin, RuleOrigin } from "../ir/origin.ts";
import type { PolicyResult, RuleResult } from "../ir/outcome.ts";

/** A rule that is what it is because of another one. */
export interface TouchedRule {
  readonly policy: PolicyOrigin;
  readonly rule: RuleResult;
}

/** The rules that each Deny and Pass is cut into, or because of which they are left out: the causes, turned round. */
export class TouchedRules {
  readonly #results: readonly PolicyResult[];
  #byCause: Map<RuleOrigin, TouchedRule[]> | undefined;

  /** @param results in the order in which the rules are to be told */
  constructor(results: readonly PolicyResult[]) {
    this.#results = results;
  }

  by(cause: RuleOrigin): readonly TouchedRule[] {
    this.#byCause ??= this.#turnedRound();
    return this.#byCause.get(cause) ?? [];
  }

  #turnedRound(): Map<RuleOrigin, TouchedRule[]> {
    const byCause = new Map<RuleOrigin, TouchedRule[]>();
    for (const { policy, rules } of this.#results) {
      for (const rule of rules) {
        for (const cause of new Set(rule.because.flatMap((one) => one.rule ?? []))) {
          const list = byCause.get(cause);
          if (list === undefined) byCause.set(cause, [{ policy, rule }]);
          else list.push({ policy, rule });
        }
      }
    }
    return byCause;
  }
}
