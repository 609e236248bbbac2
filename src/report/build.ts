import { compareText } from "../base/compare.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { DocumentRef, SourcePlace } from "../diagnostics/source-range.ts";
import { lineAndColumn } from "../diagnostics/source-range.ts";
import type { AllowPolicy } from "../ir/allow-policy.ts";
import type { AssumptionCode, AssumptionDefinition } from "../ir/assumption.ts";
import { ASSUMPTIONS } from "../ir/assumption.ts";
import type { PolicyOrigin } from "../ir/origin.ts";
import type { Outcome, PolicyResult, RuleResult } from "../ir/outcome.ts";
import { OUTCOMES } from "../ir/outcome.ts";
import type { Direction } from "../ir/policy.ts";
import type {
  ReportAssumption,
  ReportDiagnostic,
  ReportInput,
  ReportPlace,
  ReportPolicy,
  ReportRule,
  RunReport,
} from "./report.ts";

/** One written object, as the report calls it. */
export interface WrittenObject {
  readonly namespace: string;
  readonly name: string;
  readonly file: string;
  /** What it was made from. */
  readonly object: AllowPolicy | { readonly source: PolicyOrigin };
}

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
}

/** Makes the report: everything sorted, nothing but values in it. */
export function buildReport(parts: ReportParts): RunReport {
  const diagnostics = sortDiagnostics(parts.diagnostics);
  const findings = new FindingIndex(diagnostics);
  const objects = new ObjectIndex(parts.written);
  const results = [...parts.results].sort((a, b) => comparePlaces(a.policy.place, b.policy.place));
  const policies = results.map((result) => reportPolicy(result, objects, findings));
  const assumptions = reportAssumptions(results);
  return {
    schemaVersion: 1,
    tool: parts.tool,
    options: parts.options,
    result: {
      outcome: parts.outcome,
      verification: { status: "off", assumptions: assumptions.map(({ code }) => code), witnesses: [] },
      exitCode: parts.exitCode,
      stops: [...new Set(parts.stops.map(({ code }) => code))].sort(compareText),
    },
    summary: summarise(parts, policies, results),
    assumptions,
    policies,
    inputs: [...parts.inputs].sort((a, b) => compareText(a.file, b.file)),
    diagnostics: diagnostics.map(reportDiagnostic),
  };
}

function comparePlaces(a: SourcePlace, b: SourcePlace): number {
  return compareText(a.document.file.name, b.document.file.name) || a.offset - b.offset;
}

function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const place = ({ at }: Diagnostic): string => at?.document.file.name ?? "";
  return [...diagnostics].sort(
    (a, b) =>
      compareText(place(a), place(b)) ||
      (a.at?.offset ?? -1) - (b.at?.offset ?? -1) ||
      compareText(a.code, b.code) ||
      compareText(a.message, b.message),
  );
}

function placeOf(place: SourcePlace): ReportPlace {
  const { file } = place.document;
  return { file: file.name, ...lineAndColumn(file, place.offset) };
}

/** Which findings belong to a policy, and to a rule of it: by document and field path. */
class FindingIndex {
  readonly #byDocument = new Map<DocumentRef, { readonly index: number; readonly path: string }[]>();

  constructor(diagnostics: readonly Diagnostic[]) {
    diagnostics.forEach(({ at }, index) => {
      if (at === undefined) return;
      const list = this.#byDocument.get(at.document);
      if (list === undefined) this.#byDocument.set(at.document, [{ index, path: at.path }]);
      else list.push({ index, path: at.path });
    });
  }

  below(place: SourcePlace): readonly number[] {
    const found = this.#byDocument.get(place.document);
    if (found === undefined) return [];
    if (place.path === "") return found.map(({ index }) => index);
    return found.filter(({ path }) => isBelow(path, place.path)).map(({ index }) => index);
  }
}

/** `spec.ingress[1].source` lies below `spec.ingress[1]`, `spec.ingress[10]` does not. */
function isBelow(path: string, ancestor: string): boolean {
  if (!path.startsWith(ancestor)) return false;
  const next = path.charAt(ancestor.length);
  return next === "" || next === "." || next === "[";
}

class ObjectIndex {
  readonly #byPolicy = new Map<PolicyOrigin, WrittenObject[]>();

  constructor(written: readonly WrittenObject[]) {
    for (const one of written) {
      const list = this.#byPolicy.get(one.object.source);
      if (list === undefined) this.#byPolicy.set(one.object.source, [one]);
      else list.push(one);
    }
  }

  of(policy: PolicyOrigin): readonly WrittenObject[] {
    return this.#byPolicy.get(policy) ?? [];
  }
}

const rulePath = (direction: Direction, index: number): string => `/spec/${direction}/${String(index)}`;

function reportPolicy(result: PolicyResult, objects: ObjectIndex, findings: FindingIndex): ReportPolicy {
  const { policy } = result;
  const written = objects.of(policy);
  const indexOf = new Map(written.map(({ object }, index) => [object, index]));
  return {
    source: {
      engine: policy.engine,
      apiVersion: policy.apiVersion,
      kind: policy.kind,
      namespace: policy.namespace ?? null,
      name: policy.name,
      tier: policy.tier ?? null,
      ...placeOf(policy.place),
    },
    disposition: result.disposition,
    outcome: result.outcome,
    isolation: result.isolation,
    emitted: written.map(({ namespace, name, file }) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      namespace,
      name,
      file,
    })),
    rules: result.rules.map((rule) => reportRule(rule, result, indexOf, findings)),
    assumptions: result.assumptions.map((name) => ASSUMPTIONS[name].code).sort(compareText),
    diagnostics: findings.below({ ...policy.place, path: "" }),
    verification: { status: "off", witnesses: result.witnesses },
  };
}

function reportRule(
  rule: RuleResult,
  result: PolicyResult,
  indexOf: ReadonlyMap<WrittenObject["object"], number>,
  findings: FindingIndex,
): ReportRule {
  const { direction, index, place } = rule.rule;
  const { line, column } = placeOf(place);
  const kept = result.policy.engine === "kubernetes" && rule.disposition === "emitted" && indexOf.size > 0;
  const emittedAs = kept
    ? [{ object: 0, path: rulePath(direction, index) }]
    : rule.emittedAs.flatMap((one) => {
        const object = indexOf.get(one.object);
        return object === undefined ? [] : [{ object, path: rulePath(one.direction, one.index) }];
      });
  return {
    direction,
    index,
    action: rule.action,
    disposition: rule.disposition,
    outcome: rule.outcome,
    path: place.path,
    line,
    column,
    emittedAs,
    because: rule.because.map(({ policy, rule: cause }) => ({
      policy: policy.namespace === undefined ? policy.name : `${policy.namespace}/${policy.name}`,
      path: cause?.place.path ?? null,
      ...placeOf(cause?.place ?? policy.place),
    })),
    diagnostics: findings.below(place),
    witness: rule.witness ?? null,
  };
}

function reportAssumptions(results: readonly PolicyResult[]): readonly ReportAssumption[] {
  const uses = new Map<AssumptionCode, number>();
  for (const { assumptions } of results) {
    for (const name of assumptions) uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  const all = Object.entries(ASSUMPTIONS) as readonly (readonly [AssumptionCode, AssumptionDefinition])[];
  return all
    .filter(([name, { standing }]) => standing || uses.has(name))
    .map(([name, { code, sentence, ifFalse, standing }]) => ({
      code,
      name,
      message: sentence,
      ifFalse,
      standing,
      usedBy: standing ? 0 : (uses.get(name) ?? 0),
    }))
    .sort((a, b) => compareText(a.code, b.code));
}

function summarise(
  parts: ReportParts,
  policies: readonly ReportPolicy[],
  results: readonly PolicyResult[],
): RunReport["summary"] {
  const documents = { read: 0, policies: 0, context: 0, ignored: 0, invalid: 0 };
  for (const input of parts.inputs) {
    documents.read += input.documents;
    documents.policies += input.policies;
    documents.context += input.context;
    documents.ignored += input.ignored;
    documents.invalid += input.invalid;
  }
  const outcomes = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  const rules = { emitted: 0, redundant: 0, skipped: 0 };
  for (const policy of policies) {
    outcomes[policy.outcome] += 1;
    for (const { disposition } of policy.rules) {
      if (disposition === "emitted" || disposition === "redundant" || disposition === "skipped") {
        rules[disposition] += 1;
      }
    }
  }
  const losingOnlyOther = results.filter(
    ({ outcome, isolation, rules: own }) =>
      outcome === "narrowed" &&
      !Object.values(isolation).includes("more") &&
      own.every((rule) => rule.outcome !== "narrowed" || rule.losesOnlyOther),
  ).length;
  return { documents, policies: outcomes, losingOnlyOther, rules, emitted: parts.written.length };
}

function reportDiagnostic({ code, severity, effect, message, hint, at }: Diagnostic): ReportDiagnostic {
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
  };
}
