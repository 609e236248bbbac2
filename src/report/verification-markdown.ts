import type { Outcome } from "../ir/outcome.ts";
import { OUTCOMES } from "../ir/outcome.ts";
import { expectationText } from "./expectation-text.ts";
import { asSentence } from "./issue-text.ts";
import { policyText } from "./issues.ts";
import { MOST_BYTES, Page } from "./markdown-page.ts";
import { code, htmlCode, inline } from "./markdown-text.ts";
import { relatedText } from "./related.ts";
import { plural } from "./plural.ts";
import type { ComparedPolicy, VerificationReport } from "./verification.ts";
import { witnessText } from "./witness-text.ts";

/** Room for what comes last. */
const END_BYTES = 6 * 1024;

const HEADLINES: Readonly<Record<Outcome, string>> = {
  widened: "the other set allows more",
  unknown: "it was not found out whether both sets are the same",
  narrowed: "the other set allows less",
  conditional: "both sets are the same, under assumptions",
  exact: "both sets are the same",
};

/** The comparison for a pull request or the summary of a job, less than 64 KiB; what had no room is counted. */
export function verificationMarkdownTexts(report: VerificationReport): readonly string[] {
  const page = new Page(MOST_BYTES - END_BYTES);
  page.note(headText(report));
  addList(page, "Not understood", unread(report));
  addList(page, "Flows that are not as expected", unexpected(report));
  addList(page, "What differs", [...differences(report)]);
  page.grow(END_BYTES);
  page.note(endText(report));
  return [page.toString()];
}

function headText({ result, summary, options, expectations }: VerificationReport): string {
  const { outcome, stops, exitCode } = result;
  const total = (counts: Readonly<Record<Outcome, number>>): number =>
    Object.values(counts).reduce((sum, number) => sum + number, 0);
  const { source, against } = summary.policies;
  const lines = [
    `## netpol-migrate verify: ${stops.length > 0 ? "not everything could be read" : HEADLINES[outcome]}`,
    "",
    `${plural(total(source), "policy", "policies")} against ${String(total(against))}. ${exitCode === 0 ? "**Passes**" : "**Fails**"} (${code(`--fail-on ${String(options["fail-on"])}`)}).`,
    "",
    "| outcome | policies of the source | of the other set |",
    "| --- | ---: | ---: |",
  ];
  for (const one of [...OUTCOMES].reverse()) {
    if (source[one] + against[one] === 0) continue;
    lines.push(`| **${one}** | ${String(source[one])} | ${String(against[one])} |`);
  }
  if (expectations !== null) {
    const held = expectations.filter(({ holds }) => holds).length;
    lines.push("", `${String(held)} of ${plural(expectations.length, "flow")} as expected.`);
  }
  return `${lines.join("\n")}\n\n`;
}

function addList(page: Page, title: string, items: readonly string[]): void {
  if (items.length === 0) return;
  page.note(`### ${title}\n\n`);
  const shown = items.findIndex((item) => !page.add(item));
  const left = shown < 0 ? 0 : items.length - shown;
  page.note(
    left === 0
      ? "\n"
      : `\n**${String(left)} more had no room here**: the JSON report has them.\n\n`,
  );
}

function unread({ diagnostics }: VerificationReport): readonly string[] {
  return diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ file, line, message, hint, code: name, related }) => {
      const place = file === null ? "" : `${code(`${file}:${String(line)}`)}: `;
      const others = relatedText(related);
      const see = others === undefined ? "" : `  \n  ${inline(others)}`;
      const todo = hint === null ? "" : `  \n  do: ${inline(asSentence(hint))}`;
      return `- ${place}${inline(message)} (${name})${see}${todo}\n`;
    });
}

function unexpected({ expectations }: VerificationReport): readonly string[] {
  return (expectations ?? [])
    .filter(({ holds }) => !holds)
    .map((one) => {
      const by = [
        ...one.before.by.map((text) => `before: ${text}`),
        ...one.after.by.map((text) => `after: ${text}`),
      ].map((text) => `  - ${code(text)}\n`);
      return `- ${code(`${one.file}:${String(one.line)}`)} ${code(one.name)}: ${expectationText(one)}\n${by.join("")}`;
    });
}

/** Worst first; a flow is told once, though policies of both sets decide it. */
function* differences({ policies }: VerificationReport): Generator<string> {
  const told = new Set<string>();
  for (const outcome of [...OUTCOMES].reverse()) {
    if (outcome === "exact" || outcome === "conditional") continue;
    for (const policy of policies) {
      if (policy.outcome !== outcome) continue;
      const { witnesses, unanswered } = policy.verification;
      const fresh = witnesses.filter(({ explain }) => !told.has(explain));
      if (fresh.length === 0 && unanswered.length === 0) continue;
      for (const { explain } of fresh) told.add(explain);
      yield differenceText(policy, fresh);
    }
  }
}

function differenceText(
  { source, outcome, verification, side }: ComparedPolicy,
  fresh: ComparedPolicy["verification"]["witnesses"],
): string {
  const [first] = fresh;
  const flow = first === undefined ? "" : `<br>${htmlCode(witnessText(first))}`;
  const lines = [
    `<details><summary><b>${outcome}</b> ${htmlCode(policyText(source))}${flow}</summary>`,
    "",
    `${code(`${source.file}:${String(source.line)}`)} (${side === "source" ? "source" : "other set"})`,
    "",
  ];
  for (const one of fresh) {
    lines.push(
      `- ${code(witnessText(one))}`,
      `  - source: ${one.source.verdict}, ${code(one.source.by)}`,
      `  - other set: ${one.target.verdict}, ${code(one.target.by)}`,
      `  - ${code(`netpol-migrate explain ... --against ... ${one.explain}`)}`,
    );
  }
  for (const question of verification.unanswered) {
    lines.push(`- not answered: ${inline(question)}`);
  }
  return `${lines.join("\n")}\n\n</details>\n\n`;
}

function endText({ assumptions, summary }: VerificationReport): string {
  const lines: string[] = [];
  const used = assumptions.filter(({ standing }) => !standing);
  if (used.length > 0) lines.push("### Taken for granted", "");
  for (const { message, ifFalse, code: name } of used) {
    const effect = ifFalse === "widens" ? "**wider**" : "narrower";
    lines.push(`- ${inline(message)}: ${effect} if that is false (${name})`);
  }
  if (used.length > 0) lines.push("");
  const { asked, proved, refuted, unknown } = summary.questions;
  lines.push(
    `${plural(asked, "question")} asked: ${String(proved)} proved, ${String(refuted)} refuted, ${String(unknown)} unknown.`,
  );
  return `${lines.join("\n")}\n`;
}
