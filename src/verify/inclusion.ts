import type { Budget } from "./budget.ts";
import { narrowRegion } from "./narrow-region.ts";
import { mayLieSomewhere } from "./peer-namespace.ts";
import { pointOf, regionContains } from "./point.ts";
import type { Point } from "./point.ts";
import { isInside, leftBy, outside } from "./region.ts";
import type { Region } from "./region.ts";
import type { Scope } from "./scope.ts";
import type { Universe } from "./universe.ts";
import type { Reaching } from "./walk.ts";

/** "spent": the bound was hit. "unclear": something may be left, but no text was found for a label that it asks for. */
export type NoPoint = "empty" | "spent" | "unclear";

/**
 * Is a region minus a list of regions empty? If not, a flow of what is left.
 *
 *   (a) What is known of its peers by their accounts is said of the region first, and no cut is made for it then. Only where no
 *       one cut holds the region is it asked which flows of it cannot be.
 *   (b) The plainest flow of the region is tried first: most differences are found by it.
 *   (c) Cuts that leave one region are made (narrow-region.ts). Where none is left, the region is: it may still have no flow.
 *   (d) Of the others, the cut that leaves least of the region is taken next.
 *   (e) Each way to escape it is a region of its own, with the cuts that are left.
 */
export function findOutside(
  { region: whole, cuts: taken }: Reaching,
  scope: Scope,
  universe: Universe,
  budget: Budget,
): Point | NoPoint {
  const region = universe.known(whole); // (a)
  if (region === undefined) return "empty";
  budget.spend(taken.length + 1);
  if (budget.isSpent()) return "spent";
  if (taken.some((cut) => isInside(region, cut))) return "empty";
  const impossible = universe.impossibleIn(region);
  const cuts = impossible.length === 0 ? taken : [...taken, ...impossible];
  budget.spend(impossible.length);
  if (budget.isSpent()) return "spent";
  const plainest = pointOf(region, scope, universe);
  if (plainest === "empty") return "empty";
  if (plainest !== "unclear" && !cuts.some((cut) => regionContains(cut, plainest))) return plainest; // (b)

  let unclear = false;
  // What is still to be looked at, the nearest last: a way out of a cut is made when its turn comes.
  const todo: Waiting[] = [{ pieces: [region].values(), cuts }];
  for (let waiting = todo.at(-1); waiting !== undefined; waiting = todo.at(-1)) {
    const next = waiting.pieces.next();
    if (next.done === true) {
      todo.pop();
      continue;
    }
    if (next.value !== region && !mayExist(next.value, scope, universe)) continue;
    const narrowed = narrowRegion(next.value, waiting.cuts, budget); // (c)
    if (narrowed === "spent") return "spent";
    if (narrowed === "empty") continue;
    const { region: current, cuts: open } = narrowed;
    const cut = leavingLeast(current, open); // (d)
    if (cut === undefined) {
      const point = pointOf(current, scope, universe);
      if (point === "unclear") unclear = true;
      else if (point !== "empty") return point;
      continue;
    }
    todo.push({ pieces: outside(current, cut), cuts: open.filter((other) => other !== cut) }); // (e)
  }
  return unclear ? "unclear" : "empty";
}

interface Waiting {
  readonly pieces: Iterator<Region, unknown>;
  readonly cuts: readonly Region[];
}

function mayExist({ subject, peer }: Region, scope: Scope, universe: Universe): boolean {
  return peer === undefined || mayLieSomewhere(peer, subject, scope, universe);
}

/** Undefined if there is none. */
function leavingLeast(region: Region, cuts: readonly Region[]): Region | undefined {
  let best: Region | undefined;
  let least = Infinity;
  for (const cut of cuts) {
    const left = leftBy(region, cut, least);
    if (left >= least) continue;
    least = left;
    best = cut;
  }
  return best;
}
