import type { ReportDocument, RunReport } from "./report.ts";

/**
 * The report as JSON in pieces, ending in a newline: the same bytes as `JSON.stringify(report, undefined, 2)`. Of 100,000
 * policies it would be a text of half a gigabyte, more than one string may hold.
 */
export function* jsonTexts(report: RunReport): Generator<string> {
  yield "{\n";
  yield* member("schemaVersion", report.schemaVersion);
  yield* member("tool", report.tool);
  yield* member("options", report.options);
  yield* member("result", report.result);
  yield* member("summary", report.summary);
  yield* member("assumptions", report.assumptions);
  yield* list("policies", report.eachPolicy());
  yield ",\n";
  yield* member("inputs", report.inputs);
  yield* list("diagnostics", report.diagnostics);
  const { reachability } = report;
  if (reachability !== undefined) {
    yield `,\n  "reachability": ${indented(reachability, "  ")}`;
  }
  yield "\n}\n";
}

type Name = keyof ReportDocument;

function* member(name: Name, value: unknown): Generator<string> {
  yield `  ${JSON.stringify(name)}: ${indented(value, "  ")},\n`;
}

function* list(name: Name, items: Iterable<unknown>): Generator<string> {
  yield `  ${JSON.stringify(name)}: `;
  yield* listTexts(items, "  ");
}

/** A list as JSON in pieces of one item. @param indent that of the line on which it begins */
export function* listTexts(items: Iterable<unknown>, indent: string): Generator<string> {
  yield "[";
  let isEmpty = true;
  for (const item of items) {
    yield `${isEmpty ? "" : ","}\n${indent}  ${indented(item, `${indent}  `)}`;
    isEmpty = false;
  }
  yield isEmpty ? "]" : `\n${indent}]`;
}

/** JSON text whose further lines begin with `indent`. Strings hold no line breaks in JSON, so none of theirs is touched. */
function indented(value: unknown, indent: string): string {
  return JSON.stringify(value, undefined, 2).replaceAll("\n", `\n${indent}`);
}

/** The whole report as one text, for reports of a common size. */
export function jsonText(report: RunReport): string {
  return [...jsonTexts(report)].join("");
}
