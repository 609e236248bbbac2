import { describe, expect, it } from "vitest";
import {
  addressesMeet,
  addressSetContains,
  addressSetOfEach,
  complementAddresses,
  equalAddresses,
  intersectAddresses,
  isAddressSubset,
  subtractAddresses,
  unionAddresses,
} from "../../src/sets/address-set.ts";
import type { AddressSet } from "../../src/sets/address-set.ts";
import { boxesMeet, intersectBoxes, isBoxSubset, subtractBox } from "../../src/sets/box.ts";
import type { Box, PeerBox, PodBox } from "../../src/sets/box.ts";
import {
  ANY_CUBE,
  cube,
  cubeContains,
  cubesMeet,
  cubeText,
  equalCubes,
  intersectCubes,
  isCubeSubset,
  subtractCubes,
} from "../../src/sets/cube.ts";
import type { Cube, LabelKey } from "../../src/sets/cube.ts";
import { predicateContains, unionPredicates } from "../../src/sets/label-predicate.ts";
import {
  complementLabelSet,
  equalLabelSets,
  intersectLabelSets,
  isAnyLabel,
  isEmptyLabelSet,
  isLabelSubset,
  LABEL_ABSENT,
  LABEL_EXISTS,
  labelIn,
  labelNotIn,
  labelSetContains,
  labelSetsMeet,
  labelSetText,
  labelText,
  uniteLabelSets,
  withAbsent,
} from "../../src/sets/label-set.ts";
import type { LabelSet } from "../../src/sets/label-set.ts";
import { portTraffic, TCP, trafficContains, trafficPoint } from "../../src/sets/traffic-set.ts";

/*
 * Small universes, enumerated whole: every pair of sets that a few values make, each operation held to what it means point
 * by point. What a law says "if and only if" is asked both ways.
 */

const subsets = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  items.reduce<readonly (readonly T[])[]>(
    (all, item) => [...all, ...all.map((some) => [...some, item])],
    [[]],
  );

/** Counts what is wrong, and names the first: a million calls of `expect` take a minute. */
class Findings {
  readonly #wrong: string[] = [];

  hold(isSo: boolean, what: () => string): void {
    if (!isSo) this.#wrong.push(what());
  }

  check(): void {
    expect(this.#wrong.slice(0, 3)).toEqual([]);
  }
}

describe("label sets over three values and some texts", () => {
  const plain = subsets(["a", "ab", "b"]).flatMap((values) =>
    [true, false].flatMap((absent) => [
      withAbsent(labelIn(values), absent),
      withAbsent(labelNotIn(values), absent),
    ]),
  );
  const atoms = [
    labelText("startsWith", "a"),
    labelText("endsWith", "b"),
    labelText("contains", "a"),
    labelText("contains", "ab"),
  ];
  const texts = [...atoms, ...atoms.flatMap(complementLabelSet)].flatMap((one) => [
    one,
    intersectLabelSets(one, labelNotIn(["ab"])),
    ...atoms.map((other) => intersectLabelSets(one, other)),
  ]);
  const all = [...plain, ...texts];
  const points = [undefined, "", "a", "ab", "b", "ba", "bab", "c"];
  const members = new Map(
    all.map((set) => [set, points.map((point) => labelSetContains(set, point))]),
  );
  const membersOf = (set: LabelSet): readonly boolean[] =>
    members.get(set) ?? points.map((point) => labelSetContains(set, point));

  function eachPair(check: (a: LabelSet, b: LabelSet, findings: Findings) => void): void {
    const findings = new Findings();
    for (const a of all) for (const b of all) check(a, b, findings);
    findings.check();
  }

  const pair = (a: LabelSet, b: LabelSet) => (): string =>
    `${labelSetText(a)} / ${labelSetText(b)}`;
  const isPlain = (...sets: readonly LabelSet[]): boolean =>
    sets.every((set) => set.atoms.length === 0);

  it("intersect to what both hold, and meet if that is not empty", () => {
    eachPair((a, b, findings) => {
      const both = membersOf(intersectLabelSets(a, b));
      const wanted = membersOf(a).map((has, at) => has && membersOf(b)[at] === true);
      findings.hold(String(both) === String(wanted), pair(a, b));
      if (wanted.includes(true)) findings.hold(labelSetsMeet(a, b), pair(a, b));
      if (!isPlain(a, b)) return;
      findings.hold(labelSetsMeet(a, b) === wanted.includes(true), pair(a, b));
      findings.hold(
        isEmptyLabelSet(intersectLabelSets(a, b)) !== wanted.includes(true),
        pair(a, b),
      );
    });
  });

  it("unite to what either holds, always where no text is asked for", () => {
    eachPair((a, b, findings) => {
      const union = uniteLabelSets(a, b);
      if (union === undefined) {
        findings.hold(!isPlain(a, b), pair(a, b));
        return;
      }
      const wanted = membersOf(a).map((has, at) => has || membersOf(b)[at] === true);
      findings.hold(String(membersOf(union)) === String(wanted), pair(a, b));
    });
  });

  it("are part of another one, or equal to it, if all of their values are", () => {
    eachPair((a, b, findings) => {
      const inside = membersOf(a).every((has, at) => !has || membersOf(b)[at] === true);
      if (isLabelSubset(a, b)) findings.hold(inside, pair(a, b));
      if (equalLabelSets(a, b)) {
        findings.hold(String(membersOf(a)) === String(membersOf(b)), pair(a, b));
      }
      findings.hold(equalLabelSets(a, b) === (labelSetText(a) === labelSetText(b)), pair(a, b));
      if (!isPlain(a, b)) return;
      findings.hold(isLabelSubset(a, b) === inside, pair(a, b));
      const same = String(membersOf(a)) === String(membersOf(b));
      findings.hold(equalLabelSets(a, b) === same, pair(a, b));
    });
  });

  it("and what they leave out are everything together, and nothing in common", () => {
    const findings = new Findings();
    for (const set of all) {
      const others = complementLabelSet(set);
      const outside = points.map((point) => others.some((one) => labelSetContains(one, point)));
      const wanted = membersOf(set).map((has) => !has);
      findings.hold(String(outside) === String(wanted), () => labelSetText(set));
      if (isPlain(set))
        findings.hold(isAnyLabel(set) === !wanted.includes(true), () => labelSetText(set));
    }
    findings.check();
  });
});

const SETS: readonly LabelSet[] = [
  labelIn(["x"]),
  labelIn(["x", "y"]),
  labelNotIn(["x"]),
  withAbsent(labelNotIn(["x"]), false),
  LABEL_EXISTS,
  LABEL_ABSENT,
];
const KEYS: readonly LabelKey[] = ["pod:a", "pod:b", "pod:c"];

/** All cubes over the keys, at most so many of them constrained. */
function cubesOver(keys: readonly LabelKey[]): readonly Cube[] {
  let all: readonly Cube[] = [ANY_CUBE];
  for (const key of keys) {
    all = all.flatMap((one) => [
      one,
      ...SETS.map((set) => cube([...one.constraints, { key, set }]) ?? ANY_CUBE),
    ]);
  }
  return all;
}

describe("cubes over two keys", () => {
  const all = cubesOver(KEYS.slice(0, 2));
  const values = [undefined, "x", "y", "z"];
  const points = values.flatMap((a) =>
    values.map(
      (b) =>
        new Map([
          ["pod:a", a],
          ["pod:b", b],
        ]),
    ),
  );
  const holds = (of: Cube, point: (typeof points)[number]): boolean =>
    cubeContains(of, (key) => point.get(key));
  const membersOf = (of: Cube): readonly boolean[] => points.map((point) => holds(of, point));
  const known = new Map(all.map((one) => [one, membersOf(one)]));

  it("intersect, meet, contain and equal one another as their pods do", () => {
    const findings = new Findings();
    for (const [a, ofA] of known) {
      for (const [b, ofB] of known) {
        const pair = (): string => `${cubeText(a)} / ${cubeText(b)}`;
        const wanted = ofA.map((has, at) => has && ofB[at] === true);
        const both = intersectCubes(a, b);
        findings.hold((both === undefined) !== wanted.includes(true), pair);
        if (both !== undefined) findings.hold(String(membersOf(both)) === String(wanted), pair);
        findings.hold(cubesMeet(a, b) === wanted.includes(true), pair);
        findings.hold(isCubeSubset(a, b) === (String(wanted) === String(ofA)), pair);
        findings.hold(equalCubes(a, b) === (String(ofA) === String(ofB)), pair);
      }
    }
    findings.check();
  });

  it("subtract to pieces that are disjoint, and hold what the other does not", () => {
    const findings = new Findings();
    for (const [a, ofA] of known) {
      for (const [b, ofB] of known) {
        const pieces = subtractCubes(a, b);
        const pair = (): string =>
          `${cubeText(a)} - ${cubeText(b)}: ${pieces.map(cubeText).join()}`;
        for (const [at, point] of points.entries()) {
          const count = pieces.filter((piece) => holds(piece, point)).length;
          findings.hold(count === (ofA[at] === true && ofB[at] !== true ? 1 : 0), pair);
        }
        for (const piece of pieces) {
          const keys = piece.constraints.map(({ key }) => key);
          findings.hold(String(keys) === String([...new Set(keys)].sort()), pair);
        }
      }
    }
    findings.check();
  });

  it("are tidied to no more cubes, none inside another, that hold the same pods", () => {
    const findings = new Findings();
    for (let at = 0; at < all.length; at += 1) {
      for (let step = 1; step < 40; step += 1) {
        const some = [0, step, 3 * step + 1, 7 * step + 2].map(
          (by) => all[(at + by) % all.length] ?? ANY_CUBE,
        );
        const tidy = unionPredicates(some);
        const text = (): string =>
          `${some.map(cubeText).join(" || ")} => ${tidy.map(cubeText).join(" || ")}`;
        findings.hold(tidy.length <= some.length, text);
        for (const point of points) {
          const is = predicateContains(tidy, (key) => point.get(key));
          findings.hold(is === some.some((one) => holds(one, point)), text);
        }
        for (const one of tidy) {
          findings.hold(!tidy.some((other) => other !== one && isCubeSubset(one, other)), text);
        }
      }
    }
    findings.check();
  });
});

describe("addresses around the ends of the axis", () => {
  const LAST = (1n << 128n) - 1n;
  const all = [0n, 1n, 2n, LAST + (1n << 32n) - 1n, LAST + (1n << 32n)];
  const sets = subsets(all).flatMap((some) => {
    const set = addressSetOfEach(some);
    return [set, complementAddresses(set)];
  });
  const points = [...all, 3n, LAST];
  const membersOf = (set: AddressSet): readonly boolean[] =>
    points.map((point) => addressSetContains(set, point));

  it("are united, cut, subtracted and compared one by one", () => {
    const findings = new Findings();
    for (const a of sets) {
      for (const b of sets) {
        const [ofA, ofB] = [membersOf(a), membersOf(b)];
        const pair = (): string => `${String(ofA)} / ${String(ofB)}`;
        const is = (set: AddressSet, wanted: readonly boolean[]): void => {
          findings.hold(String(membersOf(set)) === String(wanted), pair);
        };
        const both = ofA.map((has, at) => has && ofB[at] === true);
        is(intersectAddresses(a, b), both);
        is(
          unionAddresses(a, b),
          ofA.map((has, at) => has || ofB[at] === true),
        );
        is(
          subtractAddresses(a, b),
          ofA.map((has, at) => has && ofB[at] !== true),
        );
        findings.hold(addressesMeet(a, b) === both.includes(true), pair);
        findings.hold(isAddressSubset(a, b) === (String(both) === String(ofA)), pair);
        findings.hold(equalAddresses(a, b) === (String(ofA) === String(ofB)), pair);
      }
    }
    findings.check();
  });
});

describe("boxes", () => {
  const [x, y] = [labelIn(["x"]), labelIn(["y"])];
  const nets = subsets([1n, 2n])
    .filter((some) => some.length > 0)
    .map(addressSetOfEach);
  const labels = [x, y, labelNotIn(["x"])].map((set) => cube([{ key: "pod:a", set }]) ?? ANY_CUBE);
  const pods: readonly PodBox[] = labels.flatMap((of) =>
    nets.map((addresses): PodBox => ({ kind: "pod", labels: of, addresses })),
  );
  const peers: readonly PeerBox[] = [
    ...pods,
    ...nets.map((addresses): PeerBox => ({ kind: "address", addresses })),
  ];
  const traffics = [[80], [80, 81]].map((ports) =>
    portTraffic(
      TCP,
      ports.map((port) => ({ first: port, last: port })),
    ),
  );
  const boxes = pods
    .filter((_, at) => at % 2 === 0)
    .flatMap((subject) =>
      peers.flatMap((peer) =>
        traffics.map((numbers): Box => ({ subject, peer, traffic: { numbers, named: [] } })),
      ),
    );
  const podPoints = ["x", "y", undefined].flatMap((value) => [1n, 2n].map((at) => ({ value, at })));
  const inPeer = (
    peer: PeerBox,
    kind: PeerBox["kind"],
    { value, at }: (typeof podPoints)[number],
  ): boolean =>
    peer.kind === kind &&
    addressSetContains(peer.addresses, at) &&
    (peer.kind === "address" || cubeContains(peer.labels, () => value));
  const points = podPoints.flatMap((subject) =>
    podPoints.flatMap((peer) =>
      (["pod", "address"] as const).flatMap((kind) =>
        [80, 81].map((port) => ({ subject, peer, kind, port })),
      ),
    ),
  );
  const holds = ({ subject, peer, traffic }: Box, point: (typeof points)[number]): boolean =>
    inPeer(subject, "pod", point.subject) &&
    inPeer(peer, point.kind, point.peer) &&
    trafficContains(traffic.numbers, trafficPoint(TCP, point.port));

  it("intersect, meet, contain and are subtracted as their flows are", () => {
    const findings = new Findings();
    const members = boxes.map((box) => points.map((point) => holds(box, point)));
    for (const [i, a] of boxes.entries()) {
      const ofA = members[i] ?? [];
      for (const [j, b] of boxes.entries()) {
        if ((i + j) % 3 !== 0) continue;
        const ofB = members[j] ?? [];
        const pair = (): string => JSON.stringify([i, j]);
        const wanted = ofA.map((has, at) => has && ofB[at] === true);
        const both = intersectBoxes(a, b);
        findings.hold((both === undefined) !== wanted.includes(true), pair);
        if (both !== undefined) {
          findings.hold(
            points.every((point, at) => holds(both, point) === wanted[at]),
            pair,
          );
        }
        findings.hold(boxesMeet(a, b) === wanted.includes(true), pair);
        findings.hold(isBoxSubset(a, b) === (String(wanted) === String(ofA)), pair);
        const pieces = subtractBox(a, b, "over");
        for (const [at, point] of points.entries()) {
          const count = pieces.filter((piece) => holds(piece, point)).length;
          findings.hold(count === (ofA[at] === true && ofB[at] !== true ? 1 : 0), pair);
        }
      }
    }
    findings.check();
  });
});
