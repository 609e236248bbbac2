import type { DirectionRules, Policy, PolicySet, Rule } from "../ir/policy.ts";

/** Equal texts for rules that say the same; undefined if nothing is known of what the rule says. */
export type RuleText = (policy: Policy, rule: Rule) => string | undefined;

/**
 * The second set with the conditions of the first in rules that say the same: a rule that was read twice asks for one thing
 * that nobody can check, and not for two. So a set does not differ from itself.
 */
export function shareConditions(first: PolicySet, second: PolicySet, textOf: RuleText): PolicySet {
  const known = new Map<string, Rule>();
  for (const { policy, rule } of openRules(first)) {
    const text = textOf(policy, rule);
    if (text !== undefined) known.set(text, rule);
  }
  if (known.size === 0) return second;
  const shared = (policy: Policy, applied: DirectionRules): DirectionRules => {
    if (applied.rules.every(({ opaque }) => opaque.length === 0)) return applied;
    return {
      ...applied,
      rules: applied.rules.map((rule) => {
        if (rule.opaque.length === 0) return rule;
        const text = textOf(policy, rule);
        const same = text === undefined ? undefined : known.get(text);
        const isAlike = same?.opaque.length === rule.opaque.length;
        return same !== undefined && isAlike ? { ...rule, opaque: same.opaque } : rule;
      }),
    };
  };
  return {
    tiers: second.tiers.map((tier) => ({
      ...tier,
      policies: tier.policies.map((policy) => ({
        ...policy,
        ...(policy.ingress === undefined ? {} : { ingress: shared(policy, policy.ingress) }),
        ...(policy.egress === undefined ? {} : { egress: shared(policy, policy.egress) }),
      })),
    })),
  };
}

/** Rules with a condition that sets cannot say, or with matches that nobody can name. */
export function* openRules({
  tiers,
}: PolicySet): Generator<{ readonly policy: Policy; readonly rule: Rule }> {
  for (const policy of tiers.flatMap(({ policies }) => policies)) {
    for (const applied of [policy.ingress, policy.egress]) {
      for (const rule of applied?.rules ?? []) {
        if (rule.opaque.length > 0 || (rule.unsaid ?? []).length > 0) yield { policy, rule };
      }
    }
  }
}
