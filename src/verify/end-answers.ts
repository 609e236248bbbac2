import type { Endpoint, Flow } from "../ir/flow.ts";
import type { Direction, Policy, PolicySet, Rule } from "../ir/policy.ts";
import { addressSetContains, familyOf } from "../sets/address-set.ts";
import type { AddressSet } from "../sets/address-set.ts";
import type { PeerBox } from "../sets/box.ts";
import { predicateContains } from "../sets/label-predicate.ts";
import { NO_TRAFFIC, unionOfTraffic } from "../sets/traffic-set.ts";
import type { TrafficSet } from "../sets/traffic-set.ts";
import { evaluate, labelsOf } from "./evaluate.ts";
import type { Decision } from "./evaluate.ts";
import type { PodGroup } from "./reach-groups.ts";
import { trafficParts } from "./told-apart.ts";
import type { SliceRules } from "./told-apart.ts";
import { namespacesOf } from "./universe.ts";

/*
 * What one end of a flow says of it before and after, for reachability.ts.
 *
 *   (a) An end's answer hangs on what the rules for its pods tell apart of the peer: pods that the same policies select, and
 *       peers that those cannot tell apart, share answers.
 *   (b) An answer is `evaluate`'s, at one point of each stretch of traffic that the rules tell apart.
 *   (c) A condition that nobody can check is taken to hold and not to hold, and an output that is read in two ways is asked
 *       both times; where that makes a difference, the verdict depends.
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

/** One of the two that a flow goes between. */
export interface End {
  readonly group: ReachGroup;
  readonly endpoint: Endpoint;
}

/** The policies that select some pods in one direction. */
interface Slice extends SliceRules {
  readonly source: PolicySet;
  readonly outputs: readonly PolicySet[];
  readonly isOpaque: boolean;
  readonly answers: Map<string, readonly EndAnswer[]>;
  /** Keys of peers by their group, for IPv4 and for IPv6. */
  readonly peerKeys: { readonly 4: Map<ReachGroup, string>; readonly 6: Map<ReachGroup, string> };
}

/** Answers for ends, each worked out once. */
export class EndAnswers {
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

  /** (a) What the end of a group of pods says of its traffic with a peer. */
  ask(
    group: PodGroup,
    direction: Direction,
    subject: End,
    peer: End,
    possible: TrafficSet,
  ): readonly EndAnswer[] {
    const slice = this.#sliceOf(group, direction);
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

  /** The boxes of the peers that the rules for some pods are about, each once. */
  boxesOf(group: PodGroup, direction: Direction): readonly PeerBox[] {
    return this.#sliceOf(group, direction).boxes;
  }

  #sliceOf(group: PodGroup, direction: Direction): Slice {
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
    const slice = makeSlice(source, outputs, direction);
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

function makeSlice(source: PolicySet, outputs: readonly PolicySet[], direction: Direction): Slice {
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
const asksOfSubject = ({ subjectOnly, traffic }: Rule): boolean =>
  subjectOnly !== undefined || traffic.named.length > 0;

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
