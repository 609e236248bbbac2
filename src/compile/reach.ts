import { append } from "../base/append.ts";
import { ANY_ADDRESS } from "../sets/address-set.ts";
import type { Box, PodBox, Side } from "../sets/box.ts";
import {
  ANY_PEER,
  ANY_TRAFFIC_BOX,
  boxesMeet,
  intersectBoxes,
  subtractBoxes,
} from "../sets/box.ts";
import type { Cube } from "../sets/cube.ts";
import type { LocalPolicy, LocalRule, LocalSet, LocalTier } from "./local.ts";

/**
 * What becomes of boxes of flows on their way through the tiers.
 *
 * Each question has two answers where matches are not exactly known: "under" gives flows that surely get there, "over"
 * all that may. Under subtracts what may match (M⁺) and adds what surely does (M⁻); over the other way round. The
 * formulas are those of docs/ARCHITECTURE.md, "Lowering"; they were checked by brute force there.
 */

/** More boxes than this in one question, and it is given up: under answers nothing, over everything. */
export const BOX_LIMIT = 100_000;

/** Counts the questions given up, so that it can be said. */
export interface Effort {
  givenUp: number;
  /** BOX_LIMIT, or less for questions that only decide how a thing is called. */
  readonly limit?: number;
}

/**
 * For questions about words alone, such as whether a Deny is redundant: past so many regions the safe word is taken, and
 * nothing that is written hangs on it.
 */
export const inFewWords = (): Effort => ({ givenUp: 0, limit: 200 });

const minus = (
  boxes: readonly Box[],
  cuts: readonly Box[],
  side: Side,
  effort: Effort,
): readonly Box[] => {
  if (boxes.length === 0 || cuts.length === 0) return boxes;
  const rest = subtractBoxes(boxes, cuts, side, effort.limit ?? BOX_LIMIT);
  if (rest !== undefined) return rest;
  effort.givenUp += 1;
  return side === "under" ? [] : boxes;
};

const meet = (boxes: readonly Box[], others: readonly Box[]): Box[] => {
  const found: Box[] = [];
  for (const box of boxes) {
    for (const other of others) {
      const both = intersectBoxes(box, other);
      if (both !== undefined) found.push(both);
    }
  }
  return found;
};

/** Whether a rule's boxes count when they are taken away ("under": whatever may match; "over": only what surely does). */
const cuts = (rule: LocalRule, side: Side): boolean => side === "under" || rule.certain;
/** Whether they count when they are kept. */
const keeps = (rule: LocalRule, side: Side): boolean => side === "over" || rule.certain;

/** All flows of the subjects. */
export function subjectBoxes(subjects: readonly Cube[]): readonly Box[] {
  return subjects.flatMap((labels) => {
    const subject: PodBox = { kind: "pod", labels, addresses: ANY_ADDRESS };
    return ANY_PEER.map((peer): Box => ({ subject, peer, traffic: ANY_TRAFFIC_BOX }));
  });
}

/** The policies of a tier because of which its end denies: none if the tier's default is Pass. */
export function closers(tier: LocalTier): readonly LocalPolicy[] {
  return tier.tier.defaultAction === "pass"
    ? []
    : tier.policies.filter((policy) => policy.isolates);
}

function endOfTier(
  tier: LocalTier,
  boxes: readonly Box[],
  side: Side,
  effort: Effort,
): readonly Box[] {
  let rest = boxes;
  for (const policy of closers(tier)) {
    if (side === "over" && !policy.certain) continue;
    rest = minus(rest, subjectBoxes(policy.subjects), side, effort);
  }
  return rest;
}

/**
 * Those of the flows that go on behind the tier. Earlier Allow matches of the tier are not taken away: what an Allow has
 * decided may stay in reach, since allowing it again changes nothing.
 */
function throughTier(
  tier: LocalTier,
  boxes: readonly Box[],
  side: Side,
  effort: Effort,
): readonly Box[] {
  let open = boxes;
  const passed: Box[] = [];
  for (const rule of tier.rules) {
    if (open.length === 0) break;
    if (rule.rule.action === "deny" && cuts(rule, side))
      open = minus(open, rule.boxes, side, effort);
    if (rule.rule.action === "pass" && keeps(rule, side)) append(passed, meet(open, rule.boxes));
  }
  const rest = endOfTier(tier, open, side, effort);
  return passed.length === 0 ? rest : [...passed, ...rest];
}

/** Those of the flows that get to the tier with this index. */
export function reaching(
  set: LocalSet,
  tier: number,
  boxes: readonly Box[],
  side: Side,
  effort: Effort,
): readonly Box[] {
  let here = boxes;
  for (const earlier of set.tiers.slice(0, tier)) {
    if (here.length === 0) break;
    here = throughTier(earlier, here, side, effort);
  }
  return here;
}

/**
 * What is left of a rule's match when the tiers before it and the Deny and Pass rules before it in its own tier are done.
 * For a Pass only the Deny rules count: what another Pass has handed on already goes to the same place.
 */
export function effective(
  set: LocalSet,
  tier: number,
  rule: LocalRule,
  side: Side,
  effort: Effort,
): readonly Box[] {
  let boxes = keeps(rule, side) ? reaching(set, tier, rule.boxes, side, effort) : [];
  for (const earlier of set.tiers[tier]?.rules ?? []) {
    if (earlier === rule || boxes.length === 0) break;
    const { action } = earlier.rule;
    const decides = action === "deny" || (action === "pass" && rule.rule.action !== "pass");
    if (decides && cuts(earlier, side)) {
      boxes = minus(boxes, earlier.boxes, side, effort);
    }
  }
  return boxes;
}

/** Where a flow stands: before rule number `rule` of tier number `tier`. */
export interface Position {
  readonly tier: number;
  readonly rule: number;
}

interface Walked {
  /** Decided: allowed. */
  readonly allowed: readonly Box[];
  /** Not decided in this tier, and not denied by its end. */
  readonly onward: readonly Box[];
}

/** One tier with the first match winning, Allows included: what it allows and what it hands on. */
function walkTier(
  tier: LocalTier,
  from: number,
  boxes: readonly Box[],
  side: Side,
  effort: Effort,
): Walked {
  let open = boxes;
  const allowed: Box[] = [];
  const passed: Box[] = [];
  for (const rule of tier.rules.slice(from)) {
    if (open.length === 0) break;
    const { action } = rule.rule;
    if (action === "log") continue;
    if (action !== "deny" && keeps(rule, side)) {
      append(action === "allow" ? allowed : passed, meet(open, rule.boxes));
    }
    // Under: what an Allow surely took is in `allowed` already, so it may go on as well; taking it away could only take
    // too much. Over: what is surely decided goes no further.
    if (side === "under" ? action !== "allow" : rule.certain) {
      open = minus(open, rule.boxes, side, effort);
    }
  }
  return { allowed, onward: [...passed, ...endOfTier(tier, open, side, effort)] };
}

/** Those of the flows that are allowed in the end when they stand at `from`; a flow may be in several boxes. */
export function allowedFrom(
  set: LocalSet,
  from: Position,
  boxes: readonly Box[],
  side: Side,
  effort: Effort,
): readonly Box[] {
  const allowed: Box[] = [];
  let here = boxes;
  for (let tier = from.tier; tier < set.tiers.length && here.length > 0; tier += 1) {
    const current = set.tiers[tier];
    if (current === undefined) break;
    const walked = walkTier(current, tier === from.tier ? from.rule : 0, here, side, effort);
    append(allowed, walked.allowed);
    here = walked.onward;
  }
  return [...allowed, ...here];
}

/**
 * True if some of the flows may be allowed when they stand at `from`. Says so at the first Allow that they meet, so it
 * never has to take Allows away.
 */
export function mayBeAllowed(
  set: LocalSet,
  from: Position,
  boxes: readonly Box[],
  effort: Effort,
): boolean {
  let here = boxes;
  for (const [index, tier] of set.tiers.entries()) {
    if (index < from.tier) continue;
    if (here.length === 0) return false;
    let open = here;
    const passed: Box[] = [];
    for (const rule of tier.rules.slice(index === from.tier ? from.rule : 0)) {
      const { action } = rule.rule;
      if (action === "log" || open.length === 0) continue;
      if (action === "allow") {
        if (rule.boxes.some((box) => open.some((other) => boxesMeet(box, other)))) return true;
        continue;
      }
      if (action === "pass") append(passed, meet(open, rule.boxes));
      if (rule.certain) open = minus(open, rule.boxes, "over", effort);
    }
    here = [...passed, ...endOfTier(tier, open, "over", effort)];
  }
  return here.length > 0;
}

/** Those of the flows that may come to a position without any rule having decided them. */
export function undecidedAt(
  set: LocalSet,
  position: Position,
  boxes: readonly Box[],
  effort: Effort,
): readonly Box[] {
  let here = boxes;
  for (const tier of set.tiers.slice(0, position.tier)) {
    if (here.length === 0) break;
    here = walkTier(tier, 0, here, "over", effort).onward;
  }
  for (const rule of set.tiers[position.tier]?.rules.slice(0, position.rule) ?? []) {
    if (here.length === 0) break;
    if (rule.certain && rule.rule.action !== "log") here = minus(here, rule.boxes, "over", effort);
  }
  return here;
}

export { meet as meetBoxes, minus as minusBoxes };
