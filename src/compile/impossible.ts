import type { AccountLabels } from "../inventory/account-labels.ts";
import { ANY_ADDRESS } from "../sets/address-set.ts";
import type { Box, PeerBox, PodBox } from "../sets/box.ts";
import { ANY_TRAFFIC_BOX, subjectBoxes } from "../sets/box.ts";
import type { Apart } from "../sets/box-remainder.ts";
import { ANY_CUBE, NAMESPACE_NAME, constraintOf, labelsAt } from "../sets/cube.ts";
import type { Cube } from "../sets/cube.ts";
import { intersectLabelSets, isLabelSubset } from "../sets/label-set.ts";
import type { Facts } from "./facts.ts";

/*
 * Labels that never meet on one pod (`--disjoint`): what has to be said of a pod with both is nothing. A cut that a rule
 * meets in such pods alone is not made, and a piece of nothing but such pods is not written. Whether the result rests on
 * that is found out afterwards, with all other claims: it is an assumption as the others are (claim.ts).
 */

/** The flows of pods that cannot be, at either end. */
export function impossibleBoxes({ impossible }: Facts): readonly Box[] {
  return impossible.flatMap((labels) => [...subjectBoxes([labels]), atPeer(labels)]);
}

const atPeer = (labels: Cube): Box => ({
  subject: ANY_POD,
  peer: { kind: "pod", labels, addresses: ANY_ADDRESS },
  traffic: ANY_TRAFFIC_BOX,
});

/** The flows of peers that do not run as their labels say, by the namespaces that these flows are about. */
export class StrangersByNamespace {
  readonly #byName = new Map<string, Box[]>();
  readonly #anywhere: Box[] = [];
  readonly #all: Box[] = [];

  constructor(accounts: Iterable<AccountLabels>) {
    for (const { account, never } of accounts) {
      const boxes = never.map(atPeer);
      this.#all.push(...boxes);
      const names = constraintOf(account, NAMESPACE_NAME)?.values;
      if (names === undefined) this.#anywhere.push(...boxes);
      for (const name of names ?? []) {
        const list = this.#byName.get(name);
        if (list === undefined) this.#byName.set(name, [...boxes]);
        else list.push(...boxes);
      }
    }
  }

  /** Those that may have something in common with one of the boxes. */
  near(boxes: readonly Box[]): readonly Box[] {
    if (this.#all.length === 0) return this.#all;
    const names = new Set<string>();
    for (const { peer } of boxes) {
      if (peer.kind !== "pod") continue;
      const own = constraintOf(peer.labels, NAMESPACE_NAME);
      if (own === undefined || own.complement || own.atoms.length > 0) return this.#all;
      for (const name of own.values) names.add(name);
    }
    const found = new Set(this.#anywhere);
    for (const name of names) for (const box of this.#byName.get(name) ?? []) found.add(box);
    return [...found];
  }
}

const ANY_POD: PodBox = { kind: "pod", labels: ANY_CUBE, addresses: ANY_ADDRESS };

const known = new WeakMap<Facts, Apart>();

/** Tells boxes that have nothing in common but flows that cannot be; undefined where nothing is said of such. */
export function apartBy(facts: Facts): Apart | undefined {
  const { impossible } = facts;
  if (impossible.length === 0) return undefined;
  let apart = known.get(facts);
  if (apart === undefined) {
    const isNoPod = (a: Cube, b: Cube): boolean =>
      impossible.some(({ constraints }) =>
        constraints.every(({ key, set }) =>
          isLabelSubset(intersectLabelSets(labelsAt(a, key), labelsAt(b, key)), set),
        ),
      );
    const isNoPeer = (a: PeerBox, b: PeerBox): boolean =>
      a.kind === "pod" && b.kind === "pod" && isNoPod(a.labels, b.labels);
    apart = (a, b) => isNoPeer(a.subject, b.subject) || isNoPeer(a.peer, b.peer);
    known.set(facts, apart);
  }
  return apart;
}
