import type { Cube, LabelKey } from "./cube.ts";

/** A union of cubes: the pods that belong to at least one. `[]` is nothing, `[ANY_CUBE]` everything. */
export type LabelPredicate = readonly Cube[];

/** More cubes than this and a predicate is given up: see {@link complementPredicate}. */
export const CUBE_LIMIT = 4096;

/** The union, tidied: cubes contained in another one left out, two that differ in one key merged where one set says it. */
export declare function unionPredicates(...predicates: readonly LabelPredicate[]): LabelPredicate;
/** Undefined past CUBE_LIMIT. */
export declare function intersectPredicates(a: LabelPredicate, b: LabelPredicate): LabelPredicate | undefined;
/** Undefined past CUBE_LIMIT: the negation of many alternatives over many keys grows exponentially. */
export declare function complementPredicate(of: LabelPredicate): LabelPredicate | undefined;
export declare function predicateContains(
  of: LabelPredicate,
  valueOf: (key: LabelKey) => string | undefined,
): boolean;
export declare function predicateText(of: LabelPredicate): string;
