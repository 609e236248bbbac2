import type { SelectorError } from "./ast.ts";

export type WordOperator = "contains" | "startsWith" | "endsWith" | "in" | "notIn";
export type Symbol = "(" | ")" | "{" | "}" | "," | "==" | "!=" | "!" | "&&" | "||";

export type Token =
  | { readonly kind: "symbol"; readonly symbol: Symbol; readonly offset: number }
  | { readonly kind: "word"; readonly operator: WordOperator; readonly offset: number }
  | { readonly kind: "label"; readonly name: string; readonly offset: number }
  | { readonly kind: "string"; readonly value: string; readonly offset: number }
  | { readonly kind: "has"; readonly label: string; readonly offset: number }
  | { readonly kind: "all" | "global" | "end"; readonly offset: number }
  | { readonly kind: "error"; readonly error: SelectorError; readonly offset: number };

/** calico: libcalico-go/lib/selector/tokenizer/tokenizer.go */
const LABEL_LIMIT = 512;

/** Words between a label and its value: the parts may stand apart or together. The longer ones come first. */
const WORD_OPERATORS: readonly (readonly [operator: WordOperator, parts: readonly string[]])[] = [
  ["contains", ["contains"]],
  ["startsWith", ["starts", "with"]],
  ["endsWith", ["ends", "with"]],
  ["notIn", ["not", "in"]],
  ["in", ["in"]],
];

/** What people write after a label, and what Calico calls it. */
const MEANT_OPERATORS: Readonly<Record<string, string>> = {
  startswith: "starts with",
  endswith: "ends with",
  contains: "contains",
  in: "in",
  notin: "not in",
  starts: "starts with",
  ends: "ends with",
  is: "==",
  eq: "==",
  equals: "==",
  ne: "!=",
};

const TYPOGRAPHIC_QUOTES = "\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb\u00b4`";

function isLabelCode(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x2d && code <= 0x39) ||
    code === 0x5f
  );
}

/** The end of the run of label characters that begins at `start`. */
export function labelEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && isLabelCode(text.charCodeAt(end))) end++;
  return end;
}

/** The first offset from `start` on that holds neither space nor tab: a line break is no white space here. */
export function blankEnd(text: string, start: number): number {
  let end = start;
  while (text.charCodeAt(end) === 0x20 || text.charCodeAt(end) === 0x09) end++;
  return end;
}

/** Where the operator made of `parts` ends, if it stands at `start` and no label character follows it. */
function wordOperatorEnd(
  text: string,
  start: number,
  parts: readonly string[],
): number | undefined {
  let at = start;
  for (const [index, part] of parts.entries()) {
    if (index > 0) at = blankEnd(text, at);
    if (!text.startsWith(part, at)) return undefined;
    at += part.length;
  }
  return at < text.length && isLabelCode(text.charCodeAt(at)) ? undefined : at;
}

function failure(offset: number, message: string, hint?: string): Token {
  return {
    kind: "error",
    offset,
    error: { message, offset, ...(hint === undefined ? {} : { hint }) },
  };
}

/** A character that can begin no token. */
function strayCharacter(text: string, offset: number): Token {
  const character = String.fromCodePoint(text.codePointAt(offset) ?? 0);
  if (character === "\n" || character === "\r") {
    return failure(
      offset,
      "has a line break outside quotes, where Calico takes spaces and tabs only",
      "Write it on one line; of the YAML block scalars only `>-` and `|-` do not end in a line break.",
    );
  }
  if (TYPOGRAPHIC_QUOTES.includes(character)) {
    return failure(offset, `has the quotation mark \`${character}\``, "Use plain `\"` or `'`.");
  }
  return failure(offset, `has the unexpected character ${JSON.stringify(character)}`);
}

/** Something other than an operator after a label. */
function missingOperator(text: string, offset: number, label: string): Token {
  const word = text.slice(offset, labelEnd(text, offset));
  if (label === "not") return failure(offset, "has `not` where `!` is meant");
  const meant = Object.hasOwn(MEANT_OPERATORS, word.toLowerCase())
    ? MEANT_OPERATORS[word.toLowerCase()]
    : undefined;
  if (meant !== undefined) {
    return failure(
      offset,
      `has \`${word}\` where \`${meant}\` is meant`,
      "Operators are lower-case words.",
    );
  }
  if (word === "") return strayCharacter(text, offset);
  return failure(
    offset,
    `has \`${word}\` after the label \`${label}\`, where an operator is expected`,
    "The operators are ==, !=, in, not in, contains, starts with, ends with; presence is `has(label)`.",
  );
}

function singleEquals(text: string, offset: number): Token {
  if (text[offset + 1] === "~")
    return failure(
      offset,
      "has `=~`, which Calico does not know",
      "Use `contains`, `starts with` or `ends with`.",
    );
  const valueStart = blankEnd(text, offset + 1);
  const valueEnd = labelEnd(text, valueStart);
  const unquoted = text.slice(valueStart, valueEnd);
  return failure(
    offset,
    "has `=` where `==` is meant",
    unquoted === ""
      ? undefined
      : `Kubernetes' form \`a=b,c!=d\` reads \`a == "b" && c != "d"\` in Calico; here: \`== "${unquoted.slice(0, 63)}"\`.`,
  );
}

/**
 * Reads a selector token by token, as Calico's tokenizer does: only space and tab are white space, strings know no
 * escapes, and a word is an operator only right after a label.
 */
export class Tokenizer {
  readonly #text: string;
  #at = 0;
  /** The label just read, if the last token was one. */
  #label: string | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token {
    this.#at = blankEnd(this.#text, this.#at);
    const label = this.#label;
    this.#label = undefined;
    const token = this.#read(this.#at, label);
    if (token.kind === "label") this.#label = token.name;
    return token;
  }

  #read(offset: number, label: string | undefined): Token {
    const text = this.#text;
    const first = text[offset];
    switch (first) {
      case undefined:
        return { kind: "end", offset };
      case "(":
      case ")":
      case "{":
      case "}":
      case ",":
        return this.#symbol(first, offset);
      case '"':
      case "'": {
        const end = text.indexOf(first, offset + 1);
        if (end < 0) {
          return failure(
            offset,
            `has a text without its closing \`${first}\``,
            "There are no escapes: a text that holds one kind of quote stands in the other kind.",
          );
        }
        this.#at = end + 1;
        return { kind: "string", value: text.slice(offset + 1, end), offset };
      }
      case "=":
        return text[offset + 1] === "=" ? this.#symbol("==", offset) : singleEquals(text, offset);
      case "!":
        return this.#symbol(text[offset + 1] === "=" ? "!=" : "!", offset);
      case "&":
        return text[offset + 1] === "&"
          ? this.#symbol("&&", offset)
          : failure(offset, "has `&` where `&&` is meant");
      case "|":
        return text[offset + 1] === "|"
          ? this.#symbol("||", offset)
          : failure(offset, "has `|` where `||` is meant");
      default:
        return label === undefined ? this.#operand(offset) : this.#operator(offset, label);
    }
  }

  #symbol(symbol: Symbol, offset: number): Token {
    this.#at = offset + symbol.length;
    return { kind: "symbol", symbol, offset };
  }

  #operator(offset: number, label: string): Token {
    for (const [operator, parts] of WORD_OPERATORS) {
      const end = wordOperatorEnd(this.#text, offset, parts);
      if (end === undefined) continue;
      this.#at = end;
      return { kind: "word", operator, offset };
    }
    return missingOperator(this.#text, offset, label);
  }

  /** A label, or one of the three calls. No blank may stand before their parenthesis: `has (a)` begins with a label. */
  #operand(offset: number): Token {
    const text = this.#text;
    const end = labelEnd(text, offset);
    if (end === offset) return strayCharacter(text, offset);
    const name = text.slice(offset, end);
    if (text[end] === "(" && (name === "has" || name === "all" || name === "global")) {
      return this.#call(name, offset, blankEnd(text, end + 1));
    }
    if (name.length > LABEL_LIMIT) {
      return failure(
        offset,
        `has a label name of ${String(name.length)} characters, more than ${String(LABEL_LIMIT)}`,
      );
    }
    this.#at = end;
    return { kind: "label", name, offset };
  }

  #call(name: "has" | "all" | "global", offset: number, inner: number): Token {
    const text = this.#text;
    const labelStop = name === "has" ? labelEnd(text, inner) : inner;
    const label = text.slice(inner, labelStop);
    if (name === "has") {
      if (text[inner] === '"' || text[inner] === "'")
        return failure(
          inner,
          "has quotes around the label name in `has()`",
          "Write `has(label)` without quotes.",
        );
      if (label === "") return failure(inner, "has no label name in `has()`");
      if (label.length > LABEL_LIMIT) {
        return failure(
          inner,
          `has a label name of ${String(label.length)} characters, more than ${String(LABEL_LIMIT)}`,
        );
      }
    }
    const close = blankEnd(text, labelStop);
    if (text[close] !== ")") {
      return close < text.length && (text[close] === "\n" || text[close] === "\r")
        ? strayCharacter(text, close)
        : failure(close, `has no closing \`)\` after \`${name}(\``);
    }
    this.#at = close + 1;
    return name === "has" ? { kind: "has", label, offset } : { kind: name, offset };
  }
}
