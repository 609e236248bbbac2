import type { AllowPolicy } from "../ir/allow-policy.ts";
import type { Direction, Policy } from "../ir/policy.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import { subtractCubes } from "../sets/cube.ts";
import type { Cube } from "../sets/cube.ts";
import { gainOf } from "./claim.ts";
import { onTarget } from "./draft-rule.ts";
import type { LoweringOptions } from "./draft-rule.ts";
import type { Work } from "./effort.ts";
import type { Facts } from "./facts.ts";
import type { LocalSet } from "./local.ts";
import { effective } from "./reach.ts";

/**
 * The Kubernetes policies of one namespace that must not be kept as they are: earlier tiers and Denies leave them less than
 * they say, and nothing comes before them on the target; or the source's engine takes them for less, or has them isolate
 * pods that their words do not select. With `skip` nothing is cut, so all are kept.
 */
export function replacedPolicies(
  sets: Readonly<Record<Direction, LocalSet>>,
  { actions, keepKubernetes }: LoweringOptions,
  facts: Facts,
  work: Work,
): ReadonlySet<Policy> {
  const found = new Set<Policy>();
  if (actions === "skip" || keepKubernetes) return found;
  for (const direction of DIRECTIONS) {
    const set = sets[direction];
    const isAlone = set.tiers.length === 1;
    set.tiers.forEach((tier, index) => {
      const isPlain = isAlone && tier.rules.every(({ rule }) => rule.action === "allow");
      for (const { policy, rules, subjects, written: selected, isolates } of tier.policies) {
        if (policy.origin.engine !== "kubernetes" || found.has(policy)) continue;
        const effort = work.task();
        const isAsWritten = policy.asWritten === undefined;
        if (isAsWritten && (isPlain || subjects.length === 0)) continue;
        const opens = isolates && !isAsWritten && subjects.some((one) => isBeyond(one, selected));
        const isCut = rules.some((local) => {
          const sure = effective(set, index, local, "under", effort);
          const written = isAsWritten ? local.boxes : onTarget(local.written, facts, "over");
          return gainOf(written, sure, facts, effort).left !== undefined;
        });
        if (opens || isCut) found.add(policy);
      }
    });
  }
  return found;
}

/** Whether some pods of the cube are in none of the others. */
function isBeyond(pods: Cube, others: readonly Cube[]): boolean {
  let left: readonly Cube[] = [pods];
  for (const other of others) left = left.flatMap((part) => subtractCubes(part, other));
  return left.length > 0;
}

/**
 * What is written for a policy that is replaced and selects nobody to the source's engine, so that the cluster's own does
 * not stay in force: no pod has a label and lacks it.
 */
export function ofNobody({ origin, ingress, egress }: Policy): AllowPolicy {
  return {
    source: origin,
    namespace: origin.namespace ?? "",
    podSelector: {
      requirements: [
        { key: NOBODY, operator: "DoesNotExist", values: [] },
        { key: NOBODY, operator: "Exists", values: [] },
      ],
    },
    policyTypes: [
      ...(ingress === undefined ? [] : (["ingress"] as const)),
      ...(egress === undefined ? [] : (["egress"] as const)),
    ],
    ingress: [],
    egress: [],
    overIsolates: false,
  };
}

const NOBODY = "netpol-migrate.dev/nobody";
