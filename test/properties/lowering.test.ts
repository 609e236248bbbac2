import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { factsOf, lower } from "../../src/compile/index.ts";
import type { KnownNamespace, Snapshot } from "../../src/inventory/snapshot.ts";
import { ASSUMPTIONS } from "../../src/ir/assumption.ts";
import type { AssumptionCode } from "../../src/ir/assumption.ts";
import { worstOutcome } from "../../src/ir/outcome.ts";
import type { RuleResult } from "../../src/ir/outcome.ts";
import type { RuleOrigin } from "../../src/ir/origin.ts";
import type { PolicySet } from "../../src/ir/policy.ts";
import { allowPolicySet } from "../support/allow-to-ir.ts";
import { checkClaims } from "../support/claims.ts";
import type { Comparison } from "../support/compare-sets.ts";
import { draws, flowLimit } from "../support/effort.ts";
import { cidrs } from "../support/ir-builder.ts";
import { randomPolicySet } from "../support/random-policies.ts";

const namespace = (
  name: string,
  labels: Readonly<Record<string, string>>,
): [string, KnownNamespace] => [
  name,
  { name, labels: { ...labels, "kubernetes.io/metadata.name": name }, covered: true },
];

function snapshotWith(podRange: string | undefined): Snapshot {
  const ranges = podRange === undefined ? undefined : cidrs(podRange);
  return {
    namespaces: new Map([namespace("p", { env: "prod" }), namespace("q", { env: "dev" })]),
    pods: [],
    accounts: [],
    services: [],
    slices: [],
    nodes: [],
    podRanges: ranges,
    targetPodRanges: ranges,
  };
}

function lowerAndCheck(set: PolicySet, podRange: string | undefined): Comparison {
  const snapshot = snapshotWith(podRange);
  const facts = factsOf(snapshot, {
    blocksMatchPods: "yes",
    exceptionsDeny: true,
    assumed: new Set(),
    targetGiven: false,
  });
  const { results } = lower(
    set,
    snapshot,
    { actions: "skip", keepKubernetes: false, inexact: "narrow", unsayableSubjects: "stop" },
    facts,
    () => undefined,
  );
  expect(
    results.filter(({ outcome }) => outcome === "widened"),
    "widened unasked",
  ).toEqual([]);
  const rules = new Map<RuleOrigin, RuleResult>();
  const assumptions = new Set<AssumptionCode>();
  for (const result of results) {
    for (const rule of result.rules) {
      expect(rules.has(rule.rule), "one disposition a rule").toBe(false);
      rules.set(rule.rule, rule);
    }
    for (const code of result.assumptions) if (!ASSUMPTIONS[code].standing) assumptions.add(code);
  }
  for (const { policies } of set.tiers) {
    for (const policy of policies) {
      for (const { origin } of [
        ...(policy.ingress?.rules ?? []),
        ...(policy.egress?.rules ?? []),
      ]) {
        expect(rules.has(origin), "each rule has a disposition").toBe(true);
      }
    }
  }
  return checkClaims(
    set,
    allowPolicySet(results.flatMap((result) => result.objects)),
    snapshot,
    {
      outcome: worstOutcome(results.map((result) => result.outcome)),
      assumptions,
      outcomeOf: (rule) => rules.get(rule.origin),
    },
    flowLimit(2000),
  );
}

describe("lowering of random sets", () => {
  it.each([undefined, "10.0.0.0/16", "172.16.0.0/12"])(
    "lets in nothing that the source denies, and loses nothing where it says so (pods in %s)",
    (podRange) => {
      fc.assert(
        fc.property(randomPolicySet, (set) => {
          lowerAndCheck(set, podRange);
        }),
        { numRuns: draws(100), seed: 7 },
      );
    },
    120_000,
  );
});
