import {
  addressSetContains,
  ALL_IPV4,
  ALL_IPV6,
  intersectAddresses,
  parseAddress,
} from "../sets/address-set.ts";
import type { AddressSet } from "../sets/address-set.ts";
import {
  ALL_PORTS,
  ICMP,
  ICMPV6,
  intersectTraffic,
  protocolTraffic,
  SCTP,
  subtractTraffic,
  TCP,
  trafficContains,
  trafficPoint,
  UDP,
} from "../sets/traffic-set.ts";
import type { TrafficSet } from "../sets/traffic-set.ts";
import type { Region } from "./region.ts";
import { addressesMove } from "./universe.ts";
import type { ProofContext } from "./universe.ts";

/** Where a flow goes, without its labels. */
export interface Numbers {
  readonly subjectAt: bigint;
  readonly subjectAfter: bigint;
  readonly peerAt: bigint;
  readonly peerAfter: bigint;
  /** A point of the traffic axis. */
  readonly traffic: number;
  /** A point of ANY_SOURCE_PORT. */
  readonly sourcePort: number;
}

/** Undefined if no IP family has addresses for both ends and some traffic of the region. */
export function numbersOf(region: Region, context: ProofContext): Numbers | undefined {
  const isPod = region.peer !== undefined;
  const moved = addressesMove(context);
  for (const family of FAMILIES) {
    const possible = subtractTraffic(region.traffic, family.foreign);
    const traffic = namesPort(region) ? intersectTraffic(possible, ALL_PORTS) : possible;
    const ends = [region.subjectAt, region.subjectAfter, region.peerAt, region.peerAfter].map(
      (set) => intersectAddresses(set, family.addresses),
    );
    if (traffic.ranges.length === 0 || ends.some((set) => set.ranges.length === 0)) continue;
    const [subjects, subjectsAfter, peers, peersAfter] = ends;
    const ranges = intersectAddresses(context.podRanges ?? family.addresses, family.addresses);
    const subjectAt = addressIn(subjects, family.pods, ranges);
    const peerAt = isPod
      ? addressIn(peers, family.peers, ranges, subjectAt)
      : addressIn(peers, family.others, undefined);
    return {
      subjectAt,
      peerAt,
      subjectAfter: moved ? addressIn(subjectsAfter, family.pods, undefined) : subjectAt,
      peerAfter: moved && isPod ? addressIn(peersAfter, family.peers, undefined) : peerAt,
      traffic: trafficIn(traffic),
      sourcePort: sourcePortIn(region.sourcePorts),
    };
  }
  return undefined;
}

/** What has no ports has none with a name. */
const namesPort = ({ facts }: Region): boolean =>
  facts.some(({ variable, holds }) => holds && variable.kind === "port-name");

const address = (text: string): bigint => parseAddress(text) ?? 0n;

interface Family {
  readonly addresses: AddressSet;
  /** Traffic that belongs to the other family. */
  readonly foreign: TrafficSet;
  readonly pods: readonly bigint[];
  readonly peers: readonly bigint[];
  /** Addresses set aside for examples. */
  readonly others: readonly bigint[];
}

const FAMILIES: readonly Family[] = [
  {
    addresses: ALL_IPV4,
    foreign: protocolTraffic(ICMPV6),
    pods: ["10.0.0.7", "192.168.0.7", "172.16.0.7", "100.64.0.7"].map(address),
    peers: ["10.0.0.8", "192.168.0.8", "172.16.0.8", "100.64.0.8"].map(address),
    others: ["203.0.113.7", "198.51.100.7", "192.0.2.7"].map(address),
  },
  {
    addresses: ALL_IPV6,
    foreign: protocolTraffic(ICMP),
    pods: [address("fd00::7")],
    peers: [address("fd00::8")],
    others: [address("2001:db8::7")],
  },
];

function addressIn(
  set: AddressSet | undefined,
  wishes: readonly bigint[],
  likely: AddressSet | undefined,
  not?: bigint,
): bigint {
  const all = set ?? { ranges: [] };
  const inLikely = likely === undefined ? all : intersectAddresses(all, likely);
  const from = inLikely.ranges.length > 0 ? inLikely : all;
  const wish = wishes.find((one) => one !== not && addressSetContains(from, one));
  if (wish !== undefined) return wish;
  const { first, last } = from.ranges[0] ?? { first: 0n, last: 0n };
  // The first address of a block is often none that a host may have.
  for (const one of [first + 7n, first + 1n, first, last]) {
    if (one >= first && one <= last && one !== not) return one;
  }
  return first;
}

const FAMILIAR = [
  ...[443, 80, 8080, 5432, 22].map((port) => trafficPoint(TCP, port)),
  trafficPoint(UDP, 53),
];
const ECHO = [trafficPoint(ICMP, 8 * 256), trafficPoint(ICMPV6, 128 * 256)];

function trafficIn(set: TrafficSet): number {
  const familiar = FAMILIAR.find((point) => trafficContains(set, point));
  if (familiar !== undefined) return familiar;
  for (const protocol of [TCP, UDP, SCTP]) {
    const base = trafficPoint(protocol, 0);
    // Port 0 is in no set, so no range comes over from the protocol before.
    const range = set.ranges.find(({ first }) => first > base && first < base + 65536);
    if (range !== undefined) return range.first;
  }
  return ECHO.find((point) => trafficContains(set, point)) ?? set.ranges[0]?.first ?? 0;
}

const USUAL_SOURCE_PORT = trafficPoint(TCP, 40_000);

function sourcePortIn(set: TrafficSet): number {
  if (trafficContains(set, USUAL_SOURCE_PORT)) return USUAL_SOURCE_PORT;
  return set.ranges[0]?.first ?? USUAL_SOURCE_PORT;
}
