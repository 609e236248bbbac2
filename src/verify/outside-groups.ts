import {
  ALL_IPV4,
  ALL_IPV6,
  ANY_ADDRESS,
  NO_ADDRESS,
  addressSetContains,
  familyOf,
  intersectAddresses,
  subtractAddresses,
  unionOfAddresses,
} from "../sets/address-set.ts";
import type { AddressSet } from "../sets/address-set.ts";
import type { PeerBox } from "../sets/box.ts";
import type { EndAnswers, ReachGroup } from "./end-answers.ts";
import type { PodGroup } from "./reach-groups.ts";
import { addressParts } from "./told-apart.ts";

/** How many different ranges of rules are looked at: each is held against each. */
const MOST_RANGES = 256;

/** The addresses outside of the cluster, by which rules of the groups shown match them; the largest group last. */
export function outsideGroups(
  ends: EndAnswers,
  pods: readonly PodGroup[],
  podRanges: AddressSet | undefined,
  most: number,
): { readonly groups: readonly ReachGroup[]; readonly leftOut: number } {
  const families = new Set(pods.flatMap(({ addresses }) => addresses.map(familyOf)));
  const boxes = new Map<string, PeerBox>();
  for (const group of pods) {
    for (const direction of ["ingress", "egress"] as const) {
      for (const box of ends.boxesOf(group, direction)) {
        if (box.kind === "address") boxes.set(rangesKey(box.addresses), box);
      }
    }
  }
  const looked = [...boxes.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MOST_RANGES)
    .map(([, box]) => box);
  const outside = [
    ...(families.has(4) ? [ALL_IPV4] : []),
    ...(families.has(6) ? [ALL_IPV6] : []),
  ].map((family) =>
    subtractAddresses(intersectAddresses(ANY_ADDRESS, family), podRanges ?? NO_ADDRESS),
  );
  const merged = new Map<string, AddressSet[]>();
  for (const within of outside) {
    for (const part of addressParts({ rules: [], boxes: looked }, within)) {
      const [range] = part.ranges;
      if (range === undefined) continue;
      const key = looked
        .map((box) => (addressSetContains(box.addresses, range.first) ? "1" : "0"))
        .join("");
      const list = merged.get(key);
      if (list === undefined) merged.set(key, [part]);
      else list.push(part);
    }
  }
  const all = [...merged.values()]
    .map((parts) => unionOfAddresses(parts))
    .map((addresses) => ({ addresses, size: sizeOf(addresses) }))
    .sort((a, b) => (a.size < b.size ? -1 : a.size > b.size ? 1 : 0));
  const kept = all.length <= most ? all : [...all.slice(0, most - 1), ...all.slice(-1)];
  return {
    groups: kept.map(({ addresses }) => ({ kind: "addresses", addresses })),
    leftOut: all.length - kept.length + Math.max(0, boxes.size - looked.length),
  };
}

const rangesKey = ({ ranges }: AddressSet): string =>
  ranges.map(({ first, last }) => `${String(first)}-${String(last)}`).join(" ");

const sizeOf = ({ ranges }: AddressSet): bigint =>
  ranges.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
