import type { ReportDiagnostic, ReportPolicy, RunReport } from "./report.ts";
import { asSentence } from "./issue-text.ts";
import { policyText } from "./issues.ts";
import { gravityOfLevel, reachesFailOn } from "./ladder.ts";
import { attributes, escapeXml } from "./xml.ts";
import { witnessText } from "./witness-text.ts";

/** How a test case ends. */
type Ending = "passed" | "skipped" | "failure" | "error";

interface Counts {
  tests: number;
  readonly endings: Record<Ending, number>;
}

const noCounts = (): Counts => ({
  tests: 0,
  endings: { passed: 0, skipped: 0, failure: 0, error: 0 },
});

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
  yield `<?xml version="1.0" encoding="UTF-8"?>\n`;
  yield `<testsuites${attributes(suiteAttributes("netpol-migrate", totalOf(suites)))}>\n`;
  let open: string | undefined;
  let names = new Map<string, number>();
  for (const { file, text } of eachCase(report, () => names)) {
    if (file !== open) {
      if (open !== undefined) yield "  </testsuite>\n";
      open = file;
      names = new Map();
      yield `  <testsuite${attributes(suiteAttributes(file, suites.get(file) ?? noCounts()))}>\n`;
    }
    yield text();
  }
  yield "  </testsuite>\n</testsuites>\n";
}

function countSuites(report: RunReport): ReadonlyMap<string, Counts> {
  const suites = new Map<string, Counts>();
  for (const { file, ending } of eachCase(report, () => new Map())) {
    let counts = suites.get(file);
    if (counts === undefined) suites.set(file, (counts = noCounts()));
    counts.tests += 1;
    counts.endings[ending] += 1;
  }
  return suites;
}

function totalOf(suites: ReadonlyMap<string, Counts>): Counts {
  const total = noCounts();
  for (const { tests, endings } of suites.values()) {
    total.tests += tests;
    for (const ending of ["passed", "skipped", "failure", "error"] as const) {
      total.endings[ending] += endings[ending];
    }
  }
  return total;
}

function suiteAttributes(
  name: string,
  { tests, endings }: Counts,
): Readonly<Record<string, string | number>> {
  const { failure: failures, error: errors, skipped } = endings;
  return { name, tests, failures, errors, skipped, time: 0 };
}

interface Case {
  readonly file: string;
  readonly ending: Ending;
  /** Put together only when it is asked for. */
  readonly text: () => string;
}

/** Every case, file by file. @param namesOf how often each name has been given in the suite so far */
function* eachCase(report: RunReport, namesOf: () => Map<string, number>): Generator<Case> {
  yield wholeSet(report);
  const unread = unreadByFile(report);
  let file: string | undefined;
  for (const policy of report.eachPolicy()) {
    const { source } = policy;
    if (source.file !== file) {
      for (const [other, documents] of unread) {
        // Files come sorted, so those before this one hold nothing but what could not be read.
        if (other >= source.file) break;
        yield* unreadCases(other, documents, report, namesOf);
        unread.delete(other);
      }
      file = source.file;
      yield* unreadCases(file, unread.get(file) ?? [], report, namesOf);
      unread.delete(file);
    }
    const ending = endingOf(policy, report);
    yield {
      file,
      ending,
      text: () =>
        caseText({
          name: uniqueName(policyText(source), namesOf()),
          classname: `${source.engine}.${source.kind}`,
          place: source,
          ending,
          type: policy.outcome,
          message: messageOf(policy),
          detail: detailOf(policy, report),
        }),
    };
  }
  for (const [other, documents] of unread) yield* unreadCases(other, documents, report, namesOf);
}

function wholeSet(report: RunReport): Case {
  const { outcome, exitCode, stops } = report.result;
  const ending = exitCode === 0 ? "passed" : stops.length > 0 ? "error" : "failure";
  const loose = report.diagnostics.filter(({ file }) => file === null);
  return {
    file: RUN,
    ending,
    text: () =>
      caseText({
        name: "the whole set",
        classname: "netpol-migrate",
        place: undefined,
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
  namesOf: () => Map<string, number>,
): Generator<Case> {
  for (const diagnostic of documents) {
    const isKnown = diagnostic.baseline === "known";
    const ending = isKnown || gravityOfLevel("invalid", report) !== "error" ? "skipped" : "error";
    yield {
      file,
      ending,
      text: () =>
        caseText({
          name: uniqueName(`document at line ${String(diagnostic.line)}`, namesOf()),
          classname: "document",
          place: diagnostic,
          ending,
          type: diagnostic.code,
          message: diagnostic.message,
          detail: findingText(diagnostic),
        }),
    };
  }
}

function endingOf({ outcome, baseline, diagnostics }: ReportPolicy, report: RunReport): Ending {
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

function findingText({ file, line, path, message, hint, code }: ReportDiagnostic): string {
  const place = file === null ? "" : `${file}:${String(line)}  `;
  const field = path === null ? "" : `${path}: `;
  const todo = hint === null ? "" : `\n  do: ${asSentence(hint)}`;
  return `${place}${field}${message}  ${code}${todo}`;
}

function uniqueName(name: string, names: Map<string, number>): string {
  const before = names.get(name) ?? 0;
  names.set(name, before + 1);
  return before === 0 ? name : `${name} (${String(before + 1)})`;
}

interface CaseParts {
  readonly name: string;
  readonly classname: string;
  readonly place: { readonly file: string | null; readonly line: number | null } | undefined;
  readonly ending: Ending;
  readonly type: string;
  readonly message: string;
  readonly detail: string;
}

function caseText({ name, classname, place, ending, type, message, detail }: CaseParts): string {
  const head = attributes({
    name,
    classname,
    ...(place?.file === null || place === undefined ? {} : { file: place.file }),
    ...(place?.line === null || place === undefined ? {} : { line: place.line }),
    time: 0,
  });
  const lines = [`    <testcase${head}>`];
  if (ending === "skipped") lines.push(`      <skipped${attributes({ message })}/>`);
  else if (ending !== "passed") {
    lines.push(`      <${ending}${attributes({ message, type })}>${escapeXml(detail)}</${ending}>`);
  }
  if ((ending === "passed" || ending === "skipped") && detail !== "") {
    lines.push(`      <system-out>${escapeXml(detail)}</system-out>`);
  }
  lines.push("    </testcase>");
  return `${lines.join("\n")}\n`;
}
