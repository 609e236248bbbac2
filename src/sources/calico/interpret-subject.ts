import type { Subject } from "../../ir/policy.ts";
import { conjunction, inNamespace, isGiven } from "./interpret-peer.ts";
import type { CalicoPolicy } from "./model.ts";
import type { Selector, SelectorNode } from "./selector/ast.ts";
import { isSelectorError, parseSelector } from "./selector/parser.ts";
import { mayTakeHosts, podPredicate } from "./selector/predicate.ts";
import {
  ACCOUNT_LABEL,
  accountSelectorOf,
  NAMESPACE_LABEL,
  namespaceSelectorOf,
  replaceAll,
} from "./selector/scope.ts";

/**
 * Calico replaces `all()` in the text of the whole subject, the user's selector included and as it was typed: `all( )`
 * stays. For pods the replacement is as true as `all()`; host endpoints drop out by it.
 */
function replaceAllInText(selector: Selector, label: string): SelectorNode {
  const replaced = parseSelector(selector.text.replaceAll("all()", `has(${label})`));
  return isSelectorError(replaced) ? selector.root : replaced.root;
}

/** (calico: .../updateprocessors/globalnetworkpolicyprocessor.go, networkpolicyprocessor.go) */
function subjectNode(policy: CalicoPolicy): SelectorNode {
  const { kind, origin, selector, namespaceSelector, serviceAccountSelector } = policy;
  const parts: SelectorNode[] = [];
  const account = isGiven(serviceAccountSelector)
    ? accountSelectorOf(serviceAccountSelector.root)
    : undefined;

  if (kind === "NetworkPolicy") {
    parts.push(inNamespace(origin.namespace ?? ""));
    if (isGiven(selector)) parts.push(selector.root);
    if (account !== undefined) parts.push(account);
    return conjunction(parts);
  }

  const byNamespace = isGiven(namespaceSelector);
  const replacement = byNamespace
    ? NAMESPACE_LABEL
    : account === undefined
      ? undefined
      : ACCOUNT_LABEL;
  if (isGiven(selector)) {
    const asTyped = replacement !== undefined && selector.text.includes("all()");
    parts.push(asTyped ? replaceAllInText(selector, replacement) : selector.root);
  }
  if (byNamespace)
    parts.push(replaceAll(namespaceSelectorOf(namespaceSelector.root), NAMESPACE_LABEL));
  if (account !== undefined) parts.push(replaceAll(account, ACCOUNT_LABEL));
  return conjunction(parts);
}

/** The pods that a policy applies to; undefined past the limit of alternatives. */
export function interpretSubject(policy: CalicoPolicy): Subject | undefined {
  const node = subjectNode(policy);
  const pods = podPredicate(node);
  if (pods === undefined) return undefined;
  return { pods, hosts: policy.kind === "GlobalNetworkPolicy" && mayTakeHosts(node) };
}
