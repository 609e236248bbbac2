import { describe, expect, it } from "vitest";
import { GroupBuilder } from "../../src/compile/say-rule.ts";
import { sayNumbers } from "../../src/compile/say-traffic.ts";
import { ANY_CUBE } from "../../src/sets/cube.ts";
import { ANY_TRAFFIC, TCP, UDP } from "../../src/sets/traffic-set.ts";
import { ports } from "../support/ir-builder.ts";

describe("rules with the same peers", () => {
  const peers = { peers: [], surely: [], maybe: [] };
  const tcp = sayNumbers(ports(TCP, 80), "under");
  const udp = sayNumbers(ports(UDP, 53), "under");
  const all = sayNumbers(ANY_TRAFFIC, "under");

  function portsOf(...traffic: readonly (typeof tcp)[]) {
    const builder = new GroupBuilder([ANY_CUBE]);
    for (const one of traffic) builder.add(peers, one);
    return builder.rules.map((one) => one.ports?.map(({ port }) => port));
  }

  it("are one if each has ports", () => {
    expect(portsOf(tcp, udp)).toEqual([[80, 53]]);
  });

  it("stand apart where one of them is about all traffic", () => {
    expect(portsOf(tcp, all)).toEqual([[80], undefined]);
    expect(portsOf(all, tcp)).toEqual([undefined, [80]]);
  });

  it("are none where nothing can be said of the traffic", () => {
    expect(portsOf(undefined)).toEqual([]);
  });
});

describe("numbers as ports", () => {
  it("are no list where they are all traffic, whichever set it is", () => {
    expect(sayNumbers({ ranges: [...ANY_TRAFFIC.ranges] }, "under")?.ports).toBeUndefined();
    expect(sayNumbers(ANY_TRAFFIC, "under")?.ports).toBeUndefined();
  });
});
