import { compareText } from "../base/compare.ts";
import { CATALOGUE } from "../catalogue.ts";
import type { DiagnosticDefinition } from "../diagnostics/define.ts";
import { ASSUMPTIONS } from "../ir/assumption.ts";
import type { Issue } from "./issues.ts";
import { eachIssue, issuesByGravity } from "./issues.ts";
import { reachesFailOn } from "./ladder.ts";
import { listTexts } from "./json.ts";
import type { RunReport } from "./report.ts";
import { asSentence, issueText } from "./issue-text.ts";
import { templateHint, templateText } from "./template-text.ts";

/** GitHub takes no more results of one run. */
const MOST_RESULTS = 25_000;

/**
 * The findings of a run as SARIF 2.1.0: one result a finding, at its place in the source, worst first where there are more
 * than a run may have. What belongs to no place (assumptions, the outcome of the whole) is a notification of the run.
 */
export function* sarifTexts(report: RunReport): Generator<string> {
  const { codes, count } = overview(report);
  const rules = [...codes].sort(compareText);
  const indexOf = new Map(rules.map((code, index) => [code, index]));
  const head = {
    tool: {
      driver: {
        name: report.tool.name,
        semanticVersion: report.tool.version,
        rules: rules.map((code) => ruleOf(code)),
      },
    },
    automationDetails: { id: "netpol-migrate/convert/" },
    columnKind: "utf16CodeUnits",
    invocations: [
      {
        executionSuccessful: report.result.exitCode <= 1,
        exitCode: report.result.exitCode,
        toolExecutionNotifications: notifications(report, count - MOST_RESULTS),
      },
    ],
  };
  const start = JSON.stringify(head, undefined, 2).replaceAll("\n", "\n    ");
  yield `{
  "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
  "version": "2.1.0",
  "runs": [
    ${start.slice(0, start.lastIndexOf("\n"))},
      "results": `;
  yield* listTexts(results(report, count, indexOf), "      ");
  yield "\n    }\n  ]\n}\n";
}

/** How many results there would be, and of which rules. */
function overview(report: RunReport): {
  readonly codes: ReadonlySet<string>;
  readonly count: number;
} {
  const codes = new Set<string>();
  let count = 0;
  for (const issue of eachIssue(report)) {
    if (issue.file === null) continue;
    codes.add(issue.code);
    count += 1;
  }
  return { codes, count };
}

function* results(
  report: RunReport,
  count: number,
  indexOf: ReadonlyMap<string, number>,
): Generator {
  const issues = count > MOST_RESULTS ? issuesByGravity(eachIssue(report)) : eachIssue(report);
  let given = 0;
  for (const issue of issues) {
    if (issue.file === null) continue;
    if (given === MOST_RESULTS) return;
    given += 1;
    yield resultOf(issue, issue.file, indexOf.get(issue.code) ?? -1);
  }
}

function resultOf(issue: Issue, file: string, ruleIndex: number): unknown {
  const { code, gravity, line, column, subject, path, fingerprint, baseline, related } = issue;
  return {
    ruleId: code,
    ruleIndex,
    level: gravity,
    message: { text: messageText(issueText(issue)) },
    locations: [
      {
        physicalLocation: physicalLocation(file, line, column),
        ...(subject === undefined
          ? {}
          : {
              logicalLocations: [
                {
                  fullyQualifiedName: path === null ? subject : `${subject} ${path}`,
                  kind: "resource",
                },
              ],
            }),
      },
    ],
    ...(related === undefined
      ? {}
      : {
          relatedLocations: related.map((one, id) => ({
            id,
            physicalLocation: physicalLocation(one.file, one.line, one.column),
            message: { text: messageText(one.message) },
          })),
        }),
    partialFingerprints: { "netpolMigrate/v1": fingerprint },
    ...(baseline === null ? {} : { baselineState: baseline === "new" ? "new" : "unchanged" }),
  };
}

function physicalLocation(file: string, line: number | null, column: number | null): unknown {
  return {
    artifactLocation: { uri: uriOf(file), uriBaseId: "%SRCROOT%" },
    ...(line === null || column === null
      ? {}
      : { region: { startLine: line, startColumn: column } }),
  };
}

/** In a message brackets make links and braces placeholders. */
function messageText(text: string): string {
  return text.replace(/[[\]]/g, "\\$&").replace(/[{}]/g, "$&$&");
}

/** Relative, with every character encoded that a URI does not take. */
function uriOf(file: string): string {
  return file === "-" ? "stdin" : file.split("/").map(encodeSegment).join("/");
}

function encodeSegment(segment: string): string {
  // A lone surrogate has no encoding.
  return encodeURIComponent(segment.replace(/\p{Surrogate}/gu, "\ufffd"));
}

const DEFINITIONS: ReadonlyMap<string, DiagnosticDefinition> = new Map(
  CATALOGUE.flatMap(({ definitions }) => Object.entries(definitions)),
);
const ASSUMED: ReadonlyMap<string, string> = new Map(
  Object.values(ASSUMPTIONS).map(({ code, sentence }) => [code, sentence]),
);

function ruleOf(code: string): unknown {
  const definition = DEFINITIONS.get(code);
  if (definition === undefined) {
    const text = `The result rests on an assumption: ${ASSUMED.get(code) ?? code}.`;
    return described(code, "warning", text, text, text);
  }
  const { message, hint, explanation, severity } = definition;
  const short = asSentence(templateText(message, inBrackets));
  const todo = hint === undefined ? "" : hintText(hint);
  const level = severity === "info" ? "note" : severity;
  return described(
    code,
    level,
    short,
    explanation,
    todo === "" ? explanation : `${explanation}\n\nDo: ${todo}`,
  );
}

const inBrackets = (name: string): string => `<${name}>`;

const hintText = (hint: string): string =>
  asSentence(
    templateHint(hint, inBrackets) ?? "What the result itself says: it depends on the case",
  );

function described(id: string, level: string, short: string, full: string, help: string): unknown {
  return {
    id,
    shortDescription: { text: messageText(short) },
    fullDescription: { text: messageText(full) },
    help: { text: messageText(help), markdown: help.replaceAll("<", "&lt;") },
    defaultConfiguration: { level },
    properties: { tags: ["network-policy"] },
  };
}

function notifications(report: RunReport, left: number): readonly unknown[] {
  const { outcome } = report.result;
  const found: unknown[] = [
    notification(reachesFailOn(outcome, report) ? "error" : "note", `The whole set is ${outcome}.`),
  ];
  for (const issue of eachIssue(report)) {
    if (issue.file === null) found.push(notification(issue.gravity, issueText(issue), issue.code));
  }
  for (const { code, message, standing } of report.assumptions) {
    if (!standing) found.push(notification("note", `Taken for granted: ${message}.`, code));
  }
  if (left > 0) {
    found.push(
      notification(
        "warning",
        `${String(left)} more findings are left out, the least grave ones: a run may have ${String(MOST_RESULTS)} results. The JSON report has all of them.`,
      ),
    );
  }
  return found;
}

function notification(level: string, text: string, id?: string): unknown {
  return {
    level,
    message: { text: messageText(text) },
    ...(id === undefined ? {} : { descriptor: { id } }),
  };
}
