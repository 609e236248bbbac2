import { append } from "../base/append.ts";
import type { Box } from "./box.ts";
import type { Cube } from "./cube.ts";
import { ANY_CUBE, cubesMeet } from "./cube.ts";
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

function groupOf<T>(subject: Cube, entries: readonly Entry<T>[]): Group<T> {
  const pods: Entry<T>[] = [];
  const addresses: Entry<T>[] = [];
  for (const entry of entries) (entry.box.peer.kind === "pod" ? pods : addresses).push(entry);
  return { subject, pods: new CubeIndex(pods, labelsOfPeer), addresses };
}

const labelsOfPeer = ({ box: { peer } }: Entry<unknown>): Cube =>
  peer.kind === "pod" ? peer.labels : ANY_CUBE;

/**
 * Finds among many boxes those that may meet a given one: by the labels of the subject, since most policies are about pods of
 * their own, and of what is about the same subject by those of the peer.
 */
export class BoxIndex<T> {
  readonly #items: readonly T[];
  readonly #boxOf: (item: T) => Box;
  /** Undefined if there are few. */
  readonly #groups: CubeIndex<Group<T>> | undefined;

  /** @param boxOf the box of an item */
  constructor(items: readonly T[], boxOf: (item: T) => Box) {
    this.#items = items;
    this.#boxOf = boxOf;
    if (items.length <= FEW) return;
    const bySubject = new Map<Cube, Entry<T>[]>();
    for (const [at, item] of items.entries()) {
      const box = boxOf(item);
      const same = bySubject.get(box.subject.labels);
      if (same === undefined) bySubject.set(box.subject.labels, [{ item, at, box }]);
      else same.push({ item, at, box });
    }
    const groups = [...bySubject].map(([subject, entries]) => groupOf(subject, entries));
    this.#groups = new CubeIndex(groups, ({ subject }) => subject);
  }

  /** In the order in which the items were given. */
  mayMeet(asked: Box): readonly T[] {
    if (this.#groups === undefined) {
      return this.#items.filter((item) => labelsMeet(this.#boxOf(item), asked));
    }
    const { subject, peer } = asked;
    const found: Entry<T>[] = [];
    for (const { pods, addresses } of this.#groups.meeting(subject.labels)) {
      append(found, peer.kind === "pod" ? pods.meeting(peer.labels) : addresses);
    }
    return found.sort((a, b) => a.at - b.at).map(({ item }) => item);
  }
}

const labelsMeet = (a: Box, b: Box): boolean =>
  cubesMeet(a.subject.labels, b.subject.labels) &&
  (a.peer.kind === "pod"
    ? b.peer.kind === "pod" && cubesMeet(a.peer.labels, b.peer.labels)
    : b.peer.kind === "address");

/** So many are looked at one by one. */
const FEW = 4;
