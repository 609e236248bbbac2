import { compareText } from "../base/compare.ts";
import { ANY_CUBE, cube, cubeContains, cubeText, intersectCubes, subtractCubes } from "./cube.ts";
import type { Cube, LabelKey } from "./cube.ts";
import { tidyCubes } from "./tidy-cubes.ts";

/** A union of cubes: the pods that belong to at least one. `[]` is nothing, `[ANY_CUBE]` everything. */
export type LabelPredicate = readonly Cube[];

/** More cubes than this and a predicate is given up: see {@link complementPredicate}. */
export const CUBE_LIMIT = 4096;

const EVERYTHING: LabelPredicate = [ANY_CUBE];

/** The union, tidied: cubes contained in another one left out, two that differ in one key merged where one set says it. */
export function unionPredicates(...predicates: readonly LabelPredicate[]): LabelPredicate {
  return unionOfPredicates(predicates);
}

/** The same of any number: arguments of a call lie on the stack. */
export function unionOfPredicates(predicates: readonly LabelPredicate[]): LabelPredicate {
  const some = predicates.filter((predicate) => predicate.length > 0);
  const [only] = some;
  if (only === undefined) return [];
  return tidyCubes(some.length === 1 ? only : some.flat());
}

/** Undefined past CUBE_LIMIT. */
export function intersectPredicates(
  a: LabelPredicate,
  b: LabelPredicate,
): LabelPredicate | undefined {
  if (isEverything(a)) return b;
  if (isEverything(b)) return a;
  const common: Cube[] = [];
  for (const left of a) {
    for (const right of b) {
      const both = intersectCubes(left, right);
      if (both === undefined) continue;
      if (common.length === CUBE_LIMIT) return undefined;
      common.push(both);
    }
  }
  return tidyCubes(common);
}

/** Undefined past CUBE_LIMIT: the negation of many alternatives over many keys grows exponentially. */
export function complementPredicate(of: LabelPredicate): LabelPredicate | undefined {
  let rest = EVERYTHING;
  // Work is bounded as a whole too, for unions that stay just below the limit for long.
  let work = 0;
  for (const excluded of of) {
    const next = intersectPredicates(rest, complementCube(excluded));
    if (next === undefined) return undefined;
    work += rest.length * excluded.constraints.length;
    if (work > 16 * CUBE_LIMIT) return undefined;
    rest = next;
  }
  return rest;
}

/** One cube for each constraint that may fail. They overlap, but each stays as wide and as simple as it can be. */
function complementCube(of: Cube): LabelPredicate {
  return of.constraints.flatMap((constraint) =>
    subtractCubes(ANY_CUBE, cube([constraint]) ?? ANY_CUBE),
  );
}

function isEverything(predicate: LabelPredicate): boolean {
  return predicate.length === 1 && predicate[0]?.constraints.length === 0;
}

export function predicateContains(
  of: LabelPredicate,
  valueOf: (key: LabelKey) => string | undefined,
): boolean {
  return of.some((alternative) => cubeContains(alternative, valueOf));
}

/** Stable text: the order of the cubes does not matter. */
export function predicateText(of: LabelPredicate): string {
  return of.length === 0 ? "no pod" : of.map(cubeText).sort(compareText).join(" || ");
}
