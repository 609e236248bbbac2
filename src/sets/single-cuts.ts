import { append } from "../base/append.ts";
import { subtractAddresses, unionOfAddresses } from "./address-set.ts";
import type { AddressSet } from "./address-set.ts";
import type { Box } from "./box.ts";
import type { Part } from "./box-parts.ts";
import { labelsIn, withAddresses, withLabels, withTraffic } from "./box-parts.ts";
import type { LabelKey } from "./cube.ts";
import {
  complementLabelSet,
  intersectLabelSets,
  isEmptyLabelSet,
  labelNotIn,
} from "./label-set.ts";
import type { LabelSet } from "./label-set.ts";
import { subtractTraffic, unionOfTraffic } from "./traffic-set.ts";
import type { TrafficSet } from "./traffic-set.ts";

/** What is taken out of the values of one label. */
interface TakenLabels {
  readonly of: "subject" | "peer";
  readonly key: LabelKey;
  /** Values taken out one by one. */
  readonly values: string[];
  /** What must hold besides. */
  readonly left: LabelSet[];
}

/**
 * Cuts that a box sticks out of in one part each. Hundreds of them are made at once, part by part, which costs as much as
 * one of them.
 */
export class SingleCuts {
  readonly #traffic: TrafficSet[] = [];
  readonly #subjectAddresses: AddressSet[] = [];
  readonly #peerAddresses: AddressSet[] = [];
  readonly #labels = new Map<string, TakenLabels>();
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** False if more than one box would be left, which text conditions may do. */
  add(cut: Box, part: Part): boolean {
    switch (part.of) {
      case "traffic":
        this.#traffic.push(cut.traffic.numbers);
        break;
      case "subject-addresses":
        this.#subjectAddresses.push(cut.subject.addresses);
        break;
      case "peer-addresses":
        this.#peerAddresses.push(cut.peer.addresses);
        break;
      case "subject":
      case "peer":
        if (!this.#addLabels(cut, part.of, part.key)) return false;
    }
    this.#count += 1;
    return true;
  }

  #addLabels(cut: Box, of: "subject" | "peer", key: LabelKey): boolean {
    const set = labelsIn(cut, of, key);
    if (set === undefined) return false;
    const isPlain = !set.complement && !set.absent;
    const [left, ...more] = isPlain ? [] : complementLabelSet(set);
    if (more.length > 0) return false;
    let taken = this.#labels.get(`${of} ${key}`);
    if (taken === undefined) {
      taken = { of, key, values: [], left: [] };
      this.#labels.set(`${of} ${key}`, taken);
    }
    if (isPlain) append(taken.values, set.values);
    else if (left !== undefined) taken.left.push(left);
    return true;
  }

  /** What the cuts leave of the box; undefined when nothing. */
  leftOf(whole: Box): Box | undefined {
    let box: Box | undefined = whole;
    if (this.#traffic.length > 0) {
      box = withTraffic(box, subtractTraffic(box.traffic.numbers, unionOfTraffic(this.#traffic)));
    }
    for (const [of, cuts] of [
      ["subject", this.#subjectAddresses],
      ["peer", this.#peerAddresses],
    ] as const) {
      if (box === undefined || cuts.length === 0) continue;
      box = withAddresses(box, of, subtractAddresses(box[of].addresses, unionOfAddresses(cuts)));
    }
    for (const { of, key, values, left } of this.#labels.values()) {
      if (box === undefined) return undefined;
      let set = labelsIn(box, of, key);
      if (set === undefined) return undefined;
      if (values.length > 0) set = intersectLabelSets(set, labelNotIn(values));
      for (const other of left) set = intersectLabelSets(set, other);
      box = isEmptyLabelSet(set) ? undefined : withLabels(box, of, key, set);
    }
    return box;
  }
}
