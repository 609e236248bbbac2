import { describe, expect, it } from "vitest";
import type { Box, PeerBox } from "../../src/sets/box.ts";
import { boxesMeet } from "../../src/sets/box.ts";
import {
  areApartIn,
  insidePart,
  outsidePart,
  partOf,
  partsThatDiffer,
  withLabels,
} from "../../src/sets/box-parts.ts";
import type { Part } from "../../src/sets/box-parts.ts";
import { Steps, remainder } from "../../src/sets/box-remainder.ts";
import { constraintOf } from "../../src/sets/cube.ts";
import { labelIn, withAbsent } from "../../src/sets/label-set.ts";
import { mergeBoxes } from "../../src/sets/merge-boxes.ts";
import { ANY_TRAFFIC, TCP } from "../../src/sets/traffic-set.ts";
import type { TrafficSet } from "../../src/sets/traffic-set.ts";
import { block, pods, ports } from "../support/ir-builder.ts";

const TRAFFIC: Part = { of: "traffic" };
const PEER_ADDRESSES: Part = { of: "peer-addresses" };
const PEER_A: Part = { of: "peer", key: "pod:a" };

const boxOf = (peer: PeerBox, numbers: TrafficSet = ANY_TRAFFIC): Box => ({
  subject: pods({}),
  peer,
  traffic: { numbers, named: [] },
});
function machines(cidr: string): PeerBox {
  const found = block(cidr).find(({ kind }) => kind === "address");
  if (found === undefined) throw new Error("built");
  return found;
}

const outside = machines("192.0.2.0/24");
const aPod = boxOf(pods({ a: "x" }));
const anAddress = boxOf(outside);

describe("a box of pods and one of addresses", () => {
  it("have no part in common, and none in which they are apart", () => {
    expect(areApartIn(aPod, anAddress, PEER_A)).toBe(false);
    expect(areApartIn(anAddress, aPod, PEER_A)).toBe(false);
    const [one, other] = [80, 81].map((port) => ports(TCP, port));
    expect(areApartIn(boxOf(aPod.peer, one), boxOf(outside, other), TRAFFIC)).toBe(false);
    expect(areApartIn(boxOf(aPod.peer, one), boxOf(aPod.peer, other), TRAFFIC)).toBe(true);
    expect(partsThatDiffer(aPod, anAddress)).toBeUndefined();
  });

  it("give each other no labels", () => {
    expect(insidePart(aPod, anAddress, PEER_A)).toBeUndefined();
    expect(outsidePart(aPod, anAddress, PEER_A)).toEqual([]);
    expect(partOf(aPod, anAddress, PEER_A)).toBe(aPod);
    expect(withLabels(anAddress, "peer", "pod:a", labelIn(["x"]))).toBeUndefined();
  });
});

describe("the parts of a box", () => {
  it("have nothing outside of themselves", () => {
    for (const part of [TRAFFIC, PEER_ADDRESSES, PEER_A]) {
      expect(outsidePart(aPod, aPod, part)).toEqual([]);
    }
  });

  it("differ whichever of the two is the larger", () => {
    const all = machines("192.0.2.0/23");
    expect(partsThatDiffer(anAddress, boxOf(all))).toEqual([PEER_ADDRESSES]);
    expect(partsThatDiffer(boxOf(all), anAddress)).toEqual([PEER_ADDRESSES]);
    expect(partsThatDiffer(anAddress, anAddress)).toEqual([]);
  });

  it("keep two boxes apart each by itself", () => {
    expect(boxesMeet(boxOf(outside, ports(TCP, 80)), boxOf(outside, ports(TCP, 81)))).toBe(false);
    expect(boxesMeet(boxOf(outside, ports(TCP, 80)), boxOf(outside, ports(TCP, 80, 81)))).toBe(
      true,
    );
    expect(boxesMeet(aPod, boxOf(pods({ a: "y" })))).toBe(false);
  });
});

describe("the pieces of a remainder", () => {
  it("are widened as far as no cut meets them", () => {
    const cuts = [boxOf(pods({ a: "x", b: "y" })), boxOf(pods({ a: "z" }))];
    const { pieces } = remainder(boxOf(pods({})), cuts, new Steps(10_000));
    const texts = pieces.map(({ peer }) =>
      peer.kind === "pod" ? (constraintOf(peer.labels, "pod:a")?.values ?? []) : ["address"],
    );
    // All but x and z, and all but z where b is not y.
    expect(texts.map((values) => values.join())).toEqual(expect.arrayContaining(["x,z", "z"]));
    expect(pieces).toHaveLength(2);
  });
});

describe("boxes put together", () => {
  const onPort = (port: number): Box => boxOf(outside, ports(TCP, port));
  const many = (count: number): readonly Box[] =>
    Array.from({ length: count }, (_, at) => onPort(at + 1));

  it("are one where they differ in one part, among 64 and no more", () => {
    expect(mergeBoxes(many(64))).toHaveLength(1);
    expect(mergeBoxes(many(65))).toHaveLength(65);
    expect(mergeBoxes([aPod, boxOf(pods({ a: "x", b: "y" }), ports(TCP, 80))])).toHaveLength(2);
  });

  it("need two selectors only where one of them did", () => {
    const absent = boxOf(pods({ a: withAbsent(labelIn([]), true) }));
    expect(mergeBoxes([aPod, absent])).toHaveLength(2);
    const either = boxOf(pods({ a: withAbsent(labelIn(["x"]), true) }));
    expect(mergeBoxes([either, boxOf(pods({ a: "y" }))])).toHaveLength(1);
  });
});
