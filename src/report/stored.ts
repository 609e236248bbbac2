import type { SchemaError } from "../sources/schema-check.ts";
import type { ReportReachability } from "./reachability.ts";
import type { FindingSubject, ReportDocument, ReportPolicy, RunReport } from "./report.ts";
import { RunReport as isReport } from "./validators/report.js";

/** Reads the text of a stored report. Gives the report, or why the text is none, as the end of a sentence. */
export function readStoredReport(
  text: string,
): { readonly report: RunReport } | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: "it is not JSON" };
  }
  if (!isReport(value)) return { problem: problemText(isReport.errors?.[0]) };
  const document = value as ReportDocument;
  const stray = strayIndex(document);
  return stray === undefined ? { report: storedReport(document) } : { problem: stray };
}

function problemText(error: SchemaError | undefined): string {
  if (error === undefined) return "it is not of the form that reports have";
  const { instancePath, keyword, params } = error;
  const where = instancePath === "" ? "" : ` at \`${instancePath}\``;
  switch (keyword) {
    case "additionalProperties":
      return `its field \`${String(params["additionalProperty"])}\`${where} is not known in a report`;
    case "required":
      return `the field \`${String(params["missingProperty"])}\`${where} is missing`;
    default:
      return `the value${where} is not one that a report has`;
  }
}

/** An index that points at nothing: the schema cannot say that. */
function strayIndex({ policies, diagnostics, reachability }: ReportDocument): string | undefined {
  for (const [at, policy] of policies.entries()) {
    const found = [...policy.diagnostics, ...policy.rules.flatMap((rule) => rule.diagnostics)].find(
      (index) => index >= diagnostics.length,
    );
    if (found !== undefined)
      return `\`/policies/${String(at)}\` names finding ${String(found)}, which is not there`;
  }
  return reachability === undefined ? undefined : strayInMatrix(reachability, policies.length);
}

function strayInMatrix(
  { groups, cells, answers, deciders }: ReportReachability,
  policies: number,
): string | undefined {
  const isIn = (index: number | null, list: { readonly length: number }): boolean =>
    index === null || index < list.length;
  const cell = cells.findIndex(
    ({ from, to, egress, ingress }) =>
      !(isIn(from, groups) && isIn(to, groups) && isIn(egress, answers) && isIn(ingress, answers)),
  );
  if (cell >= 0) return `\`/reachability/cells/${String(cell)}\` names something that is not there`;
  const answer = answers.findIndex((parts) =>
    parts.some(({ before, after }) =>
      [...before.by, ...after.by].some((index) => index >= deciders.length),
    ),
  );
  if (answer >= 0)
    return `\`/reachability/answers/${String(answer)}\` names something that is not there`;
  const decider = deciders.findIndex(({ policy }) => !isIn(policy, { length: policies }));
  if (decider < 0) return undefined;
  return `\`/reachability/deciders/${String(decider)}\` names a policy that is not there`;
}

/** A report that was stored, as it was in the run that made it. */
export function storedReport(document: ReportDocument): RunReport {
  const engines: Record<string, number> = {};
  for (const { source } of document.policies) {
    engines[source.engine] = (engines[source.engine] ?? 0) + 1;
  }
  const policyOf = new Map<number, number>();
  document.policies.forEach(({ diagnostics }, policy) => {
    for (const index of diagnostics) policyOf.set(index, policy);
  });
  return {
    ...document,
    engines,
    eachPolicy: () => document.policies,
    subjectOf(index): FindingSubject | undefined {
      const position = policyOf.get(index);
      const policy = position === undefined ? undefined : document.policies[position];
      if (position === undefined || policy === undefined) return undefined;
      const { kind, namespace, name } = policy.source;
      return {
        kind,
        name: namespace === null ? name : `${namespace}/${name}`,
        policy: position,
        outcome: policy.outcome,
        witness: witnessOf(policy, index),
      };
    },
  };
}

function witnessOf(policy: ReportPolicy, diagnostic: number): FindingSubject["witness"] {
  const rule = policy.rules.find(({ diagnostics }) => diagnostics.includes(diagnostic));
  return rule === undefined ? policy.verification.witnesses[0] : (rule.witness ?? undefined);
}
