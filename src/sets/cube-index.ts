import type { Cube, LabelConstraint, LabelKey } from "./cube.ts";
import { constraintOf, cubesMeet, isCubeSubset, NAMESPACE_NAME } from "./cube.ts";
import type { LabelSet } from "./label-set.ts";

/**
 * Finds among many cubes those that may meet a given one, or hold it, without a look at them all. Each is filed under one
 * of its constraints that list values: pods of `app=web` then find what is about `app=web`, and what says nothing of `app`.
 */
export class CubeIndex<T> {
  readonly #byKey = new Map<LabelKey, Map<string, number[]>>();
  readonly #anywhere: number[] = [];
  readonly #items: readonly T[];
  readonly #cubeOf: (item: T) => Cube;

  /** @param cubeOf the cube of an item */
  constructor(items: readonly T[], cubeOf: (item: T) => Cube) {
    this.#items = items;
    this.#cubeOf = cubeOf;
    if (items.length > FEW) for (const [at, item] of items.entries()) this.#file(at, cubeOf(item));
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
    const meets = (cube: Cube): boolean => cubesMeet(cube, asked);
    if (this.#items.length <= FEW) return this.#items.filter((item) => meets(this.#cubeOf(item)));
    const found = new Set(this.#anywhere);
    for (const [key, byValue] of this.#byKey) {
      const own = constraintOf(asked, key);
      // What lists values has no pod without the label, so that ABSENT among the cube's own is no matter.
      if (own === undefined || own.complement) {
        for (const list of byValue.values()) for (const at of list) found.add(at);
      } else {
        for (const value of own.values) for (const at of byValue.get(value) ?? []) found.add(at);
      }
    }
    return this.#those(found, meets);
  }

  /** All items that surely hold every pod of the cube, in the order in which they were given. */
  holding(asked: Cube): readonly T[] {
    const holds = (cube: Cube): boolean => isCubeSubset(asked, cube);
    if (this.#items.length <= FEW) return this.#items.filter((item) => holds(this.#cubeOf(item)));
    const found = new Set(this.#anywhere);
    for (const { key, set } of asked.constraints) {
      const [value] = set.values;
      if (value === undefined || !listsValues(set)) continue;
      // Whatever holds all of the values was filed under each of them, or under another key.
      for (const at of this.#byKey.get(key)?.get(value) ?? []) found.add(at);
    }
    return this.#those(found, holds);
  }

  #those(found: ReadonlySet<number>, accept: (cube: Cube) => boolean): readonly T[] {
    return [...found]
      .sort((a, b) => a - b)
      .flatMap((at) => {
        const item = this.#items[at];
        return item === undefined || !accept(this.#cubeOf(item)) ? [] : [item];
      });
  }
}

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
