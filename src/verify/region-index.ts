import { isInside, regionsMeet } from "./region.ts";
import type { Region } from "./region.ts";
import { Aspects } from "./region-aspects.ts";
import type { Aspect, Mark } from "./region-aspects.ts";

/**
 * Regions with what they belong to, so that those which meet a given one, or hold it, are found without a look at them
 * all. Each is filed under one of its aspects, the narrowest. Whatever it holds has one of its marks there, and whatever
 * meets it does not exclude them all. What has many regions under one mark is filed once more, by other aspects.
 */
export class RegionIndex<Item extends { readonly region: Region }> {
  readonly #items: readonly Item[];
  #shelf: Shelf<Item> | undefined;

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
    this.#whole.collect(region, found);
    return inOrder(found);
  }

  /** An item that holds the whole region, of those that pass the test. */
  holding(region: Region, accept: (item: Item) => boolean): Item | undefined {
    const holds = (item: Item): boolean => isInside(region, item.region) && accept(item);
    if (this.#items.length <= SMALL) return this.#items.find(holds);
    return this.#whole.find(region, holds);
  }

  get #whole(): Shelf<Item> {
    return (this.#shelf ??= new Shelf(
      this.#items.map((item, at) => ({ item, at })),
      new Aspects(),
      [],
    ));
  }
}

/** So many are looked at one by one. */
const SMALL = 8;

interface Entry<Item> {
  readonly item: Item;
  readonly at: number;
}

/** Of a shelf of which nothing is filed, as most are in the end; never written to. */
const NO_DRAWERS = new Map<never, never>();

/** Items that share a mark in each of the aspects used; filed by others when they are first looked for. */
class Shelf<Item extends { readonly region: Region }> {
  readonly #entries: Entry<Item>[];
  readonly #aspects: Aspects;
  readonly #used: readonly Aspect[];
  #drawers: Map<Aspect, Map<Mark, Shelf<Item>>> = NO_DRAWERS;
  /** What is looked at one by one; undefined until the others are filed. */
  #loose: readonly Entry<Item>[] | undefined;

  constructor(entries: Entry<Item>[], aspects: Aspects, used: readonly Aspect[]) {
    this.#entries = entries;
    this.#aspects = aspects;
    this.#used = used;
  }

  /** All items that meet the region; one with several marks may be found several times. */
  collect(region: Region, found: Entry<Item>[]): void {
    for (const entry of this.#file()) {
      if (regionsMeet(entry.item.region, region)) found.push(entry);
    }
    for (const [aspect, byMark] of this.#drawers) {
      const marks = aspect.marksOf(region);
      if (marks === undefined || marks.length > byMark.size) {
        for (const shelf of byMark.values()) shelf.collect(region, found);
      } else {
        for (const mark of marks) byMark.get(mark)?.collect(region, found);
      }
    }
  }

  /**
   * An item that passes the test, which only those pass that hold the region.
   *
   * @param aspects of which the region may have marks
   */
  find(
    region: Region,
    holds: (item: Item) => boolean,
    aspects = this.#aspects.of(region),
  ): Item | undefined {
    const loose = this.#file();
    for (const aspect of this.#drawers.size === 0 ? [] : aspects) {
      const byMark = this.#drawers.get(aspect);
      // One mark will do: what holds the region is filed under all of the region's.
      const mark = byMark === undefined ? undefined : aspect.marksOf(region)?.[0];
      if (mark === undefined) continue;
      const found = byMark?.get(mark)?.find(region, holds, aspects);
      if (found !== undefined) return found;
    }
    return loose.find(({ item }) => holds(item))?.item;
  }

  #file(): readonly Entry<Item>[] {
    if (this.#loose !== undefined) return this.#loose;
    if (this.#entries.length <= SMALL) return (this.#loose = this.#entries);
    this.#drawers = new Map();
    const loose: Entry<Item>[] = [];
    for (const entry of this.#entries) {
      const place = this.#aspects.narrowest(entry.item.region, this.#used);
      if (place === undefined) loose.push(entry);
      else for (const mark of place.marks) this.#shelfOf(place.aspect, mark).#entries.push(entry);
    }
    return (this.#loose = loose);
  }

  #shelfOf(aspect: Aspect, mark: Mark): Shelf<Item> {
    let byMark = this.#drawers.get(aspect);
    if (byMark === undefined) this.#drawers.set(aspect, (byMark = new Map<Mark, Shelf<Item>>()));
    let shelf = byMark.get(mark);
    if (shelf === undefined) {
      shelf = new Shelf<Item>([], this.#aspects, [...this.#used, aspect]);
      byMark.set(mark, shelf);
    }
    return shelf;
  }
}

/** An item that lists several values may have been found several times. */
function inOrder<Item>(found: readonly Entry<Item>[]): readonly Item[] {
  const sorted = [...found].sort((a, b) => a.at - b.at);
  return sorted.filter(({ at }, index) => sorted[index - 1]?.at !== at).map(({ item }) => item);
}
