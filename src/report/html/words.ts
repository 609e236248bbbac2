import type { Outcome, Witness } from "../../ir/outcome.ts";
import type { Level } from "../findings.ts";
import type { ReportPolicy, ReportRule } from "../report.ts";
import { html } from "./markup.ts";
import type { Markup } from "./markup.ts";

/** Each state has a sign besides its word, so that none is told by colour alone. */
const SIGNS: Readonly<Record<Outcome | Level, string>> = {
  exact: "=",
  conditional: "≈",
  narrowed: "−",
  unknown: "?",
  widened: "+",
  invalid: "×",
  stop: "×",
  isolates: "!",
  warning: "!",
  note: "i",
};

export function badge(state: Outcome | Level, word: string = state): Markup {
  return html`<span class="badge ${state}"
    ><span class="sign" aria-hidden="true">${SIGNS[state]}</span>${word}</span
  >`;
}

export function sourceName({ namespace, name }: ReportPolicy["source"]): string {
  return namespace === null ? name : `${namespace}/${name}`;
}

/** What became of a rule, in words. */
export function ruleFate(rule: ReportRule): string {
  switch (rule.disposition) {
    case "emitted":
      return rule.outcome === "narrowed" ? "written in part" : "written";
    case "redundant":
      return "not needed";
    case "skipped":
    case "invalid":
    case "context":
      return "left out";
  }
}

/** A flow that shows a difference, with what decides it on either side. */
export function witness({ from, to, protocol, port, source, target }: Witness): Markup {
  const traffic = port === undefined ? protocol : `${protocol} ${String(port)}`;
  const change = source.verdict === "allow" ? "From now on denied" : "From now on allowed";
  return html`<p class="witness">
    <b>${change}:</b> ${from} → ${to}, ${traffic}<br /><small
      >before: ${source.verdict}, ${prose(source.by)}; after: ${target.verdict},
      ${prose(withoutOutputPlace(target.by))}</small
    >
  </p>`;
}

/** Lines of the stream in which the output was read back mean nothing to those who have it as files. */
const withoutOutputPlace = (by: string): string => by.replace(/ \(\(output\):\d+\)$/, "");

/** A sentence of a finding: what it quotes of the user's own words is set as code. */
export function prose(text: string): Markup {
  return html`${text.split("`").map((part, at) => (at % 2 === 0 ? part : html`<code>${part}</code>`))}`;
}

/** The same, as a heading. */
export function heading(text: string): Markup {
  return prose(text.charAt(0).toUpperCase() + text.slice(1));
}

/** Where a finding stands. */
export function place(file: string | null, line: number | null): string {
  return file === null ? "" : `${file}:${String(line ?? 1)}`;
}
