/** One input text. `name` is how reports call it: a relative path with "/", or "-" for standard input. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/** The object that something was read from: one document of a file, or one item of a list in it. */
export interface DocumentRef {
  readonly file: SourceFile;
  /** Counts the objects of the file from 0 after lists are taken apart. Unique in the file. */
  readonly index: number;
  /** Offset of the object's first character in the file, in UTF-16 units. */
  readonly offset: number;
}

/**
 * A place in the input. Line and column are computed only when a finding is printed: at 100,000 policies a line
 * number each would cost more than the offset.
 */
export interface SourcePlace {
  readonly document: DocumentRef;
  /** Offset in the file, in UTF-16 units. */
  readonly offset: number;
  /** Field path from the object's root, such as `spec.ingress[2].source.selector`; empty for the object itself. */
  readonly path: string;
}

export interface LineAndColumn {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
}

const lineStartsOf = new WeakMap<SourceFile, readonly number[]>();

function lineStarts(file: SourceFile): readonly number[] {
  let starts = lineStartsOf.get(file);
  if (starts === undefined) {
    const found = [0];
    for (let at = file.text.indexOf("\n"); at >= 0; at = file.text.indexOf("\n", at + 1))
      found.push(at + 1);
    starts = found;
    lineStartsOf.set(file, starts);
  }
  return starts;
}

/** Line and column of an offset in a file, both 1-based. */
export function lineAndColumn(file: SourceFile, offset: number): LineAndColumn {
  const starts = lineStarts(file);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

/** Joins a path as users write it: `["spec","ingress",2,"source"]` -> `spec.ingress[2].source`. */
export function pathText(path: readonly (string | number)[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${String(step)}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}
