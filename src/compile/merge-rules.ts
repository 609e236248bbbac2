import type { RuleOrigin } from "../ir/origin.ts";
import type { RuleResult } from "../ir/outcome.ts";
import { worstOutcome } from "../ir/outcome.ts";

/** What is said of a rule of which one part came out so and another so: the first of these. */
export const DISPOSITIONS = ["emitted", "skipped", "redundant"] as const;

/**
 * One result for each rule of the source. A rule may have several parts in the model: those of one origin, of which the
 * worst is told.
 *
 * @param results of the rules of the model, in source order within each direction unless a rule has several parts
 */
export function mergeRuleResults(results: readonly RuleResult[]): readonly RuleResult[] {
  const byOrigin = new Map<RuleOrigin, RuleResult[]>();
  for (const result of results) {
    const parts = byOrigin.get(result.rule);
    if (parts === undefined) byOrigin.set(result.rule, [result]);
    else parts.push(result);
  }
  const merged = [...byOrigin.values()].flatMap((parts) => merge(parts) ?? []);
  const isSorted = merged.every((one, at) => {
    const before = merged[at - 1]?.rule;
    return before?.direction !== one.rule.direction || before.index < one.rule.index;
  });
  if (isSorted) return merged;
  return merged.sort(({ rule: a }, { rule: b }) =>
    a.direction === b.direction ? a.index - b.index : a.direction === "ingress" ? -1 : 1,
  );
}

function merge(parts: readonly RuleResult[]): RuleResult | undefined {
  const outcome = worstOutcome(parts.map((part) => part.outcome));
  const worst = parts.find((part) => part.outcome === outcome);
  if (worst === undefined || parts.length === 1) return worst;
  const losing = parts.filter((part) => part.outcome === "narrowed");
  const unique = <T>(items: readonly T[]): readonly T[] => [...new Set(items)];
  return {
    ...worst,
    disposition:
      DISPOSITIONS.find((one) => parts.some(({ disposition }) => disposition === one)) ??
      worst.disposition,
    emittedAs: parts.flatMap((part) => part.emittedAs),
    because: unique(parts.flatMap((part) => part.because)),
    assumptions: unique(parts.flatMap((part) => part.assumptions)),
    losesOnlyOther: losing.length > 0 && losing.every((part) => part.losesOnlyOther),
  };
}
