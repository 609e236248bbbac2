import type { DirectionRules, OpaqueCondition, Policy, Rule } from "../../ir/policy.ts";
import { DIRECTIONS } from "../../ir/policy.ts";
import { intersectPeers } from "../../sets/box.ts";
import { cubesMeet } from "../../sets/cube.ts";
import { trafficMeets } from "../../sets/traffic-set.ts";

/** Server names and authentication. */
const MERGED = ["CIL-R104", "CIL-R106"];

/**
 * Rules for the same peers and port are merged into one, and with it the server names: TLS with one of the names is then
 * asked of all of them, also where a rule by itself asks for none. So it is with authentication. So the condition holds
 * for each Allow that meets one that has it. (cilium: pkg/policy/rule.go `mergePortProto`, mapstate.go `lookup`)
 */
export function holdMerged(policies: readonly Policy[]): readonly Policy[] {
  return MERGED.reduce(holdOne, policies);
}

function holdOne(policies: readonly Policy[], merged: string): readonly Policy[] {
  const holding = policies.flatMap((policy) =>
    DIRECTIONS.flatMap((direction) =>
      (policy[direction]?.rules ?? []).flatMap((rule) => {
        const condition = rule.opaque.find(({ code }) => code === merged);
        return condition === undefined ? [] : [{ policy, direction, rule, condition }];
      }),
    ),
  );
  if (holding.length === 0) return policies;
  return policies.map((policy) => {
    const applied: { ingress?: DirectionRules; egress?: DirectionRules } = {};
    for (const direction of DIRECTIONS) {
      const own = policy[direction];
      if (own === undefined) continue;
      const rules = own.rules.map((rule) => {
        const holder = holding.find(
          (one) =>
            one.direction === direction &&
            one.rule !== rule &&
            subjectsMeet(one.policy, policy) &&
            meets(one.rule, rule),
        );
        return holder === undefined ? rule : withCondition(rule, holder.condition);
      });
      applied[direction] = { ...own, rules };
    }
    return { ...policy, ...applied };
  });
}

function withCondition(rule: Rule, condition: OpaqueCondition): Rule {
  return rule.opaque.some(({ code }) => code === condition.code)
    ? rule
    : { ...rule, opaque: [...rule.opaque, condition] };
}

function subjectsMeet(a: Policy, b: Policy): boolean {
  return a.subject.pods.some((one) => b.subject.pods.some((other) => cubesMeet(one, other)));
}

/** A rule without ports is kept apart from those with, so it asks for no names. */
function meets(holder: Rule, rule: Rule): boolean {
  if (rule.action !== "allow") return false;
  const traffic =
    rule.traffic.named.length > 0 ||
    holder.traffic.named.length > 0 ||
    trafficMeets(holder.traffic.numbers, rule.traffic.numbers);
  return (
    traffic &&
    holder.peer.some((one) => rule.peer.some((other) => intersectPeers(one, other) !== undefined))
  );
}
