import type { Outcome } from "../ir/outcome.ts";
import { OUTCOMES, worstOutcome } from "../ir/outcome.ts";
import { eachIssue } from "./issues.ts";
import { reachesFailOn } from "./ladder.ts";
import type { BaselineState, ReportDiagnostic, ReportPolicy, RunReport } from "./report.ts";

/**
 * The report judged by what is new in it: what an earlier report has already is marked as known and fails nothing any more.
 * A stop stays a stop.
 *
 * A finding is known if the same code was given for the same field of the same policy. A policy is known if it came out as
 * badly before, no rule of it comes out worse, and all findings that change its flows are known. What is wider than the
 * source without having been asked for is never known: no file may excuse that.
 */
export function againstBaseline(report: RunReport, baseline: RunReport): RunReport {
  const known = new Set<string>();
  for (const { fingerprint } of eachIssue(baseline)) known.add(fingerprint);
  const before = policiesByName(baseline);
  const excusesWider = report.options["inexact"] === "widen";

  const diagnostics: ReportDiagnostic[] = [];
  const counts: Record<BaselineState, number> = { new: 0, known: 0 };
  for (const issue of eachIssue(report)) {
    const isExcused = excusesWider || issue.level !== "widened";
    const state: BaselineState = isExcused && known.has(issue.fingerprint) ? "known" : "new";
    const diagnostic = report.diagnostics[diagnostics.length];
    if (diagnostic !== undefined) diagnostics.push({ ...diagnostic, baseline: state });
    if (issue.level !== "note") counts[state] += 1;
  }
  const eachPolicy = function* (): Generator<ReportPolicy> {
    for (const policy of report.eachPolicy()) {
      yield policy.outcome === "exact"
        ? policy
        : {
            ...policy,
            baseline:
              policy.outcome === "widened" && !excusesWider
                ? "new"
                : stateOf(policy, before, diagnostics),
          };
    }
  };

  const worse: Outcome[] = ["exact"];
  for (const { outcome, baseline: state } of eachPolicy()) if (state === "new") worse.push(outcome);
  if (diagnostics.some((one) => one.severity === "error" && one.baseline === "new")) {
    worse.push("unknown");
  }
  const outcome = worstOutcome(worse);
  // A stop, or a fault of ours, is not judged by what was known before.
  const isJudged = report.result.exitCode <= 1;
  let policies: readonly ReportPolicy[] | undefined;
  // Copied by their descriptors: to read what is computed when asked for would be to ask for it.
  return Object.defineProperties(
    {},
    {
      ...Object.getOwnPropertyDescriptors(report),
      ...Object.getOwnPropertyDescriptors({
        result: {
          ...report.result,
          exitCode: isJudged ? (reachesFailOn(outcome, report) ? 1 : 0) : report.result.exitCode,
          baseline: { ...counts, outcome },
        },
        get policies() {
          return (policies ??= [...eachPolicy()]);
        },
        diagnostics,
        eachPolicy,
      } satisfies Partial<RunReport>),
    },
  ) as RunReport;
}

interface Before {
  readonly outcome: Outcome;
  /** How its rules came out, by their paths. */
  readonly rules: ReadonlyMap<string, Outcome>;
}

const nameOf = ({ kind, namespace, name }: ReportPolicy["source"]): string =>
  JSON.stringify([kind, namespace, name]);

/** Of several policies of one name the best counts: nothing may pass for known that one of them had alone. */
function policiesByName(baseline: RunReport): ReadonlyMap<string, Before> {
  const named = new Map<string, Before>();
  for (const { source, outcome, rules } of baseline.eachPolicy()) {
    const name = nameOf(source);
    const other = named.get(name);
    if (other !== undefined && rank(other.outcome) <= rank(outcome)) continue;
    named.set(name, { outcome, rules: new Map(rules.map((rule) => [rule.path, rule.outcome])) });
  }
  return named;
}

const rank = (outcome: Outcome | undefined): number =>
  outcome === undefined ? 0 : OUTCOMES.indexOf(outcome);

function stateOf(
  { source, outcome, rules, diagnostics }: ReportPolicy,
  before: ReadonlyMap<string, Before>,
  findings: readonly ReportDiagnostic[],
): BaselineState {
  const old = before.get(nameOf(source));
  if (old === undefined || rank(outcome) > rank(old.outcome)) return "new";
  if (rules.some((rule) => rank(rule.outcome) > rank(old.rules.get(rule.path)))) return "new";
  const isNew = (index: number): boolean => {
    const finding = findings[index];
    return finding !== undefined && finding.effect !== "none" && finding.baseline === "new";
  };
  return diagnostics.some(isNew) ? "new" : "known";
}
