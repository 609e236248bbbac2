import { append } from "../../base/append.ts";
import type { Report } from "../../diagnostics/diagnostic.ts";
import type { SourcePlace } from "../../diagnostics/source-range.ts";
import { ciliumDiagnostics } from "./diagnostics.ts";
import type { CiliumElement, CiliumInput, CiliumPolicy, CiliumRule, Parent } from "./model.ts";
import type { RawMetadata } from "./raw.ts";

const KIND = "io.cilium.network.policy.kind";
const PARENT = "io.cilium.network.policy.parent.uuid";

/**
 * The policy that an object was written for by the operator; undefined for those that people wrote.
 * (cilium: pkg/policy/groups/helpers.go)
 */
export function parentOf(metadata: RawMetadata | null | undefined): Parent | undefined {
  const labels = metadata?.labels ?? {};
  const label = (key: string): string | undefined =>
    Object.hasOwn(labels, key) ? (labels[key] ?? undefined) : undefined;
  if (label(KIND) !== "derivative") return undefined;
  const owners: unknown = metadata?.ownerReferences;
  const owner: unknown = Array.isArray(owners) ? owners[0] : undefined;
  const name =
    typeof owner === "object" && owner !== null && "name" in owner ? owner.name : undefined;
  const uid = label(PARENT);
  return {
    ...(typeof name === "string" ? { name } : {}),
    ...(uid === undefined ? {} : { uid }),
  };
}

/**
 * Puts the addresses of groups, as the operator found them, into the policies that ask for the groups: the agent enforces
 * the policy that the operator wrote in place of its parent, and otherwise they are the same, element by element. One
 * whose parent is not in the input is all there is, and becomes a policy of its own.
 * (cilium: pkg/policy/groups/helpers.go, pkg/policy/k8s/cilium_network_policy.go)
 *
 * @returns the places of those that became policies
 */
export function adoptDerivatives(input: CiliumInput, report: Report): readonly SourcePlace[] {
  const orphans: CiliumPolicy[] = [];
  for (const derivative of input.derivatives) {
    const { name, place: at } = derivative.origin;
    const parents = input.policies.filter((one) => isParent(one, derivative));
    if (parents.length === 0) {
      orphans.push(derivative);
      report(ciliumDiagnostics.create("CIL-P014", { at, name }));
      continue;
    }
    report(ciliumDiagnostics.create("CIL-P010", { at, name }));
    for (const parent of parents) {
      input.policies.splice(input.policies.indexOf(parent), 1, withGroups(parent, derivative));
    }
  }
  append(input.policies, orphans);
  return orphans.map(({ origin }) => origin.place);
}

function isParent(policy: CiliumPolicy, { kind, origin, parent }: CiliumPolicy): boolean {
  if (policy.kind !== kind || policy.origin.namespace !== origin.namespace) return false;
  // A policy from a file has no uid.
  if (policy.uid !== undefined && parent?.uid !== undefined) return policy.uid === parent.uid;
  return parent?.name === policy.origin.name;
}

function withGroups(parent: CiliumPolicy, derivative: CiliumPolicy): CiliumPolicy {
  const rules = parent.rules.map((rule, at): CiliumRule => {
    const other = derivative.rules[at];
    // Written for an earlier version of the parent.
    if (other?.elements.length !== rule.elements.length) return rule;
    return {
      ...rule,
      elements: rule.elements.map((one, position) => withGroup(one, other.elements[position])),
    };
  });
  return { ...parent, rules };
}

function withGroup(element: CiliumElement, other: CiliumElement | undefined): CiliumElement {
  const { peers, origin } = element;
  const found = other?.peers.cidrSet ?? [];
  const isAsked = (peers.groups ?? []).length > 0 && peers.groupCidrs === undefined;
  return isAsked && found.length > 0 && other?.origin.direction === origin.direction
    ? { ...element, peers: { ...peers, groupCidrs: found } }
    : element;
}
