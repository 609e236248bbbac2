import { describe, expect, it } from "vitest";
import { cubeContains } from "../../src/sets/cube.ts";
import type { DifferencePart } from "../../src/verify/difference-parts.ts";
import { subjectRegion } from "../../src/verify/region.ts";
import { subjectClasses } from "../../src/verify/subject-classes.ts";
import type { SubjectClass } from "../../src/verify/subject-classes.ts";
import { labels } from "../support/ir-builder.ts";

type Own = Readonly<Record<string, string>>;

const part = (subject: Own, peer: "pod" | "address" = "pod"): DifferencePart => ({
  region: subjectRegion(labels(subject), peer),
  cuts: [],
  allowedBy: undefined,
});

/** How many parts each class with such a pod has. */
const partsFor = (classes: readonly SubjectClass[], own: Own): readonly number[] =>
  classes
    .filter(({ pods }) => pods.some((one) => cubeContains(one, (key) => own[key.slice(4)])))
    .map(({ parts }) => parts.length);

describe("the pods that parts of a difference are about", () => {
  it("are in one class each, with all of the parts that are about them", () => {
    const classes = subjectClasses([part({}), part({ app: "web" }), part({ tier: "db" })]);
    expect(partsFor(classes, {})).toEqual([1]);
    expect(partsFor(classes, { app: "web" })).toEqual([2]);
    expect(partsFor(classes, { tier: "db" })).toEqual([2]);
    expect(partsFor(classes, { app: "web", tier: "db" })).toEqual([3]);
  });

  it("are told part by part where their subjects cross too much, pods and other ends together", () => {
    const crossing = ["a", "b", "c", "d"];
    const classes = subjectClasses(
      crossing.flatMap((key) => [part({ [key]: "x" }), part({ [key]: "x" }, "address")]),
    );
    expect(classes.map(({ pods }) => pods)).toEqual(
      crossing.map((key) => [labels({ [key]: "x" })]),
    );
    for (const { parts } of classes) {
      expect(parts.map(({ region }) => region.peer !== undefined)).toEqual([true, false]);
    }
    // Three of them make seven classes, which are few enough.
    expect(subjectClasses(crossing.slice(1).map((key) => part({ [key]: "x" })))).toHaveLength(7);
  });
});
