import { describe, expect, it } from "vitest";
import { read } from "./harness.ts";

const rule = (text: string, direction = "ingress"): string => `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  types: [Ingress, Egress]
  ${direction}:
  - ${text}
`;

const withSelector = (text: string): string =>
  rule("{ action: Allow }").replace("  types:", `  selector: ${JSON.stringify(text)}\n  types:`);

const object = (kind: string, name: string, spec = "{}"): string =>
  `apiVersion: projectcalico.org/v3\nkind: ${kind}\nmetadata: { name: ${name} }\nspec: ${spec}\n`;

/** What people read of each finding. */
const textsOf = (text: string): readonly string[] =>
  read(text).findings.map(({ code, message, hint }) => `${code} ${message} | ${hint ?? ""}`);

describe("what is said of a port", () => {
  const port = (text: string): string =>
    rule(`{ action: Allow, protocol: TCP, destination: { ports: [${text}] } }`);

  it.each([
    ["65535", { first: 65535, last: 65535 }],
    ["1", { first: 1, last: 1 }],
    ["'1'", { first: 1, last: 1 }],
    ["'80:90'", { first: 80, last: 90 }],
    ["1a", { name: "1a" }],
    ["abcdefghijklmno", { name: "abcdefghijklmno" }],
  ])("nothing, where it is one: %s", (text, meaning) => {
    const { input, findings } = read(port(text));
    expect(findings).toEqual([]);
    expect(input.policies[0]?.ingress[0]?.destination.ports).toEqual([meaning]);
  });

  it.each([
    ["abcdefghijklmnop", "at most 15 lower-case letters"],
    ["a--b", "at most 15 lower-case letters"],
    ["-a", "at most 15 lower-case letters"],
    ["a-", "at most 15 lower-case letters"],
    ["1-2-3", "at most 15 lower-case letters"],
    ["A", "at most 15 lower-case letters"],
    ["a_b", "at most 15 lower-case letters"],
    ["'1-a-2-'", "at most 15 lower-case letters"],
    ["'1:2:3'", "at most 15 lower-case letters"],
    ["'---'", "at most 15 lower-case letters"],
    ["'0:5'", "a port lies between 1 and 65535"],
    ["'5:70000'", "a port lies between 1 and 65535"],
    ["0", "a port lies between 1 and 65535"],
    ["65536", "a port lies between 1 and 65535"],
    ["'65536'", "a port lies between 1 and 65535"],
    ["'5:1'", "the range ends before it begins"],
    ["1-2", "a range is written with `:`"],
  ])("why it is none: %s", (text, why) => {
    const [said, ...more] = textsOf(port(text));
    expect(said).toContain("is not a port: ");
    expect(said).toContain(why);
    expect(more).toEqual([]);
  });
});

describe("what is said of `http`", () => {
  it.each([
    ["{ action: Allow, http: { methods: [GET] } }", "ingress", undefined],
    ["{ action: Allow, protocol: TCP, http: { methods: [GET] } }", "ingress", undefined],
    ["{ action: Deny, http: { methods: [GET] } }", "ingress", "it belongs to Allow rules"],
    ["{ action: Allow, http: { methods: [GET] } }", "egress", "it belongs to ingress rules"],
    [
      "{ action: Allow, protocol: UDP, http: { methods: [GET] } }",
      "ingress",
      "it needs `protocol: TCP`, or none",
    ],
    [
      "{ action: Allow, protocol: 6, http: { methods: [GET] } }",
      "ingress",
      "it needs `protocol: TCP`, or none",
    ],
  ])("%s, %s", (text, direction, why) => {
    const found = textsOf(rule(text, direction));
    if (why === undefined) expect(found).toEqual([]);
    else expect(found).toEqual([expect.stringContaining(`is not valid: ${why}`)]);
  });
});

describe("what is said of names", () => {
  const named = (name: string): string =>
    rule("{ action: Allow }").replace("name: web", `name: ${name}`);

  it.each([
    ["two dots", object("GlobalNetworkPolicy", "a.b.c"), ["CAL-P020"]],
    ["one dot", object("GlobalNetworkPolicy", "a.b"), []],
    ["copies have no global form", object("GlobalNetworkPolicy", "knp.default.a.b"), ["CAL-P020"]],
    ["a copy of a Kubernetes policy", named("knp.default.a.b"), ["CAL-P010"]],
    ["an OpenStack policy", named("ossg.default.a.b"), ["CAL-P011"]],
    ["two dots of its own", named("a.b.c"), ["CAL-P020"]],
    ["sets may have dots", object("GlobalNetworkSet", "a.b.c"), []],
  ])("%s", (_, text, codes) => {
    expect(read(text).findings.map(({ code }) => code)).toEqual(codes);
  });

  it("of kinds that nobody knows", () => {
    expect(textsOf(object("NetworkPolicyy", "a"))[0]).toContain("Write `NetworkPolicy` if that");
    expect(textsOf(object("Elephant", "a"))[0]).toContain("Check that it decides no traffic.");
  });
});

describe("named ports of host endpoints", () => {
  const endpoint = (port: string) =>
    read(
      object(
        "HostEndpoint",
        "h",
        `{ node: node-1, expectedIPs: [10.0.0.1], ports: [{ ${port} }] }`,
      ),
    );

  it("are those with a name, a number and a protocol with ports", () => {
    const { input, findings } = endpoint("protocol: TCP, port: 5, name: x");
    expect(findings).toEqual([]);
    expect(input.groups[0]?.ports).toEqual([{ name: "x", protocol: 6, port: 5 }]);
    expect(endpoint("protocol: TCP, port: 5, name: ''").input.groups[0]?.ports).toEqual([]);
    const [finding] = endpoint("protocol: ICMP, port: 5, name: x").findings;
    expect(finding?.message).toContain("a protocol with ports is TCP, UDP or SCTP");
  });
});

describe("what is said of a selector", () => {
  it.each([
    ["a ! b", "has `!` where `!=` or `not in` is meant", "Correct the selector"],
    ["!", "ends where a condition is expected", "Correct the selector"],
    ["a", "has the label `a` without an operator", "That the label is present is `has(a)`."],
    ["a )", "has the label `a` without an operator", "That the label is present is `has(a)`."],
    ["any()", "calls `any()`, which Calico does not know", "Everything is selected by `all()`."],
    ["some()", "calls `some()`", "The calls are `has(label)`, `all()` and `global()`."],
    ["not(a)", "has `not` where `!` is meant", "Correct the selector"],
    ["a in b", "has no set after `in`", "A set is written"],
    ["a not inside {'b'}", "has `not` after the label `a`", "The operators are"],
  ])("%s", (text, why, hint) => {
    const [said, ...more] = textsOf(withSelector(text));
    expect(more).toEqual([]);
    expect(said).toContain(`the selector \`${text}\` ${why}`);
    expect(said).toContain(hint);
  });

  it("nothing, however blanks lie in it", () => {
    for (const text of [
      "a not in {'b'}",
      "a not  in{'b'}",
      "a starts with 'b'",
      "a starts  with'b'",
    ]) {
      expect(textsOf(withSelector(text)), text).toEqual([]);
    }
  });
});

describe("the IP version and ICMP", () => {
  it.each(["protocol", "notProtocol"])("contradict each other by name alone (%s)", (field) => {
    const of = (version: number, protocol: string | number): readonly string[] =>
      textsOf(
        rule(`{ action: Allow, ipVersion: ${String(version)}, ${field}: ${String(protocol)} }`),
      );
    expect(of(6, "ICMP")[0]).toContain("`ipVersion: 6` contradicts the protocol ICMP ");
    expect(of(4, "ICMPv6")[0]).toContain("`ipVersion: 4` contradicts the protocol ICMPv6 ");
    for (const fits of [of(4, "ICMP"), of(6, "ICMPv6"), of(6, 1), of(4, 58)])
      expect(fits).toEqual([]);
  });
});

describe("what is said of a value of the wrong type", () => {
  const set = (field: string): readonly string[] =>
    textsOf(rule("{ action: Allow }").replace("  types:", `  ${field}\n  types:`));

  it.each([
    ["selector: 5", "is the number `5`, but must be a string | Put the value in quotes"],
    ["selector: yes", "is the boolean `true`, but must be a string | Put the value in quotes"],
    ["selector: [a]", "is a list, but must be a string | Correct the value"],
    ["selector: { a: b }", "is a mapping, but must be a string | Correct the value"],
    ["order: '5'", "is the string `5`, but must be a number | Write the value without quotes."],
    ["order: ''", "is an empty string, but must be a number | Write the value without quotes."],
    ["order: yes", "is the boolean `true`, but must be a number | Correct the value"],
  ])("%s", (field, words) => {
    expect(set(field)).toEqual([expect.stringContaining(words)]);
  });

  it("nothing where it is null", () => {
    expect(set("selector: null")).toEqual([]);
  });
});

describe("documents that are no object", () => {
  it.each(["[]", "text", "5"])("%s", (text) => {
    expect(read(text).dispositions.filter((one) => one !== "not-calico")).toEqual([]);
  });
});
