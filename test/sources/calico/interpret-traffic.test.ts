import { describe, expect, it } from "vitest";
import type { Direction } from "../../../src/ir/policy.ts";
import { ICMP, ICMPV6, SCTP, TCP, trafficText, UDP } from "../../../src/sets/traffic-set.ts";
import {
  group,
  machine,
  policy,
  world,
  type EntityParts,
  type RuleParts,
  type World,
} from "./interpret-support.ts";

const UDPLITE = 136;

function one(
  rule: RuleParts,
  direction: Direction = "ingress",
  groups: Parameters<typeof world>[0]["groups"] = [],
): World {
  return world({ policies: [policy("p/a", { [direction]: [rule] })], groups });
}

function numbers(rule: RuleParts): string {
  return trafficText(one(rule).rule.traffic.numbers);
}

const ports = (...list: readonly (number | string)[]): EntityParts => ({
  ports: list,
});

describe("protocols and port numbers", () => {
  it.each<[string, RuleParts, RuleParts]>([
    [
      "a range of one port is that port",
      { protocol: TCP, destination: ports("80:80") },
      { protocol: TCP, destination: ports(80) },
    ],
    [
      "adjacent ranges are one",
      { protocol: UDP, destination: ports("80:89", 90) },
      { protocol: UDP, destination: ports("80:90") },
    ],
    [
      "notPorts are the rest of the protocol",
      { protocol: TCP, destination: { notPorts: [22] } },
      { protocol: TCP, destination: ports("1:21", "23:65535") },
    ],
    [
      "ports and notPorts are intersected",
      { protocol: SCTP, destination: { ports: ["80:90"], notPorts: [85] } },
      { protocol: SCTP, destination: ports("80:84", "86:90") },
    ],
    [
      "a protocol and another one excluded is the protocol",
      { protocol: TCP, notProtocol: UDP },
      { protocol: TCP },
    ],
    [
      "all ports of a protocol are the protocol",
      { protocol: TCP, destination: ports("1:65535") },
      { protocol: TCP },
    ],
  ])("%s", (_, left, right) => {
    expect(numbers(left)).toBe(numbers(right));
  });

  it("matches nothing where a protocol is asked for and excluded", () => {
    expect(one({ protocol: TCP, notProtocol: TCP }).rule.traffic.numbers.ranges).toEqual([]);
  });

  it.each<[string, RuleParts, number, number, boolean]>([
    ["no protocol takes ICMP", {}, ICMP, 8 * 256, true],
    ["notProtocol TCP leaves UDP", { notProtocol: TCP }, UDP, 53, true],
    ["notProtocol TCP leaves protocol 47", { notProtocol: TCP }, 47, 0, true],
    ["notProtocol TCP takes TCP out", { notProtocol: TCP }, TCP, 80, false],
    ["UDPLite is a protocol of its own", { protocol: UDPLITE }, UDPLITE, 0, true],
    ["UDPLite is not UDP", { protocol: UDPLITE }, UDP, 53, false],
    [
      "ICMP type 8 takes every code of it",
      { protocol: ICMP, icmp: { type: 8 } },
      ICMP,
      8 * 256 + 3,
      true,
    ],
    [
      "ICMP type 8 code 0 takes no other code",
      { protocol: ICMP, icmp: { type: 8, code: 0 } },
      ICMP,
      8 * 256 + 3,
      false,
    ],
    [
      "ICMP type 8 is not ICMPv6 type 8",
      { protocol: ICMP, icmp: { type: 8 } },
      ICMPV6,
      8 * 256,
      false,
    ],
    [
      "notICMP leaves the other types",
      { protocol: ICMPV6, notIcmp: { type: 128 } },
      ICMPV6,
      129 * 256,
      true,
    ],
    [
      "notICMP takes its type out",
      { protocol: ICMPV6, notIcmp: { type: 128 } },
      ICMPV6,
      128 * 256,
      false,
    ],
    [
      "notICMP leaves no other protocol in",
      { protocol: ICMPV6, notIcmp: { type: 128 } },
      TCP,
      80,
      false,
    ],
  ])("%s", (_, rule, protocol, value, expected) => {
    const peer = machine(protocol === ICMPV6 ? "2001:db8::1" : "8.8.8.8");
    expect(one(rule).allows("ingress", peer, { protocol, value })).toBe(expected);
  });

  it.each<[string, RuleParts, string]>([
    ["port numbers without a protocol", { destination: ports(80) }, "CAL-R106"],
    ["port numbers of UDPLite", { protocol: UDPLITE, destination: ports(80) }, "CAL-R106"],
    ["excluded numbers without a protocol", { destination: { notPorts: [80] } }, "CAL-R106"],
    ["notICMP without a protocol", { notIcmp: { type: 8 } }, "CAL-R107"],
    ["a code of ICMP without a protocol", { icmp: { type: 8, code: 1 } }, "CAL-R107"],
    [
      "a name and excluded numbers",
      { protocol: TCP, destination: { ports: ["http"], notPorts: [80] } },
      "CAL-R112",
    ],
    ["http", { protocol: TCP, http: { words: "http methods GET", whole: "{}" } }, "CAL-R103"],
  ])("%s cannot be told, and the rule says so", (_, rule, code) => {
    const here = one(rule);
    expect(here.rule.opaque.map((condition) => condition.code)).toEqual([code]);
    expect(here.codes).toEqual([code]);
    const [condition] = here.rule.opaque;
    if (code === "CAL-R107")
      expect(condition?.what).toMatch(/^(?:icmp|notICMP) type 8(?: code 1)?$/);
  });
});

it("an unknown field cannot be told, which was said when the rule was read", () => {
  const here = one({ unknownFields: ["spec.ingress[0].source.selectors"] });
  expect(here.rule.opaque.map(({ code }) => code)).toEqual(["CAL-R013"]);
  expect(here.codes).toEqual([]);
});

describe("named ports", () => {
  const web = (of: World, protocol: number): ReturnType<World["pod"]> =>
    of.pod("p/web", { labels: { a: "x" }, ports: [{ name: "http", protocol, port: 8080 }] });

  it("resolve on the subject of an ingress rule", () => {
    const here = one({ protocol: TCP, destination: ports("http") });
    expect(here.allows("ingress", machine("8.8.8.8"), { value: 8080 }, web(here, TCP))).toBe(true);
    expect(here.allows("ingress", machine("8.8.8.8"), { value: 80 }, web(here, TCP))).toBe(false);
    expect(here.allows("ingress", machine("8.8.8.8"), { value: 8080 })).toBe(false);
  });

  it("resolve on the destination of an egress rule, and never on an address", () => {
    const here = one({ protocol: TCP, destination: ports("http") }, "egress");
    expect(here.allows("egress", web(here, TCP), { value: 8080 })).toBe(true);
    expect(here.allows("egress", machine("8.8.8.8"), { value: 8080 })).toBe(false);
  });

  it("stand beside numbers, either of which is enough", () => {
    const here = one({ protocol: TCP, destination: ports("http", "http", 443) });
    expect(here.allows("ingress", machine("8.8.8.8"), { value: 8080 }, web(here, TCP))).toBe(true);
    expect(here.allows("ingress", machine("8.8.8.8"), { value: 443 })).toBe(true);
    expect(here.rule.traffic.named).toHaveLength(1);
  });

  it("are TCP ports where the rule has no protocol", () => {
    const here = one({ destination: ports("http") });
    expect(here.allows("ingress", machine("8.8.8.8"), { value: 8080 }, web(here, TCP))).toBe(true);
    expect(
      here.allows("ingress", machine("8.8.8.8"), { protocol: UDP, value: 8080 }, web(here, UDP)),
    ).toBe(false);
  });

  it("follow the protocol of the rule", () => {
    const here = one({ protocol: UDP, destination: ports("http") });
    expect(
      here.allows("ingress", machine("8.8.8.8"), { protocol: UDP, value: 8080 }, web(here, UDP)),
    ).toBe(true);
    expect(
      here.allows("ingress", machine("8.8.8.8"), { protocol: UDP, value: 8080 }, web(here, TCP)),
    ).toBe(false);
  });

  it("never match a pod that only a network set covers", () => {
    const sets = [group("NetworkSet p/s", { a: "x" }, ["10.244.0.0/16"])];
    const here = one(
      { protocol: TCP, destination: { selector: "a == 'x'", ports: ["http"] } },
      "egress",
      sets,
    );
    const other = here.pod("p/other", { ports: [{ name: "http", protocol: TCP, port: 8080 }] });
    expect(here.allows("egress", web(here, TCP), { value: 8080 })).toBe(true);
    expect(here.allows("egress", other, { value: 8080 })).toBe(false);
  });

  it("beside numbers, never make an Allow wider for a pod that only a network set covers", () => {
    const sets = [group("NetworkSet p/s", { a: "x" }, ["10.244.0.0/16", "192.0.2.0/24"])];
    const destination = { selector: "a == 'x'", ports: ["http", 443] };
    const here = one({ protocol: TCP, destination }, "egress", sets);
    const other = here.pod("p/other", { ports: [{ name: "http", protocol: TCP, port: 8080 }] });
    expect(here.allows("egress", other, { value: 8080 })).toBe(false);
    expect(here.allows("egress", machine("192.0.2.1"), { value: 443 })).toBe(true);
    expect(here.rule.unsaid?.map(({ code }) => code)).toEqual(["CAL-R115"]);
    const denied = one({ action: "deny", protocol: TCP, destination }, "egress", sets);
    expect(denied.rule.opaque.map(({ code }) => code)).toEqual(["CAL-R115"]);
  });

  const hosts = [
    group(
      "HostEndpoint h",
      { a: "x" },
      ["203.0.113.1/32"],
      [],
      [{ name: "http", protocol: TCP, port: 9000 }],
    ),
    group("HostEndpoint without-names", { a: "x" }, ["203.0.113.2/32"]),
  ];
  const toHosts = (action: "allow" | "deny", destination: EntityParts): World =>
    world({
      groups: hosts,
      policies: [
        policy("first", { order: 1, egress: [{ action, protocol: TCP, destination }] }),
        policy("second", { order: 2, egress: [{ action: "allow" }] }),
      ].slice(0, action === "allow" ? 1 : 2),
    });

  it.each<[string, EntityParts]>([
    ["a selector that matches it", { selector: "a == 'x'", ports: ["http"] }],
    ["no selector", { ports: ["http"] }],
    ["a selector that excludes others", { notSelector: "a == 'z'", ports: ["http"] }],
    ["numbers beside the name", { selector: "a == 'x'", ports: ["http", 443] }],
  ])("of a Deny are those of a host endpoint too, under %s", (_what, destination) => {
    const here = toHosts("deny", destination);
    expect(here.allows("egress", machine("203.0.113.1"), { value: 9000 })).toBe(false);
    expect(here.allows("egress", machine("203.0.113.1"), { value: 9001 })).toBe(true);
    expect(here.allows("egress", machine("203.0.113.2"), { value: 9000 })).toBe(true);
    const [condition] = here.set.tiers[0]?.policies[0]?.egress?.rules[0]?.opaque ?? [];
    expect(condition).toMatchObject({ kind: "destination-port", code: "CAL-R113" });
  });

  it.each<[string, EntityParts]>([
    ["a selector that does not match it", { selector: "a == 'y'", ports: ["http"] }],
    ["nets that it does not lie in", { nets: ["10.0.0.0/8"], ports: ["http"] }],
    ["a name that it does not know", { ports: ["metrics"] }],
  ])("of a Deny say nothing of a host endpoint under %s", (_what, destination) => {
    const here = toHosts("deny", destination);
    expect(here.codes.filter((code) => code !== "CAL-S104")).toEqual([]);
    expect(here.allows("egress", machine("203.0.113.1"), { value: 9000 })).toBe(true);
  });

  it("of an Allow leave host endpoints out and say so", () => {
    const here = toHosts("allow", { selector: "a == 'x'", ports: ["http"] });
    expect(here.rule.unsaid?.map(({ code }) => code)).toEqual(["CAL-R113"]);
    expect(here.rule.opaque).toEqual([]);
    expect(here.allows("egress", machine("203.0.113.1"), { value: 9000 })).toBe(false);
  });

  it("without a protocol are surely those of TCP, and perhaps of the others", () => {
    const of = (action: "allow" | "deny"): World =>
      one({ action, destination: { ports: ["http"] } }, "egress");
    const allow = of("allow");
    expect(allow.rule.unsaid?.map(({ code }) => code)).toEqual(["CAL-R116"]);
    expect(allow.allows("egress", web(allow, TCP), { value: 8080 })).toBe(true);
    expect(allow.allows("egress", web(allow, UDP), { protocol: UDP, value: 8080 })).toBe(false);
    const deny = of("deny");
    expect(deny.rule.opaque.map(({ code }) => code)).toEqual(["CAL-R116"]);
    expect(deny.rule.traffic.named.map(({ protocols }) => trafficText(protocols))).toEqual([
      "TCP, UDP, SCTP",
    ]);
  });

  it("that are excluded make a condition of their own kind", () => {
    const { rule } = one({ protocol: TCP, destination: { notPorts: ["http", 22] } });
    expect(rule.opaque).toEqual([
      {
        kind: "excluded-named-port",
        names: ["http"],
        code: "CAL-R102",
        what: "destination.notPorts http, 22",
      },
    ]);
    expect(trafficText(rule.traffic.numbers)).toBe(
      numbers({ protocol: TCP, destination: { notPorts: [22] } }),
    );
  });
});

describe("source ports", () => {
  it("make a condition that the flow's own source port decides", () => {
    const here = one({ protocol: UDP, source: { ports: ["1000:2000"], notPorts: [1500] } });
    const at = (sourcePort: number): boolean =>
      here.allows("ingress", machine("8.8.8.8"), { protocol: UDP, value: 53, sourcePort });
    expect(at(1000)).toBe(true);
    expect(at(1500)).toBe(false);
    expect(at(999)).toBe(false);
    expect(here.rule.opaque.map(({ kind }) => kind)).toEqual(["source-port", "source-port"]);
    expect(here.codes).toEqual(["CAL-R101", "CAL-R101"]);
  });

  it.each(["ports", "notPorts"])("by name are those of a host endpoint, too: %s", (field) => {
    const port = { name: "http", protocol: TCP, port: 9000 };
    const here = world({
      groups: [group("HostEndpoint h", { a: "x" }, ["203.0.113.1/32"], [], [port])],
      policies: [
        policy("g", {
          namespaceSelector: "all()",
          ingress: [{ protocol: TCP, source: { selector: "a == 'x'", [field]: ["http"] } }],
        }),
      ],
    });
    const from = (sourcePort: number): boolean =>
      here.allows("ingress", machine("203.0.113.1"), { sourcePort });
    expect(from(9000)).toBe(field === "ports");
    expect(from(9001)).toBe(field === "notPorts");
    expect(here.rule.opaque.map(({ code }) => code)).toEqual(["CAL-R101"]);
  });

  it("by name that are excluded are not those of a pod that only a network set covers", () => {
    const sets = [group("NetworkSet p/s", { a: "x" }, ["10.244.0.0/16"])];
    const here = one(
      { protocol: TCP, source: { selector: "a == 'x'", notPorts: ["http"] } },
      "ingress",
      sets,
    );
    const ports = [{ name: "http", protocol: TCP, port: 8080 }];
    const covered = here.pod("p/other", { ports });
    const selected = here.pod("p/other", { ports, labels: { a: "x" } });
    expect(here.allows("ingress", covered, { sourcePort: 8080 })).toBe(true);
    expect(here.allows("ingress", selected, { sourcePort: 8080 })).toBe(false);
  });

  it("by name alone are never those of a pod that only a network set covers", () => {
    const sets = [group("NetworkSet p/s", { a: "x" }, ["10.244.0.0/16"])];
    const here = one(
      { protocol: TCP, source: { selector: "a == 'x'", ports: ["http"] } },
      "ingress",
      sets,
    );
    const other = here.pod("p/other", { ports: [{ name: "http", protocol: TCP, port: 8080 }] });
    expect(here.allows("ingress", other, { value: 80, sourcePort: 8080 })).toBe(false);
  });

  it("of a Log rule are nobody's loss", () => {
    expect(one({ action: "log", protocol: UDP, source: { ports: [1] } }).codes).toEqual([]);
  });
});

describe("domains of a rule", () => {
  it("are a condition nobody knows, over every address of the family", () => {
    const { rule } = one({ destination: { domains: ["api.example.com"] } }, "egress");
    expect(rule.opaque.map(({ code, what }) => [code, what])).toEqual([
      ["CAL-R104", "destination.domains api.example.com"],
    ]);
    expect(rule.peer.map(({ kind }) => kind)).toEqual(["pod", "address"]);
  });
});
