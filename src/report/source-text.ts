import type { DocumentRef } from "../diagnostics/source-range.ts";

/**
 * The lines of a document as people read them, with the comments that stand above it and without the indentation that it
 * has as an item of a list. Ends in a newline.
 *
 * A document in braces ends with its last brace; any other one with the next `---` or with the first line that is indented
 * less than its first one. Comments between two items of a list belong to the second.
 */
export function sourceText({ file, offset }: DocumentRef): string {
  const { text } = file;
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const indent = offset - start;
  const end =
    text.charAt(offset) === "{" ? endOfBraces(text, offset) : endOfBlock(text, offset, indent);
  const lines = text.slice(offset, end).trimEnd().split(/\r?\n/);
  const shown =
    indent === 0 ? lines : lines.map((line, at) => (at === 0 ? line : dedent(line, indent)));
  return `${[...commentsAbove(text, start, offset), ...shown].join("\n")}\n`;
}

/** How many lines of such a text stand above its document: no document begins with a comment. */
export function linesAbove(text: string): number {
  return text.split("\n").findIndex((line) => !isComment(line) && line !== "");
}

function dedent(line: string, indent: number): string {
  const blanks = /^ */.exec(line)?.[0].length ?? 0;
  return line.slice(Math.min(blanks, indent));
}

const isComment = (line: string): boolean => /^\s*#/.test(line);

/** Comments, and blank lines among them, right above the line in which the document begins. */
function commentsAbove(text: string, start: number, offset: number): readonly string[] {
  if (!/^ *(?:- +)*$/.test(text.slice(start, offset))) return [];
  const found: string[] = [];
  let first = 0;
  for (let at = start; at > 0;) {
    // At a negative position a text is searched from its beginning.
    const before = at < 2 ? 0 : text.lastIndexOf("\n", at - 2) + 1;
    const line = text.slice(before, at).trim();
    if (line !== "" && !line.startsWith("#")) break;
    found.push(line);
    if (line !== "") first = found.length;
    at = before;
  }
  return found.slice(0, first).reverse();
}

function endOfBlock(text: string, offset: number, indent: number): number {
  let end = text.indexOf("\n", offset);
  /** Behind the last line that is no comment and not blank. */
  let content = end + 1;
  while (end >= 0) {
    const start = end + 1;
    const next = text.indexOf("\n", start);
    const line = text.slice(start, next < 0 ? text.length : next);
    if (/^(?:---|\.\.\.)(?:\s|$)/.test(line)) return start;
    // Comments and blank lines end nothing.
    const first = line.search(/\S/);
    if (first >= 0 && line.charAt(first) !== "#") {
      if (first < indent) return content;
      content = next < 0 ? text.length : next + 1;
    }
    end = next;
  }
  return text.length;
}

/** What counts between braces: quoted texts, comments, and the brackets themselves. */
const TOKENS = /"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|#[^\n]*|[{}]/gsy;
/** Up to the next character that may begin one of them. */
const OTHERS = /[^"'#{}]*/gy;

/**
 * Behind the brace that closes the one at `offset`. A quote opens a quoted text only where a value may begin, and `#` a
 * comment only behind a blank: within a plain text, as in `it's`, they are characters like others.
 */
function endOfBraces(text: string, offset: number): number {
  let depth = 0;
  for (let at = offset; at < text.length;) {
    OTHERS.lastIndex = at;
    OTHERS.exec(text);
    at = OTHERS.lastIndex;
    TOKENS.lastIndex = at;
    const token = beginsToken(text, at) ? TOKENS.exec(text)?.[0] : undefined;
    if (token === "{") depth += 1;
    else if (token === "}") depth -= 1;
    at += token?.length ?? 1;
    if (depth === 0) return at;
  }
  return text.length;
}

function beginsToken(text: string, at: number): boolean {
  const char = text.charAt(at);
  if (char === "#") return /\s/.test(text.charAt(at - 1));
  if (char !== '"' && char !== "'") return true;
  let before = at - 1;
  while (/\s/.test(text.charAt(before))) before -= 1;
  const last = text.charAt(before);
  if (last === ":") return before < at - 1 || /["'\]}]/.test(text.charAt(before - 1));
  // Behind a tag or an anchor a value begins, too.
  return (
    "{[,?".includes(last) ||
    (before < at - 1 &&
      /(?:^|\s)[!&]\S*$/.test(text.slice(text.lastIndexOf("\n", before) + 1, before + 1)))
  );
}
