import { append } from "../base/append.ts";
import { isAddressSubset, subtractAddresses, unionOfAddresses } from "../sets/address-set.ts";
import type { AddressSet } from "../sets/address-set.ts";
import { cube, isCubeSubset, labelsAt } from "../sets/cube.ts";
import type { Cube, LabelConstraint, LabelKey } from "../sets/cube.ts";
import {
  ANY_LABEL,
  complementLabelSet,
  intersectLabelSets,
  isLabelSubset,
  labelNotIn,
} from "../sets/label-set.ts";
import type { LabelSet } from "../sets/label-set.ts";
import { isTrafficSubset, subtractTraffic, unionOfTraffic } from "../sets/traffic-set.ts";
import type { TrafficSet } from "../sets/traffic-set.ts";
import type { Budget } from "./budget.ts";
import { assume, regionsMeet } from "./region.ts";
import type { Region } from "./region.ts";
import { holds } from "./facts.ts";
import type { Fact } from "./facts.ts";

/*
 * What a region leaves outside of cuts that it fails in one condition each is one region: such cuts are made first, all of
 * them at once, and again while that lets others leave one region alone. Only what sticks out in several conditions has
 * to be taken apart. A thousand Denies of one label each are then a few looks at each, and not a thousand cuts in turn.
 */

/** One condition of a cut. */
type Condition =
  | { readonly of: "subject" | "peer"; readonly key: LabelKey }
  | { readonly of: AddressPart | TrafficPart }
  | { readonly of: "fact"; readonly fact: Fact };

const ADDRESS_PARTS = ["peerAt", "subjectAt", "peerAfter", "subjectAfter"] as const;
type AddressPart = (typeof ADDRESS_PARTS)[number];
const TRAFFIC_PARTS = ["traffic", "sourcePorts"] as const;
type TrafficPart = (typeof TRAFFIC_PARTS)[number];

/** A region with the cuts that meet it; it fails each in two conditions or more. */
export interface NarrowedRegion {
  readonly region: Region;
  readonly cuts: readonly Region[];
}

/** "empty": the cuts leave nothing. "spent": the budget was. */
export function narrowRegion(
  start: Region,
  cuts: readonly Region[],
  budget: Budget,
): NarrowedRegion | "empty" | "spent" {
  let region = start;
  let open = cuts.filter((cut) => regionsMeet(cut, region));
  for (;;) {
    budget.spend(open.length + 1);
    if (budget.isSpent()) return "spent";
    const several: Region[] = [];
    const leavings = new Leavings();
    for (const cut of open) if (isHeld(region, cut)) return "empty";
    for (const cut of open) {
      const condition = onlyFailed(region, cut);
      if (condition === undefined || !leavings.add(cut, condition)) several.push(cut);
    }
    if (leavings.isEmpty) return { region, cuts: open };
    const left = leavings.of(region);
    if (left === undefined) return "empty";
    region = left;
    open = several.filter((cut) => regionsMeet(cut, left));
  }
}

/** True if the region surely lies inside of the cut. Both have the same kind of other end. */
function isHeld(region: Region, cut: Region): boolean {
  if (failsAtOnce(region.subject, cut.subject)) return false;
  const { peer } = region;
  if (peer !== undefined && cut.peer !== undefined && failsAtOnce(peer, cut.peer)) return false;
  return (
    isTrafficSubset(region.traffic, cut.traffic) &&
    ADDRESS_PARTS.every((part) => isAddressSubset(region[part], cut[part])) &&
    isTrafficSubset(region.sourcePorts, cut.sourcePorts) &&
    cut.facts.every((fact) => holds(region.facts, fact)) &&
    isCubeSubset(region.subject, cut.subject) &&
    (peer === undefined || cut.peer === undefined || isCubeSubset(peer, cut.peer))
  );
}

/** True where a look at the kinds of sets tells that some pod of the region is none of the cut: it lists values, the region does not. */
function failsAtOnce(region: Cube, cut: Cube): boolean {
  let i = 0;
  for (const { key, set } of cut.constraints) {
    if (set.complement) continue;
    let own = region.constraints[i];
    while (own !== undefined && own.key < key) own = region.constraints[++i];
    if (own?.key !== key || own.set.complement) return true;
  }
  return false;
}

/** The one condition of a cut that flows of the region may fail; undefined if they may fail several. */
function onlyFailed(region: Region, cut: Region): Condition | undefined {
  let found: Condition | undefined;
  /** False when there are several. */
  const note = (condition: Condition): boolean => {
    if (found !== undefined) return false;
    found = condition;
    return true;
  };
  for (const of of TRAFFIC_PARTS) {
    if (!isTrafficSubset(region[of], cut[of]) && !note({ of })) return undefined;
  }
  for (const of of ADDRESS_PARTS) {
    if (!isAddressSubset(region[of], cut[of]) && !note({ of })) return undefined;
  }
  for (const fact of cut.facts) {
    if (!holds(region.facts, fact) && !note({ of: "fact", fact })) return undefined;
  }
  for (const of of ["subject", "peer"] as const) {
    const own = region[of];
    const other = cut[of];
    if (own === undefined || other === undefined) continue;
    // What is told apart at once comes first: long lists are compared only where that may still matter.
    for (const atOnce of [true, false]) {
      let i = 0;
      for (const { key, set } of other.constraints) {
        let left = own.constraints[i];
        while (left !== undefined && left.key < key) left = own.constraints[++i];
        const ownSet = left?.key === key ? left.set : undefined;
        const isPlain = ownSet === undefined || (ownSet.complement && !set.complement);
        if (isPlain !== atOnce) continue;
        if (ownSet !== undefined && isLabelSubset(ownSet, set)) continue;
        if (!note({ of, key })) return undefined;
      }
    }
  }
  return found;
}

/** What is left where several cuts take something off one condition each. */
class Leavings {
  readonly #labels = new Map<
    string,
    { of: "subject" | "peer"; key: LabelKey; values: string[]; sets: LabelSet[] }
  >();
  readonly #addresses = new Map<AddressPart, AddressSet[]>();
  readonly #traffic = new Map<TrafficPart, TrafficSet[]>();
  readonly #facts: Fact[] = [];

  get isEmpty(): boolean {
    return this.#labels.size + this.#addresses.size + this.#traffic.size + this.#facts.length === 0;
  }

  /** False if what fails the condition takes several regions to say, as text conditions may do. */
  add(cut: Region, condition: Condition): boolean {
    switch (condition.of) {
      case "subject":
      case "peer":
        return this.#addLabels(cut[condition.of], condition.of, condition.key);
      case "fact":
        this.#facts.push(condition.fact);
        return true;
      case "traffic":
      case "sourcePorts":
        push(this.#traffic, condition.of, cut[condition.of]);
        return true;
      case "peerAt":
      case "peerAfter":
      case "subjectAt":
      case "subjectAfter":
        push(this.#addresses, condition.of, cut[condition.of]);
        return true;
    }
  }

  #addLabels(labels: Cube | undefined, of: "subject" | "peer", key: LabelKey): boolean {
    if (labels === undefined) return false;
    const set = labelsAt(labels, key);
    const isPlain = !set.complement && !set.absent;
    const [fails, ...more] = isPlain ? [] : complementLabelSet(set);
    if (more.length > 0) return false;
    const name = `${of} ${key}`;
    let known = this.#labels.get(name);
    if (known === undefined) this.#labels.set(name, (known = { of, key, values: [], sets: [] }));
    if (isPlain) append(known.values, set.values);
    else if (fails !== undefined) known.sets.push(fails);
    return true;
  }

  /** Undefined if nothing is left. */
  of(whole: Region): Region | undefined {
    let region = whole;
    // Thousands of keys are put in at once: one by one, each would cost a copy of all.
    const changed: Record<"subject" | "peer", LabelConstraint[]> = { subject: [], peer: [] };
    for (const { of, key, values, sets } of this.#labels.values()) {
      let set = values.length > 0 ? labelNotIn(values) : ANY_LABEL;
      for (const other of sets) set = intersectLabelSets(set, other);
      changed[of].push({ key, set });
    }
    for (const of of ["subject", "peer"] as const) {
      if (changed[of].length === 0) continue;
      const left = cube([...(region[of]?.constraints ?? []), ...changed[of]]);
      if (left === undefined) return undefined;
      region = { ...region, [of]: left };
    }
    for (const [of, taken] of this.#traffic) {
      const left = subtractTraffic(region[of], unionOfTraffic(taken));
      if (left.ranges.length === 0) return undefined;
      region = { ...region, [of]: left };
    }
    for (const [of, taken] of this.#addresses) {
      const left = subtractAddresses(region[of], unionOfAddresses(taken));
      if (left.ranges.length === 0) return undefined;
      region = { ...region, [of]: left };
    }
    for (const { variable, holds: positive } of this.#facts) {
      // Two cuts may ask for a fact and for its opposite: one of them is met in any case.
      if (holds(region.facts, { variable, holds: positive })) return undefined;
      const left = assume(region, { variable, holds: !positive });
      if (left === undefined) return undefined;
      region = left;
    }
    return region;
  }
}

function push<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
