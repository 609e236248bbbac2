import {
  addressSetContains,
  ALL_IPV4,
  ALL_IPV6,
  intersectAddresses,
  parseAddress,
} from "../sets/address-set.ts";
import type { AddressSet } from "../sets/address-set.ts";
import { ACCOUNT_NAME, cubeContains, keepKeys, NAMESPACE_NAME } from "../sets/cube.ts";
import type { Cube, LabelKey } from "../sets/cube.ts";
import {
  ALL_PORTS,
  ICMP,
  ICMPV6,
  protocolTraffic,
  SCTP,
  subtractTraffic,
  TCP,
  trafficContains,
  trafficPoint,
  UDP,
} from "../sets/traffic-set.ts";
import type { TrafficSet } from "../sets/traffic-set.ts";
import type { Variable } from "./facts.ts";
import { DEFAULT_ACCOUNT, valueFor } from "./label-value.ts";
import type { NoValue } from "./label-value.ts";
import { isOfNamespace, namespaceLabelsOf, peerNamespaces } from "./peer-namespace.ts";
import type { PeerNamespace } from "./peer-namespace.ts";
import type { Region } from "./region.ts";
import type { Scope } from "./scope.ts";
import { addressesMove } from "./universe.ts";
import type { Labels, ProofContext, Universe } from "./universe.ts";

/** The labels of one pod, those of its namespace and account included, by whose label each is. */
export type PodLabels = ReadonlyMap<LabelKey, string>;

/** One flow, in the terms of regions. */
export interface Point {
  readonly subject: PodLabels;
  /** Undefined: no pod. */
  readonly peer: PodLabels | undefined;
  readonly subjectAt: bigint;
  readonly subjectAfter: bigint;
  readonly peerAt: bigint;
  readonly peerAfter: bigint;
  readonly traffic: number;
  readonly sourcePort: number;
  /** The variables that hold. */
  readonly facts: ReadonlySet<Variable>;
}

/** Some flow of the region, as plain as can be. "empty": it has none. */
export function pointOf(region: Region, scope: Scope, universe: Universe): Point | NoValue {
  const numbers = numbersOf(region, universe.context);
  if (numbers === undefined) return "empty";
  const facts = new Set(region.facts.flatMap(({ variable, holds }) => (holds ? [variable] : [])));
  const { peer } = region;
  if (peer === undefined) {
    const subject = subjectLabels(region.subject, scope);
    return typeof subject === "string" ? subject : { ...numbers, facts, subject, peer };
  }
  let none: NoValue = "empty";
  for (const namespace of peerNamespaces(peer, region.subject, scope, universe)) {
    const ends = labelsOfBoth(region.subject, peer, scope, namespace);
    if (typeof ends !== "string") return { ...numbers, facts, ...ends };
    if (ends === "unclear") none = "unclear";
  }
  return none;
}

export function regionContains(region: Region, point: Point): boolean {
  const { subject, peer } = point;
  if (region.peer === undefined) {
    if (peer !== undefined) return false;
  } else if (peer === undefined || !cubeContains(region.peer, (key) => peer.get(key))) {
    return false;
  }
  return (
    cubeContains(region.subject, (key) => subject.get(key)) &&
    trafficContains(region.traffic, point.traffic) &&
    addressSetContains(region.peerAt, point.peerAt) &&
    addressSetContains(region.subjectAt, point.subjectAt) &&
    addressSetContains(region.peerAfter, point.peerAfter) &&
    addressSetContains(region.subjectAfter, point.subjectAfter) &&
    trafficContains(region.sourcePorts, point.sourcePort) &&
    region.facts.every(({ variable, holds }) => point.facts.has(variable) === holds)
  );
}

// ---------------------------------------------------------------- labels

function labelsOfBoth(
  subject: Cube,
  peer: Cube,
  scope: Scope,
  namespace: PeerNamespace,
): { subject: PodLabels; peer: PodLabels } | NoValue {
  const shared = namespace.isSubjects ? namespaceLabelsOf(peer, subject) : undefined;
  const own =
    shared === undefined || scope.labels !== undefined
      ? subjectLabels(subject, scope)
      : subjectLabels(subject, scope, shared);
  if (typeof own === "string") return own;
  const labels = chooseLabels(keepKeys(peer, (key) => !isOfNamespace(key)));
  if (typeof labels === "string") return labels;
  withAccount(labels);
  if (namespace.isSubjects) {
    for (const [key, value] of own) if (isOfNamespace(key)) labels.set(key, value);
    return { subject: own, peer: labels };
  }
  const ofNamespace =
    namespace.labels === undefined
      ? chooseLabels(keepKeys(peer, (key) => isOfNamespace(key) && key !== NAMESPACE_NAME))
      : knownLabels(namespace.labels);
  if (typeof ofNamespace === "string") return ofNamespace;
  for (const [key, value] of ofNamespace) labels.set(key, value);
  labels.set(NAMESPACE_NAME, namespace.name);
  return { subject: own, peer: labels };
}

/** `ofNamespace` takes the place of the subject's own conditions on its namespace, where both ends lie in it. */
function subjectLabels(
  subject: Cube,
  scope: Scope,
  ofNamespace?: Cube,
): Map<LabelKey, string> | NoValue {
  const labels = chooseLabels(subject);
  if (typeof labels === "string") return labels;
  const shared = ofNamespace === undefined ? undefined : chooseLabels(ofNamespace);
  if (typeof shared === "string") return shared;
  for (const [key, value] of shared ?? []) labels.set(key, value);
  for (const [key, value] of knownLabels(scope.labels ?? {})) labels.set(key, value);
  if (scope.name !== undefined) labels.set(NAMESPACE_NAME, scope.name);
  return withAccount(labels);
}

function chooseLabels(of: Cube): Map<LabelKey, string> | NoValue {
  const labels = new Map<LabelKey, string>();
  let unclear = false;
  for (const { key, set } of of.constraints) {
    const chosen = valueFor(key, set);
    if (chosen === "empty") return "empty";
    if (chosen === "unclear") unclear = true;
    else if (chosen.value !== undefined) labels.set(key, chosen.value);
  }
  return unclear ? "unclear" : labels;
}

/** Every pod has an account. */
function withAccount(labels: Map<LabelKey, string>): Map<LabelKey, string> {
  return labels.has(ACCOUNT_NAME) ? labels : labels.set(ACCOUNT_NAME, DEFAULT_ACCOUNT);
}

function knownLabels(labels: Labels): Map<LabelKey, string> {
  return new Map(
    Object.entries(labels).map(([key, value]): [LabelKey, string] => [`namespace:${key}`, value]),
  );
}

// ---------------------------------------------------------------- addresses and ports

type Numbers = Omit<Point, "subject" | "peer" | "facts">;

/** Undefined if no IP family has addresses for both ends and some traffic of the region. */
function numbersOf(region: Region, context: ProofContext): Numbers | undefined {
  const isPod = region.peer !== undefined;
  const moved = addressesMove(context);
  for (const family of FAMILIES) {
    const traffic = subtractTraffic(region.traffic, family.foreign);
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
    const range = set.ranges.find(({ first, last }) => last > base && first < base + 65536);
    if (range !== undefined) return Math.max(range.first, base + 1);
  }
  return ECHO.find((point) => trafficContains(set, point)) ?? set.ranges[0]?.first ?? 0;
}

const USUAL_SOURCE_PORT = trafficPoint(TCP, 40_000);

function sourcePortIn(set: TrafficSet): number {
  if (trafficContains(set, USUAL_SOURCE_PORT)) return USUAL_SOURCE_PORT;
  return set.ranges[0]?.first ?? USUAL_SOURCE_PORT;
}

export function hasPorts(point: number): boolean {
  return trafficContains(ALL_PORTS, point);
}
