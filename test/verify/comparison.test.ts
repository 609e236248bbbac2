import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { factsOf, lower } from "../../src/compile/index.ts";
import type { KnownNamespace, Snapshot } from "../../src/inventory/snapshot.ts";
import type { AssumptionCode } from "../../src/ir/assumption.ts";
import type { Policy, PolicySet } from "../../src/ir/policy.ts";
import { NAMESPACE_NAME } from "../../src/sets/cube.ts";
import { labelIn, labelText } from "../../src/sets/label-set.ts";
import type { LabelSet } from "../../src/sets/label-set.ts";
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
            exceptionsDeny: true,
            assumed: new Set(),
            targetGiven: false,
          });
          const { results } = lower(
            source,
            snapshot,
            {
              actions: "skip",
              keepKubernetes: false,
              inexact: "narrow",
              unsayableSubjects: "leave-open",
            },
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

  it("are put down to the rules that need them alone", () => {
    const fromProd = allow({ peer: pods({ "namespace:env": "prod" }) });
    const fromP = allow({ peer: pods({ [NAMESPACE_NAME]: "p" }) });
    const web = allow({ peer: pods({ app: "web" }) });
    const open = policy("q/open", { subject: { app: "x" }, ingress: [fromProd] });
    const plain = policy("q/plain", { subject: { app: "y" }, ingress: [web] });
    const written = policy("q/open", { subject: { app: "x" }, ingress: [fromP] });
    const left = policySet(tier("default", [open, plain]));
    const comparison = compare(
      left,
      inKubernetes(written, plain),
      snapshotWith(undefined, ...both),
    );
    const findings = [open, plain].map((of) => {
      const [rule] = of.ingress?.rules ?? [];
      if (rule === undefined) throw new Error("built");
      const { outcome, assumptions } = comparison.ofRule(rule);
      return { outcome, assumptions };
    });
    expect(findings).toEqual([
      { outcome: "conditional", assumptions: ["namespaces"] },
      { outcome: "exact", assumptions: [] },
    ]);
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

describe("flows that show a difference", () => {
  it("are told as gained or as lost, each where it is allowed", () => {
    const a = policySet(
      tier("default", [policy("p/a", { ingress: [allow({ peer: pods({ a: "x" }) })] })]),
    );
    const b = policySet(
      tier("default", [policy("p/a", { ingress: [allow({ peer: pods({ b: "x" }) })] })]),
    );
    const { gained, lost } = compare(a, b, snapshotWith());
    const verdicts = [gained, lost].map((flows) =>
      flows.map(({ source, target }) => `${source.verdict} ${target.verdict}`),
    );
    expect(verdicts.map((all) => [...new Set(all)])).toEqual([["deny allow"], ["allow deny"]]);
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

  it("may be made up for, or not, by other such flows of the other set", () => {
    const with2 = (...what: readonly string[]): PolicySet => {
      const rules = what.map((one) => ({ ...rule, unsaid: [{ code: "X", what: one, same: one }] }));
      return policySet(tier("default", [{ ...named, egress: { isolates: true, rules } }]));
    };
    expect(compare(with2("a.b", "c.d"), with2("a.b"), snapshotWith()).outcome).toBe("unknown");
    expect(compare(with2("a.b"), with2("a.b"), snapshotWith()).outcome).toBe("exact");
  });

  it("may let in more than a set without such flows", () => {
    expect(compare(inKubernetes(named), set, snapshotWith()).outcome).toBe("unknown");
  });
});

describe("a target that is read in two ways", () => {
  const source = policySet(
    tier("default", [policy("p/web", { ingress: [allow({ peer: pods({}) })] })]),
  );
  const readAs = (...peers: readonly string[]): PolicySet =>
    inKubernetes(policy("p/web", { ingress: peers.map((a) => allow({ peer: pods({ a }) })) }));

  it("is judged by the one for what is wider, and by its twin for what is lost", () => {
    const target = inKubernetes(policy("p/web", { ingress: [allow({ peer: pods({}) })] }));
    const narrowTarget = readAs("x");
    const comparison = compareSets({ source, target, narrowTarget }, snapshotWith(), {
      assume: new Set(),
      targetGiven: false,
    });
    const [written, twin] = [only(target), only(narrowTarget)];
    expect(comparison.outcome).toBe("narrowed");
    expect(comparison.ofPolicy(written).outcome).toBe("narrowed");
    expect(comparison.mayDiffer(written)).toBe(true);
    expect(comparison.gained).toEqual([]);
    expect(comparison.lost.length).toBeGreaterThan(0);
    expect(comparison.lost.every(({ target: after }) => after.verdict === "deny")).toBe(true);
    const [rule] = written.ingress?.rules ?? [];
    if (rule === undefined) throw new Error("built");
    expect(comparison.ofRule(rule).outcome).toBe("exact");
    const alone = (against: PolicySet): number =>
      compareSets({ source, target: against, narrowTarget: against }, snapshotWith(), {
        assume: new Set(),
        targetGiven: false,
      }).counts.questions;
    // Both readings are asked.
    expect(comparison.counts.questions).toBe(alone(target) + alone(narrowTarget));
    expect(comparison.counts.none).toBeGreaterThan(0);
    expect(comparison.counts.replayed).toBeGreaterThan(0);
    expect(twin.origin.name).toBe("web");
  });
});

describe("values that were seen", () => {
  const asks = (a: LabelSet): PolicySet =>
    policySet(tier("default", [policy("p/web", { ingress: [allow({ peer: pods({ a }) })] })]));
  const snapshot: Snapshot = {
    ...snapshotWith(undefined, ...both),
    pods: ["xa", "xb"].map((value) => ({
      namespace: "p",
      name: value,
      labels: { a: value },
      account: "default",
      addresses: [],
      ports: [],
      live: true,
      hostNetwork: false,
    })),
  };

  it("are offered where a set asks for a part of a text, and there alone", () => {
    const text = compare(asks(labelText("startsWith", "x")), asks(labelIn(["xa", "xb"])), snapshot);
    expect(text.outcome).toBe("conditional");
    expect(text.assumptions).toEqual(["values"]);
    const plain = compare(asks(labelIn(["xa", "xb", "xc"])), asks(labelIn(["xa", "xb"])), snapshot);
    expect(plain.outcome).toBe("narrowed");
    const subject = (a: LabelSet): PolicySet =>
      policySet(tier("default", [policy("p/web", { subject: { a }, ingress: [] })]));
    const told = compare(
      subject(labelText("startsWith", "x")),
      subject(labelIn(["xa", "xb"])),
      snapshot,
      "subject-values",
    );
    expect(told.assumptions).toEqual(["subject-values"]);
  });
});

describe("labels that tell the pods of a service account", () => {
  const known = (...all: readonly (readonly [account: string, a: string])[]): Snapshot => ({
    ...snapshotWith(undefined, ...both),
    pods: all.map(([account, a], at) => ({
      namespace: "p",
      name: String(at),
      labels: { a },
      account,
      addresses: [],
      ports: [],
      live: true,
      hostNetwork: false,
    })),
  });
  const asks = (labels: Parameters<typeof pods>[0]): PolicySet =>
    policySet(tier("default", [policy("p/web", { ingress: [allow({ peer: pods(labels) })] })]));
  const byAccount = asks({ "account:@name": "ci", [NAMESPACE_NAME]: "p" });
  const byLabel = (a: string): PolicySet => asks({ a, [NAMESPACE_NAME]: "p" });

  it("make a set that says the labels equal to one that says the account, as long as that is so", () => {
    const told = known(["ci", "x"], ["default", "y"]);
    const same = compare(byAccount, byLabel("x"), told);
    expect(same.outcome).toBe("conditional");
    expect(same.assumptions).toEqual(["account-labels"]);
    expect(compare(byLabel("x"), byAccount, told).outcome).toBe("conditional");
    expect(compare(byAccount, byLabel("y"), told).outcome).toBe("widened");
  });

  it("are not made up where the inventory tells none", () => {
    for (const snapshot of [known(), known(["ci", "x"], ["default", "x"])]) {
      const comparison = compare(byAccount, byLabel("x"), snapshot);
      expect(comparison.outcome).toBe("widened");
      expect(comparison.assumptions).toEqual([]);
    }
  });
});

describe("that pods keep their addresses", () => {
  const range = allow({ peer: block("10.0.0.0/16") });
  const source = policySet(tier("default", [policy("p/web", { ingress: [range] })]));
  const target = inKubernetes(policy("p/web", { ingress: [allow({ peer: pods({}) })] }));
  const assumed = (one: PolicySet, other: PolicySet, targetGiven: boolean): readonly string[] =>
    compareSets(
      { source: one, target: other, narrowTarget: other },
      snapshotWith("10.0.0.0/16", ...both),
      { assume: new Set(), targetGiven },
    ).assumptions;

  it("is assumed for a switch of engines alone, unless the user says where they are afterwards", () => {
    expect(assumed(source, target, false)).toContain("addresses-kept");
    expect(assumed(source, target, true)).not.toContain("addresses-kept");
    const [calico] = [
      policySet(tier("default", [policy("p/web", { ingress: [allow({ peer: pods({}) })] })])),
    ];
    expect(assumed(source, calico, false)).not.toContain("addresses-kept");
  });
});
