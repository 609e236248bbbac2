import type { Box } from "./box.ts";
import { CubeIndex } from "./cube-index.ts";

/** Finds among many boxes those that may meet a given one, by their subjects. */
export class BoxIndex<T> {
  readonly #subjects: CubeIndex<T>;

  /** @param boxOf the box of an item */
  constructor(items: readonly T[], boxOf: (item: T) => Box) {
    this.#subjects = new CubeIndex(items, (item) => boxOf(item).subject.labels);
  }

  /** In the order in which the items were given. */
  mayMeet({ subject }: Box): readonly T[] {
    return this.#subjects.meeting(subject.labels);
  }
}
