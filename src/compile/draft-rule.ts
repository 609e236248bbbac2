import type { Disposition } from "../ir/outcome.ts";
import type { Policy } from "../ir/policy.ts";
import { ANY_ADDRESS, addressesMeet } from "../sets/address-set.ts";
import type { AddressSet } from "../sets/address-set.ts";
import type { Box, Side } from "../sets/box.ts";
import { intersectBoxes } from "../sets/box.ts";
import type { Cube } from "../sets/cube.ts";
import { cutters } from "./causes.ts";
import type { Difference } from "./claim.ts";
import { NO_DIFFERENCE, gainOf, notAmong, possibleFlow } from "./claim.ts";
import type { Effort, Limit, Work } from "./effort.ts";
import type { Facts } from "./facts.ts";
import { containsAllPods, factsFor } from "./facts.ts";
import type { Isolation, UnsayableSubjects } from "./isolation.ts";
import { withinIsolated } from "./isolation.ts";
import type { LocalPolicy, LocalRule, LocalSet, LocalTier } from "./local.ts";
import { allowedFrom, effective, through } from "./reach.ts";
import type { ObjectRoom } from "./object-room.ts";
import type { SaidRule } from "./say-rule.ts";
import { NOTHING_SAID, isVerbatim, sayKept, sayRule, saySubjects } from "./say-rule.ts";
import { sayTerms } from "./say-terms.ts";
import type { Cause, Cut, Term } from "./term.ts";
import { cutsOf, isInside, outsideTerms, someFlow, termsWithin, uncut } from "./term.ts";

/** Which side is taken where no exact form exists. */
export type Inexact = "narrow" | "widen";

/** What to do with an Allow of which an earlier rule decides a part: leave it out, or cut it. */
export type Actions = "skip" | "compile";

export interface LoweringOptions {
  readonly actions: Actions;
  readonly inexact: Inexact;
  readonly unsayableSubjects: UnsayableSubjects;
  /** Never write another policy in the place of a Kubernetes policy of the input. */
  readonly keepKubernetes: boolean;
}

/** One namespace and direction while it is lowered. */
export interface Scene {
  readonly set: LocalSet;
  readonly options: LoweringOptions;
  readonly facts: Facts;
  readonly work: Work;
  readonly room: ObjectRoom;
  readonly isolation: ReadonlyMap<LocalPolicy, Isolation>;
  /** All that is isolated by what is written: I. */
  readonly isolated: readonly Cube[];
  /** Policies of which it was given up to find out whom they isolate: more pods than they do ("narrow"), or fewer. */
  readonly rough: ReadonlySet<LocalPolicy>;
  /** Kubernetes policies of the input that are not kept as they are, since the source lets them do less. */
  readonly replaced: ReadonlySet<Policy>;
  /** True if no rule can touch another: one tier that denies at its end, Allows alone, and all of it certain. */
  readonly plain: boolean;
  /** True if it is known of each rule what it matches: then both bounds are the same, where none was given up. */
  readonly isExact: boolean;
}

/** A scene with what may be spent on one thing in it, such as a rule. */
export interface Task extends Scene {
  readonly effort: Effort;
}

export const taskIn = (scene: Scene): Task => ({ ...scene, effort: scene.work.task() });

/** What is to be written for one rule, before the rules are looked at together. */
export interface Draft {
  readonly local: LocalRule;
  disposition: Extract<Disposition, "emitted" | "redundant" | "skipped">;
  said: SaidRule | undefined;
  because: readonly Cause[];
  /** Flows that the source may allow because of this rule. */
  wanted: readonly Term[];
  /** Flows that it surely does. */
  sure: readonly Term[];
  /** What is let in beyond the source by what is written, or by leaving a Deny or Pass out. */
  gained: Difference;
  /** Because of which something of it was given up; undefined if nothing was. */
  limit: Limit | undefined;
  /** A Deny that no flow comes to undecided, so that it isolates nobody. */
  unreached: boolean;
}

/** True for a Kubernetes policy of the input that is written as it is. */
export const isKept = ({ policy }: LocalPolicy, replaced: ReadonlySet<Policy>): boolean =>
  policy.origin.engine === "kubernetes" && !replaced.has(policy);

/** True if the rule matches flows that the model cannot say. */
export const hasUnsaid = ({ rule }: LocalRule): boolean =>
  rule.unsaid !== undefined && rule.unsaid.length > 0;

/** Steps b and c of lowerDirection: what each Allow, and what each Pass hands on to the end, comes to by itself. */
export function draftRule(
  scene: Scene,
  tierIndex: number,
  tier: LocalTier,
  local: LocalRule,
): Draft {
  const task = taskIn(scene);
  const draft: Draft = {
    local,
    disposition: "redundant",
    said: undefined,
    because: [],
    wanted: [],
    sure: [],
    gained: NO_DIFFERENCE,
    limit: undefined,
    unreached: false,
  };
  const { action } = local.rule;
  // What a Deny or Log does is seen in what is written of the others.
  if (action !== "allow" && action !== "pass") return draft;
  const isKeptRule = isKept(local.policy, scene.replaced);
  if (action === "pass") pass(task, draft, tierIndex, tier);
  else if (isKeptRule) keep(task, draft, tierIndex, tier);
  else allow(task, draft, tierIndex, tier);
  settleGain(task, draft);
  const isCut = draft.because.length > 0 && scene.options.actions === "compile";
  const limit = isKeptRule ? undefined : limitOf(task, draft, isCut);
  if (limit !== undefined) {
    draft.because = cutters(scene.set, tierIndex, tier, local, task.effort);
    giveUp(task, draft, limit, uncut(local.boxes), () => say(task, local));
    if (action === "allow") draft.disposition = draft.said === undefined ? "skipped" : "emitted";
  }
  draft.limit = task.effort.limit;
  return draft;
}

/**
 * Why what was drafted is to be given up: it is not known what is left, or whether what is to be written is no more than that,
 * or there is no room for it.
 */
export function limitOf(
  task: Task,
  { local, said, gained }: Draft,
  isCut: boolean,
): Limit | undefined {
  const { effort, options, room } = task;
  if (effort.isSpent) return "steps";
  if (gained.left !== undefined && options.inexact === "narrow") return effort.limit;
  return isCut && said !== undefined ? room.take(local.policy.policy.origin, said) : undefined;
}

/** What is written may be more than the source surely allows: nothing is written before that is known. */
export function settleGain(task: Task, draft: Draft): void {
  const { said, local } = draft;
  if (said === undefined || said.maybe.length === 0) return;
  if (task.plain && local.certain && isVerbatim(local, said)) return;
  draft.gained = gainedBy(task, draft, said, factsFor(local.rule, task.facts));
}

/**
 * Nobody knows any more what is left of the whole: nothing of it is written, or all of it where what is wider is asked for.
 */
export function giveUp(
  task: Task,
  draft: Draft,
  limit: Limit,
  whole: readonly Term[],
  sayWhole: () => SaidRule | undefined,
): void {
  task.effort.giveUp(limit);
  draft.sure = [];
  draft.wanted = whole;
  draft.gained = NO_DIFFERENCE;
  draft.said = task.options.inexact === "widen" ? sayWhole() : undefined;
  settleGain(task, draft);
}

/** A rule of a Kubernetes policy of the input: it is written as it is, whatever the source's tiers make of it. */
function keep(scene: Task, draft: Draft, tierIndex: number, tier: LocalTier): void {
  const { local } = draft;
  draft.disposition = "emitted";
  draft.said = sayKept(
    local.policy.written,
    onTarget(local.written, scene.facts, "under"),
    onTarget(local.written, scene.facts, "over"),
  );
  if (scene.plain) {
    draft.wanted = uncut(local.boxes);
    draft.sure = local.certain ? draft.wanted : [];
    return;
  }
  draft.wanted = effective(scene.set, tierIndex, local, "over", scene.effort);
  draft.sure = effective(scene.set, tierIndex, local, "under", scene.effort);
  if (!covers(scene, draft.sure, local.boxes)) {
    draft.because = cutters(scene.set, tierIndex, tier, local, scene.effort);
  }
}

/**
 * What the boxes of a rule that is kept mean on the target. Where pods get other addresses, a block lets in every pod that
 * may come to lie in it, whatever address that pod had before.
 */
export function onTarget(boxes: readonly Box[], facts: Facts, side: Side): readonly Box[] {
  const { blocksMatchPods, targetDiffers, targetPodRanges } = facts;
  if (!targetDiffers && (side === "over" || blocksMatchPods === "yes")) return boxes;
  return boxes.flatMap((box): readonly Box[] => {
    const { peer } = box;
    if (peer.kind !== "pod" || peer.addresses === ANY_ADDRESS) return [box];
    const mayMeet = targetPodRanges === undefined || addressesMeet(peer.addresses, targetPodRanges);
    const meets =
      side === "over"
        ? mayMeet
        : blocksMatchPods === "yes" && containsAllPods(peer.addresses, targetPodRanges);
    return meets ? [{ ...box, peer: { ...peer, addresses: ANY_ADDRESS } }] : [];
  });
}

/** A rule with a part that is not even in the model is never redundant for what is known of it. */
function allow(scene: Task, draft: Draft, tierIndex: number, tier: LocalTier): void {
  const { local } = draft;
  let whole = local.certain;
  draft.wanted = uncut(local.boxes);
  draft.sure = local.certain ? draft.wanted : [];
  if (!scene.plain) {
    draft.wanted = effective(scene.set, tierIndex, local, "over", scene.effort);
    if (isNothing(scene, draft.wanted)) {
      draft.because = cutters(scene.set, tierIndex, tier, local, scene.effort);
      if (hasUnsaid(local)) draft.disposition = "skipped";
      return;
    }
    // Both bounds are the same, unless one of them was taken because the work is bounded.
    draft.sure =
      scene.isExact && scene.effort.limit === undefined
        ? draft.wanted
        : effective(scene.set, tierIndex, local, "under", scene.effort);
    whole &&= covers(scene, draft.sure, local.boxes);
  }
  if (local.boxes.length === 0) {
    if (hasUnsaid(local)) draft.disposition = "skipped";
    return;
  }
  if (!whole) draft.because = cutters(scene.set, tierIndex, tier, local, scene.effort);
  if (!whole && scene.options.actions === "compile") cut(scene, draft);
  else if (whole || scene.options.inexact === "widen") draft.said = say(scene, local);
  draft.disposition = draft.said === undefined ? "skipped" : "emitted";
  if (draft.said?.groups.length === 0) {
    draft.disposition = hasUnsaid(local) ? "skipped" : "redundant";
  }
}

/** What is left of a rule, for those of its pods that are isolated. */
function cut(scene: Task, draft: Draft): void {
  const { facts, isolated, options, effort } = scene;
  const isNarrow = options.inexact === "narrow";
  const left = termsWithin(isNarrow ? draft.sure : draft.wanted, isolated, effort);
  // Nobody whom it concerns is isolated: all is allowed without it.
  if (termsWithin(draft.wanted, isolated, effort).length === 0) {
    draft.said = NOTHING_SAID;
    return;
  }
  const needed = withoutNeedless(scene, left);
  const isBolder = needed !== left || facts.impossible.length > 0;
  let said = sayCut(scene, needed, facts);
  // What is left out of the cuts has to be borne out in the end: where that takes too long, everything is cut, and no more
  // than that is given up.
  const isBorneOut =
    !isBolder ||
    !isNarrow ||
    said === undefined ||
    gainedBy({ ...scene, effort: effort.trial() }, draft, said).left === undefined;
  if (!isBorneOut) said = sayCut(scene, left, { ...facts, impossible: [] });
  draft.said = said;
  draft.because = cuttersOf(isBorneOut ? needed : left) ?? draft.because;
}

function sayCut(
  { options, set, effort }: Task,
  terms: readonly Term[],
  facts: Facts,
): SaidRule | undefined {
  const side = options.inexact === "narrow" ? "under" : "over";
  return sayTerms(terms, set.namespace, facts, side, effort);
}

/** What of a rule as it is said the source does not surely allow, because of it or of another rule. */
export function gainedBy(
  { set, facts, effort }: Task,
  { local, sure }: Draft,
  said: SaidRule,
  own: Facts = facts,
): Difference {
  const open = notAmong(said.maybe, sure);
  const gained = gainOf(open, sure, own, effort);
  if (gained === NO_DIFFERENCE) return gained;
  const start = { tier: 0, rule: 0 };
  // What it allows itself is in there already.
  const isKnown = local.rule.action === "allow" && sure.length > 0;
  const except = isKnown ? local : undefined;
  const allowed = allowedFrom(set, start, uncut(open), "under", effort, except);
  return allowed.length === 0 ? gained : gainOf(open, [...sure, ...allowed], own, effort);
}

/** Terms with more cuts than this are cut by all of them. */
const FEW_CUTS = 32;
/** What may be looked at to see that other cuts take away the same as one: it is asked for each cut of each term. */
const FEW_STEPS = 200;

/**
 * The terms without the cuts that take away only what the source surely allows all the same, or what another cut takes away
 * as well: what an earlier Allow has decided before the Deny, or a later one does behind a Pass. A reader need not see
 * them, and what is left without them can be said more often.
 */
function withoutNeedless(task: Task, terms: readonly Term[]): readonly Term[] {
  const { set } = task;
  const effort = task.effort.inFewWords();
  const start = { tier: 0, rule: 0 };
  const isNeedless = (box: Box, { box: cut }: Cut, others: readonly Cut[]): boolean => {
    const both = intersectBoxes(box, cut);
    if (both === undefined) return true;
    const cuts = cutsOf(both, others);
    if (cuts === undefined) return true;
    const allowed = allowedFrom(set, start, uncut([both]), "under", effort);
    return (
      outsideTerms(both, allowed, effort) === undefined ||
      (cuts.length > 0 && isInside({ box: both, cuts }, allowed, effort.part(FEW_STEPS)))
    );
  };
  const changed = new Set<Term>();
  const found = terms.map((term) => {
    if (term.cuts.length === 0 || term.cuts.length > FEW_CUTS) return term;
    let { cuts } = term;
    // Of two that take away the same, the first is the one that decides.
    for (const one of [...cuts].reverse()) {
      const others = cuts.filter((other) => other !== one);
      if (isNeedless(term.box, one, others)) cuts = others;
    }
    if (cuts.length === term.cuts.length) return term;
    changed.add(term);
    return { ...term, cuts };
  });
  return changed.size === 0 ? terms : found;
}

/** So many causes of a cut are kept; a reader wants to see them all, a report must not drown in them. */
const MAX_CUTTERS = 100;

/** Who took something out of the terms; undefined if nobody did. */
export function cuttersOf(terms: readonly Term[]): readonly Cause[] | undefined {
  const found = new Map<LocalRule | LocalPolicy, Cause>();
  for (const { cuts } of terms) {
    for (const { cause } of cuts) {
      if (found.size < MAX_CUTTERS) found.set(cause.rule ?? cause.policy, cause);
    }
  }
  return found.size === 0 ? undefined : [...found.values()];
}

/** The flows that a Pass matches, as far as their subjects are isolated, on to the end of the last tier. */
function pass(scene: Task, draft: Draft, tierIndex: number, tier: LocalTier): void {
  const { local } = draft;
  const { set, effort, isolated } = scene;
  if (isolated.length === 0) return;
  const later = set.tiers.slice(tierIndex + 1);
  const toTheEnd = (side: "over" | "under"): readonly Term[] => {
    const handedOn = effective(set, tierIndex, local, side, effort);
    return through(later, termsWithin(handedOn, isolated, effort), side, effort);
  };
  draft.wanted = toTheEnd("over");
  if (someFlow(draft.wanted, effort) === undefined) {
    draft.wanted = [];
    return;
  }
  draft.sure = toTheEnd("under");
  const matched = termsWithin(uncut(local.boxes), isolated, effort).map(({ box }) => box);
  const whole = local.certain && covers(scene, draft.sure, matched);
  if (!whole) draft.because = cutters(set, tierIndex, tier, local, effort);
  if (!whole && scene.options.actions === "compile") cut(scene, draft);
  else if (whole || scene.options.inexact === "widen") draft.said = say(scene, local);
}

/**
 * A rule in the target's words, for those of its subjects that are isolated.
 *
 * @param unexcepted addresses that no exception of a block may hold
 */
export function say(scene: Scene, local: LocalRule, unexcepted?: AddressSet): SaidRule | undefined {
  const { isolated, isolation, options, set } = scene;
  const facts = factsFor(local.rule, scene.facts);
  const side = options.inexact === "narrow" ? "under" : "over";
  const subjects = saySubjects(local.subjects, facts, side);
  const own = isolation.get(local.policy)?.said ?? [];
  const within = subjects.every((subject) => own.includes(subject))
    ? subjects
    : withinIsolated(subjects, isolated);
  // Nobody whom it concerns is isolated: all is allowed without it.
  if (subjects.length > 0 && within.length === 0) return NOTHING_SAID;
  const { rule } = local;
  return sayRule(rule, within, set.namespace, set.direction, facts, side, unexcepted);
}

/** True if the boxes lie inside of the terms, as far as flows can occur; assumptions may be used as for a gain. */
function covers({ facts, effort }: Task, terms: readonly Term[], boxes: readonly Box[]): boolean {
  return gainOf(boxes, terms, facts, effort).left === undefined;
}

function isNothing({ facts, effort }: Task, terms: readonly Term[]): boolean {
  return possibleFlow(terms, "loss", facts, effort).left === undefined;
}
