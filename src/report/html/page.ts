import { createHash } from "node:crypto";
import { groupFindings } from "../findings.ts";
import type { ReportPolicy, RunReport } from "../report.ts";
import { FilterCounts, filterSection } from "./filter-section.ts";
import { findingsSection } from "./findings-section.ts";
import { html, verbatim } from "./markup.ts";
import { matrixSection } from "./matrix-section.ts";
import { policySection, shownOutcome } from "./policy-section.ts";
import { runSection } from "./run-section.ts";
import { SCRIPT } from "./script.ts";
import { STYLES } from "./styles.ts";
import { summarySection } from "./summary-section.ts";

/**
 * The report as one HTML page that needs nothing else: no network, no other file. Its own policy (CSP) lets it load nothing
 * and run no script but its one, so that no text of the input can act, even if it were not escaped. Without the script all
 * of it can be read; the script filters, links and explains the matrix.
 *
 * Given in pieces of one policy: at 10,000 policies it is a text of many megabytes.
 */
export function* htmlTexts(report: RunReport): Generator<string> {
  const counts = new FilterCounts();
  for (const policy of report.eachPolicy()) countPolicy(counts, policy, report.diagnostics);
  const groups = groupFindings(report);
  yield `<!doctype html>\n<html lang="en">${HEAD.text}<body>\n`;
  yield html`<a class="skip" href="#policies">Skip to the policies</a>
    ${summarySection(report)}
    <nav aria-label="Sections">
      <a href="#findings">Findings</a> <a href="#reach">Reachability</a>
      <a href="#policies">Policies</a> <a href="#run">The run</a>
    </nav>
    ${filterSection(counts)}`.text;
  yield "\n<main>\n";
  yield findingsSection(groups).text;
  yield matrixSection(report.reachability).text;
  yield '\n<section id="policies">';
  yield html`<h2>Policies</h2>
    <p class="actions" hidden>
      <button type="button" id="open-all">Open all shown</button>
      <button type="button" id="close-all">Close all</button>
    </p>`.text;
  let position = 0;
  for (const policy of report.eachPolicy()) {
    yield `\n${policySection(policy, position, report.diagnostics).text}`;
    position += 1;
  }
  yield html`<p class="none" hidden>No policy matches the filter.</p>`.text;
  yield `</section>\n${runSection(report).text}\n</main>\n<script>${SCRIPT}</script></body></html>\n`;
}

/** The whole page as one text, for reports of a common size. */
export function htmlText(report: RunReport): string {
  return [...htmlTexts(report)].join("");
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

const CONTENT_POLICY = `default-src 'none'; script-src ${hashOf(SCRIPT)}; style-src ${hashOf(STYLES)}; img-src data:; base-uri 'none'; form-action 'none'`;

const HEAD = html`<head>
  <meta charset="utf-8" />
  <meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}" />
  <meta name="viewport" content="width=device-width, initial-scale=1" />
  <meta name="color-scheme" content="light dark" />
  <title>Network policy migration report</title>
  <link rel="icon" href="data:," />
  ${verbatim(`<style>${STYLES}</style>`)}
</head>`;

function countPolicy(
  counts: FilterCounts,
  policy: ReportPolicy,
  diagnostics: RunReport["diagnostics"],
): void {
  const { source, emitted } = policy;
  counts.add(
    shownOutcome(policy),
    new Set([
      ...(source.namespace === null ? [] : [source.namespace]),
      ...emitted.map(({ namespace }) => namespace),
    ]),
    new Set(policy.diagnostics.map((index) => diagnostics[index]?.code ?? "")),
  );
}
