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
  const { column, slices, end } = slicesOf(text, { start: itemsAt, end: chunk.end }, length);
  if (column < 0) return undefined;
  // Behind the items, the list's own fields stand in the first column.
  if (end < chunk.end && text.charCodeAt(end) === 32) return undefined;
  const head = { start: chunk.start, end: itemsAt };
  return { head, tail: { start: end, end: chunk.end }, slices };
}

/** The items of a slice, one by one. */
export function itemsOf(text: string, slice: Chunk): readonly Chunk[] {
  return slicesOf(text, slice, 0).slices;
}

interface Slices {
  /** Where the dashes of the items stand; -1 where there are none. */
  readonly column: number;
  readonly slices: readonly Chunk[];
  /** Of the items: a line, or the end of the text given. */
  readonly end: number;
}

function slicesOf(text: string, { start, end }: Chunk, length: number): Slices {
  let column = -1;
  let sliceStart = start;
  const slices: Chunk[] = [];
  let line = start;
  for (; line < end; line = lineAfter(text, line, end)) {
    let at = line;
    while (text.charCodeAt(at) === 32) at++;
    const code = text.charCodeAt(at);
    if (at >= end || code === 10 || code === 13 || code === 35) continue;
    const isDash = code === 45 && isBlankOrEnd(text.charCodeAt(at + 1));
    if (column < 0) {
      if (!isDash) break;
      column = at - line;
      continue;
    }
    if (at - line > column) continue;
    if (at - line < column || !isDash) break;
    if (line - sliceStart >= length) {
      slices.push({ start: sliceStart, end: line });
      sliceStart = line;
    }
  }
  if (column >= 0) slices.push({ start: sliceStart, end: line });
  return { column, slices, end: Math.min(line, end) };
}

function lineAfter(text: string, at: number, end: number): number {
  const lineEnd = text.indexOf("\n", at);
  return lineEnd < 0 ? end : lineEnd + 1;
}

function isBlankOrEnd(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || Number.isNaN(code);
}
