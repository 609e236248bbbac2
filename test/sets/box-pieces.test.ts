import { describe, expect, it } from "vitest";
import {
  ANY_ADDRESS,
  addressSetContains,
  complementAddresses,
  parseAddress,
} from "../../src/sets/address-set.ts";
import type { AddressSet } from "../../src/sets/address-set.ts";
import type { Box, PeerBox, PodBox } from "../../src/sets/box.ts";
import { BoxIndex } from "../../src/sets/box-index.ts";
import {
  areApartIn,
  boxInside,
  boxesOutside,
  insidePart,
  outsidePart,
  partOf,
  partsOutside,
  partsThatDiffer,
  unionPart,
} from "../../src/sets/box-parts.ts";
import { Steps, findOutside, remainder, withoutCovered } from "../../src/sets/box-remainder.ts";
import { ANY_CUBE, cube, cubeContains } from "../../src/sets/cube.ts";
import type { Cube, LabelKey } from "../../src/sets/cube.ts";
import {
  ANY_LABEL,
  LABEL_EXISTS,
  labelIn,
  labelNotIn,
  withAbsent,
} from "../../src/sets/label-set.ts";
import type { LabelSet } from "../../src/sets/label-set.ts";
import {
  ALL_PORTS,
  ANY_TRAFFIC,
  ICMP,
  TCP,
  UDP,
  trafficContains,
  trafficPoint,
} from "../../src/sets/traffic-set.ts";
import type { TrafficSet } from "../../src/sets/traffic-set.ts";
import { cidrs, ports } from "../support/ir-builder.ts";
import { seededRandom } from "../support/random.ts";
import type { Random } from "../support/random.ts";

/*
 * Boxes as sets of points: a point for each combination of what the drawn boxes can tell apart, so that two boxes of
 * them are equal, meet, or lie in each other if and only if their points do.
 */

interface Point {
  readonly subject: ReadonlyMap<LabelKey, string>;
  readonly subjectAt: bigint;
  /** Undefined: no pod. */
  readonly peer: ReadonlyMap<LabelKey, string> | undefined;
  readonly peerAt: bigint;
  readonly traffic: number;
}

const KEYS = ["pod:a", "pod:b"] as const;
const VALUES = ["x", "y", "z", undefined] as const;
const LABELS = VALUES.flatMap((a) =>
  ["x", "z", undefined].map((b): ReadonlyMap<LabelKey, string> => {
    const own = new Map<LabelKey, string>();
    if (a !== undefined) own.set("pod:a", a);
    if (b !== undefined) own.set("pod:b", b);
    return own;
  }),
);
const AT = ["10.0.0.1", "11.0.0.1", "12.0.0.1"].map((text) => parseAddress(text) ?? 0n);
const TRAFFIC = [
  trafficPoint(TCP, 80),
  trafficPoint(TCP, 81),
  trafficPoint(TCP, 82),
  trafficPoint(UDP, 80),
  trafficPoint(ICMP, 0),
];
const UNIVERSE: readonly Point[] = LABELS.flatMap((subject) =>
  AT.slice(0, 2).flatMap((subjectAt) =>
    [...LABELS, undefined].flatMap((peer) =>
      AT.flatMap((peerAt) =>
        TRAFFIC.map((traffic) => ({ subject, subjectAt, peer, peerAt, traffic })),
      ),
    ),
  ),
);

/** What tells `x`, `z` and absent apart. */
const FEW_LABEL_SETS: readonly LabelSet[] = [
  labelIn(["x"]),
  labelNotIn(["x"]),
  withAbsent(labelIn(["x"]), true),
  LABEL_EXISTS,
];
const LABEL_SETS: readonly LabelSet[] = [
  labelIn(["x"]),
  labelIn(["y"]),
  labelIn(["x", "y"]),
  labelNotIn(["x"]),
  withAbsent(labelIn(["x"]), true),
  withAbsent(labelNotIn(["y"]), false),
  LABEL_EXISTS,
];
const ADDRESSES: readonly AddressSet[] = [
  cidrs("10.0.0.0/8"),
  cidrs("10.0.0.0/7"),
  cidrs("11.0.0.0/8"),
  complementAddresses(cidrs("10.0.0.0/8")),
];
const SUBJECT_ADDRESSES: readonly AddressSet[] = [
  cidrs("10.0.0.0/8"),
  complementAddresses(cidrs("10.0.0.0/8")),
];
const TRAFFICS: readonly TrafficSet[] = [
  ports(TCP, 80),
  ports(TCP, 80, 81),
  ALL_PORTS,
  ports(UDP, 80),
];

function drawn(random: Random): Box {
  const labels = (): Cube =>
    cube(
      KEYS.filter(() => random.int(3) === 0).map((key) => ({
        key,
        set: random.pick(key === "pod:a" ? LABEL_SETS : FEW_LABEL_SETS),
      })),
    ) ?? ANY_CUBE;
  const addresses = (from: readonly AddressSet[]): AddressSet =>
    random.int(3) === 0 ? random.pick(from) : ANY_ADDRESS;
  const pod = (from: readonly AddressSet[]): PodBox => ({
    kind: "pod",
    labels: labels(),
    addresses: addresses(from),
  });
  const peer: PeerBox =
    random.int(4) === 0 ? { kind: "address", addresses: addresses(ADDRESSES) } : pod(ADDRESSES);
  const numbers = random.int(2) === 0 ? random.pick(TRAFFICS) : ANY_TRAFFIC;
  return { subject: pod(SUBJECT_ADDRESSES), peer, traffic: { numbers, named: [] } };
}

function has({ subject, peer, traffic }: Box, point: Point): boolean {
  const isPeer =
    peer.kind === "address"
      ? point.peer === undefined
      : point.peer !== undefined && cubeContains(peer.labels, (key) => point.peer?.get(key));
  return (
    isPeer &&
    cubeContains(subject.labels, (key) => point.subject.get(key)) &&
    addressSetContains(subject.addresses, point.subjectAt) &&
    addressSetContains(peer.addresses, point.peerAt) &&
    trafficContains(traffic.numbers, point.traffic)
  );
}

const pointsOf = (...boxes: readonly Box[]): readonly Point[] =>
  UNIVERSE.filter((point) => boxes.some((box) => has(box, point)));
const minus = (points: readonly Point[], ...cuts: readonly Box[]): readonly Point[] =>
  points.filter((point) => !cuts.some((cut) => has(cut, point)));
/** Quick to compare: the universe has thousands of points. */
const equal = (a: readonly Point[], b: readonly Point[]): boolean =>
  a.length === b.length && a.every((point, at) => point === b[at]);
const areDisjoint = (boxes: readonly Box[]): boolean =>
  pointsOf(...boxes).length === boxes.reduce((sum, box) => sum + pointsOf(box).length, 0);

const random = seededRandom(77);
const PAIRS = Array.from({ length: 150 }, () => [drawn(random), drawn(random)] as const);

describe("the parts of boxes", () => {
  it("tell whether two boxes meet, and whether one lies inside", () => {
    const seen = { apart: 0, inside: 0, out: 0 };
    for (const [box, cut] of PAIRS) {
      const parts = partsOutside(box, cut);
      const own = pointsOf(box);
      const left = minus(own, cut);
      expect(parts === undefined).toBe(left.length === own.length);
      if (parts === undefined) seen.apart += 1;
      else expect(parts.length === 0).toBe(left.length === 0);
      if (parts?.length === 0) seen.inside += 1;
      else if (parts !== undefined) seen.out += 1;
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(10);
  });

  it("part a box into what lies inside in one of them, and disjoint boxes outside", () => {
    for (const [box, cut] of PAIRS) {
      for (const part of partsOutside(box, cut) ?? []) {
        const inside = insidePart(box, cut, part);
        const outside = outsidePart(box, cut, part);
        const all = [...(inside === undefined ? [] : [inside]), ...outside];
        expect(equal(pointsOf(...all), pointsOf(box))).toBe(true);
        expect(areDisjoint(all)).toBe(true);
        expect(outside.every((one) => pointsOf(one).length > 0)).toBe(true);
        // With that part of the cut, the box lies inside of it there.
        const like = partOf(box, cut, part);
        expect(partsOutside(like, cut)?.some((one) => isSamePart(one, part))).toBe(false);
      }
    }
  });

  it("give what is in both, and disjoint boxes of the rest", () => {
    for (const [box, cut] of PAIRS) {
      const parts = partsOutside(box, cut);
      if (parts === undefined) continue;
      const outside = [...boxesOutside(box, cut, parts)];
      const inside = boxInside(box, cut, parts);
      const own = pointsOf(box);
      expect(equal(pointsOf(...outside), minus(own, cut))).toBe(true);
      expect(areDisjoint(outside)).toBe(true);
      const common = own.filter((point) => has(cut, point));
      expect(equal(pointsOf(...(inside === undefined ? [] : [inside])), common)).toBe(true);
    }
  });

  it("tell whether one alone keeps two boxes apart", () => {
    let count = 0;
    for (const [box, other] of PAIRS) {
      if (box.peer.kind !== other.peer.kind || partsOutside(box, other) !== undefined) continue;
      for (const part of partsThatDiffer(box, other) ?? []) {
        // They meet once that part is the same.
        const meets = partsOutside(partOf(box, other, part), other) !== undefined;
        expect(areApartIn(box, other, part)).toBe(meets);
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(20);
  });

  it("are united where two boxes differ in one alone", () => {
    let count = 0;
    for (const [one, like] of PAIRS) {
      for (const part of partsThatDiffer(one, like) ?? []) {
        const other = partOf(one, like, part);
        expect(partsThatDiffer(one, other)).toEqual([part]);
        const union = unionPart(one, other, part);
        if (union === undefined) continue;
        expect(equal(pointsOf(union), pointsOf(one, other))).toBe(true);
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(50);
    for (const [one, like] of PAIRS) {
      const differing = partsThatDiffer(one, like);
      if (differing === undefined) expect(one.peer.kind).not.toBe(like.peer.kind);
      else expect(differing.length === 0).toBe(equal(pointsOf(one), pointsOf(like)));
    }
  });
});

function isSamePart(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const SETS = Array.from({ length: 40 }, () => ({
  box: drawn(random),
  cuts: Array.from({ length: 1 + random.int(7) }, () => drawn(random)),
}));
const plenty = (): Steps => new Steps(1e6);

describe("what many cuts leave of a box", () => {
  it("is found if and only if there is any", () => {
    const seen = { some: 0, none: 0 };
    for (const { box, cuts } of SETS) {
      const left = minus(pointsOf(box), ...cuts);
      const found = findOutside(box, cuts, plenty());
      if (found === undefined || found === "spent") {
        expect({ found, left: left.length }).toEqual({ found: undefined, left: 0 });
        seen.none += 1;
        continue;
      }
      const points = pointsOf(found);
      expect(points.length).toBeGreaterThan(0);
      expect(points.every((point) => left.includes(point))).toBe(true);
      seen.some += 1;
    }
    expect(seen.some).toBeGreaterThan(20);
    expect(seen.none).toBeGreaterThan(5);
  });

  it("is all of it, in pieces of which none is covered by others", () => {
    for (const { box, cuts } of SETS) {
      const left = minus(pointsOf(box), ...cuts);
      const { pieces, limit } = remainder(box, cuts, plenty());
      expect(limit).toBeUndefined();
      expect(equal(pointsOf(...pieces), left)).toBe(true);
      for (const piece of pieces) {
        const others = pieces.filter((one) => one !== piece);
        expect(minus(pointsOf(piece), ...others).length).toBeGreaterThan(0);
      }
    }
  });

  it("is not looked for past its steps", () => {
    let spent = 0;
    for (const { box, cuts } of SETS) {
      const steps = new Steps(2);
      const found = findOutside(box, cuts, steps);
      if (found === "spent") spent += 1;
      // What is said within the steps is said of all.
      else expect(found === undefined).toBe(findOutside(box, cuts, plenty()) === undefined);
      const { pieces, limit } = remainder(box, cuts, new Steps(2));
      const left = minus(pointsOf(box), ...cuts);
      expect(pointsOf(...pieces).every((point) => left.includes(point))).toBe(true);
      if (limit === undefined) expect(equal(pointsOf(...pieces), left)).toBe(true);
    }
    expect(spent).toBeGreaterThan(10);
  });

  it("counts its steps, down to none", () => {
    const steps = new Steps(3);
    expect([steps.spend(2), steps.left, steps.used]).toEqual([true, 1, 2]);
    expect([steps.spend(1), steps.left, steps.used]).toEqual([true, 0, 3]);
    expect([steps.spend(1), steps.left, steps.used]).toEqual([false, 0, 3]);
  });

  it("leaves out boxes that others cover, and nothing of their union", () => {
    let fewer = 0;
    for (const { box, cuts } of SETS) {
      const all = [box, ...cuts];
      const kept = withoutCovered(all, plenty());
      expect(equal(pointsOf(...kept), pointsOf(...all))).toBe(true);
      expect(all.filter((one) => kept.includes(one))).toEqual(kept);
      for (const one of kept) {
        const others = kept.filter((other) => other !== one);
        expect(minus(pointsOf(one), ...others).length).toBeGreaterThan(0);
      }
      if (kept.length < all.length) fewer += 1;
      // Past the steps all stay.
      expect(withoutCovered(all, new Steps(0))).toEqual(all);
    }
    expect(fewer).toBeGreaterThan(10);
  });
});

describe("an index of boxes", () => {
  const boxes = Array.from({ length: 120 }, () => drawn(random));
  const index = new BoxIndex(boxes, (one) => one);

  it("finds all that meet a box, in their order, and leaves some of the others out", () => {
    let fewer = 0;
    for (const [box] of PAIRS) {
      const found = index.mayMeet(box);
      const meeting = boxes.filter((one) => partsOutside(box, one) !== undefined);
      expect(meeting.filter((one) => !found.includes(one))).toEqual([]);
      expect(boxes.filter((one) => found.includes(one))).toEqual(found);
      if (found.length < boxes.length) fewer += 1;
    }
    expect(fewer).toBeGreaterThan(5);
  });

  it("gives pods of one label those of it, and those that say nothing of it", () => {
    const of = (set: LabelSet): Box => ({
      subject: {
        kind: "pod",
        labels: cube([{ key: "pod:a", set }]) ?? ANY_CUBE,
        addresses: ANY_ADDRESS,
      },
      peer: { kind: "address", addresses: ANY_ADDRESS },
      traffic: { numbers: ANY_TRAFFIC, named: [] },
    });
    const kinds: readonly LabelSet[] = [
      labelIn(["x"]),
      labelIn(["y"]),
      labelIn(["x", "z"]),
      labelNotIn(["x"]),
      withAbsent(labelIn(["y"]), true),
      ANY_LABEL,
    ];
    const byLabel = new BoxIndex(kinds, of);
    expect(byLabel.mayMeet(of(labelIn(["x"])))).toEqual([0, 2, 5].map((at) => kinds[at]));
    expect(byLabel.mayMeet(of(labelIn(["q"])))).toEqual([3, 5].map((at) => kinds[at]));
    expect(byLabel.mayMeet(of(labelNotIn(["q"])))).toEqual(kinds);
    expect(new BoxIndex<LabelSet>([], of).mayMeet(of(ANY_LABEL))).toEqual([]);
  });
});
