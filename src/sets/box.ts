import type { AddressSet } from "./address-set.ts";
import type { Cube } from "./cube.ts";
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
export declare const ANY_PEER: readonly PeerBox[];
export declare const ANY_TRAFFIC_BOX: TrafficBox;
/** Undefined when nothing is in both. */
export declare function intersectPeers(a: PeerBox, b: PeerBox): PeerBox | undefined;
export declare function subtractPeers(a: PeerBox, b: PeerBox): readonly PeerBox[];
export declare function intersectBoxes(a: Box, b: Box): Box | undefined;
export declare function boxesMeet(a: Box, b: Box): boolean;
/**
 * a minus b as disjoint boxes, cut in the order traffic, subject, peer addresses, peer labels. A named port of `b` that
 * `a` does not carry may or may not be the flow's port: "over" then leaves `a` whole, "under" takes the numbers out.
 */
export declare function subtractBox(a: Box, b: Box, side: Side): readonly Box[];
/** Boxes minus cuts. Undefined when more than `limit` boxes would be needed. */
export declare function subtractBoxes(
  boxes: readonly Box[],
  cuts: readonly Box[],
  side: Side,
  limit?: number,
): readonly Box[] | undefined;
/** True if and only if `box` is surely inside the union of `cover` (named ports count as unequal to numbers); a rest otherwise. */
export declare function uncovered(box: Box, cover: readonly Box[], limit?: number): readonly Box[] | undefined;
/** True if every flow of `a` is one of `b`. */
export declare function isBoxSubset(a: Box, b: Box): boolean;
/** Stable text, for keys, tests and debugging. */
export declare function boxText(box: Box): string;
