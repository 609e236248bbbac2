import type { AssumptionCode } from "../ir/assumption.ts";
import type { Box } from "../sets/box.ts";
import type { DifferenceKind, Facts, Restriction } from "./facts.ts";
import { restrictBox, restrictionsOf } from "./facts.ts";
import type { Effort } from "./reach.ts";
import { minusBoxes } from "./reach.ts";

/** Flows that are in one set and not in another. */
export interface Difference {
  /** Empty if and only if there is none under `needed`. */
  readonly left: readonly Box[];
  /** What is left under no restriction at all. */
  readonly outside: readonly Box[];
  /** The restrictions without which there would be a difference; empty when there is one anyway. */
  readonly needed: readonly Restriction[];
}

export const NO_DIFFERENCE: Difference = { left: [], outside: [], needed: [] };

/** Equal by identity: what a plain rule comes out as. Spares the algebra for most rules of most inputs. */
const sameBox = (a: Box, b: Box): boolean =>
  a.traffic.numbers === b.traffic.numbers &&
  a.subject.labels === b.subject.labels &&
  a.subject.addresses === b.subject.addresses &&
  a.peer.addresses === b.peer.addresses &&
  (a.peer.kind === "pod" && b.peer.kind === "pod"
    ? a.peer.labels === b.peer.labels
    : a.peer.kind === b.peer.kind) &&
  a.traffic.named.length === b.traffic.named.length &&
  a.traffic.named.every((name, index) => name === b.traffic.named[index]);

const restrict = (
  boxes: readonly Box[],
  facts: Facts,
  by: ReadonlySet<Restriction>,
): readonly Box[] =>
  by.size === 0 ? boxes : boxes.flatMap((box) => restrictBox(box, facts, by) ?? []);

/**
 * Whether `boxes` is inside of `cover`, and under which restrictions: as few as will do. The answer is a set difference,
 * so a claim that rests on it is not a flag that somebody set along the way.
 *
 * @param kind a gain may be explained away only by what is said to widen if it is false; a loss by any restriction
 */
export function difference(
  boxes: readonly Box[],
  cover: readonly Box[],
  kind: DifferenceKind,
  facts: Facts,
  effort: Effort,
): Difference {
  if (boxes.every((box) => cover.some((other) => sameBox(box, other)))) return NO_DIFFERENCE;
  // What is in no cover under no restriction is all that the restrictions have to explain away.
  const outside = minusBoxes(boxes, cover, "over", effort);
  if (outside.length === 0) return NO_DIFFERENCE;
  const rest = (by: ReadonlySet<Restriction>): readonly Box[] =>
    minusBoxes(restrict(outside, facts, by), restrict(cover, facts, by), "over", effort);
  const all = restrictionsOf(facts, kind);
  const left = rest(new Set(all));
  if (left.length > 0) return { left, outside, needed: [] };
  let needed = all;
  for (const one of all) {
    const without = needed.filter((other) => other !== one);
    if (rest(new Set(without)).length === 0) needed = without;
  }
  return { left: [], outside, needed };
}

/** The assumptions that restrictions stand for, given that blocks were written by them or not. */
export function assumptionsOf(
  needed: readonly Restriction[],
  facts: Facts,
  writesBlocks: boolean,
): readonly AssumptionCode[] {
  const ranges = needed.includes("pod-range") || needed.includes("pure-range");
  return ranges && writesBlocks && !facts.targetGiven ? [...needed, "addresses-kept"] : needed;
}
