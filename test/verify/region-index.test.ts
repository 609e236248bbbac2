import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ANY_CUBE, cube } from "../../src/sets/cube.ts";
import type { Cube, LabelKey } from "../../src/sets/cube.ts";
import {
  LABEL_ABSENT,
  LABEL_EXISTS,
  labelIn,
  labelNotIn,
  labelText,
  withAbsent,
} from "../../src/sets/label-set.ts";
import type { LabelSet } from "../../src/sets/label-set.ts";
import { ANY_ADDRESS } from "../../src/sets/address-set.ts";
import type { AddressSet } from "../../src/sets/address-set.ts";
import { ANY_TRAFFIC, portTraffic, protocolTraffic, TCP, UDP } from "../../src/sets/traffic-set.ts";
import type { TrafficSet } from "../../src/sets/traffic-set.ts";
import { cidrs, labels as labelled, ports } from "../support/ir-builder.ts";
import { isInside, regionsMeet, subjectRegion } from "../../src/verify/region.ts";
import type { Region } from "../../src/verify/region.ts";
import { RegionIndex } from "../../src/verify/region-index.ts";
import { Aspects } from "../../src/verify/region-aspects.ts";

const labelSet: fc.Arbitrary<LabelSet> = fc.constantFrom(
  labelIn(["x"]),
  labelIn(["y"]),
  labelIn(["x", "y"]),
  labelIn(["x", "y", "z"]),
  withAbsent(labelIn(["x"]), true),
  labelNotIn(["x"]),
  LABEL_EXISTS,
  LABEL_ABSENT,
  labelText("startsWith", "x"),
);

const KEYS: readonly LabelKey[] = [
  "pod:a",
  "pod:b",
  "namespace:env",
  "namespace:kubernetes.io/metadata.name",
];

const labels: fc.Arbitrary<Cube> = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...KEYS), labelSet), {
    selector: ([key]) => key,
    maxLength: 3,
  })
  .map((constraints) => cube(constraints.map(([key, set]) => ({ key, set }))) ?? ANY_CUBE);

const traffic: fc.Arbitrary<TrafficSet> = fc.constantFrom(
  ANY_TRAFFIC,
  ports(TCP, 80),
  ports(TCP, 80, 443),
  ports(TCP, 1, 3, 5, 7, 9, 80),
  portTraffic(TCP, [{ first: 80, last: 83 }]),
  protocolTraffic(UDP),
);

const addresses: fc.Arbitrary<AddressSet> = fc.constantFrom(
  ANY_ADDRESS,
  cidrs("10.0.0.1/32"),
  cidrs("10.0.0.1/32", "10.0.0.77/32", "10.0.9.0/24"),
  cidrs("10.0.0.0/24", "fd00::/64"),
  cidrs("10.0.0.0/8"),
  cidrs("fd00::7/128"),
  cidrs("0.0.0.0/0"),
);

const region: fc.Arbitrary<Region> = fc
  .tuple(labels, fc.option(labels, { nil: undefined, freq: 4 }), traffic, addresses, addresses)
  .map(([subject, peer, numbers, peerAt, peerAfter]) => ({
    ...subjectRegion(subject, peer === undefined ? "address" : "pod"),
    peer,
    traffic: numbers,
    peerAt,
    peerAfter,
  }));

describe("an index of regions", () => {
  it("finds what a look at each of them finds, in the same order", () => {
    fc.assert(
      fc.property(fc.array(region, { maxLength: 60 }), region, (regions, asked) => {
        const items = regions.map((one, at) => ({ region: one, at }));
        const index = new RegionIndex(items);
        expect(index.meeting(asked)).toEqual(
          items.filter((item) => regionsMeet(item.region, asked)),
        );
        const holding = items.filter((item) => isInside(asked, item.region));
        const found = index.holding(asked, () => true);
        expect(found !== undefined).toBe(holding.length > 0);
        if (found !== undefined) expect(holding).toContain(found);
        // One that is refused must not hide another.
        const last = holding.at(-1);
        expect(index.holding(asked, (item) => item === last)).toBe(last);
      }),
      { numRuns: 2000, seed: 29 },
    );
  });
});

describe("the aspects of regions", () => {
  it("tell of each region the marks that it is filed by, and of two that meet a common one", () => {
    let shared = 0;
    fc.assert(
      fc.property(region, region, (one, other) => {
        const aspects = new Aspects();
        const meet = regionsMeet(one, other);
        const inside = isInside(other, one);
        const all = aspects.of(one);
        const filed = aspects.narrowest(one, []);
        if (filed !== undefined) {
          expect(all).toContain(filed.aspect);
          expect(filed.aspect.marksOf(one)).toEqual(filed.marks);
        }
        for (const aspect of all) {
          const marks = aspect.marksOf(one);
          if (marks === undefined) continue;
          const theirs = aspect.marksOf(other);
          if (theirs !== undefined && meet) {
            expect(theirs.some((mark) => marks.includes(mark))).toBe(true);
            shared += 1;
          }
          if (theirs !== undefined && inside) {
            expect(theirs.every((mark) => marks.includes(mark))).toBe(true);
          }
        }
      }),
      { numRuns: 300, seed: 5 },
    );
    expect(shared).toBeGreaterThan(50);
  });

  it("come in this order: the label with the fewest values, of pods before namespaces, numbers, what is asked for", () => {
    const whole = subjectRegion(labelled({ "namespace:env": "prod", a: ["x", "y"] }), "pod");
    const peer = labelled({ "namespace:env": "dev", b: "z", c: labelNotIn(["z"]) });
    const one: Region = { ...whole, peer, traffic: ports(TCP, 80) };
    const aspects = new Aspects();
    const used: ReturnType<Aspects["narrowest"]>[] = [];
    for (let at = 0; at < 9; at += 1) {
      const known = used.flatMap((place) => place?.aspect ?? []);
      used.push(aspects.narrowest(one, known));
    }
    const [port] = ports(TCP, 80).ranges;
    expect(used.map((place) => place?.marks)).toEqual([
      ["z"],
      ["prod"],
      ["dev"],
      ["x", "y"],
      [port?.first],
      ...Array.from({ length: 4 }, () => ["asked"]),
    ]);
    for (const place of used) expect(place?.aspect.marksOf(one)).toEqual(place?.marks);
  });
});
