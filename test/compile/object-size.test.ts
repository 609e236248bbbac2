import fc from "fast-check";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { ruleLength, selectorLength } from "../../src/compile/object-size.ts";
import type { AllowRule, LabelSelector } from "../../src/ir/allow-policy.ts";
import { networkPolicyText } from "../../src/emitters/networkpolicy-text.ts";
import { allow, policy } from "../support/ir-builder.ts";

const word = fc.stringMatching(/^[a-z0-9]{1,40}$/);
const values = fc.uniqueArray(word, { minLength: 1, maxLength: 4 });
const requirement = fc.oneof(
  fc.record({ key: word, operator: fc.constantFrom("In" as const, "NotIn" as const), values }),
  fc.record({
    key: word,
    operator: fc.constantFrom("Exists" as const, "DoesNotExist" as const),
    values: fc.constant([]),
  }),
);
const selector: fc.Arbitrary<LabelSelector> = fc.record({
  requirements: fc.uniqueArray(requirement, { maxLength: 4, selector: ({ key }) => key }),
});
const protocol = fc.constantFrom("TCP" as const, "UDP" as const, "SCTP" as const);
const port = fc.oneof(
  fc.record({ protocol }),
  fc.record({ protocol, port: word }),
  fc.record({
    protocol,
    port: fc.integer({ min: 1, max: 65535 }),
    endPort: fc.integer({ min: 1, max: 65535 }),
  }),
);
const cidr = fc.ipV4().map((address) => `${address}/32`);
const peer = fc.oneof(
  fc.record({
    kind: fc.constant("block" as const),
    cidr,
    except: fc.array(cidr, { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant("pods" as const), namespaces: selector, pods: selector }),
  fc.record({ kind: fc.constant("pods" as const), pods: selector }),
);
const rule: fc.Arbitrary<AllowRule> = fc.record({
  peers: fc.option(fc.array(peer, { minLength: 1, maxLength: 3 }), { nil: undefined }),
  ports: fc.option(fc.array(port, { minLength: 1, maxLength: 3 }), { nil: undefined }),
});

/** What is written of an object with the selector and the rule: how long each of them is as JSON. */
function written(
  podSelector: LabelSelector,
  ingress: AllowRule,
): { selector: number; rule: number } {
  const { origin } = policy("shop/p", { ingress: [allow()] });
  const object = {
    policy: {
      source: origin,
      namespace: "shop",
      podSelector,
      policyTypes: ["ingress" as const],
      ingress: [ingress],
      egress: [],
      overIsolates: false,
    },
    outcome: "exact" as const,
    notes: [],
  };
  const { spec } = load(networkPolicyText(object, "p", [])) as {
    spec: { podSelector: unknown; ingress: readonly unknown[] };
  };
  return {
    selector: JSON.stringify(spec.podSelector).length,
    rule: JSON.stringify(spec.ingress[0]).length,
  };
}

const EVERYTHING: AllowRule = { peers: undefined, ports: undefined };
const EVERY_POD: LabelSelector = { requirements: [] };
/** Of each requirement the separators, and the values where it turns out to have none. */
const SPARE = 16;

describe("the length of what is written", () => {
  it("is never less than it is as JSON, and hardly more: of a selector", () => {
    fc.assert(
      fc.property(selector, (one) => {
        const length = written(one, EVERYTHING).selector;
        expect(selectorLength(one)).toBeGreaterThanOrEqual(length);
        expect(selectorLength(one)).toBeLessThanOrEqual(
          length + SPARE * (1 + one.requirements.length),
        );
      }),
    );
  });

  it("is never less than it is as JSON: of a rule", () => {
    fc.assert(
      fc.property(rule, (one) => {
        expect(ruleLength(one)).toBeGreaterThanOrEqual(written(EVERY_POD, one).rule);
      }),
    );
  });
});
