// Finds the mutants of a source file, and writes the file with some of them built in, each behind a switch of its own.
import ts from "typescript";

/**
 * @typedef {object} Mutant One small fault that the tests should notice.
 * @property {string} file from the root, with "/"
 * @property {number} line
 * @property {string} operator the kind of fault
 * @property {string} original the text that it stands in place of, in one line
 * @property {string} replacement
 * @property {number} start offset of the text
 * @property {number} end
 * @property {"expression" | "statement" | "body"} form how a switch is put around the text
 */

const K = ts.SyntaxKind;

const OPPOSITES = new Map([
  [K.EqualsEqualsEqualsToken, ["!=="]],
  [K.ExclamationEqualsEqualsToken, ["==="]],
  [K.LessThanToken, ["<=", ">="]],
  [K.LessThanEqualsToken, ["<", ">"]],
  [K.GreaterThanToken, [">=", "<="]],
  [K.GreaterThanEqualsToken, [">", "<"]],
  [K.PlusToken, ["-"]],
  [K.MinusToken, ["+"]],
  [K.AsteriskToken, ["/"]],
  [K.SlashToken, ["*"]],
  [K.PercentToken, ["*"]],
  [K.AmpersandToken, ["|"]],
  [K.BarToken, ["&"]],
  [K.LessThanLessThanToken, [">>"]],
  [K.GreaterThanGreaterThanToken, ["<<"]],
  [K.AmpersandAmpersandToken, ["||"]],
  [K.BarBarToken, ["&&"]],
]);

/** Operators of which one side may be left out. */
const ONE_SIDED = new Set([K.AmpersandAmpersandToken, K.BarBarToken, K.QuestionQuestionToken]);

const METHODS = new Map([
  ["some", "every"],
  ["every", "some"],
  ["startsWith", "endsWith"],
  ["endsWith", "startsWith"],
  ["min", "max"],
  ["max", "min"],
  ["find", "findLast"],
]);

/** Methods that give something of the same kind as what they are asked of. */
const SKIPPABLE = new Set(["filter", "slice", "sort", "reverse", "toLowerCase", "trim"]);

/**
 * The mutants of a file, in the order of the text. Left alone are texts (of messages, of keys), types, what only states
 * that something must hold (`invariant`, what is thrown, `satisfies never`) and what is worked out when the file is
 * loaded.
 *
 * @param {string} file from the root
 * @param {string} text
 * @returns {Mutant[]}
 */
export function mutantsOf(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = [];
  visit(source, false);
  return found.sort((a, b) => a.start - b.start || b.end - a.end);

  function visit(node, inFunction) {
    if (isLeftAlone(node)) return;
    if (inFunction) ofNode(node);
    if (ts.isFunctionLike(node)) ofFunction(node);
    const isInside = inFunction || ts.isFunctionLike(node);
    ts.forEachChild(node, (child) => visit(child, isInside));
  }

  function add(node, operator, replacement, form = "expression") {
    const start = node.getStart(source);
    const end = node.getEnd();
    const original = oneLine(text.slice(start, end));
    if (replacement === original) return;
    const line = source.getLineAndCharacterOfPosition(start).line + 1;
    const shown = oneLine(replacement);
    found.push({
      file,
      line,
      operator,
      original,
      replacement: shown,
      code: replacement,
      start,
      end,
      form,
    });
  }

  function ofFunction({ kind, body }) {
    if (body === undefined || kind === K.Constructor) return;
    if (!ts.isBlock(body)) add(body, "result", "undefined");
    else if (body.statements.length > 0) add(body, "body", "{}", "body");
  }

  function ofNode(node) {
    if (ts.isIfStatement(node) || ts.isConditionalExpression(node)) {
      const condition = ts.isIfStatement(node) ? node.expression : node.condition;
      add(condition, "condition", "true");
      add(condition, "condition", "false");
    }
    if (ts.isIfStatement(node)) {
      for (const block of [node.thenStatement, node.elseStatement]) {
        if (block !== undefined && ts.isBlock(block)) add(block, "block", "{}", "statement");
      }
    }
    if (ts.isWhileStatement(node)) add(node.expression, "condition", "false");
    if (ts.isForStatement(node) && node.condition) add(node.condition, "condition", "false");
    if (ts.isForOfStatement(node) && ts.isBlock(node.statement)) {
      add(node.statement, "block", "{}", "statement");
    }
    if (ts.isExpressionStatement(node) && isCall(node.expression)) {
      add(node, "call", ";", "statement");
    }
    if (ts.isBreakStatement(node) || ts.isContinueStatement(node)) {
      if (node.label === undefined && !ts.isCaseClause(node.parent)) {
        add(node, "jump", ";", "statement");
      }
    }
    if (ts.isBinaryExpression(node)) ofBinary(node);
    if (ts.isPrefixUnaryExpression(node)) ofPrefix(node);
    if (ts.isPostfixUnaryExpression(node)) ofUpdate(node);
    if (node.kind === K.TrueKeyword) add(node, "boolean", "false");
    if (node.kind === K.FalseKeyword) add(node, "boolean", "true");
    if (ts.isArrayLiteralExpression(node) && node.elements.length > 0 && !isTarget(node)) {
      add(node, "array", "[]");
    }
    if (ts.isCallExpression(node) && !isInChain(node)) ofCall(node);
    if (isChainEnd(node)) {
      const plain = text.slice(node.getStart(source), node.getEnd()).replace(/\?\.(?=[\w#])/, ".");
      add(node, "chain", plain);
    }
  }

  function ofBinary({ left, right, operatorToken }, node = left.parent) {
    const side = (part) => text.slice(part.getStart(source), part.getEnd());
    for (const other of OPPOSITES.get(operatorToken.kind) ?? []) {
      add(node, "operator", `(${side(left)}) ${other} (${side(right)})`);
    }
    if (ONE_SIDED.has(operatorToken.kind)) {
      add(node, "one side", side(left));
      add(node, "one side", side(right));
    }
    if (operatorToken.kind === K.PlusEqualsToken)
      add(node, "operator", `${side(left)} -= ${side(right)}`);
    if (operatorToken.kind === K.MinusEqualsToken)
      add(node, "operator", `${side(left)} += ${side(right)}`);
  }

  function ofPrefix(node) {
    const operand = text.slice(node.operand.getStart(source), node.operand.getEnd());
    if (node.operator === K.ExclamationToken || node.operator === K.MinusToken) {
      add(node, "sign", operand);
    } else if (node.operator === K.PlusPlusToken) add(node, "update", `--${operand}`);
    else if (node.operator === K.MinusMinusToken) add(node, "update", `++${operand}`);
  }

  function ofUpdate(node) {
    const operand = text.slice(node.operand.getStart(source), node.operand.getEnd());
    add(node, "update", node.operator === K.PlusPlusToken ? `${operand}--` : `${operand}++`);
  }

  function ofCall(node) {
    const callee = node.expression;
    if (!ts.isPropertyAccessExpression(callee) || callee.questionDotToken) return;
    const name = callee.name.text;
    const object = text.slice(callee.expression.getStart(source), callee.expression.getEnd());
    const list = text.slice(callee.name.getEnd(), node.getEnd());
    const other = METHODS.get(name);
    if (other !== undefined) add(node, "method", `${object}.${other}${list}`);
    if (SKIPPABLE.has(name)) add(node, "method", object);
  }
}

const oneLine = (text) => text.replace(/\s+/g, " ").trim();

function isLeftAlone(node) {
  if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
    return true;
  if (ts.isThrowStatement(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node))
    return true;
  if (ts.isReturnStatement(node) && node.expression && ts.isSatisfiesExpression(node.expression)) {
    return node.expression.type.kind === K.NeverKeyword;
  }
  return ts.isCallExpression(node) && node.expression.getText() === "invariant";
}

const isCall = (node) => ts.isCallExpression(node) && node.expression.kind !== K.SuperKeyword;

/** An array on the left of an assignment. */
function isTarget({ parent }) {
  return ts.isBinaryExpression(parent) && parent.operatorToken.kind === K.EqualsToken;
}

function isInChain(node) {
  return (node.flags & ts.NodeFlags.OptionalChain) !== 0 || continuesIn(node.parent, node);
}

function isChainEnd(node) {
  return (
    (ts.isPropertyAccessExpression(node) ||
      ts.isCallExpression(node) ||
      ts.isElementAccessExpression(node)) &&
    (node.flags & ts.NodeFlags.OptionalChain) !== 0 &&
    !continuesIn(node.parent, node)
  );
}

function continuesIn(parent, node) {
  return (
    (ts.isPropertyAccessExpression(parent) ||
      ts.isCallExpression(parent) ||
      ts.isElementAccessExpression(parent)) &&
    parent.expression === node &&
    (parent.flags & ts.NodeFlags.OptionalChain) !== 0
  );
}

/** Where the instrumented file finds its switches: `on(id)` is true for the mutant that is active. */
const SWITCHES = "const __mutants = globalThis.__mutants;";

/**
 * The file with mutants built in: each costs one question, whichever is active. Every loop reports that it still runs,
 * so that one which never ends can be ended; tables that fill up while the program runs are emptied from run to run. Lines
 * stay where they are.
 *
 * @param {string} text
 * @param {readonly (Mutant & { id: number })[]} mutants of this file
 */
export function instrument(file, text, mutants) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const bySpan = new Map();
  for (const mutant of mutants) {
    const key = `${mutant.start}-${mutant.end}`;
    bySpan.set(key, [...(bySpan.get(key) ?? []), mutant]);
  }
  const tables = source.statements.flatMap((statement) =>
    ts.isVariableStatement(statement)
      ? statement.declarationList.declarations.filter(isEmptyMap).map(({ name }) => name.getText())
      : [],
  );
  const clearing = tables.map((name) => `__mutants.onSwitch(() => ${name}.clear());`).join("");
  return `${SWITCHES}${render(source)}\n${clearing}\n`;

  function render(node) {
    const start = node.getStart(source);
    let out = "";
    let at = ts.isSourceFile(node) ? 0 : start;
    const children = [];
    ts.forEachChild(node, (child) => void children.push(child));
    children.sort((a, b) => a.getStart(source) - b.getStart(source));
    for (const child of children) {
      const childStart = child.getStart(source);
      if (childStart < at) continue;
      out += text.slice(at, childStart) + render(child);
      at = child.getEnd();
    }
    out += text.slice(at, ts.isSourceFile(node) ? text.length : node.getEnd());
    if (isLoopBody(node)) out = `{__mutants.tick();${out.slice(1)}`;
    for (const { id, form, code } of bySpan.get(`${start}-${node.getEnd()}`) ?? []) {
      if (form === "expression" && ts.isExpression(node))
        out = `(__mutants.on(${id})?(${code}):(${out}))`;
      else if (form === "statement" && (ts.isStatement(node) || ts.isBlock(node))) {
        out = `{if(__mutants.on(${id})){${code === "{}" ? "" : code}}else ${out}}`;
      } else if (form === "body" && ts.isBlock(node)) {
        out = `{if(__mutants.on(${id}))return;${out.slice(1)}`;
      } else continue;
    }
    return out;
  }
}

function isLoopBody(node) {
  return ts.isBlock(node) && ts.isIterationStatement(node.parent, false);
}

function isEmptyMap({ initializer }) {
  return (
    initializer !== undefined &&
    ts.isNewExpression(initializer) &&
    ["Map", "Set"].includes(initializer.expression.getText()) &&
    (initializer.arguments ?? []).length === 0
  );
}
