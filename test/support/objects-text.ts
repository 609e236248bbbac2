import {
  addressSetText,
  parseCidr,
  subtractAddresses,
  unionAddresses,
} from "../../src/sets/address-set.ts";
import type { AddressSet } from "../../src/sets/address-set.ts";

/*
 * NetworkPolicies in the short form of expect.json: what a policy says, whichever way it is written.
 *
 *   selector   `*`, `a=x`, `a in (x,y)`, `a notin (x)`, `a`, `!a`, joined by commas
 *   peer       `pods <selector>` of the own namespace, `ns <selector>` or `ns <selector> pods <selector>`,
 *              `10.0.0.0/8`, `10.0.0.0/8 except 10.1.0.0/16`, joined by ` | `; `any` where there is no list
 *   ports      `TCP`, `TCP 80`, `TCP 80-90`, `TCP http`, joined by commas; `any` where there is no list
 *   rule       `<peers> : <ports>`
 *
 * Blocks of a rule are compared as one set of addresses, a namespace by its name as the own one where it is.
 */
export interface ObjectText {
  /** `namespace/name`. */
  readonly at: string;
  /** The podSelector. */
  readonly pods: string;
  /** Absent: not among the policyTypes. */
  readonly ingress?: readonly string[];
  readonly egress?: readonly string[];
}

interface RawSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

interface RawPeer {
  readonly podSelector?: RawSelector;
  readonly namespaceSelector?: RawSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface RawPort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

interface RawRule {
  readonly from?: readonly RawPeer[];
  readonly to?: readonly RawPeer[];
  readonly ports?: readonly RawPort[];
}

/** A NetworkPolicy as a YAML reader gives it. */
export interface RawObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly podSelector: RawSelector;
    readonly policyTypes: readonly string[];
    readonly ingress?: readonly RawRule[];
    readonly egress?: readonly RawRule[];
  };
}

export function objectText({ metadata, spec }: RawObject): ObjectText {
  const rules = (list: readonly RawRule[] | undefined): readonly string[] =>
    (list ?? []).map((rule) => normalRule(ruleText(rule), metadata.namespace));
  return {
    at: `${metadata.namespace}/${metadata.name}`,
    pods: selectorText(spec.podSelector),
    ...(spec.policyTypes.includes("Ingress") ? { ingress: rules(spec.ingress) } : {}),
    ...(spec.policyTypes.includes("Egress") ? { egress: rules(spec.egress) } : {}),
  };
}

/** The expected text in the form in which {@link objectText} gives it. */
export function normalObject(object: ObjectText): ObjectText {
  const namespace = object.at.slice(0, object.at.indexOf("/"));
  const rules = (list: readonly string[]): readonly string[] =>
    list.map((rule) => normalRule(rule, namespace));
  return {
    at: object.at,
    pods: normalSelector(object.pods),
    ...(object.ingress === undefined ? {} : { ingress: rules(object.ingress) }),
    ...(object.egress === undefined ? {} : { egress: rules(object.egress) }),
  };
}

function selectorText(selector: RawSelector): string {
  const parts = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const list = [...values].sort().join(",");
    if (operator === "In")
      parts.push(values.length === 1 ? `${key}=${list}` : `${key} in (${list})`);
    else if (operator === "NotIn") parts.push(`${key} notin (${list})`);
    else parts.push(operator === "Exists" ? key : `!${key}`);
  }
  return parts.length === 0 ? "*" : parts.sort().join(",");
}

function ruleText(rule: RawRule): string {
  const peers = rule.from ?? rule.to;
  return `${peers === undefined ? "any" : peers.map(peerText).join(" | ")} : ${portsText(rule.ports)}`;
}

function peerText({ podSelector, namespaceSelector, ipBlock }: RawPeer): string {
  if (ipBlock !== undefined) {
    const except = ipBlock.except ?? [];
    return except.length === 0 ? ipBlock.cidr : `${ipBlock.cidr} except ${except.join(",")}`;
  }
  const pods = podSelector === undefined ? "" : `pods ${selectorText(podSelector)}`;
  if (namespaceSelector === undefined) return pods;
  return `ns ${selectorText(namespaceSelector)} ${pods}`.trim();
}

function portsText(ports: readonly RawPort[] | undefined): string {
  if (ports === undefined) return "any";
  return ports
    .map(({ protocol = "TCP", port, endPort }) => {
      if (port === undefined) return protocol;
      return `${protocol} ${String(port)}${endPort === undefined ? "" : `-${String(endPort)}`}`;
    })
    .join(", ");
}

function normalSelector(text: string): string {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .sort()
    .join(",");
}

function normalRule(text: string, namespace: string): string {
  const colon = text.indexOf(" : ");
  if (colon < 0) throw new Error(`not a rule: ${text}`);
  const ports = text
    .slice(colon + 3)
    .split(", ")
    .sort()
    .join(", ");
  return `${normalPeers(text.slice(0, colon), namespace)} : ${ports}`;
}

function normalPeers(text: string, namespace: string): string {
  if (text === "any") return text;
  const peers = new Set<string>();
  let blocks: AddressSet = { ranges: [] };
  for (const peer of text.split(" | ")) {
    if (peer.startsWith("pods ")) peers.add(`pods ${normalSelector(peer.slice(5))}`);
    else if (peer.startsWith("ns ")) peers.add(normalNamespacePeer(peer.slice(3), namespace));
    else blocks = unionAddresses(blocks, blockSet(peer));
  }
  const found = [...peers].sort();
  if (blocks.ranges.length > 0) found.push(addressSetText(blocks));
  return found.join(" | ");
}

function normalNamespacePeer(text: string, namespace: string): string {
  const at = text.indexOf(" pods ");
  const namespaces = normalSelector(at < 0 ? text : text.slice(0, at));
  const pods = normalSelector(at < 0 ? "*" : text.slice(at + 6));
  if (namespaces === `kubernetes.io/metadata.name=${namespace}`) return `pods ${pods}`;
  return pods === "*" ? `ns ${namespaces}` : `ns ${namespaces} pods ${pods}`;
}

function blockSet(text: string): AddressSet {
  const [cidr = "", except] = text.split(" except ");
  const setOf = (one: string): AddressSet => {
    const parsed = parseCidr(one.trim());
    if (parsed === undefined) throw new Error(`not a peer: ${text}`);
    return parsed.set;
  };
  if (except === undefined) return setOf(cidr);
  return subtractAddresses(setOf(cidr), unionAddresses(...except.split(",").map(setOf)));
}
