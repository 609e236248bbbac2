import { EVENT_ID, YAMLException, parseEvents } from "js-yaml";
import type { Event } from "js-yaml";
import { maxDepth } from "./compose.ts";

const maxRepairs = 100;
/** How much of a file is given to the parser. It takes five times as long as the reader of plain YAML. */
const maxParsedLength = 8 * 1024 * 1024;

/** How much more of a file the parser may be asked to read: what is not plain YAML must not cost minutes. */
export class ParserAllowance {
  static readonly megabytes = maxParsedLength / 1024 / 1024;
  #rest = maxParsedLength;

  /** True where a text of that length may be parsed. What was refused once stays refused. */
  take(length: number): boolean {
    this.#rest -= length;
    return this.#rest >= 0;
  }

  get isSpent(): boolean {
    return this.#rest < 0;
  }
}

/**
 * The events of a text. Differs from the parser in one thing: inside of brackets, lines may begin further left than the
 * mapping they belong to, as in
 *
 *     ports: [
 *       80
 *     ]
 *
 * which YAML 1.2 forbids, but kubectl and everybody else reads. The line breaks in question are replaced by blanks, so
 * that all offsets stay as they are; where one of them would lie inside of a scalar, the error stands.
 */
export function parseText(source: string): readonly Event[] {
  let text = source;
  const repaired: number[] = [];
  for (;;) {
    try {
      const events = parseEvents(text, { maxDepth });
      if (repaired.length > 0 && events.some((event) => spans(event, repaired))) break;
      return events;
    } catch (error) {
      const at = breakToRepair(error, text);
      if (at < 0 || repaired.length >= maxRepairs) break;
      repaired.push(at);
      text = `${text.slice(0, at)} ${text.slice(at + 1)}`;
    }
  }
  return parseEvents(source, { maxDepth });
}

/** The line break before the text that the parser finds indented too little; -1 if it complains of something else. */
function breakToRepair(error: unknown, text: string): number {
  if (!(error instanceof YAMLException) || error.reason !== "deficient indentation") return -1;
  const position = error.mark?.position ?? 0;
  const lineBreak = text.lastIndexOf("\n", position - 1);
  if (lineBreak < 0) return -1;
  // A comment would swallow what is joined to its line.
  const lineStart = text.lastIndexOf("\n", lineBreak - 1) + 1;
  return text.slice(lineStart, lineBreak).includes("#") ? -1 : lineBreak;
}

function spans(event: Event, offsets: readonly number[]): boolean {
  if (event.type !== EVENT_ID.SCALAR) return false;
  const { valueStart, valueEnd } = event;
  return offsets.some((offset) => offset >= valueStart && offset < valueEnd);
}

/** The same, or undefined where the text is no YAML. */
export function tryParse(source: string): readonly Event[] | undefined {
  try {
    return parseText(source);
  } catch (error) {
    if (error instanceof YAMLException || error instanceof RangeError) return undefined;
    throw error;
  }
}
