import type { Box, Side } from "../sets/box.ts";
import { boxesMeet, isBoxSubset } from "../sets/box.ts";
import { boxInside, boxesOutside, partsOutside } from "../sets/box-parts.ts";
import { findOutside, remainder } from "../sets/box-remainder.ts";
import type { Cube } from "../sets/cube.ts";
import { intersectCubes, isCubeSubset } from "../sets/cube.ts";
import type { LocalPolicy, LocalRule } from "./local.ts";
import type { Effort } from "./effort.ts";

/** A rule or policy of the source because of which another rule is what it is. */
export interface Cause {
  readonly policy: LocalPolicy;
  /** Undefined: the end of the policy's tier. */
  readonly rule?: LocalRule;
}

/** What is taken out of a box, and who takes it. Its box has no names of ports: {@link cutBox}. */
export interface Cut {
  readonly box: Box;
  readonly cause: Cause;
}

/**
 * The flows of a box that lie in none of the cuts. Sets of flows are lists of terms on their way through the tiers: what is
 * left of a box is worked out only where somebody asks, and then no further than the question needs.
 */
export interface Term {
  readonly box: Box;
  /** Each meets the box, and none covers it. */
  readonly cuts: readonly Cut[];
}

export const NO_CUTS: readonly Cut[] = [];

export function uncut(boxes: readonly Box[]): readonly Term[] {
  return boxes.map((box) => ({ box, cuts: NO_CUTS }));
}

/**
 * A box as a cut of another one. A named port that the other does not carry may or may not be the flow's port: "over", which
 * must not take away too much, then takes nothing; "under" takes all of its numbers.
 */
export function cutBox(cut: Box, from: Box, side: Side): Box | undefined {
  const { named } = cut.traffic;
  if (named.length === 0) return cut;
  if (side === "over" && !named.every((name) => from.traffic.named.includes(name)))
    return undefined;
  return { ...cut, traffic: { numbers: cut.traffic.numbers, named: [] } };
}

/** The cuts that meet the box; undefined if one of them covers it. */
export function cutsOf(box: Box, cuts: readonly Cut[]): readonly Cut[] | undefined {
  let meeting: Cut[] | undefined;
  for (const [at, cut] of cuts.entries()) {
    const parts = partsOutside(box, cut.box);
    if (parts?.length === 0) return undefined;
    if (parts === undefined) meeting ??= cuts.slice(0, at);
    else meeting?.push(cut);
  }
  return meeting ?? cuts;
}

const boxesOf = (cuts: readonly Cut[]): readonly Box[] => cuts.map(({ box }) => box);

/** The flows of the terms whose subjects are in the cubes. Where the work is bounded, all flows of a term. */
export function termsWithin(
  terms: readonly Term[],
  cubes: readonly Cube[],
  effort: Effort,
): readonly Term[] {
  return terms.flatMap((term): readonly Term[] => {
    const { subject } = term.box;
    if (cubes.some((cube) => isCubeSubset(subject.labels, cube))) return [term];
    if (!effort.spend(cubes.length)) return [term];
    return cubes.flatMap((cube): readonly Term[] => {
      const labels = intersectCubes(subject.labels, cube);
      if (labels === undefined) return [];
      const box = { ...term.box, subject: { ...subject, labels } };
      effort.spend(term.cuts.length);
      const cuts = cutsOf(box, term.cuts);
      return cuts === undefined ? [] : [{ box, cuts }];
    });
  });
}

/** The safe answer: some of it may be what was looked for. */
function givenUp(box: Box, effort: Effort): Box {
  effort.giveUp("steps");
  return box;
}

/** Some flows of the terms; undefined if there are none. Where the work is bounded it says too much. */
export function someFlow(terms: readonly Term[], effort: Effort): Box | undefined {
  for (const { box, cuts } of terms) {
    if (cuts.length === 0) return box;
    const steps = effort.question();
    const found = findOutside(box, boxesOf(cuts), steps);
    effort.close(steps);
    if (found === "spent") return givenUp(box, effort);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Some flows of the terms that are in none of the boxes of the cover. Where the work is bounded it says too much.
 *
 * @param further more that covers, asked for only where no one box of the cover holds all of a term
 */
export function someOutside(
  terms: readonly Term[],
  cover: (box: Box) => readonly Box[],
  effort: Effort,
  further?: (box: Box) => readonly Box[],
): Box | undefined {
  for (const { box, cuts } of terms) {
    const candidates = cover(box);
    if (!effort.spend(candidates.length)) return givenUp(box, effort);
    if (candidates.some((other) => isBoxSubset(box, other))) continue;
    const more = further?.(box) ?? [];
    if (!effort.spend(more.length)) return givenUp(box, effort);
    if (more.some((other) => isBoxSubset(box, other))) continue;
    const covering = [...candidates, ...more].flatMap((other) => cutBox(other, box, "over") ?? []);
    const steps = effort.question();
    const found = findOutside(box, [...covering, ...boxesOf(cuts)], steps);
    effort.close(steps);
    if (found === "spent") return givenUp(box, effort);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Some part of the box that is in none of the terms; undefined if it surely lies in them. */
export function outsideTerms(box: Box, terms: readonly Term[], effort: Effort): Box | undefined {
  // Most have nothing to do with the box, which costs less to see than a step.
  if (!effort.spend(1 + Math.ceil(terms.length / 16))) return givenUp(box, effort);
  const meeting = terms.filter((term) => boxesMeet(box, term.box));
  if (!effort.spend(meeting.length)) return givenUp(box, effort);
  if (meeting.some((term) => isWithin(box, term))) return undefined;
  const steps = effort.question();
  const found = search(box, meeting, 0);
  effort.close(steps);
  return found === "spent" ? givenUp(box, effort) : found;

  /** What is outside of the terms from that one on: outside of its box, or in one of its cuts, and in none of the later. */
  function search(start: Box, among: readonly Term[], from: number): Box | undefined | "spent" {
    const term = among[from];
    if (term === undefined) return start;
    if (!steps.spend(1 + term.cuts.length)) return "spent";
    const whole = cutBox(term.box, start, "over");
    if (whole === undefined) return search(start, among, from + 1);
    const parts = partsOutside(start, whole);
    if (parts === undefined) return search(start, among, from + 1);
    for (const piece of boxesOutside(start, whole, parts)) {
      const found = search(piece, among, from + 1);
      if (found !== undefined) return found;
    }
    const inside = boxInside(start, whole, parts);
    if (inside === undefined) return undefined;
    for (const { box: cut } of term.cuts) {
      const common = partsOutside(inside, cut);
      if (common === undefined) continue;
      const both = boxInside(inside, cut, common);
      const found = both === undefined ? undefined : search(both, among, from + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** True only if the flows of the term are among those of the others. Where the work is bounded it says no. */
export function isInside(term: Term, others: readonly Term[], effort: Effort): boolean {
  const own = cutsOf(term.box, term.cuts);
  if (own === undefined) return true;
  const steps = effort.question();
  const { pieces, limit } = remainder(term.box, boxesOf(own), steps);
  effort.close(steps);
  return (
    limit === undefined && pieces.every((box) => outsideTerms(box, others, effort) === undefined)
  );
}

/** True if the box is in the term, as one sees without a search. */
export function isWithin(box: Box, term: Term): boolean {
  return (
    isBoxSubset(box, term.box) && term.cuts.every((cut) => partsOutside(box, cut.box) === undefined)
  );
}
