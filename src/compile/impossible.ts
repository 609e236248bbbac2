import type { AccountLabels } from "../inventory/account-labels.ts";
import { Strangers } from "../inventory/strangers.ts";
import { ANY_ADDRESS } from "../sets/address-set.ts";
import type { Box, PeerBox, PodBox } from "../sets/box.ts";
import { ANY_TRAFFIC_BOX, subjectBoxes } from "../sets/box.ts";
import type { Apart } from "../sets/box-remainder.ts";
import { ANY_CUBE, labelsAt } from "../sets/cube.ts";
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

/** What is known of peers by their accounts, as flows. */
export class StrangersAtPeer {
  readonly #strangers: Strangers<Box> | undefined;

  constructor(accounts: readonly AccountLabels[]) {
    this.#strangers = accounts.length === 0 ? undefined : new Strangers(accounts, atPeer);
  }

  /** The box with all that is known of its peers; undefined if there are none. */
  known(box: Box): Box | undefined {
    const { peer } = box;
    if (this.#strangers === undefined || peer.kind !== "pod") return box;
    const labels = this.#strangers.known(peer.labels);
    if (labels === undefined) return undefined;
    return labels === peer.labels ? box : { ...box, peer: { ...peer, labels } };
  }

  /** The flows that are said to be of no such peer and have something in common with the box. */
  among({ peer }: Box): readonly Box[] {
    return peer.kind === "pod" ? (this.#strangers?.among(peer.labels) ?? []) : [];
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
