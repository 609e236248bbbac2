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
  }[];
}

/**
 * A text with line numbers, and with the lines of rules linked to what is said of them. Lines between marks are one piece of
 * text: at thousands of policies an element a line would be more than a page can hold. The script writes the numbers.
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
  const pieces: Markup[] = [];
  let at = 0;
  for (const [first, ...others] of byLines(lines, marks)) {
    if (first.line > at) pieces.push(html`${`${lines.slice(at, first.line).join("\n")}\n`}`);
    const end = endOfItem(lines, first.line);
    const rules = [first, ...others].flatMap((mark) => mark.rules);
    const tags = rules.map(({ number, href }) => html`<a class="tag" href="${href}">${number}</a>`);
    const text = `${lines.slice(first.line, end).join("\n")}\n`;
    pieces.push(
      html`<span
        class="lines ${first.state}"
        id="${first.id}"
        data-r="${rules.map(({ number }) => String(number)).join(" ")}"
        >${others.map(({ id }) => html`<span id="${id}"></span>`)}${tags}${text}</span
      >`,
    );
    at = end;
  }
  if (at < lines.length) pieces.push(html`${lines.slice(at).join("\n")}`);
  return html`<div class="code">
    <pre
      class="numbers"
      aria-hidden="true"
      data-first="${first}"
      data-count="${lines.length}"
    ></pre>
    <pre class="text" tabindex="0" role="region" aria-label="${label}"><code>${pieces}</code></pre>
  </div>`;
}

/** Marks by the lines that they share: in the flow style several rules may be in one. */
function byLines(
  lines: readonly string[],
  marks: readonly LineMark[],
): readonly (readonly [LineMark, ...LineMark[]])[] {
  const groups: [LineMark, ...LineMark[]][] = [];
  let end = 0;
  for (const mark of marks
    .filter(({ line }) => line >= 0 && line < lines.length)
    .toSorted((a, b) => a.line - b.line)) {
    const last = groups.at(-1);
    if (last !== undefined && mark.line < end) last.push(mark);
    else {
      groups.push([mark]);
      end = endOfItem(lines, mark.line);
    }
  }
  return groups;
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
 * The lines in which the rules of an object begin, from 0, by their paths such as `/spec/ingress/0`. It has none for objects
 * that others wrote in another style than lists of one item a line.
 */
export function ruleLines(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let isSpec = false;
  let direction: string | undefined;
  let indent: number | undefined;
  let count = 0;
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.trimStart().startsWith("#")) continue;
    const depth = indentOf(line);
    const isItem = line.charAt(depth) === "-";
    if (depth === 0 && !isItem) isSpec = line.startsWith("spec:");
    if (!isSpec) continue;
    if (direction !== undefined && isItem && depth === (indent ??= depth)) {
      found.set(`/spec/${direction}/${String(count)}`, at);
      count += 1;
    } else if (indent === undefined || depth <= indent) {
      direction = /^ +(ingress|egress): *(?:#.*)?\r?$/.exec(line)?.[1];
      indent = undefined;
      count = 0;
    }
  }
  return found;
}
