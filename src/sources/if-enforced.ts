import type { DirectionRules, Policy } from "../ir/policy.ts";

/**
 * A policy of an engine that lets pass, for the time being, what it denies: read as its author means it, since a trial is
 * no state to keep to. All that is said of it rests on the assumption `enforced`.
 */
export function ifEnforced(policy: Policy): Policy {
  const { ingress, egress } = policy;
  if (policy.subject.pods.length === 0 || (ingress ?? egress) === undefined) return policy;
  const inForce = ({ isolates, rules }: DirectionRules): DirectionRules => ({
    isolates,
    rules: rules.map((rule) => ({ ...rule, assumptions: [...rule.assumptions, "enforced"] })),
  });
  return {
    ...policy,
    assumptions: ["enforced"],
    ...(ingress === undefined ? {} : { ingress: inForce(ingress) }),
    ...(egress === undefined ? {} : { egress: inForce(egress) }),
  };
}
