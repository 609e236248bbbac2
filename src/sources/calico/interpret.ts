import type { Report } from "../../diagnostics/diagnostic.ts";
import type { Policy, PolicySet, Tier } from "../../ir/policy.ts";
import { DIRECTIONS } from "../../ir/policy.ts";
import type { Snapshot } from "../../inventory/snapshot.ts";
import { ifEnforced } from "../if-enforced.ts";
import { calicoMeaningDiagnostics } from "./interpret-diagnostics.ts";
import { GroupIndex } from "./interpret-groups.ts";
import { asCalicoReads } from "./interpret-kubernetes.ts";
import { PeerInterpreter } from "./interpret-peer.ts";
import { interpretRule, type RuleContext } from "./interpret-rule.ts";
import { ServiceIndex } from "./interpret-service.ts";
import { interpretSubject } from "./interpret-subject.ts";
import { reportImpossibleValues } from "./interpret-values.ts";
import type { CalicoInput, CalicoPolicy, CalicoTier } from "./model.ts";
import { byTierOrder, DEFAULT_TIER, inPolicyOrder, knownTiers } from "./tier-order.ts";
import { reportTies } from "./tier-ties.ts";

const NO_RULES: Policy["inert"] = [];

export interface InterpretOptions {
  /** Tiers that the input lacks, as the user gave them. */
  readonly tiers: readonly CalicoTier[];
  /** True if Calico is known to enforce Kubernetes policies that stand alone. */
  readonly isCalicos?: boolean;
}

export interface InterpretedCalico {
  readonly set: PolicySet;
  /** Policies that have no place in the set; each has an error. */
  readonly unplaced: readonly CalicoPolicy[];
}

/**
 * What a cluster with these Calico policies, network sets and Kubernetes policies allows and denies. Kubernetes policies
 * are asked in Calico's default tier at order 1000. (calico: libcalico-go/lib/backend/k8s/conversion/conversion.go)
 */
export function interpretCalico(
  input: CalicoInput,
  snapshot: Snapshot,
  kubernetesPolicies: readonly Policy[],
  options: InterpretOptions,
  report: Report,
): InterpretedCalico {
  const tiers = knownTiers(input.tiers, options.tiers, report);
  const context: RuleContext = {
    peers: new PeerInterpreter(new GroupIndex(input.groups, snapshot)),
    services: new ServiceIndex(snapshot),
    report,
  };
  // Where there is nothing of Calico's, nothing says that it is Calico who enforces.
  const others =
    input.policies.length === 0 && options.isCalicos !== true
      ? [...kubernetesPolicies]
      : kubernetesPolicies.map((policy) => asCalicoReads(policy, report));
  const members = new Map<string, Policy[]>([[DEFAULT_TIER, others]]);
  const unplaced: CalicoPolicy[] = [];
  for (const policy of input.policies) {
    const name = policy.origin.tier ?? DEFAULT_TIER;
    if (!tiers.has(name)) {
      const values = { tier: name, policy: nameOf(policy) };
      report(calicoMeaningDiagnostics.create("CAL-P101", { at: policy.origin.place, ...values }));
    }
    const interpreted = tiers.has(name) ? interpretPolicy(policy, context) : undefined;
    if (interpreted === undefined) {
      unplaced.push(policy);
      continue;
    }
    const list = members.get(name);
    if (list === undefined) members.set(name, [interpreted]);
    else list.push(interpreted);
  }
  const used = [...tiers.values()].filter(({ name }) => members.has(name)).sort(byTierOrder);
  const placed = used.map(({ name, order, defaultAction }): Tier => {
    const policies = inPolicyOrder(members.get(name) ?? []);
    reportTies(name, policies, report);
    return {
      name,
      order,
      defaultAction,
      policies: input.deniesNothing === true ? policies.map(ifEnforced) : policies,
    };
  });
  return { set: { tiers: placed }, unplaced };
}

function nameOf({ kind, origin }: CalicoPolicy): string {
  return origin.namespace === undefined
    ? `${kind} ${origin.name}`
    : `${kind} ${origin.namespace}/${origin.name}`;
}

/** Undefined if the policy's pods cannot be told. */
function interpretPolicy(policy: CalicoPolicy, context: RuleContext): Policy | undefined {
  const { origin, order } = policy;
  const { report } = context;
  const subject = interpretSubject(policy);
  if (subject === undefined) {
    report(
      calicoMeaningDiagnostics.create("CAL-S102", { at: origin.place, policy: nameOf(policy) }),
    );
    return undefined;
  }
  reportImpossibleValues(policy, origin.place, report);
  if (policy.hostsOnly) {
    report(
      calicoMeaningDiagnostics.create("CAL-P104", {
        at: origin.place,
        policy: nameOf(policy),
      }),
    );
    const inert = [...policy.ingress, ...policy.egress].map((rule) => ({
      origin: rule.origin,
      action: rule.action,
    }));
    return { origin, order, subject: { pods: [], hosts: true }, inert };
  }
  if (subject.hosts)
    report(
      calicoMeaningDiagnostics.create("CAL-S104", { at: origin.place, policy: nameOf(policy) }),
    );

  let inert: readonly Policy["inert"][number][] = NO_RULES;
  // Built in one piece, here and in interpretRule: spreading costs each of a hundred thousand a shape and room to grow.
  const interpreted: { -readonly [Key in keyof Policy]: Policy[Key] } = {
    origin,
    order,
    subject,
    inert,
  };
  for (const direction of DIRECTIONS) {
    const rules = policy[direction];
    if (policy.types.includes(direction)) {
      interpreted[direction] = {
        isolates: true,
        rules: rules.map((rule) => interpretRule(rule, origin.namespace, context)),
      };
      continue;
    }
    const [first] = rules;
    if (first === undefined) continue;
    inert = [...inert, ...rules.map((rule) => ({ origin: rule.origin, action: rule.action }))];
    report(
      calicoMeaningDiagnostics.create("CAL-R114", {
        at: first.origin.place,
        policy: nameOf(policy),
        direction,
      }),
    );
  }
  interpreted.inert = inert;
  return interpreted;
}
