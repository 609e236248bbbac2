import { compareText } from "../base/compare.ts";
import {
  ANY_ADDRESS,
  addressSetText,
  addressesMeet,
  intersectAddresses,
  isAddressSubset,
  subtractAddresses,
} from "./address-set.ts";
import type { AddressSet } from "./address-set.ts";
import {
  ANY_CUBE,
  cubeText,
  cubesMeet,
  intersectCubes,
  isCubeSubset,
  subtractCubes,
} from "./cube.ts";
import type { Cube } from "./cube.ts";
import {
  ANY_TRAFFIC,
  intersectTraffic,
  isTrafficSubset,
  subtractTraffic,
  trafficMeets,
  trafficText,
} from "./traffic-set.ts";
import type { TrafficSet } from "./traffic-set.ts";

/** Pods of any namespace: those whose labels lie in the cube and whose address lies in the set. */
export interface PodBox {
  readonly kind: "pod";
  readonly labels: Cube;
  readonly addresses: AddressSet;
}

/** Endpoints that are no pod of the pod network (outside the cluster, nodes, host-network pods), by address alone. */
export interface AddressBox {
  readonly kind: "address";
  readonly addresses: AddressSet;
}

export type PeerBox = PodBox | AddressBox;

/**
 * Traffic of a box. A port name is a boolean of (destination pod, protocol, port): it may be any number. So `named` is a
 * list of conditions beside the numbers: the destination pod must call the flow's port by each of these names.
 */
export interface TrafficBox {
  readonly numbers: TrafficSet;
  /** Sorted, without duplicates; usually empty. */
  readonly named: readonly string[];
}

/** A product: the subject pod, the other end and the traffic. Closed under intersection; subtraction gives a list. */
export interface Box {
  readonly subject: PodBox;
  readonly peer: PeerBox;
  readonly traffic: TrafficBox;
}

/** Which way a subtraction may err where names of ports make it inexact: keep too much or take away too much. */
export type Side = "over" | "under";

/** Both kinds of peer, any address: what a rule without a peer matches. */
export const ANY_PEER: readonly PeerBox[] = [
  { kind: "pod", labels: ANY_CUBE, addresses: ANY_ADDRESS },
  { kind: "address", addresses: ANY_ADDRESS },
];
const NO_NAMES: readonly string[] = [];
export const ANY_TRAFFIC_BOX: TrafficBox = { numbers: ANY_TRAFFIC, named: NO_NAMES };

/** All flows of the pods of the cubes. */
export function subjectBoxes(cubes: readonly Cube[]): readonly Box[] {
  return cubes.flatMap((labels) => {
    const subject: PodBox = { kind: "pod", labels, addresses: ANY_ADDRESS };
    return ANY_PEER.map((peer): Box => ({ subject, peer, traffic: ANY_TRAFFIC_BOX }));
  });
}

/** Undefined when nothing is in both. */
export function intersectPeers(a: PeerBox, b: PeerBox): PeerBox | undefined {
  if (a.kind === "pod") return b.kind === "pod" ? intersectPods(a, b) : undefined;
  if (b.kind === "pod") return undefined;
  const addresses = intersectAddresses(a.addresses, b.addresses);
  if (addresses.ranges.length === 0) return undefined;
  return addresses === a.addresses ? a : { kind: "address", addresses };
}

function intersectPods(a: PodBox, b: PodBox): PodBox | undefined {
  if (a === b) return hasNoAddress(a) ? undefined : a;
  const addresses = intersectAddresses(a.addresses, b.addresses);
  if (addresses.ranges.length === 0) return undefined;
  const labels = intersectCubes(a.labels, b.labels);
  if (labels === undefined) return undefined;
  return labels === a.labels && addresses === a.addresses ? a : { kind: "pod", labels, addresses };
}

function hasNoAddress(peer: PeerBox): boolean {
  return peer.addresses.ranges.length === 0;
}

function peersMeet(a: PeerBox, b: PeerBox): boolean {
  if (!addressesMeet(a.addresses, b.addresses)) return false;
  if (a.kind === "address") return b.kind === "address";
  return b.kind === "pod" && cubesMeet(a.labels, b.labels);
}

/** Disjoint, cut by addresses first, then by labels. */
export function subtractPeers(a: PeerBox, b: PeerBox): readonly PeerBox[] {
  if (hasNoAddress(a)) return [];
  if (!peersMeet(a, b)) return [a];
  const pieces: PeerBox[] = [];
  const outside = subtractAddresses(a.addresses, b.addresses);
  if (outside.ranges.length > 0) pieces.push({ ...a, addresses: outside });
  if (a.kind === "pod" && b.kind === "pod") pieces.push(...subtractLabels(a, b));
  return pieces;
}

function subtractPods(a: PodBox, b: PodBox): readonly PodBox[] {
  if (hasNoAddress(a)) return [];
  if (!peersMeet(a, b)) return [a];
  const pieces: PodBox[] = [];
  const outside = subtractAddresses(a.addresses, b.addresses);
  if (outside.ranges.length > 0) pieces.push({ ...a, addresses: outside });
  pieces.push(...subtractLabels(a, b));
  return pieces;
}

/** The pods of `a` at addresses of both, with labels of `a` alone. */
function subtractLabels(a: PodBox, b: PodBox): readonly PodBox[] {
  const addresses = intersectAddresses(a.addresses, b.addresses);
  return subtractCubes(a.labels, b.labels).map((labels) => ({ kind: "pod", labels, addresses }));
}

export function intersectBoxes(a: Box, b: Box): Box | undefined {
  const numbers = intersectTraffic(a.traffic.numbers, b.traffic.numbers);
  if (numbers.ranges.length === 0) return undefined;
  const subject = intersectPods(a.subject, b.subject);
  if (subject === undefined) return undefined;
  const peer = intersectPeers(a.peer, b.peer);
  if (peer === undefined) return undefined;
  const named = uniteNames(a.traffic.named, b.traffic.named);
  const traffic =
    numbers === a.traffic.numbers && named === a.traffic.named ? a.traffic : { numbers, named };
  return { subject, peer, traffic };
}

/** False if and only if no flow can be in both. Names of ports never keep two boxes apart. */
export function boxesMeet(a: Box, b: Box): boolean {
  return (
    peersMeet(a.peer, b.peer) &&
    peersMeet(a.subject, b.subject) &&
    trafficMeets(a.traffic.numbers, b.traffic.numbers)
  );
}

/**
 * a minus b as disjoint boxes, cut in the order traffic, subject, peer addresses, peer labels. A named port of `b` that
 * `a` does not carry may or may not be the flow's port: "over" then leaves `a` whole, "under" takes the numbers out.
 */
export function subtractBox(a: Box, b: Box, side: Side): readonly Box[] {
  if (isEmptyBox(a)) return [];
  if (!boxesMeet(a, b)) return [a];
  if (side === "over" && !includesNames(a.traffic.named, b.traffic.named)) return [a];
  const pieces: Box[] = [];
  const { named } = a.traffic;
  const outside = subtractTraffic(a.traffic.numbers, b.traffic.numbers);
  if (outside.ranges.length > 0) pieces.push({ ...a, traffic: { numbers: outside, named } });

  const numbers = intersectTraffic(a.traffic.numbers, b.traffic.numbers);
  const traffic = numbers === a.traffic.numbers ? a.traffic : { numbers, named };
  for (const subject of subtractPods(a.subject, b.subject)) {
    pieces.push({ subject, peer: a.peer, traffic });
  }
  const subject = intersectPods(a.subject, b.subject);
  if (subject === undefined) return pieces;
  for (const peer of subtractPeers(a.peer, b.peer)) pieces.push({ subject, peer, traffic });
  return pieces;
}

/** Boxes minus cuts. Undefined when more than `limit` boxes would be needed. */
export function subtractBoxes(
  boxes: readonly Box[],
  cuts: readonly Box[],
  side: Side,
  limit = Number.POSITIVE_INFINITY,
): readonly Box[] | undefined {
  let rest = boxes;
  for (const cut of cuts) {
    if (rest.length === 0) break;
    if (!rest.some((box) => boxesMeet(box, cut))) continue;
    const next: Box[] = [];
    for (const box of rest) {
      next.push(...subtractBox(box, cut, side));
      if (next.length > limit) return undefined;
    }
    rest = next;
  }
  return rest.length > limit ? undefined : rest;
}

/**
 * What of `box` is not surely inside the union of `cover`: empty if and only if all of it surely is (named ports count
 * as unequal to numbers). Undefined past the limit.
 */
export function uncovered(
  box: Box,
  cover: readonly Box[],
  limit?: number,
): readonly Box[] | undefined {
  const meeting = cover.filter((other) => boxesMeet(box, other));
  if (meeting.some((other) => isBoxSubset(box, other))) return [];
  return subtractBoxes([box], meeting, "over", limit);
}

/** True if every flow of `a` is one of `b`. */
export function isBoxSubset(a: Box, b: Box): boolean {
  if (a === b || isEmptyBox(a)) return true;
  return (
    includesNames(a.traffic.named, b.traffic.named) &&
    isTrafficSubset(a.traffic.numbers, b.traffic.numbers) &&
    isPeerSubset(a.subject, b.subject) &&
    isPeerSubset(a.peer, b.peer)
  );
}

/** True if every endpoint of `a` is one of `b`. */
export function isPeerSubset(a: PeerBox, b: PeerBox): boolean {
  if (a === b || hasNoAddress(a)) return true;
  if (!isAddressSubset(a.addresses, b.addresses)) return false;
  if (a.kind === "address") return b.kind === "address";
  return b.kind === "pod" && isCubeSubset(a.labels, b.labels);
}

function isEmptyBox(box: Box): boolean {
  return (
    box.traffic.numbers.ranges.length === 0 || hasNoAddress(box.subject) || hasNoAddress(box.peer)
  );
}

function includesNames(names: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((name) => names.includes(name));
}

function uniteNames(a: readonly string[], b: readonly string[]): readonly string[] {
  if (includesNames(a, b)) return a;
  return includesNames(b, a) ? b : [...new Set([...a, ...b])].sort(compareText);
}

/** Stable text, for keys, tests and debugging. */
export function boxText(box: Box): string {
  const { numbers, named } = box.traffic;
  const names = named.map((name) => ` called ${JSON.stringify(name)}`).join("");
  return `${peerText(box.subject)} <-> ${peerText(box.peer)} : ${trafficText(numbers)}${names}`;
}

/** Stable text, for keys, tests and debugging. */
export function peerText(peer: PeerBox): string {
  const addresses = addressSetText(peer.addresses);
  return peer.kind === "pod"
    ? `pod [${cubeText(peer.labels)}] at ${addresses}`
    : `not a pod at ${addresses}`;
}
