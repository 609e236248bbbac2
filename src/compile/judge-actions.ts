import { append } from "../base/append.ts";
import type { Box } from "../sets/box.ts";
import { subjectBoxes } from "../sets/box.ts";
import { BoxIndex } from "../sets/box-index.ts";
import { forestallers } from "./causes.ts";
import type { Cover } from "./claim.ts";
import { NO_DIFFERENCE, coverOf, lossOf, possibleFlow } from "./claim.ts";
import type { Draft, Scene } from "./draft-rule.ts";
import { cuttersOf, giveUp, hasUnsaid, limitOf, settleGain, taskIn } from "./draft-rule.ts";
import type { Effort } from "./effort.ts";
import type { LocalPolicy, LocalRule, LocalTier } from "./local.ts";
import type { Position } from "./reach.ts";
import { allowedFrom, mayBeAllowed, through, undecidedAt } from "./reach.ts";
import type { SaidRule } from "./say-rule.ts";
import { NOTHING_SAID } from "./say-rule.ts";
import { sayTerms } from "./say-terms.ts";
import type { Term } from "./term.ts";
import { isInside, someFlow, someOutside, termsWithin, uncut } from "./term.ts";

/** The drafts of a direction, in evaluation order. */
export type Drafts = ReadonlyMap<LocalRule, Draft>;

/** Everything that is surely let in by what is written. */
export function writtenBy(drafts: Iterable<Draft>): readonly Box[] {
  const written: Box[] = [];
  for (const { said } of drafts) if (said !== undefined) append(written, said.surely);
  return written;
}

/** Everything that is written, so that what may cover a box is found without a look at all of it. */
export function coverBy(drafts: Iterable<Draft>): Cover {
  const index = new BoxIndex(writtenBy(drafts), (box) => box);
  return (box) => index.mayMeet(box);
}

/**
 * An Allow that was left out is missed only for flows of isolated pods that nothing else lets in. If there are none, or
 * none that can occur, it is redundant, and no Deny or Pass has to answer for it.
 */
export function spareSkipped({ facts, isolated, work }: Scene, drafts: Drafts): void {
  let written: Cover | undefined;
  for (const draft of drafts.values()) {
    if (draft.disposition !== "skipped" || hasUnsaid(draft.local)) continue;
    written ??= coverBy(drafts.values());
    const effort = work.task().inFewWords();
    const within = termsWithin(draft.wanted, isolated, effort);
    const missed = lossOf(within, written, facts, effort);
    if (missed.left === undefined) draft.disposition = "redundant";
  }
}

/** Step d of lowerDirection: what each Deny and Pass comes to. */
export function judgeActions(scene: Scene, drafts: Drafts): void {
  const blamed = new Set<LocalRule>();
  for (const { local, disposition, because, said } of drafts.values()) {
    const isTailLeftOut = local.rule.action === "pass" && because.length > 0 && said === undefined;
    const leftOut = disposition === "skipped" || isTailLeftOut;
    if (leftOut) for (const { rule } of because) if (rule !== undefined) blamed.add(rule);
  }
  scene.set.tiers.forEach((tier, tierIndex) => {
    tier.rules.forEach((local, rule) => {
      const draft = drafts.get(local);
      const { action } = local.rule;
      if (draft === undefined || (action !== "deny" && action !== "pass")) return;
      judge(scene, drafts, draft, { tier: tierIndex, rule }, tier, blamed.has(local));
    });
  });
}

function judge(
  scene: Scene,
  drafts: Drafts,
  draft: Draft,
  at: Position,
  tier: LocalTier,
  isBlamed: boolean,
): void {
  const { local } = draft;
  const effort = scene.work.task();
  const matched = undecidedAt(scene.set, at, local.boxes, effort.inFewWords());
  const possible = possibleFlow(matched, "gain", scene.facts, effort);
  draft.unreached = possible.outside === undefined && !scene.rough.has(local.policy);
  if (
    possible.left === undefined ||
    changesNothing(scene, at, local, matched, effort.inFewWords())
  ) {
    if (draft.said !== undefined && !isSpare(draft, drafts, effort)) {
      draft.disposition = "emitted";
      return;
    }
    // What it hands on may be lost all the same, with that of the rules that would do it in its place.
    draft.said = undefined;
    draft.gained = NO_DIFFERENCE;
    draft.disposition = "redundant";
    if (draft.unreached) draft.because = forestallers(tier, local, effort);
    else if (possible.left === undefined) draft.gained = possible;
    return;
  }
  const isWritten = draft.said !== undefined && draft.said.groups.length > 0;
  const tailLeftOut =
    local.rule.action === "pass" && draft.wanted.length > 0 && draft.said === undefined;
  // What a Pass hands on to the end may be written although rules behind it were left out because of it.
  draft.disposition = !isWritten && (isBlamed || tailLeftOut) ? "skipped" : "emitted";
}

/** True if all that is written for the rule is written for others as well. */
function isSpare(draft: Draft, drafts: Drafts, effort: Effort): boolean {
  const others = writtenBy([...drafts.values()].filter((one) => one !== draft));
  const own = uncut(draft.said?.surely ?? []);
  return someOutside(own, coverOf(others), effort) === undefined;
}

/** True only if the flows that come to the rule end the same without it. */
function changesNothing(
  { set }: Scene,
  at: Position,
  { rule: { action } }: LocalRule,
  matched: readonly Term[],
  effort: Effort,
): boolean {
  const without = { tier: at.tier, rule: at.rule + 1 };
  if (action === "deny") return !mayBeAllowed(set, without, matched, effort);
  const may = allowedFrom(set, without, matched, "over", effort);
  const next = { tier: at.tier + 1, rule: 0 };
  const mayPassed = allowedFrom(set, next, matched, "over", effort);
  const inside = (terms: readonly Term[], from: Position): boolean => {
    const surely = allowedFrom(set, from, matched, "under", effort);
    return terms.every((term) => isInside(term, surely, effort));
  };
  return inside(may, next) && inside(mayPassed, without);
}

/**
 * What the end of the tiers allows to the pods that a Deny isolates, written for the first such Deny of a policy: only those
 * that no policy isolates otherwise have any of it. With `skip` nothing is cut: it is written whole where what is wider is
 * asked for, and not at all otherwise.
 */
export function sayTails(scene: Scene, drafts: Drafts): void {
  const { set, facts, isolation, options } = scene;
  const side = options.inexact === "narrow" ? "under" : "over";
  const done = new Set<LocalPolicy>();
  for (const { tier, rules } of set.tiers) {
    for (const rule of rules) {
      const draft = drafts.get(rule);
      if (draft === undefined || rule.rule.action !== "deny" || draft.unreached) continue;
      if ((tier.defaultAction === "deny" && rule.policy.isolates) || done.has(rule.policy))
        continue;
      done.add(rule.policy);
      const task = taskIn(scene);
      const { effort } = task;
      const isolated = uncut(subjectBoxes(isolation.get(rule.policy)?.said ?? []));
      draft.wanted = through(set.tiers, isolated, "over", effort);
      draft.sure = through(set.tiers, isolated, "under", effort);
      const isWhole = options.actions === "skip";
      if (isWhole && someFlow(draft.wanted, effort) === undefined) continue;
      const terms = isWhole ? isolated : side === "under" ? draft.sure : draft.wanted;
      const sayTail = (flows: readonly Term[]): SaidRule | undefined =>
        sayTerms(flows, set.namespace, facts, side, effort);
      draft.said = sayTail(terms);
      draft.because = (cuttersOf(terms) ?? []).filter((cause) => cause.rule !== rule);
      settleGain(task, draft);
      const limit = limitOf(task, draft, true);
      if (limit !== undefined) giveUp(task, draft, limit, isolated, () => sayTail(isolated));
      draft.limit ??= effort.limit;
      if (draft.said !== undefined) draft.disposition = "emitted";
    }
  }
}

/** What several Passes and Denies hand on to the same pods is written for the first of them. */
export function sayTailsOnce({ work }: Scene, drafts: Drafts): void {
  const told: Box[] = [];
  for (const draft of drafts.values()) {
    const { said, local } = draft;
    if (said === undefined || local.rule.action === "allow") continue;
    const isTold =
      told.length > 0 && someOutside(uncut(said.surely), coverOf(told), work.task()) === undefined;
    if (isTold) {
      draft.said = NOTHING_SAID;
      draft.gained = NO_DIFFERENCE;
    } else append(told, said.surely);
  }
}

/**
 * A Deny in a tier whose default is Pass isolates its subjects, and so has to answer for what the end of the tiers would
 * allow them: with `skip` that is never written, since the Deny cuts it.
 */
export function judgeTails(scene: Scene, drafts: Drafts, written: Cover): void {
  const { set, isolation, work } = scene;
  for (const { tier, rules } of set.tiers) {
    for (const rule of rules) {
      const draft = drafts.get(rule);
      if (draft === undefined || rule.rule.action !== "deny" || draft.unreached) continue;
      if (tier.defaultAction === "deny" && rule.policy.isolates) continue;
      const isolated = subjectBoxes(isolation.get(rule.policy)?.said ?? []);
      const effort = work.task();
      const tail = through(set.tiers, uncut(isolated), "over", effort);
      if (someOutside(tail, written, effort) === undefined) continue;
      draft.wanted = tail;
      if (draft.said === undefined) draft.disposition = "skipped";
    }
  }
}
