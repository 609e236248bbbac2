import type { Actions, Facts, Inexact, LoweredIn, UnsayableSubjects } from "./compile/index.ts";
import { factsOf, lower } from "./compile/index.ts";
import type { Diagnostic, Report } from "./diagnostics/diagnostic.ts";
import type { SourceFile } from "./diagnostics/source-range.ts";
import type { EmittedObject, LoweredObject } from "./emitters/networkpolicy.ts";
import { emitNetworkPolicies } from "./emitters/networkpolicy.ts";
import type { InventoryOptions } from "./inventory/options.ts";
import type { Snapshot } from "./inventory/snapshot.ts";
import type { AssumptionCode } from "./ir/assumption.ts";
import type { Outcome, PolicyResult, RuleResult } from "./ir/outcome.ts";
import type { PolicyOrigin } from "./ir/origin.ts";
import { OUTCOMES, worstOutcome } from "./ir/outcome.ts";
import type { PolicySet } from "./ir/policy.ts";
import { confirmOutput, confirmedResults } from "./pipeline-confirm.ts";
import { reachabilityReport } from "./pipeline-reachability.ts";
import { readSources } from "./pipeline-read.ts";
import { againstBaseline } from "./report/baseline.ts";
import type { ReportReachability } from "./report/reachability.ts";
import type { RunReport } from "./report/report.ts";
import { plural } from "./report/plural.ts";
import { buildReport } from "./report/build.ts";
import type { CalicoPolicy, CalicoTier } from "./sources/calico/model.ts";
import type { SourceEngine } from "./sources/index.ts";
import type { RefutedClaim } from "./verify/confirm.ts";

/** From which outcome on a run fails; "none": from no outcome. */
export type FailOn = "none" | Exclude<Outcome, "exact">;

/** The options of a conversion, checked. */
export interface ConvertOptions {
  readonly actions: Actions;
  readonly keepKubernetes: boolean;
  readonly inexact: Inexact;
  readonly unsayableSubjects: UnsayableSubjects;
  /** Whether ipBlocks of the target match pods: the VPC CNI's do; of another engine one cannot say. */
  readonly enforcer: "vpc-cni" | "generic";
  readonly defaultNamespace: string;
  /** Facts that the user stated. */
  readonly facts: InventoryOptions;
  readonly tiers: readonly CalicoTier[];
  /** Which engine enforces, where the input may have policies of both. */
  readonly from: SourceEngine | undefined;
  readonly assume: ReadonlySet<AssumptionCode>;
  readonly allowIncomplete: boolean;
  /** Whether the output is read back and its claims are proved. */
  readonly verify: boolean;
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
  /** Whether the report holds the policies and objects themselves, for the formats that show them. */
  readonly reportTexts?: boolean;
  /** An earlier report: what it has already fails nothing. */
  readonly baseline?: RunReport;
  /** Whether the report tells who reaches whom; that is computed when a format asks for it. */
  readonly reportReachability?: boolean;
}

export interface ConvertResult {
  /** In the order in which they should be applied. Empty when a stop keeps everything from being written. */
  readonly objects: readonly EmittedObject[];
  readonly report: RunReport;
  readonly diagnostics: readonly Diagnostic[];
  /** Why nothing is written; empty when something may be. */
  readonly stops: readonly Diagnostic[];
  /** Claims that the proof contradicts, which is our own fault: nothing is written then. */
  readonly refuted: readonly RefutedClaim[];
  /** What was read, for those who judge the result. */
  readonly source: PolicySet;
  readonly snapshot: Snapshot;
}

/** What a conversion is made by, and its proof need not believe. */
export interface ConvertStages {
  readonly lower: typeof lower;
  readonly emit: typeof emitNetworkPolicies;
}

export const STAGES: ConvertStages = { lower, emit: emitNetworkPolicies };

/**
 * One conversion, stage by stage: text -> objects -> policies as written -> the model -> allow-only policies -> text.
 * A pure function: the same input gives the same bytes.
 *
 * @param stages others than the tool's own for those who try what becomes of their mistakes
 */
export function runConvert(input: ConvertInput, stages: ConvertStages = STAGES): ConvertResult {
  const { options } = input;
  const diagnostics: Diagnostic[] = [...input.unreadable];
  const report: Report = (diagnostic) => {
    diagnostics.push(diagnostic);
  };
  const { set, snapshot, kept, unplaced, inputs } = readSources(input, options, report);
  const incomplete = diagnostics.filter(({ severity }) => severity === "error");

  const facts = factsOf(snapshot, {
    blocksMatchPods: options.enforcer === "vpc-cni" ? "yes" : "maybe",
    exceptionsDeny: options.enforcer === "vpc-cni",
    assumed: options.assume,
    targetGiven: options.facts.targetPodCidrs.length > 0,
  });
  const lowering = stages.lower(set, snapshot, options, facts, report);
  const claimed = [...lowering.results, ...unplaced.map(unplacedResult)];
  const stops = [...incomplete, ...lowering.stops].filter(
    ({ code }) => !(options.allowIncomplete && code !== UNSAYABLE),
  );
  const objects = stages.emit(
    lowering.objects.map(withNotes),
    kept.filter(({ source }) => !lowering.replaced.has(source)),
    report,
  );
  const confirmation =
    options.verify && stops.length === 0
      ? confirmOutput(set, objects, claimed, snapshot, options.enforcer)
      : undefined;
  const results =
    confirmation === undefined ? claimed : confirmedResults(claimed, confirmation, snapshot);
  const refuted = confirmation?.refuted ?? [];

  const isIncomplete =
    incomplete.length > 0 || lowering.stops.some(({ code }) => code !== UNSAYABLE);
  const outcome = worstOutcome([
    ...results.map((result) => result.outcome),
    ...(isIncomplete || stops.length > 0 ? ["unknown" as const] : []),
  ]);
  const exitCode =
    refuted.length > 0 ? 4 : stops.length > 0 ? 2 : failing(outcome, options) ? 1 : 0;
  const written = stops.length > 0 || refuted.length > 0 ? [] : objects;
  const reachability = (
    positionOf: (policy: PolicyOrigin) => number | undefined,
  ): ReportReachability | undefined =>
    stops.length > 0 || refuted.length > 0
      ? undefined
      : reachabilityReport(
          { source: set, objects, results, snapshot, enforcer: options.enforcer },
          positionOf,
        );
  const built = buildReport({
    tool: input.tool,
    options: input.reportedOptions,
    inputs,
    results,
    written,
    diagnostics,
    stops,
    outcome,
    exitCode,
    exactIfCompiled:
      options.actions === "skip"
        ? exactIfCompiled(set, snapshot, options, facts, results)
        : undefined,
    withTexts: input.reportTexts ?? false,
    ...(input.reportReachability === true ? { reachability } : {}),
  });
  return {
    objects: written,
    report: input.baseline === undefined ? built : againstBaseline(built, input.baseline),
    diagnostics,
    stops,
    refuted,
    source: set,
    snapshot,
  };
}

/** Among more rules that are left out than this nobody counts what cutting them would give. */
const MOST_LEFT_OUT = 1_000;

/** How many policies lose or gain flows with `skip`, and would not with `compile`. */
function exactIfCompiled(
  set: PolicySet,
  snapshot: Snapshot,
  options: ConvertOptions,
  facts: Facts,
  results: readonly PolicyResult[],
): number | undefined {
  const isOff = ({ outcome }: PolicyResult): boolean =>
    outcome === "narrowed" || outcome === "widened";
  let leftOut = 0;
  for (const result of results) {
    if (!isOff(result)) continue;
    leftOut += result.rules.filter(
      ({ action, because, outcome }) =>
        outcome !== "exact" && (action !== "allow" || because.length > 0),
    ).length;
  }
  if (leftOut === 0 || leftOut > MOST_LEFT_OUT) return undefined;
  const compiled = new Map<PolicyOrigin, PolicyResult>();
  const nobody: Report = () => undefined;
  for (const result of lower(set, snapshot, { ...options, actions: "compile" }, facts, nobody)
    .results) {
    compiled.set(result.policy, result);
  }
  return results.filter((result) => {
    const instead = compiled.get(result.policy);
    return isOff(result) && instead !== undefined && WHOLE.has(instead.outcome);
  }).length;
}

const WHOLE: ReadonlySet<Outcome> = new Set(["exact", "conditional"]);

/** The one stop that `--allow-incomplete` does not lift: it has an option of its own. */
const UNSAYABLE = "CMP-S001";

/** A policy whose place in the order is not known: what it does is not known either. */
function unplacedResult({ origin, ingress, egress }: CalicoPolicy): PolicyResult {
  const rules = [...ingress, ...egress].map((rule): RuleResult => ({
    rule: rule.origin,
    action: rule.action,
    disposition: "skipped",
    outcome: "unknown",
    emittedAs: [],
    because: [],
    assumptions: [],
    losesOnlyOther: false,
  }));
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

/** So many rules are named in each object; where a policy of thousands of rules makes as many objects, a page of all of them in each is too much. */
const MOST_NOTES = 20;

/** An object with notes of what of its policy it lacks. */
function withNotes({ object, outcome, rules }: LoweredIn): LoweredObject {
  const lacking = rules.filter(
    (rule) => rule.disposition === "skipped" || rule.outcome === "narrowed",
  );
  const notes = lacking
    .slice(0, MOST_NOTES)
    .map(
      ({ rule, action, disposition }) =>
        `${disposition === "skipped" ? "left out" : "in part only"}: ${rule.place.path} (${action})`,
    );
  const more = lacking.length - notes.length;
  if (more > 0) notes.push(`and ${plural(more, "more rule")} of the policy: see the report`);
  return { policy: object, outcome, notes };
}

function failing(outcome: Outcome, { failOn, inexact }: ConvertOptions): boolean {
  if (outcome === "widened" && inexact !== "widen") return true;
  return failOn !== "none" && OUTCOMES.indexOf(outcome) >= OUTCOMES.indexOf(failOn);
}
