import type { Snapshot } from "../../inventory/snapshot.ts";
import type { Endpoint, Flow, PodEndpoint } from "../../ir/flow.ts";
import type { Direction } from "../../ir/policy.ts";
import {
  addressSetContains,
  addressSetOf,
  ALL_IPV4,
  ALL_IPV6,
  familyOf,
  intersectAddresses,
  parseAddress,
  parseCidr,
  subtractAddresses,
  unionAddresses,
} from "../../sets/address-set.ts";
import type { AddressFamily, AddressSet } from "../../sets/address-set.ts";
import { ICMP, ICMPV6 } from "../../sets/traffic-set.ts";
import type { AskedFlow } from "../../verify/flow-answer.ts";
import { UsageError } from "../usage-error.ts";
import type { AskedEnd, AskedPod } from "./explain-endpoint.ts";
import type { AskedTraffic } from "./explain-traffic.ts";
import { protocolName } from "./explain-traffic.ts";

/** What is asked: who, whom, and over what. */
export interface Question {
  readonly from: AskedEnd;
  readonly to: AskedEnd;
  readonly traffic: AskedTraffic;
  readonly directions: readonly Direction[];
}

const ranges = (...texts: readonly string[]): AddressSet =>
  addressSetOf(texts.flatMap((text) => parseCidr(text) ?? []));

/** Where pods may have addresses if nobody says: what can be given to a machine in a network. */
const PLAUSIBLE = unionAddresses(
  subtractAddresses(ALL_IPV4, ranges("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")),
  ranges("2000::/3", "fc00::/7"),
);
const EXAMPLES = ["10.0.0.1", "10.0.0.2", "fd00::1", "fd00::2"].flatMap(
  (text) => parseAddress(text) ?? [],
);

/** The directions in which the flow is judged: at each end that is a pod, unless the user asks for one alone. */
export function directionsOf(
  asked: Direction | "both",
  from: AskedEnd,
  to: AskedEnd,
): readonly Direction[] {
  if (from.kind === "address" && to.kind === "address") {
    throw new UsageError("neither end is a pod, and policies are for pods", {
      hint: "Name a pod or its labels for --from or --to.",
    });
  }
  const possible: Direction[] = [];
  if (from.kind === "pod") possible.push("egress");
  if (to.kind === "pod") possible.push("ingress");
  if (asked === "both") return possible;
  if (possible.includes(asked)) return [asked];
  const end = asked === "ingress" ? to : from;
  throw new UsageError(`--direction ${asked}: ${end.text} is no pod, so nothing judges it there`, {
    hint: "Leave --direction out: then every end that is a pod is judged.",
  });
}

/** The flow as one end sees it. @param podRanges where pods have addresses; undefined where nobody knows */
export function askedFlow(
  { from, to, traffic }: Question,
  direction: Direction,
  podRanges: Snapshot["podRanges"],
): AskedFlow {
  const family = commonFamily(from, to, traffic, podRanges);
  const source = place(from, family, podRanges, 0);
  const destination = place(to, family, podRanges, 1);
  const called = withPortName(destination.endpoint, traffic);
  const [subject, peer] =
    direction === "ingress" ? [called, source.endpoint] : [source.endpoint, called];
  const [freeSubject, freePeer] =
    direction === "ingress" ? [destination.free, source.free] : [source.free, destination.free];
  if (subject.kind !== "pod") throw new UsageError("the end that is judged is no pod");
  const flow: Flow = {
    direction,
    subject,
    peer,
    protocol: traffic.protocol,
    value: valueOf(traffic, to),
  };
  return {
    flow,
    ...(freeSubject === undefined ? {} : { freeSubject }),
    ...(freePeer === undefined ? {} : { freePeer }),
  };
}

function commonFamily(
  from: AskedEnd,
  to: AskedEnd,
  { protocol }: AskedTraffic,
  podRanges: AddressSet | undefined,
): AddressFamily {
  const known = new Set((podRanges ?? PLAUSIBLE).ranges.map(({ first }) => familyOf(first)));
  const familiesOf = ({ addresses }: AskedEnd): ReadonlySet<AddressFamily> =>
    addresses.length === 0 ? known : new Set(addresses.map(familyOf));
  const ofSource = familiesOf(from);
  const ofDestination = familiesOf(to);
  const wanted: readonly AddressFamily[] = protocol === ICMPV6 ? [6, 4] : [4, 6];
  const family = wanted.find((one) => ofSource.has(one) && ofDestination.has(one));
  if (family !== undefined) return family;
  throw new UsageError(`${from.text} and ${to.text} have no IP family in common`, {
    hint: "Give addresses of one family.",
  });
}

/** The end at an address of the family; `free` says where else it may be. */
function place(
  end: AskedEnd,
  family: AddressFamily,
  podRanges: AddressSet | undefined,
  at: number,
): { readonly endpoint: Endpoint; readonly free: AddressSet | undefined } {
  const address = end.addresses.find((one) => familyOf(one) === family);
  if (end.kind === "address")
    return { endpoint: { kind: "address", address: address ?? 0n }, free: undefined };
  const free = intersectAddresses(podRanges ?? PLAUSIBLE, family === 4 ? ALL_IPV4 : ALL_IPV6);
  const pod = (of: bigint): PodEndpoint => ({ ...end.pod, ports: end.ports ?? [], address: of });
  if (address !== undefined) return { endpoint: pod(address), free: undefined };
  return { endpoint: pod(exampleIn(free, at)), free };
}

function exampleIn(free: AddressSet, at: number): bigint {
  const familiar = EXAMPLES.filter((one) => addressSetContains(free, one));
  const [only] = familiar;
  if (only !== undefined) return familiar[at] ?? only;
  const [range] = free.ranges;
  if (range === undefined) {
    throw new UsageError("the pod ranges hold no address of the other end's IP family", {
      hint: "Give that family's range, too: `--pod-cidr`.",
    });
  }
  const next = range.first + BigInt(at) + 1n;
  return next <= range.last ? next : range.first;
}

function withPortName(endpoint: Endpoint, traffic: AskedTraffic): Endpoint {
  if (traffic.kind !== "name" || traffic.port === undefined || endpoint.kind !== "pod") {
    return endpoint;
  }
  const { name, protocol, port } = traffic;
  const others = endpoint.ports.filter((one) => one.name !== name || one.protocol !== protocol);
  return { ...endpoint, ports: [...others, { name, protocol, port }] };
}

function valueOf(traffic: AskedTraffic, to: AskedEnd): number {
  if (traffic.kind === "number") return traffic.value;
  const { name, protocol } = traffic;
  const shown = `--port ${name}/${protocolName(protocol)}`;
  if (to.kind === "address") {
    throw new UsageError(`${shown}: ${to.text} is no pod, and only pods name their ports`, {
      hint: "Give the number.",
    });
  }
  if (traffic.port !== undefined) return traffic.port;
  const found = portNamed(to, name, protocol);
  if (found !== undefined) return found;
  const names = (to.ports ?? []).map((port) => `${port.name}/${protocolName(port.protocol)}`);
  const hint =
    names.length > 0
      ? `It names ${names.join(", ")}; or say the number: ${name}=8080/${protocolName(protocol)}.`
      : `Say the number: ${name}=8080/${protocolName(protocol)}.`;
  throw new UsageError(
    to.ports === undefined
      ? `${shown}: the container ports of ${to.text} are not known`
      : `${shown}: ${to.text} names no such port`,
    { hint },
  );
}

function portNamed({ ports }: AskedPod, name: string, protocol: number): number | undefined {
  return ports?.find((one) => one.name === name && one.protocol === protocol)?.port;
}

/** What goes over the wire, in words. */
export function trafficTextOf(traffic: AskedTraffic, to: AskedEnd): string {
  if (traffic.kind === "number") return traffic.text;
  return `${protocolName(traffic.protocol)} ${String(valueOf(traffic, to))} (${traffic.name})`;
}

/** ICMP goes by IPv4, ICMPv6 by IPv6. */
export function trafficNotes(flow: Flow): readonly string[] {
  const family = familyOf(flow.peer.address);
  const odd =
    (flow.protocol === ICMP && family === 6) || (flow.protocol === ICMPV6 && family === 4);
  return odd ? [`${protocolName(flow.protocol)} does not go over IPv${String(family)}`] : [];
}
