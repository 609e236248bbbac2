import { expect } from "vitest";
import type { AssumptionCode } from "../../src/ir/assumption.ts";
import type { Outcome } from "../../src/ir/outcome.ts";
import type { Rule } from "../../src/ir/policy.ts";
import type { ConvertResult } from "../../src/pipeline.ts";
import type { ReportPolicy, ReportRule } from "../../src/report/report.ts";
import { checkClaims } from "./claims.ts";
import type { Comparison } from "./compare-sets.ts";
import { readBack, streamOf } from "./run-convert.ts";

/**
 * Reads the written YAML back and holds every claim of the report to every flow of the small world of both sets.
 * Undefined where a stop kept everything from being written: then nothing is claimed.
 */
export function judge(
  result: ConvertResult,
  {
    limit,
    asked = new Set(),
  }: { readonly limit?: number; readonly asked?: ReadonlySet<"widened"> } = {},
): Comparison | undefined {
  const { report } = result;
  if (report.result.stops.length > 0) return undefined;
  const assumptions = new Set<AssumptionCode>(
    report.assumptions
      .filter(({ standing }) => !standing)
      .map(({ name }) => name as AssumptionCode),
  );
  const target = readBack(streamOf(result));
  const outcomeOf = claimsByRule(report.policies, result);
  const owned = report.policies.filter(({ outcome }) => outcome === "widened");
  if (!asked.has("widened")) {
    // Kubernetes policies of the input are kept as they are; lowering itself never widens unasked.
    const ours = owned.filter(({ source }) => source.engine !== "kubernetes");
    expect(
      ours.map(({ source }) => source.name),
      "widened unasked",
    ).toEqual([]);
  }
  const wider = new Set(
    owned.flatMap(({ emitted }) => emitted.map(({ namespace, name }) => `${namespace}/${name}`)),
  );
  return checkClaims(
    result.source,
    target,
    result.snapshot,
    {
      outcome: report.result.outcome,
      assumptions,
      outcomeOf,
      mayWiden: ({ target: { by } }) => {
        // Only by an object of a policy that is reported as wider; nothing else may let more in.
        if (by.kind !== "rule") {
          const isLeftOpen = owned.some(({ isolation }) =>
            Object.values(isolation).includes("less"),
          );
          return (wider.size === 0 || isLeftOpen) && report.result.outcome === "widened";
        }
        const { namespace = "", name } = by.policy.origin;
        return wider.has(`${namespace}/${name}`);
      },
    },
    limit,
  );
}

interface RuleClaim {
  readonly outcome: Outcome;
  readonly losesOnlyOther: boolean;
}

/** The report names rules by policy, direction and index; so do the rules of the model. */
function claimsByRule(
  policies: readonly ReportPolicy[],
  result: ConvertResult,
): (rule: Rule) => RuleClaim | undefined {
  const claims = new Map<string, ReportRule>();
  const keyOf = (policy: ReportPolicy["source"], direction: string, index: number): string =>
    [
      policy.engine,
      policy.kind,
      policy.namespace ?? "",
      policy.name,
      policy.tier ?? "",
      direction,
      index,
    ].join(" ");
  for (const policy of policies) {
    for (const rule of policy.rules)
      claims.set(keyOf(policy.source, rule.direction, rule.index), rule);
  }
  const byRule = new Map<Rule, ReportRule>();
  for (const { policies: own } of result.source.tiers) {
    for (const { origin, ingress, egress } of own) {
      for (const rule of [...(ingress?.rules ?? []), ...(egress?.rules ?? [])]) {
        const source = {
          ...origin,
          namespace: origin.namespace ?? null,
          tier: origin.tier ?? null,
          file: "",
          line: 0,
          column: 0,
        };
        const claim = claims.get(keyOf(source, rule.origin.direction, rule.origin.index));
        if (claim === undefined) throw new Error("a rule of the source is not in the report");
        byRule.set(rule, claim);
      }
    }
  }
  return (rule) => {
    const claim = byRule.get(rule);
    return claim === undefined ? undefined : { outcome: claim.outcome, losesOnlyOther: false };
  };
}
