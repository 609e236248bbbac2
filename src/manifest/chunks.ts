/** What lies between two `---` lines: in the eyes of kubectl, one document. */
export interface Chunk {
  /** Offset behind the separator: at its line's end, unless content follows on the same line. */
  readonly start: number;
  readonly end: number;
}

function endsMarker(code: number): boolean {
  return code === 10 || code === 13 || code === 32 || code === 9 || Number.isNaN(code);
}

/**
 * The chunks of a text, in order; also empty ones. A `---` in the first column followed by a blank or a line end ends a
 * document wherever it stands: block scalars and quoted text cannot hold it (YAML 1.2.2, 9.1.2), so nothing needs to be
 * known about the lines between.
 */
export function* chunksOf(text: string): Generator<Chunk, void> {
  let start = text.startsWith("\ufeff") ? 1 : 0;
  if (text.startsWith("---", start) && endsMarker(text.charCodeAt(start + 3))) {
    start = behindMarker(text, start + 3);
  }
  let from = start - 1;
  for (;;) {
    const found = text.indexOf("\n---", Math.max(from, 0));
    if (found < 0) break;
    from = found + 1;
    if (!endsMarker(text.charCodeAt(found + 4))) continue;
    if (found + 1 >= start) yield { start, end: found + 1 };
    start = behindMarker(text, found + 4);
    from = start - 1;
  }
  yield { start: Math.min(start, text.length), end: text.length };
}

/** Skips the rest of a separator's line if it holds nothing but blanks or a comment. */
function behindMarker(text: string, at: number): number {
  let position = at;
  while (text.charCodeAt(position) === 32 || text.charCodeAt(position) === 9) position++;
  const code = text.charCodeAt(position);
  if (Number.isNaN(code)) return text.length;
  if (code === 10) return position + 1;
  if (code === 13) return text.charCodeAt(position + 1) === 10 ? position + 2 : position + 1;
  if (code !== 35) return at;
  const lineEnd = text.indexOf("\n", position);
  return lineEnd < 0 ? text.length : lineEnd + 1;
}

/** The offset of a chunk's first character that is neither blank nor in a comment; -1 where there is none. */
export function contentOf(text: string, { start, end }: Chunk): number {
  let position = start;
  while (position < end) {
    const code = text.charCodeAt(position);
    if (code === 35) {
      const lineEnd = text.indexOf("\n", position);
      position = lineEnd < 0 ? end : lineEnd + 1;
    } else if (code === 32 || code === 9 || code === 10 || code === 13 || code === 0xfeff)
      position++;
    else return position;
  }
  return -1;
}
