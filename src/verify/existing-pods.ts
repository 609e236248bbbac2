import { append } from "../base/append.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import type { Endpoint, Flow } from "../ir/flow.ts";
import type { Direction, OpaqueCondition, Policy, PolicySet, Rule } from "../ir/policy.ts";
import { DIRECTIONS } from "../ir/policy.ts";
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
import { predicateContains } from "../sets/label-predicate.ts";
import {
  ANY_TRAFFIC,
  ICMP,
  ICMPV6,
  NO_TRAFFIC,
  protocolTraffic,
  subtractTraffic,
  unionTraffic,
} from "../sets/traffic-set.ts";
import type { TrafficSet } from "../sets/traffic-set.ts";
import type { ComparedSets } from "./comparison.ts";
import { evaluate, labelsOf } from "./evaluate.ts";
import { identityOf } from "./facts.ts";
import { podClasses } from "./pod-classes.ts";
import type { PodClass } from "./pod-classes.ts";
import { addressParts, signature, trafficParts } from "./told-apart.ts";
import type { SliceRules } from "./told-apart.ts";
import { namespacesOf } from "./universe.ts";

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

export interface ConnectionChange {
  /** "lost": the source lets it through and the target does not. */
  readonly change: "lost" | "gained";
  readonly from: ChangedEnd;
  readonly to: ChangedEnd;
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
  for (const subject of classes) {
    for (const direction of DIRECTIONS) world.compareEnd(subject, direction);
  }
  return { changes: world.changes, pods, complete: !world.isSpent };
}

/** The policies that select the pods of a class in one direction. */
interface Slice extends SliceRules {
  readonly source: PolicySet;
  readonly target: PolicySet;
  readonly narrowTarget: PolicySet;
  readonly mayDiffer: boolean;
  /** True if some rule asks for what nobody can check. */
  readonly opaque: readonly OpaqueCondition[];
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
  readonly #sets: ComparedSets;
  readonly #classes: readonly PodClass[];
  readonly #outside: AddressSet;
  readonly #differing: ReadonlySet<Policy>;
  readonly #slices = new Map<PodClass, Map<Direction, Slice>>();
  readonly #byNamespace = new Map<PolicySet, Map<string, PolicySet>>();
  /** Pairs that have been compared from their other end. */
  readonly #done = new Map<PodClass, Set<PodClass>>();
  #verdicts = 0;

  constructor(
    sets: ComparedSets,
    classes: readonly PodClass[],
    { podRanges }: Snapshot,
    differing: ReadonlySet<Policy>,
  ) {
    this.#sets = sets;
    this.#classes = classes;
    this.#outside =
      podRanges === undefined ? ANY_ADDRESS : subtractAddresses(ANY_ADDRESS, podRanges);
    this.#differing = differing;
  }

  /** (b), (c) */
  compareEnd(subject: PodClass, direction: Direction): void {
    const slice = this.#sliceOf(subject, direction);
    if (!slice.mayDiffer) return;
    this.#compareOutside(subject, direction, slice);
    const seen = new Map<string, Changed>();
    for (const other of this.#classes) {
      // A pod and itself are no two ends.
      if (this.isSpent || (other === subject && subject.names.length === 1)) continue;
      const addresses = commonAddresses(subject, other);
      if (addresses === undefined) continue;
      const [own, theirs] = addresses;
      const peer: Endpoint = { ...other.pod, address: theirs };
      const key = signature(slice, peer, direction === "egress" ? other : undefined);
      let changed = seen.get(key);
      if (changed === undefined) {
        const flow = flowOf(direction, { ...subject.pod, address: own }, peer);
        changed = this.#changedAt([{ slice, flow }], ANY_TRAFFIC);
        seen.set(key, changed);
      }
      if (changed !== UNCHANGED) this.#comparePair(subject, other, direction, addresses, changed);
    }
  }

  #compareOutside(subject: PodClass, direction: Direction, slice: Slice): void {
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
      this.#note(
        { kind: "pods", pods: subject },
        { kind: "addresses", addresses },
        direction,
        changed,
      );
    }
  }

  /** (d) */
  #comparePair(
    subject: PodClass,
    other: PodClass,
    direction: Direction,
    [own, theirs]: readonly [bigint, bigint],
    changed: Changed,
  ): void {
    const [from, to] = direction === "egress" ? [subject, other] : [other, subject];
    const done = this.#done.get(from) ?? new Set<PodClass>();
    this.#done.set(from, done);
    if (done.has(to)) return;
    done.add(to);
    const here = { ...subject.pod, address: own };
    const there = { ...other.pod, address: theirs };
    const [source, destination] = direction === "egress" ? [here, there] : [there, here];
    const ends = [
      { slice: this.#sliceOf(from, "egress"), flow: flowOf("egress", source, destination) },
      { slice: this.#sliceOf(to, "ingress"), flow: flowOf("ingress", destination, source) },
    ];
    const both = this.#changedAt(
      ends,
      // The other end may change as well, for other traffic.
      ends.every(({ slice }) => slice.mayDiffer)
        ? ANY_TRAFFIC
        : unionTraffic(...KINDS.map((kind) => changed[kind])),
    );
    const [first, second]: readonly [PodClass, PodClass] = [from, to];
    this.#note({ kind: "pods", pods: first }, { kind: "pods", pods: second }, "egress", both);
  }

  #note(own: ChangedEnd, other: ChangedEnd, direction: Direction, changed: Changed): void {
    const [from, to] = direction === "egress" ? [own, other] : [other, own];
    for (const kind of KINDS) {
      const traffic = changed[kind];
      if (traffic.ranges.length === 0) continue;
      const change = kind === "lost" || kind === "perhapsLost" ? "lost" : "gained";
      this.changes.push({ change, from, to, traffic, certain: kind === change });
    }
  }

  #sliceOf(of: PodClass, direction: Direction): Slice {
    const byDirection = this.#slices.get(of) ?? new Map<Direction, Slice>();
    this.#slices.set(of, byDirection);
    let slice = byDirection.get(direction);
    if (slice === undefined) {
      slice = this.#makeSlice(of, direction);
      byDirection.set(direction, slice);
    }
    return slice;
  }

  #makeSlice({ pod }: PodClass, direction: Direction): Slice {
    const valueOf = labelsOf(pod);
    const rules: Rule[] = [];
    let mayDiffer = false;
    const part = (set: PolicySet): PolicySet => ({
      tiers: this.#inNamespace(set, pod.namespace).tiers.map((tier) => ({
        ...tier,
        policies: tier.policies.filter((policy) => {
          const applied = policy[direction];
          if (applied === undefined || !predicateContains(policy.subject.pods, valueOf)) {
            return false;
          }
          append(rules, applied.rules);
          mayDiffer ||= this.#differing.has(policy);
          return true;
        }),
      })),
    });
    const source = part(this.#sets.source);
    const target = part(this.#sets.target);
    const { narrowTarget } = this.#sets;
    const boxes = [...new Set(rules.flatMap(({ peer }) => peer))];
    return {
      source,
      target,
      narrowTarget: narrowTarget === this.#sets.target ? target : part(narrowTarget),
      rules,
      boxes,
      mayDiffer,
      opaque: rules.flatMap(({ opaque }) => opaque),
    };
  }

  /** The policies that may select pods of a namespace. */
  #inNamespace(set: PolicySet, namespace: string): PolicySet {
    const known = this.#byNamespace.get(set) ?? new Map<string, PolicySet>();
    this.#byNamespace.set(set, known);
    let found = known.get(namespace);
    if (found === undefined) {
      found = {
        tiers: set.tiers.map((tier) => ({
          ...tier,
          policies: tier.policies.filter(({ subject }) =>
            subject.pods.some((of) => namespacesOf(of)?.includes(namespace) !== false),
          ),
        })),
      };
      known.set(namespace, found);
    }
    return found;
  }

  /** What changes of the traffic between two ends, as far as the ends given say. */
  #changedAt(
    ends: readonly { readonly slice: Slice; readonly flow: Flow }[],
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
      lost: unionTraffic(...parts.lost),
      gained: unionTraffic(...parts.gained),
      perhapsLost: unionTraffic(...parts.perhapsLost),
      perhapsGained: unionTraffic(...parts.perhapsGained),
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

/** An address of each in one IP family; undefined if they have none in common. */
function commonAddresses(a: PodClass, b: PodClass): readonly [bigint, bigint] | undefined {
  for (const own of a.addresses) {
    const theirs = b.addresses.find((address) => familyOf(address) === familyOf(own));
    if (theirs !== undefined) return [own, theirs];
  }
  return undefined;
}
