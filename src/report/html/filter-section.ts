import { compareText } from "../../base/compare.ts";
import { OUTCOMES } from "../../ir/outcome.ts";
import { html } from "./markup.ts";
import type { Markup } from "./markup.ts";
import { badge } from "./words.ts";

/** How many policies there are of each kind that one can filter by. */
export class FilterCounts {
  readonly outcomes = new Map<string, number>();
  readonly namespaces = new Map<string, number>();
  readonly codes = new Map<string, number>();
  all = 0;

  add(outcome: string, namespaces: Iterable<string>, codes: Iterable<string>): void {
    this.all += 1;
    count(this.outcomes, outcome);
    for (const namespace of namespaces) count(this.namespaces, namespace);
    for (const code of codes) count(this.codes, code);
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The filter, which is of use with the script alone and is hidden without. */
export function filterSection({ outcomes, namespaces, codes, all }: FilterCounts): Markup {
  const chips = [...OUTCOMES, "unproved"].flatMap((outcome) => {
    const number = outcomes.get(outcome);
    if (number === undefined) return [];
    const name =
      outcome === "unproved"
        ? badge("exact", "exact (unproved)")
        : badge(outcome as (typeof OUTCOMES)[number]);
    return [
      html`<button type="button" class="chip" data-o="${outcome}" aria-pressed="false">
        ${name} <span>${number}</span>
      </button>`,
    ];
  });
  return html`<form class="filter" role="search" aria-label="Filter policies and findings" hidden>
    <label class="find"
      ><span>Find</span
      ><input
        type="search"
        id="f-text"
        placeholder="name, file, kind"
        autocomplete="off"
        spellcheck="false"
    /></label>
    ${select("f-namespace", "Namespace", "all namespaces", namespaces)}${select("f-code", "Finding", "all findings", codes)}
    <div class="chips" role="group" aria-label="Outcome">${chips}</div>
    <p class="shown">
      <output id="f-shown" aria-live="polite">${all} of ${all} policies</output>
      <button type="reset">Clear</button>
    </p>
  </form>`;
}

function select(
  id: string,
  label: string,
  none: string,
  counts: ReadonlyMap<string, number>,
): Markup {
  const options = [...counts].sort(([a], [b]) => compareText(a, b));
  return html`<label
    ><span>${label}</span
    ><select id="${id}">
      <option value="">${none}</option>
      ${options.map(
        ([value, number]) => html`<option value="${value}">${value} (${number})</option>`,
      )}
    </select></label
  >`;
}
