import { describe, expect, it } from "vitest";
import { InternalError } from "../../src/base/invariant.ts";
import { checkValidity } from "../../src/emitters/validity.ts";
import type {
  AllowPeer,
  AllowPolicy,
  AllowPort,
  LabelRequirement,
} from "../../src/ir/allow-policy.ts";
import { allowPolicy, rule, selector } from "./support.ts";

function withPeer(peer: AllowPeer): AllowPolicy {
  return allowPolicy({ ingress: [rule([peer])] });
}

function withPort(port: AllowPort): AllowPolicy {
  return allowPolicy({ ingress: [rule(undefined, [port])] });
}

function withSubject(requirement: LabelRequirement): AllowPolicy {
  return allowPolicy({ podSelector: { requirements: [requirement] } });
}

const block = (cidr: string, ...except: readonly string[]): AllowPolicy =>
  withPeer({ kind: "block", cidr, except });

describe("an object is our fault when", () => {
  const refused: readonly (readonly [string, AllowPolicy])[] = [
    ["a list of peers is empty", allowPolicy({ ingress: [rule([])] })],
    ["a list of ports is empty", allowPolicy({ ingress: [rule(undefined, [])] })],
    ["it has no policy type", allowPolicy({ policyTypes: [] })],
    ["it names a policy type twice", allowPolicy({ policyTypes: ["ingress", "ingress"] })],
    ["it has rules that its policy types leave out", allowPolicy({ egress: [rule()] })],
    ["its namespace is no label", allowPolicy({ namespace: "../etc" })],
    ["its namespace has a dot", allowPolicy({ namespace: "a.b" })],
    ["a peer has no selector", withPeer({ kind: "pods" })],
    ["a CIDR has host bits", block("10.0.0.1/8")],
    ["a CIDR is a plain address", block("10.0.0.1")],
    ["a CIDR is none", block("ten")],
    ["an IPv6 CIDR is not in its shortest form", block("2001:0db8::/32")],
    ["an exception equals its block", block("10.0.0.0/8", "10.0.0.0/8")],
    ["an exception lies outside", block("10.0.0.0/8", "192.168.0.0/16")],
    ["an exception is of the other family", block("0.0.0.0/0", "::/1")],
    ["a port is 0", withPort({ protocol: "TCP", port: 0 })],
    ["a port is above 65535", withPort({ protocol: "TCP", port: 65536 })],
    ["a port is no whole number", withPort({ protocol: "TCP", port: 80.5 })],
    ["a port name is a number", withPort({ protocol: "TCP", port: "80" })],
    ["a port name is too long", withPort({ protocol: "TCP", port: "a234567890123456" })],
    ["a range starts at a name", withPort({ protocol: "TCP", port: "http", endPort: 90 })],
    ["a range has no start", withPort({ protocol: "TCP", endPort: 90 })],
    ["a range ends before it starts", withPort({ protocol: "TCP", port: 91, endPort: 90 })],
    ["a label value has a slash", allowPolicy({ podSelector: selector({ app: ["team/a"] }) })],
    [
      "a label value is too long",
      allowPolicy({ podSelector: selector({ app: ["a".repeat(64)] }) }),
    ],
    ["a label key is none", allowPolicy({ podSelector: selector({ "a/b/c": ["a"] }) })],
    [
      "a label key's prefix is in capitals",
      allowPolicy({ podSelector: selector({ "A/b": ["a"] }) }),
    ],
    ["In has no value", withSubject({ key: "a", operator: "In", values: [] })],
    ["Exists has a value", withSubject({ key: "a", operator: "Exists", values: ["a"] })],
  ];
  it.each(refused)("%s", (_, policy) => {
    expect(() => {
      checkValidity(policy, "web");
    }).toThrow(InternalError);
  });

  it.each(["", "../x", "Web", "a..b", ".a", "a-", "a/b", "a".repeat(254)])(
    "its name is %j",
    (name) => {
      expect(() => {
        checkValidity(allowPolicy(), name);
      }).toThrow(InternalError);
    },
  );
});

describe("the API server accepts", () => {
  const accepted: readonly (readonly [string, AllowPolicy])[] = [
    ["a rule without peers and ports", allowPolicy({ ingress: [rule()] })],
    ["every block with a part taken out", block("0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/8")],
    ["IPv6 blocks", block("::/0", "2001:db8::/32")],
    ["an empty label value", allowPolicy({ podSelector: selector({ app: [""] }) })],
    ["a prefixed key", allowPolicy({ podSelector: selector({ "app.kubernetes.io/name": ["a"] }) })],
    ["a range of one port", withPort({ protocol: "UDP", port: 53, endPort: 53 })],
    ["a protocol alone", withPort({ protocol: "SCTP" })],
    ["a port name", withPort({ protocol: "TCP", port: "http-8080" })],
    ["all pods of all namespaces", withPeer({ kind: "pods", namespaces: selector() })],
  ];
  it.each(accepted)("%s", (_, policy) => {
    expect(() => {
      checkValidity(policy, "web.v1");
    }).not.toThrow();
  });
});
