import type { Outcome } from "../ir/outcome.ts";
import { OUTCOMES } from "../ir/outcome.ts";
import { configDecisions, proofText } from "./assessment.ts";
import type { Level } from "./findings.ts";
import { levelOf } from "./findings.ts";
import { asSentence } from "./issue-text.ts";
import { policyText } from "./issues.ts";
import { MOST_BYTES, Page } from "./markdown-page.ts";
import { cellCode, code, escapeHtml, htmlCode, inline } from "./markdown-text.ts";
import { plural } from "./plural.ts";
import { relatedText } from "./related.ts";
import type { ReportDiagnostic, ReportPolicy, RunReport } from "./report.ts";
import { witnessText } from "./witness-text.ts";

/** Room for the parts that come after the policies: what is taken for granted, the proof, the note of what was cut. */
const END_BYTES = 6 * 1024;
/** Room for the table of all policies, unless the changes leave more. */
const TABLE_BYTES = 12 * 1024;
/** Policies of one outcome that are worth keeping: more than fit. */
const KEPT = 500;
/** Findings and flows of one policy that are told. */
const TOLD = 12;

/**
 * The run for a comment on a pull request or the summary of a job: counts, what changes for whom with the worst first, what
 * is taken for granted. Less than 64 KiB; what had no room is counted, never left out in silence.
 */
export function* markdownTexts(report: RunReport): Generator<string> {
  const page = new Page(MOST_BYTES - END_BYTES - TABLE_BYTES);
  page.note(headText(report));
  addUnplaced(report, page);
  addChanges(report, page);
  page.grow(TABLE_BYTES);
  addPolicies(report, page);
  page.grow(END_BYTES);
  page.note(endText(report));
  yield page.toString();
}

// --- The head ----------------------------------------------------------------------------------------------------------

const MEANINGS: Readonly<Record<Outcome, string>> = {
  widened: "**more** is allowed than before",
  unknown: "what changes cannot be told",
  narrowed: "less is allowed than before",
  conditional: "the same is allowed, if what is taken for granted holds",
  exact: "the same is allowed",
};

function headText(report: RunReport): string {
  const { summary, inputs, engines, result } = report;
  const total = Object.values(engines).reduce((sum, number) => sum + number, 0);
  const written =
    result.stops.length > 0
      ? "**nothing is written**"
      : plural(summary.emitted, "NetworkPolicy", "NetworkPolicies");
  const lines = [
    `## ${headline(report)}`,
    "",
    `${plural(total, "policy", "policies")} in ${plural(inputs.length, "file")} -> ${written}. ${verdict(report)}`,
    "",
    ...configLines(report),
    "| outcome | policies | |",
    "| --- | ---: | --- |",
  ];
  if (summary.documents.invalid > 0) {
    lines.push(
      `| **invalid** | ${String(summary.documents.invalid)} | documents that could not be read |`,
    );
  }
  for (const outcome of [...OUTCOMES].reverse()) {
    const number = summary.policies[outcome];
    if (number === 0) continue;
    const { losingOnlyOther } = summary;
    const other =
      outcome === "narrowed" && losingOnlyOther > 0
        ? ` (${losingOnlyOther === number ? "" : `${String(losingOnlyOther)} of them `}only ICMP and the like)`
        : "";
    lines.push(`| **${outcome}** | ${String(number)} | ${MEANINGS[outcome]}${other} |`);
  }
  if (summary.unproved > 0) {
    lines.push(`| exact (unproved) | ${String(summary.unproved)} | claimed, not proved |`);
  }
  return `${lines.join("\n")}\n\n`;
}

function configLines({ options }: RunReport): readonly string[] {
  const { config } = options;
  if (typeof config !== "string") return [];
  const decisions = configDecisions(options).map((one) => `; it decides: ${code(one)}`);
  return [`Options are those of ${code(config)}${decisions.join("")}.`, ""];
}

function headline({ result, summary }: RunReport): string {
  const { policies, documents } = summary;
  if (result.stops.length > 0) return "netpol-migrate: stopped, nothing is written";
  if (policies.widened > 0) {
    return `netpol-migrate: ${plural(policies.widened, "policy allows", "policies allow")} more than before`;
  }
  if (policies.unknown + documents.invalid > 0)
    return "netpol-migrate: not everything was understood";
  if (policies.narrowed > 0) {
    return `netpol-migrate: ${plural(policies.narrowed, "policy allows", "policies allow")} less than before`;
  }
  return "netpol-migrate: nothing changes";
}

function verdict({ result, options }: RunReport): string {
  const { exitCode, stops, baseline } = result;
  const judged =
    baseline === undefined
      ? ""
      : ` Judged by what is new: ${plural(baseline.new, "finding")} (${String(baseline.known)} known from the baseline).`;
  if (stops.length > 0) {
    return "**The run stops**: resolve what is marked `stop` or `invalid` below.";
  }
  if (exitCode === 0) return `**Passes** (${failOnText(options)}).${judged}`;
  return `**Fails** (${failOnText(options)}).${judged}`;
}

const failOnText = (options: RunReport["options"]): string =>
  code(`--fail-on ${String(options["fail-on"])}`);

// --- What changes ------------------------------------------------------------------------------------------------------

/** Findings about no policy that was understood. */
function addUnplaced(report: RunReport, page: Page): void {
  const stops = new Set(report.result.stops);
  const lines: string[] = [];
  let left = 0;
  for (const [index, diagnostic] of report.diagnostics.entries()) {
    if (report.subjectOf(index) !== undefined) continue;
    const level = levelOf(diagnostic, undefined, stops);
    if (level === "note") continue;
    if (lines.length < KEPT) lines.push(findingLine(diagnostic, level));
    else left += 1;
  }
  if (lines.length === 0) return;
  page.note("### Not understood, or about no policy\n\n");
  for (const [at, line] of lines.entries()) {
    if (page.add(line)) continue;
    left += lines.length - at;
    break;
  }
  page.note(left > 0 ? `- ... and ${String(left)} more\n\n` : "\n");
}

function findingLine(diagnostic: ReportDiagnostic, level: Level): string {
  const { file, line, code: name, message, hint, path, related } = diagnostic;
  const place = file === null ? "" : ` ${code(`${file}:${String(line)}`)}`;
  const field = path === null || path === "" ? "" : ` ${code(path)}`;
  const others = relatedText(related);
  const see = others === undefined ? "" : `  \n  ${inline(others)}`;
  const todo = hint === null ? "" : `  \n  do: ${inline(asSentence(hint))}`;
  return `- **${level}**${place}${field}: ${inline(message)} (${name})${see}${todo}\n`;
}

function addChanges(report: RunReport, page: Page): void {
  const changed = changedPolicies(report);
  if (changed.total === 0) return;
  page.note("### What changes\n\n");
  let shown = 0;
  for (const outcome of [...OUTCOMES].reverse()) {
    for (const policy of changed.byOutcome.get(outcome) ?? []) {
      if (!page.add(changeText(policy, report))) break;
      shown += 1;
    }
  }
  const left = changed.total - shown;
  if (left > 0) {
    page.note(
      `**${plural(left, "more policy", "more policies")} that change${left === 1 ? "s" : ""} had no room here**: the JSON report has all of them.\n\n`,
    );
  }
}

/** The policies that come out neither exact nor conditional, as many as may have room. */
function changedPolicies(report: RunReport): {
  readonly byOutcome: ReadonlyMap<Outcome, readonly ReportPolicy[]>;
  readonly total: number;
} {
  const byOutcome = new Map<Outcome, ReportPolicy[]>();
  let total = 0;
  const { narrowed, unknown, widened } = report.summary.policies;
  if (narrowed + unknown + widened === 0) return { byOutcome, total };
  for (const policy of report.eachPolicy()) {
    const { outcome } = policy;
    if (outcome === "exact" || outcome === "conditional") continue;
    total += 1;
    const list = byOutcome.get(outcome);
    if (list === undefined) byOutcome.set(outcome, [policy]);
    else if (list.length < KEPT) list.push(policy);
  }
  // What the baseline does not have comes first.
  for (const list of byOutcome.values()) list.sort((a, b) => newness(b) - newness(a));
  return { byOutcome, total };
}

const newness = ({ baseline }: ReportPolicy): number => (baseline === "known" ? 0 : 1);

/** One policy, closed: who, and one flow in the open; why and what to do inside. */
function changeText(policy: ReportPolicy, report: RunReport): string {
  const { source, outcome, rules, verification, baseline } = policy;
  const flows = [
    ...rules.flatMap(({ witness, path }) => (witness === null ? [] : [{ witness, path }])),
    ...verification.witnesses.map((witness) => ({ witness, path: "" })),
  ];
  const [first] = flows;
  const known = baseline === undefined ? "" : baseline === "known" ? " (known)" : " (new)";
  const flow =
    first === undefined
      ? ""
      : `<br>${escapeHtml(flowHead(first.witness))}${htmlCode(flowTail(first.witness))}`;
  const lines = [
    `<details><summary><b>${outcome}</b>${known} ${htmlCode(policyText(source))}${flow}</summary>`,
    "",
    `${code(`${source.file}:${String(source.line)}`)} -> ${emittedText(policy)}`,
    "",
    ...findingLines(policy, report),
  ];
  const seen = new Set(first === undefined ? [] : [witnessText(first.witness)]);
  for (const { witness, path } of flows.slice(1)) {
    const text = witnessText(witness);
    if (seen.has(text)) continue;
    seen.add(text);
    if (seen.size > TOLD) continue;
    const field = path === "" ? "" : `${code(path)}: `;
    lines.push(`- ${field}${flowHead(witness)}${code(flowTail(witness))}`);
  }
  if (seen.size > TOLD) lines.push(`- ... and ${String(seen.size - TOLD)} more flows`);
  return `${lines.join("\n")}\n\n</details>\n\n`;
}

const flowHead = ({ source }: ReportPolicy["verification"]["witnesses"][number]): string =>
  source.verdict === "allow" ? "from now on denied: " : "from now on allowed: ";

const flowTail = (witness: ReportPolicy["verification"]["witnesses"][number]): string =>
  witnessText(witness).slice(flowHead(witness).length);

function emittedText({ emitted }: ReportPolicy): string {
  if (emitted.length === 0) return "nothing to write";
  const shown = emitted.slice(0, 3).map(({ file }) => code(file));
  const left = emitted.length - shown.length;
  return `${shown.join(", ")}${left > 0 ? ` and ${plural(left, "more object")}` : ""}`;
}

function findingLines({ diagnostics }: ReportPolicy, report: RunReport): readonly string[] {
  const stops = new Set(report.result.stops);
  const lines: string[] = [];
  let left = 0;
  for (const index of diagnostics) {
    const diagnostic = report.diagnostics[index];
    if (diagnostic === undefined) continue;
    const level = levelOf(diagnostic, report.subjectOf(index), stops);
    if (level === "note") continue;
    if (lines.length < TOLD) lines.push(findingLine(diagnostic, level).trimEnd());
    else left += 1;
  }
  if (left > 0) lines.push(`- ... and ${plural(left, "more finding")}`);
  return lines;
}

// --- Everything, and the end -------------------------------------------------------------------------------------------

function addPolicies(report: RunReport, page: Page): void {
  const close = "\n</details>\n\n";
  const head =
    "<details><summary>All policies</summary>\n\n| policy | outcome | objects |\n| --- | --- | --- |\n";
  if (!page.fits(`${head}${close}${" ".repeat(400)}`)) return;
  page.note(head);
  let left = 0;
  for (const policy of report.eachPolicy()) {
    const { source, outcome, emitted } = policy;
    const files = emitted.slice(0, 3).map(({ file }) => cellCode(file));
    const more = emitted.length > 3 ? `, ${String(emitted.length - 3)} more` : "";
    const row = `| ${cellCode(policyText(source))} | ${outcome} | ${files.join(", ")}${more} |\n`;
    if (left > 0 || !page.fits(`${row}${close}${" ".repeat(200)}`)) left += 1;
    else page.add(row);
  }
  if (left > 0)
    page.note(
      `\n... and ${plural(left, "more policy", "more policies")}: the JSON report has all of them.\n`,
    );
  page.note(close);
}

function endText(report: RunReport): string {
  const lines: string[] = [];
  const { assumptions } = report;
  const used = assumptions.filter(({ standing }) => !standing);
  if (used.length > 0) lines.push("### Taken for granted", "");
  for (const { message, ifFalse, usedBy, code: name } of used) {
    const who = plural(usedBy, "policy", "policies");
    const effect = ifFalse === "widens" ? "**wider**" : "narrower";
    lines.push(`- ${inline(message)}: ${effect} if that is false, for ${who} (${name})`);
  }
  if (used.length > 0) lines.push("");
  const proof = proofText(report);
  if (proof !== undefined) lines.push(`**${proof.word}**: ${inline(proof.text)}`, "");
  const standing = assumptions.filter((one) => one.standing);
  lines.push(
    `<details><summary>Always taken for granted</summary>`,
    "",
    ...standing.map(({ message, code: name }) => `- ${inline(message)} (${name})`),
    "",
    "</details>",
  );
  return `${lines.join("\n")}\n`;
}
