import { compareBy, compareText } from "../../base/compare.ts";
import type { Report } from "../../diagnostics/diagnostic.ts";
import type { Policy } from "../../ir/policy.ts";
import { calicoMeaningDiagnostics } from "./interpret-diagnostics.ts";
import type { CalicoTier } from "./model.ts";

export const DEFAULT_TIER = "default";

const ALWAYS_THERE: CalicoTier = { name: DEFAULT_TIER, order: 1_000_000, defaultAction: "deny" };

/** Tiers that Calico makes by itself; they matter only where a policy names them. (calico: api/.../v3/tier.go) */
const BUILT_IN: readonly CalicoTier[] = [
  ALWAYS_THERE,
  { name: "kube-admin", order: 1000, defaultAction: "pass" },
  { name: "kube-baseline", order: 10_000_000, defaultAction: "pass" },
  { name: "adminnetworkpolicy", order: 1000, defaultAction: "pass" },
  { name: "baselineadminnetworkpolicy", order: 10_000_000, defaultAction: "pass" },
];

function isSameTier(a: CalicoTier, b: CalicoTier): boolean {
  return a.order === b.order && a.defaultAction === b.defaultAction;
}

/** Every tier that is known, by name: of the input, of options, and those that need no object. */
export function knownTiers(
  ofInput: readonly CalicoTier[],
  ofOptions: readonly CalicoTier[],
  report: Report,
): ReadonlyMap<string, CalicoTier> {
  const tiers = new Map<string, CalicoTier>();
  for (const tier of ofInput) {
    const known = tiers.get(tier.name);
    if (tier.name === DEFAULT_TIER) {
      // An order left out is no claim of another one.
      const claims = { ...tier, order: tier.order === Infinity ? ALWAYS_THERE.order : tier.order };
      if (!isSameTier(claims, ALWAYS_THERE))
        report(calicoMeaningDiagnostics.create("CAL-P106", { at: tier.place }));
    } else if (known === undefined) {
      tiers.set(tier.name, tier);
    } else if (!isSameTier(known, tier)) {
      const related =
        known.place === undefined ? [] : [{ message: "the other one is here", at: known.place }];
      report(
        calicoMeaningDiagnostics.create("CAL-P102", { at: tier.place, related, tier: tier.name }),
      );
    }
  }
  for (const tier of ofOptions) {
    const known = tier.name === DEFAULT_TIER ? ALWAYS_THERE : tiers.get(tier.name);
    if (known === undefined) tiers.set(tier.name, tier);
    else if (!isSameTier(known, tier))
      report(calicoMeaningDiagnostics.create("CAL-P105", { tier: tier.name }));
  }
  for (const tier of BUILT_IN) if (!tiers.has(tier.name)) tiers.set(tier.name, tier);
  return tiers;
}

/** Order ascending, tiers without one last, ties by name. (calico: felix/calc/policy_sorter.go) */
export const byTierOrder: (a: CalicoTier, b: CalicoTier) => number = compareBy(
  (tier) => tier.order,
  (tier) => tier.name,
);

/** The text by which Calico 3.32 and later sorts policies of one order. */
function tieKey({ origin }: Policy): string {
  const kind = origin.engine === "kubernetes" ? "KubernetesNetworkPolicy" : origin.kind;
  return `${origin.name}/${origin.namespace ?? ""}/${kind}`;
}

/** The policies of one tier as Calico asks them. */
export function inPolicyOrder(policies: readonly Policy[]): readonly Policy[] {
  if (policies.length < 2) return policies;
  return policies
    .map((policy) => ({ policy, key: tieKey(policy) }))
    .sort((a, b) => {
      if (a.policy.order !== b.policy.order) return a.policy.order < b.policy.order ? -1 : 1;
      return compareText(a.key, b.key);
    })
    .map(({ policy }) => policy);
}
