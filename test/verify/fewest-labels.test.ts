import { describe, expect, it } from "vitest";
import { fewestLabels } from "../../src/verify/fewest-labels.ts";

const labels = (count: number): Readonly<Record<string, string>> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${String(at)}`, "v"]));

/** How many looks it takes to find that these keys alone are needed. */
function triesFor(count: number, ...needed: readonly string[]): number {
  let tries = 0;
  const kept = fewestLabels(labels(count), (fewer) => {
    tries += 1;
    return needed.every((key) => Object.hasOwn(fewer, key));
  });
  expect(Object.keys(kept).sort()).toEqual([...needed].sort());
  return tries;
}

describe("the labels of a flow that shows a difference", () => {
  it.each([
    [0, []],
    [1, []],
    [1, ["k0"]],
    [2, ["k1"]],
    [3, ["k0", "k2"]],
    [5, ["k4"]],
    [7, ["k0", "k3", "k6"]],
    [8, ["k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7"]],
  ])("of %i are those needed: %j", (count, needed) => {
    expect(triesFor(count, ...needed)).toBeLessThan(25);
  });

  it("are found among thousands in a few looks", () => {
    expect(triesFor(5000)).toBeLessThan(30);
    expect(triesFor(5000, "k17", "k4711")).toBeLessThan(90);
  });

  it("are not all tried where hundreds are needed", () => {
    let tries = 0;
    const all = labels(1000);
    const kept = fewestLabels(all, (fewer) => {
      tries += 1;
      return Object.keys(fewer).length === 1000;
    });
    expect(kept).toEqual(all);
    expect(tries).toBe(256);
  });
});
