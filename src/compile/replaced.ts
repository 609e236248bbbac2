import type { Direction, Policy } from "../ir/policy.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import { gainOf } from "./claim.ts";
import { onTarget } from "./draft-rule.ts";
import type { LoweringOptions } from "./draft-rule.ts";
import type { Effort } from "./effort.ts";
import type { Facts } from "./facts.ts";
import type { LocalSet } from "./local.ts";
import { effective } from "./reach.ts";

/**
 * The Kubernetes policies of one namespace that must not be kept as they are: the source lets them do less than they say,
 * since earlier tiers and Denies decide part of it, or since it takes their blocks for no pods (Cilium), and the target
 * lets them do it all. With `skip` nothing is cut, so all are kept.
 */
export function replacedPolicies(
  sets: Readonly<Record<Direction, LocalSet>>,
  { actions, keepKubernetes }: LoweringOptions,
  facts: Facts,
  effort: Effort,
): ReadonlySet<Policy> {
  const found = new Set<Policy>();
  if (actions === "skip" || keepKubernetes) return found;
  for (const direction of DIRECTIONS) {
    const set = sets[direction];
    const isAlone = set.tiers.length === 1;
    set.tiers.forEach((tier, index) => {
      const isPlain =
        isAlone &&
        tier.rules.every(
          ({ rule: { action, asWritten } }) => action === "allow" && asWritten === undefined,
        );
      if (isPlain) return;
      for (const { policy, rules } of tier.policies) {
        if (policy.origin.engine !== "kubernetes" || found.has(policy)) continue;
        const isCut = rules.some((local) => {
          const sure = effective(set, index, local, "under", effort);
          const written =
            local.rule.asWritten === undefined
              ? local.boxes
              : onTarget(local.written, facts, "over");
          return gainOf(written, sure, facts, effort).left !== undefined;
        });
        if (isCut) found.add(policy);
      }
    });
  }
  return found;
}
