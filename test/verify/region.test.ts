import { describe, expect, it } from "vitest";
import type { UnsaidMatch } from "../../src/ir/policy.ts";
import { ANY_ADDRESS, complementAddresses } from "../../src/sets/address-set.ts";
import { ANY_CUBE } from "../../src/sets/cube.ts";
import type { LabelKey } from "../../src/sets/cube.ts";
import { labelNotIn } from "../../src/sets/label-set.ts";
import {
  ALL_PORTS,
  ICMP,
  OTHER_TRAFFIC,
  portTraffic,
  TCP,
  trafficPoint,
} from "../../src/sets/traffic-set.ts";
import {
  ANY_FACTS,
  factsMeet,
  holds,
  intersectFacts,
  isFactSubset,
  Variables,
  withFact,
} from "../../src/verify/facts.ts";
import type { Facts, Variable } from "../../src/verify/facts.ts";
import { regionContains } from "../../src/verify/point.ts";
import type { Point } from "../../src/verify/point.ts";
import {
  intersectRegions,
  isInside,
  leftBy,
  outside,
  regionsMeet,
  subjectRegion,
} from "../../src/verify/region.ts";
import type { Region } from "../../src/verify/region.ts";
import { address, cidrs, labels } from "../support/ir-builder.ts";

const variables = new Variables();
const http: UnsaidMatch = { code: "X", what: "http" };
const dns: UnsaidMatch = { code: "X", what: "dns" };
const [asked, named] = [variables.unsaid(http), variables.portName("destination", "peer", "web")];
const other = variables.unsaid(dns);

/** Every conjunction of facts about some variables, the empty one first. */
function factsAbout(...some: readonly Variable[]): readonly Facts[] {
  return some.reduce<readonly Facts[]>(
    (all, variable) =>
      all.flatMap((facts) => [
        facts,
        withFact(facts, { variable, holds: true }),
        withFact(facts, { variable, holds: false }),
      ]),
    [ANY_FACTS],
  );
}

describe("facts about three variables", () => {
  const all = factsAbout(asked, named, other);
  const worlds = [asked, named, other].reduce<readonly ReadonlySet<Variable>[]>(
    (some, variable) => some.flatMap((world) => [world, new Set([...world, variable])]),
    [new Set()],
  );
  const isSo = (facts: Facts, world: ReadonlySet<Variable>): boolean =>
    facts.every((fact) => world.has(fact.variable) === fact.holds);

  it("meet, imply and are joined as they hold", () => {
    const wrong: unknown[] = [];
    for (const a of all) {
      for (const b of all) {
        const both = worlds.filter((world) => isSo(a, world) && isSo(b, world));
        const joined = intersectFacts(a, b);
        const same =
          joined === undefined
            ? both.length === 0
            : worlds.every((world) => isSo(joined, world) === both.includes(world));
        const meet = factsMeet(a, b) === both.length > 0;
        const inside = worlds.every((world) => !isSo(a, world) || isSo(b, world));
        if (!same || !meet || isFactSubset(a, b) !== inside) wrong.push([a, b]);
        const ids = joined?.map(({ variable }) => variable.id) ?? [];
        if (ids.some((id, at) => id <= (ids[at - 1] ?? -1))) wrong.push(ids);
      }
      for (const fact of a) {
        if (!holds(a, fact) || holds(a, { ...fact, holds: !fact.holds })) wrong.push(fact);
      }
    }
    expect(wrong.slice(0, 2)).toEqual([]);
    expect(
      holds(withFact(ANY_FACTS, { variable: asked, holds: true }), {
        variable: other,
        holds: true,
      }),
    ).toBe(false);
  });
});

describe("regions", () => {
  const ten = cidrs("10.0.0.0/8");
  const web = portTraffic(TCP, [{ first: 80, last: 80 }]);
  const low = portTraffic(TCP, [{ first: 0, last: 1023 }]);
  const plain = subjectRegion(ANY_CUBE, "pod");
  const regions: Region[] = [];
  for (const peer of [ANY_CUBE, labels({ a: "x" }), labels({ a: labelNotIn(["x"]) }), undefined]) {
    for (const subject of [ANY_CUBE, labels({ b: "y" })]) {
      for (const traffic of [plain.traffic, web, OTHER_TRAFFIC]) {
        for (const facts of factsAbout(asked, named)) {
          const isNamed = holds(facts, { variable: named, holds: true });
          if (isNamed && (peer === undefined || traffic !== web)) continue;
          const region = { ...plain, peer, subject, traffic, facts };
          regions.push(region, { ...region, peerAt: ten }, { ...region, subjectAfter: ten });
          if (traffic === web) regions.push({ ...region, sourcePorts: low });
        }
      }
    }
  }
  const points: Point[] = [];
  for (const peer of [
    undefined,
    new Map<LabelKey, string>([["pod:a", "x"]]),
    new Map<LabelKey, string>(),
  ]) {
    for (const subject of [
      new Map<LabelKey, string>(),
      new Map<LabelKey, string>([["pod:b", "y"]]),
    ]) {
      for (const traffic of [trafficPoint(TCP, 80), trafficPoint(TCP, 81), trafficPoint(ICMP, 0)]) {
        for (const where of [address("10.0.0.1"), address("192.0.2.1")]) {
          for (const sourcePort of [trafficPoint(TCP, 80), trafficPoint(TCP, 5000)]) {
            for (const facts of [[], [asked], [named], [asked, named]]) {
              // Only pods name ports, and only those of protocols that have ports.
              const isNamed = facts.includes(named);
              if (isNamed && (peer === undefined || traffic === trafficPoint(ICMP, 0))) continue;
              const at = { subjectAt: where, peerAt: where, peerAfter: where };
              for (const subjectAfter of [address("10.0.0.1"), address("192.0.2.1")]) {
                points.push({
                  ...at,
                  subjectAfter,
                  peer,
                  subject,
                  traffic,
                  sourcePort,
                  facts: new Set(facts),
                });
              }
            }
          }
        }
      }
    }
  }
  const members = regions.map((region) => points.map((point) => regionContains(region, point)));

  it("meet, contain and are cut out of each other as their flows are", () => {
    const wrong: unknown[] = [];
    for (const [i, a] of regions.entries()) {
      for (const [j, b] of regions.entries()) {
        if ((i * 7 + j * 3) % 211 !== 0) continue;
        const [ofA = [], ofB = []] = [members[i], members[j]];
        const shared = ofA.map((has, at) => has && ofB[at] === true);
        const both = intersectRegions(a, b);
        const ok =
          regionsMeet(a, b) === (both !== undefined) &&
          (both === undefined
            ? !shared.includes(true)
            : points.every((point, at) => regionContains(both, point) === shared[at]));
        if (!ok) wrong.push(["meet", i, j]);
        const inside = ofA.every((has, at) => !has || ofB[at] === true);
        if (isInside(a, b) && !inside) wrong.push(["inside", i, j]);
        if (both === undefined) continue;
        const pieces = [...outside(a, b)];
        const counts = points.map(
          (point) => pieces.filter((piece) => regionContains(piece, point)).length,
        );
        if (counts.some((count, at) => count !== Number(ofA[at] === true && ofB[at] !== true))) {
          wrong.push(["outside", i, j]);
        }
        // Other traffic, and what is no pod, has no named ports: `isInside` need not know that.
        const namesPorts = a.peer !== undefined && a.traffic !== OTHER_TRAFFIC;
        if (pieces.length === 0 && namesPorts && !isInside(a, b)) {
          wrong.push(["all inside", i, j]);
        }
      }
    }
    expect(wrong.slice(0, 3)).toEqual([]);
  });

  it("lose less to a cut that leaves a few values out than to one that lists a few", () => {
    const few = { ...plain, peer: labels({ a: labelNotIn(["x"]) }) };
    const most = { ...plain, peer: labels({ a: "x" }) };
    expect(leftBy(plain, few, Infinity)).toBeLessThan(leftBy(plain, most, Infinity));
    expect(leftBy(plain, few, Infinity)).toBeGreaterThan(0);
    for (const cut of [
      { ...plain, traffic: ALL_PORTS },
      { ...plain, peerAt: ten },
      { ...plain, subjectAt: ten },
      { ...plain, peerAfter: ten },
      { ...plain, subjectAfter: ten },
      { ...plain, sourcePorts: low },
      { ...plain, facts: withFact(ANY_FACTS, { variable: asked, holds: true }) },
      { ...plain, subject: labels({ b: "y" }) },
    ]) {
      expect(leftBy(plain, cut, Infinity)).toBe(leftBy(plain, most, Infinity));
      expect(leftBy(cut, cut, Infinity)).toBe(0);
      const two = { ...cut, peer: labels({ a: "x" }) };
      expect(leftBy(plain, two, Infinity)).toBe(2 * leftBy(plain, cut, Infinity));
      expect(leftBy(plain, two, 1)).toBeGreaterThan(0);
    }
  });

  it("have no addresses left where a cut takes them all", () => {
    const region = { ...plain, peerAt: ten };
    expect([...outside(region, { ...plain, peerAt: ANY_ADDRESS })]).toEqual([]);
    const [piece, ...more] = outside(plain, region);
    expect(more).toEqual([]);
    expect(piece?.peerAt).toEqual(complementAddresses(ten));
  });
});
