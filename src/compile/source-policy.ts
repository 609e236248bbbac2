import type { PolicyOrigin } from "../ir/origin.ts";
import type { Policy, PolicySet } from "../ir/policy.ts";
import { namespacesNamed } from "./local.ts";

/**
 * A policy as its author wrote it. An engine that takes several things from one document (Cilium: rules with subjects of
 * their own, and the Denies of each, which are asked before everybody's Allows) has it in the model as several policies
 * of one origin; objects, results and findings are those of the document.
 */
export interface SourcePolicy {
  readonly origin: PolicyOrigin;
  /** In evaluation order; one for nearly all. */
  readonly parts: readonly Policy[];
}

/** The source policy of each policy of the model, in evaluation order of their first parts. */
export function sourcePolicies(set: PolicySet): ReadonlyMap<Policy, SourcePolicy> {
  const byOrigin = new Map<PolicyOrigin, { origin: PolicyOrigin; parts: Policy[] }>();
  const sources = new Map<Policy, SourcePolicy>();
  for (const { policies } of set.tiers) {
    for (const policy of policies) {
      let source = byOrigin.get(policy.origin);
      if (source === undefined) {
        source = { origin: policy.origin, parts: [] };
        byOrigin.set(policy.origin, source);
      }
      source.parts.push(policy);
      sources.set(policy, source);
    }
  }
  return sources;
}

/** The namespaces that its selectors name one by one; undefined when it may select any. */
export function namespacesOf({ parts }: SourcePolicy): readonly string[] | undefined {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return namespacesNamed(only);
  const names = new Set<string>();
  for (const part of parts) {
    const own = namespacesNamed(part);
    if (own === undefined) return undefined;
    for (const name of own) names.add(name);
  }
  return [...names];
}
