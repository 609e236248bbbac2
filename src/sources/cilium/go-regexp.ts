/*
 * Whether Go compiles a text as a regular expression (go: regexp/syntax/parse.go, flags Perl): an agent refuses the whole
 * document where it does not. Names of Unicode classes and the size of nested repetitions are not looked into.
 */

/** Why Go refuses it; undefined if it takes it. */
export function regexpProblem(text: string): string | undefined {
  const reader = new RegexpReader(text);
  try {
    reader.readAll();
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

class Refused extends Error {}

/** Deeper groups are refused. */
const MOST_NESTED = 1000;
const MOST_REPEATED = 1000;

const NAMED_CLASS =
  /^\[:\^?(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit):\]/;
const REPETITION = /^\{(0|[1-9][0-9]*)(?:(,)(0|[1-9][0-9]*)?)?\}/;
const GROUP_NAME = /^\(\?P?<(\w*)>/;
const FLAGS = /^\(\?[imsU]*(?:-[imsU]+)?[:)]/;

/** What may be repeated: nothing at the start of an alternative, and what was repeated already not again. */
type Before = "nothing" | "item" | "repeated";

class RegexpReader {
  readonly #text: string;
  /** Where the last name of a class may end. */
  readonly #lastName: number;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#lastName = text.lastIndexOf(":]");
  }

  readAll(): void {
    let depth = 0;
    let before: Before = "nothing";
    const names = new Set<string>();
    while (this.#at < this.#text.length) {
      const next = this.#text.charAt(this.#at);
      switch (next) {
        case "(": {
          const isGroup = this.#openGroup(names);
          if (!isGroup) {
            if (before === "repeated") before = "item";
            break;
          }
          before = "nothing";
          depth += 1;
          if (depth >= MOST_NESTED) throw new Refused("its groups are nested too deeply");
          break;
        }
        case ")":
          if (depth === 0) throw new Refused("`)` closes nothing");
          depth -= 1;
          this.#at += 1;
          before = "item";
          break;
        case "|":
          this.#at += 1;
          before = "nothing";
          break;
        case "*":
        case "+":
        case "?":
        case "{": {
          const taken = next === "{" ? this.#repetition() : 1;
          if (taken === 0) {
            this.#at += 1;
            before = "item";
            break;
          }
          const sign = this.#text.slice(this.#at, this.#at + taken);
          if (before === "nothing") throw new Refused(`\`${sign}\` repeats nothing`);
          if (before === "repeated") throw new Refused(`\`${sign}\` repeats a repetition`);
          this.#at += taken;
          if (this.#text.charAt(this.#at) === "?") this.#at += 1;
          before = "repeated";
          break;
        }
        case "[":
          this.#readClass();
          before = "item";
          break;
        case "\\":
          if (this.#readOutsideEscape()) before = "item";
          break;
        default:
          this.#at += String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0).length;
          before = "item";
      }
    }
    if (depth > 0) throw new Refused("a `(` is not closed");
  }

  /** False for flags alone, which are no group. */
  #openGroup(names: Set<string>): boolean {
    const rest = this.#text.slice(this.#at, this.#at + 200);
    if (!rest.startsWith("(?")) {
      this.#at += 1;
      return true;
    }
    const named = GROUP_NAME.exec(rest);
    if (named !== null) {
      const [all, name = ""] = named;
      if (name === "" || names.has(name)) throw new Refused("the name of a group is not its own");
      names.add(name);
      this.#at += all.length;
      return true;
    }
    const flags = FLAGS.exec(rest);
    if (flags === null) {
      throw new Refused(`\`${rest.slice(0, 4)}\` is not of Go's syntax, which cannot look around`);
    }
    this.#at += flags[0].length;
    return flags[0].endsWith(":");
  }

  /** The length of `{n,m}`; 0 where it is no such thing, so that it stands for itself. */
  #repetition(): number {
    const found = REPETITION.exec(this.#text.slice(this.#at, this.#at + 40));
    if (found === null) return 0;
    const [all, first = "", comma, last] = found;
    const most = comma === undefined ? first : (last ?? "0");
    const isTooMany = Number(first) > MOST_REPEATED || Number(most) > MOST_REPEATED;
    if (isTooMany || (last !== undefined && Number(first) > Number(last))) {
      throw new Refused(`\`${all}\` is no number of repetitions`);
    }
    return all.length;
  }

  #readClass(): void {
    this.#at += 1;
    if (this.#text.charAt(this.#at) === "^") this.#at += 1;
    for (let isFirst = true; ; isFirst = false) {
      const next = this.#text.charAt(this.#at);
      if (next === "") throw new Refused("a `[` is not closed");
      if (next === "]" && !isFirst) break;
      if (this.#text.startsWith("[:", this.#at) && this.#lastName >= this.#at + 2) {
        const named = NAMED_CLASS.exec(this.#text.slice(this.#at, this.#at + 16));
        if (named === null) throw new Refused("a class of letters has no such name");
        this.#at += named[0].length;
        continue;
      }
      if (this.#skipClassEscape()) continue;
      const low = this.#readInClass();
      const isRange =
        this.#text.charAt(this.#at) === "-" && !["]", ""].includes(this.#text.charAt(this.#at + 1));
      if (!isRange) continue;
      this.#at += 1;
      if (this.#readInClass() < low) throw new Refused("a range of letters ends before it begins");
    }
    this.#at += 1;
  }

  #readInClass(): number {
    if (this.#text.charAt(this.#at) === "\\") return this.#readEscape();
    const point = this.#text.codePointAt(this.#at);
    if (point === undefined) throw new Refused("a `[` is not closed");
    this.#at += point > 0xffff ? 2 : 1;
    return point;
  }

  /** True for `\d` and the like, and for classes of Unicode. */
  #skipClassEscape(): boolean {
    const rest = this.#text.slice(this.#at, this.#at + 80);
    const found = /^\\(?:[dDsSwW]|[pP](?:\{\^?\w+\}|[A-Z]))/.exec(rest);
    if (found === null) return false;
    this.#at += found[0].length;
    return true;
  }

  /** False for a quotation without a letter. */
  #readOutsideEscape(): boolean {
    const next = this.#text.charAt(this.#at + 1);
    if (next === "Q") {
      const start = this.#at + 2;
      const end = this.#text.indexOf("\\E", start);
      this.#at = end < 0 ? this.#text.length : end + 2;
      return (end < 0 ? this.#text.length : end) > start;
    }
    if (["A", "b", "B", "z"].includes(next)) this.#at += 2;
    else if (!this.#skipClassEscape()) this.#readEscape();
    return true;
  }

  #readEscape(): number {
    const rest = this.#text.slice(this.#at, this.#at + 16);
    const found =
      /^\\(?:x\{([0-9a-fA-F]+)\}|x([0-9a-fA-F]{2})|(0[0-7]{0,2}|[1-7][0-7]{1,2})|([afnrtv])|([^0-9A-Za-z\u0080-\uffff]))/.exec(
        rest,
      );
    const [all, braced, hex, octal, letter, sign] = found ?? [];
    const point = Number.parseInt(braced ?? hex ?? "0", 16);
    if (all === undefined || point > 0x10ffff) {
      const what = rest.length < 2 ? "a `\\` at the end" : `\`${rest.slice(0, 2)}\``;
      throw new Refused(`${what} stands for nothing in Go's syntax`);
    }
    this.#at += all.length;
    if (octal !== undefined) return Number.parseInt(octal, 8);
    if (letter !== undefined) return [7, 12, 10, 13, 9, 11]["afnrtv".indexOf(letter)] ?? 0;
    return sign === undefined ? point : (sign.codePointAt(0) ?? 0);
  }
}
