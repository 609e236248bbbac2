import type { Box } from "./box.ts";
import type { LabelKey } from "./cube.ts";
import { constraintOf } from "./cube.ts";
import type { LabelSet } from "./label-set.ts";

/**
 * Finds among many boxes those that may meet a given one. Each is filed under one constraint of its subject that lists
 * values: pods of `app=web` then find what is about `app=web`, and what says nothing of `app`.
 */
export class BoxIndex<T> {
  readonly #byKey = new Map<LabelKey, Map<string, number[]>>();
  readonly #anywhere: number[] = [];
  readonly #items: readonly T[];

  /** @param boxOf the box of an item */
  constructor(items: readonly T[], boxOf: (item: T) => Box) {
    this.#items = items;
    for (const [at, item] of items.entries()) this.#file(at, boxOf(item));
  }

  #file(at: number, { subject }: Box): void {
    const constraint = subject.labels.constraints.find(({ set }) => listsValues(set));
    if (constraint === undefined) {
      this.#anywhere.push(at);
      return;
    }
    let byValue = this.#byKey.get(constraint.key);
    if (byValue === undefined) {
      byValue = new Map();
      this.#byKey.set(constraint.key, byValue);
    }
    for (const value of constraint.set.values) {
      const list = byValue.get(value);
      if (list === undefined) byValue.set(value, [at]);
      else list.push(at);
    }
  }

  /** In the order in which the items were given. */
  mayMeet({ subject }: Box): readonly T[] {
    const found = new Set(this.#anywhere);
    for (const [key, byValue] of this.#byKey) {
      const own = constraintOf(subject.labels, key);
      if (own !== undefined && listsValues(own)) {
        for (const value of own.values) for (const at of byValue.get(value) ?? []) found.add(at);
      } else {
        for (const list of byValue.values()) for (const at of list) found.add(at);
      }
    }
    if (found.size === this.#items.length) return this.#items;
    return [...found]
      .sort((a, b) => a - b)
      .flatMap((at) => {
        const item = this.#items[at];
        return item === undefined ? [] : [item];
      });
  }
}

/** Plain values, and nothing else. */
const listsValues = (set: LabelSet): boolean => !set.complement && !set.absent;
