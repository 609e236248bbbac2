import type { DirectionRules, Policy, Rule } from "../../ir/policy.ts";
import { ANY_ADDRESS } from "../../sets/address-set.ts";
import { ANY_PEER, type PeerBox } from "../../sets/box.ts";
import { cube, type Cube } from "../../sets/cube.ts";
import type { AddressFacts } from "./addresses.ts";
import type { LabelFilter } from "./label-filter.ts";

/**
 * A Kubernetes policy as Cilium enforces it: an ipBlock is a CIDR rule, so it matches neither pods nor nodes, and labels
 * that are not part of an identity are absent. (cilium: pkg/k8s/network_policy.go)
 *
 * Its subject is left as it is: where it asks for such a label, Cilium selects no pod, and the policy, kept as it is, will
 * isolate some.
 */
export function asCiliumReads(
  policy: Policy,
  filter: LabelFilter,
  addresses: AddressFacts,
): Policy {
  const { ingress, egress, ...rest } = policy;
  const read = (applied: DirectionRules): DirectionRules => ({
    ...applied,
    rules: applied.rules.map((rule) => ruleOf(rule, filter, addresses)),
  });
  return {
    ...rest,
    ...(ingress === undefined ? {} : { ingress: read(ingress) }),
    ...(egress === undefined ? {} : { egress: read(egress) }),
  };
}

function ruleOf(rule: Rule, filter: LabelFilter, facts: AddressFacts): Rule {
  if (rule.peer === ANY_PEER) return rule;
  const peer: PeerBox[] = [];
  const assumptions = new Set(rule.assumptions);
  let isChanged = false;
  for (const box of rule.peer) {
    if (box.addresses === ANY_ADDRESS) {
      const labels = box.kind === "pod" ? seen(box.labels, filter) : undefined;
      const kept = box.kind === "pod" ? labels !== undefined && { ...box, labels } : box;
      if (kept !== false)
        peer.push(labels === (box.kind === "pod" ? box.labels : undefined) ? box : kept);
      isChanged ||= kept === false || (box.kind === "pod" && labels !== box.labels);
      continue;
    }
    isChanged = true;
    // Pods at the addresses of a block: the reader has them for engines whose blocks match pods.
    if (box.kind === "pod") continue;
    const places = facts.outside(box.addresses, "allow");
    for (const one of places.assumptions) assumptions.add(one);
    peer.push(...places.boxes);
  }
  if (!isChanged) return rule;
  return { ...rule, peer, asWritten: rule.peer, assumptions: [...assumptions] };
}

/** The cube as identities have it; undefined if none can be in it. */
function seen(of: Cube, filter: LabelFilter): Cube | undefined {
  const isSeen = (key: string): boolean => !key.startsWith("pod:") || filter.keeps(key.slice(4));
  if (of.constraints.every(({ key }) => isSeen(key))) return of;
  const unseen = of.constraints.filter(({ key }) => !isSeen(key));
  if (unseen.some(({ set }) => !set.absent)) return undefined;
  return cube(of.constraints.filter(({ key }) => isSeen(key)));
}
