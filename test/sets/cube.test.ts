import { describe, expect, it } from "vitest";
import {
  ACCOUNT_NAME,
  ANY_CUBE,
  NAMESPACE_NAME,
  constraintOf,
  cube,
  cubeText,
  intersectCubes,
  keepKeys,
  subtractCubes,
} from "../../src/sets/cube.ts";
import type { Cube, LabelKey } from "../../src/sets/cube.ts";
import {
  ANY_LABEL,
  LABEL_ABSENT,
  LABEL_EXISTS,
  labelIn,
  labelNotIn,
  labelText,
} from "../../src/sets/label-set.ts";
import type { LabelSet } from "../../src/sets/label-set.ts";

const of = (...constraints: readonly (readonly [LabelKey, LabelSet])[]): Cube => {
  const made = cube(constraints.map(([key, set]) => ({ key, set })));
  if (made === undefined) throw new Error("empty");
  return made;
};

describe("cube", () => {
  it("sorts its keys and intersects what is said twice of one", () => {
    const made = of(
      ["pod:b", labelIn(["x", "y"])],
      ["namespace:a", LABEL_EXISTS],
      ["pod:b", labelNotIn(["x"])],
    );
    expect(cubeText(made)).toBe('"namespace:a" present && "pod:b" in {"y"}');
  });

  it("is the one cube of every pod when nothing is said", () => {
    expect(cube([])).toBe(ANY_CUBE);
    expect(cube([{ key: "pod:a", set: ANY_LABEL }])).toBe(ANY_CUBE);
    expect(cubeText(ANY_CUBE)).toBe("any pod");
  });

  it("is nothing when a key can have no value", () => {
    expect(cube([{ key: "pod:a", set: labelIn([]) }])).toBeUndefined();
    const twice = [labelIn(["x"]), labelIn(["y"])].map((set) => ({ key: "pod:a" as const, set }));
    expect(cube(twice)).toBeUndefined();
  });

  it.each([NAMESPACE_NAME, ACCOUNT_NAME])("never lets %s be absent", (key) => {
    expect(cube([{ key, set: LABEL_ABSENT }])).toBeUndefined();
    expect(cube([{ key, set: LABEL_EXISTS }])).toBe(ANY_CUBE);
    expect(constraintOf(of([key, labelNotIn(["x"])]), key)?.absent).toBe(false);
    const pieces = subtractCubes(ANY_CUBE, of([key, labelIn(["x"])]));
    expect(pieces).toEqual([of([key, labelNotIn(["x"])])]);
    expect(subtractCubes(of([key, labelNotIn(["x"])]), of([key, labelNotIn(["x"])]))).toEqual([]);
    expect(intersectCubes(of([key, labelNotIn(["x"])]), of([key, labelIn(["x"])]))).toBeUndefined();
  });

  it("keeps a label that is called like the account's name apart from it", () => {
    expect(
      intersectCubes(of(["account:name", labelIn(["a"])]), of([ACCOUNT_NAME, labelIn(["b"])])),
    ).toBeDefined();
  });

  it("takes prototype keys for keys", () => {
    const made = of(["pod:__proto__", labelIn(["a"])]);
    expect(subtractCubes(made, of(["pod:constructor", labelIn(["a"])]))).toHaveLength(1);
  });

  it("forgets keys", () => {
    const made = of(["namespace:a", LABEL_EXISTS], ["pod:b", labelIn(["y"])]);
    expect(cubeText(keepKeys(made, (key) => key.startsWith("pod:")))).toBe('"pod:b" in {"y"}');
    expect(keepKeys(made, () => false)).toBe(ANY_CUBE);
    expect(keepKeys(made, () => true)).toBe(made);
  });
});

describe("subtractCubes", () => {
  it("cuts one condition after the other", () => {
    const cut = of(["pod:a", labelIn(["x"])], ["pod:b", labelIn(["y"])]);
    expect(subtractCubes(ANY_CUBE, cut).map(cubeText)).toEqual([
      '"pod:a" present and not in {"x"} or absent',
      '"pod:a" in {"x"} && "pod:b" present and not in {"y"} or absent',
    ]);
  });

  it("leaves a cube alone that does not meet the other", () => {
    const a = of(["pod:a", labelIn(["x"])], ["pod:b", labelIn(["y"])]);
    expect(subtractCubes(a, of(["pod:b", labelIn(["z"])]))).toEqual([a]);
  });

  it("splits on text conditions too", () => {
    const a = of(["pod:a", labelText("startsWith", "x")]);
    const b = of(["pod:a", labelText("endsWith", "y")]);
    expect(subtractCubes(a, b).map(cubeText)).toEqual([
      '"pod:a" present and not endsWith "y" and startsWith "x"',
    ]);
    expect(subtractCubes(a, a)).toEqual([]);
  });
});
