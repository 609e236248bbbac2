import { addressSetContains, familyOf } from "../sets/address-set.ts";
import type { PeerBox } from "../sets/box.ts";
import { cubeContains, NAMESPACE_NAME } from "../sets/cube.ts";
import type { Cube } from "../sets/cube.ts";
import { labelsOf } from "./evaluate.ts";
import type { PodClass } from "./pod-classes.ts";
import type { SliceRules } from "./told-apart.ts";

/*
 * Which classes of pods the rules for some pod cannot tell apart as its peers. Most classes are in no box of a slice: they
 * are found by leaving out those that are in one, and those by the labels that boxes name, so that a cluster of thousands
 * of classes is never gone through pair by pair.
 */

/** Peers that a slice cannot tell apart, at addresses of one family. */
export interface PeerGroup {
  /** Equal for groups of one slice that it cannot tell apart; the family and, where asked, the names of ports included. */
  readonly key: string;
  readonly own: bigint;
  /** One of the classes, by its place. */
  readonly example: number;
  members(): Iterable<number>;
}

/** Classes with the same families and the same names of ports. */
interface Kind {
  readonly name: string;
  readonly addresses: readonly bigint[];
  readonly members: number[];
}

/** The boxes that hold a peer, by their places in the slice; none for those that no box holds, or that all do. */
type Signatures = ReadonlyMap<number, string>;

export class PeerIndex {
  readonly #classes: readonly PodClass[];
  readonly #byLabel = new Map<string, number[]>();
  readonly #all: readonly number[];
  readonly #kinds: ReadonlyMap<string, Kind>;
  readonly #kindsWithPorts: ReadonlyMap<string, Kind>;
  readonly #members = new Map<number, Map<PeerBox, readonly number[]>>();
  readonly #signatures = new Map<number, Map<SliceRules, Signatures>>();

  constructor(classes: readonly PodClass[]) {
    this.#classes = classes;
    this.#all = classes.map((_, at) => at);
    const kinds = new Map<string, Kind>();
    const kindsWithPorts = new Map<string, Kind>();
    for (const [at, { addresses, portsKey, namespace, labels }] of classes.entries()) {
      const families = addresses.map(familyOf).join();
      for (const [map, name] of [
        [kinds, families],
        [kindsWithPorts, `${families} ${portsKey}`],
      ] as const) {
        const kind = map.get(name) ?? { name, addresses, members: [] };
        map.set(name, kind);
        kind.members.push(at);
      }
      this.#file(`${NAMESPACE_NAME}=${namespace}`, at);
      for (const [key, value] of Object.entries(labels)) this.#file(`pod:${key}=${value}`, at);
    }
    this.#kinds = kinds;
    this.#kindsWithPorts = kindsWithPorts;
  }

  #file(label: string, at: number): void {
    const filed = this.#byLabel.get(label);
    if (filed === undefined) this.#byLabel.set(label, [at]);
    else filed.push(at);
  }

  /**
   * The peers of a class by what the slice can tell of them.
   * @param asksPorts whether the slice asks for names of ports, and they are the peer's
   */
  groups(slice: SliceRules, subject: number, asksPorts: boolean): readonly PeerGroup[] {
    const self = this.#at(subject);
    // A pod and itself are no two ends.
    const isPeer = (at: number): boolean => at !== subject || self.names.length > 1;
    const groups: PeerGroup[] = [];
    for (const kind of (asksPorts ? this.#kindsWithPorts : this.#kinds).values()) {
      const own = commonAddresses(self, kind)?.[0];
      if (own === undefined) continue;
      const signatures = this.signatures(slice, familyOf(own));
      const isRest = (at: number): boolean => isPeer(at) && !signatures.has(at);
      const example = kind.members.find(isRest);
      if (example === undefined) continue;
      const members = (): readonly number[] => kind.members.filter(isRest);
      groups.push({ key: `${kind.name} `, own, example, members });
    }
    const inBoxes = new Map<string, PeerGroup & { readonly all: number[] }>();
    for (const own of self.addresses) {
      for (const at of this.signatures(slice, familyOf(own)).keys()) {
        if (!isPeer(at) || commonAddresses(self, this.#at(at))?.[0] !== own) continue;
        const key = this.key(slice, at, own, asksPorts);
        const same = inBoxes.get(key);
        if (same === undefined) {
          const all = [at];
          inBoxes.set(key, { key, own, example: at, all, members: () => all });
        } else same.all.push(at);
      }
    }
    return [...groups, ...inBoxes.values()];
  }

  /** The key of the group that a class is in as a peer, at an address of the family of the one given. */
  key(slice: SliceRules, peer: number, address: bigint, asksPorts: boolean): string {
    const { addresses, portsKey } = this.#at(peer);
    const families = addresses.map(familyOf).join();
    const kind = asksPorts ? `${families} ${portsKey}` : families;
    return `${kind} ${this.signatures(slice, familyOf(address)).get(peer) ?? ""}`;
  }

  signatures(slice: SliceRules, family: number): Signatures {
    const bySlice = this.#signatures.get(family) ?? new Map<SliceRules, Signatures>();
    this.#signatures.set(family, bySlice);
    let found = bySlice.get(slice);
    if (found === undefined) {
      found = this.#makeSignatures(slice, family);
      bySlice.set(slice, found);
    }
    return found;
  }

  #makeSignatures({ boxes }: SliceRules, family: number): Signatures {
    const signatures = new Map<number, string>();
    for (const [place, box] of boxes.entries()) {
      const members = this.#membersOf(box, family);
      if (members.length === this.#all.length) continue;
      for (const at of members) signatures.set(at, `${signatures.get(at) ?? ""},${String(place)}`);
    }
    return signatures;
  }

  /** The classes that a box holds at their address of a family. */
  #membersOf(box: PeerBox, family: number): readonly number[] {
    if (box.kind !== "pod") return [];
    const byBox = this.#members.get(family) ?? new Map<PeerBox, readonly number[]>();
    this.#members.set(family, byBox);
    let members = byBox.get(box);
    if (members === undefined) {
      members = this.#candidates(box.labels).filter((at) => {
        const { pod, addresses } = this.#at(at);
        const address = addresses.find((one) => familyOf(one) === family);
        return (
          address !== undefined &&
          addressSetContains(box.addresses, address) &&
          cubeContains(box.labels, labelsOf(pod))
        );
      });
      byBox.set(box, members);
    }
    return members;
  }

  /** Those with one of the values that the cube lists for a label: of the label with the fewest such classes. */
  #candidates({ constraints }: Cube): readonly number[] {
    let fewest: readonly (readonly number[])[] = [this.#all];
    let size = this.#all.length;
    for (const { key, set } of constraints) {
      if (set.complement || set.absent || set.atoms.length > 0 || key.startsWith("account:"))
        continue;
      if (key.startsWith("namespace:") && key !== NAMESPACE_NAME) continue;
      const lists = set.values.map((value) => this.#byLabel.get(`${key}=${value}`) ?? []);
      const count = lists.reduce((sum, { length }) => sum + length, 0);
      if (count < size) [fewest, size] = [lists, count];
    }
    return fewest.length === 1 ? (fewest[0] ?? []) : fewest.flat();
  }

  #at(place: number): PodClass {
    const found = this.#classes[place];
    if (found === undefined) throw new RangeError(`no class ${String(place)}`);
    return found;
  }
}

/** An address of each in one IP family; undefined if they have none in common. */
export function commonAddresses(
  a: Pick<PodClass, "addresses">,
  b: Pick<PodClass, "addresses">,
): readonly [bigint, bigint] | undefined {
  for (const own of a.addresses) {
    const theirs = b.addresses.find((address) => familyOf(address) === familyOf(own));
    if (theirs !== undefined) return [own, theirs];
  }
  return undefined;
}
