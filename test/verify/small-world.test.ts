import { describe, expect, it } from "vitest";
import type { KnownNamespace, Snapshot } from "../../src/inventory/snapshot.ts";
import type { AssumptionCode } from "../../src/ir/assumption.ts";
import type { OpaqueCondition, PolicySet } from "../../src/ir/policy.ts";
import { labelNotIn } from "../../src/sets/label-set.ts";
import { ALL_PORTS, ICMP, protocolTraffic, TCP } from "../../src/sets/traffic-set.ts";
import { compareSets } from "../support/compare-sets.ts";
import type { Comparison } from "../support/compare-sets.ts";
import { smallWorld } from "../support/small-world.ts";
import {
  allow,
  block,
  cidrs,
  deny,
  pass,
  pods,
  policy,
  policySet,
  ports,
  tier,
} from "../support/ir-builder.ts";
import type { LooseRule } from "../support/ir-builder.ts";

const namespace = (
  name: string,
  labels: Readonly<Record<string, string>>,
): [string, KnownNamespace] => [
  name,
  { name, labels: { ...labels, "kubernetes.io/metadata.name": name }, covered: true },
];

const snapshot: Snapshot = {
  namespaces: new Map([namespace("p", { env: "prod" }), namespace("q", { env: "dev" })]),
  pods: [],
  accounts: [],
  services: [],
  slices: [],
  nodes: [],
  podRanges: undefined,
  targetPodRanges: undefined,
};

const ranged = (podRange: string, target = podRange): Snapshot => ({
  ...snapshot,
  podRanges: cidrs(podRange),
  targetPodRanges: cidrs(target),
});

const one = (...ingress: readonly LooseRule[]): PolicySet =>
  policySet(tier("default", [policy("p/x", { ingress })]));

function compare(
  source: PolicySet,
  target: PolicySet,
  assumptions: readonly AssumptionCode[] = [],
  known: Snapshot = snapshot,
): Comparison {
  return compareSets(source, target, { snapshot: known, assumptions: new Set(assumptions) });
}

const summary = ({ wider, narrower, onlyOther, complete }: Comparison): object => ({
  wider: wider.length > 0,
  narrower: narrower.length > 0,
  onlyOther,
  complete,
});

const equal = { wider: false, narrower: false, onlyOther: false, complete: true };

describe("the enumerator of small worlds", () => {
  it("finds equal sets equal, however they are written", () => {
    const denied = one(deny({ peer: pods({ r: "x" }) }), allow({ peer: pods({}) }));
    const cut = one(allow({ peer: pods({ r: labelNotIn(["x"]) }) }));
    expect(summary(compare(denied, cut))).toEqual(equal);
  });

  it.each<[string, LooseRule, LooseRule]>([
    [
      "an absent label",
      allow({ peer: pods({ r: "x" }) }),
      allow({ peer: [pods({ r: "x" }), pods({ s: labelNotIn(["y"]), r: "z" })] }),
    ],
    [
      "an address beyond the last",
      allow({ peer: block("10.0.0.0/31") }),
      allow({ peer: block("10.0.0.0/30") }),
    ],
    [
      "another family",
      allow({ peer: block("0.0.0.0/0") }),
      allow({ peer: [...block("0.0.0.0/0"), ...block("2001:db8::/128")] }),
    ],
    ["one port more", allow({ traffic: ports(TCP, 80) }), allow({ traffic: ports(TCP, 80, 81) })],
    [
      "a port's name",
      allow({ traffic: ports(TCP, 80) }),
      allow({ traffic: ports(TCP, 80), named: ["http"] }),
    ],
    [
      "another namespace",
      allow({ peer: pods({ "namespace:kubernetes.io/metadata.name": "p" }) }),
      allow({ peer: pods({ "namespace:env": ["prod", "dev"] }) }),
    ],
    [
      "a namespace nobody knows",
      allow({ peer: pods({ "namespace:env": ["prod", "dev"] }) }),
      allow({ peer: pods({}) }),
    ],
    ["addresses outside", allow({ peer: pods({}) }), allow()],
    ["an account", allow({ peer: pods({ "account:@name": "ci" }) }), allow({ peer: pods({}) })],
    ["ICMP", allow({ traffic: ALL_PORTS }), allow()],
  ])("tells a set that lets in more by %s", (_, small, large) => {
    expect(summary(compare(one(small), one(large)))).toMatchObject({
      wider: true,
      narrower: false,
    });
    expect(summary(compare(one(large), one(small)))).toMatchObject({
      wider: false,
      narrower: true,
    });
  });

  it("tells a loss of other protocols from any other", () => {
    expect(compare(one(allow()), one(allow({ traffic: ALL_PORTS }))).onlyOther).toBe(true);
    expect(compare(one(allow()), one(allow({ traffic: protocolTraffic(ICMP) }))).onlyOther).toBe(
      false,
    );
  });

  it("sees a pod that is isolated no more", () => {
    expect(compare(one(), policySet(tier("default", []))).wider).not.toHaveLength(0);
  });

  it("tries every reading of a condition that nobody can decide", () => {
    const opaque: OpaqueCondition = { kind: "unknown", code: "X", what: "http" };
    const source = one(allow({ opaque: [opaque], traffic: ports(TCP, 80) }));
    expect(summary(compare(source, one()))).toMatchObject({ wider: false, narrower: true });
    expect(summary(compare(source, one(allow({ traffic: ports(TCP, 80) }))))).toMatchObject({
      wider: true,
      narrower: false,
    });
    const denying = one(deny({ opaque: [opaque] }), allow());
    expect(summary(compare(denying, one(allow())))).toMatchObject({ wider: true });
  });

  it("leaves out flows that an assumption rules out", () => {
    const labelled = one(allow({ peer: pods({ r: "x" }, cidrs("10.0.0.0/8")) }));
    const alone = one(allow({ peer: pods({ r: "x" }) }));
    const known = ranged("10.0.0.0/16");
    expect(compare(labelled, alone, [], known).wider).not.toHaveLength(0);
    expect(summary(compare(labelled, alone, ["pod-range"], known))).toEqual(equal);
  });

  it("leaves out machines within the pod ranges if nothing but pods has an address there", () => {
    const machines = one(allow({ peer: [{ kind: "address", addresses: cidrs("10.0.0.0/16") }] }));
    const known = ranged("10.0.0.0/16");
    expect(compare(machines, one(), [], known).narrower).not.toHaveLength(0);
    expect(summary(compare(machines, one(), ["pure-range"], known))).toEqual(equal);
  });

  it("gives pods their new addresses after the switch", () => {
    const set = one(allow({ peer: block("10.0.0.0/16") }));
    const moved = compare(set, set, ["pod-range"], ranged("192.168.0.0/16", "10.0.0.0/16"));
    expect(moved.wider.length).toBeGreaterThan(0);
    expect(summary(compare(set, set, ["pod-range"], ranged("10.0.0.0/16")))).toEqual(equal);
  });

  it("meets a hole behind many labels in a world too large to go through", () => {
    const many = (value: string): ReturnType<typeof pods> =>
      pods(
        Object.fromEntries(
          Array.from({ length: 9 }, (_, index) => [`k${String(index)}`, index === 8 ? value : "x"]),
        ),
      );
    const rules = [allow({ peer: many("x"), traffic: ports(TCP, 5432) })];
    const source = one(...rules);
    const target = one(...rules, allow({ peer: many("y"), traffic: ports(TCP, 5432) }));
    const found = compare(source, target);
    expect(found.complete).toBe(false);
    expect(found.wider.length).toBeGreaterThan(0);
  });

  it("gives the same flows on every run", () => {
    const set = policySet(
      tier("first", [
        policy("p/a", { ingress: [pass({ peer: pods({ a: ["1", "2"], b: ["1", "2"] }) })] }),
      ]),
    );
    const texts = (): string[] => {
      const seen: string[] = [];
      const options = { snapshot, assumptions: new Set<AssumptionCode>(), limit: 50 };
      for (const { source } of smallWorld([set], options).flows)
        seen.push(
          JSON.stringify(source, (_, value: unknown) =>
            typeof value === "bigint" ? String(value) : value,
          ),
        );
      return seen;
    };
    expect(texts()).toEqual(texts());
  });
});
