import { html } from "./markup.ts";
import type { Markup } from "./markup.ts";

/** Some lines of a text that belong to a rule. */
export interface LineMark {
  /** Position of the first line in the text, from 0. */
  readonly line: number;
  readonly id: string;
  readonly state: string;
  /** Rules that the lines belong to. */
  readonly rules: readonly {
    readonly number: number;
    readonly href: string;
    readonly title: string;
  }[];
}

/**
 * A text with line numbers, and with the lines of rules linked to what is said of them. Lines between marks are one piece of
 * text: at thousands of policies an element a line would be more than a page can hold.
 *
 * @param first the number of the first line
 * @param label what a screen reader calls the text
 */
export function codeBlock(
  text: string,
  first: number,
  label: string,
  marks: readonly LineMark[],
): Markup {
  const lines = text.replace(/\n$/, "").split("\n");
  const numbers = lines.map((_, index) => String(first + index)).join("\n");
  const pieces: Markup[] = [];
  let at = 0;
  const sorted = marks
    .filter(({ line }) => line >= 0 && line < lines.length)
    .toSorted((a, b) => a.line - b.line);
  for (const mark of sorted) {
    // Rules in one line (the flow style) share what is said of the first.
    if (mark.line < at) continue;
    if (mark.line > at) pieces.push(html`${`${lines.slice(at, mark.line).join("\n")}\n`}`);
    const end = endOfItem(lines, mark.line);
    const tags = mark.rules.map(
      ({ number, href, title }) =>
        html`<a class="tag" href="${href}" title="${title}" aria-label="${title}">${number}</a>`,
    );
    pieces.push(
      html`<span
        class="lines ${mark.state}"
        id="${mark.id}"
        data-r="${mark.rules.map(({ number }) => String(number)).join(" ")}"
        >${tags}${`${lines.slice(mark.line, end).join("\n")}\n`}</span
      >`,
    );
    at = end;
  }
  if (at < lines.length) pieces.push(html`${lines.slice(at).join("\n")}`);
  return html`<div class="code">
    <pre class="numbers" aria-hidden="true">${numbers}</pre>
    <pre class="text" tabindex="0" role="region" aria-label="${label}"><code>${pieces}</code></pre>
  </div>`;
}

/** The line after the item that begins in a line: the next one that is indented no more than the item's dash. */
function endOfItem(lines: readonly string[], start: number): number {
  const indent = indentOf(lines[start] ?? "");
  let end = start + 1;
  while (end < lines.length) {
    const line = lines[end] ?? "";
    if (line.trim() !== "" && indentOf(line) <= indent) break;
    end += 1;
  }
  return end;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/**
 * The line of a rule in the YAML of an object, from 0, by its path such as `/spec/ingress/0`; -1 if it is not found, which
 * may be for objects that others wrote in another style.
 */
export function lineOfRule(text: string, path: string): number {
  const [, direction, number] = /^\/spec\/(ingress|egress)\/(\d+)$/.exec(path) ?? [];
  const lines = text.split("\n");
  const spec = lines.indexOf("spec:");
  if (direction === undefined || spec < 0) return -1;
  const field = lines.findIndex((line, at) => at > spec && line.trim() === `${direction}:`);
  const first = lines[field + 1] ?? "";
  if (field < 0 || !first.trimStart().startsWith("-")) return -1;
  const indent = indentOf(first);
  let left = Number(number);
  for (let at = field + 1; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line.trim() === "") continue;
    if (indentOf(line) < indent || (indentOf(line) === indent && !line.trimStart().startsWith("-")))
      return -1;
    if (indentOf(line) === indent && left-- === 0) return at;
  }
  return -1;
}
