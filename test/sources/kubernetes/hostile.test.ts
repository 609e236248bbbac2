import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { dump } from "js-yaml";
import { read, withSpec } from "./support.ts";

describe("hostile documents", () => {
  it("of any shape get a finding or a policy, and throw nothing", () => {
    const leaf = fc.oneof(
      fc.constantFrom<unknown>(
        "",
        "a",
        "TCP",
        "10.0.0.0/8",
        "__proto__",
        "Ingress",
        "In",
        true,
        null,
        0,
        80,
        -1,
        1.5,
        1e300,
      ),
      fc.string(),
    );
    const field = fc.constantFrom(
      ..."spec podSelector matchLabels matchExpressions key operator values policyTypes ingress egress from to ports port endPort protocol ipBlock cidr except namespaceSelector metadata name constructor x".split(
        " ",
      ),
    );
    const { any } = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 7, withCrossShrink: true }, leaf, tie("list"), tie("map")),
      list: fc.array(tie("any"), { maxLength: 3 }),
      map: fc.dictionary(field, tie("any"), { maxKeys: 4 }),
    }));
    fc.assert(
      fc.property(any, any, (spec, metadata) => {
        const text = dump({
          apiVersion: "networking.k8s.io/v1",
          kind: "NetworkPolicy",
          metadata,
          spec,
        });
        const { policies, found } = read(text);
        expect(policies.length === 1 || found.some(({ severity }) => severity === "error")).toBe(
          true,
        );
      }),
      { numRuns: 400 },
    );
  });

  it("with a spec of random parts are read or refused with a place", () => {
    const odd = <T>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
      fc.oneof(
        { arbitrary: good, weight: 12 },
        { arbitrary: fc.constantFrom(null, "", [], {}, 1, "x"), weight: 1 },
      );
    const selector = odd(
      fc.record(
        {
          matchLabels: odd(
            fc.dictionary(fc.constantFrom("a", "b/c", "on"), odd(fc.constantFrom("x", ""))),
          ),
          matchExpressions: odd(
            fc.array(
              fc.record(
                {
                  key: fc.constant("a"),
                  operator: fc.constantFrom("In", "Exists"),
                  values: odd(fc.constant(["x"])),
                },
                { requiredKeys: ["key", "operator"] },
              ),
              { maxLength: 2 },
            ),
          ),
        },
        { requiredKeys: [] },
      ),
    );
    const peers = odd(
      fc.array(
        odd(
          fc.oneof(
            fc.record({ podSelector: selector }),
            fc.record({
              ipBlock: odd(
                fc.record({
                  cidr: fc.constantFrom("10.0.0.0/8", "::/0", "1"),
                  except: odd(fc.constant([])),
                }),
              ),
            }),
          ),
        ),
        { maxLength: 2 },
      ),
    );
    const rules = odd(
      fc.array(
        odd(
          fc.record(
            {
              from: peers,
              ports: odd(fc.array(odd(fc.record({ port: odd(fc.constantFrom(80, "http")) })))),
            },
            { requiredKeys: [] },
          ),
        ),
        { maxLength: 2 },
      ),
    );
    fc.assert(
      fc.property(
        odd(fc.record({ podSelector: selector, ingress: rules }, { requiredKeys: [] })),
        (spec) => {
          const metadata = { name: "a", namespace: "b" };
          const text = dump({
            apiVersion: "networking.k8s.io/v1",
            kind: "NetworkPolicy",
            metadata,
            spec,
          });
          const { policies, found } = read(text);
          const errors = found.filter(({ severity }) => severity === "error");
          expect(policies.length).toBe(errors.length === 0 ? 1 : 0);
          for (const { at } of found) expect(at?.offset).toBeLessThanOrEqual(text.length);
        },
      ),
      { numRuns: 400 },
    );
  });

  it("with many terms are read in time", () => {
    const keys = Array.from({ length: 10_000 }, (_, i) => `    k${String(i)}: v`);
    const peers = Array.from(
      { length: 10_000 },
      (_, i) => `  - podSelector: {matchLabels: {a: v${String(i)}}}`,
    );
    const excepts = Array.from(
      { length: 4096 },
      (_, i) => `10.${String(i >> 8)}.${String(i & 255)}.0/24`,
    );
    const started = performance.now();
    const { policies, found } = read(
      withSpec(
        [
          "podSelector:",
          "  matchLabels:",
          ...keys,
          "ingress:",
          "- from:",
          ...peers,
          `- from: [{ipBlock: {cidr: 10.0.0.0/8, except: [${excepts.join(", ")}]}}]`,
        ].join("\n"),
      ),
    );
    expect(found).toEqual([]);
    expect(policies[0]?.policy.subject.pods[0]?.constraints).toHaveLength(10_001);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it.each([
    ["a long name", "a-".repeat(500_000)],
    ["a name of dots", ".".repeat(1_000_000)],
    ["a long prefix", `${"a.".repeat(500_000)}/b`],
    ["zeros", "0".repeat(1_000_000)],
    ["a CIDR of zeros", `${"0.".repeat(500_000)}/8`],
    ["an address of colons", `${":".repeat(1_000_000)}ffff:/8`],
    ["zeros and colons", `${"0:".repeat(500_000)}x`],
  ])("with %s in every place are refused in time", (_, text) => {
    const quoted = JSON.stringify(text);
    const started = performance.now();
    const { policies, found } = read(
      `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${quoted}, namespace: ${quoted}, labels: {a: ${quoted}}}
spec:
  podSelector: {matchLabels: {a: ${quoted}}, matchExpressions: [{key: ${quoted}, operator: ${quoted}}]}
  policyTypes: [${quoted}]
  ingress: [{from: [{ipBlock: {cidr: ${quoted}}}], ports: [{protocol: ${quoted}, port: ${quoted}}]}]
`,
    );
    expect(policies).toEqual([]);
    for (const { message } of found) expect(message.length).toBeLessThan(400);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
