import { invariant } from "./base/invariant.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import type { EmittedObject } from "./emitters/networkpolicy.ts";
import type { Snapshot } from "./inventory/snapshot.ts";
import type { PolicyOrigin } from "./ir/origin.ts";
import type { PolicyResult, Witness } from "./ir/outcome.ts";
import type { Policy, PolicySet } from "./ir/policy.ts";
import { readManifests } from "./manifest/read.ts";
import { readNetworkPolicy } from "./sources/kubernetes/network-policy.ts";
import type { Confirmation } from "./verify/confirm.ts";
import { confirmClaims } from "./verify/confirm.ts";
import { differenceWitness } from "./report/difference.ts";
import type { Answers, Difference, Proof } from "./verify/proof.ts";
import { prove } from "./verify/prove.ts";
import { proofContext } from "./verify/universe.ts";

/**
 * Reads back the YAML that is about to be written, and has its claims confirmed or refuted by the prover.
 *
 * @param enforcer with "generic" an ipBlock may or may not match pods: nothing may be wider if it does, and nothing that is
 *   called exact may be narrower if it does not
 */
export function confirmOutput(
  source: PolicySet,
  objects: readonly EmittedObject[],
  results: readonly PolicyResult[],
  snapshot: Snapshot,
  enforcer: "vpc-cni" | "generic",
): Confirmation {
  const whole = readBack(objects, "yes");
  // What is owned up to as wider must not hide what is not: for the question of what is wider its rules do not count.
  const owned = widenedObjects(objects, results);
  const bold = owned.size === 0 ? whole : withoutRulesOf(whole, owned);
  const spare = enforcer === "generic" ? readBack(objects, "no") : whole;
  const writtenBy = policiesByName(bold);
  const names = namesBySource(objects);
  return confirmClaims(source, results, {
    proveUnder: (assumptions, asks) => {
      const context = proofContext(snapshot, assumptions);
      const wider = prove(source, bold, context, asks);
      return spare === bold ? wider : together(wider, prove(source, spare, context, asks));
    },
    writtenFor: ({ policy }) =>
      (names.get(policy) ?? []).flatMap((name) => writtenBy.get(name) ?? []),
  });
}

const nameOf = ({ origin }: Policy): string => `${origin.namespace ?? ""}/${origin.name}`;

function policiesByName(set: PolicySet): ReadonlyMap<string, Policy> {
  const named = new Map<string, Policy>();
  for (const { policies } of set.tiers) {
    for (const policy of policies) named.set(nameOf(policy), policy);
  }
  return named;
}

function namesBySource(objects: readonly EmittedObject[]): ReadonlyMap<PolicyOrigin, string[]> {
  const names = new Map<PolicyOrigin, string[]>();
  for (const { namespace, name, object } of objects) {
    const list = names.get(object.source);
    if (list === undefined) names.set(object.source, [`${namespace}/${name}`]);
    else list.push(`${namespace}/${name}`);
  }
  return names;
}

/** The emitted objects as the API server would have them, each read from its own file. */
export function readBack(
  objects: readonly EmittedObject[],
  ipBlockMatchesPods: "yes" | "no",
): PolicySet {
  const problems: Diagnostic[] = [];
  const report = (finding: Diagnostic): void => {
    if (finding.severity === "error") problems.push(finding);
  };
  const policies: Policy[] = [];
  const options = { defaultNamespace: "default", ipBlockMatchesPods };
  for (const { file, text } of objects) {
    for (const object of readManifests({ name: file, text }, report)) {
      const read = readNetworkPolicy(object, options, report);
      if (read !== undefined) policies.push(read.policy);
    }
  }
  const [problem] = problems;
  invariant(
    problem === undefined,
    `an emitted object cannot be read back: ${problem?.message ?? ""}`,
  );
  return { tiers: [{ name: "kubernetes", order: 0, defaultAction: "deny", policies }] };
}

/** Names of the objects that come from a policy whose outcome is "widened". */
function widenedObjects(
  objects: readonly EmittedObject[],
  results: readonly PolicyResult[],
): ReadonlySet<string> {
  const widened = new Set(
    results.filter(({ outcome }) => outcome === "widened").map(({ policy }) => policy),
  );
  const names = new Set<string>();
  if (widened.size === 0) return names;
  for (const { namespace, name, object } of objects) {
    if (widened.has(object.source)) names.add(`${namespace}/${name}`);
  }
  return names;
}

/** The set with nothing but isolation left of the objects named. */
function withoutRulesOf(set: PolicySet, names: ReadonlySet<string>): PolicySet {
  return {
    tiers: set.tiers.map((tier) => ({
      ...tier,
      policies: tier.policies.map((policy) => {
        if (!names.has(nameOf(policy))) return policy;
        const { ingress, egress, ...rest } = policy;
        return {
          ...rest,
          ...(ingress === undefined ? {} : { ingress: { ...ingress, rules: [] } }),
          ...(egress === undefined ? {} : { egress: { ...egress, rules: [] } }),
        };
      }),
    })),
  };
}

/** What is wider in the one proof, and what is narrower in the other. */
function together(wider: Proof, narrower: Proof): Proof {
  const both = (answersOf: (proof: Proof) => Answers): Answers => {
    const { onlyOther, narrower: lost } = answersOf(narrower);
    return { wider: answersOf(wider).wider, narrower: lost, onlyOther };
  };
  return {
    ...both((proof) => proof),
    ofRule: (rule) => both((proof) => proof.ofRule(rule)),
    ofIsolation: (policy, direction) => both((proof) => proof.ofIsolation(policy, direction)),
    ofPolicy: (policy) => both((proof) => proof.ofPolicy(policy)),
    ofOpenness: (policy) => both((proof) => proof.ofOpenness(policy)),
    witnesses: [...wider.witnesses, ...narrower.witnesses],
    counts: wider.counts,
  };
}

/** The results with the proof's word on each, and with flows that were replayed in place of those that were claimed. */
export function confirmedResults(
  results: readonly PolicyResult[],
  { policies, ofRule }: Confirmation,
  { namespaces }: Snapshot,
): readonly PolicyResult[] {
  const shown = (difference: Difference): Witness => shownWitness(difference, namespaces);
  return results.map((result) => {
    const confirmed = policies.get(result.policy);
    if (confirmed === undefined) return result;
    const { status } = confirmed;
    if (result.outcome === "exact" && status === "proved") {
      return { ...result, verification: status };
    }
    const witnesses = confirmed.witnesses.map(shown);
    return {
      ...result,
      verification: status,
      witnesses: witnesses.length > 0 ? witnesses : result.witnesses,
      rules: result.rules.map((rule) => {
        const witness = ofRule.get(rule.rule);
        if (witness === undefined) return rule;
        const witnessOf = [...witness.holding].map(({ code }) => code);
        return { ...rule, witness: shown(witness), witnessOf };
      }),
    };
  });
}

function shownWitness(difference: Difference, known: Snapshot["namespaces"]): Witness {
  const { direction, from, to, protocol, port, source, target } = differenceWitness(
    difference,
    known,
  );
  return { direction, from, to, protocol, ...(port === undefined ? {} : { port }), source, target };
}
