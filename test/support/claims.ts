import { expect } from "vitest";
import type { Snapshot } from "../../src/inventory/snapshot.ts";
import { ASSUMPTIONS } from "../../src/ir/assumption.ts";
import type { AssumptionCode } from "../../src/ir/assumption.ts";
import type { Outcome } from "../../src/ir/outcome.ts";
import type { PolicySet, Rule } from "../../src/ir/policy.ts";
import { ALL_PORTS, trafficContains, trafficPoint } from "../../src/sets/traffic-set.ts";
import { compareSets, differencesText } from "./compare-sets.ts";
import type { Comparison, Difference } from "./compare-sets.ts";

/** What a run says of itself. */
export interface Claims {
  readonly outcome: Outcome;
  /** The differences that the run itself reports as wider. */
  readonly mayWiden?: (difference: Difference) => boolean;
  /** Those that outcomes rest on. */
  readonly assumptions: ReadonlySet<AssumptionCode>;
  /** What it says of one rule of the source. */
  readonly outcomeOf: (
    rule: Rule,
  ) => { readonly outcome: Outcome; readonly losesOnlyOther: boolean } | undefined;
}

/**
 * Holds the claims of a run to every flow of the small world. Nothing is wider, but for what the run owns up to; exact is
 * equal whatever one assumes, conditional is equal under the assumptions named; and whoever says of one rule that nothing
 * of it is lost is right. An assumption whose falsity narrows must not be needed for nothing to be wider.
 */
export function checkClaims(
  source: PolicySet,
  target: PolicySet,
  snapshot: Snapshot,
  claims: Claims,
  limit?: number,
): Comparison {
  const bound = limit === undefined ? {} : { limit };
  const all = claims.outcome === "exact" ? [] : [...claims.assumptions];
  const widening = all.filter((name) => ASSUMPTIONS[name].ifFalse === "widens");
  const found = compareSets(source, target, { snapshot, assumptions: new Set(all), ...bound });
  const bolder =
    widening.length === all.length
      ? found
      : compareSets(source, target, { snapshot, assumptions: new Set(widening), ...bound });

  const wider = bolder.wider.filter((difference) => claims.mayWiden?.(difference) !== true);
  expect(differencesText(wider), "wider").toBe("");
  if (claims.outcome === "exact" || claims.outcome === "conditional") {
    expect(differencesText(found.narrower), `narrower, though ${claims.outcome}`).toBe("");
  }
  const broken = found.narrower.filter(({ flow, source: { by } }) => {
    if (by.kind !== "rule") return false;
    const claim = claims.outcomeOf(by.rule);
    if (claim === undefined) return false;
    if (claim.losesOnlyOther)
      return trafficContains(ALL_PORTS, trafficPoint(flow.protocol, flow.value));
    return claim.outcome === "exact" || claim.outcome === "conditional";
  });
  expect(differencesText(broken), "narrower, though the rule says otherwise").toBe("");
  return found;
}
