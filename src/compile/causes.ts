import type { Box } from "../sets/box.ts";
import { boxesMeet } from "../sets/box.ts";
import type { LocalPolicy, LocalRule, LocalSet, LocalTier } from "./local.ts";
import type { Effort } from "./reach.ts";
import { closers, minusBoxes, subjectBoxes } from "./reach.ts";

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

/**
 * What may take something away from what a rule allows: Deny and Pass rules before it and whatever denies in earlier
 * tiers; for a Pass, of which only what gets to the end counts, in later ones as well.
 */
export function cutters(
  set: LocalSet,
  tierIndex: number,
  tier: LocalTier,
  local: LocalRule,
  effort: Effort,
): readonly Cause[] {
  const isPass = local.rule.action === "pass";
  const own = before(tier, local).filter(
    ({ rule }) => rule.action === "deny" || (rule.action === "pass" && !isPass),
  );
  const found: Cause[] = [...meeting(own, local)];
  const others = set.tiers.filter((_, index) => index < tierIndex || (isPass && index > tierIndex));
  for (const other of others) {
    const denies = other.rules.filter(({ rule }) => rule.action === "deny");
    found.push(...meeting(denies, local));
    // What its Pass rules surely hand on does not come to the end of the tier.
    const passes = other.rules.filter(({ rule, certain }) => rule.action === "pass" && certain);
    const left = passes.reduce<readonly Box[]>(
      (boxes, { boxes: passed }) => minusBoxes(boxes, passed, "over", effort),
      local.boxes,
    );
    for (const policy of closers(other)) {
      if (someMeet(subjectBoxes(policy.subjects), left)) found.push({ policy });
    }
  }
  return found.slice(0, MAX_CAUSES);
}

/** The rules of the tier that decide before a rule what it would decide. */
export function forestallers(tier: LocalTier, local: LocalRule): readonly Cause[] {
  return meeting(
    before(tier, local).filter(({ rule }) => rule.action !== "log"),
    local,
  );
}
