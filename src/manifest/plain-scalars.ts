/*
 * The parts of the plain reader that are about the text of scalars alone: escapes, and what the line breaks in them mean.
 * As there, whatever is not known for sure is answered with a step back (`stepBack`).
 */

/** What is thrown to step back from a document; made once, since a stack would cost more than the reading. */
export const STEP_BACK = new Error("this document is for the parser");

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const TAB = 9;
const PLUS = 43;
const DASH = 45;
const GREATER = 62;

/** What stands for one character in double quotes, behind a backslash (YAML 1.2.2, 5.7). */
const escapes: Readonly<Record<string, string>> = {
  "0": "\0",
  a: "\u0007",
  b: "\b",
  t: "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
  e: "\u001b",
  '"': '"',
  "/": "/",
  "\\": "\\",
};
const escaped = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([^]))/g;

/** The text in double quotes, escapes resolved. */
export function unescaped(raw: string): string {
  return raw.replace(escaped, (_, byte?: string, unit?: string, letter?: string) => {
    const digits = byte ?? unit;
    if (digits === undefined) {
      const known = escapes[letter ?? ""];
      if (known === undefined) throw STEP_BACK;
      return known;
    }
    const code = Number.parseInt(digits, 16);
    // Half of a character.
    if (code >= 0xd800 && code <= 0xdfff) throw STEP_BACK;
    return String.fromCharCode(code);
  });
}

/** Lines of a text without or in quotes, as one: a line break is a blank, each empty line is a line break. */
export function foldedQuote(raw: string): string {
  const lines = raw.split("\n");
  const last = lines.length - 1;
  let folded = "";
  let breaks = 0;
  for (const [index, line] of lines.entries()) {
    let text = index === 0 ? line : line.replace(/^[ \t]+/, "");
    if (index < last) text = text.replace(/[ \t\r]+$/, "");
    if (index === 0) folded = text;
    else if (text === "" && index < last) breaks += 1;
    else {
      folded += (breaks === 0 ? " " : "\n".repeat(breaks)) + text;
      breaks = 0;
    }
  }
  return folded;
}

/** A block scalar: its value, where its first word stands, and the start of the line behind it. */
export interface BlockScalar {
  readonly value: string;
  readonly valueAt: number;
  readonly behind: number;
}

/**
 * A block scalar, from its `|` or `>`, in a collection that stands in the column given. Not known here: an indentation that
 * is given by number, empty lines before the first word, and lines of `>` that are indented more than others.
 */
export function readBlockScalar(
  text: string,
  start: number,
  end: number,
  column: number,
): BlockScalar {
  const isFolded = text.charCodeAt(start) === GREATER;
  let at = start + 1;
  const chomping = text.charCodeAt(at);
  if (chomping === DASH || chomping === PLUS) at += 1;
  if (text.charCodeAt(at) === CARRIAGE_RETURN) at += 1;
  if (text.charCodeAt(at) !== LINE_FEED) throw STEP_BACK;
  at += 1;
  let value = "";
  let indent = -1;
  let valueAt = at;
  let blank = 0;
  while (at < end) {
    let from = at;
    while (text.charCodeAt(from) === SPACE) from += 1;
    const lineEnd = text.indexOf("\n", from);
    // What a last line without an end would mean is for the parser to say.
    if (lineEnd < 0) throw STEP_BACK;
    const hasReturn = lineEnd > from && text.charCodeAt(lineEnd - 1) === CARRIAGE_RETURN;
    const contentEnd = hasReturn ? lineEnd - 1 : lineEnd;
    if (from === contentEnd) {
      if (indent < 0 || from - at > indent) throw STEP_BACK;
      blank += 1;
    } else {
      if (indent < 0) {
        indent = from - at;
        valueAt = from;
        if (indent <= column) throw STEP_BACK;
      } else if (from - at < indent) break;
      else if (isFolded) value += blank === 0 ? " " : "\n".repeat(blank);
      else value += "\n".repeat(blank + 1);
      if (isFolded && (from - at > indent || text.charCodeAt(from) === TAB)) throw STEP_BACK;
      blank = 0;
      value += text.slice(at + indent, contentEnd);
    }
    at = lineEnd + 1;
  }
  if (indent < 0) throw STEP_BACK;
  if (chomping !== DASH) value += "\n";
  if (chomping === PLUS) value += "\n".repeat(blank);
  return { value, valueAt, behind: at };
}
