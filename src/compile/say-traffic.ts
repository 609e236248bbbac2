import { fitted } from "../base/fitted.ts";
import type { AllowPort } from "../ir/allow-policy.ts";
import type { TrafficPredicate } from "../ir/policy.ts";
import type { TrafficBox } from "../sets/box.ts";
import { ANY_TRAFFIC_BOX } from "../sets/box.ts";
import type { PortProtocol, TrafficSet } from "../sets/traffic-set.ts";
import {
  ALL_PORTS,
  ANY_TRAFFIC,
  OTHER_TRAFFIC,
  SCTP,
  TCP,
  UDP,
  equalTraffic,
  intersectTraffic,
  isTrafficSubset,
  portsOf,
} from "../sets/traffic-set.ts";

const PROTOCOLS: readonly (readonly [PortProtocol, AllowPort["protocol"]])[] = [
  [TCP, "TCP"],
  [UDP, "UDP"],
  [SCTP, "SCTP"],
];

/** Traffic as a `ports` list says it, with what the list means. */
export interface SaidTraffic {
  /** Undefined: all traffic, so no list at all. */
  readonly ports: readonly AllowPort[] | undefined;
  readonly means: readonly TrafficBox[];
}

/**
 * Numbers as a `ports` list. A list speaks of TCP, UDP and SCTP alone, and leaving it out allows every protocol: so a
 * part of the other protocols is left out ("under") or taken as all traffic ("over"). Undefined when nothing is left.
 */
export function sayNumbers(numbers: TrafficSet, side: "under" | "over"): SaidTraffic | undefined {
  const known = saidNumbers[side];
  if (known.has(numbers)) return known.get(numbers);
  const said = numbersAsPorts(numbers, side);
  known.set(numbers, said);
  return said;
}

/** Rules share their traffic, and so they share what is said of it. */
const saidNumbers = {
  under: new WeakMap<TrafficSet, SaidTraffic | undefined>(),
  over: new WeakMap<TrafficSet, SaidTraffic | undefined>(),
};

function numbersAsPorts(numbers: TrafficSet, side: "under" | "over"): SaidTraffic | undefined {
  const all = { ports: undefined, means: [ANY_TRAFFIC_BOX] };
  if (numbers === ANY_TRAFFIC || equalTraffic(numbers, ANY_TRAFFIC)) return all;
  const other = intersectTraffic(numbers, OTHER_TRAFFIC);
  if (other.ranges.length > 0 && side === "over") return all;
  const said = other.ranges.length === 0 ? numbers : intersectTraffic(numbers, ALL_PORTS);
  const ports: AllowPort[] = [];
  for (const [number, protocol] of PROTOCOLS) {
    for (const { first, last } of portsOf(said, number)) {
      if (first === 1 && last === 65535) ports.push({ protocol });
      else
        ports.push(
          last > first ? { protocol, port: first, endPort: last } : { protocol, port: first },
        );
    }
  }
  return ports.length === 0
    ? undefined
    : { ports: fitted(ports), means: [{ numbers: said, named: [] }] };
}

/** Port names as a `ports` list: the API looks a name up under one protocol at a time. */
export function sayNames(named: TrafficPredicate["named"]): SaidTraffic | undefined {
  const ports: AllowPort[] = [];
  const means: TrafficBox[] = [];
  for (const { name, protocols } of named) {
    const said = intersectTraffic(protocols, ALL_PORTS);
    if (said.ranges.length === 0) continue;
    for (const [number, protocol] of PROTOCOLS) {
      if (portsOf(said, number).length > 0) ports.push({ protocol, port: name });
    }
    means.push({ numbers: said, named: [name] });
  }
  return ports.length === 0 ? undefined : { ports, means };
}

/** True if every point of the traffic lies outside of TCP, UDP and SCTP. */
export function isOtherTraffic(numbers: TrafficSet): boolean {
  return isTrafficSubset(numbers, OTHER_TRAFFIC);
}
