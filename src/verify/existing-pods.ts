import { invariant } from "../base/invariant.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import type { Endpoint, Flow } from "../ir/flow.ts";
import type { Direction, OpaqueCondition, Policy } from "../ir/policy.ts";
import {
  ALL_IPV4,
  ALL_IPV6,
  ANY_ADDRESS,
  familyOf,
  intersectAddresses,
  subtractAddresses,
  unionAddresses,
} from "../sets/address-set.ts";
import type { AddressSet } from "../sets/address-set.ts";
import {
  ANY_TRAFFIC,
  ICMP,
  ICMPV6,
  NO_TRAFFIC,
  protocolTraffic,
  subtractTraffic,
  unionOfTraffic,
} from "../sets/traffic-set.ts";
import type { TrafficSet } from "../sets/traffic-set.ts";
import { ClassSlices } from "./class-slices.ts";
import type { ClassSlice } from "./class-slices.ts";
import type { ComparedSets } from "./comparison.ts";
import { evaluate } from "./evaluate.ts";
import { identityOf } from "./facts.ts";
import { commonAddresses, PeerIndex } from "./peer-groups.ts";
import type { PeerGroup } from "./peer-groups.ts";
import { podClasses } from "./pod-classes.ts";
import type { PodClass } from "./pod-classes.ts";
import { addressParts, trafficParts } from "./told-apart.ts";

/*
 * What changes for the pods that exist: which connections between them, or with other addresses, one set lets through and
 * the other does not.
 *
 *   (a) Pods that no policy can tell apart make one class; classes are compared, never pods with pods.
 *   (b) Only a class that is selected by a policy which may judge some flow otherwise can see a change; for any other
 *       class each flow is decided alike (src/verify/prove.ts says which policies those are).
 *   (c) For such a class its own end is asked of every other class and of every range of addresses that its policies
 *       tell apart, at one point of each stretch of traffic that they tell apart.
 *   (d) A connection needs both ends: what changed at one end counts only if the other end lets it through.
 */

/** One side of connections that change alike. */
export type ChangedEnd =
  | { readonly kind: "pods"; readonly pods: PodClass }
  | { readonly kind: "addresses"; readonly addresses: AddressSet };

/** Connections of each `from` with each `to`. */
export interface ConnectionChange {
  /** "lost": the source lets it through and the target does not. */
  readonly change: "lost" | "gained";
  readonly from: readonly ChangedEnd[];
  readonly to: readonly ChangedEnd[];
  readonly traffic: TrafficSet;
  /** False where it depends on conditions about which nothing is known. */
  readonly certain: boolean;
}

export interface PodChanges {
  readonly changes: readonly ConnectionChange[];
  /** How many pods, or pods to be, were looked at. */
  readonly pods: number;
  /** False if there was too much to look at: there may be more changes. */
  readonly complete: boolean;
}

/** How many verdicts may be asked for. */
const MOST_VERDICTS = 4_000_000;

export function changesForPods(
  sets: ComparedSets,
  snapshot: Snapshot,
  mayDiffer: (policy: Policy) => boolean,
): PodChanges {
  const classes = podClasses(snapshot, [sets.source, sets.target]);
  const differing = new Set(
    [sets.source, sets.target].flatMap(({ tiers }) =>
      tiers.flatMap(({ policies }) => policies.filter(mayDiffer)),
    ),
  );
  const pods = classes.reduce((sum, { names }) => sum + names.length, 0);
  if (differing.size === 0) return { changes: [], pods, complete: true };
  const world = new World(sets, classes, snapshot, differing);
  for (const direction of ["egress", "ingress"] as const) {
    for (const subject of classes.keys()) world.compareEnd(subject, direction);
  }
  return { changes: world.changes, pods, complete: !world.isSpent };
}

/** Traffic that is lost or gained, for sure or perhaps. */
interface Changed {
  readonly lost: TrafficSet;
  readonly gained: TrafficSet;
  readonly perhapsLost: TrafficSet;
  readonly perhapsGained: TrafficSet;
}

const KINDS = ["lost", "gained", "perhapsLost", "perhapsGained"] as const;
const UNCHANGED: Changed = {
  lost: NO_TRAFFIC,
  gained: NO_TRAFFIC,
  perhapsLost: NO_TRAFFIC,
  perhapsGained: NO_TRAFFIC,
};

class World {
  readonly changes: ConnectionChange[] = [];
  isSpent = false;
  readonly #classes: readonly PodClass[];
  readonly #ends: readonly ChangedEnd[];
  readonly #peers: PeerIndex;
  readonly #outside: AddressSet;
  readonly #slices: ClassSlices;
  /** By the class that sends: the groups of peers that were compared, both ends of each. */
  readonly #compared = new Map<number, Set<string>>();
  #verdicts = 0;

  constructor(
    sets: ComparedSets,
    classes: readonly PodClass[],
    { podRanges }: Snapshot,
    differing: ReadonlySet<Policy>,
  ) {
    this.#classes = classes;
    this.#ends = classes.map((pods) => ({ kind: "pods", pods }));
    this.#peers = new PeerIndex(classes);
    this.#outside =
      podRanges === undefined ? ANY_ADDRESS : subtractAddresses(ANY_ADDRESS, podRanges);
    this.#slices = new ClassSlices(sets, classes, differing);
  }

  /** (b), (c). Egress of all classes comes first: what was compared from there is not compared again from the other end. */
  compareEnd(at: number, direction: Direction): void {
    const slice = this.#slices.of(at, direction);
    if (!slice.mayDiffer) return;
    const subject = this.#at(at);
    this.#compareOutside(at, direction, slice);
    for (const group of this.#peers.groups(slice, at, slice.asksPorts && direction === "egress")) {
      if (this.isSpent) return;
      const example = this.#at(group.example);
      const flow = flowBetween(direction, subject, example);
      const changed = this.#changedAt([{ slice, flow }], ANY_TRAFFIC);
      if (changed === UNCHANGED) continue;
      if (direction === "egress") {
        const compared = this.#compared.get(at) ?? new Set<string>();
        this.#compared.set(at, compared.add(group.key));
      }
      this.#compareOtherEnds(at, group, direction, changed);
    }
  }

  #compareOutside(at: number, direction: Direction, slice: ClassSlice): void {
    const subject = this.#at(at);
    const found = new Map<string, { readonly changed: Changed; addresses: AddressSet }>();
    for (const address of subject.addresses) {
      const family = familyOf(address) === 4 ? ALL_IPV4 : ALL_IPV6;
      for (const part of addressParts(slice, intersectAddresses(this.#outside, family))) {
        const [range] = part.ranges;
        if (range === undefined || this.isSpent) continue;
        const peer: Endpoint = { kind: "address", address: range.first };
        const flow = flowOf(direction, { ...subject.pod, address }, peer);
        const changed = this.#changedAt([{ slice, flow }], ANY_TRAFFIC);
        if (changed === UNCHANGED) continue;
        const key = KINDS.map((kind) => JSON.stringify(changed[kind])).join(" ");
        const same = found.get(key);
        if (same === undefined) found.set(key, { changed, addresses: part });
        else same.addresses = unionAddresses(same.addresses, part);
      }
    }
    for (const { changed, addresses } of found.values()) {
      this.#note(this.#endsOf([at]), [{ kind: "addresses", addresses }], direction, changed);
    }
  }

  /** (d): the peers of a group by what their own policies can tell of the subject, an example of each. */
  #compareOtherEnds(at: number, group: PeerGroup, direction: Direction, changed: Changed): void {
    const own = this.#at(at);
    const slice = this.#slices.of(at, direction);
    const opposite = direction === "egress" ? "ingress" : "egress";
    const alike = new Map<string, number[]>();
    for (const other of group.members()) {
      const theirs = this.#slices.of(other, opposite);
      const address = this.#at(other).addresses.find(
        (one) => familyOf(one) === familyOf(group.own),
      );
      invariant(address !== undefined, "a peer has an address of the family");
      const asksPorts = theirs.asksPorts && opposite === "egress";
      const seen = this.#peers.key(theirs, at, group.own, asksPorts);
      // Compared from where it is sent.
      if (direction === "ingress" && this.#compared.get(other)?.has(seen) === true) continue;
      // Where it arrives, the names are those of its own ports.
      const names = theirs.asksPorts && opposite === "ingress" ? this.#at(other).portsKey : "";
      const key = `${String(theirs.id)} ${seen} ${names}`;
      const same = alike.get(key);
      if (same === undefined) alike.set(key, [other]);
      else same.push(other);
    }
    for (const others of alike.values()) {
      const [first] = others;
      if (first === undefined || this.isSpent) continue;
      const other = this.#at(first);
      const theirs = this.#slices.of(first, opposite);
      const both = this.#changedAt(
        [
          { slice, flow: flowBetween(direction, own, other) },
          { slice: theirs, flow: flowBetween(opposite, other, own) },
        ],
        // The other end may change as well, for other traffic.
        theirs.mayDiffer ? ANY_TRAFFIC : unionOfTraffic(KINDS.map((kind) => changed[kind])),
      );
      this.#note(this.#endsOf([at]), this.#endsOf(others), direction, both);
    }
  }

  #note(
    own: readonly ChangedEnd[],
    others: readonly ChangedEnd[],
    direction: Direction,
    changed: Changed,
  ): void {
    const [from, to] = direction === "egress" ? [own, others] : [others, own];
    for (const kind of KINDS) {
      const traffic = changed[kind];
      if (traffic.ranges.length === 0) continue;
      const change = kind === "lost" || kind === "perhapsLost" ? "lost" : "gained";
      this.changes.push({ change, from, to, traffic, certain: kind === change });
    }
  }

  #endsOf(places: readonly number[]): readonly ChangedEnd[] {
    return places.flatMap((place) => this.#ends[place] ?? []);
  }

  #at(place: number): PodClass {
    const found = this.#classes[place];
    invariant(found !== undefined, "there is a class at each place");
    return found;
  }

  /** What changes of the traffic between two ends, as far as the ends given say. */
  #changedAt(
    ends: readonly { readonly slice: ClassSlice; readonly flow: Flow }[],
    within: TrafficSet,
  ): Changed {
    const [first] = ends;
    if (first === undefined) return UNCHANGED;
    const parts: Record<(typeof KINDS)[number], TrafficSet[]> = {
      lost: [],
      gained: [],
      perhapsLost: [],
      perhapsGained: [],
    };
    const readings = readingsOf(ends.flatMap(({ slice }) => slice.opaque));
    const foreign = familyOf(first.flow.peer.address) === 4 ? ICMPV6 : ICMP;
    const possible = subtractTraffic(within, protocolTraffic(foreign));
    for (const { point, part } of trafficParts(ends, possible)) {
      const is = (which: "source" | "target" | "narrowTarget", holds: Reading): boolean =>
        ends.every(({ slice, flow }) => {
          this.#verdicts += 1;
          const asked = { ...flow, protocol: Math.floor(point / 65536), value: point % 65536 };
          return evaluate(slice[which], asked, (_rule, one) => holds(one)).verdict === "allow";
        });
      const before = readings.map((holds) => is("source", holds));
      const after = (which: "target" | "narrowTarget"): readonly boolean[] =>
        readings.map((holds) => is(which, holds));
      const lost = before.some(Boolean)
        ? after("narrowTarget").map((allowed, at) => before[at] === true && !allowed)
        : [false];
      const gained = before.every(Boolean)
        ? [false]
        : after("target").map((allowed, at) => before[at] === false && allowed);
      if (lost.every(Boolean)) parts.lost.push(part);
      else if (lost.some(Boolean)) parts.perhapsLost.push(part);
      if (gained.every(Boolean)) parts.gained.push(part);
      else if (gained.some(Boolean)) parts.perhapsGained.push(part);
    }
    if (this.#verdicts > MOST_VERDICTS) this.isSpent = true;
    if (KINDS.every((kind) => parts[kind].length === 0)) return UNCHANGED;
    return {
      lost: unionOfTraffic(parts.lost),
      gained: unionOfTraffic(parts.gained),
      perhapsLost: unionOfTraffic(parts.perhapsLost),
      perhapsGained: unionOfTraffic(parts.perhapsGained),
    };
  }
}

/** Supposes of a condition that nobody knows about whether it holds. */
type Reading = (condition: OpaqueCondition) => boolean;

/**
 * None of the conditions holds, or all do, or one does alone: so that two sets which ask for different things are told
 * apart. Past a few conditions the first two have to do.
 */
function readingsOf(conditions: readonly OpaqueCondition[]): readonly Reading[] {
  if (conditions.length === 0) return [() => false];
  const wanted = new Set(conditions.map(identityOf));
  const alone = wanted.size > MOST_ALONE || wanted.size === 1 ? [] : [...wanted];
  return [
    () => false,
    () => true,
    ...alone.map((one) => (condition: OpaqueCondition) => identityOf(condition) === one),
  ];
}

const MOST_ALONE = 8;

/** Protocol and value are put in later. */
function flowOf(direction: Direction, subject: Flow["subject"], peer: Endpoint): Flow {
  return { direction, subject, peer, protocol: 0, value: 0 };
}

/** What `subject` sends to `peer`, or receives from it, at addresses of one family. */
function flowBetween(direction: Direction, subject: PodClass, peer: PodClass): Flow {
  const addresses = commonAddresses(subject, peer);
  invariant(addresses !== undefined, "both ends have an address of one family");
  const [own, theirs] = addresses;
  return flowOf(direction, { ...subject.pod, address: own }, { ...peer.pod, address: theirs });
}
