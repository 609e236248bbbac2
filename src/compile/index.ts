import { append } from "../base/append.ts";
import type { Diagnostic, Report } from "../diagnostics/diagnostic.ts";
import { accountLabels } from "../inventory/account-labels.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import type { AllowPolicy } from "../ir/allow-policy.ts";
import type { PolicyOrigin } from "../ir/origin.ts";
import type { Outcome, PolicyResult, RuleResult } from "../ir/outcome.ts";
import type { Direction, Policy, PolicySet } from "../ir/policy.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import type { Assembled } from "./assemble.ts";
import { assemble } from "./assemble.ts";
import { diagnosePolicy } from "./diagnose.ts";
import { compileDiagnostics } from "./diagnostics.ts";
import { RunWork } from "./effort.ts";
import { ObjectRoom } from "./object-room.ts";
import type { Facts } from "./facts.ts";
import type { LocalSet } from "./local.ts";
import { PolicyIndex, coveredNamespaces } from "./local.ts";
import type { LoweringOptions } from "./draft-rule.ts";
import type { LoweredPolicy } from "./lower-direction.ts";
import { lowerDirection } from "./lower-direction.ts";
import { ofNobody, replacedPolicies } from "./replaced.ts";
import type { PolicyInNamespace } from "./results.ts";
import { judgePolicy, restsOnNamespaces } from "./results.ts";
import type { SourcePolicy } from "./source-policy.ts";
import { namespacesOf, sourcePolicies } from "./source-policy.ts";

export type { Facts } from "./facts.ts";
export { factsOf } from "./facts.ts";
export type { Actions, Inexact, LoweringOptions } from "./draft-rule.ts";
export type { UnsayableSubjects } from "./isolation.ts";
export { compileDiagnostics } from "./diagnostics.ts";
export { policyName } from "./results.ts";

/** An object with what became of its policy in the object's own namespace. */
export interface LoweredIn {
  readonly object: AllowPolicy;
  readonly outcome: Outcome;
  readonly rules: readonly RuleResult[];
}

export interface Lowering {
  /** One for each source policy of the set, in evaluation order. */
  readonly results: readonly PolicyResult[];
  /** The objects of all results. What they say of themselves hangs on nothing in other namespaces. */
  readonly objects: readonly LoweredIn[];
  /** Findings because of which nothing must be written. */
  readonly stops: readonly Diagnostic[];
  /** Kubernetes policies of the input in whose place others are written. */
  readonly replaced: ReadonlySet<PolicyOrigin>;
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
  given: Facts,
  report: Report,
): Lowering {
  const index = new PolicyIndex(set);
  const namespaces = coveredNamespaces(set, snapshot);
  const sources = sourcePolicies(set);
  const done = new Map<SourcePolicy, PolicyResult>();
  const facts = {
    ...given,
    accounts: accountLabels([set], snapshot),
    // A namespace that only a selector names is one whose labels nobody gave.
    ...(namespaces.every((name) => snapshot.namespaces.has(name)) ? {} : { namespaces: undefined }),
  };
  const stops: Diagnostic[] = [];
  const objects: LoweredIn[] = [];
  const replaced = new Set<PolicyOrigin>();
  const finish = (source: SourcePolicy, inNamespaces: readonly PolicyInNamespace[]): void => {
    const judged = judgePolicy(source, inNamespaces, facts);
    const known = namespaces.length > 0 || !source.parts.some(restsOnNamespaces);
    const result = known ? judged.result : unknownResult(source, judged.result);
    done.set(source, result);
    for (const entry of inNamespaces) {
      if (source.origin.engine === "kubernetes" && !entry.kept) replaced.add(source.origin);
      const { outcome, rules } =
        inNamespaces.length === 1 ? result : judgePolicy(source, [entry], facts).result;
      for (const object of entry.assembled.objects) objects.push({ object, outcome, rules });
    }
    append(
      stops,
      diagnosePolicy(
        source,
        { ...judged, result },
        inNamespaces,
        namespaces,
        facts,
        options,
        report,
      ),
    );
  };

  const run = new RunWork(sources.size);
  const pending = new Map<SourcePolicy, PolicyInNamespace[]>();
  for (const namespace of namespaces) {
    for (const [source, entry] of lowerNamespace(
      namespace,
      index,
      sources,
      snapshot,
      options,
      facts,
      run,
      report,
    )) {
      // Most policies lie in one namespace: what lowering made of them need not be held until all are done.
      if (namespacesOf(source)?.length === 1) finish(source, [entry]);
      else {
        const list = pending.get(source);
        if (list === undefined) pending.set(source, [entry]);
        else list.push(entry);
      }
    }
  }

  const results: PolicyResult[] = [];
  for (const source of new Set(sources.values())) {
    if (!done.has(source)) finish(source, pending.get(source) ?? []);
    const result = done.get(source);
    if (result !== undefined) results.push(result);
  }
  return { results, objects, stops, replaced, namespaces };
}

/** A cluster-wide policy while no namespace is known: what it does is not known either. */
function unknownResult({ parts }: SourcePolicy, result: PolicyResult): PolicyResult {
  const applies = parts.some(({ ingress, egress }) => ingress ?? egress);
  if (!applies) return result;
  return {
    ...result,
    disposition: "skipped",
    outcome: "unknown",
    rules: result.rules.map((rule) => ({ ...rule, disposition: "skipped", outcome: "unknown" })),
  };
}

/** All source policies that select a pod of the namespace. */
function* lowerNamespace(
  namespace: string,
  index: PolicyIndex,
  sources: ReadonlyMap<Policy, SourcePolicy>,
  snapshot: Snapshot,
  options: LoweringOptions,
  facts: Facts,
  run: RunWork,
  report: Report,
): Generator<readonly [SourcePolicy, PolicyInNamespace]> {
  const local = index.localise(namespace, snapshot.namespaces.get(namespace)?.labels);
  const work = run.forNamespace();
  const replaced = replacedPolicies(local, options, facts, work);
  const room = new ObjectRoom(policiesIn(local));
  const ingress = lowerDirection(local.ingress, options, facts, work, replaced, room).policies;
  const egress = lowerDirection(local.egress, options, facts, work, replaced, room).policies;
  if (work.givenUp > 0) {
    report(
      compileDiagnostics.create("CMP-X001", {
        namespace,
        answer:
          options.inexact === "narrow"
            ? "what could not be found out any more is left out"
            : "what could not be found out any more is let in, as `--inexact widen` asks",
      }),
    );
  }
  const selecting = new Set<SourcePolicy>();
  for (const policy of [...ingress.keys(), ...egress.keys()]) {
    const source = sources.get(policy);
    if (source !== undefined) selecting.add(source);
  }
  for (const source of selecting) {
    const loweredIn = (of: ReadonlyMap<Policy, LoweredPolicy>): readonly LoweredPolicy[] =>
      source.parts.flatMap((part) => of.get(part) ?? []);
    const lowered = { ingress: loweredIn(ingress), egress: loweredIn(egress) };
    const kept =
      source.origin.engine === "kubernetes" && !source.parts.some((part) => replaced.has(part));
    yield [
      source,
      {
        namespace,
        lowered,
        kept,
        assembled: kept ? NOT_ASSEMBLED : assembledFor(source, namespace, lowered),
      },
    ];
  }
}

/** How many policies select pods of a namespace. */
function policiesIn(local: Readonly<Record<Direction, LocalSet>>): number {
  const policies = new Set<Policy>();
  for (const direction of DIRECTIONS) {
    for (const tier of local[direction].tiers)
      for (const { policy } of tier.policies) policies.add(policy);
  }
  return policies.size;
}

/** What replaces a Kubernetes policy that selects nobody keeps its name from the policy that it replaces. */
function assembledFor(
  { origin, parts: [policy] }: SourcePolicy,
  namespace: string,
  lowered: PolicyInNamespace["lowered"],
): Assembled {
  const assembled = assemble(origin, namespace, lowered);
  const isReplacement = origin.engine === "kubernetes" && policy !== undefined;
  return isReplacement && assembled.objects.length === 0
    ? { ...assembled, objects: [ofNobody(policy)] }
    : assembled;
}

/** A kept policy is written as it is. */
const NOT_ASSEMBLED: Assembled = { objects: [], parts: 1, placements: new Map() };
