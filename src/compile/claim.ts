import type { AssumptionCode } from "../ir/assumption.ts";
import { equalAddresses } from "../sets/address-set.ts";
import type { Box } from "../sets/box.ts";
import { boxesMeet } from "../sets/box.ts";
import { BoxIndex } from "../sets/box-index.ts";
import { labelsIn, withLabels } from "../sets/box-parts.ts";
import { NAMESPACE_NAME } from "../sets/cube.ts";
import type { LabelSet } from "../sets/label-set.ts";
import { intersectLabelSets, labelIn } from "../sets/label-set.ts";
import { ALL_PORTS, OTHER_TRAFFIC, intersectTraffic } from "../sets/traffic-set.ts";
import type { Effort } from "./effort.ts";
import type { DifferenceKind, Facts, Restriction } from "./facts.ts";
import { restrictBox, restrictionsOf } from "./facts.ts";
import { StrangersAtPeer, impossibleBoxes } from "./impossible.ts";
import type { Cut, Term } from "./term.ts";
import { isWithin, outsideTerms, someOutside, uncut } from "./term.ts";

/** Flows that are in one set and not in another: one box of them stands for all. */
export interface Difference {
  /** Undefined if and only if there is none under `needed`. */
  readonly left: Box | undefined;
  /** What is left under no restriction at all; with ports, if there is such. */
  readonly outside: Box | undefined;
  /** The restrictions without which there would be a difference; empty when there is one anyway. */
  readonly needed: readonly Restriction[];
}

export const NO_DIFFERENCE: Difference = { left: undefined, outside: undefined, needed: [] };

/** Boxes that cover, such as all that is written: those of them that may meet a box. */
export type Cover = (box: Box) => readonly Box[];

export function coverOf(boxes: readonly Box[]): Cover {
  const index = new BoxIndex(boxes, (box) => box);
  return (box) => meeting(box, index.mayMeet(box));
}

const meeting = (box: Box, others: readonly Box[]): readonly Box[] =>
  others.filter((other) => boxesMeet(box, other));

/** Equal as one sees at once: what a plain rule comes out as. Spares the algebra for most rules of most inputs. */
const sameBox = (a: Box, b: Box): boolean =>
  a.traffic.numbers === b.traffic.numbers &&
  a.subject.labels === b.subject.labels &&
  a.subject.addresses === b.subject.addresses &&
  equalAddresses(a.peer.addresses, b.peer.addresses) &&
  (a.peer.kind === "pod" && b.peer.kind === "pod"
    ? a.peer.labels === b.peer.labels
    : a.peer.kind === b.peer.kind) &&
  a.traffic.named.length === b.traffic.named.length &&
  a.traffic.named.every((name, index) => name === b.traffic.named[index]);

/** The boxes that are not, as they are, whole terms. What is not here may still lie in terms of another form. */
export function notAmong(boxes: readonly Box[], terms: readonly Term[]): readonly Box[] {
  const isWhole = (term: Term | undefined, box: Box): boolean =>
    term?.cuts.length === 0 && sameBox(box, term.box);
  // Mostly they come in the same order.
  return boxes.filter(
    (box, at) => !isWhole(terms[at], box) && !terms.some((term) => isWhole(term, box)),
  );
}

/** What a set of restrictions makes of boxes; each is worked out once. */
class Restricted {
  readonly #facts: Facts;
  readonly #by: ReadonlySet<Restriction>;
  readonly #names: LabelSet | undefined;
  readonly #neverMet: readonly Box[];
  readonly #strangers: StrangersAtPeer;
  readonly #covers = new WeakMap<Box, Box | "impossible">();
  readonly #flows = new WeakMap<Box, Box | "impossible">();

  constructor(facts: Facts, by: readonly Restriction[]) {
    this.#facts = facts;
    this.#by = new Set(by);
    if (this.#by.has("namespaces") && facts.namespaces !== undefined) {
      this.#names = labelIn(facts.namespaces.keys());
    }
    this.#neverMet = this.#by.has("disjoint") ? impossibleBoxes(facts) : [];
    this.#strangers = new StrangersAtPeer(
      this.#by.has("account-labels") ? [...facts.accounts.values()] : [],
    );
  }

  /** Flows that cannot be, by the labels of their pods: as good as covered, or allowed. All that a box has of them. */
  impossible(box: Box): readonly Box[] {
    const strangers = this.#strangers.among(box);
    return strangers.length === 0 ? this.#neverMet : [...this.#neverMet, ...strangers];
  }

  /** Boxes that cover or cut, as far as it matters for flows under the restrictions. */
  covers(boxes: readonly Box[]): readonly Box[] {
    return this.#by.size === 0 ? boxes : boxes.flatMap((box) => this.#cover(box) ?? []);
  }

  #cover(box: Box): Box | undefined {
    return once(this.#covers, box, () => restrictBox(box, this.#facts, this.#by));
  }

  /** The flows of boxes that can occur: pods are in namespaces that there are, and run as their labels say. */
  flows(boxes: readonly Box[]): readonly Box[] {
    return this.#by.size === 0 ? boxes : boxes.flatMap((box) => this.#known(box) ?? []);
  }

  #known(box: Box): Box | undefined {
    const flow = this.#flow(box);
    return flow && this.#strangers.known(flow);
  }

  #flow(box: Box): Box | undefined {
    return once(this.#flows, box, () => {
      const restricted = this.#cover(box);
      if (restricted === undefined || this.#names === undefined) return restricted;
      const own = labelsIn(restricted, "peer", NAMESPACE_NAME);
      if (own === undefined) return restricted;
      const named = intersectLabelSets(own, this.#names);
      return withLabels(restricted, "peer", NAMESPACE_NAME, named);
    });
  }

  /** What allows: as it is, since what is known of peers is said of what is asked about. */
  terms(terms: readonly Term[]): readonly Term[] {
    return this.#termsBy(terms, (box) => this.#flow(box));
  }

  /** What is asked about, with what is known of its peers. */
  wanted(terms: readonly Term[]): readonly Term[] {
    return this.#termsBy(terms, (box) => this.#known(box));
  }

  #termsBy(terms: readonly Term[], restrict: (box: Box) => Box | undefined): readonly Term[] {
    if (this.#by.size === 0) return terms;
    return terms.flatMap(({ box: whole, cuts }): readonly Term[] => {
      const box = restrict(whole);
      if (box === undefined) return [];
      return [
        {
          box,
          cuts: cuts.flatMap((cut): readonly Cut[] => {
            const restricted = this.#cover(cut.box);
            return restricted === undefined ? [] : [{ ...cut, box: restricted }];
          }),
        },
      ];
    });
  }
}

function once(
  known: WeakMap<Box, Box | "impossible">,
  box: Box,
  restrict: () => Box | undefined,
): Box | undefined {
  let found = known.get(box);
  if (found === undefined) known.set(box, (found = restrict() ?? "impossible"));
  return found === "impossible" ? undefined : found;
}

const restrictions = new WeakMap<Facts, Map<string, Restricted>>();

function restrictedBy(facts: Facts, by: readonly Restriction[]): Restricted {
  let known = restrictions.get(facts);
  if (known === undefined) {
    known = new Map();
    restrictions.set(facts, known);
  }
  const name = by.join();
  let restricted = known.get(name);
  if (restricted === undefined) known.set(name, (restricted = new Restricted(facts, by)));
  return restricted;
}

/** Finds the fewest restrictions under which a search finds nothing. */
function differenceBy(
  outside: Box | undefined,
  all: readonly Restriction[],
  search: (by: readonly Restriction[]) => Box | undefined,
): Difference {
  if (outside === undefined) return NO_DIFFERENCE;
  if (all.length === 0) return { left: outside, outside, needed: [] };
  const left = search(all);
  if (left !== undefined) return { left, outside, needed: [] };
  let needed = all;
  for (const one of all) {
    const without = needed.filter((other) => other !== one);
    const isEnough = without.length > 0 && search(without) === undefined;
    if (isEnough) needed = without;
  }
  return { left: undefined, outside, needed };
}

/**
 * Flows of the source that are in nothing that is written, and under which restrictions there are none: as few as will do.
 * The answer is a search, so a claim that rests on it is not a flag that somebody set along the way.
 */
export function lossOf(
  terms: readonly Term[],
  written: Cover,
  facts: Facts,
  effort: Effort,
): Difference {
  const missing = (by: readonly Restriction[]): Box | undefined => {
    const restricted = restrictedBy(facts, by);
    const cover: Cover =
      by.length === 0 ? written : (box) => meeting(box, restricted.covers(written(box)));
    const impossible: Cover = (box) => meeting(box, restricted.impossible(box));
    const wanted = restricted.wanted(terms);
    // Ports first: a loss of other protocols alone has a name of its own.
    for (const kind of [ALL_PORTS, OTHER_TRAFFIC]) {
      const found = someOutside(
        wanted.flatMap((term) => termWith(term, kind) ?? []),
        cover,
        effort,
        impossible,
      );
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return differenceBy(missing([]), restrictionsOf(facts, "loss"), missing);
}

function termWith(term: Term, kind: Box["traffic"]["numbers"]): Term | undefined {
  const { box, cuts } = term;
  const numbers = intersectTraffic(box.traffic.numbers, kind);
  if (numbers.ranges.length === 0) return undefined;
  return { box: { ...box, traffic: { ...box.traffic, numbers } }, cuts };
}

/**
 * Flows of the boxes that are in none of the terms, and under which restrictions there are none. A gain may be explained
 * away only by what is said to widen if it is false.
 */
export function gainOf(
  boxes: readonly Box[],
  terms: readonly Term[],
  facts: Facts,
  effort: Effort,
): Difference {
  const open = notAmong(boxes, terms);
  if (open.length === 0) return NO_DIFFERENCE;
  const surplus = (by: readonly Restriction[]): Box | undefined => {
    const restricted = restrictedBy(facts, by);
    const sure = new BoxIndex(restricted.terms(terms), (term) => term.box);
    for (const box of restricted.flows(open)) {
      const near = sure.mayMeet(box);
      if (effort.spend(near.length) && near.some((term) => isWithin(box, term))) continue;
      // What cannot be goes first: it mostly settles at once what the cuts of the terms have in common with the box.
      const allowed = [...uncut(restricted.impossible(box)), ...near];
      const found = outsideTerms(box, allowed, effort);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return differenceBy(surplus([]), restrictionsOf(facts, "gain"), surplus);
}

/** Flows that can occur at all, under restrictions of that kind. */
export function possibleFlow(
  terms: readonly Term[],
  kind: DifferenceKind,
  facts: Facts,
  effort: Effort,
): Difference {
  const find = (by: readonly Restriction[]): Box | undefined => {
    const restricted = restrictedBy(facts, by);
    const cover: Cover = (box) => meeting(box, restricted.impossible(box));
    return someOutside(restricted.wanted(terms), cover, effort);
  };
  return differenceBy(find([]), restrictionsOf(facts, kind), find);
}

/** The assumptions that restrictions stand for, given that blocks were written by them or not. */
export function assumptionsOf(
  needed: readonly Restriction[],
  facts: Facts,
  writesBlocks: boolean,
): readonly AssumptionCode[] {
  const ranges = needed.includes("pod-range") || needed.includes("pure-range");
  return ranges && writesBlocks && !facts.targetGiven ? [...needed, "addresses-kept"] : needed;
}
