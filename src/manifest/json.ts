import type { Report } from "../diagnostics/diagnostic.ts";
import type { SourcePlace } from "../diagnostics/source-range.ts";
import { maxDepth, newMapping } from "./compose.ts";
import { manifestDiagnostics } from "./diagnostics.ts";
import { DocumentFindings } from "./document-findings.ts";
import type { LocatedValue } from "./lists.ts";
import { Positions } from "./positions.ts";

/** Thrown where a text is not JSON; caught by whoever reads, who then tries YAML or reports it. */
export class JsonSyntaxError extends Error {
  override readonly name = "JsonSyntaxError";
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

export interface JsonContext {
  readonly placeAt: (offset: number) => SourcePlace;
  readonly report: Report;
}

/** No object of the API has so many; the bound keeps memory in hand. */
const maxValues = 1_000_000;

const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
/** A backslash, or what comes before the space: control characters. */
const needsDecoding = /\\|[^\u0020-\uffff]/;

/**
 * Reads JSON values with the places of their parts. kubectl tries JSON before YAML too: objects may follow each other
 * without a separator, and escapes such as `\/` are allowed that its YAML reader refuses.
 */
export class JsonReader {
  private readonly text: string;
  private readonly end: number;
  private readonly context: JsonContext;
  private at: number;
  private findings: DocumentFindings;
  private depth = 0;
  private count = 0;
  private inside: Positions | undefined = undefined;

  constructor(text: string, start: number, end: number, context: JsonContext) {
    this.text = text;
    this.at = start;
    this.end = end;
    this.context = context;
    this.findings = new DocumentFindings(context.report);
  }

  get offset(): number {
    return this.at;
  }

  /** Goes to an offset where a value begins or has ended. */
  seek(offset: number): void {
    this.at = offset;
  }

  /** Skips blanks, and comments as YAML has them; true if anything is left. */
  skipToNext(): boolean {
    this.skipBlanks();
    while (this.at < this.end && this.text[this.at] === "#") {
      const lineEnd = this.text.indexOf("\n", this.at);
      this.at = lineEnd < 0 ? this.end : lineEnd + 1;
      this.skipBlanks();
    }
    return this.at < this.end;
  }

  /** Reads one whole value. `lost` says that errors were reported. */
  read(): LocatedValue & { readonly lost: boolean } {
    this.findings = new DocumentFindings(this.context.report);
    this.depth = 0;
    this.count = 0;
    const { at } = this;
    const value = this.value();
    return { value, positions: this.inside, at, lost: this.findings.lost };
  }

  /**
   * Reads an object but for its `items`, if those are a sequence: their offset is given instead. What is skipped is only
   * known to have its brackets and quotes in order.
   */
  readAround(): LocatedValue & { readonly lost: boolean; readonly itemsAt: number | undefined } {
    this.findings = new DocumentFindings(this.context.report);
    this.depth = 0;
    this.count = 0;
    const { at } = this;
    let itemsAt: number | undefined;
    this.expect("{");
    const value = this.fields((key) => {
      if (key !== "items" || this.text[this.at] !== "[") return this.value();
      itemsAt = this.at;
      this.skipBrackets();
      this.inside = undefined;
      return [];
    });
    return { value, positions: this.inside, at, lost: this.findings.lost, itemsAt };
  }

  /** Goes to the first item of a sequence; false if there is none. */
  enterItems(itemsAt: number): boolean {
    this.at = itemsAt + 1;
    this.skipBlanks();
    return this.text[this.at] !== "]";
  }

  /** Goes behind the comma after an item; false at the end of the sequence. */
  nextItem(): boolean {
    this.skipBlanks();
    if (this.text[this.at] === "]") return false;
    this.expect(",");
    this.skipBlanks();
    return true;
  }

  private value(): unknown {
    this.inside = undefined;
    if (++this.count > maxValues)
      throw new JsonSyntaxError("a document of too many values", this.at);
    switch (this.text.charAt(this.at)) {
      case "{":
        this.at++;
        return this.fields(() => this.value());
      case "[":
        return this.sequence();
      case '"':
        return this.string();
      case "t":
        return this.word("true", true);
      case "f":
        return this.word("false", false);
      case "n":
        return this.word("null", null);
      default:
        return this.number();
    }
  }

  private fields(read: (key: string) => unknown): Record<string, unknown> {
    const names: string[] = [];
    const positions = new Positions(names);
    const fields = newMapping();
    this.enter();
    this.skipBlanks();
    if (this.text[this.at] === "}") this.at++;
    else {
      do {
        this.skipBlanks();
        const keyAt = this.at;
        const key = this.string();
        this.skipBlanks();
        this.expect(":");
        this.skipBlanks();
        if (key in fields) this.reportDuplicate(key, keyAt, positions);
        const valueAt = this.at;
        fields[key] = read(key);
        names.push(key);
        positions.keyAt.push(keyAt);
        positions.valueAt.push(valueAt);
        positions.inside.push(this.inside);
        this.skipBlanks();
      } while (this.hasMore("}"));
    }
    this.depth--;
    this.inside = positions;
    return fields;
  }

  private sequence(): unknown[] {
    const positions = new Positions(undefined);
    const items: unknown[] = [];
    this.at++;
    this.enter();
    this.skipBlanks();
    if (this.text[this.at] === "]") this.at++;
    else {
      do {
        this.skipBlanks();
        positions.valueAt.push(this.at);
        items.push(this.value());
        positions.inside.push(this.inside);
        this.skipBlanks();
      } while (this.hasMore("]"));
    }
    this.depth--;
    this.inside = positions;
    return items;
  }

  private hasMore(close: "}" | "]"): boolean {
    if (this.text[this.at] === close) {
      this.at++;
      return false;
    }
    this.expect(",");
    return true;
  }

  private enter(): void {
    if (++this.depth > maxDepth) throw new JsonSyntaxError("nested too deep", this.at);
  }

  private string(): string {
    const start = this.at;
    this.expect('"');
    let close = this.text.indexOf('"', this.at);
    while (close >= 0 && close < this.end && this.isEscaped(close)) {
      close = this.text.indexOf('"', close + 1);
    }
    if (close < 0 || close >= this.end) throw new JsonSyntaxError("unfinished text", start);
    this.at = close + 1;
    const raw = this.text.slice(start + 1, close);
    if (!needsDecoding.test(raw)) return raw;
    try {
      return JSON.parse(`"${raw}"`) as string;
    } catch {
      throw new JsonSyntaxError("text with a bad escape or a control character", start);
    }
  }

  private isEscaped(at: number): boolean {
    let before = at - 1;
    while (this.text.charCodeAt(before) === 92) before--;
    return (at - before) % 2 === 0;
  }

  private word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw new JsonSyntaxError("no JSON value", this.at);
    this.at += word.length;
    return value;
  }

  private number(): number {
    number.lastIndex = this.at;
    const text = number.exec(this.text)?.[0];
    if (text === undefined || this.at + text.length > this.end) {
      throw new JsonSyntaxError("no JSON value", this.at);
    }
    const value = Number(text);
    if (!Number.isFinite(value)) {
      const at = this.context.placeAt(this.at);
      this.findings.fail(() => manifestDiagnostics.create("YML-X011", { at, text }));
    }
    this.at += text.length;
    return value;
  }

  private expect(char: string): void {
    if (this.at >= this.end || this.text[this.at] !== char) {
      throw new JsonSyntaxError(`\`${char}\` is missing`, this.at);
    }
    this.at++;
  }

  private skipBlanks(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (this.at >= this.end || (code !== 32 && code !== 10 && code !== 13 && code !== 9)) return;
      this.at++;
    }
  }

  /** Goes behind the bracket that closes the one here. */
  private skipBrackets(): void {
    let depth = 0;
    while (this.at < this.end) {
      const code = this.text.charCodeAt(this.at);
      if (code === 34) {
        this.string();
        continue;
      }
      this.at++;
      if (code === 91 || code === 123) depth++;
      else if ((code === 93 || code === 125) && --depth === 0) return;
    }
    throw new JsonSyntaxError("unfinished sequence", this.at);
  }

  private reportDuplicate(key: string, keyAt: number, positions: Positions): void {
    this.findings.fail(() => {
      const first = positions.keyAt[positions.names?.indexOf(key) ?? -1] ?? keyAt;
      const related = [{ message: "given here before", at: this.context.placeAt(first) }];
      const at = this.context.placeAt(keyAt);
      return manifestDiagnostics.create("YML-X002", { at, key, related });
    });
  }
}
