import { compareText } from "../../../base/compare.ts";
import { unreachable } from "../../../base/invariant.ts";
import type { Selector, SelectorNode } from "./ast.ts";

/** A value cannot hold both kinds of quote, since there are no escapes. */
function quoted(value: string): string {
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}

const TEXT_OPERATORS = {
  contains: "contains",
  startsWith: "starts with",
  endsWith: "ends with",
} as const;

function print(node: SelectorNode, out: string[]): void {
  switch (node.kind) {
    case "all":
    case "global":
      out.push(node.kind, "()");
      return;
    case "has":
      out.push("has(", node.label, ")");
      return;
    case "equals":
      out.push(node.label, node.negated ? " != " : " == ", quoted(node.value));
      return;
    case "in": {
      const values = [...new Set(node.values)].sort(compareText);
      out.push(
        node.label,
        node.negated ? " not in {" : " in {",
        values.map(quoted).join(", "),
        "}",
      );
      return;
    }
    case "text":
      out.push(node.label, " ", TEXT_OPERATORS[node.operator], " ", quoted(node.operand));
      return;
    case "not":
      out.push("!");
      print(node.operand, out);
      return;
    case "and":
    case "or": {
      const separator = node.kind === "and" ? " && " : " || ";
      for (const [index, operand] of node.operands.entries()) {
        out.push(index === 0 ? "(" : separator);
        print(operand, out);
      }
      out.push(")");
      return;
    }
    default:
      unreachable(node, "selector");
  }
}

/** The text in Calico's own canonical form: parentheses around every group, double quotes, sets sorted. */
export function selectorText(selector: Selector): string {
  const out: string[] = [];
  print(selector.root, out);
  return out.join("");
}
