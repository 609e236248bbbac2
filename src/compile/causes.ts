import type { Box } from "../sets/box.ts";
import { boxesMeet } from "../sets/box.ts";
import type { LocalPolicy, LocalRule, LocalSet, LocalTier } from "./local.ts";
import { closers, subjectBoxes } from "./reach.ts";

/** A rule or policy of the source because of which another rule is what it is. */
export interface Cause {
  readonly policy: LocalPolicy;
  /** Undefined: the end of the policy's tier. */
  readonly rule?: LocalRule;
}

/** Names of a cause list are for people: a few will do. */
const MAX_CAUSES = 12;

const someMeet = (a: readonly Box[], b: readonly Box[]): boolean =>
  a.some((box) => b.some((other) => boxesMeet(box, other)));

const meeting = (rules: readonly LocalRule[], local: LocalRule): readonly Cause[] =>
  rules
    .filter((rule) => someMeet(rule.boxes, local.boxes))
    .map((rule) => ({ policy: rule.policy, rule }))
    .slice(0, MAX_CAUSES);

const before = (tier: LocalTier, local: LocalRule): readonly LocalRule[] =>
  tier.rules.slice(0, tier.rules.indexOf(local));

/** What may take something away from a rule on its way: Deny and Pass rules before it, and ends of earlier tiers. */
export function cutters(
  set: LocalSet,
  tierIndex: number,
  tier: LocalTier,
  local: LocalRule,
): readonly Cause[] {
  const own = before(tier, local).filter(
    ({ rule }) => rule.action === "deny" || rule.action === "pass",
  );
  const found: Cause[] = [...meeting(own, local)];
  const subjects = subjectBoxes(local.policy.subjects);
  for (const earlier of set.tiers.slice(0, tierIndex)) {
    found.push(...meeting(denies(earlier), local));
    for (const policy of closers(earlier)) {
      if (someMeet(subjectBoxes(policy.subjects), subjects)) found.push({ policy });
    }
  }
  return found.slice(0, MAX_CAUSES);
}

const denies = (tier: LocalTier): readonly LocalRule[] =>
  tier.rules.filter(({ rule }) => rule.action === "deny");

/** The Deny rules that may stop what a Pass hands on: those of its own tier and of later ones. */
export function laterDenies(set: LocalSet, tierIndex: number, local: LocalRule): readonly Cause[] {
  return meeting(set.tiers.slice(tierIndex).flatMap(denies), local);
}

/** The rules of the tier that decide before a rule what it would decide. */
export function forestallers(tier: LocalTier, local: LocalRule): readonly Cause[] {
  return meeting(
    before(tier, local).filter(({ rule }) => rule.action !== "log"),
    local,
  );
}
