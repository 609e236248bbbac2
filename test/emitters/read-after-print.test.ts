import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { CORE_SCHEMA, YAML11_SCHEMA, load } from "js-yaml";
import { emitNetworkPolicies, streamText } from "../../src/emitters/networkpolicy.ts";
import { isDnsSubdomain, isLabelKey, isLabelValue } from "../../src/emitters/validity.ts";
import type {
  AllowPeer,
  AllowPolicy,
  AllowPort,
  AllowRule,
  LabelSelector,
} from "../../src/ir/allow-policy.ts";
import { OUTCOMES } from "../../src/ir/outcome.ts";
import type { Direction, NamedPort, Policy } from "../../src/ir/policy.ts";
import {
  ANY_ADDRESS,
  addressSetOf,
  parseCidr,
  subtractAddresses,
} from "../../src/sets/address-set.ts";
import { ANY_PEER, type PeerBox } from "../../src/sets/box.ts";
import {
  ANY_CUBE,
  type Cube,
  type LabelConstraint,
  NAMESPACE_NAME,
  cube,
} from "../../src/sets/cube.ts";
import { LABEL_ABSENT, LABEL_EXISTS, labelIn, labelNotIn } from "../../src/sets/label-set.ts";
import {
  ANY_TRAFFIC,
  SCTP,
  TCP,
  UDP,
  portTraffic,
  protocolTraffic,
  unionTraffic,
} from "../../src/sets/traffic-set.ts";
import { meaning, read } from "../sources/kubernetes/support.ts";
import { origin } from "./support.ts";

// What an object of ours means, said once more without a reader: straight from the API's rules.

function constraints(
  selector: LabelSelector,
  scope: "pod" | "namespace",
): readonly LabelConstraint[] {
  const sets = {
    Exists: () => LABEL_EXISTS,
    DoesNotExist: () => LABEL_ABSENT,
    In: labelIn,
    NotIn: labelNotIn,
  };
  return selector.requirements.map(({ key, operator, values }) => ({
    key: `${scope}:${key}`,
    set: sets[operator](values),
  }));
}

function inNamespace(namespace: string, selector: LabelSelector): Cube | undefined {
  return cube([
    { key: NAMESPACE_NAME, set: labelIn([namespace]) },
    ...constraints(selector, "pod"),
  ]);
}

function boxesOf(peer: AllowPeer, namespace: string): readonly PeerBox[] {
  if (peer.kind === "block") {
    const set = (text: string) => addressSetOf([parseCidr(text) ?? expect.unreachable(text)]);
    const addresses = peer.except.reduce(
      (rest, text) => subtractAddresses(rest, set(text)),
      set(peer.cidr),
    );
    if (addresses.ranges.length === 0) return [];
    return [
      { kind: "pod", labels: ANY_CUBE, addresses },
      { kind: "address", addresses },
    ];
  }
  const pods = peer.pods ?? { requirements: [] };
  const labels =
    peer.namespaces === undefined
      ? inNamespace(namespace, pods)
      : cube([...constraints(peer.namespaces, "namespace"), ...constraints(pods, "pod")]);
  return labels === undefined ? [] : [{ kind: "pod", labels, addresses: ANY_ADDRESS }];
}

const NUMBERS = { TCP, UDP, SCTP } as const;

function policyOf(policy: AllowPolicy): Policy {
  const rules = (direction: Direction): NonNullable<Policy["ingress"]> => ({
    isolates: true,
    rules: policy[direction].map(({ peers, ports }: AllowRule, index) => {
      const named = new Map<string, NamedPort>();
      const numbers = (ports ?? []).flatMap(({ protocol, port, endPort }) => {
        const whole = protocolTraffic(NUMBERS[protocol]);
        if (typeof port === "number")
          return [portTraffic(NUMBERS[protocol], [{ first: port, last: endPort ?? port }])];
        if (port === undefined) return [whole];
        named.set(port, {
          name: port,
          protocols: unionTraffic(
            whole,
            ...(named.has(port) ? [named.get(port)?.protocols ?? whole] : []),
          ),
        });
        return [];
      });
      return {
        action: "allow",
        origin: { direction, index, place: policy.source.place },
        peer:
          peers === undefined ? ANY_PEER : peers.flatMap((peer) => boxesOf(peer, policy.namespace)),
        traffic: {
          numbers: ports === undefined ? ANY_TRAFFIC : unionTraffic(...numbers),
          named: [...named.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
        },
        opaque: [],
        assumptions: [],
      };
    }),
  });
  const pods = inNamespace(policy.namespace, policy.podSelector);
  return {
    origin: policy.source,
    order: 1000,
    subject: { pods: pods === undefined ? [] : [pods], hosts: false },
    ...(policy.policyTypes.includes("ingress") ? { ingress: rules("ingress") } : {}),
    ...(policy.policyTypes.includes("egress") ? { egress: rules("egress") } : {}),
    inert: [],
  };
}

const tricky = "y yes on no off null true 0777 1e3 0x1F 1_000 2020-01-01 12.0 0 a b".split(" ");
const value = fc.oneof(
  fc.constantFrom(...tricky, ""),
  fc.stringMatching(/^[A-Za-z0-9][-A-Za-z0-9_.]{0,8}[A-Za-z0-9]$/),
);
const key = fc.oneof(
  fc.constantFrom(...tricky, "app.kubernetes.io/name"),
  fc.stringMatching(/^[a-z][a-z0-9]{0,5}\/[A-Za-z0-9]{1,6}$/),
);
const requirement = fc.oneof(
  fc.record({
    key,
    operator: fc.constantFrom("In", "NotIn"),
    values: fc.uniqueArray(value, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    key,
    operator: fc.constantFrom("Exists", "DoesNotExist"),
    values: fc.constant([] as string[]),
  }),
);
const selectorOf = fc.record({ requirements: fc.array(requirement, { maxLength: 3 }) });
const block = fc.constantFrom(
  { cidr: "0.0.0.0/0", except: ["10.0.0.0/8", "10.1.0.0/16"] },
  { cidr: "::/0", except: ["2001:db8::/32"] },
  { cidr: "10.0.0.0/31", except: ["10.0.0.0/32", "10.0.0.1/32"] },
  { cidr: "fe80::/10", except: [] },
  { cidr: "1.2.3.4/32", except: [] },
);
const peer: fc.Arbitrary<AllowPeer> = fc.oneof(
  fc.record({ kind: fc.constant("pods" as const), namespaces: selectorOf }),
  fc.record({ kind: fc.constant("pods" as const), pods: selectorOf }),
  fc.record({ kind: fc.constant("pods" as const), namespaces: selectorOf, pods: selectorOf }),
  block.map((one) => ({ kind: "block" as const, ...one })),
);
const number = fc.integer({ min: 1, max: 65535 });
const protocol = fc.constantFrom("TCP", "UDP", "SCTP");
const port: fc.Arbitrary<AllowPort> = fc.oneof(
  fc.record({ protocol }),
  fc.record({
    protocol,
    port: fc.oneof(number, fc.constantFrom("http", "y", "on", "1e3", "0x1f", "null")),
  }),
  fc
    .tuple(protocol, number, number)
    .map(([one, a, b]) => ({ protocol: one, port: Math.min(a, b), endPort: Math.max(a, b) })),
);
const rule: fc.Arbitrary<AllowRule> = fc.record({
  from: fc.constant([]),
  peers: fc.option(fc.array(peer, { minLength: 1, maxLength: 3 }), { nil: undefined }),
  ports: fc.option(fc.array(port, { minLength: 1, maxLength: 3 }), { nil: undefined }),
});
const policies: fc.Arbitrary<AllowPolicy> = fc
  .record({
    name: fc.constantFrom("web", "on", "1e3", "0777", "null", "Bad Name", "n".repeat(80)),
    namespace: fc.constantFrom("shop", "y", "123", "null"),
    labels: fc.array(fc.tuple(key, value), { maxLength: 3 }),
    podSelector: selectorOf,
    policyTypes: fc.subarray(["ingress", "egress"] as const, { minLength: 1 }),
    ingress: fc.array(rule, { maxLength: 3 }),
    egress: fc.array(rule, { maxLength: 3 }),
    overIsolates: fc.boolean(),
  })
  .map(({ name, labels, policyTypes, ingress, egress, ...rest }) => ({
    ...rest,
    source: origin({ name, labels: [...new Map(labels)] }),
    policyTypes,
    ingress: policyTypes.includes("ingress") ? ingress : [],
    egress: policyTypes.includes("egress") ? egress : [],
  }));

describe("an object that is written and read back", () => {
  it("means the same, and the reader has nothing to say about it", () => {
    fc.assert(
      fc.property(
        policies,
        fc.constantFrom(...OUTCOMES),
        fc.array(fc.string({ unit: "binary" }), { maxLength: 2 }),
        (policy, outcome, notes) => {
          const objects = emitNetworkPolicies([{ policy, outcome, notes }], [], () => undefined);
          const { policies: back, found } = read(streamText(objects));
          expect(found.filter(({ code }) => code !== "K8S-R013")).toEqual([]);
          expect(back).toHaveLength(1);
          expect(meaning(back[0]?.policy)).toEqual(meaning(policyOf(policy)));
          const labels = policy.source.labels.filter(
            ([name, text]) => isLabelKey(name) && isLabelValue(text),
          );
          expect(Object.fromEntries(back[0]?.policy.origin.labels ?? [])).toEqual(
            Object.fromEntries(labels),
          );
          expect(isDnsSubdomain(back[0]?.kept.name ?? "")).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  }, 30_000);

  it("is the same value for readers of YAML 1.1 and 1.2", () => {
    fc.assert(
      fc.property(policies, (policy) => {
        const [object] = emitNetworkPolicies(
          [{ policy, outcome: "exact", notes: [] }],
          [],
          () => undefined,
        );
        const text = object?.text ?? "";
        expect(load(text, { schema: YAML11_SCHEMA })).toEqual(load(text, { schema: CORE_SCHEMA }));
      }),
      { numRuns: 100 },
    );
  }, 30_000);
});
