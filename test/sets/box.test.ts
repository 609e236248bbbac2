import { describe, expect, it } from "vitest";
import { ANY_ADDRESS, addressSetOf, parseCidr } from "../../src/sets/address-set.ts";
import type { AddressSet } from "../../src/sets/address-set.ts";
import {
  ANY_PEER,
  ANY_TRAFFIC_BOX,
  boxText,
  boxesMeet,
  intersectBoxes,
  intersectPeers,
  isBoxSubset,
  subtractBox,
  subtractBoxes,
  subtractPeers,
  uncovered,
} from "../../src/sets/box.ts";
import type { AddressBox, Box, PeerBox, PodBox } from "../../src/sets/box.ts";
import { ANY_CUBE, cube } from "../../src/sets/cube.ts";
import { labelIn } from "../../src/sets/label-set.ts";
import { TCP, portTraffic } from "../../src/sets/traffic-set.ts";

const net = (...texts: readonly string[]): AddressSet =>
  addressSetOf(texts.map((text) => parseCidr(text)).filter((cidr) => cidr !== undefined));
const pods = (app?: string, addresses = ANY_ADDRESS): PodBox => ({
  kind: "pod",
  labels:
    app === undefined ? ANY_CUBE : (cube([{ key: "pod:app", set: labelIn([app]) }]) ?? ANY_CUBE),
  addresses,
});
const world = (...texts: readonly string[]): AddressBox => ({
  kind: "address",
  addresses: net(...texts),
});
const box = (
  subject: PodBox,
  peer: PeerBox,
  port?: number,
  named: readonly string[] = [],
): Box => ({
  subject,
  peer,
  traffic: {
    numbers:
      port === undefined
        ? ANY_TRAFFIC_BOX.numbers
        : portTraffic(TCP, [{ first: port, last: port }]),
    named,
  },
});

describe("peers", () => {
  it("of different kinds never meet, whatever their addresses", () => {
    expect(intersectPeers(pods(), world("0.0.0.0/0"))).toBeUndefined();
    expect(subtractPeers(pods(), world("0.0.0.0/0"))).toEqual([pods()]);
    expect(ANY_PEER.map((peer) => peer.kind)).toEqual(["pod", "address"]);
  });

  it("are constrained by labels and addresses at once: `Deny 10/8; Allow app=x` denies app=x at 10.1.1.1", () => {
    const left = subtractPeers(pods("x"), pods(undefined, net("10.0.0.0/8")));
    expect(left).toHaveLength(1);
    expect(left.some((peer) => intersectPeers(peer, pods("x", net("10.1.1.1"))))).toBe(false);
    expect(left.some((peer) => intersectPeers(peer, pods("x", net("11.1.1.1"))))).toBe(true);
  });
});

describe("subtractBox", () => {
  it("cuts traffic, then subject, then peer addresses, then peer labels", () => {
    const cut = box(pods("s"), pods("p", net("10.0.0.0/8")), 80);
    const a = {
      ...box(pods(), pods(undefined, net("10.0.0.0/7"))),
      traffic: { numbers: portTraffic(TCP, [{ first: 80, last: 81 }]), named: [] },
    };
    expect(subtractBox(a, cut, "over").map(boxText)).toEqual([
      "pod [any pod] at any address <-> pod [any pod] at 10.0.0.0/7 : TCP 81",
      'pod ["pod:app" present and not in {"s"} or absent] at any address <-> pod [any pod] at 10.0.0.0/7 : TCP 80',
      'pod ["pod:app" in {"s"}] at any address <-> pod [any pod] at 11.0.0.0/8 : TCP 80',
      'pod ["pod:app" in {"s"}] at any address <-> pod ["pod:app" present and not in {"p"} or absent] at 10.0.0.0/8 : TCP 80',
    ]);
  });

  it("leaves a box whole, or takes the numbers out, where the cut asks for a port name", () => {
    const a = box(pods(), pods(), 80);
    const cut = box(pods(), pods(), undefined, ["http"]);
    expect(subtractBox(a, cut, "over")).toEqual([a]);
    expect(subtractBox(a, cut, "under")).toEqual([]);
  });

  it("cuts a named port by its own name and by numbers exactly", () => {
    const named = box(pods(), pods(), undefined, ["http"]);
    for (const side of ["over", "under"] as const) {
      expect(subtractBox(named, named, side)).toEqual([]);
      expect(subtractBox(named, box(pods(), pods(), 80), side)).toHaveLength(1);
    }
  });

  it("gives nothing for an empty box", () => {
    const empty = box(pods(undefined, net()), pods());
    expect(subtractBox(empty, box(pods("x"), pods()), "over")).toEqual([]);
    expect(boxesMeet(empty, empty)).toBe(false);
    expect(intersectBoxes(empty, empty)).toBeUndefined();
    expect(isBoxSubset(empty, box(pods("x"), pods()))).toBe(true);
  });
});

describe("subtractBoxes", () => {
  const cuts = Array.from({ length: 10 }, (_, at) =>
    box(
      {
        kind: "pod",
        labels:
          cube([
            { key: `pod:l${String(at)}`, set: labelIn(["x"]) },
            { key: `pod:r${String(at)}`, set: labelIn(["x"]) },
          ]) ?? ANY_CUBE,
        addresses: ANY_ADDRESS,
      },
      pods(),
    ),
  );

  it("gives up past the limit", () => {
    expect(subtractBoxes([box(pods(), pods())], cuts, "over", 100)).toBeUndefined();
    expect(subtractBoxes([box(pods(), pods())], cuts, "over")).toHaveLength(1024);
    expect(uncovered(box(pods(), pods()), cuts, 100)).toBeUndefined();
  });

  it("keeps the boxes, identical, that no cut meets", () => {
    const boxes = [box(pods("a"), pods()), box(pods("b"), pods())];
    const rest = subtractBoxes(boxes, [box(pods("c"), pods())], "over");
    expect(rest).toBe(boxes);
  });
});

describe("uncovered", () => {
  it("sees a cover that only several boxes give together", () => {
    const whole = box(pods("a"), world("10.0.0.0/8"), 80);
    const halves = [box(pods(), world("10.0.0.0/9"), 80), box(pods(), world("10.128.0.0/9"))];
    expect(uncovered(whole, halves)).toEqual([]);
    expect(uncovered(whole, halves.slice(0, 1))).toHaveLength(1);
  });

  it("does not take a named port for a cover of a number", () => {
    const number = box(pods(), pods(), 80);
    const named = box(pods(), pods(), 80, ["http"]);
    expect(uncovered(number, [named])).toEqual([number]);
    expect(uncovered(named, [number])).toEqual([]);
    expect(isBoxSubset(number, named)).toBe(false);
    expect(isBoxSubset(named, number)).toBe(true);
  });
});

describe("the limit of a subtraction", () => {
  it("may be reached, and not passed", () => {
    const boxes = [box(pods("x"), pods()), box(pods("y"), pods())];
    const cut = box(pods(), pods("z"));
    const pieces = subtractBoxes(boxes, [cut], "over") ?? [];
    expect(pieces.length).toBeGreaterThan(1);
    expect(subtractBoxes(boxes, [cut], "over", pieces.length)).toEqual(pieces);
    expect(subtractBoxes(boxes, [cut], "over", pieces.length - 1)).toBeUndefined();
  });
});
