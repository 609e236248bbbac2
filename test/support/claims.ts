import { expect } from "vitest";
import type { Snapshot } from "../../src/inventory/snapshot.ts";
import type { AssumptionCode } from "../../src/ir/assumption.ts";
import type { Outcome } from "../../src/ir/outcome.ts";
import type { PolicySet, Rule } from "../../src/ir/policy.ts";
import { compareSets, differencesText } from "./compare-sets.ts";
import type { Comparison } from "./compare-sets.ts";

/** What a run says of itself. */
export interface Claims {
  readonly outcome: Outcome;
  /** Those that outcomes rest on. */
  readonly assumptions: ReadonlySet<AssumptionCode>;
  /** What it says of one rule of the source. */
  readonly outcomeOf: (
    rule: Rule,
  ) => { readonly outcome: Outcome; readonly losesOnlyOther: boolean } | undefined;
}

const NOTHING: ReadonlySet<AssumptionCode> = new Set();

/**
 * Holds the claims of a run to every flow of the small world: nothing is wider; exact is equal whatever one assumes,
 * conditional is equal under the assumptions named; and whoever says of one rule that nothing of it is lost is right.
 */
export function checkClaims(
  source: PolicySet,
  target: PolicySet,
  snapshot: Snapshot,
  claims: Claims,
  limit?: number,
): Comparison {
  const assumptions = claims.outcome === "exact" ? NOTHING : claims.assumptions;
  const found = compareSets(source, target, {
    snapshot,
    assumptions,
    ...(limit === undefined ? {} : { limit }),
  });
  if (claims.outcome !== "widened" && claims.outcome !== "unknown") {
    expect(differencesText(found.wider), "wider").toBe("");
  }
  if (claims.outcome === "exact" || claims.outcome === "conditional") {
    expect(differencesText(found.narrower), `narrower, though ${claims.outcome}`).toBe("");
  }
  const broken = found.narrower.filter(({ flow, source: { by } }) => {
    if (by.kind !== "rule") return false;
    const claim = claims.outcomeOf(by.rule);
    if (claim === undefined) return false;
    if (claim.losesOnlyOther) return [6, 17, 132].includes(flow.protocol);
    return claim.outcome === "exact" || claim.outcome === "conditional";
  });
  expect(differencesText(broken), "narrower, though the rule says exact").toBe("");
  return found;
}
