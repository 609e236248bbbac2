import { intersectAddresses, isAddressSubset, subtractAddresses } from "./address-set.ts";
import { addressesMeet, unionAddresses } from "./address-set.ts";
import type { AddressSet } from "./address-set.ts";
import type { Box, PeerBox, PodBox } from "./box.ts";
import { labelsAt, withLabelsAt } from "./cube.ts";
import type { Cube, LabelKey } from "./cube.ts";
import {
  complementLabelSet,
  intersectLabelSets,
  isEmptyLabelSet,
  isLabelSubset,
  labelSetsMeet,
  uniteLabelSets,
} from "./label-set.ts";
import type { LabelSet } from "./label-set.ts";
import { intersectTraffic, isTrafficSubset, subtractTraffic } from "./traffic-set.ts";
import { trafficMeets, unionTraffic } from "./traffic-set.ts";

/**
 * One factor of the product that a box is: the traffic, addresses, or one label key. Names of ports are no factor: the
 * functions here leave those of a box as they are, and take no notice of those of a cut.
 */
export type Part =
  | { readonly of: "traffic" | "subject-addresses" | "peer-addresses" }
  | { readonly of: "subject" | "peer"; readonly key: LabelKey };

const TRAFFIC: Part = { of: "traffic" };
const SUBJECT_ADDRESSES: Part = { of: "subject-addresses" };
const PEER_ADDRESSES: Part = { of: "peer-addresses" };

/**
 * The parts in which a box sticks out of another one, in the order in which they are best cut: none if and only if the
 * box surely lies inside. Undefined if the two do not meet.
 */
export function partsOutside(box: Box, cut: Box): readonly Part[] | undefined {
  if (box.peer.kind !== cut.peer.kind) return undefined;
  const found: Part[] = [];
  const traffic = box.traffic.numbers;
  if (!isTrafficSubset(traffic, cut.traffic.numbers)) {
    if (!trafficMeets(traffic, cut.traffic.numbers)) return undefined;
    found.push(TRAFFIC);
  }
  if (!addAddresses(found, SUBJECT_ADDRESSES, box.subject.addresses, cut.subject.addresses))
    return undefined;
  if (!addLabels(found, "subject", box.subject.labels, cut.subject.labels)) return undefined;
  if (!addAddresses(found, PEER_ADDRESSES, box.peer.addresses, cut.peer.addresses))
    return undefined;
  if (box.peer.kind === "pod" && cut.peer.kind === "pod") {
    if (!addLabels(found, "peer", box.peer.labels, cut.peer.labels)) return undefined;
  }
  return found;
}

/** False if the two are apart. */
function addAddresses(found: Part[], part: Part, own: AddressSet, cut: AddressSet): boolean {
  if (isAddressSubset(own, cut)) return true;
  if (!addressesMeet(own, cut)) return false;
  found.push(part);
  return true;
}

/** False if the two are apart. */
function addLabels(found: Part[], of: "subject" | "peer", own: Cube, cut: Cube): boolean {
  if (own === cut) return true;
  let i = 0;
  for (const { key, set } of cut.constraints) {
    let left = own.constraints[i];
    while (left !== undefined && left.key < key) left = own.constraints[++i];
    if (left?.key !== key) found.push({ of, key });
    else if (!isLabelSubset(left.set, set)) {
      if (!labelSetsMeet(left.set, set)) return false;
      found.push({ of, key });
    }
  }
  return true;
}

/** True if the two boxes meet in every part but this one, in which they are apart. */
export function areApartIn(box: Box, other: Box, part: Part): boolean {
  return isApart(box, other, part) && meetBut(box, other, part);
}

function isApart(box: Box, other: Box, part: Part): boolean {
  switch (part.of) {
    case "traffic":
      return !trafficMeets(box.traffic.numbers, other.traffic.numbers);
    case "subject-addresses":
      return !addressesMeet(box.subject.addresses, other.subject.addresses);
    case "peer-addresses":
      return !addressesMeet(box.peer.addresses, other.peer.addresses);
    case "subject":
      return !labelSetsMeet(
        labelsAt(box.subject.labels, part.key),
        labelsAt(other.subject.labels, part.key),
      );
    case "peer":
      return (
        box.peer.kind === "pod" &&
        other.peer.kind === "pod" &&
        !labelSetsMeet(labelsAt(box.peer.labels, part.key), labelsAt(other.peer.labels, part.key))
      );
  }
}

function meetBut(box: Box, other: Box, part: Part): boolean {
  if (box.peer.kind !== other.peer.kind) return false;
  const { of } = part;
  if (of !== "traffic" && !trafficMeets(box.traffic.numbers, other.traffic.numbers)) return false;
  if (of !== "subject-addresses" && !addressesMeet(box.subject.addresses, other.subject.addresses))
    return false;
  if (of !== "peer-addresses" && !addressesMeet(box.peer.addresses, other.peer.addresses))
    return false;
  if (!labelsMeetBut(box.subject.labels, other.subject.labels, of === "subject" ? part.key : ""))
    return false;
  return (
    box.peer.kind !== "pod" ||
    other.peer.kind !== "pod" ||
    labelsMeetBut(box.peer.labels, other.peer.labels, of === "peer" ? part.key : "")
  );
}

function labelsMeetBut(a: Cube, b: Cube, but: string): boolean {
  let i = 0;
  for (const { key, set } of b.constraints) {
    let left = a.constraints[i];
    while (left !== undefined && left.key < key) left = a.constraints[++i];
    if (left?.key === key && key !== but && !labelSetsMeet(left.set, set)) return false;
  }
  return true;
}

/** The box where that part of it lies inside of the cut's; undefined if nowhere. */
export function insidePart(box: Box, cut: Box, part: Part): Box | undefined {
  switch (part.of) {
    case "traffic":
      return withTraffic(box, intersectTraffic(box.traffic.numbers, cut.traffic.numbers));
    case "subject-addresses":
      return withAddresses(
        box,
        "subject",
        intersectAddresses(box.subject.addresses, cut.subject.addresses),
      );
    case "peer-addresses":
      return withAddresses(box, "peer", intersectAddresses(box.peer.addresses, cut.peer.addresses));
    case "subject":
    case "peer": {
      const own = labelsIn(box, part.of, part.key);
      const other = labelsIn(cut, part.of, part.key);
      return own === undefined || other === undefined
        ? undefined
        : withLabels(box, part.of, part.key, intersectLabelSets(own, other));
    }
  }
}

/** The box where that part of it lies outside of the cut's: disjoint boxes, one unless text conditions need more. */
export function outsidePart(box: Box, cut: Box, part: Part): readonly Box[] {
  const some = (one: Box | undefined): readonly Box[] => (one === undefined ? [] : [one]);
  switch (part.of) {
    case "traffic":
      return some(withTraffic(box, subtractTraffic(box.traffic.numbers, cut.traffic.numbers)));
    case "subject-addresses": {
      const addresses = subtractAddresses(box.subject.addresses, cut.subject.addresses);
      return some(withAddresses(box, "subject", addresses));
    }
    case "peer-addresses": {
      const addresses = subtractAddresses(box.peer.addresses, cut.peer.addresses);
      return some(withAddresses(box, "peer", addresses));
    }
    case "subject":
    case "peer": {
      const { of, key } = part;
      const own = labelsIn(box, of, key);
      const other = labelsIn(cut, of, key);
      if (own === undefined || other === undefined) return [];
      return complementLabelSet(other).flatMap((outside) =>
        some(withLabels(box, of, key, intersectLabelSets(own, outside))),
      );
    }
  }
}

/** The pieces of a box outside of another one, disjoint, given the parts in which it sticks out. */
export function* boxesOutside(box: Box, cut: Box, parts: readonly Part[]): Generator<Box> {
  let inside: Box | undefined = box;
  for (const part of parts) {
    yield* outsidePart(inside, cut, part);
    inside = insidePart(inside, cut, part);
    if (inside === undefined) return;
  }
}

/** What is in both, given the parts in which the first sticks out of the other. */
export function boxInside(box: Box, cut: Box, parts: readonly Part[]): Box | undefined {
  let inside: Box | undefined = box;
  for (const part of parts) {
    inside = insidePart(inside, cut, part);
    if (inside === undefined) return undefined;
  }
  return inside;
}

/** The box with that part as it is in another one. */
export function partOf(box: Box, other: Box, part: Part): Box {
  switch (part.of) {
    case "traffic":
      return { ...box, traffic: { ...box.traffic, numbers: other.traffic.numbers } };
    case "subject-addresses":
      return { ...box, subject: { ...box.subject, addresses: other.subject.addresses } };
    case "peer-addresses":
      return { ...box, peer: { ...box.peer, addresses: other.peer.addresses } };
    case "subject":
    case "peer": {
      const set = labelsIn(other, part.of, part.key);
      return (set === undefined ? undefined : withLabels(box, part.of, part.key, set)) ?? box;
    }
  }
}

/** The parts in which two boxes differ; undefined if their peers are of different natures. */
export function partsThatDiffer(a: Box, b: Box): readonly Part[] | undefined {
  if (a.peer.kind !== b.peer.kind) return undefined;
  const found: Part[] = [];
  if (
    !isTrafficSubset(a.traffic.numbers, b.traffic.numbers) ||
    !isTrafficSubset(b.traffic.numbers, a.traffic.numbers)
  ) {
    found.push(TRAFFIC);
  }
  if (!sameAddresses(a.subject, b.subject)) found.push(SUBJECT_ADDRESSES);
  addDifferentKeys(found, "subject", a.subject.labels, b.subject.labels);
  if (!sameAddresses(a.peer, b.peer)) found.push(PEER_ADDRESSES);
  if (a.peer.kind === "pod" && b.peer.kind === "pod")
    addDifferentKeys(found, "peer", a.peer.labels, b.peer.labels);
  return found;
}

const sameAddresses = (a: PeerBox, b: PeerBox): boolean =>
  isAddressSubset(a.addresses, b.addresses) && isAddressSubset(b.addresses, a.addresses);

function addDifferentKeys(found: Part[], of: "subject" | "peer", a: Cube, b: Cube): void {
  const keys = new Set([...a.constraints, ...b.constraints].map(({ key }) => key));
  for (const key of keys) {
    const left = labelsAt(a, key);
    const right = labelsAt(b, key);
    if (!isLabelSubset(left, right) || !isLabelSubset(right, left)) found.push({ of, key });
  }
}

/** The box with the union of both in that part; undefined where no one set says it. */
export function unionPart(a: Box, b: Box, part: Part): Box | undefined {
  switch (part.of) {
    case "traffic":
      return withTraffic(a, unionTraffic(a.traffic.numbers, b.traffic.numbers));
    case "subject-addresses":
      return withAddresses(a, "subject", unionAddresses(a.subject.addresses, b.subject.addresses));
    case "peer-addresses":
      return withAddresses(a, "peer", unionAddresses(a.peer.addresses, b.peer.addresses));
    case "subject":
    case "peer": {
      const left = labelsIn(a, part.of, part.key);
      const right = labelsIn(b, part.of, part.key);
      if (left === undefined || right === undefined) return undefined;
      const union = uniteLabelSets(left, right);
      return union === undefined ? undefined : withLabels(a, part.of, part.key, union);
    }
  }
}

export function labelsIn(box: Box, of: "subject" | "peer", key: LabelKey): LabelSet | undefined {
  if (of === "subject") return labelsAt(box.subject.labels, key);
  return box.peer.kind === "pod" ? labelsAt(box.peer.labels, key) : undefined;
}

/** Undefined when nothing is left. */
export function withLabels(
  box: Box,
  of: "subject" | "peer",
  key: LabelKey,
  set: LabelSet,
): Box | undefined {
  if (isEmptyLabelSet(set)) return undefined;
  const pods = of === "subject" ? box.subject : box.peer;
  if (pods.kind !== "pod") return undefined;
  const labels = withLabelsAt(pods.labels, key, set);
  if (labels === undefined) return undefined;
  const changed: PodBox = { ...pods, labels };
  return of === "subject" ? { ...box, subject: changed } : { ...box, peer: changed };
}

/** Undefined when nothing is left. */
export function withTraffic(box: Box, numbers: Box["traffic"]["numbers"]): Box | undefined {
  if (numbers.ranges.length === 0) return undefined;
  return { ...box, traffic: { ...box.traffic, numbers } };
}

/** Undefined when nothing is left. */
export function withAddresses(
  box: Box,
  of: "subject" | "peer",
  addresses: AddressSet,
): Box | undefined {
  if (addresses.ranges.length === 0) return undefined;
  return of === "subject"
    ? { ...box, subject: { ...box.subject, addresses } }
    : { ...box, peer: { ...box.peer, addresses } };
}
