import type { DocumentRef } from "../diagnostics/source-range.ts";

/**
 * The lines of a document as people read them: from its first character on, without the indentation that it has as an item
 * of a list, so that line n of the text is line n of the document. Ends in a newline.
 *
 * A document in braces ends with its last brace; any other one with the next `---` or with the first line that is indented
 * less than its first one.
 */
export function sourceText({ file, offset }: DocumentRef): string {
  const { text } = file;
  const indent = offset - (text.lastIndexOf("\n", offset - 1) + 1);
  const end =
    text.charAt(offset) === "{" ? endOfBraces(text, offset) : endOfBlock(text, offset, indent);
  const lines = text.slice(offset, end).trimEnd().split(/\r?\n/);
  const shown =
    indent === 0 ? lines : lines.map((line, at) => (at === 0 ? line : dedent(line, indent)));
  return `${shown.join("\n")}\n`;
}

function dedent(line: string, indent: number): string {
  const blanks = /^ */.exec(line)?.[0].length ?? 0;
  return line.slice(Math.min(blanks, indent));
}

function endOfBlock(text: string, offset: number, indent: number): number {
  let end = text.indexOf("\n", offset);
  while (end >= 0) {
    const start = end + 1;
    const next = text.indexOf("\n", start);
    const line = text.slice(start, next < 0 ? text.length : next);
    if (/^(?:---|\.\.\.)(?:\s|$)/.test(line)) return start;
    // Comments and blank lines end nothing.
    const first = line.search(/\S/);
    if (first >= 0 && first < indent && line.charAt(first) !== "#") return start;
    end = next;
  }
  return text.length;
}

/** Behind the brace that closes the one at `offset`; quoted braces do not count. */
function endOfBraces(text: string, offset: number): number {
  const tokens = /"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[{}]/gs;
  tokens.lastIndex = offset;
  let depth = 0;
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    if (token[0] === "{") depth += 1;
    else if (token[0] === "}") depth -= 1;
    if (depth === 0) return tokens.lastIndex;
  }
  return text.length;
}
