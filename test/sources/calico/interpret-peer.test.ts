import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../../src/ir/flow.ts";
import { addressSetContains } from "../../../src/sets/address-set.ts";
import { ANY_PEER } from "../../../src/sets/box.ts";
import { ICMP } from "../../../src/sets/traffic-set.ts";
import {
  address,
  group,
  machine,
  policy,
  world,
  type EntityParts,
  type RuleParts,
  type World,
} from "./interpret-support.ts";

/*
 * The peers that one rule can meet: pods of the policy's namespace p and of q with and without the label, a network set of
 * each namespace, a global set and a host endpoint with the label and without, and an address that nobody knows.
 */
const GROUPS = [
  group("NetworkSet p/x", { a: "x" }, ["192.0.2.1/32"]),
  group("NetworkSet p/none", {}, ["192.0.2.2/32"]),
  group("NetworkSet q/x", { a: "x" }, ["192.0.2.3/32"]),
  group("GlobalNetworkSet x", { a: "x" }, ["198.51.100.1/32"]),
  group("GlobalNetworkSet none", {}, ["198.51.100.2/32"]),
  group("HostEndpoint x", { a: "x" }, ["203.0.113.1/32"]),
];

function peers(of: World): Readonly<Record<string, Endpoint>> {
  return {
    "p/x": of.pod("p/x", { labels: { a: "x" }, account: "ci", accountLabels: { t: "y" } }),
    "p/none": of.pod("p/none"),
    "q/x": of.pod("q/x", { labels: { a: "x" }, account: "ci" }),
    "q/none": of.pod("q/none"),
    "set p/x": machine("192.0.2.1"),
    "set p/none": machine("192.0.2.2"),
    "set q/x": machine("192.0.2.3"),
    "global x": machine("198.51.100.1"),
    "global none": machine("198.51.100.2"),
    "host x": machine("203.0.113.1"),
    unknown: machine("8.8.8.8"),
  };
}

const ALL = [
  "p/x",
  "p/none",
  "q/x",
  "q/none",
  "set p/x",
  "set p/none",
  "set q/x",
  "global x",
  "global none",
  "host x",
  "unknown",
];

function matched(name: string, source: EntityParts): readonly string[] {
  const subject = name.includes("/") ? {} : { namespaceSelector: "all()" };
  const here = world({
    policies: [policy(name, { ...subject, ingress: [{ source }] })],
    groups: GROUPS,
  });
  return Object.entries(peers(here))
    .filter(([, peer]) => here.allows("ingress", peer))
    .map(([peer]) => peer);
}

const without = (...names: readonly string[]): readonly string[] =>
  ALL.filter((name) => !names.includes(name));

describe("the peers of a rule, row by row of Calico's composition", () => {
  it.each<[string, EntityParts, readonly string[], readonly string[]]>([
    ["nothing", {}, ALL, ALL],
    [
      "a selector",
      { selector: "a == 'x'" },
      ["p/x", "set p/x"],
      ["p/x", "q/x", "set p/x", "set q/x", "global x", "host x"],
    ],
    [
      "a namespaceSelector",
      { namespaceSelector: "env == 'prod'" },
      ["p/x", "p/none", "set p/x", "set p/none"],
      ["p/x", "p/none", "set p/x", "set p/none"],
    ],
    [
      "a selector and a namespaceSelector",
      { selector: "a == 'x'", namespaceSelector: "env == 'dev'" },
      ["q/x", "set q/x"],
      ["q/x", "set q/x"],
    ],
    ["accounts", { accounts: { names: ["ci"] } }, ["p/x"], ["p/x", "q/x"]],
    [
      "a selector and accounts",
      { selector: "has(a)", accounts: { names: ["ci"] } },
      ["p/x"],
      ["p/x", "q/x"],
    ],
    [
      "a namespaceSelector and accounts",
      { namespaceSelector: "env == 'dev'", accounts: { names: ["ci"] } },
      ["q/x"],
      ["q/x"],
    ],
    [
      "a selector, a namespaceSelector and accounts",
      { selector: "has(a)", namespaceSelector: "env == 'dev'", accounts: { names: ["ci"] } },
      ["q/x"],
      ["q/x"],
    ],
    ["an account selector", { accounts: { selector: "t == 'y'" } }, ["p/x"], ["p/x"]],
    [
      "a negative account selector, which sets and hosts pass too",
      { accounts: { selector: "t != 'y'" } },
      ["p/none", "set p/x", "set p/none"],
      without("p/x", "unknown"),
    ],
    [
      "account names and a selector that contradict",
      { accounts: { names: ["other"], selector: "t == 'y'" } },
      [],
      [],
    ],
    [
      "a notSelector",
      { notSelector: "a == 'x'" },
      ["p/none", "set p/none"],
      ["p/none", "q/none", "set p/none", "global none", "unknown"],
    ],
    [
      "a selector and a notSelector",
      { selector: "all()", notSelector: "a == 'x'" },
      ["p/none", "set p/none"],
      ["p/none", "q/none", "set p/none", "global none"],
    ],
    [
      "a namespaceSelector and a notSelector",
      { namespaceSelector: "env == 'dev'", notSelector: "a == 'x'" },
      ["q/none"],
      ["q/none"],
    ],
    [
      "accounts and a notSelector",
      { accounts: { names: ["ci", "default"] }, notSelector: "a == 'x'" },
      ["p/none"],
      ["p/none", "q/none"],
    ],
    [
      "namespaceSelector all()",
      { namespaceSelector: "all()" },
      without("global x", "global none", "host x", "unknown"),
      without("global x", "global none", "host x", "unknown"),
    ],
    [
      "a selector in namespaceSelector global()",
      { selector: "a == 'x'", namespaceSelector: "global()" },
      ["global x", "host x"],
      ["global x", "host x"],
    ],
    [
      "a negative namespaceSelector, which global sets and hosts pass too",
      { namespaceSelector: "env != 'dev'" },
      ["p/x", "p/none", "set p/x", "set p/none", "global x", "global none", "host x"],
      ["p/x", "p/none", "set p/x", "set p/none", "global x", "global none", "host x"],
    ],
    [
      "selector all(), which is not any address",
      { selector: "all()" },
      ["p/x", "p/none", "set p/x", "set p/none"],
      without("unknown"),
    ],
    [
      "a selector by the name of a namespace",
      { selector: "projectcalico.org/namespace != 'p'" },
      [],
      ["q/x", "q/none", "set q/x", "global x", "global none", "host x"],
    ],
    [
      "a selector over inherited labels",
      { selector: "pcns.env == 'dev'" },
      [],
      ["q/x", "q/none", "set q/x"],
    ],
    [
      "a selector for pods alone",
      { selector: "projectcalico.org/orchestrator == 'k8s'" },
      ["p/x", "p/none"],
      ["p/x", "p/none", "q/x", "q/none"],
    ],
    [
      "the namespace by its name",
      { namespaceSelector: "projectcalico.org/name == 'q'" },
      ["q/x", "q/none", "set q/x"],
      ["q/x", "q/none", "set q/x"],
    ],
  ])("%s", (_, source, ofNamespaced, ofGlobal) => {
    expect(matched("p/policy", source)).toEqual(ofNamespaced);
    expect(matched("global", source)).toEqual(ofGlobal);
  });

  it("matches a pod whose address a network set covers, though the selector does not select the pod", () => {
    const here = world({
      policies: [policy("p/policy", { ingress: [{ source: { selector: "a == 'x'" } }] })],
      groups: [group("NetworkSet p/pods", { a: "x" }, ["10.244.7.0/24"])],
    });
    expect(here.allows("ingress", here.pod("q/any", { ip: "10.244.7.1" }))).toBe(true);
    expect(here.allows("ingress", here.pod("q/any", { ip: "10.244.8.1" }))).toBe(false);
    expect(here.rule.assumptions).toEqual(["set-contents"]);
  });

  it("shares one peer list among all rules that ask for nothing", () => {
    expect(world({ policies: [policy("p/a", { ingress: [{}] })] }).rule.peer).toBe(ANY_PEER);
  });

  it("rests on no set where none of the input matches", () => {
    const here = world({
      policies: [policy("p/a", { ingress: [{ source: { selector: "b == 'x'" } }] })],
      groups: GROUPS,
    });
    expect(here.rule.assumptions).toEqual([]);
    expect(here.rule.peer).toHaveLength(1);
  });

  it("follows a value under the key __proto__ as any other", () => {
    const labels = JSON.parse('{"__proto__": "x"}') as Record<string, string>;
    const here = world({
      policies: [
        policy("g", {
          namespaceSelector: "all()",
          ingress: [{ source: { selector: "__proto__ == 'x'" } }],
        }),
      ],
      groups: [
        group("GlobalNetworkSet s", labels, ["198.51.100.9/32"]),
        group("GlobalNetworkSet t", {}, ["198.51.100.8/32"]),
      ],
    });
    expect(here.allows("ingress", machine("198.51.100.9"))).toBe(true);
    expect(here.allows("ingress", machine("198.51.100.8"))).toBe(false);
  });
});

describe("nets and IP families", () => {
  const verdicts = (rule: RuleParts, ...ips: readonly string[]): readonly boolean[] => {
    const here = world({ policies: [policy("p/a", { egress: [rule] })] });
    return ips.map((ip) => {
      const subject = here.pod("p/s", { ip: ip.includes(":") ? "fd00::1" : "10.244.9.9" });
      return here.allows("egress", machine(ip), {}, subject);
    });
  };

  it.each<[string, RuleParts, readonly boolean[]]>([
    ["nets", { destination: { nets: ["10.0.0.0/8"] } }, [true, true, false, false]],
    [
      "notNets, which leave out the other family altogether",
      { destination: { notNets: ["10.0.0.0/8"] } },
      [false, false, true, false],
    ],
    [
      "nets and notNets",
      { destination: { nets: ["10.0.0.0/8"], notNets: ["10.1.0.0/16", "192.168.0.0/16"] } },
      [true, false, false, false],
    ],
    [
      "notNets that cover the nets",
      { destination: { nets: ["10.0.0.0/8"], notNets: ["10.0.0.0/7"] } },
      [false, false, false, false],
    ],
    [
      "a catch-all in notNets",
      { destination: { notNets: ["0.0.0.0/0"] } },
      [false, false, false, false],
    ],
    ["IPv6 nets", { destination: { nets: ["2001:db8::/32"] } }, [false, false, false, true]],
    [
      "nets of both families",
      { destination: { nets: ["10.0.0.0/8", "2001:db8::/32"] } },
      [true, true, false, true],
    ],
    [
      "nets of both families, notNets of one",
      { destination: { nets: ["10.0.0.0/8", "2001:db8::/32"], notNets: ["10.1.0.0/16"] } },
      [true, false, false, false],
    ],
    ["ipVersion 4", { ipVersion: 4 }, [true, true, true, false]],
    ["ipVersion 6", { ipVersion: 6 }, [false, false, false, true]],
    [
      "ipVersion 6 with IPv4 nets",
      { ipVersion: 6, destination: { nets: ["10.0.0.0/8"] } },
      [false, false, false, false],
    ],
    [
      "own nets, which restrict the family of the flow",
      { source: { nets: ["10.244.0.0/16", "10.245.0.0/16"] } },
      [true, true, true, false],
    ],
    ["own nets elsewhere", { source: { nets: ["10.245.0.0/16"] } }, [false, false, false, false]],
    [
      "own and peer nets of different families",
      { source: { nets: ["10.244.0.0/16"] }, destination: { nets: ["2001:db8::/32"] } },
      [false, false, false, false],
    ],
  ])("%s", (_, rule, expected) => {
    expect(verdicts(rule, "10.2.0.1", "10.1.0.1", "8.8.8.8", "2001:db8::1")).toEqual(expected);
  });

  it.each<[string, RuleParts, boolean]>([
    ["ICMP by name is IPv4 alone", { protocol: ICMP }, false],
    ["ICMP by number is both families", { protocol: ICMP, protocolByNumber: true }, true],
    ["an ipVersion counts more than the name", { protocol: ICMP, ipVersion: 6 }, true],
  ])("%s", (_, rule, expected) => {
    const here = world({ policies: [policy("p/a", { egress: [rule] })] });
    const subject = here.pod("p/s", { ip: "fd00::1" });
    expect(
      here.allows("egress", machine("2001:db8::1"), { protocol: ICMP, value: 0 }, subject),
    ).toBe(expected);
  });

  it("lets nets and a selector restrict the same peer together", () => {
    const here = world({
      policies: [
        policy("p/a", { ingress: [{ source: { nets: ["10.0.0.0/8"], selector: "a == 'x'" } }] }),
      ],
    });
    const x = { labels: { a: "x" } };
    expect(here.allows("ingress", here.pod("p/in", { ...x, ip: "10.1.1.1" }))).toBe(true);
    expect(here.allows("ingress", here.pod("p/out", { ...x, ip: "172.16.0.1" }))).toBe(false);
    expect(here.allows("ingress", here.pod("p/not", { ip: "10.1.1.1" }))).toBe(false);
    expect(here.allows("ingress", machine("10.1.1.1"))).toBe(false);
  });
});

describe("the policy's own side of a rule", () => {
  it("restricts the pods for which an ingress rule with a destination selector holds", () => {
    const here = world({
      policies: [policy("p/a", { ingress: [{ destination: { selector: "t == 'db'" } }] })],
    });
    expect(here.rule.subjectOnly).toHaveLength(1);
    expect(
      here.allows("ingress", machine("8.8.8.8"), {}, here.pod("p/db", { labels: { t: "db" } })),
    ).toBe(true);
    expect(here.allows("ingress", machine("8.8.8.8"), {}, here.pod("p/web"))).toBe(false);
  });

  it("is not asked for anything by a rule that says nothing about it", () => {
    expect(
      world({ policies: [policy("p/a", { ingress: [{}] })] }).rule.subjectOnly,
    ).toBeUndefined();
  });

  it("can be selected away altogether, and the rule then matches nothing", () => {
    const here = world({
      policies: [policy("p/a", { ingress: [{ destination: { namespaceSelector: "global()" } }] })],
    });
    expect(here.rule.subjectOnly).toEqual([]);
  });
});

describe("network sets that are not wholly known", () => {
  const sets = [group("NetworkSet r/s", {}, ["192.0.2.0/24"])];
  const make = (action: "allow" | "deny", namespaceSelector: string, notSelector?: string): World =>
    world({
      namespaces: { p: {}, r: undefined },
      groups: sets,
      policies: [
        policy(notSelector === undefined ? "p/a" : "g", {
          ingress: [
            { action, source: notSelector === undefined ? { namespaceSelector } : { notSelector } },
          ],
        }),
      ],
    });

  it("are left out of an Allow, which says so", () => {
    const { rule, codes } = make("allow", "env == 'prod'");
    expect(rule.peer.some(({ kind }) => kind === "address")).toBe(false);
    expect(rule.unsaid).toMatchObject([{ code: "CAL-N102", what: "the match of NetworkSet r/s" }]);
    expect(codes).toContain("CAL-N102");
  });

  it("belong to the upper bound of a Deny, which is then not exactly known", () => {
    const { rule } = make("deny", "env == 'prod'");
    expect(rule.peer.some(({ kind }) => kind === "address")).toBe(true);
    expect(rule.opaque.map(({ code }) => code)).toEqual(["CAL-N102"]);
  });

  it("are taken out of what an Allow by notSelector leaves, and left in what a Deny does", () => {
    const matches = (of: World): boolean =>
      of.rule.peer.some(
        (box) => box.kind === "address" && addressSetContains(box.addresses, address("192.0.2.1")),
      );
    expect(matches(make("allow", "", "pcns.env == 'prod'"))).toBe(false);
    expect(matches(make("deny", "", "pcns.env == 'prod'"))).toBe(true);
  });

  it("match by their namespace's name even then", () => {
    const { rule, codes } = make("allow", "projectcalico.org/name == 'r'");
    expect(rule.unsaid).toBeUndefined();
    expect(rule.peer.some(({ kind }) => kind === "address")).toBe(true);
    expect(codes).not.toContain("CAL-N102");
  });

  it("lose their domains in an egress Allow, and nothing in a Deny", () => {
    const named = [group("GlobalNetworkSet s", { a: "x" }, ["192.0.2.0/24"], ["api.example.com"])];
    const of = (action: "allow" | "deny"): World =>
      world({
        groups: named,
        policies: [policy("g", { egress: [{ action, destination: { selector: "a == 'x'" } }] })],
      });
    expect(of("allow").rule.unsaid).toMatchObject([
      { code: "CAL-N101", what: "domains of GlobalNetworkSet s" },
    ]);
    expect(of("allow").rule.opaque).toEqual([]);
    expect(of("deny").rule.unsaid).toBeUndefined();
    expect(of("deny").rule.opaque).toEqual([]);
  });
});
