import { compareText } from "./base/compare.ts";
import { invariant } from "./base/invariant.ts";
import type { Inexact, UnsayableSubjects } from "./compile/index.ts";
import { factsOf, lower } from "./compile/index.ts";
import type { Diagnostic, Report } from "./diagnostics/diagnostic.ts";
import type { SourceFile } from "./diagnostics/source-range.ts";
import type { EmittedObject, LoweredObject } from "./emitters/networkpolicy.ts";
import { emitNetworkPolicies } from "./emitters/networkpolicy.ts";
import { SnapshotBuilder } from "./inventory/build.ts";
import type { InventoryOptions } from "./inventory/options.ts";
import type { Snapshot } from "./inventory/snapshot.ts";
import type { AssumptionCode } from "./ir/assumption.ts";
import type { KeptObject } from "./ir/kept-object.ts";
import type { Outcome, PolicyResult, RuleResult } from "./ir/outcome.ts";
import { OUTCOMES, worstOutcome } from "./ir/outcome.ts";
import type { PolicySet } from "./ir/policy.ts";
import { readManifests } from "./manifest/read.ts";
import type { ReportInput, RunReport } from "./report/report.ts";
import { buildReport } from "./report/build.ts";
import { interpretCalico } from "./sources/calico/interpret.ts";
import type { CalicoPolicy, CalicoTier } from "./sources/calico/model.ts";
import type { SourcePolicies } from "./sources/index.ts";
import { SourceReader } from "./sources/index.ts";

/** From which outcome on a run fails; "none": from no outcome. */
export type FailOn = "none" | Exclude<Outcome, "exact">;

/** The options of a conversion, checked. */
export interface ConvertOptions {
  readonly inexact: Inexact;
  readonly unsayableSubjects: UnsayableSubjects;
  /** Whether ipBlocks of the target match pods: the VPC CNI's do; of another engine one cannot say. */
  readonly enforcer: "vpc-cni" | "generic";
  readonly defaultNamespace: string;
  /** Facts that the user stated. */
  readonly facts: InventoryOptions;
  readonly tiers: readonly CalicoTier[];
  readonly assume: ReadonlySet<AssumptionCode>;
  readonly allowIncomplete: boolean;
  readonly failOn: FailOn;
}

export interface ConvertInput {
  /** What to convert. */
  readonly files: readonly SourceFile[];
  /** What to take facts from alone. */
  readonly inventory: readonly SourceFile[];
  /** Findings about files that could not be read at all. */
  readonly unreadable: readonly Diagnostic[];
  readonly options: ConvertOptions;
  readonly tool: RunReport["tool"];
  /** The options as the report shows them. */
  readonly reportedOptions: RunReport["options"];
}

export interface ConvertResult {
  /** In the order in which they should be applied. Empty when a stop keeps everything from being written. */
  readonly objects: readonly EmittedObject[];
  readonly report: RunReport;
  readonly diagnostics: readonly Diagnostic[];
  /** Why nothing is written; empty when something may be. */
  readonly stops: readonly Diagnostic[];
  /** What was read, for those who judge the result. */
  readonly source: PolicySet;
  readonly snapshot: Snapshot;
}

/** What was read of a run's files: everything that decides traffic, and what is known of the cluster. */
export interface SourceSet {
  readonly set: PolicySet;
  readonly snapshot: Snapshot;
  /** Kubernetes policies of the input, as they are written again. */
  readonly kept: readonly KeptObject[];
  /** Policies whose place in the order is not known. */
  readonly unplaced: readonly CalicoPolicy[];
  readonly inputs: readonly ReportInput[];
}

/** The options that reading needs. */
export type ReadOptions = Pick<ConvertOptions, "defaultNamespace" | "facts" | "tiers">;

/**
 * Reads files into the model: text -> objects -> policies as written -> their meaning. An error among the findings means
 * that something which decides traffic could not be read or placed.
 *
 * The policies as written are let go when their meaning has been taken: at 100,000 of them that is a third of the memory.
 */
export function readSources(
  files: Pick<ConvertInput, "files" | "inventory" | "unreadable">,
  options: ReadOptions,
  report: Report,
): SourceSet {
  const facts = new SnapshotBuilder(options.defaultNamespace);
  const reader = new SourceReader(
    facts,
    { defaultNamespace: options.defaultNamespace, ipBlockMatchesPods: "yes" },
    report,
  );
  const counts = new InputCounts(files.unreadable);
  readFiles(files, reader, counts, report);
  const policies = reader.finish();
  for (const name of namespacesOf(policies)) facts.mentionNamespace(name);
  const snapshot = facts.build(options.facts, report);
  const { set, unplaced } = interpretCalico(
    policies.calico,
    snapshot,
    policies.kubernetes.map(({ policy }) => policy),
    { tiers: options.tiers },
    report,
  );
  const kept = policies.kubernetes.map((one) => one.kept);
  return { set, snapshot, kept, unplaced, inputs: counts.finish(reader) };
}

/**
 * One conversion, stage by stage: text -> objects -> policies as written -> the model -> allow-only policies -> text.
 * A pure function: the same input gives the same bytes.
 */
export function runConvert(input: ConvertInput): ConvertResult {
  const { options } = input;
  const diagnostics: Diagnostic[] = [...input.unreadable];
  const report: Report = (diagnostic) => {
    diagnostics.push(diagnostic);
  };
  const { set, snapshot, kept, unplaced, inputs } = readSources(input, options, report);
  const incomplete = diagnostics.filter(({ severity }) => severity === "error");

  const lowering = lower(
    set,
    snapshot,
    { inexact: options.inexact, unsayableSubjects: options.unsayableSubjects },
    factsOf(snapshot, {
      blocksMatchPods: options.enforcer === "vpc-cni" ? "yes" : "maybe",
      assumed: options.assume,
      targetGiven: options.facts.targetPodCidrs.length > 0,
    }),
    report,
  );
  const results = [...lowering.results, ...unplaced.map(unplacedResult)];
  const stops = [...incomplete, ...lowering.stops].filter(
    ({ code }) => !(options.allowIncomplete && code !== UNSAYABLE),
  );
  const objects = emitNetworkPolicies(lowering.results.flatMap(loweredObjects), kept, report);

  const isIncomplete = incomplete.length > 0 || lowering.stops.some(({ code }) => code !== UNSAYABLE);
  const outcome = worstOutcome([
    ...results.map((result) => result.outcome),
    ...(isIncomplete || stops.length > 0 ? ["unknown" as const] : []),
  ]);
  const exitCode = stops.length > 0 ? 2 : failing(outcome, options) ? 1 : 0;
  const written = stops.length > 0 ? [] : objects;
  return {
    objects: written,
    report: buildReport({
      tool: input.tool,
      options: input.reportedOptions,
      inputs,
      results,
      written,
      diagnostics,
      stops,
      outcome,
      exitCode,
    }),
    diagnostics,
    stops,
    source: set,
    snapshot,
  };
}

/** The one stop that `--allow-incomplete` does not lift: it has an option of its own. */
const UNSAYABLE = "CMP-S001";

function readFiles(
  input: Pick<ConvertInput, "files" | "inventory">,
  reader: SourceReader,
  counts: InputCounts,
  report: Report,
): void {
  for (const [files, take] of [
    [input.files, (object) => reader.read(object)],
    [input.inventory, (object) => reader.readInventory(object)],
  ] as const satisfies readonly (readonly [readonly SourceFile[], SourceReader["read"]])[]) {
    for (const file of files) {
      const objects = readManifests(file, report);
      let step = objects.next();
      while (step.done !== true) {
        take(step.value);
        step = objects.next();
      }
      counts.add(file, step.value.objects, step.value.lost.length);
    }
  }
}

/** Documents by file and by what became of them. */
class InputCounts {
  readonly #files = new Map<SourceFile, { documents: number; lost: number }>();
  readonly #unreadable: readonly Diagnostic[];

  constructor(unreadable: readonly Diagnostic[]) {
    this.#unreadable = unreadable;
  }

  add(file: SourceFile, documents: number, lost: number): void {
    this.#files.set(file, { documents, lost });
  }

  finish(reader: SourceReader): readonly ReportInput[] {
    const inputs = new Map<SourceFile, { -readonly [Key in keyof ReportInput]: ReportInput[Key] }>();
    for (const [file, { documents, lost }] of this.#files) {
      inputs.set(file, { file: file.name, documents, policies: 0, context: 0, ignored: 0, invalid: lost });
    }
    for (const [document, kind] of reader.classes) {
      const input = inputs.get(document.file);
      invariant(input !== undefined, "an object of a file that was not read");
      if (kind === "policy") input.policies += 1;
      else input[kind] += 1;
    }
    for (const { at } of this.#unreadable) {
      if (at === undefined) continue;
      const { name } = at.document.file;
      inputs.set(at.document.file, {
        file: name, documents: 1, policies: 0, context: 0, ignored: 0, invalid: 1,
      });
    }
    for (const input of inputs.values()) {
      invariant(
        input.documents === input.policies + input.context + input.ignored + input.invalid,
        `the documents of ${input.file} do not add up`,
      );
    }
    return [...inputs.values()];
  }
}

/** Namespaces in which a policy lies: they exist, whatever else is known of them. */
function namespacesOf({ calico, kubernetes }: SourcePolicies): readonly string[] {
  const names = new Set<string>();
  for (const { origin } of calico.policies) if (origin.namespace !== undefined) names.add(origin.namespace);
  for (const { kept } of kubernetes) names.add(kept.namespace);
  return [...names].sort(compareText);
}

/** A policy whose place in the order is not known: what it does is not known either. */
function unplacedResult({ origin, ingress, egress }: CalicoPolicy): PolicyResult {
  const rules = [...ingress, ...egress].map(
    (rule): RuleResult => ({
      rule: rule.origin,
      action: rule.action,
      disposition: "skipped",
      outcome: "unknown",
      emittedAs: [],
      because: [],
      assumptions: [],
      losesOnlyOther: false,
    }),
  );
  return {
    policy: origin,
    disposition: "skipped",
    outcome: "unknown",
    isolation: { ingress: "none", egress: "none" },
    objects: [],
    rules,
    assumptions: [],
    witnesses: [],
  };
}

/** The objects of a policy, each with a note of what of the policy it lacks. */
function loweredObjects(result: PolicyResult): readonly LoweredObject[] {
  const notes = result.rules
    .filter(({ disposition, outcome }) => disposition === "skipped" || outcome === "narrowed")
    .map(
      ({ rule, action, disposition }) =>
        `${disposition === "skipped" ? "left out" : "in part only"}: ${rule.place.path} (${action})`,
    );
  return result.objects.map((policy) => ({ policy, outcome: result.outcome, notes }));
}

function failing(outcome: Outcome, { failOn, inexact }: ConvertOptions): boolean {
  if (outcome === "widened" && inexact !== "widen") return true;
  return failOn !== "none" && OUTCOMES.indexOf(outcome) >= OUTCOMES.indexOf(failOn);
}
