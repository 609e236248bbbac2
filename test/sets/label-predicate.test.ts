import process from "node:process";
import { describe, expect, it } from "vitest";
import { ANY_CUBE, cube } from "../../src/sets/cube.ts";
import type { Cube, LabelKey } from "../../src/sets/cube.ts";
import {
  complementPredicate,
  intersectPredicates,
  predicateText,
  unionPredicates,
} from "../../src/sets/label-predicate.ts";
import {
  LABEL_ABSENT,
  LABEL_EXISTS,
  labelIn,
  labelNotIn,
  labelText,
  withAbsent,
} from "../../src/sets/label-set.ts";
import type { LabelSet } from "../../src/sets/label-set.ts";

const one = (...constraints: readonly (readonly [LabelKey, LabelSet])[]): Cube =>
  cube(constraints.map(([key, set]) => ({ key, set }))) ?? ANY_CUBE;
const a = (...values: readonly string[]): readonly [LabelKey, LabelSet] => [
  "pod:a",
  labelIn(values),
];
const b = (...values: readonly string[]): readonly [LabelKey, LabelSet] => [
  "pod:b",
  labelIn(values),
];

describe("unionPredicates", () => {
  it.each([
    ["values of one key are listed together", [one(a("x")), one(a("y"))], '"pod:a" in {"x", "y"}'],
    ["a cube inside another is dropped", [one(a("x"), b("y")), one(a("x"))], '"pod:a" in {"x"}'],
    ["equal cubes are one", [one(a("x")), one(a("x"))], '"pod:a" in {"x"}'],
    [
      "all that a key can be is no condition",
      [one(["pod:a", LABEL_EXISTS], b("y")), one(["pod:a", LABEL_ABSENT], b("y"))],
      '"pod:b" in {"y"}',
    ],
    [
      "a text inside of what another cube leaves open is dropped",
      [
        one(["pod:a", labelText("startsWith", "x")]),
        one(["pod:a", withAbsent(labelNotIn(["y"]), false)]),
      ],
      '"pod:a" present and not in {"y"}',
    ],
    ["everything swallows the rest", [one(a("x")), ANY_CUBE], "any pod"],
    [
      "cubes that differ in two keys stay two",
      [one(a("x"), b("x")), one(a("y"), b("y"))],
      '"pod:a" in {"x"} && "pod:b" in {"x"} || "pod:a" in {"y"} && "pod:b" in {"y"}',
    ],
    [
      "merging goes on over several keys",
      [one(a("x"), b("x")), one(a("x"), b("y")), one(a("y"), b("x")), one(a("y"), b("y"))],
      '"pod:a" in {"x", "y"} && "pod:b" in {"x", "y"}',
    ],
    [
      "text conditions that no one set says stay apart",
      [one(["pod:a", labelText("startsWith", "x")]), one(a("y")), one(a("z"))],
      '"pod:a" in {"y", "z"} || "pod:a" present and startsWith "x"',
    ],
    ["nothing is nothing", [], "no pod"],
  ])("says it shortly: %s", (_, cubes, text) => {
    expect(predicateText(unionPredicates(cubes))).toBe(text);
    expect(predicateText(unionPredicates(...cubes.map((each) => [each])))).toBe(text);
  });
});

describe("complementPredicate", () => {
  it("keeps each alternative as wide as it can be", () => {
    expect(predicateText(complementPredicate([one(a("x"), b("y"))]) ?? [])).toBe(
      '"pod:a" present and not in {"x"} or absent || "pod:b" present and not in {"y"} or absent',
    );
  });

  it("turns nothing into everything and back", () => {
    expect(complementPredicate([])).toEqual([ANY_CUBE]);
    expect(complementPredicate([ANY_CUBE])).toEqual([]);
  });

  it("gives up past the limit, and soon", () => {
    const pairs = Array.from({ length: 40 }, (_, at) =>
      one([`pod:l${String(at)}`, labelIn(["x"])], [`pod:r${String(at)}`, labelIn(["x"])]),
    );
    const start = process.cpuUsage();
    expect(complementPredicate(pairs)).toBeUndefined();
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(5000);
  });

  it("does not give up on many values of one key", () => {
    const many = Array.from({ length: 3000 }, (_, at) => one(a(`v${String(at)}`)));
    expect(complementPredicate(many)).toHaveLength(1);
    expect(unionPredicates(many)).toHaveLength(1);
  });
});

describe("intersectPredicates", () => {
  it("gives up past the limit", () => {
    const left = Array.from({ length: 100 }, (_, at) =>
      one([`pod:l${String(at)}`, labelIn(["x"])]),
    );
    const right = Array.from({ length: 100 }, (_, at) =>
      one([`pod:r${String(at)}`, labelIn(["x"])]),
    );
    expect(intersectPredicates(left, right)).toBeUndefined();
  });

  it("is nothing where no cubes meet", () => {
    expect(intersectPredicates([one(a("x"))], [one(a("y"))])).toEqual([]);
  });
});
