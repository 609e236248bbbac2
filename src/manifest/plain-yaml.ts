import type { ComposedDocument } from "./compose.ts";
import { newMapping } from "./compose.ts";
import { STEP_BACK, foldedQuote, readBlockScalar, unescaped } from "./plain-scalars.ts";
import { Positions } from "./positions.ts";
import { resolvePlain } from "./scalar.ts";
import type { ScalarValue } from "./scalar.ts";

/*
 * Reads documents in the plain form of YAML in which practically all manifests and dumps are written, at a third of what
 * the parser takes: block mappings and sequences, scalars with and without quotes, block scalars, brackets and braces,
 * comments.
 *
 * It knows nothing else, and need not: whatever it does not know for sure makes it *step back* from the whole document,
 * which is then read by the parser as if this file did not exist. So it never reports anything, and never reads a text
 * that the parser refuses, or reads in another way (test/manifest/plain-yaml.test.ts; docs/adr/0008-plain-yaml.md).
 *
 * a. A line's *column* says what it belongs to. After each value the reader stands at the next line with content; a
 *    column right of the collection that the value stands in would continue the value, or be an error: step back.
 * b. A line of a text without quotes ends at its line's end, at ` #` or at `: `, and may not begin with a character that
 *    means something.
 * c. A tab may stand in quotes, in a block scalar and in a comment. Tags, anchors, keys that are no text, and characters
 *    that any reader of YAML treats specially: step back.
 */

/** Anything but line ends, tabs and characters that are nothing but text; what was UTF-8 has no half characters. */
const ODD = /\r(?!\n)|[^\t\n\r\x20-\x7e\u00a0-\u2027\u202a-\ufefe\uff00-\ufffd]/g;

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const DOUBLE_QUOTE = 34;
const HASH = 35;
const SINGLE_QUOTE = 39;
const COMMA = 44;
const DASH = 45;
const DOT = 46;
const COLON = 58;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const GREATER = 62;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const BAR = 124;
const CLOSE_BRACE = 125;

/** By character: whether a text without quotes may begin with it. Further characters may. */
const beginsText = new Uint8Array(128).fill(1, 33, 127);
for (const char of "-?:,[]{}#&*!|>'\"%@`") beginsText[char.charCodeAt(0)] = 0;

/** Far above what objects of the API have, far below what the parser takes. */
const MAX_DEPTH = 60;
/** The parser's own bound of keys, and more, is of no interest here. */
const MAX_KEY = 512;

/** Texts seen before, by a hash of their characters: the same few keys and words make up most of a file. */
const MAX_KNOWN = 32;
const known = new Array<string>(4096).fill("");

/** True for what parts a mark, such as a dash or a colon, from what follows. */
function isBlank(code: number): boolean {
  return code === SPACE || code === LINE_FEED || code === CARRIAGE_RETURN;
}

export class PlainYamlReader {
  readonly #text: string;
  #end = 0;
  #at = 0;
  #lineStart = 0;
  /** Of the line with content that was reached last; -1 at the end of the document. */
  #column = -1;
  #depth = 0;
  /** Of the collection around the brackets that are open. */
  #flowColumn = 0;
  /** The next character that is odd, from where it was looked for last. */
  #oddAt = -1;

  // What was read last, beside its value.
  #valueAt = 0;
  #inside: Positions | undefined = undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** The document in a part of the text that begins with a line; undefined to step back. */
  read(start: number, end: number): ComposedDocument | undefined {
    if (!this.#isPlain(start, end)) return undefined;
    this.#end = end;
    this.#at = this.#lineStart = start;
    this.#depth = 0;
    try {
      this.#toContent();
      const value = this.#block();
      if (this.#column >= 0) return undefined;
      return { value, positions: this.#inside, at: this.#valueAt, lost: false };
    } catch (error) {
      if (error === STEP_BACK) return undefined;
      throw error;
    }
  }

  #isPlain(start: number, end: number): boolean {
    if (start > 0 && this.#text.charCodeAt(start - 1) !== LINE_FEED) return false;
    if (this.#oddAt < start) {
      ODD.lastIndex = start;
      this.#oddAt = ODD.exec(this.#text)?.index ?? Infinity;
    }
    return this.#oddAt >= end;
  }

  /** A collection, from its first character. */
  #block(): unknown {
    if (this.#column < 0) throw STEP_BACK;
    return this.#isDash() ? this.#sequence() : this.#mapping();
  }

  #isDash(): boolean {
    if (this.#text.charCodeAt(this.#at) !== DASH) return false;
    return isBlank(this.#text.charCodeAt(this.#at + 1));
  }

  #mapping(): Record<string, unknown> {
    const column = this.#at - this.#lineStart;
    const mappingAt = this.#at;
    const fields = newMapping();
    const names: string[] = [];
    const positions = new Positions(names);
    this.#enter();
    do {
      const keyAt = this.#at;
      const key = this.#key();
      if (key in fields) throw STEP_BACK;
      fields[key] = this.#value(column, keyAt, true);
      names.push(key);
      positions.keyAt.push(keyAt);
      positions.valueAt.push(this.#valueAt);
      positions.inside.push(this.#inside);
    } while (this.#column === column);
    this.#leave(column, mappingAt, positions);
    return fields;
  }

  #sequence(): unknown[] {
    const column = this.#at - this.#lineStart;
    const sequenceAt = this.#at;
    const items: unknown[] = [];
    const positions = new Positions(undefined);
    this.#enter();
    do {
      this.#at += 1;
      items.push(this.#value(column, sequenceAt, false));
      positions.valueAt.push(this.#valueAt);
      positions.inside.push(this.#inside);
    } while (this.#column === column && this.#isDash());
    this.#leave(column, sequenceAt, positions);
    return items;
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw STEP_BACK;
  }

  /** Behind the last line of a collection. */
  #leave(column: number, at: number, positions: Positions): void {
    if (this.#column > column) throw STEP_BACK;
    this.#depth -= 1;
    this.#valueAt = at;
    this.#inside = positions;
  }

  /** A key, and the colon behind it. */
  #key(): string {
    const text = this.#text;
    const start = this.#at;
    const first = text.charCodeAt(start);
    if (first === SINGLE_QUOTE || first === DOUBLE_QUOTE) {
      const quoted = this.#quoted(first, Infinity);
      if (text.charCodeAt(this.#at) !== COLON) throw STEP_BACK;
      this.#at += 1;
      return quoted;
    }
    // In the first column three dots would end the document.
    if (first === DOT && start === this.#lineStart) throw STEP_BACK;
    if (!this.#endOfText() || this.#at - start > MAX_KEY) throw STEP_BACK;
    if (text.charCodeAt(this.#at) !== COLON) throw STEP_BACK;
    const key = this.#slice(start, this.#at);
    if (key === "<<" || typeof resolvePlain(key) !== "string") throw STEP_BACK;
    this.#at += 1;
    return key;
  }

  /** The value behind the colon of a key, or behind the dash of an item, of a collection in the column given. */
  #value(column: number, emptyAt: number, ofKey: boolean): unknown {
    const text = this.#text;
    const from = this.#at;
    this.#skipSpaces();
    const at = this.#at;
    const code = at < this.#end ? text.charCodeAt(at) : LINE_FEED;
    if (code === LINE_FEED || code === CARRIAGE_RETURN || code === HASH) {
      this.#toContent();
      if (this.#column > column) return this.#block();
      // The items of a sequence may stand right below its key.
      if (ofKey && this.#column === column && this.#isDash()) return this.#sequence();
      this.#valueAt = emptyAt;
      this.#inside = undefined;
      return null;
    }
    if (at === from) throw STEP_BACK;
    if (code === BAR || code === GREATER) return this.#blockScalar(column);
    if (code === OPEN_BRACKET || code === OPEN_BRACE) {
      this.#flowColumn = column;
      const value = this.#flow(code);
      this.#endLine(column);
      this.#valueAt = at;
      return value;
    }
    let value: ScalarValue;
    if (code === SINGLE_QUOTE || code === DOUBLE_QUOTE) {
      value = this.#quoted(code, column);
      this.#endLine(column);
    } else {
      const endsAtColon = this.#endOfText();
      if (endsAtColon) {
        if (ofKey) throw STEP_BACK;
        this.#at = at;
        return this.#mapping();
      }
      const end = this.#at;
      this.#toContent();
      value = this.#column > column ? this.#continued(at, end, column) : this.#resolved(at, end);
    }
    this.#valueAt = at;
    this.#inside = undefined;
    return value;
  }

  /** A text without quotes that goes on: its first line was read, and the reader stands at the second. */
  #continued(start: number, firstEnd: number, column: number): ScalarValue {
    let value = this.#text.slice(start, firstEnd);
    let end = firstEnd;
    do {
      const from = this.#at;
      const between = this.#text.slice(end, from);
      // A comment ends the text, and what follows is an error.
      if (between.includes("#") || this.#endOfText()) throw STEP_BACK;
      const blank = between.split("\n").length - 2;
      value += blank === 0 ? " " : "\n".repeat(blank);
      end = this.#at;
      value += this.#text.slice(from, end);
      this.#toContent();
    } while (this.#column > column);
    return value;
  }

  /** Goes behind a text without quotes: the answer is whether a colon ends it. */
  #endOfText(): boolean {
    const text = this.#text;
    const end = this.#end;
    let at = this.#at;
    let code = text.charCodeAt(at);
    // A dash begins text where another character follows, but `---` never does.
    if (code === DASH) {
      const next = text.charCodeAt(at + 1);
      if (next === DASH || isBlank(next) || at + 1 >= end) throw STEP_BACK;
    } else if (beginsText[code] === 0) throw STEP_BACK;
    let last = SPACE;
    while (at < end) {
      code = text.charCodeAt(at);
      // Nothing below a space may stand in such a text.
      if (code < SPACE) {
        if (code === TAB) throw STEP_BACK;
        break;
      }
      if (code === HASH && last === SPACE) break;
      if (code === COLON) {
        const next = at + 1 < end ? text.charCodeAt(at + 1) : LINE_FEED;
        if (isBlank(next)) {
          if (last === SPACE) throw STEP_BACK;
          this.#at = at;
          return true;
        }
      }
      last = code;
      at += 1;
    }
    while (text.charCodeAt(at - 1) === SPACE) at -= 1;
    this.#at = at;
    return false;
  }

  #resolved(start: number, end: number): ScalarValue {
    const value = resolvePlain(this.#slice(start, end));
    if (typeof value === "number" && !Number.isFinite(value)) throw STEP_BACK;
    return value;
  }

  /** What stands in quotes, which may go on in lines that are indented more than the column given. */
  #quoted(quote: number, column: number): string {
    const text = this.#text;
    const start = this.#at + 1;
    let at = start;
    let hasQuotes = false;
    let hasEscapes = false;
    let hasBreaks = false;
    for (;;) {
      if (at >= this.#end) throw STEP_BACK;
      const code = text.charCodeAt(at);
      if (code === quote) {
        if (quote === DOUBLE_QUOTE || text.charCodeAt(at + 1) !== quote) break;
        hasQuotes = true;
        at += 1;
      } else if (code === BACKSLASH && quote === DOUBLE_QUOTE) {
        hasEscapes = true;
        at += 1;
        // An escaped line end, or a blank that must not be taken for one before a line end.
        if (isBlank(text.charCodeAt(at)) || text.charCodeAt(at) === TAB) throw STEP_BACK;
      } else if (code === LINE_FEED) {
        hasBreaks = true;
        at = this.#continuedAt(at + 1, column) - 1;
      }
      at += 1;
    }
    this.#at = at + 1;
    let value = hasBreaks ? foldedQuote(text.slice(start, at)) : this.#slice(start, at);
    if (hasQuotes) value = value.replaceAll("''", "'");
    return hasEscapes ? unescaped(value) : value;
  }

  /** Where a value goes on that was begun before the line given: in a line that belongs to it by its column. */
  #continuedAt(lineStart: number, column: number): number {
    const text = this.#text;
    let at = lineStart;
    for (;;) {
      this.#lineStart = at;
      while (text.charCodeAt(at) === SPACE) at += 1;
      if (text.charCodeAt(at) === CARRIAGE_RETURN) at += 1;
      if (text.charCodeAt(at) !== LINE_FEED) break;
      at += 1;
    }
    if (at >= this.#end || text.charCodeAt(at) === TAB) throw STEP_BACK;
    if (at - this.#lineStart <= column) throw STEP_BACK;
    return at;
  }

  #blockScalar(column: number): string {
    const { value, valueAt, behind } = readBlockScalar(this.#text, this.#at, this.#end, column);
    this.#at = this.#lineStart = behind;
    this.#endLine(column);
    this.#valueAt = valueAt;
    this.#inside = undefined;
    return value;
  }

  /** What stands in brackets or braces. */
  #flow(open: number): unknown {
    const text = this.#text;
    const isMapping = open === OPEN_BRACE;
    const close = isMapping ? CLOSE_BRACE : CLOSE_BRACKET;
    const names: string[] | undefined = isMapping ? [] : undefined;
    const fields = newMapping();
    const items: unknown[] = [];
    const positions = new Positions(names);
    this.#enter();
    this.#at += 1;
    this.#skipInFlow();
    let isOpen = text.charCodeAt(this.#at) !== close;
    while (isOpen) {
      if (names !== undefined) {
        const keyAt = this.#at;
        const key = this.#flowKey();
        if (key in fields) throw STEP_BACK;
        fields[key] = this.#flowValue();
        names.push(key);
        positions.keyAt.push(keyAt);
      } else items.push(this.#flowValue());
      positions.valueAt.push(this.#valueAt);
      positions.inside.push(this.#inside);
      this.#skipInFlow();
      const code = text.charCodeAt(this.#at);
      if (code === COMMA) {
        this.#at += 1;
        this.#skipInFlow();
        // Behind the last value there may be a comma.
        isOpen = text.charCodeAt(this.#at) !== close;
      } else if (code === close) isOpen = false;
      else throw STEP_BACK;
    }
    this.#at += 1;
    this.#depth -= 1;
    this.#inside = positions;
    return isMapping ? fields : items;
  }

  /** A key in braces, and the colon and the blanks behind it. */
  #flowKey(): string {
    const text = this.#text;
    const start = this.#at;
    const first = text.charCodeAt(start);
    let key: string;
    if (first === SINGLE_QUOTE || first === DOUBLE_QUOTE) key = this.#quoted(first, Infinity);
    else {
      this.#toEndOfFlowText();
      key = this.#slice(start, this.#at);
      if (key === "<<" || typeof resolvePlain(key) !== "string") throw STEP_BACK;
    }
    if (text.charCodeAt(this.#at) !== COLON) throw STEP_BACK;
    this.#at += 1;
    if (text.charCodeAt(this.#at) !== SPACE) throw STEP_BACK;
    this.#skipSpaces();
    return key;
  }

  #flowValue(): unknown {
    const at = this.#at;
    const code = this.#text.charCodeAt(at);
    let value: unknown;
    if (code === OPEN_BRACKET || code === OPEN_BRACE) value = this.#flow(code);
    else {
      if (code === SINGLE_QUOTE || code === DOUBLE_QUOTE)
        value = this.#quoted(code, this.#flowColumn);
      else {
        this.#toEndOfFlowText();
        value = this.#resolved(at, this.#at);
      }
      this.#inside = undefined;
    }
    this.#valueAt = at;
    return value;
  }

  /** Goes behind a text without quotes in brackets or braces. Of a colon its callers know what to think. */
  #toEndOfFlowText(): void {
    const text = this.#text;
    const start = this.#at;
    let at = start;
    if (beginsText[text.charCodeAt(at)] !== 1) throw STEP_BACK;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === COMMA || code === CLOSE_BRACKET || code === CLOSE_BRACE || code === COLON) break;
      if (code === LINE_FEED || code === CARRIAGE_RETURN) break;
      // Whatever else may have a meaning in here, or after a blank.
      if (at >= this.#end || code >= 128 || (beginsText[code] === 0 && code !== DASH)) {
        if (code !== SPACE) throw STEP_BACK;
      }
      at += 1;
    }
    while (text.charCodeAt(at - 1) === SPACE) at -= 1;
    this.#at = at;
  }

  /** Goes to what comes next in brackets, be it in a later line. */
  #skipInFlow(): void {
    const text = this.#text;
    for (;;) {
      const from = this.#at;
      this.#skipSpaces();
      if (text.charCodeAt(this.#at) === CARRIAGE_RETURN) this.#at += 1;
      const code = text.charCodeAt(this.#at);
      if (code === HASH && (this.#at > from || from === this.#lineStart)) {
        this.#at = text.indexOf("\n", this.#at);
        if (this.#at < 0) throw STEP_BACK;
      } else if (code !== LINE_FEED) return;
      this.#at = this.#continuedAt(this.#at + 1, this.#flowColumn);
    }
  }

  #skipSpaces(): void {
    let at = this.#at;
    while (this.#text.charCodeAt(at) === SPACE) at += 1;
    this.#at = at;
  }

  /** Behind a value that ends on its line. */
  #endLine(column: number): void {
    this.#toContent();
    if (this.#column > column) throw STEP_BACK;
  }

  /** Goes to the next line with content, from a line's start or from where nothing but a comment may follow on it. */
  #toContent(): void {
    const text = this.#text;
    const end = this.#end;
    let at = this.#at;
    for (;;) {
      const from = at;
      while (text.charCodeAt(at) === SPACE) at += 1;
      if (text.charCodeAt(at) === CARRIAGE_RETURN) at += 1;
      if (at >= end) {
        this.#at = end;
        this.#column = -1;
        return;
      }
      const code = text.charCodeAt(at);
      if (code === HASH) {
        // Right behind a value, this is no comment.
        if (at === from && at !== this.#lineStart && text.charCodeAt(at - 1) !== SPACE) {
          throw STEP_BACK;
        }
        at = text.indexOf("\n", at);
        if (at < 0) at = end;
        else at += 1;
      } else if (code === LINE_FEED) at += 1;
      else if (from === this.#lineStart && code !== TAB) {
        this.#at = at;
        this.#column = at - from;
        return;
      } else throw STEP_BACK;
      this.#lineStart = at;
    }
  }

  /** A part of the text, and the same string each time for what is short. */
  #slice(start: number, end: number): string {
    const text = this.#text;
    const length = end - start;
    if (length > MAX_KNOWN) return text.slice(start, end);
    let hash = length;
    for (let at = start; at < end; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
    const slot = (hash ^ (hash >>> 12)) & (known.length - 1);
    const candidate = known[slot] ?? "";
    if (candidate.length === length && text.startsWith(candidate, start)) return candidate;
    const found = text.slice(start, end);
    known[slot] = found;
    return found;
  }
}
