import type { Colors } from "picocolors/types.js";

/** The first column holds a word that says what kind of line it is; the text stands behind it. */
const COLUMN = 12;
/** Lines are not set wider than this, however wide the terminal: nobody reads lines of 200 characters. */
const WIDEST = 160;
/** Below this a first column would leave nothing for the text. */
const NARROWEST = 40;

export type Paint = (text: string) => string;
const plainly: Paint = (text) => text;

/** Lines of a terminal, wrapped to its width. Texts may hold what users wrote: nothing of it is acted upon. */
export class Screen {
  readonly #lines: string[] = [];
  readonly #width: number;
  readonly #colors: Colors;

  /** @param width undefined: nothing is wrapped, so each line can be found by `grep` */
  constructor(colors: Colors, width: number | undefined) {
    this.#colors = colors;
    this.#width = width === undefined ? Infinity : Math.max(NARROWEST, Math.min(WIDEST, width));
  }

  blank(): void {
    if (this.#lines.length > 0 && this.#lines.at(-1) !== "") this.#lines.push("");
  }

  /** A paragraph without first column. */
  text(text: string, paint: Paint = plainly): void {
    for (const line of wrap(visible(text), this.#width)) this.#lines.push(paint(line));
  }

  /**
   * A paragraph with a word in the first column.
   * @param tail dimmed words at its end
   */
  entry(
    word: string,
    text: string,
    options: { readonly paint?: Paint; readonly tail?: string } = {},
  ): void {
    const { paint = plainly, tail = "" } = options;
    const whole = visible(tail === "" ? text : `${text}  ${tail}`);
    const lines = wrap(whole, this.#width - COLUMN);
    const first = word.length < COLUMN ? word.padEnd(COLUMN) : `${word} `;
    lines.forEach((line, index) => {
      const isLast = index === lines.length - 1;
      const shown =
        isLast && tail !== "" && line.endsWith(tail)
          ? line.slice(0, line.length - tail.length) + this.#colors.dim(tail)
          : line;
      this.#lines.push(index === 0 ? paint(first) + shown : " ".repeat(COLUMN) + shown);
    });
  }

  /** A paragraph that belongs to the entry before it. */
  more(text: string, paint: Paint = plainly): void {
    const indent = " ".repeat(COLUMN + indentOf(text).length);
    for (const line of wrap(visible(text).trimStart(), this.#width - indent.length)) {
      this.#lines.push(indent + paint(line));
    }
  }

  /** A paragraph that is set in by so many steps, behind a sign of one character or none. */
  item(sign: string, text: string, depth: number, paint: Paint = plainly): void {
    const indent = " ".repeat(2 * depth);
    const lines = wrap(visible(text), this.#width - indent.length - 2);
    lines.forEach((line, index) => {
      const first = index === 0 ? sign || " " : " ";
      this.#lines.push(`${indent}${first} ${paint(line)}`);
    });
  }

  /** Everything, ending in a newline. */
  toString(): string {
    return `${this.#lines.join("\n").trimEnd()}\n`;
  }
}

/** One line of text without characters that a terminal would act on: escapes, controls, changes of direction. */
export function visible(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, " ")
      .replace(/[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "")
  );
}

const indentOf = (line: string): string => /^ */.exec(line)?.[0] ?? "";

/**
 * Lines that are longer than a terminal is wide, broken at spaces and set in by two more than they begin with. Colours take
 * no room.
 * @param width undefined: nothing is wrapped
 */
export function wrapLines(text: string, width: number | undefined): string {
  if (width === undefined) return text;
  const most = Math.max(NARROWEST, Math.min(WIDEST, width));
  return text
    .split("\n")
    .map((line) => {
      if (lengthOf(line) <= most) return line;
      const indent = indentOf(line);
      const gap = `${indent}  `;
      return indent + wrap(line.slice(indent.length), most - gap.length).join(`\n${gap}`);
    })
    .join("\n");
}

// eslint-disable-next-line no-control-regex
const lengthOf = (text: string): number => text.replace(/\u001b\[[0-9;]*m/g, "").length;

/** Lines of at most that many characters, broken at spaces; a word that is longer stays whole. */
export function wrap(text: string, width: number): readonly string[] {
  if (lengthOf(text) <= width) return [text];
  const lines: string[] = [];
  let line = "";
  let gap = "";
  for (const piece of text.split(/( +)/)) {
    if (piece.startsWith(" ")) {
      gap = piece;
      continue;
    }
    if (line !== "" && lengthOf(line) + gap.length + lengthOf(piece) > width) {
      lines.push(line);
      line = piece;
    } else line += line === "" ? piece : gap + piece;
  }
  lines.push(line);
  return lines;
}
