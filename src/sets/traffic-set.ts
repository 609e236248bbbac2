import { equalIntervals, intervalAlgebra } from "./interval-set.ts";

/**
 * A set of (protocol, port) points, or (protocol, ICMP type and code), as sorted, disjoint, non-adjacent inclusive
 * ranges of numbers: protocol * 65536 + value. The value is the destination port for TCP, UDP and SCTP (1 to 65535: no
 * flow has port 0), type * 256 + code for ICMP and ICMPv6, and without meaning (0 to 65535) for every other protocol.
 */
export interface TrafficSet {
  readonly ranges: readonly TrafficRange[];
}
export interface TrafficRange {
  readonly first: number;
  readonly last: number;
}
export const TCP = 6;
export const UDP = 17;
export const SCTP = 132;
export const ICMP = 1;
export const ICMPV6 = 58;
export type PortProtocol = typeof TCP | typeof UDP | typeof SCTP;

const SPAN = 65536;
const LAST_PROTOCOL = 255;
const PORT_PROTOCOLS: readonly number[] = [TCP, UDP, SCTP];

const algebra = intervalAlgebra<number>({
  next: (point) => point + 1,
  previous: (point) => point - 1,
  adjacent: (last, first) => last + 1 === first,
});

function firstPoint(protocol: number): number {
  return protocol * SPAN + (PORT_PROTOCOLS.includes(protocol) ? 1 : 0);
}

function lastPoint(protocol: number): number {
  return protocol * SPAN + SPAN - 1;
}

function protocolRange(protocol: number): TrafficRange {
  return { first: firstPoint(protocol), last: lastPoint(protocol) };
}

const ALL_RANGES = algebra.normalise(
  Array.from({ length: LAST_PROTOCOL + 1 }, (_, protocol) => protocolRange(protocol)),
);

/** Every protocol, all of each. */
export const ANY_TRAFFIC: TrafficSet = { ranges: ALL_RANGES };
export const NO_TRAFFIC: TrafficSet = { ranges: [] };
/** TCP, UDP and SCTP with all their ports: what a Kubernetes `ports` list can speak of. */
export const ALL_PORTS: TrafficSet = { ranges: PORT_PROTOCOLS.map(protocolRange) };
/** All but ALL_PORTS: what only a rule without `ports` allows. */
export const OTHER_TRAFFIC: TrafficSet = {
  ranges: algebra.subtract(ANY_TRAFFIC.ranges, ALL_PORTS.ranges),
};

/** The constants are given back by identity, so that the shortcuts below find them. */
function trafficSet(ranges: readonly TrafficRange[]): TrafficSet {
  if (ranges.length === 0) return NO_TRAFFIC;
  if (equalIntervals(ranges, ALL_RANGES)) return ANY_TRAFFIC;
  return { ranges };
}

/** One protocol (0 to 255) with all its ports or types. */
export function protocolTraffic(protocol: number): TrafficSet {
  if (!Number.isInteger(protocol) || protocol < 0 || protocol > LAST_PROTOCOL) return NO_TRAFFIC;
  return { ranges: [protocolRange(protocol)] };
}

/** Inclusive port ranges of a port-bearing protocol. */
export function portTraffic(
  protocol: PortProtocol,
  ports: Iterable<{ readonly first: number; readonly last: number }>,
): TrafficSet {
  const base = protocol * SPAN;
  const ranges: TrafficRange[] = [];
  for (const { first, last } of ports) {
    ranges.push({ first: base + Math.max(first, 1), last: base + Math.min(last, SPAN - 1) });
  }
  return trafficSet(algebra.normalise(ranges));
}

/** One ICMP or ICMPv6 type, with one code or all codes. */
export function icmpTraffic(
  protocol: typeof ICMP | typeof ICMPV6,
  type: number,
  code?: number,
): TrafficSet {
  if (!isByte(type) || (code !== undefined && !isByte(code))) return NO_TRAFFIC;
  const base = trafficPoint(protocol, type * 256);
  return { ranges: [{ first: base + (code ?? 0), last: base + (code ?? 255) }] };
}

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}

export function trafficPoint(protocol: number, value: number): number {
  return protocol * SPAN + value;
}

export function unionTraffic(...sets: readonly TrafficSet[]): TrafficSet {
  return unionOfTraffic(sets);
}

/** The same of any number: arguments of a call lie on the stack. */
export function unionOfTraffic(sets: readonly TrafficSet[]): TrafficSet {
  const some = sets.filter((set) => set.ranges.length > 0);
  const [only] = some;
  if (only === undefined) return NO_TRAFFIC;
  if (some.length === 1 || some.every((set) => set === only)) return only;
  if (some.includes(ANY_TRAFFIC)) return ANY_TRAFFIC;
  return trafficSet(algebra.normalise(some.flatMap((set) => set.ranges)));
}

export function intersectTraffic(a: TrafficSet, b: TrafficSet): TrafficSet {
  if (a === b || b === ANY_TRAFFIC) return a;
  if (a === ANY_TRAFFIC) return b;
  return trafficSet(algebra.intersect(a.ranges, b.ranges));
}

export function subtractTraffic(a: TrafficSet, b: TrafficSet): TrafficSet {
  if (a === b || b === ANY_TRAFFIC) return NO_TRAFFIC;
  if (b.ranges.length === 0) return a;
  return trafficSet(algebra.subtract(a.ranges, b.ranges));
}

export function complementTraffic(set: TrafficSet): TrafficSet {
  return subtractTraffic(ANY_TRAFFIC, set);
}

export function isTrafficSubset(a: TrafficSet, b: TrafficSet): boolean {
  return a === b || b === ANY_TRAFFIC || algebra.isSubset(a.ranges, b.ranges);
}

/** True if some point is in both. */
export function trafficMeets(a: TrafficSet, b: TrafficSet): boolean {
  return algebra.meet(a.ranges, b.ranges);
}

export function equalTraffic(a: TrafficSet, b: TrafficSet): boolean {
  return a === b || equalIntervals(a.ranges, b.ranges);
}

export function trafficContains(set: TrafficSet, point: number): boolean {
  return algebra.contains(set.ranges, point);
}

/** What the set has of one protocol, as values (ports, or type * 256 + code), ascending. */
function valuesOf(set: TrafficSet, protocol: number): readonly TrafficRange[] {
  const base = protocol * SPAN;
  const values: TrafficRange[] = [];
  for (const { first, last } of set.ranges) {
    if (last < base) continue;
    if (first >= base + SPAN) break;
    values.push({ first: Math.max(first - base, 0), last: Math.min(last - base, SPAN - 1) });
  }
  return values;
}

/** The port ranges of one protocol in the set, ascending. */
export function portsOf(
  set: TrafficSet,
  protocol: PortProtocol,
): readonly { readonly first: number; readonly last: number }[] {
  return valuesOf(set, protocol);
}

const NAMES: ReadonlyMap<number, string> = new Map([
  [TCP, "TCP"],
  [UDP, "UDP"],
  [SCTP, "SCTP"],
  [ICMP, "ICMP"],
  [ICMPV6, "ICMPv6"],
]);

/** Stable and readable, such as `TCP 80-90, UDP 53, ICMP type 8`. */
export function trafficText(set: TrafficSet): string {
  if (set.ranges.length === 0) return "no traffic";
  if (equalTraffic(set, ANY_TRAFFIC)) return "any traffic";
  const parts: string[] = [];
  for (const protocol of PORT_PROTOCOLS) {
    const name = NAMES.get(protocol) ?? "";
    for (const ports of valuesOf(set, protocol)) {
      parts.push(isWhole(protocol, ports) ? name : `${name} ${spanText(ports)}`);
    }
  }
  const other = intersectTraffic(set, OTHER_TRAFFIC);
  if (equalTraffic(other, OTHER_TRAFFIC)) parts.push("all other protocols");
  else {
    for (const protocol of [ICMP, ICMPV6]) pushIcmp(parts, other, protocol);
    pushNumbered(parts, other);
  }
  return parts.join(", ");
}

function isWhole(protocol: number, values: TrafficRange): boolean {
  return (
    values.last === SPAN - 1 && values.first === firstPoint(protocol) - trafficPoint(protocol, 0)
  );
}

function spanText({ first, last }: TrafficRange): string {
  return first === last ? String(first) : `${String(first)}-${String(last)}`;
}

function pushIcmp(parts: string[], set: TrafficSet, protocol: number): void {
  const name = NAMES.get(protocol) ?? "";
  for (const values of valuesOf(set, protocol)) {
    if (isWhole(protocol, values)) {
      parts.push(name);
      continue;
    }
    // Whole types in the middle are named together; a part of a type at either end is named with its codes.
    let from = values.first;
    while (from <= values.last) {
      const type = from >> 8;
      const endOfType = type * 256 + 255;
      const lastWhole = ((values.last + 1) >> 8) - 1;
      if ((from & 255) === 0 && lastWhole >= type) {
        parts.push(`${name} type ${spanText({ first: type, last: lastWhole })}`);
        from = (lastWhole + 1) * 256;
      } else {
        const last = Math.min(endOfType, values.last);
        const codes = spanText({ first: from & 255, last: last & 255 });
        parts.push(`${name} type ${String(type)} code ${codes}`);
        from = last + 1;
      }
    }
  }
}

function pushNumbered(parts: string[], set: TrafficSet): void {
  let run: { first: number; last: number } | undefined;
  const flush = (): void => {
    if (run !== undefined) parts.push(`protocol ${spanText(run)}`);
    run = undefined;
  };
  for (let protocol = 0; protocol <= LAST_PROTOCOL; protocol += 1) {
    const values = NAMES.has(protocol) ? [] : valuesOf(set, protocol);
    const whole = values.length === 1 && values.every((range) => isWhole(protocol, range));
    if (whole && run !== undefined) {
      run.last = protocol;
      continue;
    }
    flush();
    if (whole) run = { first: protocol, last: protocol };
    else {
      for (const range of values) {
        parts.push(`protocol ${String(protocol)} value ${spanText(range)}`);
      }
    }
  }
  flush();
}
