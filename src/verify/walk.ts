import type { DirectionRules, Rule } from "../ir/policy.ts";
import { intersectRegions, isInside, subjectRegion } from "./region.ts";
import type { Budget } from "./budget.ts";
import type { Region } from "./region.ts";
import type { RuleRegion, TierView, View } from "./view.ts";

/*
 * What a set allows or denies of a region, by going through its tiers as a flow does. Nothing is subtracted on the way:
 * each part is a region with the cuts that take away what the walk has lost, for whoever asks whether something is left.
 *
 *   In each tier, for a region that reaches it:
 *     (a) a rule with the verdict asked for decides what it matches, but for what rules with another action before it
 *         match (earlier rules with the same verdict give the same answer);
 *     (b) where the default action denies, it denies what no rule matches, for the pods that the tier is closed for;
 *     (c) a Pass hands on what it matches, but for what an Allow or Deny before it matches;
 *     (d) what no rule matches goes on to the next tier, unless the tier is closed for the pod;
 *   (e) what reaches the end is allowed.
 */

export interface Part {
  readonly region: Region;
  readonly cuts: readonly Region[];
  /** What decides: a rule, or a policy by closing its tier. Undefined: nothing, or one of several. */
  readonly by: Rule | DirectionRules | undefined;
  /** Where something else of the tier decides before `by` does, alike or not. */
  readonly hidden?: () => readonly Region[];
}

/** A region on its way, less the cuts. */
export interface Reaching {
  readonly region: Region;
  readonly cuts: readonly Region[];
  /** The last Pass that handed it on. */
  readonly pass?: Rule | undefined;
}

/** The parts of a region that the set allows, or denies, from a tier on. Together they are all of it, no more. */
export function* decided(
  view: View,
  verdict: "allow" | "deny",
  from: Reaching,
  budget: Budget,
  at = 0,
): Generator<Part> {
  const tier = view.tiers[at];
  if (tier === undefined) {
    if (verdict === "allow") yield { ...from, by: undefined }; // (e)
    return;
  }
  yield* decidedIn(tier, verdict, from, budget);
  for (const next of leaving(tier, from, budget)) {
    yield* decided(view, verdict, next, budget, at + 1);
  }
}

/** What of a region reaches a tier; past the last one, what no rule and no closed tier decides. */
export function* reaching(
  view: View,
  at: number,
  from: Reaching,
  budget: Budget,
): Generator<Reaching> {
  const tier = at === 0 ? undefined : view.tiers[at - 1];
  if (tier === undefined) {
    yield from;
    return;
  }
  for (const before of reaching(view, at - 1, from, budget)) yield* leaving(tier, before, budget);
}

/** What of a rule's region that reaches its tier is left for the rule, earlier rules with the same action included. */
export function remaining(view: View, item: RuleRegion, from: Reaching): Reaching {
  const tier = view.tiers[item.tier];
  if (tier === undefined) return from;
  const before = tier.blocks.meeting(from.region).filter((other) => isBefore(other, item));
  return withCuts(from, before);
}

function* decidedIn(
  tier: TierView,
  verdict: "allow" | "deny",
  from: Reaching,
  budget: Budget,
): Generator<Part> {
  const { region } = from;
  const blocks = tier.blocks.meeting(region);
  budget.spend(1 + blocks.length);
  if (verdict === "allow") {
    for (const item of tier.allows.meeting(region)) {
      const part = within(from, item.region);
      if (part === undefined) continue;
      const { cuts } = withCuts(
        part,
        blocks.filter((other) => isBefore(other, item)),
      );
      yield { region: part.region, cuts, by: item.rule };
    }
    return; // (a)
  }
  const denies = blocks.filter(({ rule }) => rule.action === "deny");
  const passes = blocks.filter(({ rule }) => rule.action === "pass");
  const closing = closingParts(tier, from);
  const allows = denies.length + closing.length === 0 ? [] : tier.allows.meeting(region);
  budget.spend(allows.length);
  for (const item of denies) {
    const part = within(from, item.region);
    if (part === undefined) continue;
    const before = [...passes, ...allows].filter((other) => isBefore(other, item));
    const hidden = (): readonly Region[] =>
      tier.blocks
        .meeting(part.region)
        .flatMap((other) => (isBefore(other, item) ? other.region : []));
    yield { ...withCuts(part, before), by: item.rule, hidden }; // (a)
  }
  for (const part of closing) {
    const hidden = (): readonly Region[] => [
      ...tier.blocks.meeting(part.region).map((other) => other.region),
      ...(part.hidden?.() ?? []),
    ];
    yield { ...withCuts(part, [...allows, ...passes]), by: part.by, hidden }; // (b)
  }
}

function closingParts(tier: TierView, from: Reaching): readonly Part[] {
  const { region } = from;
  const subjects = subjectsOf(region);
  const closed = tier.closed.meeting(subjects);
  const last = closed.at(-1);
  if (last === undefined) return [];
  // Of several policies that close the tier for a pod, the last one answers for it.
  if (isInside(subjects, last.region)) return [{ ...from, by: last.applied }];
  if (closed.some((one) => isInside(subjects, one.region))) return [{ ...from, by: undefined }];
  const parts: Part[] = [];
  for (const [at, { applied, region: subject }] of closed.entries()) {
    const part = within(from, closedRegion(subject, region));
    const hidden = (): readonly Region[] =>
      closed.slice(at + 1).map((later) => closedRegion(later.region, region));
    if (part !== undefined) parts.push({ ...part, by: applied, hidden });
  }
  return parts;
}

/** Passes of several tiers multiply, so that the ways through them are counted as work. */
function* leaving(tier: TierView, from: Reaching, budget: Budget): Generator<Reaching> {
  const { region } = from;
  const allows = tier.allows.meeting(region);
  const blocks = tier.blocks.meeting(region);
  const denies = blocks.filter(({ rule }) => rule.action === "deny");
  budget.spend(1 + allows.length + blocks.length);
  for (const item of blocks) {
    budget.spend(1);
    if (budget.isSpent()) return;
    if (item.rule.action !== "pass") continue;
    const part = within(from, item.region);
    if (part === undefined) continue;
    const before = [...allows, ...denies].filter((other) => isBefore(other, item));
    yield { ...withCuts(part, before), pass: item.rule }; // (c)
  }
  if (tier.closed.holding(subjectsOf(region), () => true) !== undefined) return;
  const closed = tier.closed.meeting(subjectsOf(region)).map((one) => ({
    region: closedRegion(one.region, region),
  }));
  yield withCuts(from, [...allows, ...blocks, ...closed]); // (d)
}

/** Who is closed is told by pods, whatever the other end is. */
function subjectsOf(region: Region): Region {
  return subjectRegion(region.subject, "pod");
}

function closedRegion(closed: Region, like: Region): Region {
  return like.peer === undefined ? subjectRegion(closed.subject, "address") : closed;
}

function within({ region, cuts, pass }: Reaching, other: Region): Reaching | undefined {
  const both = intersectRegions(region, other);
  return both === undefined ? undefined : { region: both, cuts, pass };
}

function withCuts(
  { region, cuts, pass }: Reaching,
  items: readonly { readonly region: Region }[],
): Reaching {
  return items.length === 0
    ? { region, cuts, pass }
    : { region, cuts: [...cuts, ...items.map((item) => item.region)], pass };
}

function isBefore(item: RuleRegion, other: RuleRegion): boolean {
  return item.sequence < other.sequence;
}

/**
 * True if the set surely allows the whole region: no Deny or Pass meets it, and one rule allows it before any tier is
 * closed for some of its pods. The common case, told without a walk.
 */
export function surelyAllows(view: View, region: Region): boolean {
  for (const tier of view.tiers) {
    const blocks = tier.blocks.items.length === 0 ? [] : tier.blocks.meeting(region);
    const first = blocks[0];
    const whole = tier.allows.holding(
      region,
      (item) => first === undefined || isBefore(item, first),
    );
    if (whole !== undefined) return true;
    if (first !== undefined) return false;
    if (tier.closed.meeting(subjectsOf(region)).length > 0) return false;
  }
  return true;
}

/** True if nothing about these pods reaches the end: a tier is closed for them all and passes nothing on. */
export function surelyCloses(view: View, region: Region): boolean {
  return view.tiers.some(
    (tier) => !tier.hasPass && tier.closed.holding(subjectsOf(region), () => true) !== undefined,
  );
}
