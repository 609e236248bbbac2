import type { LabelTest, Selector, SelectorError, SelectorNode } from "./ast.ts";
import { blankEnd, Tokenizer, type Token } from "./tokenizer.ts";

/**
 * How deep && , || and ! may alternate. Calico has no bound; nobody writes ten levels, and what reads the tree recurses.
 * Plain parentheses do not count.
 */
const DEPTH_LIMIT = 1000;
/** Texts kept. Many policies share few selectors; a run over hostile ones must not keep them all. */
const CACHE_LIMIT = 20_000;

const cache = new Map<string, Selector | SelectorError>();

/**
 * Reads a selector as Calico's parser does, or says why Calico would refuse it. An empty text selects everything. The
 * same text gives the same object as long as it is cached, so that meanings can be kept by object.
 * (calico: libcalico-go/lib/selector/parser/parser.go)
 */
export function parseSelector(text: string): Selector | SelectorError {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const result = new Parser(text).parse();
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(text, result);
  return result;
}

/** Tells the two results of {@link parseSelector} apart. */
export function isSelectorError(result: Selector | SelectorError): result is SelectorError {
  return "message" in result;
}

/** An open parenthesis, or the whole text: the operands read so far. */
interface Group {
  /** Finished operands of ||. */
  readonly alternatives: SelectorNode[];
  /** Operands of the && being read. */
  factors: SelectorNode[];
  /** The deepest operand. */
  depth: number;
  /** Whether a `!` stands before its parenthesis. */
  readonly negated: boolean;
  readonly offset: number;
}

interface Failure {
  readonly error: SelectorError;
}

function group(negated: boolean, offset: number): Group {
  return { alternatives: [], factors: [], depth: 0, negated, offset };
}

function fail(offset: number, message: string, hint?: string): Failure {
  return { error: { message, offset, ...(hint === undefined ? {} : { hint }) } };
}

function join(kind: "and" | "or", operands: readonly SelectorNode[]): SelectorNode {
  const [only] = operands;
  return operands.length === 1 && only !== undefined ? only : { kind, operands };
}

/** Pairs of `!` cancel. */
function negate(node: SelectorNode): SelectorNode {
  return node.kind === "not" ? node.operand : { kind: "not", operand: node };
}

/**
 * Precedence from loose to tight: ||, &&, !. The open parentheses are a list and not the call stack, so that no nesting
 * overflows it.
 */
class Parser {
  readonly #text: string;
  readonly #tokens: Tokenizer;
  #token: Token;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = new Tokenizer(text);
    this.#token = this.#tokens.next();
  }

  parse(): Selector | SelectorError {
    if (this.#token.kind === "end") return { text: this.#text, root: { kind: "all" } };
    const result = this.#expression();
    return "error" in result ? result.error : { text: this.#text, root: result };
  }

  #advance(): void {
    this.#token = this.#tokens.next();
  }

  #takes(symbol: string): boolean {
    if (this.#token.kind !== "symbol" || this.#token.symbol !== symbol) return false;
    this.#advance();
    return true;
  }

  #expression(): SelectorNode | Failure {
    const open: Group[] = [group(false, 0)];
    for (;;) {
      // An operand is due: any number of "!", then a condition or an opening parenthesis.
      let negated = false;
      while (this.#takes("!")) negated = !negated;
      const { offset } = this.#token;
      if (this.#takes("(")) {
        open.push(group(negated, offset));
        continue;
      }
      let operand = this.#condition();
      if ("error" in operand) return operand;
      if (negated) operand = negate(operand);
      let depth = 1;

      // The operand is complete: it ends any number of parentheses, or && or || follows.
      for (;;) {
        const current = open.at(-1);
        if (current === undefined) return fail(offset, "has a `)` without its `(`");
        current.factors.push(operand);
        current.depth = Math.max(current.depth, depth);
        if (this.#takes("&&")) break;
        if (this.#takes("||")) {
          current.alternatives.push(join("and", current.factors));
          current.factors = [];
          break;
        }
        const closing = this.#token.kind === "symbol" && this.#token.symbol === ")";
        if (!closing && this.#token.kind !== "end")
          return this.#unexpectedAfterCondition(open.length > 1);
        if (!closing && open.length > 1) return fail(current.offset, "has a `(` without its `)`");
        if (closing && open.length === 1)
          return fail(this.#token.offset, "has a `)` without its `(`");

        const grouped = current.alternatives.length > 0 || current.factors.length > 1;
        operand = join("or", [...current.alternatives, join("and", current.factors)]);
        depth = current.depth + (grouped ? 2 : 0);
        if (current.negated) depth += operand.kind === "not" ? -1 : 1;
        if (depth > DEPTH_LIMIT)
          return fail(current.offset, `nests conditions more than ${String(DEPTH_LIMIT)} deep`);
        if (!closing) return operand;
        if (current.negated) operand = negate(operand);
        open.pop();
        this.#advance();
      }
    }
  }

  #condition(): SelectorNode | Failure {
    const token = this.#token;
    switch (token.kind) {
      case "has":
        this.#advance();
        return { kind: "has", label: token.label };
      case "all":
      case "global":
        this.#advance();
        return { kind: token.kind };
      case "label":
        this.#advance();
        return this.#labelTest(token.name, token.offset);
      case "error":
        return token;
      case "end":
        return token.offset === 0
          ? fail(token.offset, "is empty where a condition is expected")
          : fail(token.offset, "ends where a condition is expected");
      case "string":
        return fail(
          token.offset,
          "has a quoted text where a label name is expected",
          'The label stands on the left, without quotes: `label == "value"`.',
        );
      case "word":
      case "symbol":
        return fail(token.offset, `has \`${this.#textOf(token)}\` where a condition is expected`);
    }
  }

  #labelTest(label: string, offset: number): LabelTest | Failure {
    const token = this.#token;
    if (token.kind === "error") return token;
    if (token.kind === "word") {
      this.#advance();
      if (token.operator === "in") return this.#set(label, false);
      if (token.operator === "notIn") return this.#set(label, true);
      const operand = this.#string();
      if (typeof operand !== "string") return operand;
      return { kind: "text", label, operator: token.operator, operand };
    }
    if (token.kind === "symbol" && (token.symbol === "==" || token.symbol === "!=")) {
      this.#advance();
      const value = this.#string();
      if (typeof value !== "string") return value;
      return { kind: "equals", label, value, negated: token.symbol === "!=" };
    }
    return this.#withoutOperator(label, offset, token);
  }

  #withoutOperator(label: string, offset: number, token: Token): Failure {
    const opens = token.kind === "symbol" && token.symbol === "(";
    if (opens && (label === "has" || label === "all" || label === "global")) {
      return fail(
        offset,
        `has a space between \`${label}\` and \`(\``,
        `Write \`${label}(\` without one.`,
      );
    }
    if (opens && label === "not") return fail(offset, "has `not` where `!` is meant");
    if (opens) {
      const calls =
        label === "any"
          ? "Everything is selected by `all()`."
          : "The calls are `has(label)`, `all()` and `global()`.";
      return fail(offset, `calls \`${label}()\`, which Calico does not know`, calls);
    }
    if (token.kind === "symbol" && token.symbol === "!") {
      return fail(token.offset, "has `!` where `!=` or `not in` is meant");
    }
    return fail(
      offset,
      `has the label \`${label}\` without an operator`,
      `That the label is present is \`has(${label})\`.`,
    );
  }

  #string(): string | Failure {
    const token = this.#token;
    if (token.kind === "string") {
      this.#advance();
      return token.value;
    }
    if (token.kind === "error") return token;
    if (token.kind === "label") {
      return fail(
        token.offset,
        `has the value \`${token.name}\` without quotes`,
        `Write "${token.name}".`,
      );
    }
    return token.kind === "end"
      ? fail(token.offset, "ends where a quoted value is expected")
      : fail(token.offset, `has \`${this.#textOf(token)}\` where a quoted value is expected`);
  }

  #set(label: string, negated: boolean): LabelTest | Failure {
    const start = this.#token;
    if (!this.#takes("{")) {
      if (start.kind === "error") return start;
      if (start.kind === "symbol" && start.symbol === "(") {
        return fail(start.offset, "has `(` where `{` is meant", 'A set is written `{"a", "b"}`.');
      }
      return fail(start.offset, "has no set after `in`", 'A set is written `{"a", "b"}`.');
    }
    // One comma may stand after the last value.
    const values: string[] = [];
    while (this.#token.kind === "string") {
      values.push(this.#token.value);
      this.#advance();
      if (!this.#takes(",")) break;
    }
    const end = this.#token;
    if (this.#takes("}")) return { kind: "in", label, values, negated };
    if (end.kind === "error") return end;
    if (end.kind === "label") {
      return fail(
        end.offset,
        `has the value \`${end.name}\` without quotes`,
        `Write "${end.name}".`,
      );
    }
    if (end.kind === "string") return fail(end.offset, "has no `,` between two values of a set");
    return fail(end.offset, "has a set without its `}`");
  }

  #unexpectedAfterCondition(inParentheses: boolean): Failure {
    const token = this.#token;
    const before = this.#text.slice(Math.max(0, token.offset - 2), token.offset);
    if (before === '\\"' || before === "\\'") {
      return fail(
        token.offset - 2,
        "has a `\\` before a quote, where it escapes nothing",
        "A text that holds one kind of quote stands in the other kind.",
      );
    }
    if (token.kind === "error") return token;
    if (token.kind === "label") {
      const word = token.name.toLowerCase();
      if (word === "and") return fail(token.offset, `has \`${token.name}\` where \`&&\` is meant`);
      if (word === "or") return fail(token.offset, `has \`${token.name}\` where \`||\` is meant`);
    }
    if (token.kind === "symbol" && token.symbol === ",") {
      return fail(token.offset, "has `,` where `&&` is meant");
    }
    return fail(
      token.offset,
      `goes on with \`${this.#textOf(token)}\` after a complete condition`,
      inParentheses
        ? "Conditions are joined by `&&` or `||`, and a `(` needs its `)`."
        : "Conditions are joined by `&&` or `||`.",
    );
  }

  /** The token as written, for messages. */
  #textOf(token: Token): string {
    const text = this.#text.slice(token.offset, blankEnd(this.#text, token.offset) + 24);
    switch (token.kind) {
      case "symbol":
        return token.symbol;
      case "label":
        return token.name;
      case "string":
        return text.slice(0, Math.min(text.length, token.value.length + 2));
      case "has":
        return `has(${token.label})`;
      case "all":
      case "global":
        return `${token.kind}()`;
      case "word":
      case "end":
      case "error":
        return text;
    }
  }
}
