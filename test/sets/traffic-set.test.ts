import { describe, expect, it } from "vitest";
import {
  ALL_PORTS,
  ANY_TRAFFIC,
  ICMP,
  ICMPV6,
  NO_TRAFFIC,
  OTHER_TRAFFIC,
  SCTP,
  TCP,
  UDP,
  complementTraffic,
  icmpTraffic,
  intersectTraffic,
  portTraffic,
  portsOf,
  protocolTraffic,
  subtractTraffic,
  trafficContains,
  trafficPoint,
  trafficText,
  unionTraffic,
} from "../../src/sets/traffic-set.ts";

const tcp = (first: number, last = first): ReturnType<typeof portTraffic> =>
  portTraffic(TCP, [{ first, last }]);

describe("traffic sets", () => {
  it("split into ports and other traffic without a rest", () => {
    expect(unionTraffic(ALL_PORTS, OTHER_TRAFFIC)).toBe(ANY_TRAFFIC);
    expect(intersectTraffic(ALL_PORTS, OTHER_TRAFFIC)).toBe(NO_TRAFFIC);
    expect(complementTraffic(ALL_PORTS)).toEqual(OTHER_TRAFFIC);
  });

  it.each([TCP, UDP, SCTP] as const)("know no port 0 of protocol %i", (protocol) => {
    expect(trafficContains(ANY_TRAFFIC, trafficPoint(protocol, 0))).toBe(false);
    expect(portTraffic(protocol, [{ first: 0, last: 65535 }])).toEqual(protocolTraffic(protocol));
    expect(portTraffic(protocol, [{ first: 0, last: 0 }])).toBe(NO_TRAFFIC);
    expect(portTraffic(protocol, [{ first: 1, last: 70000 }])).toEqual(protocolTraffic(protocol));
  });

  it("do not let the ports of one protocol run into the next", () => {
    expect(trafficContains(tcp(1, 65535), trafficPoint(7, 0))).toBe(false);
    expect(subtractTraffic(protocolTraffic(7), tcp(1, 65535))).toEqual(protocolTraffic(7));
  });

  it.each([-1, 256, 1.5, Number.NaN])("know no protocol %d", (protocol) => {
    expect(protocolTraffic(protocol)).toBe(NO_TRAFFIC);
  });

  it.each([
    [-1, undefined],
    [256, undefined],
    [8, 256],
    [8, 0.5],
  ])("know no ICMP type %d with code %d", (type, code) => {
    expect(icmpTraffic(ICMP, type, code)).toBe(NO_TRAFFIC);
  });

  it("gives ports ascending and merged", () => {
    const set = portTraffic(TCP, [
      { first: 443, last: 443 },
      { first: 80, last: 90 },
      { first: 91, last: 95 },
      { first: 5, last: 4 },
    ]);
    expect(portsOf(set, TCP)).toEqual([
      { first: 80, last: 95 },
      { first: 443, last: 443 },
    ]);
    expect(portsOf(set, UDP)).toEqual([]);
    expect(portsOf(ANY_TRAFFIC, SCTP)).toEqual([{ first: 1, last: 65535 }]);
  });

  it.each([
    [ANY_TRAFFIC, "any traffic"],
    [NO_TRAFFIC, "no traffic"],
    [ALL_PORTS, "TCP, UDP, SCTP"],
    [OTHER_TRAFFIC, "all other protocols"],
    [
      unionTraffic(tcp(80, 90), portTraffic(UDP, [{ first: 53, last: 53 }]), icmpTraffic(ICMP, 8)),
      "TCP 80-90, UDP 53, ICMP type 8",
    ],
    [unionTraffic(tcp(80), tcp(443)), "TCP 80, TCP 443"],
    [icmpTraffic(ICMPV6, 1, 4), "ICMPv6 type 1 code 4"],
    [
      unionTraffic(icmpTraffic(ICMP, 3, 255), icmpTraffic(ICMP, 4), icmpTraffic(ICMP, 5, 0)),
      "ICMP type 3 code 255, ICMP type 4, ICMP type 5 code 0",
    ],
    [
      unionTraffic(protocolTraffic(2), protocolTraffic(3), protocolTraffic(50)),
      "protocol 2-3, protocol 50",
    ],
    [
      subtractTraffic(ANY_TRAFFIC, protocolTraffic(ICMP)),
      "TCP, UDP, SCTP, ICMPv6, protocol 0, protocol 2-5, protocol 7-16, protocol 18-57, protocol 59-131, protocol 133-255",
    ],
  ])("has a readable text: %#", (set, text) => {
    expect(trafficText(set)).toBe(text);
  });
});
