import type { Snapshot } from "../inventory/snapshot.ts";
import type { Endpoint, Flow } from "../ir/flow.ts";
import type { Direction, Policy, PolicySet, Rule } from "../ir/policy.ts";
import {
  ALL_IPV4,
  ALL_IPV6,
  ANY_ADDRESS,
  NO_ADDRESS,
  addressSetContains,
  familyOf,
  intersectAddresses,
  subtractAddresses,
  unionOfAddresses,
} from "../sets/address-set.ts";
import type { AddressSet } from "../sets/address-set.ts";
import type { PeerBox } from "../sets/box.ts";
import { predicateContains } from "../sets/label-predicate.ts";
import {
  ANY_TRAFFIC,
  equalTraffic,
  ICMP,
  ICMPV6,
  intersectTraffic,
  NO_TRAFFIC,
  protocolTraffic,
  subtractTraffic,
  unionTraffic,
  unionOfTraffic,
} from "../sets/traffic-set.ts";
import type { TrafficSet } from "../sets/traffic-set.ts";
import { evaluate, labelsOf } from "./evaluate.ts";
import type { Decision } from "./evaluate.ts";
import type { PodGroup } from "./reach-groups.ts";
import { addressParts, trafficParts } from "./told-apart.ts";
import type { SliceRules } from "./told-apart.ts";
import { namespacesOf } from "./universe.ts";

/*
 * Who reaches whom before and after, for a few groups of pods and the addresses outside: every pair, whether it changes or
 * not. (src/verify/existing-pods.ts finds each change for any number of pods and shows nothing else.)
 *
 *   (a) Each end is asked alone, as it is judged: egress of the one, ingress of the other. Its answer hangs on what its own
 *       rules tell apart of the peer, so pairs share answers.
 *   (b) An answer is `evaluate`'s, at one point of each stretch of traffic that the rules tell apart.
 *   (c) A condition that nobody can check is taken to hold and not to hold, and an output that is read in two ways is asked
 *       both times; where that makes a difference, the verdict depends.
 *   (d) A pair can talk where both ends allow it.
 */

/** A row and column of the matrix. */
export type ReachGroup = PodGroup | { readonly kind: "addresses"; readonly addresses: AddressSet };

export interface EndVerdict {
  readonly verdict: "allow" | "deny" | "depends";
  /** What decides: one decision, or those that are possible. */
  readonly by: readonly Decision[];
}

/** What one end says of a stretch of traffic. */
export interface EndAnswer {
  readonly traffic: TrafficSet;
  readonly before: EndVerdict;
  readonly after: EndVerdict;
}

export interface ReachCell {
  /** Positions in `groups`. */
  readonly from: number;
  readonly to: number;
  /** What can surely pass. */
  readonly before: TrafficSet;
  readonly after: TrafficSet;
  readonly lost: TrafficSet;
  readonly gained: TrafficSet;
  /** Some of it depends on conditions that nobody can check, so that more may be lost or gained. */
  readonly depends: boolean;
  /** All traffic that there can be between the two: without the other IP family's ICMP. */
  readonly possible: TrafficSet;
  /** Absent: that end is no pod, and nobody judges there. Equal answers are one value. */
  readonly egress: readonly EndAnswer[] | undefined;
  readonly ingress: readonly EndAnswer[] | undefined;
}

export interface Reachability {
  readonly groups: readonly ReachGroup[];
  readonly cells: readonly ReachCell[];
  /** Ranges of addresses that rules tell apart and that there was no room for. */
  readonly addressesLeftOut: number;
}

export interface ReachOptions {
  /** How many groups of addresses there may be. */
  readonly mostAddresses: number;
}

/** @param outputs the output, in each way that it may be read */
export function reachabilityOf(
  source: PolicySet,
  outputs: readonly PolicySet[],
  pods: readonly PodGroup[],
  { podRanges }: Pick<Snapshot, "podRanges">,
  { mostAddresses }: ReachOptions,
): Reachability {
  const world = new World(source, outputs);
  const outside = outsideGroups(world, pods, podRanges, mostAddresses);
  const groups: readonly ReachGroup[] = [...pods, ...outside.groups];
  const cells: ReachCell[] = [];
  for (const [from, a] of groups.entries()) {
    for (const [to, b] of groups.entries()) {
      const cell = cellOf(world, a, b);
      if (cell !== undefined) cells.push({ from, to, ...cell });
    }
  }
  return { groups, cells, addressesLeftOut: outside.leftOut };
}

// ---------------------------------------------------------------- one pair

function cellOf(
  world: World,
  a: ReachGroup,
  b: ReachGroup,
): Omit<ReachCell, "from" | "to"> | undefined {
  // A pod and itself are no two ends, and nobody judges between two addresses.
  if (a === b && (a.kind === "addresses" || (a.kind !== "sample" && a.names.length < 2))) {
    return undefined;
  }
  const ends = endsOf(a, b);
  if (ends === undefined) return undefined;
  const [own, theirs] = ends;
  const possible = subtractTraffic(
    ANY_TRAFFIC,
    protocolTraffic(familyOf(own.address) === 4 ? ICMPV6 : ICMP),
  );
  const atA: End = { group: a, endpoint: own };
  const atB: End = { group: b, endpoint: theirs };
  const egress = a.kind === "addresses" ? undefined : world.ask(a, "egress", atA, atB, possible);
  const ingress = b.kind === "addresses" ? undefined : world.ask(b, "ingress", atB, atA, possible);
  const answers = [egress, ingress].filter((answer) => answer !== undefined);
  const passing = (side: "before" | "after", verdicts: readonly string[]): TrafficSet =>
    answers
      .map((answer) =>
        unionTraffic(
          ...answer.flatMap((one) => (verdicts.includes(one[side].verdict) ? [one.traffic] : [])),
        ),
      )
      .reduce(intersectTraffic, possible);
  const surely = ["allow"];
  const perhaps = ["allow", "depends"];
  const before = passing("before", surely);
  const after = passing("after", surely);
  const beforeAtMost = passing("before", perhaps);
  const afterAtMost = passing("after", perhaps);
  return {
    before,
    after,
    lost: subtractTraffic(before, afterAtMost),
    gained: subtractTraffic(after, beforeAtMost),
    depends: !equalTraffic(before, beforeAtMost) || !equalTraffic(after, afterAtMost),
    possible,
    egress,
    ingress,
  };
}

/** An endpoint of each in one IP family; undefined if they have none in common or neither is a pod. */
function endsOf(a: ReachGroup, b: ReachGroup): readonly [Endpoint, Endpoint] | undefined {
  for (const own of addressesOf(a)) {
    const theirs = addressesOf(b).find((address) => familyOf(address) === familyOf(own));
    if (theirs === undefined) continue;
    if (a.kind === "addresses") {
      if (b.kind === "addresses") return undefined;
      return [
        { kind: "address", address: own },
        { ...b.pod, address: theirs },
      ];
    }
    const peer: Endpoint =
      b.kind === "addresses" ? { kind: "address", address: theirs } : { ...b.pod, address: theirs };
    return [{ ...a.pod, address: own }, peer];
  }
  return undefined;
}

/** One address of each IP family. */
function addressesOf(group: ReachGroup): readonly bigint[] {
  if (group.kind !== "addresses") return group.addresses;
  return [ALL_IPV4, ALL_IPV6].flatMap((family) => {
    const [range] = intersectAddresses(group.addresses, family).ranges;
    return range === undefined ? [] : [range.first];
  });
}

// ---------------------------------------------------------------- one end

interface End {
  readonly group: ReachGroup;
  readonly endpoint: Endpoint;
}

interface Slice extends SliceRules {
  readonly source: PolicySet;
  readonly outputs: readonly PolicySet[];
  readonly isOpaque: boolean;
  readonly answers: Map<string, readonly EndAnswer[]>;
  /** Keys of peers by their group, for IPv4 and for IPv6. */
  readonly peerKeys: { readonly 4: Map<ReachGroup, string>; readonly 6: Map<ReachGroup, string> };
}

class World {
  readonly #source: PolicySet;
  readonly #outputs: readonly PolicySet[];
  readonly #byNamespace = new Map<PolicySet, Map<string, PolicySet>>();
  readonly #slices = {
    ingress: new Map<PodGroup, Slice>(),
    egress: new Map<PodGroup, Slice>(),
  };
  /** Slices that are the same for all pods that these policies select. */
  readonly #shared = { ingress: new Map<string, Slice>(), egress: new Map<string, Slice>() };
  readonly #numbers = new Numbers<Policy>();

  constructor(source: PolicySet, outputs: readonly PolicySet[]) {
    this.#source = source;
    this.#outputs = outputs;
  }

  /** (a) */
  ask(
    group: PodGroup,
    direction: Direction,
    subject: End,
    peer: End,
    possible: TrafficSet,
  ): readonly EndAnswer[] {
    const slice = this.sliceOf(group, direction);
    const key = peerKey(slice, peer, direction);
    let answer = slice.answers.get(key);
    if (answer === undefined) {
      const flow: Flow = {
        direction,
        subject: { ...group.pod, address: subject.endpoint.address },
        peer: peer.endpoint,
        protocol: 0,
        value: 0,
      };
      answer = answerOf(slice, flow, possible);
      slice.answers.set(key, answer);
    }
    return answer;
  }

  sliceOf(group: PodGroup, direction: Direction): Slice {
    let slice = this.#slices[direction].get(group);
    if (slice === undefined) {
      slice = this.#findSlice(group, direction);
      this.#slices[direction].set(group, slice);
    }
    return slice;
  }

  #findSlice({ pod }: PodGroup, direction: Direction): Slice {
    const valueOf = labelsOf(pod);
    const numbers: number[] = [];
    const part = (set: PolicySet): PolicySet => ({
      tiers: this.#inNamespace(set, pod.namespace).tiers.map((tier) => ({
        ...tier,
        policies: tier.policies.filter((policy) => {
          if (policy[direction] === undefined || !predicateContains(policy.subject.pods, valueOf))
            return false;
          numbers.push(this.#numbers.of(policy));
          return true;
        }),
      })),
    });
    const source = part(this.#source);
    const outputs = this.#outputs.map(part);
    const key = numbers.join(" ");
    const shared = this.#shared[direction].get(key);
    if (shared !== undefined) return shared;
    const slice = sliceOf(source, outputs, direction);
    if (!slice.rules.some(asksOfSubject)) this.#shared[direction].set(key, slice);
    return slice;
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
}

function sliceOf(source: PolicySet, outputs: readonly PolicySet[], direction: Direction): Slice {
  const rules: Rule[] = [];
  for (const { tiers } of [source, ...outputs]) {
    for (const policy of tiers.flatMap(({ policies }) => policies)) {
      for (const rule of policy[direction]?.rules ?? []) rules.push(rule);
    }
  }
  return {
    source,
    outputs,
    rules,
    boxes: [...new Set(rules.flatMap(({ peer }) => peer))],
    isOpaque: rules.some(({ opaque }) => opaque.length > 0),
    answers: new Map(),
    peerKeys: { 4: new Map(), 6: new Map() },
  };
}

/** True if the rule asks something of the pod that its policy selects: then pods with the same policies may differ. */
const asksOfSubject = ({ subjectOnly, traffic, opaque }: Rule): boolean =>
  subjectOnly !== undefined || traffic.named.length > 0 || opaque.length > 0;

/** Equal for peers that the slice cannot tell apart, in either direction. */
function peerKey(slice: Slice, { group, endpoint }: End, direction: Direction): string {
  const family = familyOf(endpoint.address);
  const known = slice.peerKeys[family];
  let key = known.get(group);
  if (key === undefined) {
    const bits = slice.boxes.map((box) => (isInBox(box, endpoint) ? "1" : "0")).join("");
    const named =
      direction === "egress" && endpoint.kind === "pod" ? JSON.stringify(endpoint.ports) : "";
    key = `${String(family)} ${endpoint.kind} ${bits} ${named}`;
    known.set(group, key);
  }
  return key;
}

function isInBox(box: PeerBox, peer: Endpoint): boolean {
  if (box.kind !== peer.kind || !addressSetContains(box.addresses, peer.address)) return false;
  return (
    box.kind !== "pod" || peer.kind !== "pod" || predicateContains([box.labels], labelsOf(peer))
  );
}

/** (b), (c) */
function answerOf(slice: Slice, flow: Flow, possible: TrafficSet): readonly EndAnswer[] {
  const merged = new Map<string, { answer: EndAnswer; parts: TrafficSet[] }>();
  const deciders = new Numbers<object | string>();
  const numberOf = ({ by }: Decision): number =>
    deciders.of(by.kind === "rule" ? by.rule : by.kind === "end-of-tier" ? by.policy : by.kind);
  for (const { point, part } of trafficParts([{ slice, flow }], possible)) {
    const asked = { ...flow, protocol: Math.floor(point / 65536), value: point % 65536 };
    const before = verdictOf([slice.source], asked, slice.isOpaque);
    const after = verdictOf(slice.outputs, asked, slice.isOpaque);
    const key = [...before.by.map(numberOf), "|", ...after.by.map(numberOf)].join(" ");
    const same = merged.get(key);
    if (same !== undefined) same.parts.push(part);
    else merged.set(key, { answer: { traffic: NO_TRAFFIC, before, after }, parts: [part] });
  }
  return [...merged.values()].map(({ answer, parts }) => ({
    ...answer,
    traffic: unionOfTraffic(parts),
  }));
}

function verdictOf(sets: readonly PolicySet[], flow: Flow, isOpaque: boolean): EndVerdict {
  const decisions = new Map<string, Decision>();
  for (const set of sets) {
    for (const holds of isOpaque ? [true, false] : [false]) {
      const decision = evaluate(set, flow, () => holds);
      if (!decisions.has(decision.verdict)) decisions.set(decision.verdict, decision);
    }
  }
  const by = [...decisions.values()];
  return { verdict: by.length > 1 ? "depends" : (by[0]?.verdict ?? "deny"), by };
}

/** Numbers things as they come. */
class Numbers<Thing> {
  readonly #numbers = new Map<Thing, number>();

  of(thing: Thing): number {
    const number = this.#numbers.get(thing) ?? this.#numbers.size;
    this.#numbers.set(thing, number);
    return number;
  }
}

// ---------------------------------------------------------------- addresses

/** How many different ranges of rules are looked at: each is held against each. */
const MOST_RANGES = 256;

/** The addresses outside of the cluster, by which rules of the groups shown match them; the largest group last. */
function outsideGroups(
  world: World,
  pods: readonly PodGroup[],
  podRanges: AddressSet | undefined,
  most: number,
): { readonly groups: readonly ReachGroup[]; readonly leftOut: number } {
  const families = new Set(pods.flatMap(({ addresses }) => addresses.map(familyOf)));
  const boxes = new Map<string, PeerBox>();
  for (const group of pods) {
    for (const direction of ["ingress", "egress"] as const) {
      for (const box of world.sliceOf(group, direction).boxes) {
        if (box.kind === "address") boxes.set(rangesKey(box.addresses), box);
      }
    }
  }
  const looked = [...boxes.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MOST_RANGES)
    .map(([, box]) => box);
  const outside = [
    ...(families.has(4) ? [ALL_IPV4] : []),
    ...(families.has(6) ? [ALL_IPV6] : []),
  ].map((family) =>
    subtractAddresses(intersectAddresses(ANY_ADDRESS, family), podRanges ?? NO_ADDRESS),
  );
  const merged = new Map<string, AddressSet[]>();
  for (const within of outside) {
    for (const part of addressParts({ rules: [], boxes: looked }, within)) {
      const [range] = part.ranges;
      if (range === undefined) continue;
      const key = looked
        .map((box) => (addressSetContains(box.addresses, range.first) ? "1" : "0"))
        .join("");
      const list = merged.get(key);
      if (list === undefined) merged.set(key, [part]);
      else list.push(part);
    }
  }
  const all = [...merged.values()]
    .map((parts) => unionOfAddresses(parts))
    .map((addresses) => ({ addresses, size: sizeOf(addresses) }))
    .sort((a, b) => (a.size < b.size ? -1 : a.size > b.size ? 1 : 0));
  const kept = all.length <= most ? all : [...all.slice(0, most - 1), ...all.slice(-1)];
  return {
    groups: kept.map(({ addresses }) => ({ kind: "addresses", addresses })),
    leftOut: all.length - kept.length + Math.max(0, boxes.size - looked.length),
  };
}

const rangesKey = ({ ranges }: AddressSet): string =>
  ranges.map(({ first, last }) => `${String(first)}-${String(last)}`).join(" ");

const sizeOf = ({ ranges }: AddressSet): bigint =>
  ranges.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
