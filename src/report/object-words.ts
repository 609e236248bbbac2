import { unreachable } from "../base/invariant.ts";
import type {
  AllowPeer,
  AllowPolicy,
  AllowPort,
  AllowRule,
  LabelRequirement,
  LabelSelector,
} from "../ir/allow-policy.ts";
import type { Direction } from "../ir/policy.ts";

/** What an emitted object does, a sentence a line: entries of a list are joined by "or", conditions by "and". */
export function objectWords(policy: AllowPolicy): readonly string[] {
  const words = [
    `isolates ${podWords(policy.podSelector)} for ${policy.policyTypes.join(" and ")}`,
  ];
  for (const direction of policy.policyTypes) {
    const rules = policy[direction];
    if (rules.length === 0) words.push(`allows no ${direction}`);
    for (const rule of rules) words.push(ruleWords(rule, direction));
  }
  return words;
}

function ruleWords({ peers, ports }: AllowRule, direction: Direction): string {
  const preposition = direction === "ingress" ? "from" : "to";
  const who = peers === undefined ? "anywhere" : either(peers.map(peerWords));
  const what = ports === undefined ? "" : `, on ${either(ports.map(portWords))}`;
  return `allows ${direction} ${preposition} ${who}${what}`;
}

function peerWords(peer: AllowPeer): string {
  switch (peer.kind) {
    case "block":
      return peer.except.length === 0 ? peer.cidr : `${peer.cidr} except ${both(peer.except)}`;
    case "pods": {
      const pods = peer.pods === undefined ? "all pods" : podWords(peer.pods);
      if (peer.namespaces === undefined) return `${pods} of its namespace`;
      const { requirements } = peer.namespaces;
      if (requirements.length === 0) return `${pods} of any namespace`;
      return `${pods} of namespaces with ${both(requirements.map(requirementWords))}`;
    }
    default:
      return unreachable(peer, "peer");
  }
}

function podWords({ requirements }: LabelSelector): string {
  return requirements.length === 0
    ? "all pods"
    : `pods with ${both(requirements.map(requirementWords))}`;
}

function requirementWords({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case "In":
      return `${key}=${values.length === 1 ? (values[0] ?? "") : `(${either(values)})`}`;
    case "NotIn":
      return `${key} not ${values.length === 1 ? (values[0] ?? "") : `(${either(values)})`}`;
    case "Exists":
      return `any ${key}`;
    case "DoesNotExist":
      return `no ${key}`;
  }
}

function portWords({ protocol, port, endPort }: AllowPort): string {
  if (port === undefined) return `any ${protocol} port`;
  return endPort === undefined
    ? `${protocol} ${String(port)}`
    : `${protocol} ${String(port)} to ${String(endPort)}`;
}

const either = (parts: readonly string[]): string => parts.join(" or ");
const both = (parts: readonly string[]): string => parts.join(" and ");
