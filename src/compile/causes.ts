import type { Box } from "../sets/box.ts";
import { boxesMeet, intersectBoxes, subjectBoxes } from "../sets/box.ts";
import type { Effort } from "./effort.ts";
import type { LocalRule, LocalSet, LocalTier } from "./local.ts";
import type { Cause, Term } from "./term.ts";
import { cutBox, someFlow } from "./term.ts";
import { closers, indexOf } from "./tier-index.ts";

/** Names of a cause list are for people: a few will do. */
const MAX_CAUSES = 12;

const someMeet = (a: readonly Box[], b: readonly Box[]): boolean =>
  a.some((box) => b.some((other) => boxesMeet(box, other)));

/** The rules of the tier, before that position, that fit and meet flows of the rule. */
function meeting(
  tier: LocalTier,
  end: number,
  local: LocalRule,
  fits: (rule: LocalRule) => boolean,
  effort: Effort,
): readonly Cause[] {
  const found: Cause[] = [];
  for (const rule of tier.rules.slice(0, end)) {
    if (!fits(rule)) continue;
    if (!effort.spend(rule.boxes.length * local.boxes.length)) break;
    if (!someMeet(rule.boxes, local.boxes)) continue;
    found.push({ policy: rule.policy, rule });
    if (found.length === MAX_CAUSES) break;
  }
  return found;
}

/**
 * What may take something away from what a rule allows: Deny and Pass rules before it and whatever denies in earlier
 * tiers; for a Pass, of which only what gets to the end counts, in later ones as well.
 */
export function cutters(
  set: LocalSet,
  tierIndex: number,
  tier: LocalTier,
  local: LocalRule,
  given: Effort,
): readonly Cause[] {
  const effort = given.inFewWords();
  const isPass = local.rule.action === "pass";
  const found: Cause[] = [
    ...meeting(
      tier,
      indexOf(tier).positionOf(local),
      local,
      ({ rule }) => rule.action === "deny" || (rule.action === "pass" && !isPass),
      effort,
    ),
  ];
  const others = set.tiers.filter((_, index) => index < tierIndex || (isPass && index > tierIndex));
  for (const other of others) {
    if (found.length >= MAX_CAUSES) break;
    found.push(
      ...meeting(other, other.rules.length, local, ({ rule }) => rule.action === "deny", effort),
      ...closing(other, local, effort),
    );
  }
  return found.slice(0, MAX_CAUSES);
}

/** The policies because of which the end of the tier denies flows of the rule that no Pass surely hands on. */
function closing(tier: LocalTier, local: LocalRule, effort: Effort): readonly Cause[] {
  const found: Cause[] = [];
  const passes = tier.rules.filter(({ rule, certain }) => rule.action === "pass" && certain);
  for (const policy of closers(tier)) {
    if (found.length >= MAX_CAUSES || effort.isSpent) break;
    const closed = subjectBoxes(policy.subjects);
    const left = local.boxes.flatMap((box) =>
      closed.flatMap((end): readonly Term[] => {
        const both = intersectBoxes(box, end);
        if (both === undefined || !effort.spend(passes.length)) return [];
        const cuts = passes.flatMap((rule) =>
          rule.boxes.flatMap((passed) => {
            const cut = cutBox(passed, both, "over");
            return cut === undefined || !boxesMeet(both, cut)
              ? []
              : [{ box: cut, cause: { policy: rule.policy, rule } }];
          }),
        );
        return [{ box: both, cuts }];
      }),
    );
    if (someFlow(left, effort) !== undefined) found.push({ policy });
  }
  return found;
}

/** The rules of the tier that decide before a rule what it would decide. */
export function forestallers(tier: LocalTier, local: LocalRule, effort: Effort): readonly Cause[] {
  const end = indexOf(tier).positionOf(local);
  return meeting(tier, end, local, ({ rule }) => rule.action !== "log", effort.inFewWords());
}
