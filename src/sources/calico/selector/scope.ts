import { unreachable } from "../../../base/invariant.ts";
import type { LabelTest, SelectorNode } from "./ast.ts";

/** Labels that Calico puts on endpoints. (calico: libcalico-go/lib/backend/k8s/conversion/constants.go) */
export const NAMESPACE_LABEL = "projectcalico.org/namespace";
export const ACCOUNT_LABEL = "projectcalico.org/serviceaccount";
export const ORCHESTRATOR_LABEL = "projectcalico.org/orchestrator";
/** Under a prefix, the name of the namespace or service account. */
export const NAME_LABEL = "projectcalico.org/name";
/** An endpoint inherits the labels of its namespace and of its service account under these prefixes. */
export const NAMESPACE_PREFIX = "pcns.";
export const ACCOUNT_PREFIX = "pcsa.";

/** Labels that Calico alone gives, to what is in a namespace. */
export function isCalicos(label: string): boolean {
  return (
    label === NAMESPACE_LABEL ||
    label === ACCOUNT_LABEL ||
    label === ORCHESTRATOR_LABEL ||
    label.startsWith(NAMESPACE_PREFIX) ||
    label.startsWith(ACCOUNT_PREFIX)
  );
}

const IN_A_NAMESPACE: SelectorNode = { kind: "has", label: NAMESPACE_LABEL };
const IN_NO_NAMESPACE: SelectorNode = { kind: "not", operand: IN_A_NAMESPACE };

function rewrite(
  node: SelectorNode,
  prefix: string,
  all: SelectorNode | undefined,
  global: SelectorNode | undefined,
): SelectorNode {
  switch (node.kind) {
    case "all":
      return all ?? node;
    case "global":
      return global ?? node;
    case "not": {
      const operand = rewrite(node.operand, prefix, all, global);
      return operand.kind === "not" ? operand.operand : { kind: "not", operand };
    }
    case "and":
    case "or":
      return {
        kind: node.kind,
        operands: node.operands.map((operand) => rewrite(operand, prefix, all, global)),
      };
    case "has":
    case "equals":
    case "in":
    case "text": {
      const test: LabelTest = { ...node, label: prefix + node.label };
      return test;
    }
    default:
      return unreachable(node, "selector");
  }
}

/**
 * What Calico makes of a rule's namespaceSelector: every label under the namespace prefix, `all()` for whatever is in a
 * namespace, `global()` for whatever is in none. (calico: .../updateprocessors/rules.go)
 */
export function peerPlaceSelector(node: SelectorNode): SelectorNode {
  return rewrite(node, NAMESPACE_PREFIX, IN_A_NAMESPACE, IN_NO_NAMESPACE);
}

/** A policy's own namespaceSelector. Its `all()` is replaced later, in the whole subject: see {@link replaceAll}. */
export function namespaceSelectorOf(node: SelectorNode): SelectorNode {
  return rewrite(node, NAMESPACE_PREFIX, undefined, undefined);
}

/** A service account selector, of a policy or a rule. `all()` in it stays true of every endpoint. */
export function accountSelectorOf(node: SelectorNode): SelectorNode {
  return rewrite(node, ACCOUNT_PREFIX, undefined, undefined);
}

/** The selector with another condition where it says `all()`. */
export function replaceAll(node: SelectorNode, by: string): SelectorNode {
  return rewrite(node, "", { kind: "has", label: by }, undefined);
}
