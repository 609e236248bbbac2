import { describe, expect, it } from "vitest";
import {
  ANY_LABEL,
  LABEL_ABSENT,
  LABEL_EXISTS,
  NO_LABEL,
  complementLabelSet,
  intersectLabelSets,
  isEmptyLabelSet,
  isLabelSubset,
  labelIn,
  labelNotIn,
  labelSetContains,
  labelSetText,
  labelText,
  uniteLabelSets,
} from "../../src/sets/label-set.ts";
import type { LabelSet } from "../../src/sets/label-set.ts";

const not = (set: LabelSet): LabelSet => complementLabelSet(set)[0] ?? NO_LABEL;
const both = (...sets: readonly LabelSet[]): string =>
  labelSetText(sets.reduce(intersectLabelSets, ANY_LABEL));

describe("label sets", () => {
  it("admit ABSENT in `not in`, as Calico and Kubernetes do, and not in `in`", () => {
    expect(labelSetContains(labelNotIn(["a"]), undefined)).toBe(true);
    expect(labelSetContains(labelIn(["a"]), undefined)).toBe(false);
  });

  it("tell the empty value from no label at all", () => {
    expect(labelSetContains(labelIn([""]), "")).toBe(true);
    expect(labelSetContains(labelIn([""]), undefined)).toBe(false);
    expect(labelSetContains(LABEL_ABSENT, "")).toBe(false);
  });

  it("take `__proto__` and its like for plain values", () => {
    const set = labelIn(["__proto__", "constructor"]);
    expect(labelSetContains(set, "__proto__")).toBe(true);
    expect(labelSetContains(set, "toString")).toBe(false);
  });

  it.each([
    [labelIn(["b", "a", "b"]), 'in {"a", "b"}'],
    [labelNotIn(["b", "a"]), 'present and not in {"a", "b"} or absent'],
    [ANY_LABEL, "present or absent"],
    [NO_LABEL, "nothing"],
    [LABEL_EXISTS, "present"],
    [LABEL_ABSENT, "absent"],
    [labelIn([]), "nothing"],
    [labelNotIn([]), "present or absent"],
    [labelText("contains", ""), "present"],
    [labelText("endsWith", "-db"), 'present and endsWith "-db"'],
    [not(labelText("startsWith", "a")), 'present and not startsWith "a" or absent'],
  ])("has one text for each set: %#", (set, text) => {
    expect(labelSetText(set)).toBe(text);
  });

  it("sorts values by code units, whatever the locale", () => {
    expect(labelIn(["a", "B", "é", "Z", "10", "9"]).values).toEqual([
      "10",
      "9",
      "B",
      "Z",
      "a",
      "é",
    ]);
  });
});

describe("text conditions", () => {
  it.each([
    [
      "the longer of two beginnings",
      [labelText("startsWith", "a"), labelText("startsWith", "ab")],
      'present and startsWith "ab"',
    ],
    [
      "a beginning, not what it contains",
      [labelText("contains", "b"), labelText("startsWith", "ab")],
      'present and startsWith "ab"',
    ],
    [
      "an end, not what it contains",
      [labelText("endsWith", "ab"), labelText("contains", "a")],
      'present and endsWith "ab"',
    ],
    [
      "one of two equal conditions",
      [labelText("contains", "b"), labelText("contains", "b")],
      'present and contains "b"',
    ],
    [
      "a beginning, not one that it rules out",
      [labelText("startsWith", "ab"), not(labelText("startsWith", "b"))],
      'present and startsWith "ab"',
    ],
    [
      "the shorter of two negated beginnings",
      [not(labelText("startsWith", "ab")), not(labelText("startsWith", "a"))],
      'present and not startsWith "a" or absent',
    ],
    [
      "both a beginning and a longer one negated",
      [labelText("startsWith", "a"), not(labelText("startsWith", "ab"))],
      'present and startsWith "a" and not startsWith "ab"',
    ],
    [
      "the values alone when there are values",
      [labelIn(["ab", "ba"]), labelText("startsWith", "a")],
      'in {"ab"}',
    ],
    [
      "no excluded value that fails anyway",
      [labelNotIn(["ab", "ba"]), labelText("startsWith", "a")],
      'present and not in {"ab"} and startsWith "a"',
    ],
  ])("keep %s", (_, sets, text) => {
    expect(both(...sets)).toBe(text);
    expect(both(...[...sets].reverse())).toBe(text);
  });

  it.each([
    ["a condition and its negation", [labelText("contains", "a"), not(labelText("contains", "a"))]],
    ["two beginnings that differ", [labelText("startsWith", "a"), labelText("startsWith", "b")]],
    ["two ends that differ", [labelText("endsWith", "ab"), labelText("endsWith", "bb")]],
    [
      "a beginning and the negation of what it contains",
      [labelText("startsWith", "xay"), not(labelText("contains", "a"))],
    ],
    ["values none of which passes", [labelIn(["a", "b"]), labelText("contains", "c")]],
  ])("see that %s leave nothing", (_, sets) => {
    expect(isEmptyLabelSet(sets.reduce(intersectLabelSets))).toBe(true);
  });

  it("do not touch ABSENT when negated: the complement of `contains` admits it", () => {
    expect(labelSetContains(not(labelText("contains", "a")), undefined)).toBe(true);
  });

  it("are subsets where one implies the other", () => {
    expect(isLabelSubset(labelText("startsWith", "ab"), labelText("contains", "b"))).toBe(true);
    expect(isLabelSubset(labelText("contains", "b"), labelText("startsWith", "ab"))).toBe(false);
    expect(isLabelSubset(labelText("contains", "b"), LABEL_EXISTS)).toBe(true);
    expect(isLabelSubset(labelText("contains", "b"), labelNotIn(["a"]))).toBe(true);
    expect(isLabelSubset(labelText("contains", "b"), labelNotIn(["b"]))).toBe(false);
  });

  it("cannot be united with each other, but with what lies inside", () => {
    const a = labelText("startsWith", "a");
    expect(uniteLabelSets(a, labelText("endsWith", "b"))).toBeUndefined();
    expect(uniteLabelSets(a, labelIn(["b"]))).toBeUndefined();
    expect(uniteLabelSets(a, labelText("startsWith", "ab"))).toEqual(a);
    expect(labelSetText(uniteLabelSets(labelIn(["ax"]), LABEL_ABSENT) ?? NO_LABEL)).toBe(
      'in {"ax"} or absent',
    );
  });
});
