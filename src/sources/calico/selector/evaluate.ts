import { unreachable } from "../../../base/invariant.ts";
import type { SelectorNode } from "./ast.ts";

/** Stands for the value of a label of which nothing is known, not even whether it is there. */
export const UNKNOWN_LABEL: unique symbol = Symbol("unknown label");

/** The label's value; undefined when the endpoint has no such label. */
export type LabelLookup = (label: string) => string | undefined | typeof UNKNOWN_LABEL;

/**
 * Whether an endpoint with these labels is selected; undefined when that depends on labels that are not known. Follows the
 * text word for word: `!=` and `not in` hold of an absent label, the other operators do not.
 */
export function evaluateSelector(node: SelectorNode, valueOf: LabelLookup): boolean | undefined {
  switch (node.kind) {
    case "all":
    case "global":
      return true;
    case "not": {
      const operand = evaluateSelector(node.operand, valueOf);
      return operand === undefined ? undefined : !operand;
    }
    case "and":
    case "or": {
      const decisive = node.kind === "or";
      let unknown = false;
      for (const operand of node.operands) {
        const result = evaluateSelector(operand, valueOf);
        if (result === decisive) return decisive;
        if (result === undefined) unknown = true;
      }
      return unknown ? undefined : !decisive;
    }
    case "has":
    case "equals":
    case "in":
    case "text":
      break;
    default:
      return unreachable(node, "selector");
  }
  const value = valueOf(node.label);
  if (value === UNKNOWN_LABEL) return undefined;
  switch (node.kind) {
    case "has":
      return value !== undefined;
    case "equals":
      return (value === node.value) !== node.negated;
    case "in":
      return (value !== undefined && node.values.includes(value)) !== node.negated;
    case "text":
      if (value === undefined) return false;
      if (node.operator === "contains") return value.includes(node.operand);
      return node.operator === "startsWith"
        ? value.startsWith(node.operand)
        : value.endsWith(node.operand);
  }
}
