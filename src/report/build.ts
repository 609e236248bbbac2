import { compareText } from "../base/compare.ts";
import { invariant } from "../base/invariant.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { DocumentRef, SourcePlace } from "../diagnostics/source-range.ts";
import type { AssumptionCode } from "../ir/assumption.ts";
import { ASSUMPTIONS } from "../ir/assumption.ts";
import type { PolicyOrigin } from "../ir/origin.ts";
import type { Outcome, PolicyResult, RuleResult } from "../ir/outcome.ts";
import { worstOutcome } from "../ir/outcome.ts";
import { STANDING, toldAssumptions } from "./assumptions.ts";
import type { WrittenObject } from "./policy-part.ts";
import { FindingIndex, ObjectIndex, ancestorsOf, placeOf, reportPolicy } from "./policy-part.ts";
import { TouchedRules } from "./touched-rules.ts";
import type { ReportReachability } from "./reachability.ts";
import type {
  ReportAssumption,
  ReportDecisions,
  ReportDiagnostic,
  ReportInput,
  ReportPolicy,
  ReportVerification,
  RunReport,
} from "./report.ts";

export interface ReportParts {
  readonly tool: RunReport["tool"];
  readonly options: RunReport["options"];
  readonly inputs: readonly ReportInput[];
  readonly results: readonly PolicyResult[];
  readonly written: readonly WrittenObject[];
  readonly diagnostics: readonly Diagnostic[];
  readonly stops: readonly Diagnostic[];
  readonly outcome: Outcome;
  readonly exitCode: number;
  readonly exactIfCompiled?: number | undefined;
  /** Whether the report holds the policies and objects themselves: some formats show them. */
  readonly withTexts: boolean;
  /** Who reaches whom, by the positions that policies have in the report; computed when somebody asks. */
  readonly reachability?: (
    positionOf: (policy: PolicyOrigin) => number | undefined,
  ) => ReportReachability | undefined;
}

/** Makes the report: everything sorted, nothing but values in it. */
export function buildReport(parts: ReportParts): RunReport {
  const diagnostics = sortDiagnostics(effectsAsWritten(parts.diagnostics, parts.results));
  const findings = new FindingIndex(diagnostics);
  const objects = new ObjectIndex(parts.written);
  const results = [...parts.results].sort((a, b) => comparePlaces(a.policy.place, b.policy.place));
  const assumptions = reportAssumptions(results);
  const touched = new TouchedRules(results);
  const eachPolicy = function* (): Generator<ReportPolicy> {
    for (const result of results) {
      yield reportPolicy(result, objects, findings, touched, parts.withTexts);
    }
  };
  const reachability = once(() => {
    const positions = new Map(results.map(({ policy }, position) => [policy, position]));
    return parts.reachability?.((policy) => positions.get(policy));
  });
  let policies: readonly ReportPolicy[] | undefined;
  return {
    schemaVersion: 1,
    tool: parts.tool,
    options: parts.options,
    result: {
      outcome: parts.outcome,
      verification: {
        status: verificationOf(results),
        assumptions: assumptions.map(({ code }) => code),
        witnesses: results
          .filter(({ verification }) => verification === "refuted")
          .flatMap(({ witnesses }) => witnesses),
      },
      exitCode: parts.exitCode,
      stops: [...new Set(parts.stops.map(({ code }) => code))].sort(compareText),
    },
    summary: summarise(parts, results, touched),
    assumptions,
    get policies() {
      return (policies ??= [...eachPolicy()]);
    },
    inputs: [...parts.inputs].sort((a, b) => compareText(a.file, b.file)),
    diagnostics: diagnostics.map(reportDiagnostic),
    get reachability() {
      return reachability();
    },
    eachPolicy,
    subjectOf: subjectsOf(diagnostics, findings, results),
    engines: enginesOf(results),
  };
}

/**
 * What the reader says narrows widens where `--inexact widen` has the rule written whole, and changes nothing where all that
 * the rule allows is allowed by others: then it is but a note.
 */
function effectsAsWritten(
  diagnostics: readonly Diagnostic[],
  results: readonly PolicyResult[],
): readonly Diagnostic[] {
  if (!diagnostics.some(({ effect }) => effect === "narrows")) return diagnostics;
  const findings = new FindingIndex(diagnostics);
  const widening = new Set<number>();
  const idle = new Set<number>();
  const felt = new Set<number>();
  for (const { rules } of results) {
    for (const { rule, disposition, outcome } of rules) {
      const isIdle =
        disposition === "redundant" && (outcome === "exact" || outcome === "conditional");
      const kind = outcome === "widened" ? widening : isIdle ? idle : felt;
      for (const index of findings.below(rule.place)) kind.add(index);
    }
  }
  return diagnostics.map((diagnostic, index): Diagnostic => {
    if (diagnostic.effect !== "narrows") return diagnostic;
    if (widening.has(index)) return { ...diagnostic, effect: "widens" };
    return idle.has(index) && !felt.has(index)
      ? { ...diagnostic, effect: "none", severity: "info" }
      : diagnostic;
  });
}

function once<Value>(compute: () => Value): () => Value {
  let known: { readonly value: Value } | undefined;
  return () => (known ??= { value: compute() }).value;
}

/** Of the whole set: as of its worst policy. */
function verificationOf(results: readonly PolicyResult[]): ReportVerification["status"] {
  const found = new Set(results.map(({ verification }) => verification ?? "off"));
  if (results.length === 0) return "off";
  return (["off", "refuted", "unknown"] as const).find((status) => found.has(status)) ?? "proved";
}

function enginesOf(results: readonly PolicyResult[]): Readonly<Record<string, number>> {
  const engines: Record<string, number> = {};
  for (const { policy } of results) engines[policy.engine] = (engines[policy.engine] ?? 0) + 1;
  return engines;
}

/** The policy and rule that a finding lies in. */
function subjectsOf(
  diagnostics: readonly Diagnostic[],
  findings: FindingIndex,
  results: readonly PolicyResult[],
): RunReport["subjectOf"] {
  const documents = new Set(findings.documents);
  const byDocument = new Map<DocumentRef, number>();
  results.forEach(({ policy: { place } }, index) => {
    if (documents.has(place.document)) byDocument.set(place.document, index);
  });
  const known = new Map<PolicyResult, ReadonlyMap<string, RuleResult>>();
  const rulesOf = (result: PolicyResult): ReadonlyMap<string, RuleResult> => {
    let rules = known.get(result);
    if (rules === undefined) {
      rules = new Map(result.rules.map((one) => [one.rule.place.path, one]));
      known.set(result, rules);
    }
    return rules;
  };
  /**
   * Of several findings about a rule, the flow shows those of the conditions that hold in it; if none does, what lowering
   * says of the rule.
   */
  const isShown = ({ rule, witnessOf: codes = [] }: RuleResult, index: number): boolean => {
    const isOfFlow = (one: number): boolean => {
      const { code = "" } = diagnostics[one] ?? {};
      return codes.length === 0 ? code.startsWith("CMP-R") : codes.includes(code);
    };
    return isOfFlow(index) || !findings.below(rule.place).some(isOfFlow);
  };
  return (index) => {
    const at = diagnostics[index]?.at;
    const position = at === undefined ? undefined : byDocument.get(at.document);
    const result = position === undefined ? undefined : results[position];
    if (at === undefined || position === undefined || result === undefined) return undefined;
    const rules = rulesOf(result);
    const rule = [...ancestorsOf(at.path)].map((path) => rules.get(path)).find(Boolean);
    const { kind, namespace, name } = result.policy;
    return {
      kind,
      name: namespace === undefined ? name : `${namespace}/${name}`,
      policy: position,
      outcome: result.outcome,
      witness:
        rule === undefined ? result.witnesses[0] : isShown(rule, index) ? rule.witness : undefined,
    };
  };
}

function comparePlaces(a: SourcePlace, b: SourcePlace): number {
  return compareText(a.document.file.name, b.document.file.name) || a.offset - b.offset;
}

export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const place = ({ at }: Diagnostic): string => at?.document.file.name ?? "";
  return [...diagnostics].sort(
    (a, b) =>
      compareText(place(a), place(b)) ||
      (a.at?.offset ?? -1) - (b.at?.offset ?? -1) ||
      compareText(a.code, b.code) ||
      compareText(a.message, b.message),
  );
}

function reportAssumptions(results: readonly PolicyResult[]): readonly ReportAssumption[] {
  const uses = new Map<AssumptionCode, number>();
  for (const { assumptions } of results) {
    for (const name of assumptions) uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  return toldAssumptions([...STANDING, ...uses.keys()], (name) =>
    ASSUMPTIONS[name].standing ? 0 : (uses.get(name) ?? 0),
  );
}

/** The sums. That they add up is what "nothing is dropped in silence" rests on, so it is checked in every run. */
function summarise(
  parts: ReportParts,
  results: readonly PolicyResult[],
  touched: TouchedRules,
): RunReport["summary"] {
  const documents = { read: 0, policies: 0, context: 0, ignored: 0, invalid: 0 };
  for (const input of parts.inputs) {
    documents.read += input.documents;
    documents.policies += input.policies;
    documents.context += input.context;
    documents.ignored += input.ignored;
    documents.invalid += input.invalid;
  }
  const { read, context, ignored, invalid } = documents;
  invariant(
    read === documents.policies + context + ignored + invalid,
    "the documents of the input do not add up",
  );
  invariant(documents.policies === results.length, "a policy that was read has no result");

  const policies: Record<Outcome, number> = {
    exact: 0,
    conditional: 0,
    narrowed: 0,
    widened: 0,
    unknown: 0,
  };
  const rules = { emitted: 0, redundant: 0, skipped: 0 };
  let losingOnlyOther = 0;
  let unproved = 0;
  for (const result of results) {
    if (result.outcome === "exact" && result.verification !== "proved") unproved += 1;
    else policies[result.outcome] += 1;
    for (const rule of result.rules) {
      rules[rule.disposition] += 1;
      invariant(
        worstOutcome([rule.outcome, result.outcome]) === result.outcome,
        "a rule is worse than its policy",
      );
    }
    if (losesOnlyOther(result)) losingOnlyOther += 1;
  }
  const { exactIfCompiled = 0 } = parts;
  const decisions = decisionsOf(results, touched);
  return {
    documents,
    policies,
    unproved,
    losingOnlyOther,
    ...(exactIfCompiled === 0 ? {} : { exactIfCompiled }),
    rules,
    ...(decisions === undefined ? {} : { decisions }),
    emitted: parts.written.length,
  };
}

function decisionsOf(
  results: readonly PolicyResult[],
  touched: TouchedRules,
): ReportDecisions | undefined {
  const decisions = { cut: 0, honoured: 0, redundant: 0, skipped: 0 };
  let total = 0;
  let passes = 0;
  for (const { rules } of results) {
    for (const { action, disposition, rule, emittedAs } of rules) {
      if (action !== "deny" && action !== "pass") continue;
      total += 1;
      if (action === "pass") passes += 1;
      if (disposition !== "emitted") decisions[disposition] += 1;
      else {
        const isCut =
          emittedAs.length > 0 ||
          touched.by(rule).some((one) => one.rule.disposition === "emitted");
        decisions[isCut ? "cut" : "honoured"] += 1;
      }
    }
  }
  if (total === 0) return undefined;
  return passes === 0 ? decisions : { ...decisions, passes };
}

/** True if all that the policy loses are protocols other than TCP, UDP and SCTP. */
function losesOnlyOther({ outcome, isolation, rules }: PolicyResult): boolean {
  return (
    outcome === "narrowed" &&
    isolation.ingress !== "more" &&
    isolation.egress !== "more" &&
    rules.every((rule) => rule.outcome !== "narrowed" || rule.losesOnlyOther)
  );
}

export function reportDiagnostic({
  code,
  severity,
  effect,
  message,
  hint,
  at,
  related,
}: Diagnostic): ReportDiagnostic {
  const place = at === undefined ? undefined : placeOf(at);
  return {
    code,
    severity,
    effect,
    message,
    hint: hint ?? null,
    file: place?.file ?? null,
    line: place?.line ?? null,
    column: place?.column ?? null,
    path: at === undefined || at.path === "" ? null : at.path,
    ...(related === undefined
      ? {}
      : { related: related.map((one) => ({ ...placeOf(one.at), message: one.message })) }),
  };
}
