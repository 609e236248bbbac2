import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KnownNamespace, Snapshot } from "../../src/inventory/snapshot.ts";
import type { AssumptionCode } from "../../src/ir/assumption.ts";
import type { OpaqueCondition, Policy, PolicySet } from "../../src/ir/policy.ts";
import { DIRECTIONS } from "../../src/ir/policy.ts";
import type { Change, Effect } from "../../src/verify/changes.ts";
import { changesOf } from "../../src/verify/changes.ts";
import { evaluate } from "../../src/verify/evaluate.ts";
import { regionKey } from "../../src/verify/region-cover.ts";
import { cube, cubeText, intersectCubes } from "../../src/sets/cube.ts";
import { labelIn } from "../../src/sets/label-set.ts";
import { TCP } from "../../src/sets/traffic-set.ts";
import { isAbout } from "../support/change-flows.ts";
import { draws } from "../support/effort.ts";
import { flowText } from "../support/flow-text.ts";
import { allow, cidrs, pods, policy, policySet, ports, tier } from "../support/ir-builder.ts";
import type { LooseRule } from "../support/ir-builder.ts";
import { randomPolicySet } from "../support/random-policies.ts";
import { smallWorld } from "../support/small-world.ts";

const PORT_CONDITIONS: readonly (() => OpaqueCondition)[] = [
  () => ({ kind: "excluded-named-port", names: ["http"], code: "X", what: "notPorts http" }),
  () => ({
    kind: "source-port",
    ports: [{ first: 1, last: 1023 }],
    names: ["client"],
    negated: false,
    code: "X",
    what: "source.ports",
  }),
];

/** Random sets of which every flow has a verdict: no condition about which nothing is known. */
const randomSet: fc.Arbitrary<PolicySet> = fc
  .tuple(randomPolicySet, fc.array(fc.nat(20), { minLength: 12, maxLength: 12 }))
  .map(([{ tiers }, draws]) => {
    let at = 0;
    const decided = <Rules extends { readonly rules: readonly object[] }>(rules: Rules): Rules => ({
      ...rules,
      rules: rules.rules.map((rule) => {
        const further = PORT_CONDITIONS[draws[at++ % draws.length] ?? 0];
        return { ...rule, opaque: further === undefined ? [] : [further()] };
      }),
    });
    return {
      tiers: tiers.map((tier) => ({
        ...tier,
        policies: tier.policies.map(({ ingress, egress, ...policy }) => ({
          ...policy,
          ...(ingress === undefined ? {} : { ingress: decided(ingress) }),
          ...(egress === undefined ? {} : { egress: decided(egress) }),
        })),
      })),
    };
  });

/** A set, and the same without one rule or with one widened. */
const nearPair: fc.Arbitrary<readonly [PolicySet, PolicySet]> = fc
  .tuple(randomSet, fc.nat(8), fc.nat(3))
  .map(([set, which, how]) => {
    let at = 0;
    const changed = <Rules extends { readonly rules: readonly object[] }>(rules: Rules): Rules => ({
      ...rules,
      rules: rules.rules.flatMap((rule) => {
        if (at++ !== which) return [rule];
        if (how === 0) return [];
        const { peer } = rule as { readonly peer: readonly object[] };
        return how === 1 ? [{ ...rule, peer: peer.slice(1) }] : [{ ...rule, opaque: [] }];
      }),
    });
    const target = {
      tiers: set.tiers.map((tier) => ({
        ...tier,
        policies: tier.policies.map(({ ingress, egress, ...policy }) => ({
          ...policy,
          ...(ingress === undefined ? {} : { ingress: changed(ingress) }),
          ...(egress === undefined ? {} : { egress: changed(egress) }),
        })),
      })),
    };
    return [set, target];
  });

/** Rules of random sets for pods of which each policy asks for a label of its own, and the same with one rule less or another. */
const addingUp: fc.Arbitrary<readonly [PolicySet, PolicySet]> = fc
  .tuple(fc.array(randomSet, { minLength: 4, maxLength: 4 }), nearPair)
  .map(([more, pair]) => {
    const [source, target] = pair.map(({ tiers }): PolicySet => {
      const [first] = tiers;
      let at = 0;
      const all = [...tiers, ...more.flatMap((set) => set.tiers)];
      const policies = all.flatMap((tier) =>
        tier.policies.map((policy): Policy => {
          const own = cube([{ key: `pod:k${String(at++)}`, set: labelIn(["y"]) }]);
          const pods = policy.subject.pods.flatMap(
            (one) => (own && intersectCubes(one, own)) ?? [],
          );
          return { ...policy, subject: { ...policy.subject, pods } };
        }),
      );
      return first === undefined ? { tiers } : { tiers: [{ ...first, policies }] };
    });
    return source === undefined || target === undefined ? pair : [source, target];
  });

const namespace = (
  name: string,
  labels: Readonly<Record<string, string>> | undefined,
): [string, KnownNamespace] => [
  name,
  { name, labels: labels && { ...labels, "kubernetes.io/metadata.name": name }, covered: true },
];

interface Facts {
  readonly title: string;
  readonly labelsKnown: boolean;
  readonly podRange?: string;
  readonly targetPodRange?: string;
  readonly assume: readonly AssumptionCode[];
}

const FACTS: readonly Facts[] = [
  { title: "nothing assumed", labelsKnown: true, assume: [] },
  { title: "labels of a namespace unknown", labelsKnown: false, assume: [] },
  {
    title: "everything assumed",
    labelsKnown: true,
    podRange: "10.0.0.0/16",
    assume: ["pod-range", "pure-range", "namespaces", "families"],
  },
  {
    title: "pods that move",
    labelsKnown: true,
    podRange: "10.0.0.0/16",
    targetPodRange: "172.16.0.0/16",
    assume: ["pod-range", "only-tcp-udp-sctp"],
  },
];

function snapshotOf({ labelsKnown, podRange, targetPodRange }: Facts): Snapshot {
  const podRanges = podRange === undefined ? undefined : cidrs(podRange);
  return {
    namespaces: new Map([
      namespace("p", labelsKnown ? { env: "prod" } : undefined),
      namespace("q", { env: "dev" }),
    ]),
    pods: [],
    accounts: [],
    services: [],
    slices: [],
    nodes: [],
    podRanges,
    targetPodRanges: targetPodRange === undefined ? podRanges : cidrs(targetPodRange),
  };
}

function changes(source: PolicySet, target: PolicySet, facts: Facts, effect: Effect) {
  return changesOf({
    source,
    target,
    snapshot: snapshotOf(facts),
    assumptions: new Set(facts.assume),
    effect,
    directions: DIRECTIONS,
    mayDiffer: () => true,
  });
}

/** On every flow of the small world, some statement is about it if and only if it is judged otherwise. */
function covers(source: PolicySet, target: PolicySet, facts: Facts): void {
  const told = {
    added: changes(source, target, facts, "added"),
    removed: changes(source, target, facts, "removed"),
  };
  const never = (): boolean => false;
  const options = { snapshot: snapshotOf(facts), assumptions: new Set(facts.assume), limit: 600 };
  for (const pair of smallWorld([source, target], options).flows) {
    const before = evaluate(source, pair.source, never).verdict;
    const after = evaluate(target, pair.target, never).verdict;
    for (const effect of ["added", "removed"] as const) {
      const is = told[effect].changes.some((change) =>
        change.flows.some((flows) => isAbout(change, flows, pair)),
      );
      const should = before !== after && after === (effect === "added" ? "allow" : "deny");
      if (is !== should) expect(`${effect}: ${flowText(pair.source)}`).toBe(should ? "told" : "");
    }
  }
  for (const effect of ["added", "removed"] as const) {
    expect(told[effect].incomplete).toEqual([]);
    for (const change of told[effect].changes) checkShown(change, source, target);
  }
}

/** Each statement has a flow that is one of its own and is judged so by both sets. */
function checkShown(change: Change, source: PolicySet, target: PolicySet): void {
  for (const flows of change.flows) {
    expect(flows.shown.length).toBeGreaterThan(0);
    for (const { flow, flowAfter } of flows.shown) {
      const pair = { source: flow, target: flowAfter };
      expect(isAbout(change, flows, pair), flowText(flow)).toBe(true);
      const verdicts = [
        evaluate(source, flow, () => false).verdict,
        evaluate(target, flowAfter, () => false).verdict,
      ];
      expect(verdicts).toEqual(change.effect === "added" ? ["deny", "allow"] : ["allow", "deny"]);
    }
  }
}

const textOf = ({ direction, scope, pods, flows }: Change): string =>
  [
    direction,
    scope.name ?? "elsewhere",
    ...pods.map(cubeText),
    ...flows.map(({ ends, except }) => [ends, ...except].flat().map(regionKey).join("|")),
  ].join("\n");

describe.each(FACTS)("the changes between random sets, $title", (facts) => {
  it("are the flows that differ, no more and no less", () => {
    fc.assert(
      fc.property(randomSet, randomSet, (source, target) => {
        covers(source, target, facts);
      }),
      { numRuns: draws(25), seed: 5 },
    );
  }, 180_000);

  it("are the flows that differ, no more and no less, where one rule is another", () => {
    fc.assert(
      fc.property(nearPair, ([source, target]) => {
        covers(source, target, facts);
      }),
      { numRuns: draws(50), seed: 7 },
    );
  }, 180_000);
});

describe("changes", () => {
  const plain: Facts = { title: "", labelsKnown: false, assume: [] };

  it("are the flows that differ, no more and no less, where the pods of policies cross each other", () => {
    let exceptions = 0;
    fc.assert(
      fc.property(addingUp, fc.constantFrom(...FACTS), ([source, target], facts) => {
        covers(source, target, facts);
        const told = (["added", "removed"] as const).flatMap(
          (effect) => changes(source, target, facts, effect).changes,
        );
        const except = told.flatMap(({ flows }) => flows.flatMap((one) => one.except.flat()));
        exceptions += except.filter(({ subject }) => subject.constraints.length > 0).length;
      }),
      { numRuns: draws(16), seed: 17 },
    );
    expect(exceptions).toBeGreaterThan(0);
  }, 180_000);

  it("show one flow for each pair of what decides before and after", () => {
    const rule = (port: number, ...keys: readonly string[]): LooseRule =>
      allow({ peer: keys.flatMap((a) => pods({ a })), traffic: ports(TCP, port) });
    const web = policy("p/web", { ingress: [rule(80, "x", "y"), rule(81, "x", "y")] });
    const set = policySet(tier("default", [web]));
    const none = policySet(tier("default", [policy("p/web", { ingress: [] })]));
    const told = changes(set, none, plain, "removed").changes;
    const deciders = told.flatMap(({ flows }) =>
      flows.flatMap(({ shown }) =>
        shown.map(({ source: { by } }) =>
          by.kind === "rule" ? by.rule.origin.place.path : by.kind,
        ),
      ),
    );
    expect(told.flatMap(({ flows }) => flows)).toHaveLength(1);
    expect(deciders).toEqual([...new Set(deciders)]);
    expect(deciders).toHaveLength(2);
  });

  it("of a set and itself are none", () => {
    fc.assert(
      fc.property(randomSet, (set) => {
        for (const effect of ["added", "removed"] as const) {
          expect(changes(set, structuredClone(set), plain, effect).changes).toEqual([]);
        }
      }),
      { numRuns: draws(60), seed: 11 },
    );
  }, 60_000);

  it("one way are the mirror of those the other way", () => {
    fc.assert(
      fc.property(randomSet, randomSet, (one, other) => {
        const there = changes(one, other, plain, "added").changes.map(textOf);
        const back = changes(other, one, plain, "removed").changes.map(textOf);
        expect(back).toEqual(there);
      }),
      { numRuns: draws(60), seed: 13 },
    );
  }, 60_000);
});
