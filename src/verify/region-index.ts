import type { Cube, LabelKey } from "../sets/cube.ts";
import { labelSetContains } from "../sets/label-set.ts";
import type { LabelSet } from "../sets/label-set.ts";
import { isInside, regionsMeet } from "./region.ts";
import type { Region } from "./region.ts";

/**
 * Regions with what they belong to, so that those which meet a given one, or hold it, are found without a look at them
 * all. Each is filed under one of its label conditions, the narrowest, by the values that it lists: whatever lies inside
 * it has a condition on that label with some of those values, and whatever meets it does not exclude them.
 */
export class RegionIndex<Item extends { readonly region: Region }> {
  readonly #items: readonly Item[];
  #filed: Filed<Item> | undefined;

  constructor(items: readonly Item[]) {
    this.#items = items;
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  /** All items that may have a flow in common with the region, in their order. */
  meeting(region: Region): readonly Item[] {
    if (this.#items.length <= SMALL) {
      return this.#items.filter((item) => regionsMeet(item.region, region));
    }
    const found: Entry<Item>[] = [];
    const filed = (this.#filed ??= fileAll(this.#items));
    collect(filed.anywhere, region, found);
    for (const end of ENDS) {
      for (const [key, byValue] of filed[end]) {
        const set = labelSetOf(region[end], key);
        if (set !== undefined && !set.complement && !set.absent) {
          for (const value of set.values) collect(byValue.get(value), region, found);
          continue;
        }
        for (const [value, entries] of byValue) {
          if (set === undefined || labelSetContains(set, value)) collect(entries, region, found);
        }
      }
    }
    return inOrder(found);
  }

  /** An item that holds the whole region, of those that pass the test. */
  holding(region: Region, accept: (item: Item) => boolean): Item | undefined {
    const holds = (item: Item): boolean => isInside(region, item.region) && accept(item);
    if (this.#items.length <= SMALL) return this.#items.find(holds);
    const filed = (this.#filed ??= fileAll(this.#items));
    for (const end of ENDS) {
      for (const { key, set } of region[end]?.constraints ?? []) {
        const [value] = set.values;
        if (set.complement || set.absent || value === undefined) continue;
        const entries = filed[end].get(key)?.get(value);
        const found = entries?.find(({ item }) => holds(item));
        if (found !== undefined) return found.item;
      }
    }
    return filed.anywhere.find(({ item }) => holds(item))?.item;
  }
}

/** So many are looked at one by one. */
const SMALL = 8;

const ENDS = ["subject", "peer"] as const;

interface Entry<Item> {
  readonly item: Item;
  readonly at: number;
}

type ByKey<Item> = Map<LabelKey, Map<string, Entry<Item>[]>>;

interface Filed<Item> {
  readonly subject: ByKey<Item>;
  readonly peer: ByKey<Item>;
  readonly anywhere: Entry<Item>[];
}

function fileAll<Item extends { readonly region: Region }>(items: readonly Item[]): Filed<Item> {
  const filed: Filed<Item> = { subject: new Map(), peer: new Map(), anywhere: [] };
  for (const [at, item] of items.entries()) {
    const place = narrowest(item.region);
    if (place === undefined) {
      filed.anywhere.push({ item, at });
      continue;
    }
    let byValue = filed[place.end].get(place.key);
    if (byValue === undefined) {
      byValue = new Map<string, Entry<Item>[]>();
      filed[place.end].set(place.key, byValue);
    }
    for (const value of place.values) {
      const entries = byValue.get(value);
      if (entries === undefined) byValue.set(value, [{ item, at }]);
      else entries.push({ item, at });
    }
  }
  return filed;
}

interface Place {
  readonly end: (typeof ENDS)[number];
  readonly key: LabelKey;
  readonly values: readonly string[];
}

/** Of conditions that list equally many values: that of a pod before that of its namespace, the subject's first. */
function narrowest(region: Region): Place | undefined {
  let best: Place | undefined;
  let width = Infinity;
  for (const end of ENDS) {
    for (const { key, set } of region[end]?.constraints ?? []) {
      if (set.complement || set.absent) continue;
      const cost = set.values.length * 2 + (key.startsWith("namespace:") ? 1 : 0);
      if (cost >= width) continue;
      width = cost;
      best = { end, key, values: set.values };
    }
  }
  return best;
}

function labelSetOf(labels: Cube | undefined, key: LabelKey): LabelSet | undefined {
  return labels?.constraints.find((constraint) => constraint.key === key)?.set;
}

function collect<Item extends { readonly region: Region }>(
  entries: readonly Entry<Item>[] | undefined,
  region: Region,
  found: Entry<Item>[],
): void {
  for (const entry of entries ?? []) {
    if (regionsMeet(entry.item.region, region)) found.push(entry);
  }
}

/** An item that lists several values may have been found several times. */
function inOrder<Item>(found: readonly Entry<Item>[]): readonly Item[] {
  const sorted = [...found].sort((a, b) => a.at - b.at);
  return sorted.filter(({ at }, index) => sorted[index - 1]?.at !== at).map(({ item }) => item);
}
