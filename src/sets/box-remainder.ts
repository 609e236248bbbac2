import type { Box } from "./box.ts";
import { boxesMeet } from "./box.ts";
import {
  areApartIn,
  boxesOutside,
  outsidePart,
  partOf,
  partsOutside,
  partsThatDiffer,
} from "./box-parts.ts";
import type { Part } from "./box-parts.ts";
import { SingleCuts } from "./single-cuts.ts";

/*
 * What is left of a box when others are taken out of it, without ever writing down more than is asked for.
 *
 * A cut that a box sticks out of in one part alone leaves one box, so such cuts are made first, and again after each
 * change (as a solver propagates unit clauses). Only what is left after that is split: on one cut, part by part, such that
 * the pieces are disjoint.
 */

/** How much work may still be done: one for each cut that a box is held to. */
export class Steps {
  readonly bound: number;
  #left: number;

  constructor(bound: number) {
    this.bound = bound;
    this.#left = bound;
  }

  /** False when there is none left. */
  spend(count: number): boolean {
    this.#left -= count;
    return this.#left >= 0;
  }

  get left(): number {
    return Math.max(0, this.#left);
  }

  /** How many were spent, of those that there were. */
  get used(): number {
    return this.bound - this.left;
  }
}

interface OpenCut {
  readonly cut: Box;
  readonly parts: readonly Part[];
}

interface Narrowed {
  readonly box: Box;
  /** Each sticks out in two parts or more. */
  readonly cuts: readonly OpenCut[];
}

/** True of two boxes, or of one with itself, that have no flow in common although their parts meet. */
export type Apart = (a: Box, b: Box) => boolean;

/** Makes the cuts that leave one box. Undefined when nothing is left; "spent" when the steps are. */
function narrow(
  start: Box,
  cuts: readonly Box[],
  steps: Steps,
  apart?: Apart,
): Narrowed | undefined | "spent" {
  let box = start;
  let open = cuts;
  for (;;) {
    if (!steps.spend(open.length + 1)) return "spent";
    if (apart?.(box, box) === true) return undefined;
    const rest: OpenCut[] = [];
    const single = new SingleCuts();
    for (const cut of open) {
      const parts = partsOutside(box, cut);
      if (parts === undefined || apart?.(box, cut) === true) continue;
      const [part] = parts;
      if (part === undefined) return undefined;
      if (parts.length > 1 || !single.add(cut, part)) rest.push({ cut, parts });
    }
    const changed = !single.isEmpty;
    if (changed) {
      const left = single.leftOf(box);
      if (left === undefined) return undefined;
      box = left;
    }
    if (!changed || rest.length === 0) return { box, cuts: rest };
    open = rest.map(({ cut }) => cut);
  }
}

/** Some part of the box that lies in none of the cuts; undefined if and only if there is none. */
export function findOutside(
  start: Box,
  cuts: readonly Box[],
  steps: Steps,
): Box | undefined | "spent" {
  const narrowed = narrow(start, cuts, steps);
  if (narrowed === undefined || narrowed === "spent") return narrowed;
  const { box, cuts: open } = narrowed;
  const chosen = open.reduce<OpenCut | undefined>(
    (best, one) => (best === undefined || one.parts.length < best.parts.length ? one : best),
    undefined,
  );
  if (chosen === undefined) return box;
  const others = open.filter((one) => one !== chosen).map(({ cut }) => cut);
  for (const piece of boxesOutside(box, chosen.cut, chosen.parts)) {
    const found = findOutside(piece, others, steps);
    if (found !== undefined) return found;
  }
  return undefined;
}

export interface Remainder {
  /** Their union is what is left; if there is a limit, a part of it. */
  readonly pieces: readonly Box[];
  /** What was hit before all pieces were found; undefined if they are complete. */
  readonly limit: "steps" | "pieces" | undefined;
}

/** More pieces than this are not written for one box. */
export const PIECE_LIMIT = 256;

/**
 * The box minus the cuts, as few boxes that overlap and are each as large as can be: so each has as few conditions as can
 * be, and a reader sees in it what was taken out and nothing else.
 *
 * a. Disjoint pieces, cut by traffic first: overlapping ranges of ports then make one piece a range.
 * b. Each is widened, part by part, to all that no cut forbids while it is as it is in all other parts.
 * c. Those that the others cover are left out.
 *
 * @param apart tells of boxes that meet in their parts, but have no flow in common: no cut is made for these
 */
export function remainder(
  start: Box,
  cuts: readonly Box[],
  steps: Steps,
  apart?: Apart,
): Remainder {
  const narrowed = narrow(start, cuts, steps, apart);
  if (narrowed === "spent") return { pieces: [], limit: "steps" };
  if (narrowed === undefined) return { pieces: [], limit: undefined };
  const { box, cuts: open } = narrowed;
  if (open.length === 0) return { pieces: [box], limit: undefined };
  const disjoint: Box[] = [];
  const others = open.map(({ cut }) => cut);
  const limit = collect(box, others, disjoint, steps, apart);
  const grown = disjoint.map((piece) => grow(piece, box, others, steps));
  return { pieces: withoutCovered(grown, steps), limit };
}

/** Step a. What was hit before all were collected. */
function collect(
  start: Box,
  cuts: readonly Box[],
  into: Box[],
  steps: Steps,
  apart: Apart | undefined,
): Remainder["limit"] {
  const narrowed = narrow(start, cuts, steps, apart);
  if (narrowed === undefined) return undefined;
  if (narrowed === "spent") return "steps";
  if (into.length >= PIECE_LIMIT) return "pieces";
  const { box, cuts: open } = narrowed;
  const chosen =
    open.find(({ parts }) => parts[0]?.of === "traffic") ??
    open.reduce<OpenCut | undefined>(
      (best, one) => (best === undefined || one.parts.length < best.parts.length ? one : best),
      undefined,
    );
  if (chosen === undefined) {
    into.push(box);
    return undefined;
  }
  const others = open.filter((one) => one !== chosen).map(({ cut }) => cut);
  for (const piece of boxesOutside(box, chosen.cut, chosen.parts)) {
    const limit = collect(piece, others, into, steps, apart);
    if (limit !== undefined) return limit;
  }
  return undefined;
}

/** Step b. What meets a cut, in flows that cannot be, stays as it is: widened, it might meet the cut in others. */
function grow(start: Box, within: Box, cuts: readonly Box[], steps: Steps): Box {
  if (!steps.spend(cuts.length) || cuts.some((cut) => boxesMeet(start, cut))) return start;
  let piece = start;
  for (const part of partsThatDiffer(start, within) ?? []) {
    // Without steps a piece stays narrower than it might be, which the others make up for.
    if (!steps.spend(cuts.length)) return piece;
    let wider: Box | undefined = partOf(piece, within, part);
    for (const cut of cuts) {
      if (!areApartIn(piece, cut, part)) continue;
      const [left, ...more]: readonly Box[] = outsidePart(wider, cut, part);
      wider = more.length > 0 ? undefined : left;
      if (wider === undefined) break;
    }
    if (wider !== undefined) piece = wider;
  }
  return piece;
}

/** Among more pieces than this, only what lies inside of one other is looked for. */
const FEW_PIECES = 64;
const COVER_STEPS = 20_000;

/**
 * The boxes without those that the others cover; what has most conditions goes first. Boxes have no port names.
 *
 * @param steps past them, boxes stay that might be left out
 */
export function withoutCovered(boxes: readonly Box[], steps: Steps): readonly Box[] {
  if (boxes.length < 2) return boxes;
  const kept = new Set(boxes);
  const byConditions = [...boxes].sort((a, b) => conditions(b) - conditions(a));
  for (const box of byConditions) {
    if (!steps.spend(kept.size)) break;
    const others = [...kept].filter((other) => other !== box);
    const isInside = others.some((other) => partsOutside(box, other)?.length === 0);
    if (isInside) kept.delete(box);
    else if (boxes.length <= FEW_PIECES) {
      const search = new Steps(Math.min(COVER_STEPS, steps.left));
      if (findOutside(box, others, search) === undefined) kept.delete(box);
      steps.spend(search.used);
    }
  }
  return kept.size === boxes.length ? boxes : boxes.filter((box) => kept.has(box));
}

function conditions({ subject, peer, traffic }: Box): number {
  const labels = peer.kind === "pod" ? peer.labels.constraints : [];
  return (
    subject.labels.constraints.length * 4 +
    labels.length * 2 +
    Math.min(traffic.numbers.ranges.length, 8) / 8
  );
}
