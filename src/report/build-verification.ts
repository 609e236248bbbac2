import { compareText } from "../base/compare.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { ASSUMPTIONS } from "../ir/assumption.ts";
import type { PolicyOrigin, RuleOrigin } from "../ir/origin.ts";
import type { Outcome } from "../ir/outcome.ts";
import { worstOutcome } from "../ir/outcome.ts";
import type { Direction, Policy, PolicySet, Rule } from "../ir/policy.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import type { ComparedSets, Comparison, Finding } from "../verify/comparison.ts";
import type { PodChanges } from "../verify/existing-pods.ts";
import type { Answer } from "../verify/proof.ts";
import { STANDING, toldAssumptions } from "./assumptions.ts";
import { reportDiagnostic, sortDiagnostics } from "./build.ts";
import type { KnownNamespaces, ShownDifference } from "./difference.ts";
import { differenceWitness } from "./difference.ts";
import { reportPods } from "./pod-changes.ts";
import { identityOf, placeOf } from "./policy-part.ts";
import type {
  DocumentCounts,
  ReportAssumption,
  ReportDocument,
  ReportInput,
  ReportVerification,
} from "./report.ts";
import type {
  ComparedPolicy,
  ComparedRule,
  ReportExpectation,
  Side,
  VerificationReport,
} from "./verification.ts";

const SIDES: readonly Side[] = ["source", "against"];

export interface VerificationParts {
  readonly tool: ReportDocument["tool"];
  readonly options: ReportDocument["options"];
  readonly sets: ComparedSets;
  readonly comparison: Comparison;
  readonly namespaces: KnownNamespaces;
  readonly expectations: readonly ReportExpectation[] | undefined;
  readonly pods: PodChanges | undefined;
  readonly inputs: Readonly<Record<Side, readonly ReportInput[]>>;
  readonly diagnostics: readonly Diagnostic[];
  readonly stops: readonly Diagnostic[];
  readonly outcome: Outcome;
  readonly exitCode: number;
}

/** Makes the report: everything sorted, nothing but values in it. */
export function buildVerification(parts: VerificationParts): VerificationReport {
  const { comparison, sets, outcome, namespaces } = parts;
  const shown: Shown = { comparison, namespaces };
  const policies = [
    ...comparedPolicies("source", sets.source, shown),
    ...comparedPolicies("against", sets.target, shown),
  ];
  const { counts } = comparison;
  return {
    schemaVersion: 1,
    tool: parts.tool,
    options: parts.options,
    result: {
      outcome,
      verification: {
        status: statusOf(outcome),
        assumptions: comparison.assumptions.map((name) => ASSUMPTIONS[name].code),
        witnesses: [...comparison.gained, ...comparison.lost].map((one) =>
          differenceWitness(one, namespaces),
        ),
      },
      exitCode: parts.exitCode,
      stops: [...new Set(parts.stops.map(({ code }) => code))].sort(compareText),
    },
    summary: {
      documents: bySide((side) => documentCounts(parts.inputs[side])),
      policies: bySide((side) => outcomeCounts(policies.filter((policy) => policy.side === side))),
      losingOnlyOther: policies.filter(
        ({ side, losesOnlyOther, outcome: its }) =>
          side === "source" && losesOnlyOther && its === "narrowed",
      ).length,
      questions: {
        asked: counts.questions,
        proved: counts.none,
        refuted: counts.witness,
        unknown: counts.unknown,
        replayed: counts.replayed,
      },
    },
    assumptions: reportAssumptions(comparison, policies),
    policies,
    expectations: parts.expectations ?? null,
    pods: parts.pods === undefined ? null : reportPods(parts.pods),
    inputs: SIDES.flatMap((side) =>
      [...parts.inputs[side]]
        .sort((a, b) => compareText(a.file, b.file))
        .map((input) => ({ side, ...input })),
    ),
    diagnostics: sortDiagnostics(parts.diagnostics).map(reportDiagnostic),
  };
}

type Shown = Pick<VerificationParts, "comparison" | "namespaces">;

function bySide<Value>(of: (side: Side) => Value): Readonly<Record<Side, Value>> {
  return { source: of("source"), against: of("against") };
}

function statusOf(outcome: Outcome): ReportVerification["status"] {
  switch (outcome) {
    case "exact":
    case "conditional":
      return "proved";
    case "narrowed":
    case "widened":
      return "refuted";
    case "unknown":
      return "unknown";
    default:
      return outcome satisfies never;
  }
}

export function documentCounts(
  inputs: readonly ReportInput[],
): DocumentCounts & { readonly read: number } {
  const sums = { read: 0, policies: 0, context: 0, ignored: 0, invalid: 0 };
  for (const { documents, policies, context, ignored, invalid } of inputs) {
    sums.read += documents;
    sums.policies += policies;
    sums.context += context;
    sums.ignored += ignored;
    sums.invalid += invalid;
  }
  return sums;
}

function outcomeCounts(policies: readonly ComparedPolicy[]): Readonly<Record<Outcome, number>> {
  const counts = { exact: 0, conditional: 0, narrowed: 0, unknown: 0, widened: 0 };
  for (const { outcome } of policies) counts[outcome] += 1;
  return counts;
}

function comparedPolicies(
  side: Side,
  { tiers }: PolicySet,
  shown: Shown,
): readonly ComparedPolicy[] {
  // Policies of one origin are parts of one.
  const byOrigin = new Map<PolicyOrigin, Policy[]>();
  for (const policy of tiers.flatMap(({ policies }) => policies)) {
    const parts = byOrigin.get(policy.origin);
    if (parts === undefined) byOrigin.set(policy.origin, [policy]);
    else parts.push(policy);
  }
  return [...byOrigin]
    .map(([origin, parts]) => comparedPolicy(side, origin, parts, shown))
    .sort(
      (a, b) =>
        compareText(a.source.file, b.source.file) ||
        a.source.line - b.source.line ||
        a.source.column - b.source.column ||
        compareText(a.source.name, b.source.name),
    );
}

function comparedPolicy(
  side: Side,
  origin: PolicyOrigin,
  parts: readonly Policy[],
  shown: Shown,
): ComparedPolicy {
  const findings = parts.map((policy) => shown.comparison.ofPolicy(policy));
  const outcome = worstOutcome(findings.map((finding) => finding.outcome));
  return {
    side,
    source: identityOf(origin),
    outcome,
    losesOnlyOther: losesOnlyOther(findings),
    rules: DIRECTIONS.flatMap((direction) => comparedRules(parts, direction, shown)),
    assumptions: [...new Set(findings.flatMap((finding) => finding.assumptions))].map(
      (name) => ASSUMPTIONS[name].code,
    ),
    verification: {
      status: statusOf(outcome),
      witnesses: findings.flatMap((finding) => witnessesOf(finding, shown)),
      unanswered: findings.flatMap(({ wider, narrower }) => [wider, narrower].flatMap(unanswered)),
    },
  };
}

function losesOnlyOther(findings: readonly Finding[]): boolean {
  const losing = findings.filter(({ narrower }) => narrower.kind === "witness");
  return losing.length > 0 && losing.every(({ onlyOther }) => onlyOther);
}

/** One for each rule as its author wrote it, in source order. */
function comparedRules(
  parts: readonly Policy[],
  direction: Direction,
  shown: Shown,
): readonly ComparedRule[] {
  const byOrigin = new Map<RuleOrigin, Rule[]>();
  for (const rule of parts.flatMap((policy) => policy[direction]?.rules ?? [])) {
    const rules = byOrigin.get(rule.origin);
    if (rules === undefined) byOrigin.set(rule.origin, [rule]);
    else rules.push(rule);
  }
  return [...byOrigin]
    .sort(([a], [b]) => a.index - b.index)
    .map(([{ index, place }, rules]) => {
      const findings = rules.map((rule) => shown.comparison.ofRule(rule));
      return {
        direction,
        index,
        action: rules[0]?.action ?? "",
        path: place.path,
        ...placeOf(place),
        outcome: worstOutcome(findings.map((finding) => finding.outcome)),
        witness: findings.flatMap((finding) => witnessesOf(finding, shown))[0] ?? null,
      };
    });
}

function witnessesOf(
  { wider, narrower }: Finding,
  { namespaces }: Shown,
): readonly ShownDifference[] {
  return [wider, narrower].flatMap((answer) =>
    answer.kind === "witness" ? [differenceWitness(answer.witness, namespaces)] : [],
  );
}

/** Why an answer is missing, in a sentence. */
export function unanswered(answer: Answer): readonly string[] {
  switch (answer.kind) {
    case "none":
    case "witness":
      return [];
    case "unsaid":
      return [`nobody can name the flows of ${answer.what}`];
    case "unknown":
      return [
        answer.reason.kind === "bound"
          ? `${answer.question} (given up after ${String(answer.reason.bound)} steps)`
          : `${answer.question} (no text was found that meets all conditions on a label)`,
      ];
    default:
      return answer satisfies never;
  }
}

function reportAssumptions(
  { assumptions }: Comparison,
  policies: readonly ComparedPolicy[],
): readonly ReportAssumption[] {
  return toldAssumptions(
    [...STANDING, ...assumptions],
    (name) =>
      policies.filter((policy) => policy.assumptions.includes(ASSUMPTIONS[name].code)).length,
  );
}
