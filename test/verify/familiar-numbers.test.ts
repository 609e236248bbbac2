import { describe, expect, it } from "vitest";
import { addressText } from "../../src/sets/address-set.ts";
import { ANY_CUBE } from "../../src/sets/cube.ts";
import {
  ANY_TRAFFIC,
  OTHER_TRAFFIC,
  TCP,
  UDP,
  subtractTraffic,
  unionTraffic,
} from "../../src/sets/traffic-set.ts";
import { numbersOf } from "../../src/verify/familiar-numbers.ts";
import { subjectRegion } from "../../src/verify/region.ts";
import { cidrs, ports } from "../support/ir-builder.ts";
import { contextOf } from "../support/prove-sets.ts";
import type { Given } from "../support/prove-sets.ts";

const toPods = subjectRegion(ANY_CUBE, "pod");
const toOthers = subjectRegion(ANY_CUBE, "address");

function numbers(region: typeof toPods, given: Given = {}) {
  const found = numbersOf(region, contextOf(given));
  if (found === undefined) throw new Error("no numbers");
  return found;
}

describe("the addresses of an example", () => {
  const peerIn = (cidr: string): string =>
    addressText(numbers({ ...toOthers, peerAt: cidrs(cidr), peerAfter: cidrs(cidr) }).peerAt);

  it("are such as a host has: not the first of a block, where there are others", () => {
    expect(peerIn("198.18.5.0/24")).toBe("198.18.5.7");
    expect(peerIn("198.18.5.0/30")).toBe("198.18.5.1");
    expect(peerIn("198.18.5.0/31")).toBe("198.18.5.1");
    expect(peerIn("198.18.5.4/32")).toBe("198.18.5.4");
  });

  it("lie in the ranges of pods, before and after, and stay where pods do not move", () => {
    const { subjectAt, subjectAfter, peerAt, peerAfter } = numbers(toPods, {
      podRange: "10.9.0.0/16",
    });
    expect([subjectAt, peerAt].map(addressText)).toEqual(["10.9.0.7", "10.9.0.1"]);
    expect([subjectAfter, peerAfter]).toEqual([subjectAt, peerAt]);
  });

  it("change for the peer where pods move and it is one, and not where it is none", () => {
    const given: Given = { podRange: "10.9.0.0/16", targetPodRange: "172.16.0.0/16" };
    const after = cidrs("172.16.0.0/16");
    const moving = numbers({ ...toPods, subjectAfter: after, peerAfter: after }, given);
    expect([moving.subjectAfter, moving.peerAfter].map(addressText)).toEqual([
      "172.16.0.7",
      "172.16.0.8",
    ]);
    const others = numbers({ ...toOthers, subjectAfter: after }, given);
    expect(others.peerAfter).toBe(others.peerAt);
  });
});

describe("the traffic of an example", () => {
  const trafficOf = (traffic: typeof ANY_TRAFFIC): readonly [number, number] => {
    const point = numbers({ ...toPods, traffic }).traffic;
    return [Math.floor(point / 65536), point % 65536];
  };

  it("is a port that people know, if one is there", () => {
    expect(trafficOf(ANY_TRAFFIC)).toEqual([TCP, 443]);
    expect(trafficOf(ports(TCP, 79, 80, 8080))).toEqual([TCP, 80]);
  });

  it("is a port that there is: never 0", () => {
    const known = unionTraffic(ports(TCP, 443, 80, 8080, 5432, 22), ports(UDP, 53));
    expect(trafficOf(subtractTraffic(ANY_TRAFFIC, known))).toEqual([TCP, 1]);
    expect(trafficOf(ports(TCP, 9))).toEqual([TCP, 9]);
  });

  it("is an echo where there are no ports", () => {
    expect(trafficOf(OTHER_TRAFFIC)).toEqual([1, 8 * 256]);
  });
});
