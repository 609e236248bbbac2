import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/inventory/snapshot.ts";
import type { AssumptionCode } from "../../src/ir/assumption.ts";
import type {
  DirectionRules,
  OpaqueCondition,
  Policy,
  PolicySet,
  Rule,
} from "../../src/ir/policy.ts";
import { DIRECTIONS } from "../../src/ir/policy.ts";
import { complementLabelSet, labelText } from "../../src/sets/label-set.ts";
import { proofContext } from "../../src/verify/universe.ts";
import { compareSets, differencesText } from "../support/compare-sets.ts";
import { draws, flowLimit } from "../support/effort.ts";
import { cidrs, pods } from "../support/ir-builder.ts";
import { answerText, checkedProof } from "../support/prove-sets.ts";
import { randomPolicySet } from "../support/random-policies.ts";

/** Each condition is asked anew: two rules that say the same of what nobody knows need not agree. */
const CONDITIONS: readonly (() => OpaqueCondition)[] = [
  () => ({ kind: "unknown", code: "X", what: "http" }),
  () => ({ kind: "excluded-named-port", names: ["http"], code: "X", what: "notPorts http" }),
  () => sourcePort(false),
  () => sourcePort(true),
];

/** Labels that are asked for a part of their text, `x` and `y` among those that have it. */
const TEXTS = [
  labelText("startsWith", "x"),
  labelText("contains", "y"),
  ...complementLabelSet(labelText("endsWith", "x")),
];

const sourcePort = (negated: boolean): OpaqueCondition => ({
  kind: "source-port",
  ports: [{ first: 1, last: 1023 }],
  names: ["client"],
  negated,
  code: "X",
  what: "source.ports",
});

/** The set with each rule changed, or left out where the change gives none. */
function mapRules(set: PolicySet, change: (rule: Rule) => readonly Rule[]): PolicySet {
  const changed = (applied: DirectionRules): DirectionRules => ({
    ...applied,
    rules: applied.rules.flatMap(change),
  });
  return mapPolicies(set, (policy) => {
    const { ingress, egress, ...rest } = policy;
    return {
      ...rest,
      ...(ingress === undefined ? {} : { ingress: changed(ingress) }),
      ...(egress === undefined ? {} : { egress: changed(egress) }),
    };
  });
}

function mapPolicies(set: PolicySet, change: (policy: Policy) => Policy): PolicySet {
  return {
    tiers: set.tiers.map((tier) => ({ ...tier, policies: tier.policies.map(change) })),
  };
}

/** Random sets in which no two rules share a condition, and some have one on ports that sets cannot say. */
const randomSet: fc.Arbitrary<PolicySet> = fc
  .tuple(randomPolicySet, fc.array(fc.nat(40), { minLength: 24, maxLength: 24 }))
  .map(([set, draws]) => {
    let at = 0;
    return mapRules(set, (rule) => {
      const draw = draws[at++ % draws.length] ?? 0;
      const further = CONDITIONS[draw];
      const opaque = rule.opaque.map((condition) => ({ ...condition }));
      const text = TEXTS[draw - CONDITIONS.length];
      const peer = text === undefined ? rule.peer : [pods({ a: text })];
      return [{ ...rule, peer, opaque: further === undefined ? opaque : [...opaque, further()] }];
    });
  });

/** A set and the same with one small thing changed, so that both answers are common. */
const nearPair: fc.Arbitrary<readonly [PolicySet, PolicySet]> = fc
  .tuple(randomSet, fc.nat(30), fc.nat(6))
  .map(([set, which, how]) => {
    let at = 0;
    // Read twice, a set has conditions of its own each time.
    const target = mapRules(structuredClone(set), (rule) => {
      if (at++ !== which % 6) return [rule];
      switch (how) {
        case 0:
          return [];
        case 1:
          return [rule, { ...rule }];
        case 2:
          return rule.peer.map((box) => ({ ...rule, peer: [box] }));
        case 3:
          return [{ ...rule, peer: rule.peer.slice(1) }];
        case 4:
          return [{ ...rule, action: rule.action === "pass" ? "deny" : "pass" }];
        default:
          return [{ ...rule, traffic: { ...rule.traffic, named: [] } }];
      }
    });
    return [set, target];
  });

const namespace = (
  name: string,
  labels: Readonly<Record<string, string>> | undefined,
): [string, Snapshot["namespaces"] extends ReadonlyMap<string, infer Known> ? Known : never] => [
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

/** Where the world is enumerated whole the answers must agree; where it is sampled, no flow may contradict the proof. */
function agrees(source: PolicySet, target: PolicySet, facts: Facts): void {
  const snapshot = snapshotOf(facts);
  const assumptions = new Set(facts.assume);
  const proof = checkedProof(source, target, proofContext(snapshot, assumptions));
  const found = compareSets(source, target, { snapshot, assumptions, limit: flowLimit(1500) });
  for (const effect of ["wider", "narrower"] as const) {
    const answer = proof[effect];
    if (answer.kind === "none") expect(differencesText(found[effect]), effect).toBe("");
    else expect(answer.kind).toBe("witness");
    if (found.complete && found[effect].length === 0) expect(answerText(answer)).toBe("none");
  }
  if (found.complete) expect(proof.onlyOther, "only other").toBe(found.onlyOther);
  for (const { source: before, target: after } of found.narrower) {
    // Whoever decides a flow that is lost is not said to lose nothing.
    if (before.by.kind !== "rule") continue;
    expect(proof.ofRule(before.by.rule).narrower.kind, "a rule that loses").toBe("witness");
    expect(after.verdict).toBe("deny");
  }
}

describe.each(FACTS)("a proof on random sets, $title", (facts) => {
  it("agrees with every flow of the small world on two sets that have nothing to do with each other", () => {
    fc.assert(
      fc.property(randomSet, randomSet, (source, target) => {
        agrees(source, target, facts);
      }),
      { numRuns: draws(40), seed: 17 },
    );
  }, 120_000);

  it("agrees with every flow of the small world on two sets that differ in one thing", () => {
    fc.assert(
      fc.property(nearPair, ([source, target]) => {
        agrees(source, target, facts);
      }),
      { numRuns: draws(80), seed: 19 },
    );
  }, 120_000);
});

describe("a proof that may take next to no steps", () => {
  it("says that it does not know, and never that nothing differs where something does", () => {
    const given = { unknown: 0, none: 0 };
    const pair = fc.oneof(nearPair, fc.tuple(randomSet, randomSet));
    fc.assert(
      fc.property(pair, fc.nat(60), fc.constantFrom(...FACTS), ([source, target], bound, facts) => {
        const snapshot = snapshotOf(facts);
        const assumptions = new Set(facts.assume);
        const proof = checkedProof(source, target, {
          ...proofContext(snapshot, assumptions),
          bound,
        });
        const found = compareSets(source, target, { snapshot, assumptions, limit: flowLimit(600) });
        for (const effect of ["wider", "narrower"] as const) {
          const { kind } = proof[effect];
          if (kind === "none") expect(differencesText(found[effect]), effect).toBe("");
          if (kind === "unknown") given.unknown += 1;
          if (kind === "none") given.none += 1;
          if (found.complete && found[effect].length === 0) expect(kind).not.toBe("witness");
        }
        for (const { source: before } of found.narrower) {
          if (before.by.kind !== "rule") continue;
          expect(proof.ofRule(before.by.rule).narrower.kind, "a rule that loses").not.toBe("none");
        }
        for (const { target: after } of found.wider) {
          if (after.by.kind !== "rule") continue;
          expect(proof.ofRule(after.by.rule).wider.kind, "a rule that gains").not.toBe("none");
        }
      }),
      { numRuns: draws(300), seed: 29 },
    );
    expect(given.unknown).toBeGreaterThan(20);
    expect(given.none).toBeGreaterThan(20);
  }, 120_000);
});

describe("a proof of a set against itself", () => {
  it("finds no difference where nothing is left open", () => {
    const closedConditions = (set: PolicySet): boolean =>
      set.tiers.every(({ policies }) =>
        policies.every((policy) =>
          DIRECTIONS.every((direction) =>
            (policy[direction]?.rules ?? []).every(({ opaque }) =>
              opaque.every(({ kind }) => kind !== "unknown"),
            ),
          ),
        ),
      );
    fc.assert(
      fc.property(randomSet.filter(closedConditions), (set) => {
        const snapshot = snapshotOf({ title: "", labelsKnown: false, assume: [] });
        const proof = checkedProof(set, structuredClone(set), proofContext(snapshot, new Set()));
        expect(answerText(proof.wider)).toBe("none");
        expect(answerText(proof.narrower)).toBe("none");
      }),
      { numRuns: 200, seed: 23 },
    );
  });
});
