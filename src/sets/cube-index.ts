import { append } from "../base/append.ts";
import type { Cube, LabelConstraint, LabelKey } from "./cube.ts";
import { constraintOf, cubesMeet, isCubeSubset, NAMESPACE_NAME } from "./cube.ts";
import type { LabelSet } from "./label-set.ts";

/**
 * Finds among many cubes those that may meet a given one, or hold it, without a look at them all. Each is filed under one
 * of its constraints that list values: pods of `app=web` then find what is about `app=web`, and what says nothing of `app`.
 */
export class CubeIndex<T> {
  /** Empty if there are few. */
  #byKey: Map<LabelKey, Map<string, number[]>> = NO_PLACES;
  readonly #anywhere: number[] = [];
  readonly #items: readonly T[];
  readonly #cubeOf: (item: T) => Cube;

  /** @param cubeOf the cube of an item */
  constructor(items: readonly T[], cubeOf: (item: T) => Cube) {
    this.#items = items;
    this.#cubeOf = cubeOf;
    if (items.length <= FEW) return;
    this.#byKey = new Map();
    for (const [at, item] of items.entries()) this.#file(at, cubeOf(item));
  }

  #file(at: number, of: Cube): void {
    const place = narrowest(of);
    if (place === undefined) {
      this.#anywhere.push(at);
      return;
    }
    let byValue = this.#byKey.get(place.key);
    if (byValue === undefined) this.#byKey.set(place.key, (byValue = new Map<string, number[]>()));
    for (const value of place.set.values) {
      const list = byValue.get(value);
      if (list === undefined) byValue.set(value, [at]);
      else list.push(at);
    }
  }

  /** All items that the cube meets, in the order in which they were given. */
  meeting(asked: Cube): readonly T[] {
    const meets = (item: T): boolean => cubesMeet(this.#cubeOf(item), asked);
    if (this.#items.length <= FEW) return this.#items.filter(meets);
    const found: (readonly number[])[] = [this.#anywhere];
    for (const [key, byValue] of this.#byKey) {
      const own = constraintOf(asked, key);
      // What lists values has no pod without the label, so that ABSENT among the cube's own is no matter.
      if (own === undefined || own.complement) append(found, [...byValue.values()]);
      else for (const value of own.values) found.push(byValue.get(value) ?? NONE);
    }
    return this.#those(found, meets);
  }

  /** All items that surely hold every pod of the cube, in the order in which they were given. */
  holding(asked: Cube): readonly T[] {
    const holds = (item: T): boolean => isCubeSubset(asked, this.#cubeOf(item));
    if (this.#items.length <= FEW) return this.#items.filter(holds);
    const found: (readonly number[])[] = [this.#anywhere];
    for (const { key, set } of asked.constraints) {
      const [value] = set.values;
      if (value === undefined || !listsValues(set)) continue;
      // Whatever holds all of the values was filed under each of them, or under another key.
      found.push(this.#byKey.get(key)?.get(value) ?? NONE);
    }
    return this.#those(found, holds);
  }

  /** Those that are accepted; one that lists several values may have been found several times. */
  #those(found: readonly (readonly number[])[], accept: (item: T) => boolean): readonly T[] {
    const count = found.reduce((sum, list) => sum + list.length, 0);
    if (count >= this.#items.length) return this.#items.filter(accept);
    const items: T[] = [];
    let last: number | undefined;
    for (const at of found.flat().sort((a, b) => a - b)) {
      const item = this.#items[at];
      if (at !== last && item !== undefined && accept(item)) items.push(item);
      last = at;
    }
    return items;
  }
}

/** Never written to. */
const NO_PLACES = new Map<never, never>();

const NONE: readonly number[] = [];

/** So many are looked at one by one. */
const FEW = 8;

/** Of the constraints that list values the one with the fewest; that of the namespace, which many share, comes last. */
function narrowest({ constraints }: Cube): LabelConstraint | undefined {
  let best: LabelConstraint | undefined;
  let width = Infinity;
  for (const one of constraints) {
    const cost = one.key === NAMESPACE_NAME ? Number.MAX_VALUE : one.set.values.length;
    if (!listsValues(one.set) || cost >= width) continue;
    best = one;
    width = cost;
  }
  return best;
}

/** Plain values, and nothing else. */
const listsValues = (set: LabelSet): boolean => !set.complement && !set.absent;
