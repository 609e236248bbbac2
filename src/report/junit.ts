import { relatedText } from "./related.ts";
import type { ReportDiagnostic, ReportPolicy, RunReport } from "./report.ts";
import { asSentence } from "./issue-text.ts";
import { policyText } from "./issues.ts";
import { gravityOfLevel, reachesFailOn } from "./ladder.ts";
import type { JunitCase, JunitEnding } from "./junit-suites.ts";
import { JunitCounts, UniqueNames, junitCaseText } from "./junit-suites.ts";
import { witnessText } from "./witness-text.ts";

/** The suite of what belongs to no file. */
const RUN = "(the run)";

/**
 * The run as JUnit XML: a suite for each file, in it a case for each policy and for each document that could not be read,
 * and one suite for the run as a whole. What reaches `--fail-on` is a failure, what keeps the run from writing an error; what
 * else is lost is skipped, so that it shows.
 *
 * Policies are gone through twice, since a suite begins with its counts: to keep the cases would take as much memory as
 * the input.
 */
export function* junitTexts(report: RunReport): Generator<string> {
  const suites = countSuites(report);
  const total = new JunitCounts();
  for (const counts of suites.values()) total.addAll(counts);
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${total.textFor("netpol-migrate")}>\n`;
  let open: string | undefined;
  let names = new UniqueNames();
  for (const { file, whole } of eachCase(report)) {
    if (file !== open) {
      if (open !== undefined) yield "  </testsuite>\n";
      open = file;
      names = new UniqueNames();
      yield `  <testsuite${(suites.get(file) ?? total).textFor(file)}>\n`;
    }
    yield junitCaseText(whole(), names);
  }
  yield "  </testsuite>\n</testsuites>\n";
}

function countSuites(report: RunReport): ReadonlyMap<string, JunitCounts> {
  const suites = new Map<string, JunitCounts>();
  for (const { file, ending } of eachCase(report)) {
    let counts = suites.get(file);
    if (counts === undefined) suites.set(file, (counts = new JunitCounts()));
    counts.add(ending);
  }
  return suites;
}

interface Case {
  readonly file: string;
  readonly ending: JunitEnding;
  /** Put together only when it is asked for. */
  readonly whole: () => JunitCase;
}

/** Every case, file by file. */
function* eachCase(report: RunReport): Generator<Case> {
  yield wholeSet(report);
  const unread = unreadByFile(report);
  let file: string | undefined;
  for (const policy of report.eachPolicy()) {
    const { source } = policy;
    if (source.file !== file) {
      for (const [other, documents] of unread) {
        // Files come sorted, so those before this one hold nothing but what could not be read.
        if (other >= source.file) break;
        yield* unreadCases(other, documents, report);
        unread.delete(other);
      }
      file = source.file;
      yield* unreadCases(file, unread.get(file) ?? [], report);
      unread.delete(file);
    }
    const ending = endingOf(policy, report);
    yield {
      file,
      ending,
      whole: () => ({
        name: policyText(source),
        classname: `${source.engine}.${source.kind}`,
        file: source.file,
        line: source.line,
        ending,
        type: policy.outcome,
        message: messageOf(policy),
        detail: detailOf(policy, report),
      }),
    };
  }
  for (const [other, documents] of unread) yield* unreadCases(other, documents, report);
}

function wholeSet(report: RunReport): Case {
  const { outcome, exitCode, stops } = report.result;
  const ending = exitCode === 0 ? "passed" : stops.length > 0 ? "error" : "failure";
  const loose = report.diagnostics.filter(({ file }) => file === null);
  return {
    file: RUN,
    ending,
    whole: () => ({
      name: "the whole set",
      classname: "netpol-migrate",
      ending,
      type: outcome,
      message:
        stops.length > 0
          ? `nothing is written: ${stops.join(", ")}`
          : `the whole set is ${outcome}`,
      detail: loose.map(findingText).join("\n"),
    }),
  };
}

/** Findings that say of a document that it was not understood, by file. Files are sorted. */
function unreadByFile(report: RunReport): Map<string, ReportDiagnostic[]> {
  const byFile = new Map<string, ReportDiagnostic[]>();
  for (const [index, diagnostic] of report.diagnostics.entries()) {
    const { file, severity } = diagnostic;
    if (file === null || severity !== "error" || report.subjectOf(index) !== undefined) continue;
    const list = byFile.get(file);
    if (list === undefined) byFile.set(file, [diagnostic]);
    else list.push(diagnostic);
  }
  return byFile;
}

function* unreadCases(
  file: string,
  documents: readonly ReportDiagnostic[],
  report: RunReport,
): Generator<Case> {
  for (const diagnostic of documents) {
    const isKnown = diagnostic.baseline === "known";
    const ending = isKnown || gravityOfLevel("invalid", report) !== "error" ? "skipped" : "error";
    yield {
      file,
      ending,
      whole: () => ({
        name: `document at line ${String(diagnostic.line)}`,
        classname: "document",
        file: diagnostic.file,
        line: diagnostic.line,
        ending,
        type: diagnostic.code,
        message: diagnostic.message,
        detail: findingText(diagnostic),
      }),
    };
  }
}

function endingOf(
  { outcome, baseline, diagnostics }: ReportPolicy,
  report: RunReport,
): JunitEnding {
  if (outcome === "exact") return "passed";
  if (baseline === "known") return "skipped";
  const { stops } = report.result;
  const stopsRun = (index: number): boolean => {
    const { severity, code } = report.diagnostics[index] ?? {};
    return severity === "error" && code !== undefined && stops.includes(code);
  };
  if (diagnostics.some(stopsRun)) return "error";
  if (reachesFailOn(outcome, report)) return "failure";
  return outcome === "conditional" ? "passed" : "skipped";
}

function messageOf({ outcome, rules, verification, baseline }: ReportPolicy): string {
  const witness = rules.find((rule) => rule.witness !== null)?.witness ?? verification.witnesses[0];
  const known = baseline === "known" ? " (known from the baseline)" : "";
  return witness === undefined
    ? `${outcome}${known}`
    : `${outcome}${known}: ${witnessText(witness)}`;
}

/** Everything that there is to say of a policy, a line a thing. */
function detailOf(
  { outcome, emitted, assumptions, diagnostics, rules }: ReportPolicy,
  report: RunReport,
): string {
  const objects = emitted.map(({ namespace, name }) => `${namespace}/${name}`).join(", ");
  const lines = [`${outcome}; ${objects === "" ? "nothing to write" : `written as ${objects}`}`];
  if (assumptions.length > 0) lines.push(`rests on ${assumptions.join(", ")}`);
  for (const index of diagnostics) {
    const diagnostic = report.diagnostics[index];
    if (diagnostic !== undefined) lines.push(findingText(diagnostic));
  }
  for (const { path, witness } of rules) {
    if (witness !== null) lines.push(`${path}: ${witnessText(witness)}`);
  }
  return lines.join("\n");
}

function findingText({ file, line, path, message, hint, code, related }: ReportDiagnostic): string {
  const place = file === null ? "" : `${file}:${String(line)}  `;
  const field = path === null ? "" : `${path}: `;
  const others = relatedText(related);
  const see = others === undefined ? "" : `\n  ${others}`;
  const todo = hint === null ? "" : `\n  do: ${asSentence(hint)}`;
  return `${place}${field}${message}  ${code}${see}${todo}`;
}
