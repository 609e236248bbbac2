import { describe, expect, it } from "vitest";
import { read, withSpec } from "./support.ts";

const textsOf = (spec: string): readonly string[] =>
  read(withSpec(spec)).found.map(({ code, message, hint }) => `${code} ${message} | ${hint ?? ""}`);

describe("what is said of an ipBlock", () => {
  const block = (cidr: string): readonly string[] =>
    textsOf(`podSelector: {}\ningress:\n- from:\n  - ipBlock: { cidr: "${cidr}" }`);

  it.each([
    ["10.0.0.0/8", []],
    ["010.0.0.0/8", ["is taken for `10.0.0.0/8`"]],
    ["10.0.0.0/08", ["is taken for `10.0.0.0/8`"]],
    ["10.000.0.00/8", ["is taken for `10.0.0.0/8`"]],
    ["2001:0db8::/032", ["is taken for `2001:db8::/32`"]],
    ["::ffff:010.0.0.0/104", ["writes IPv4 addresses as IPv6"]],
    ["64:ff9b::010.001.0002.3/0128", ["is taken for `64:ff9b::a01:203/128`"]],
    ["000001::/16", ["is taken for `1::/16`"]],
    ["0000fffff::/16", ["is not a CIDR"]],
    ["64:ff9b::0256.1.2.3/128", ["is not a CIDR"]],
    [`${"0".repeat(64)}10.0.0.0/8`, ["is not a CIDR"]],
    ["010.0.0.1", ["is an address without a prefix length"]],
  ])("%s", (cidr, words) => {
    expect(block(cidr)).toEqual(words.map((some) => expect.stringContaining(some) as string));
  });
});

describe("what is said of a label that is no text", () => {
  it.each([
    ["5", "is the number 5, not text"],
    ["yes", "is the boolean true, not text"],
    ["[a]", "is a list, not text"],
    ["{ a: b }", "is an object, not text"],
  ])("%s", (value, words) => {
    const label = textsOf(`podSelector: { matchLabels: { a: ${value} } }`);
    expect(label).toEqual([expect.stringContaining(words)]);
    const listed = textsOf(
      `podSelector: { matchExpressions: [{ key: a, operator: In, values: [${value}] }] }`,
    );
    expect(listed).toEqual([expect.stringContaining(words)]);
  });
});

describe("names of ports", () => {
  it("are in one order, whichever way they were written, and each once", () => {
    const { policies } = read(
      withSpec(`podSelector: {}
ingress:
- ports: [{ port: c }, { port: b, protocol: UDP }, { port: c, protocol: UDP }]`),
    );
    const { named } = policies[0]?.policy.ingress?.rules[0]?.traffic ?? { named: [] };
    expect(named.map(({ name }) => name)).toEqual(["b", "c"]);
    expect(named[1]?.protocols.ranges).toHaveLength(2);
  });
});
