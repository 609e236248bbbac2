import { append } from "../base/append.ts";
import type { Box, Side } from "../sets/box.ts";
import { boxesMeet, intersectBoxes, isBoxSubset } from "../sets/box.ts";
import type { Effort } from "./effort.ts";
import type { LocalRule, LocalSet, LocalTier } from "./local.ts";
import type { Cause, Cut, Term } from "./term.ts";
import { NO_CUTS, cutBox, cutsOf, someFlow } from "./term.ts";
import { indexOf } from "./tier-index.ts";

/**
 * What becomes of flows on their way through the tiers.
 *
 * Each question has two answers where matches are not exactly known: "under" gives flows that surely get there, "over"
 * all that may. Under takes away what may match (M⁺) and adds what surely does (M⁻); over the other way round. The
 * formulas are those of docs/ARCHITECTURE.md, "Lowering"; they were checked by brute force there.
 */

/** More terms than this for one box are not followed: under drops the rest, over takes the box whole. */
export const TERM_LIMIT = 1_000;

/** Whether a rule's boxes count when they are taken away ("under": whatever may match; "over": only what surely does). */
const takes = (rule: LocalRule, side: Side): boolean => side === "under" || rule.certain;
/** Whether they count when they are kept. */
const keeps = (rule: LocalRule, side: Side): boolean => side === "over" || rule.certain;

/**
 * Cuts as they gather while the rules of a tier are walked. Each look at one is a step. Without steps nothing more is
 * gathered or found: whoever walks then has to see that the effort is spent, and to take the safe answer.
 */
class Gathered {
  readonly #cuts: Cut[];
  readonly #from: Box;
  readonly #side: Side;
  readonly #effort: Effort;

  constructor({ box, cuts }: Term, side: Side, effort: Effort) {
    this.#from = box;
    this.#side = side;
    this.#cuts = [...cuts];
    this.#effort = effort;
    effort.spend(1 + cuts.length);
  }

  /** False if that takes all that there was. */
  take(box: Box, cause: Cause): boolean {
    if (!this.#effort.spend(1)) return true;
    const cut = cutBox(box, this.#from, this.#side);
    if (cut === undefined || !boxesMeet(this.#from, cut)) return true;
    if (isBoxSubset(this.#from, cut)) return false;
    this.#cuts.push({ box: cut, cause });
    return true;
  }

  /** What is left of the part of the box that is in another one. */
  within(box: Box): Term | undefined {
    const both = boxesMeet(this.#from, box) ? intersectBoxes(this.#from, box) : undefined;
    if (!this.#effort.spend(both === undefined ? 1 : 1 + this.#cuts.length)) return undefined;
    // A copy: more cuts are gathered after it.
    const cuts = both === undefined ? undefined : cutsOf(both, [...this.#cuts]);
    return both === undefined || cuts === undefined ? undefined : { box: both, cuts };
  }

  get rest(): Term {
    return { box: this.#from, cuts: this.#cuts.length === 0 ? NO_CUTS : this.#cuts };
  }
}

/** What is left at the end of a tier; undefined if it denies all. */
function endOfTier(tier: LocalTier, term: Term, side: Side, effort: Effort): Term | undefined {
  const gathered = new Gathered(term, side, effort);
  for (const { policy, box } of indexOf(tier).closers(term.box)) {
    if (side === "over" && !policy.certain) continue;
    if (!gathered.take(box, { policy })) return undefined;
  }
  return gathered.rest;
}

/** Ends a walk: everything that is still open goes to the end of the tier. */
function withRest(
  passed: Term[],
  tier: LocalTier,
  gathered: Gathered,
  side: Side,
  effort: Effort,
): readonly Term[] {
  const rest = endOfTier(tier, gathered.rest, side, effort);
  if (rest !== undefined) passed.push(rest);
  return passed;
}

/**
 * Those of the flows that go on behind the tier. Earlier Allow matches of the tier are not taken away: what an Allow has
 * decided may stay in reach, since allowing it again changes nothing.
 */
function throughTier(tier: LocalTier, term: Term, side: Side, effort: Effort): readonly Term[] {
  const gathered = new Gathered(term, side, effort);
  const passed: Term[] = [];
  for (const { local, box } of indexOf(tier).deciders(term.box)) {
    const { action } = local.rule;
    if (action === "deny" && takes(local, side)) {
      if (!gathered.take(box, { policy: local.policy, rule: local })) return passed;
    }
    if (action !== "pass" || !keeps(local, side)) continue;
    const on = gathered.within(box);
    if (on === undefined) continue;
    passed.push(on);
    // Everything that is left goes on, so nothing behind this rule adds to it.
    if (isBoxSubset(term.box, on.box)) return passed;
  }
  return withRest(passed, tier, gathered, side, effort);
}

/** Follows terms through one tier after another. Where that is given up: nothing ("under"), or all of them ("over"). */
function follow(
  terms: readonly Term[],
  tiers: readonly LocalTier[],
  step: (tier: LocalTier, term: Term) => readonly Term[],
  side: Side,
  effort: Effort,
): readonly Term[] {
  let here = terms;
  for (const tier of tiers) {
    const next: Term[] = [];
    for (const term of here) {
      append(next, step(tier, term));
      if (next.length <= TERM_LIMIT && !effort.isSpent) continue;
      effort.giveUp(effort.isSpent ? "steps" : "ways");
      return side === "under" ? [] : terms.map(({ box }) => ({ box, cuts: NO_CUTS }));
    }
    here = next;
  }
  return here;
}

/** Those of the flows that get through these tiers. */
export function through(
  tiers: readonly LocalTier[],
  terms: readonly Term[],
  side: Side,
  effort: Effort,
): readonly Term[] {
  return follow(terms, tiers, (tier, term) => throughTier(tier, term, side, effort), side, effort);
}

/**
 * What is left of a rule's match when the tiers before it and the Deny and Pass rules before it in its own tier are done.
 * For a Pass only the Deny rules count: what another Pass has handed on already goes to the same place.
 */
export function effective(
  set: LocalSet,
  tierIndex: number,
  local: LocalRule,
  side: Side,
  effort: Effort,
): readonly Term[] {
  const tier = set.tiers[tierIndex];
  if (tier === undefined || !keeps(local, side)) return [];
  const index = indexOf(tier);
  const position = index.positionOf(local);
  const isPass = local.rule.action === "pass";
  const found: Term[] = [];
  for (const box of local.boxes) {
    const before = index
      .deciders(box)
      .filter(
        ({ at, local: { rule } }) =>
          at < position && (rule.action === "deny" || (rule.action === "pass" && !isPass)),
      );
    const arriving = [{ box, cuts: NO_CUTS }];
    for (const term of through(set.tiers.slice(0, tierIndex), arriving, side, effort)) {
      const gathered = new Gathered(term, side, effort);
      const isLeft = before.every(
        ({ local: earlier, box: cut }) =>
          !takes(earlier, side) || gathered.take(cut, { policy: earlier.policy, rule: earlier }),
      );
      if (isLeft) found.push(gathered.rest);
    }
    if (!effort.isSpent) continue;
    effort.giveUp("steps");
    return side === "under" ? [] : local.boxes.map((whole) => ({ box: whole, cuts: NO_CUTS }));
  }
  return found;
}

/** Where a flow stands: before rule number `rule` of tier number `tier`. */
export interface Position {
  readonly tier: number;
  readonly rule: number;
}

interface Walked {
  /** Decided: allowed. */
  readonly allowed: readonly Term[];
  /** Not decided in this tier, and not denied by its end. */
  readonly onward: readonly Term[];
}

/** One tier with the first match winning, Allows included: what it allows and what it hands on. */
function walkTier(
  tier: LocalTier,
  from: number,
  term: Term,
  side: Side,
  effort: Effort,
  except?: LocalRule,
): Walked {
  const gathered = new Gathered(term, side, effort);
  const allowed: Term[] = [];
  const passed: Term[] = [];
  for (const { local, at, box } of indexOf(tier).deciders(term.box)) {
    if (at < from) continue;
    const { action } = local.rule;
    if (action !== "deny" && local !== except && keeps(local, side)) {
      const matched = gathered.within(box);
      if (matched !== undefined) (action === "allow" ? allowed : passed).push(matched);
    }
    // Under: what an Allow surely took is in `allowed` already, so it may go on as well; taking it away could only take
    // too much. Over: what is surely decided goes no further.
    if (side === "under" ? action !== "allow" : local.certain) {
      if (!gathered.take(box, { policy: local.policy, rule: local }))
        return { allowed, onward: passed };
    }
  }
  return { allowed, onward: withRest(passed, tier, gathered, side, effort) };
}

/**
 * Those of the flows that are allowed in the end when they stand at `from`; a flow may be in several terms.
 *
 * @param except an Allow of which it is known what it allows: that is left out
 */
export function allowedFrom(
  set: LocalSet,
  from: Position,
  terms: readonly Term[],
  side: Side,
  effort: Effort,
  except?: LocalRule,
): readonly Term[] {
  const allowed: Term[] = [];
  const atFirst = set.tiers[from.tier];
  const step = (tier: LocalTier, term: Term): readonly Term[] => {
    const walked = walkTier(tier, tier === atFirst ? from.rule : 0, term, side, effort, except);
    append(allowed, walked.allowed);
    return walked.onward;
  };
  const here = follow(terms, set.tiers.slice(from.tier), step, side, effort);
  return [...allowed, ...here];
}

/**
 * True if some of the flows may be allowed when they stand at `from`: says so at the first Allow that they meet, and when
 * it would take too long to know.
 */
export function mayBeAllowed(
  set: LocalSet,
  from: Position,
  terms: readonly Term[],
  effort: Effort,
): boolean {
  let here = terms;
  for (const [index, tier] of set.tiers.entries()) {
    if (index < from.tier) continue;
    const next: Term[] = [];
    for (const term of here) {
      const gathered = new Gathered(term, "over", effort);
      let isOpen = true;
      for (const { local, at, box } of indexOf(tier).deciders(term.box)) {
        if (index === from.tier && at < from.rule) continue;
        const { action } = local.rule;
        if (action === "allow") {
          if (!boxesMeet(term.box, box)) continue;
          const matched = gathered.within(box);
          if (effort.isSpent) return true;
          if (matched !== undefined && someFlow([matched], effort) !== undefined) return true;
          continue;
        }
        if (action === "pass") {
          const matched = gathered.within(box);
          if (matched !== undefined) next.push(matched);
        }
        isOpen = !local.certain || gathered.take(box, { policy: local.policy, rule: local });
        if (!isOpen) break;
      }
      if (isOpen) withRest(next, tier, gathered, "over", effort);
      if (next.length > TERM_LIMIT || effort.isSpent) return true;
    }
    here = next;
  }
  return someFlow(here, effort) !== undefined;
}

/** Those of the flows that may come to a position without any rule having decided them. */
export function undecidedAt(
  set: LocalSet,
  { tier: tierIndex, rule: to }: Position,
  boxes: readonly Box[],
  effort: Effort,
): readonly Term[] {
  const tiers = set.tiers.slice(0, tierIndex);
  const start = boxes.map((box): Term => ({ box, cuts: NO_CUTS }));
  const step = (tier: LocalTier, term: Term): readonly Term[] =>
    walkTier(tier, 0, term, "over", effort).onward;
  const arriving = follow(start, tiers, step, "over", effort);
  const tier = set.tiers[tierIndex];
  if (tier === undefined) return arriving;
  return arriving.flatMap((term) => {
    if (effort.isSpent) return [term];
    const gathered = new Gathered(term, "over", effort);
    for (const { local, at, box } of indexOf(tier).deciders(term.box)) {
      if (at >= to || !local.certain) continue;
      if (!gathered.take(box, { policy: local.policy, rule: local })) return [];
    }
    return [gathered.rest];
  });
}
