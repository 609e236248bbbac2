import type { Endpoint, Flow } from "../../src/ir/flow.ts";
import { addressText } from "../../src/sets/address-set.ts";
import type { Decision } from "../../src/verify/evaluate.ts";

const PROTOCOLS: Readonly<Record<number, string>> = {
  1: "ICMP",
  6: "TCP",
  17: "UDP",
  58: "ICMPv6",
  132: "SCTP",
};

export function flowText(flow: Flow): string {
  const subject = endpointText(flow.subject);
  const peer = endpointText(flow.peer);
  const [from, to] = flow.direction === "ingress" ? [peer, subject] : [subject, peer];
  const protocol = PROTOCOLS[flow.protocol] ?? `protocol ${String(flow.protocol)}`;
  const names = [
    ...flow.subject.ports.map(({ name, port }) => `${name}=${String(port)}`),
    ...(flow.peer.kind === "pod" ? flow.peer.ports : []).map(
      ({ name, port }) => `${name}=${String(port)}`,
    ),
  ];
  const suffix = names.length === 0 ? "" : ` (${names.join(", ")})`;
  return `${flow.direction} ${from} -> ${to} ${protocol} ${String(flow.value)}${suffix}`;
}

function endpointText(endpoint: Endpoint): string {
  if (endpoint.kind === "address") return addressText(endpoint.address);
  const own = labelsText(endpoint.labels);
  const space = labelsText(
    Object.fromEntries(
      Object.entries(endpoint.namespaceLabels).filter(
        ([key]) => key !== "kubernetes.io/metadata.name",
      ),
    ),
  );
  return `${endpoint.namespace}[${space}]/pod[${own}]@${addressText(endpoint.address)} as ${endpoint.account.name}`;
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

export function decisionText({ verdict, by }: Decision): string {
  const nameOf = (origin: {
    readonly namespace?: string;
    readonly name: string;
    readonly kind: string;
  }): string =>
    `${origin.kind} ${origin.namespace === undefined ? "" : `${origin.namespace}/`}${origin.name}`;
  switch (by.kind) {
    case "rule":
      return `${verdict} by ${nameOf(by.policy.origin)} ${by.rule.origin.direction}[${String(by.rule.origin.index)}]`;
    case "end-of-tier":
      return `${verdict} at the end of tier ${by.tier.name} (${nameOf(by.policy.origin)})`;
    case "end-of-tiers":
    case "no-policy":
      return `${verdict} (${by.kind})`;
    default:
      return by satisfies never;
  }
}
