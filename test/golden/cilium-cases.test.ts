import { expect, it } from "vitest";
import { goldenCases } from "../support/golden.ts";

/**
 * What the specification of Cilium policies asks cases for, by its numbers: its golden cases, the traps of the mapping and
 * the cases of Cilium among all. Its tables of empties and selectors are held to row by row in test/sources/cilium, and both
 * to the engine in testdata/vectors (worlds `empties/`, `selectors/`, `entities/`, `traps/`).
 */
const names = goldenCases("cilium").map(({ name }) => name);

const numbered = (prefix: string, first: number, last: number): readonly string[] =>
  Array.from(
    { length: last - first + 1 },
    (_, at) => `${prefix}${String(first + at).padStart(2, "0")}-`,
  );

/** Cases that stand under another number. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "c54-": "g11-",
  "c57-": "g08-",
  "c59-": "trap-31-",
  "c60-": "trap-28-",
};

it.each([...numbered("g", 1, 21), ...numbered("trap-", 1, 34), ...numbered("c", 51, 60)])(
  "%s is there",
  (prefix) => {
    const isThere = (start: string): boolean => names.some((name) => name.startsWith(start));
    expect(isThere(prefix) || isThere(ELSEWHERE[prefix] ?? prefix)).toBe(true);
  },
);
