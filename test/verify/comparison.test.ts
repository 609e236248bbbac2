import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { factsOf, lower } from "../../src/compile/index.ts";
import type { KnownNamespace, Snapshot } from "../../src/inventory/snapshot.ts";
import type { AssumptionCode } from "../../src/ir/assumption.ts";
import type { Policy, PolicySet } from "../../src/ir/policy.ts";
import { protocolTraffic, SCTP, TCP, UDP, unionTraffic } from "../../src/sets/traffic-set.ts";
import { compareSets } from "../../src/verify/comparison.ts";
import type { Comparison } from "../../src/verify/comparison.ts";
import { allowPolicySet } from "../support/allow-to-ir.ts";
import { compareSets as enumerate, differencesText } from "../support/compare-sets.ts";
import { allow, block, cidrs, pods, policy, policySet, tier } from "../support/ir-builder.ts";
import { randomPolicySet } from "../support/random-policies.ts";

const namespace = (
  name: string,
  labels: Readonly<Record<string, string>>,
): [string, KnownNamespace] => [
  name,
  { name, labels: { ...labels, "kubernetes.io/metadata.name": name }, covered: true },
];

function snapshotWith(podRange?: string, ...known: readonly [string, KnownNamespace][]): Snapshot {
  const ranges = podRange === undefined ? undefined : cidrs(podRange);
  return {
    namespaces: new Map(known),
    pods: [],
    accounts: [],
    services: [],
    slices: [],
    nodes: [],
    podRanges: ranges,
    targetPodRanges: ranges,
  };
}

const both = [namespace("p", { env: "prod" }), namespace("q", { env: "dev" })] as const;

function compare(
  source: PolicySet,
  target: PolicySet,
  snapshot: Snapshot,
  ...assume: readonly AssumptionCode[]
): Comparison {
  return compareSets({ source, target, narrowTarget: target }, snapshot, {
    assume: new Set(assume),
    targetGiven: false,
  });
}

describe("the comparison of random sets with what they are lowered to", () => {
  it.each([undefined, "10.0.0.0/16"])(
    "calls equal, or never wider, only what every flow of the small world bears out (pods in %s)",
    (podRange) => {
      const outcomes = new Map<string, number>();
      const snapshot = snapshotWith(podRange, ...both);
      fc.assert(
        fc.property(randomPolicySet, (source) => {
          const facts = factsOf(snapshot, {
            blocksMatchPods: "yes",
            assumed: new Set(),
            targetGiven: false,
          });
          const { results } = lower(
            source,
            snapshot,
            { actions: "skip", keepKubernetes: false, inexact: "narrow", unsayableSubjects: "leave-open" },
            facts,
            () => undefined,
          );
          const target = allowPolicySet(results.flatMap(({ objects }) => objects));
          const comparison = compare(source, target, snapshot);
          const { outcome } = comparison;
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
          const assumptions = new Set(comparison.assumptions);
          if (outcome === "exact") expect(assumptions.size).toBe(0);
          const world = enumerate(source, target, { snapshot, assumptions, limit: 800 });
          if (outcome === "exact" || outcome === "conditional") {
            expect(differencesText(world.narrower)).toBe("");
          }
          if (outcome !== "widened" && outcome !== "unknown") {
            expect(differencesText(world.wider)).toBe("");
          }
        }),
        { numRuns: 60, seed: 31 },
      );
      expect(outcomes.get("unknown") ?? 0).toBe(0);
      expect(outcomes.get("narrowed") ?? 0).toBeGreaterThan(5);
      expect((outcomes.get("exact") ?? 0) + (outcomes.get("conditional") ?? 0)).toBeGreaterThan(5);
    },
    120_000,
  );
});

function only(set: PolicySet): Policy {
  const [first] = set.tiers.flatMap(({ policies }) => policies);
  if (first === undefined) throw new Error("built");
  return first;
}

function inKubernetes(...policies: readonly Policy[]): PolicySet {
  return policySet(
    tier(
      "default",
      policies.map((one) => ({ ...one, origin: { ...one.origin, engine: "kubernetes" as const } })),
    ),
  );
}

describe("assumptions of a comparison", () => {
  const range = allow({ peer: block("10.0.0.0/16") });
  const everyPod = allow({ peer: pods({}) });
  const source = policySet(tier("default", [policy("p/web", { ingress: [range] })]));
  const target = inKubernetes(policy("p/web", { ingress: [everyPod] }));

  it("explain away a flow too many only if they are said to widen, and the switch of addresses is one of them", () => {
    const comparison = compare(source, target, snapshotWith("10.0.0.0/16", ...both));
    expect(comparison.outcome).toBe("conditional");
    expect(comparison.assumptions).toEqual(["pod-range", "pure-range", "addresses-kept"]);
    const without = compare(source, target, snapshotWith(undefined, ...both));
    expect(without.outcome).toBe("widened");
  });

  it("do not explain away a flow too many by what is said to narrow", () => {
    // Equal only if nothing but pods lies in the range: other things are let in besides.
    const comparison = compare(target, source, snapshotWith("10.0.0.0/16", ...both));
    expect(comparison.outcome).toBe("widened");
  });

  it("are put down to the policies that need them alone", () => {
    const global = policy("closed", { subject: { "namespace:env": "prod" }, ingress: [] });
    const plain = policy("q/plain", { ingress: [] });
    const closed = policy("p/closed", { ingress: [] });
    const left = policySet(tier("default", [global, plain]));
    const comparison = compare(left, inKubernetes(closed, plain), snapshotWith(undefined, ...both));
    expect(comparison.assumptions).toEqual(["namespaces"]);
    expect(comparison.ofPolicy(global).assumptions).toEqual(["namespaces"]);
    expect(comparison.ofPolicy(global).outcome).toBe("conditional");
    expect(comparison.ofPolicy(plain)).toMatchObject({ outcome: "exact", assumptions: [] });
    expect(comparison.mayDiffer(global)).toBe(true);
    expect(comparison.mayDiffer(plain)).toBe(false);
  });

  it("of a rule itself count where another engine takes over, and not between sets of one engine", () => {
    const one = policy("p/web", { ingress: [everyPod] });
    const [rule] = one.ingress?.rules ?? [];
    if (rule === undefined) throw new Error("built");
    const resting: Policy = {
      ...one,
      ingress: { isolates: true, rules: [{ ...rule, assumptions: ["set-contents"] }] },
    };
    const calico = policySet(tier("default", [resting]));
    const other = compare(calico, inKubernetes(one), snapshotWith());
    expect(other.outcome).toBe("conditional");
    expect(other.assumptions).toEqual(["set-contents"]);
    expect(compare(calico, calico, snapshotWith()).outcome).toBe("exact");
  });

  it("about other protocols are used only if the user says so", () => {
    const ports = allow({ traffic: unionTraffic(...[TCP, UDP, SCTP].map(protocolTraffic)) });
    const all = policySet(tier("default", [policy("p/web", { ingress: [allow()] })]));
    const some = inKubernetes(policy("p/web", { ingress: [ports] }));
    const plain = compare(all, some, snapshotWith());
    expect(plain.outcome).toBe("narrowed");
    expect(plain.ofPolicy(only(all)).onlyOther).toBe(true);
    const told = compare(all, some, snapshotWith(), "only-tcp-udp-sctp");
    expect(told.assumptions).toEqual(["only-tcp-udp-sctp"]);
    expect(told.outcome).toBe("conditional");
  });
});

describe("an Allow that matches flows which nobody can name", () => {
  const named = policy("p/web", { egress: [allow({ peer: pods({ a: "x" }) })] });
  const [rule] = named.egress?.rules ?? [];
  if (rule === undefined) throw new Error("built");
  const unsaid: Policy = {
    ...named,
    egress: { isolates: true, rules: [{ ...rule, unsaid: [{ code: "X", what: "domains a.b" }] }] },
  };
  const set = policySet(tier("default", [unsaid]));

  it("is narrowed at best by a set without such flows", () => {
    expect(compare(set, inKubernetes(named), snapshotWith()).outcome).toBe("narrowed");
  });

  it("may let in more than a set without such flows", () => {
    expect(compare(inKubernetes(named), set, snapshotWith()).outcome).toBe("unknown");
  });
});
