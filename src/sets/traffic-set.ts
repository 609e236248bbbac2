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

/** Every protocol, all of each. */
export declare const ANY_TRAFFIC: TrafficSet;
export declare const NO_TRAFFIC: TrafficSet;
/** TCP, UDP and SCTP with all their ports: what a Kubernetes `ports` list can speak of. */
export declare const ALL_PORTS: TrafficSet;
/** All but ALL_PORTS: what only a rule without `ports` allows. */
export declare const OTHER_TRAFFIC: TrafficSet;
/** One protocol (0 to 255) with all its ports or types. */
export declare function protocolTraffic(protocol: number): TrafficSet;
/** Inclusive port ranges of a port-bearing protocol. */
export declare function portTraffic(
  protocol: PortProtocol,
  ports: Iterable<{ readonly first: number; readonly last: number }>,
): TrafficSet;
/** One ICMP or ICMPv6 type, with one code or all codes. */
export declare function icmpTraffic(protocol: typeof ICMP | typeof ICMPV6, type: number, code?: number): TrafficSet;
export declare function trafficPoint(protocol: number, value: number): number;
export declare function unionTraffic(...sets: readonly TrafficSet[]): TrafficSet;
export declare function intersectTraffic(a: TrafficSet, b: TrafficSet): TrafficSet;
export declare function subtractTraffic(a: TrafficSet, b: TrafficSet): TrafficSet;
export declare function complementTraffic(set: TrafficSet): TrafficSet;
export declare function isTrafficSubset(a: TrafficSet, b: TrafficSet): boolean;
export declare function equalTraffic(a: TrafficSet, b: TrafficSet): boolean;
export declare function trafficContains(set: TrafficSet, point: number): boolean;
/** The port ranges of one protocol in the set, ascending. */
export declare function portsOf(
  set: TrafficSet,
  protocol: PortProtocol,
): readonly { readonly first: number; readonly last: number }[];
/** Stable and readable, such as `TCP 80-90, UDP 53, ICMP type 8`. */
export declare function trafficText(set: TrafficSet): string;
