import { append } from "../base/append.ts";
import type { Box } from "./box.ts";
import type { Cube } from "./cube.ts";
import { ANY_CUBE } from "./cube.ts";
import { CubeIndex } from "./cube-index.ts";

interface Entry<T> {
  readonly item: T;
  readonly at: number;
  readonly box: Box;
}

/** What is about the same subject. */
interface Group<T> {
  readonly subject: Cube;
  /** Of pods, by their labels. */
  readonly pods: CubeIndex<Entry<T>>;
  readonly addresses: readonly Entry<T>[];
}

/**
 * Finds among many boxes those that may meet a given one: by the labels of the subject, since most policies are about pods of
 * their own, and of what is about the same subject by those of the peer.
 */
export class BoxIndex<T> {
  readonly #groups: CubeIndex<Group<T>>;

  /** @param boxOf the box of an item */
  constructor(items: readonly T[], boxOf: (item: T) => Box) {
    const bySubject = new Map<Cube, Entry<T>[]>();
    for (const [at, item] of items.entries()) {
      const box = boxOf(item);
      const same = bySubject.get(box.subject.labels);
      if (same === undefined) bySubject.set(box.subject.labels, [{ item, at, box }]);
      else same.push({ item, at, box });
    }
    const groups = [...bySubject].map(([subject, entries]): Group<T> => ({
      subject,
      pods: new CubeIndex(
        entries.filter(({ box }) => box.peer.kind === "pod"),
        ({ box }) => (box.peer.kind === "pod" ? box.peer.labels : ANY_CUBE),
      ),
      addresses: entries.filter(({ box }) => box.peer.kind === "address"),
    }));
    this.#groups = new CubeIndex(groups, ({ subject }) => subject);
  }

  /** In the order in which the items were given. */
  mayMeet({ subject, peer }: Box): readonly T[] {
    const found: Entry<T>[] = [];
    for (const { pods, addresses } of this.#groups.meeting(subject.labels)) {
      append(found, peer.kind === "pod" ? pods.meeting(peer.labels) : addresses);
    }
    return found.sort((a, b) => a.at - b.at).map(({ item }) => item);
  }
}
