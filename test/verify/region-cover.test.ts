import { describe, expect, it } from "vitest";
import { ANY_CUBE, NAMESPACE_NAME } from "../../src/sets/cube.ts";
import { labelNotIn } from "../../src/sets/label-set.ts";
import { ANY_TRAFFIC, portTraffic, subtractTraffic, TCP } from "../../src/sets/traffic-set.ts";
import { Budget } from "../../src/verify/budget.ts";
import { ANY_FACTS, Variables, withFact } from "../../src/verify/facts.ts";
import { ANY_SOURCE_PORT, subjectRegion } from "../../src/verify/region.ts";
import type { Region } from "../../src/verify/region.ts";
import { regionKey, remainder, tellRegions } from "../../src/verify/region-cover.ts";
import type { Surroundings } from "../../src/verify/region-cover.ts";
import { namespaceFits } from "../../src/verify/scope.ts";
import { labels, ports } from "../support/ir-builder.ts";

/** Nothing is known of the cluster, and everything asked about. */
const ANYWHERE: Surroundings = { restrict: (one) => one, exists: () => true, namespaces: [] };

const budgetOf = (bound: number): Budget => new Budget(bound, () => undefined);

const EVERYTHING = subjectRegion(ANY_CUBE, "pod");
const from = (peer: Parameters<typeof labels>[0], more: Partial<Region> = {}): Region => ({
  ...EVERYTHING,
  peer: labels(peer),
  ...more,
});

const http = new Variables().unsaid({ code: "X", what: "http" });
const ASKED = withFact(ANY_FACTS, { variable: http, holds: true });
const NOT_ASKED = withFact(ANY_FACTS, { variable: http, holds: false });

/** The statements as the regions, and the exceptions of each, of their first ends. */
function told(
  parts: readonly (Region | { readonly region: Region; readonly cuts: readonly Region[] })[],
  { around = ANYWHERE, bound = 100_000 } = {},
): readonly (readonly [Region, ...Region[]])[] {
  const all = parts.map((one) => ("region" in one ? one : { region: one, cuts: [] }));
  return tellRegions(all, around, budgetOf(bound)).map(({ ends: [region], except }) => {
    if (region === undefined) throw new Error("a statement about no end");
    return [region, ...except.flatMap(([first]) => first ?? [])];
  });
}

/** A cut of which each of so many conditions leaves a piece. */
function manySided(count: number, key = "k"): Region {
  const names = Array.from({ length: count }, (_, at) => `${key}${String(at)}`);
  return { ...EVERYTHING, subject: labels(Object.fromEntries(names.map((name) => [name, "x"]))) };
}

describe("the remainder of a region", () => {
  it("is given up where it takes more work than it may, however few pieces it has", () => {
    const cuts = [from({ a: "x" }), from({ a: "y" })];
    expect(remainder(EVERYTHING, cuts, ANYWHERE, budgetOf(100))).toEqual([
      from({ a: labelNotIn(["x", "y"]) }),
    ]);
    expect(remainder(EVERYTHING, cuts, ANYWHERE, budgetOf(2))).toBeUndefined();
  });

  it("is given up where it has too many pieces, however much work it may take", () => {
    expect(remainder(EVERYTHING, [manySided(481)], ANYWHERE, budgetOf(1e6))).toHaveLength(481);
    expect(remainder(EVERYTHING, [manySided(482)], ANYWHERE, budgetOf(1e6))).toBeUndefined();
  });
});

describe("a set of flows that there is no room to put together anew", () => {
  it("is told as it came, less the cuts that others hold, of which equal ones count once", () => {
    const red = from({ color: "red" });
    const small = from({ color: "red", size: "s" });
    const elsewhere = from({ team: "y" });
    const region = from({ team: "x" });
    const cuts = [small, red, { ...red }, elsewhere];
    expect(told([{ region, cuts }], { bound: 0 })).toEqual([[region, red]]);
  });

  it("is one of more than 240 pieces", () => {
    const region = { ...EVERYTHING, traffic: ports(TCP, 80) };
    const cuts = [manySided(15), manySided(16, "l")];
    const apart = { ...EVERYTHING, traffic: ports(TCP, 81) };
    // Enough to take it apart, and no more.
    const work = 3 + 15 * 2 + 15 * 16;
    expect(told([{ region, cuts }], { bound: work })).toHaveLength(15 * 16);
    expect(told([{ region, cuts }, apart], { bound: work + 241 })).toEqual([
      [region, ...cuts],
      [apart],
    ]);
  });

  it("is told piece by piece where taking it apart was all that could be done", () => {
    const parts = [from({ a: "x" }), from({ a: "y" }, { traffic: ports(TCP, 80) })];
    expect(told(parts, { bound: 5 })).toEqual(parts.map((one) => [one]));
  });
});

describe("flows in few words", () => {
  it("are told by the name of the namespace rather than by another label that says the same", () => {
    const namespaces = new Map([
      ["p", { team: "x", env: "dev" }],
      ["q", { team: "y", env: "prod" }],
    ]);
    const around: Surroundings = {
      ...ANYWHERE,
      exists: ({ peer = ANY_CUBE }) =>
        [...namespaces].some(([name, known]) => namespaceFits(peer, name, known)),
    };
    const named = { [NAMESPACE_NAME]: "q" };
    const all = { ...named, "namespace:team": "y", "namespace:env": "prod" };
    expect(told([from(all)], { around })).toEqual([[from(named)]]);
  });

  it("are all but a few where that is shorter, of those for which something holds that nobody knows too", () => {
    const red = from({ color: "red" }, { traffic: ports(TCP, 80) });
    expect(told([{ region: EVERYTHING, cuts: [red] }])).toEqual([[EVERYTHING, red]]);
    const asked = { ...EVERYTHING, facts: ASKED };
    expect(told([{ region: asked, cuts: [red] }])).toEqual([[asked, red]]);
  });

  it("say the source ports once that all of them have", () => {
    const sourcePorts = portTraffic(TCP, [
      { first: 20, last: 21 },
      { first: 1024, last: 65535 },
    ]);
    const sent = { ...EVERYTHING, sourcePorts };
    const parts = [{ ...sent, traffic: ports(TCP, 80) }, from({ color: "red" }, { sourcePorts })];
    const others = subtractTraffic(ANY_TRAFFIC, ports(TCP, 80));
    const except = from({ color: labelNotIn(["red"]) }, { traffic: others });
    expect(told(parts)).toEqual([[sent, except]]);
    // Without them there are fewer words in two lines.
    const unsent = parts.map((one) => ({ ...one, sourcePorts: ANY_SOURCE_PORT }));
    expect(told(unsent)).toEqual(unsent.map((one) => [one]));
  });

  it("are never all but those for which something holds, or does not, that nobody knows", () => {
    for (const [facts, others] of [
      [ASKED, NOT_ASKED],
      [NOT_ASKED, ASKED],
    ] as const) {
      const red = from({ color: "red" }, { facts });
      const said = told([{ region: EVERYTHING, cuts: [red] }]);
      expect(said).toHaveLength(2);
      expect(said).toContainEqual([from({ color: labelNotIn(["red"]) })]);
      expect(said).toContainEqual([{ ...EVERYTHING, facts: others }]);
    }
  });
});

describe("the key of a region", () => {
  it("tells what holds from what does not", () => {
    const keys = [ANY_FACTS, ASKED, NOT_ASKED].map((facts) => regionKey({ ...EVERYTHING, facts }));
    expect(new Set(keys).size).toBe(3);
  });
});
