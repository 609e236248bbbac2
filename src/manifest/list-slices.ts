import type { Chunk } from "./chunks.ts";

export interface SlicedList {
  /** What stands before the items, up to and with the line `items:`, and what stands behind them. */
  readonly head: Chunk;
  readonly tail: Chunk;
  /** Some whole items each: block sequences by themselves. */
  readonly slices: readonly Chunk[];
}

const itemsLine = /^items:[ \t]*\r?\n/m;

/**
 * Cuts a long `List` in block style, such as `kubectl get -o yaml` prints, into pieces of about `length` characters, so
 * that it need not be parsed at once. Undefined where the text does not have that form.
 *
 * In a block mapping at column 0 nothing that belongs to an item can begin a line at the items' own column, or left of
 * it: block scalars and continued lines lie deeper, and the parser refuses quoted or flow text that does not. So a line
 * that begins with a dash there begins an item. What this cannot see is an alias of an anchor in another piece; the
 * reader looks for those.
 */
export function sliceList(text: string, chunk: Chunk, length: number): SlicedList | undefined {
  const found = itemsLine.exec(text.slice(chunk.start, chunk.end));
  if (found === null) return undefined;
  const itemsAt = chunk.start + found.index + found[0].length;
  let column: number | undefined;
  let sliceStart = itemsAt;
  const slices: Chunk[] = [];
  let line = itemsAt;
  for (; line < chunk.end; line = lineAfter(text, line, chunk.end)) {
    let at = line;
    while (text.charCodeAt(at) === 32) at++;
    const code = text.charCodeAt(at);
    if (at >= chunk.end || code === 10 || code === 13 || code === 35) continue;
    const isDash = code === 45 && isBlankOrEnd(text.charCodeAt(at + 1));
    if (column === undefined) {
      if (!isDash) return undefined;
      column = at - line;
    }
    if (at - line > column) continue;
    if (at - line < column || !isDash) {
      if (at > line) return undefined;
      break;
    }
    if (line - sliceStart >= length) {
      slices.push({ start: sliceStart, end: line });
      sliceStart = line;
    }
  }
  if (column === undefined) return undefined;
  slices.push({ start: sliceStart, end: line });
  const head = { start: chunk.start, end: itemsAt };
  return { head, tail: { start: Math.min(line, chunk.end), end: chunk.end }, slices };
}

function lineAfter(text: string, at: number, end: number): number {
  const lineEnd = text.indexOf("\n", at);
  return lineEnd < 0 ? end : lineEnd + 1;
}

function isBlankOrEnd(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || Number.isNaN(code);
}
