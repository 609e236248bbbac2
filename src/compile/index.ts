import type { Diagnostic, Report } from "../diagnostics/diagnostic.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import type { PolicyResult } from "../ir/outcome.ts";
import type { Policy, PolicySet } from "../ir/policy.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import { assemble } from "./assemble.ts";
import { diagnosePolicy } from "./diagnose.ts";
import { compileDiagnostics } from "./diagnostics.ts";
import type { Facts } from "./facts.ts";
import { PolicyIndex, coveredNamespaces } from "./local.ts";
import type { LoweringOptions } from "./lower-direction.ts";
import { lowerDirection } from "./lower-direction.ts";
import { BOX_LIMIT } from "./reach.ts";
import type { PolicyInNamespace } from "./results.ts";
import { policyResult } from "./results.ts";

export type { Facts } from "./facts.ts";
export { factsOf } from "./facts.ts";
export type { Inexact, LoweringOptions } from "./lower-direction.ts";
export type { UnsayableSubjects } from "./isolation.ts";
export { compileDiagnostics } from "./diagnostics.ts";
export { policyName } from "./results.ts";

export interface Lowering {
  /** One for each policy of the set, in evaluation order. */
  readonly results: readonly PolicyResult[];
  /** Findings because of which nothing must be written. */
  readonly stops: readonly Diagnostic[];
  /** The namespaces looked at, sorted. */
  readonly namespaces: readonly string[];
}

/**
 * Lowers a policy set to allow-only policies, namespace by namespace: docs/ARCHITECTURE.md, "Lowering".
 *
 * @param set all policies in force, of every engine, in evaluation order
 * @param snapshot for the covered namespaces and their labels
 * @returns what became of each policy and rule, with the objects in it; their names come later
 */
export function lower(
  set: PolicySet,
  snapshot: Snapshot,
  options: LoweringOptions,
  facts: Facts,
  report: Report,
): Lowering {
  const index = new PolicyIndex(set);
  const namespaces = coveredNamespaces(set, snapshot);
  const placed = new Map<Policy, PolicyInNamespace[]>();
  for (const namespace of namespaces) {
    const local = index.localise(namespace, snapshot.namespaces.get(namespace)?.labels);
    const effort = { givenUp: 0 };
    const lowered = {
      ingress: lowerDirection(local.ingress, options, facts, effort),
      egress: lowerDirection(local.egress, options, facts, effort),
    };
    if (effort.givenUp > 0) {
      report(compileDiagnostics.create("CMP-X001", { namespace, limit: BOX_LIMIT }));
    }
    const policies = new Set(DIRECTIONS.flatMap((direction) => [...lowered[direction].policies.keys()]));
    for (const policy of policies) {
      const own = {
        ingress: lowered.ingress.policies.get(policy),
        egress: lowered.egress.policies.get(policy),
      };
      const assembled =
        policy.origin.engine === "kubernetes"
          ? { objects: [], placements: new Map() }
          : assemble(policy, namespace, own);
      const entry = { namespace, lowered: own, assembled };
      const list = placed.get(policy);
      if (list === undefined) placed.set(policy, [entry]);
      else list.push(entry);
    }
  }

  const results: PolicyResult[] = [];
  const stops: Diagnostic[] = [];
  for (const { policies } of set.tiers) {
    for (const policy of policies) {
      const inNamespaces = placed.get(policy) ?? [];
      const result = policyResult(policy, inNamespaces, facts);
      results.push(result);
      stops.push(
        ...diagnosePolicy(
          policy,
          result,
          inNamespaces,
          namespaces,
          facts,
          options.unsayableSubjects,
          report,
        ),
      );
    }
  }
  return { results, stops, namespaces };
}
