import { invariant } from "./base/invariant.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import type { SourceFile } from "./diagnostics/source-range.ts";
import type { AssumptionCode } from "./ir/assumption.ts";
import type { Snapshot } from "./inventory/snapshot.ts";
import type { Outcome } from "./ir/outcome.ts";
import { OUTCOMES, worstOutcome } from "./ir/outcome.ts";
import type { PolicySet } from "./ir/policy.ts";
import type { ReadOptions, SetFiles } from "./pipeline-read.ts";
import { readSets } from "./pipeline-read.ts";
import type { FailOn } from "./pipeline.ts";
import type { ReportDocument } from "./report/report.ts";
import type { ReportExpectation, VerificationReport } from "./report/verification.ts";
import { buildVerification } from "./report/build-verification.ts";
import type { ComparedSets } from "./verify/comparison.ts";
import { compareSets } from "./verify/comparison.ts";
import { changesForPods } from "./verify/existing-pods.ts";

/** The options of a verification, checked. */
export interface VerifyOptions extends ReadOptions {
  /** Whether ipBlocks of Kubernetes policies in the target match pods: the VPC CNI's do; of another engine one cannot say. */
  readonly enforcer: "vpc-cni" | "generic";
  readonly assume: ReadonlySet<AssumptionCode>;
  readonly allowIncomplete: boolean;
  readonly failOn: FailOn;
}

export interface VerifyInput {
  readonly source: SetFiles;
  readonly target: SetFiles;
  readonly inventory: readonly SourceFile[];
  /** Findings about files that could not be read at all. */
  readonly unreadable: readonly Diagnostic[];
  readonly options: VerifyOptions;
  readonly tool: ReportDocument["tool"];
  readonly reportedOptions: ReportDocument["options"];
  /** Judges the flows that the user expects to be allowed or denied, once both sets have been read. */
  readonly judgeExpectations?: (
    sets: { readonly source: PolicySet; readonly target: PolicySet },
    snapshot: Snapshot,
  ) => readonly ReportExpectation[];
}

/**
 * Compares two sets of policies: text -> objects -> policies as written -> the model -> the differences. A pure function:
 * the same input gives the same report.
 */
export function runVerify(input: VerifyInput): VerificationReport {
  const { options } = input;
  const diagnostics: Diagnostic[] = [...input.unreadable];
  const isGeneric = options.enforcer === "generic";
  const again = { ipBlockMatchesPods: "no", repeated: true } as const;
  const { snapshot, sets } = readSets(
    [
      input.source,
      input.target,
      ...(isGeneric
        ? [
            { ...input.source, ...again },
            { ...input.target, ...again },
          ]
        : []),
    ],
    input.inventory,
    options,
    (diagnostic) => {
      diagnostics.push(diagnostic);
    },
  );
  const [source, target, sourceAgain = source, targetAgain = target] = sets;
  invariant(source && target && sourceAgain && targetAgain, "each set was read");
  const incomplete = diagnostics.filter(({ severity }) => severity === "error");
  const stops = options.allowIncomplete ? [] : incomplete;

  const readings = readingsOf([source.set, sourceAgain.set], [target.set, targetAgain.set]).map(
    (compared) => ({
      compared,
      comparison: compareSets(compared, snapshot, {
        assume: options.assume,
        targetGiven: options.facts.targetPodCidrs.length > 0,
      }),
    }),
  );
  const worst = worstOutcome(readings.map(({ comparison }) => comparison.outcome));
  const told = readings.find(({ comparison }) => comparison.outcome === worst);
  invariant(told, "there is a reading");
  const { compared, comparison } = told;
  const pods =
    snapshot.pods.length === 0
      ? undefined
      : changesForPods(compared, snapshot, (policy) => comparison.mayDiffer(policy));
  const outcome = worstOutcome([
    comparison.outcome,
    ...(incomplete.length > 0 ? ["unknown" as const] : []),
  ]);
  const expectations = input.judgeExpectations?.(
    { source: source.set, target: target.set },
    snapshot,
  );
  const isFailed =
    isFailing(outcome, options.failOn) || expectations?.some(({ holds }) => !holds) === true;
  return buildVerification({
    tool: input.tool,
    options: input.reportedOptions,
    sets: compared,
    comparison,
    namespaces: snapshot.namespaces,
    expectations,
    pods,
    inputs: { source: source.inputs, against: target.inputs },
    diagnostics,
    stops,
    outcome,
    exitCode: stops.length > 0 ? 2 : isFailed ? 1 : 0,
  });
}

/**
 * Nobody can say of an engine that is not known whether its ipBlocks match pods. If another engine gives way to it, what is let in
 * is judged by the reading that lets in most, what is lost by the one that lets in least; if the same engine enforces both
 * sets, it reads both in the same way, and the worse of two comparisons counts.
 */
export function readingsOf(
  [source, sourceAgain]: readonly [PolicySet, PolicySet],
  [target, targetAgain]: readonly [PolicySet, PolicySet],
): readonly ComparedSets[] {
  if (target === targetAgain || hasOwnEngine(target))
    return [{ source, target, narrowTarget: target }];
  if (hasOwnEngine(source)) return [{ source, target, narrowTarget: targetAgain }];
  return [
    { source, target, narrowTarget: target },
    { source: sourceAgain, target: targetAgain, narrowTarget: targetAgain },
  ];
}

/** The engine enforces a set with policies of its own, and of its ipBlocks it is known whether they match pods. */
function hasOwnEngine({ tiers }: PolicySet): boolean {
  return tiers.some(({ policies }) =>
    policies.some(({ origin }) => origin.engine !== "kubernetes"),
  );
}

function isFailing(outcome: Outcome, failOn: FailOn): boolean {
  return failOn !== "none" && OUTCOMES.indexOf(outcome) >= OUTCOMES.indexOf(failOn);
}
