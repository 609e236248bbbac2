import type { KnownPod } from "../../inventory/snapshot.ts";
import type { Direction, TrafficPredicate } from "../../ir/policy.ts";
import {
  ALL_PORTS,
  ANY_TRAFFIC,
  ICMP,
  ICMPV6,
  icmpTraffic,
  NO_TRAFFIC,
  portTraffic,
  protocolTraffic,
  SCTP,
  TCP,
  UDP,
  unionTraffic,
  unionOfTraffic,
  type PortProtocol,
  type TrafficSet,
} from "../../sets/traffic-set.ts";
import type { ConditionCode, Remarks, TrafficPart } from "./interpret-parts.ts";
import type { CiliumElement, L7Condition, PortEntry, PortMatch, PortProtocols } from "./model.ts";
import type { PortNames } from "./port-names.ts";

type NamedMatch = Extract<PortMatch, { name: string }>;

const ANYTHING: TrafficPredicate = { numbers: ANY_TRAFFIC, named: [] };

const PROTOCOLS: Readonly<Record<PortProtocols, readonly PortProtocol[]>> = {
  TCP: [TCP],
  UDP: [UDP],
  SCTP: [SCTP],
  ANY: [TCP, UDP, SCTP],
};

const L7_CODES: Readonly<Record<L7Condition["kind"], ConditionCode>> = {
  http: "CIL-R101",
  other: "CIL-R102",
  dns: "CIL-R103",
  "server-names": "CIL-R104",
  tls: "CIL-R105",
};

/** True if the rule says something of protocols, so that it may do without peers. */
export function hasTraffic({ ports, icmps }: CiliumElement): boolean {
  return ports.length + icmps.length > 0;
}

/** Where names of ports are looked up. */
export interface NameLookup {
  readonly names: PortNames;
  /** Whether a pod may be at the end that flows of the rule go to. */
  readonly isDestination: (pod: KnownPod) => boolean;
}

/**
 * The traffic of a rule, by what must hold beyond it. An entry without ports stands for nothing, but keeps the rule from
 * meaning everything.
 */
export function interpretTraffic(
  element: CiliumElement,
  lookup: NameLookup,
  remarks: Remarks,
): readonly TrafficPart[] {
  const { ports, icmps, origin } = element;
  if (!hasTraffic(element)) return [{ traffic: ANYTHING }];
  const parts: TrafficPart[] = [];
  const plain = ports.filter(({ l7 }) => l7 === undefined);
  const sure: TrafficPredicate[] = plain.map((entry) =>
    entryTraffic(entry, origin.direction, lookup, remarks, parts),
  );
  for (const { family, type } of icmps.flat()) {
    const protocol = family === 4 ? ICMP : ICMPV6;
    // The engine keeps the type as a port, of which 0 stands for all. (cilium: pkg/policy/api/icmp.go `PortProtocol`)
    const numbers = type === 0 ? protocolTraffic(protocol) : icmpTraffic(protocol, type);
    sure.push({ numbers, named: [] });
  }
  const together = unite(sure);
  if (!isNothing(together)) parts.unshift({ traffic: together });
  for (const entry of ports) {
    const { l7 } = entry;
    if (l7 === undefined || entry.ports.length === 0) continue;
    const condition = remarks.condition(L7_CODES[l7.kind], l7.what);
    const traffic = entryTraffic(entry, origin.direction, lookup, remarks, parts);
    if (!isNothing(traffic)) parts.push({ traffic, condition });
  }
  return parts;
}

const isNothing = ({ numbers, named }: TrafficPredicate): boolean =>
  numbers.ranges.length === 0 && named.length === 0;

function unite(all: readonly TrafficPredicate[]): TrafficPredicate {
  const [only] = all;
  if (only !== undefined && all.length === 1) return only;
  return {
    numbers: unionOfTraffic(all.map(({ numbers }) => numbers)),
    named: all.flatMap(({ named }) => named),
  };
}

/** Plain rules share their traffic: most ask for one port of one protocol. */
const CACHE_LIMIT = 10_000;
const singlePorts = new Map<string, TrafficPredicate>();

function entryTraffic(
  { ports }: PortEntry,
  direction: Direction,
  lookup: NameLookup,
  remarks: Remarks,
  parts: TrafficPart[],
): TrafficPredicate {
  const [only] = ports;
  if (only !== undefined && ports.length === 1 && "first" in only) {
    const key = `${only.protocol} ${String(only.first)} ${String(only.last)}`;
    let known = singlePorts.get(key);
    if (known === undefined) {
      if (singlePorts.size >= CACHE_LIMIT) singlePorts.clear();
      known = { numbers: numbersOf(only), named: [] };
      singlePorts.set(key, known);
    }
    return known;
  }
  const numbers: TrafficSet[] = [];
  const named = new Map<string, TrafficSet>();
  for (const port of ports) {
    if (!("name" in port)) {
      numbers.push(numbersOf(port));
      continue;
    }
    readEnd(port, remarks, parts);
    if (direction === "egress") {
      numbers.push(resolveName(port, lookup, remarks, parts));
    } else if (isOwnName(port, lookup, remarks, parts)) {
      const protocols = protocolsOf(port.protocol);
      named.set(port.name, unionTraffic(named.get(port.name) ?? NO_TRAFFIC, protocols));
    }
  }
  return {
    numbers: unionOfTraffic(numbers),
    named: [...named].map(([name, protocols]) => ({ name, protocols })),
  };
}

function numbersOf(port: Exclude<PortMatch, NamedMatch>): TrafficSet {
  if ("ipProtocol" in port) return protocolTraffic(port.ipProtocol);
  if (port.first <= 1 && port.last === 65535) return protocolsOf(port.protocol);
  return unionOfTraffic(PROTOCOLS[port.protocol].map((one) => portTraffic(one, [port])));
}

function protocolsOf(protocol: PortProtocols): TrafficSet {
  return protocol === "ANY"
    ? ALL_PORTS
    : unionOfTraffic(PROTOCOLS[protocol].map((one) => protocolTraffic(one)));
}

/**
 * True if a name in an ingress rule stands for the same port to Cilium and to whoever enforces after it. Where a pod that
 * the rule is about says otherwise, Cilium's port is one of those that others may take the name for.
 */
function isOwnName(
  { name, protocol }: NamedMatch,
  { names, isDestination }: NameLookup,
  remarks: Remarks,
  parts: TrafficPart[],
): boolean {
  // A Deny may as well deny too much.
  if (remarks.verdict === "deny") return true;
  if (names.areKnown(name, PROTOCOLS[protocol], isDestination)) {
    remarks.assume(["port-names"]);
    return true;
  }
  parts.push({
    traffic: { numbers: NO_TRAFFIC, named: [{ name, protocols: protocolsOf(protocol) }] },
    condition: remarks.condition("CIL-R120", `the port named ${name}`),
  });
  return false;
}

/**
 * A name in an egress rule stands for one number for each protocol. Up to 1.19 that is the one which all pods of the
 * cluster give it, if they agree; later the one which the peers give it. Where the two differ an Allow is left out.
 * (cilium: pkg/endpoint/policy.go `GetNamedPort`, pkg/types/portmap.go)
 */
function resolveName(
  { name, protocol }: NamedMatch,
  { names, isDestination }: NameLookup,
  remarks: Remarks,
  parts: TrafficPart[],
): TrafficSet {
  const sure: TrafficSet[] = [];
  const open: TrafficSet[] = [];
  for (const own of PROTOCOLS[protocol]) {
    const numbers = names.numbers(name, own, () => true);
    const ofPeers = names.numbers(name, own, isDestination);
    // Pods that are no peers may give it one number, which counts up to 1.19.
    const given = ofPeers.size === 0 && numbers.size === 1 ? numbers : ofPeers;
    if (given.size === 0) continue;
    const ranges = [...given].sort((a, b) => a - b).map((port) => ({ first: port, last: port }));
    (numbers.size === 1 && ofPeers.size === 1 ? sure : open).push(portTraffic(own, ranges));
  }
  if (sure.length > 0) remarks.assume(["set-contents"]);
  if (sure.length > 0 && open.length === 0) return unionOfTraffic(sure);
  const what = `the port named ${name}`;
  if (remarks.verdict === "allow") remarks.leftOut("CIL-R110", what);
  else {
    const numbers = open.length === 0 ? protocolsOf(protocol) : unionOfTraffic(open);
    const condition = remarks.condition("CIL-R110", what);
    parts.push({ traffic: { numbers, named: [] }, condition });
  }
  return sure.length === 0 ? NO_TRAFFIC : unionOfTraffic(sure);
}

/** With an end, a name stands for the ports from its number to there. */
function readEnd(
  { name, protocol, end }: NamedMatch,
  remarks: Remarks,
  parts: TrafficPart[],
): void {
  if (end === undefined) return;
  const what = `the ports from the one named ${name} to ${String(end)}`;
  if (remarks.verdict === "allow") {
    remarks.leftOut("CIL-R110", what);
    return;
  }
  const ranges = [{ first: 1, last: end }];
  const numbers = unionOfTraffic(PROTOCOLS[protocol].map((own) => portTraffic(own, ranges)));
  parts.push({
    traffic: { numbers, named: [] },
    condition: remarks.condition("CIL-R110", what),
  });
}
