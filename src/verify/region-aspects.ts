import { familyOf } from "../sets/address-set.ts";
import type { AddressSet } from "../sets/address-set.ts";
import { constraintOf } from "../sets/cube.ts";
import type { LabelKey } from "../sets/cube.ts";
import type { Region } from "./region.ts";

/** Where regions are told apart by it: a value of a label, a point of traffic, a block of addresses. */
export type Mark = string | number | bigint;

/**
 * One way to tell regions apart. Two that meet share a mark if both have marks; a region inside of one that has marks
 * has some of these, and no others.
 */
export interface Aspect {
  /** Undefined if there are too many to list. */
  readonly marksOf: (region: Region) => readonly Mark[] | undefined;
}

export interface Place {
  readonly aspect: Aspect;
  readonly marks: readonly Mark[];
}

const ENDS = ["subject", "peer"] as const;
type End = (typeof ENDS)[number];

/** The aspects of some regions; each has but one object here. */
export class Aspects {
  readonly #labels = { subject: new Map<LabelKey, Aspect>(), peer: new Map<LabelKey, Aspect>() };
  readonly #asked = { subject: new Map<LabelKey, Aspect>(), peer: new Map<LabelKey, Aspect>() };

  /**
   * The aspect of which the region has fewest marks, but for those used already. Of labels that list equally many values
   * that of a pod comes before that of its namespace, the subject's first; labels come before numbers, since few policies
   * differ in numbers alone; last comes that a label is asked for at all.
   */
  narrowest(region: Region, used: readonly Aspect[]): Place | undefined {
    let best: Place | undefined;
    let width = Infinity;
    for (const end of ENDS) {
      for (const { key, set } of region[end]?.constraints ?? []) {
        if (set.complement || set.absent) continue;
        const cost = set.values.length * 2 + (key.startsWith("namespace:") ? 1 : 0);
        if (cost >= width) continue;
        const aspect = this.#labelAspect(end, key);
        if (used.includes(aspect)) continue;
        width = cost;
        best = { aspect, marks: set.values };
      }
    }
    return best ?? numberPlace(region, used) ?? this.#askedPlace(region, used);
  }

  #labelAspect(end: End, key: LabelKey): Aspect {
    let aspect = this.#labels[end].get(key);
    if (aspect === undefined) {
      aspect = { marksOf: (region) => listedValues(region, end, key) };
      this.#labels[end].set(key, aspect);
    }
    return aspect;
  }

  /** Every aspect of which the region may have marks, those of labels first. */
  of(region: Region): readonly Aspect[] {
    const found: Aspect[] = [];
    for (const end of ENDS) {
      for (const { key } of region[end]?.constraints ?? []) {
        found.push(this.#labelAspect(end, key), this.#askedAspect(end, key));
      }
    }
    found.push(...NUMBERS);
    return found;
  }

  #askedPlace(region: Region, used: readonly Aspect[]): Place | undefined {
    for (const end of ENDS) {
      for (const { key } of region[end]?.constraints ?? []) {
        const aspect = this.#askedAspect(end, key);
        if (!used.includes(aspect)) return { aspect, marks: ASKED };
      }
    }
    return undefined;
  }

  #askedAspect(end: End, key: LabelKey): Aspect {
    let aspect = this.#asked[end].get(key);
    if (aspect === undefined) {
      aspect = { marksOf: (region) => (isAsked(region, end, key) ? ASKED : undefined) };
      this.#asked[end].set(key, aspect);
    }
    return aspect;
  }
}

const ASKED: readonly Mark[] = ["asked"];

function isAsked(region: Region, end: End, key: LabelKey): boolean {
  return region[end] !== undefined && constraintOf(region[end], key) !== undefined;
}

function listedValues(region: Region, end: End, key: LabelKey): readonly Mark[] | undefined {
  const set = region[end] === undefined ? undefined : constraintOf(region[end], key);
  return set === undefined || set.complement || set.absent ? undefined : set.values;
}

function numberPlace(region: Region, used: readonly Aspect[]): Place | undefined {
  for (const aspect of NUMBERS) {
    if (used.includes(aspect)) continue;
    const marks = aspect.marksOf(region);
    if (marks !== undefined) return { aspect, marks };
  }
  return undefined;
}

/** What has more marks than this is not filed by them. */
const FEW = 4;

const TRAFFIC: Aspect = {
  marksOf: ({ traffic: { ranges } }) => {
    if (ranges.length > FEW) return undefined;
    const points: number[] = [];
    for (const { first, last } of ranges) {
      if (points.length + last - first >= FEW) return undefined;
      for (let point = first; point <= last; point += 1) points.push(point);
    }
    return points;
  },
};

/** The blocks of 2^shift addresses, of one family and then of the other, in which the addresses lie. */
function blocksOf({ ranges }: AddressSet, ipv4: bigint, ipv6: bigint): readonly Mark[] | undefined {
  if (ranges.length > MANY_RANGES) return undefined;
  const blocks = new Set<bigint>();
  for (const { first, last } of ranges) {
    const isIpv4 = familyOf(first) === 4;
    const shift = isIpv4 ? ipv4 : ipv6;
    const from = first >> shift;
    if ((last >> shift) - from >= FEW) return undefined;
    // Blocks of the two families have numbers of their own: those of IPv6 are negative.
    for (let block = from; block <= last >> shift; block += 1n) {
      blocks.add(isIpv4 ? block : -1n - block);
    }
    if (blocks.size > FEW) return undefined;
  }
  return [...blocks];
}

const MANY_RANGES = 64;

const NUMBERS: readonly Aspect[] = [
  TRAFFIC,
  ...(["peerAt", "peerAfter"] as const).flatMap((part) =>
    (
      [
        [0n, 0n],
        [8n, 64n],
        [16n, 80n],
        [24n, 96n],
      ] as const
    ).map(([ipv4, ipv6]): Aspect => ({ marksOf: (region) => blocksOf(region[part], ipv4, ipv6) })),
  ),
];
