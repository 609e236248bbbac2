import type { Snapshot } from "../inventory/snapshot.ts";
import { METADATA_NAME } from "../inventory/snapshot.ts";
import type { Endpoint, Flow, PodEndpoint } from "../ir/flow.ts";
import type { OpaqueCondition } from "../ir/policy.ts";
import type { Witness } from "../ir/outcome.ts";
import { addressText } from "../sets/address-set.ts";
import { ICMP, ICMPV6, SCTP, TCP, UDP } from "../sets/traffic-set.ts";
import type { Decision } from "../verify/evaluate.ts";
import type { Difference } from "../verify/proof.ts";
import { nameText, placeText, ruleText } from "./walkthrough-text.ts";

/** Namespaces by name: labels of those that are known need not be told. */
export type KnownNamespaces = Snapshot["namespaces"];

const NONE_KNOWN: KnownNamespaces = new Map();

/** A flow that shows a difference, with the words by which `explain` is asked about it. */
export interface ShownDifference extends Witness {
  readonly explain: string;
}

/** The difference as reports show it: with what decides the flow on either side, and where that stands. */
export function differenceWitness(
  { flow, source, target, holding }: Difference,
  known: KnownNamespaces = NONE_KNOWN,
): ShownDifference {
  const { direction, subject, peer, protocol, value } = flow;
  const [from, to] = direction === "ingress" ? [peer, subject] : [subject, peer];
  const traffic = trafficOf(protocol, value);
  return {
    direction,
    from: endpointText(from, known),
    to: endpointText(to, known),
    ...traffic,
    source: { verdict: source.verdict, by: decisionText(source, holding) },
    target: { verdict: target.verdict, by: decisionText(target, holding) },
    explain: explainWords(flow),
  };
}

const NAMES: ReadonlyMap<number, string> = new Map([
  [TCP, "TCP"],
  [UDP, "UDP"],
  [SCTP, "SCTP"],
]);

function trafficOf(protocol: number, value: number): { protocol: string; port?: number } {
  const name = NAMES.get(protocol);
  if (name !== undefined) return { protocol: name, port: value };
  if (protocol === ICMP || protocol === ICMPV6) {
    const family = protocol === ICMP ? "ICMP" : "ICMPv6";
    return { protocol: `${family} type ${String(value >> 8)} code ${String(value & 255)}` };
  }
  return { protocol: `protocol ${String(protocol)}` };
}

/** `pod with app=web in shop`, `any pod in shop`, `203.0.113.7`. */
function endpointText(endpoint: Endpoint, known: KnownNamespaces): string {
  if (endpoint.kind === "address") return addressText(endpoint.address);
  const { namespace, account } = endpoint;
  const own = labelsText(endpoint.labels);
  const runsAs = account.name === "default" ? "" : ` running as ${account.name}`;
  const accountLabels = labelsText(account.labels);
  const ofAccount = accountLabels === "" ? "" : ` (service account with ${accountLabels})`;
  const ofNamespace =
    known.get(namespace)?.labels === undefined ? labelsText(withoutName(endpoint)) : "";
  const where = ofNamespace === "" ? namespace : `${namespace} (namespace with ${ofNamespace})`;
  return `${own === "" ? "any pod" : `pod with ${own}`} in ${where}${runsAs}${ofAccount}`;
}

function withoutName({ namespaceLabels }: PodEndpoint): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(namespaceLabels).filter(([key]) => key !== METADATA_NAME),
  );
}

const labelsText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");

/** What decided, and where it stands. */
export function decisionText(
  { by }: Decision,
  holding: ReadonlySet<OpaqueCondition> = new Set(),
): string {
  switch (by.kind) {
    case "rule": {
      const conditions = by.rule.opaque.filter((condition) => holding.has(condition));
      const given = conditions.map(({ what }) => `\`${what}\` holds`).join(" and ");
      return `${ruleText(by.policy, by.rule)}${given === "" ? "" : `, if ${given}`}`;
    }
    case "end-of-tier": {
      const { origin } = by.policy;
      return `${nameText(origin)} isolates the pod (${placeText(origin.place)})`;
    }
    case "end-of-tiers":
      return "no rule decides it";
    case "no-policy":
      return "no policy isolates the pod";
    default:
      return by satisfies never;
  }
}

/** The words by which `explain` is asked about the flow. */
function explainWords(flow: Flow): string {
  const { direction, subject, peer, protocol, value } = flow;
  const [from, to] = direction === "ingress" ? [peer, subject] : [subject, peer];
  const words = ["--from", endWords(from), "--to", endWords(to)];
  const destination = to.kind === "pod" ? to.ports.find(({ port }) => port === value) : undefined;
  const name = NAMES.get(protocol);
  const isIcmp = protocol === ICMP || protocol === ICMPV6;
  const icmp = `${protocol === ICMP ? "icmp" : "icmpv6"}/${String(value >> 8)}/${String(value & 255)}`;
  const named = destination === undefined ? "" : `${destination.name}=`;
  words.push(
    "--port",
    name !== undefined
      ? `${named}${String(value)}/${name}`
      : isIcmp
        ? icmp
        : `proto/${String(protocol)}`,
    "--direction",
    direction,
  );
  return words.join(" ");
}

function endWords(endpoint: Endpoint): string {
  const address = addressText(endpoint.address);
  if (endpoint.kind === "address") return address;
  const pairs = Object.entries(endpoint.labels).map(([key, value]) =>
    key === "sa" ? `pod:sa=${value}` : `${key}=${value}`,
  );
  if (endpoint.account.name !== "default") pairs.push(`sa=${endpoint.account.name}`);
  return `${endpoint.namespace}/${pairs.join(",")}@${address}`;
}
