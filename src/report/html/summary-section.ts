import type { Outcome } from "../../ir/outcome.ts";
import { OUTCOMES } from "../../ir/outcome.ts";
import { plural } from "../plural.ts";
import type { ReportSummary, RunReport } from "../report.ts";
import { html } from "./markup.ts";
import type { Content, Markup } from "./markup.ts";
import { badge } from "./words.ts";

/** What the whole comes to, in one sentence. */
const HEADLINES: Readonly<Record<Outcome, string>> = {
  exact: "The same traffic is allowed as before",
  conditional: "The same traffic is allowed as before, under assumptions",
  narrowed: "Some traffic that was allowed will be denied",
  unknown: "The result as a whole is not known",
  widened: "Some traffic that was denied will be allowed",
};

const MEANINGS: Readonly<Record<Outcome | "unproved", string>> = {
  exact: "same flows as before",
  conditional: "the same, under an assumption",
  narrowed: "denies something that was allowed",
  unknown: "cannot be judged",
  widened: "allows something that was denied",
  unproved: "claimed the same, not proved",
};

/** Outcomes that some policy has, best first. */
export function outcomeCounts({
  policies,
  unproved,
}: ReportSummary): readonly (readonly [Outcome | "unproved", number])[] {
  const all = [
    ["exact", policies.exact],
    ["unproved", unproved],
    ...OUTCOMES.slice(1).map((outcome) => [outcome, policies[outcome]] as const),
  ] as const;
  return all.filter(([, count]) => count > 0);
}

/** The headline, the counts, and what the result rests on. */
export function summarySection(report: RunReport): Markup {
  const { result, summary, tool } = report;
  const stopped = result.stops.length > 0;
  const headline = stopped ? "Nothing was written" : HEADLINES[result.outcome];
  return html`<header class="top">
    <p class="eyebrow">Network policy migration report</p>
    <h1>${headline}</h1>
    <p class="lead">${leadText(report)}</p>
    ${stopped ? html`<p class="stopped">Resolve first: ${result.stops.map((code, at) => [at === 0 ? "" : ", ", html`<a href="#${code}">${code}</a>`])}.</p>` : ""}
    ${outcomeBar(summary)}
    <dl class="counts">
      ${outcomeCounts(summary).map(
        ([outcome, count]) =>
          html`<div>
            <dt>${outcome === "unproved" ? badge("exact", "exact (unproved)") : badge(outcome)}</dt>
            <dd><b>${count}</b> <span>${MEANINGS[outcome]}</span></dd>
          </div>`,
      )}
    </dl>
    <p class="proof">${proofText(report)}</p>
    ${assumptionsText(report)}
    <p class="tool"><small>${tool.name} ${tool.version}</small></p>
  </header>`;
}

function leadText({ engines, inputs, summary, result }: RunReport): string {
  const names = Object.entries(engines).map(
    ([engine, number]) => `${engine.charAt(0).toUpperCase()}${engine.slice(1)} ${String(number)}`,
  );
  const total = Object.values(engines).reduce((sum, number) => sum + number, 0);
  const { documents, emitted, rules } = summary;
  const read = `${plural(total, "policy", "policies")}${names.length > 1 ? ` (${names.join(", ")})` : ""} read from ${plural(inputs.length, "file")}`;
  const invalid =
    documents.invalid === 0
      ? ""
      : `, and ${plural(documents.invalid, "document")} that could not be understood`;
  if (result.stops.length > 0) return `${read}${invalid}.`;
  const all = rules.emitted + rules.redundant + rules.skipped;
  const left =
    rules.skipped === 0
      ? "No rule is left out"
      : `${String(rules.skipped)} of ${plural(all, "rule")} left out`;
  return `${read}${invalid}; ${plural(emitted, "NetworkPolicy", "NetworkPolicies")} written. ${left}.`;
}

/** The shares of the outcomes. Its sizes are attributes of SVG: style attributes are forbidden by the page's own policy. */
function outcomeBar(summary: ReportSummary): Markup {
  const counts = outcomeCounts(summary);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  let x = 0;
  const parts = counts.map(([outcome, count]): Content => {
    // A share that is there is seen, however small.
    const width = Math.max((count / total) * 1000, 4);
    const rect = html`<rect
      class="${outcome === "unproved" ? "exact" : outcome}"
      x="${x.toFixed(1)}"
      y="0"
      width="${Math.max(width - 3, 2).toFixed(1)}"
      height="12"
    ></rect>`;
    x += width;
    return rect;
  });
  if (total === 0) return html``;
  return html`<svg
    class="bar"
    viewBox="0 0 ${Math.max(x - 3, 1).toFixed(1)} 12"
    preserveAspectRatio="none"
    aria-hidden="true"
    focusable="false"
  >
    ${parts}
  </svg>`;
}

function proofText({ result, engines }: RunReport): string {
  const total = Object.values(engines).reduce((sum, number) => sum + number, 0);
  if (total === 0) return "";
  switch (result.verification.status) {
    case "proved":
      return "Proved: the output was read back, and each policy is equal to its source, or narrower where it says so.";
    case "refuted":
      return "The proof found flows that the output allows and the source denied; they are shown below.";
    case "unknown":
      return "Not every outcome could be confirmed by the proof.";
    case "off":
      return result.stops.length > 0
        ? "Nothing was proved, since nothing was written."
        : "Outcomes are claimed, not proved.";
  }
}

function assumptionsText({ assumptions }: RunReport): Markup {
  const used = assumptions.filter(({ standing }) => !standing);
  if (used.length === 0) return html``;
  return html`<ul class="assumes">
    ${used.map(
      ({ code, message, ifFalse, usedBy }) =>
        html`<li>
          Assumes that ${message} (${plural(usedBy, "policy", "policies")};
          ${ifFalse === "widens" ? html`<b>wider</b>` : "narrower"} if that is false)
          <a class="code" href="#${code}">${code}</a>
        </li>`,
    )}
  </ul>`;
}
