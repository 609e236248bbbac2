import {
  ANY_ADDRESS,
  addressesMeet,
  complementAddresses,
  equalAddresses,
  intersectAddresses,
} from "../sets/address-set.ts";
import type { Box, PeerBox, PodBox } from "../sets/box.ts";
import { boxesMeet, intersectPeers, isBoxSubset } from "../sets/box.ts";

import {
  ALL_PORTS,
  ANY_TRAFFIC,
  equalTraffic,
  intersectTraffic,
  portTraffic,
  trafficMeets,
  unionOfTraffic,
} from "../sets/traffic-set.ts";
import { SCTP, TCP, UDP } from "../sets/traffic-set.ts";
import type { Facts } from "./facts.ts";
import { containsAllPods } from "./facts.ts";
import { sayableCube, sayablePeer } from "./say-peer.ts";
import type { Term } from "./term.ts";

/**
 * A term whose boxes have only parts that NetworkPolicies can say, and the same of what is cut out of it.
 *
 * A peer is said by the labels of pods ("pods"), or by a block where no pod is ("outside"), or by a block that stands for
 * machines and for all the pods in it ("both"): there a flow may be let in only if it is allowed from either.
 */
export interface SayableTerm {
  readonly says: "pods" | "outside" | "both";
  readonly box: Box;
  readonly cuts: readonly Box[];
}

type Side = "under" | "over";

/**
 * Terms as far as they can be said. "Under": inside of what is given, since what cannot be said is left out of the box and
 * made whole in a cut. "Over": around it, the other way round.
 */
export function sayableTerms(
  terms: readonly Term[],
  facts: Facts,
  side: Side,
): readonly SayableTerm[] {
  const plain = terms.flatMap((term) => withPlainSubject(term, facts, side) ?? []);
  const found: SayableTerm[] = [];
  for (const term of plain) {
    if (term.box.peer.kind === "pod") {
      found.push(...byLabels(term, facts, side));
      if (side === "over") found.push(...podsByBlock(term, facts));
    } else if (side === "over") found.push({ ...term, says: "outside" });
    else {
      found.push(...outsideOfPods(term, facts));
      for (const other of plain) found.push(...bothNatures(term, other, facts));
    }
  }
  return found.flatMap((term) => withSayableTraffic(term, side));
}

interface PlainTerm {
  readonly box: Box;
  readonly cuts: readonly Box[];
}

const opposite = (side: Side): Side => (side === "under" ? "over" : "under");

/** True if addresses say nothing about a pod. */
const isEverywhere = ({ addresses }: PeerBox, { podRanges }: Facts): boolean =>
  addresses === ANY_ADDRESS ||
  equalAddresses(addresses, ANY_ADDRESS) ||
  containsAllPods(addresses, podRanges);

const mayHavePods = ({ addresses }: PeerBox, { podRanges }: Facts): boolean =>
  podRanges === undefined || addressesMeet(addresses, podRanges);

/** Pods by what a selector says of them; undefined when nothing is left. */
function podsByLabels(
  pods: PodBox,
  facts: Facts,
  side: Side,
  say: typeof sayableCube,
): PodBox | undefined {
  if (!isEverywhere(pods, facts) && (side === "under" || !mayHavePods(pods, facts)))
    return undefined;
  const labels = say(pods.labels, facts, side);
  if (labels === undefined) return undefined;
  return labels === pods.labels && pods.addresses === ANY_ADDRESS
    ? pods
    : { kind: "pod", labels, addresses: ANY_ADDRESS };
}

function withPlainSubject({ box, cuts }: Term, facts: Facts, side: Side): PlainTerm | undefined {
  const subject = podsByLabels(box.subject, facts, side, sayableCube);
  if (subject === undefined) return undefined;
  return {
    box: { ...box, subject },
    cuts: cuts.flatMap(({ box: cut }) => {
      const own = podsByLabels(cut.subject, facts, opposite(side), sayableCube);
      if (own === undefined) return [];
      return own === cut.subject ? cut : { ...cut, subject: own };
    }),
  };
}

/** The cuts that still meet a box; undefined if one of them covers it. */
function meeting(box: Box, cuts: readonly Box[]): readonly Box[] | undefined {
  if (cuts.some((cut) => isBoxSubset(box, cut))) return undefined;
  return cuts.filter((cut) => boxesMeet(box, cut));
}

function term(
  says: SayableTerm["says"],
  box: Box | undefined,
  cuts: readonly Box[],
): readonly SayableTerm[] {
  const left = box === undefined ? undefined : meeting(box, cuts);
  return box === undefined || left === undefined ? [] : [{ says, box, cuts: left }];
}

function byLabels({ box, cuts }: PlainTerm, facts: Facts, side: Side): readonly SayableTerm[] {
  if (box.peer.kind !== "pod") return [];
  const anyLabels = box.peer.labels.constraints.length === 0;
  // Pods at certain addresses and with any labels are a block.
  if (side === "over" && anyLabels && !isEverywhere(box.peer, facts)) return [];
  const peer = podsByLabels(box.peer, facts, side, sayablePeer);
  return term(
    "pods",
    peer === undefined ? undefined : { ...box, peer },
    cuts.flatMap((cut) => {
      const own =
        cut.peer.kind === "pod"
          ? podsByLabels(cut.peer, facts, opposite(side), sayablePeer)
          : undefined;
      if (own === undefined) return [];
      return own === cut.peer ? cut : { ...cut, peer: own };
    }),
  );
}

/** Over: all pods at certain addresses, as a block. */
function podsByBlock({ box, cuts }: PlainTerm, facts: Facts): readonly SayableTerm[] {
  const { peer } = box;
  if (peer.kind !== "pod" || isEverywhere(peer, facts) || facts.targetDiffers) return [];
  if (peer.labels.constraints.length > 0) return [];
  return term(
    "both",
    { ...box, peer: { kind: "address", addresses: peer.addresses } },
    cuts.flatMap((cut) =>
      cut.peer.kind === "pod" && cut.peer.labels.constraints.length === 0
        ? [{ ...cut, peer: { kind: "address", addresses: cut.peer.addresses } as const }]
        : [],
    ),
  );
}

/** Machines at addresses that no pod has. */
function outsideOfPods({ box, cuts }: PlainTerm, facts: Facts): readonly SayableTerm[] {
  if (facts.targetPodRanges === undefined) return [];
  const noPods = complementAddresses(facts.targetPodRanges);
  const addresses = intersectAddresses(box.peer.addresses, noPods);
  if (addresses.ranges.length === 0) return [];
  return term("outside", { ...box, peer: { kind: "address", addresses } }, cuts);
}

/** Machines of the one term at addresses where the other lets in every pod. */
function bothNatures(machines: PlainTerm, pods: PlainTerm, facts: Facts): readonly SayableTerm[] {
  const { peer } = pods.box;
  if (peer.kind !== "pod" || peer.labels.constraints.length > 0) return [];
  // Pods that get other addresses keep nothing of the old ones: only "every pod" still means anything.
  if (facts.targetDiffers && !isEverywhere(peer, facts)) return [];
  const asAddress = ({ addresses }: PeerBox): AddressPeer => ({
    kind: "address",
    addresses: facts.targetDiffers ? ANY_ADDRESS : addresses,
  });
  const { box } = machines;
  const labels = intersectSubjects(box, pods.box);
  const numbers = intersectTraffic(box.traffic.numbers, pods.box.traffic.numbers);
  const addresses = intersectAddresses(box.peer.addresses, asAddress(peer).addresses);
  const sameNames = box.traffic.named.join() === pods.box.traffic.named.join();
  if (labels === undefined || !sameNames) return [];
  if (numbers.ranges.length === 0 || addresses.ranges.length === 0) return [];
  return term(
    "both",
    {
      subject: labels,
      peer: { kind: "address", addresses },
      traffic: { numbers, named: box.traffic.named },
    },
    [...machines.cuts, ...pods.cuts.map((cut) => ({ ...cut, peer: asAddress(cut.peer) }))],
  );
}

type AddressPeer = Extract<PeerBox, { readonly kind: "address" }>;

function intersectSubjects(a: Box, b: Box): PodBox | undefined {
  const both = intersectPeers(a.subject, b.subject);
  return both?.kind === "pod" ? both : undefined;
}

/**
 * A `ports` list speaks of TCP, UDP and SCTP alone, and without one all traffic is allowed. So a term of all traffic is said
 * twice: with ports, and without any for what no cut touches at all. A port's name stands for its whole protocol.
 */
function withSayableTraffic(one: SayableTerm, side: Side): readonly SayableTerm[] {
  const { says, box, cuts } = one;
  const { numbers, named } = box.traffic;
  if (named.length > 0) {
    // A `ports` list names a port by one name: that it has two at once cannot be said.
    if (named.length > 1 && side === "under") return [];
    const asWhole = cuts.flatMap((cut) => {
      const whole = wholeProtocols(cut.traffic.numbers, numbers, side);
      return whole === undefined ? [] : [{ ...cut, traffic: { numbers: whole, named: [] } }];
    });
    const protocols = wholeProtocols(numbers, ALL_PORTS, opposite(side));
    if (protocols === undefined) return [];
    return term(says, { ...box, traffic: { numbers: protocols, named } }, asWhole);
  }
  if (side === "over") return [one];
  const found: SayableTerm[] = [];
  const isAll = numbers === ANY_TRAFFIC || equalTraffic(numbers, ANY_TRAFFIC);
  if (isAll) {
    if (cuts.every((cut) => equalTraffic(cut.traffic.numbers, ANY_TRAFFIC))) return [one];
    const whole = cuts.map((cut) => ({ ...cut, traffic: box.traffic }));
    found.push(...term(says, box, whole));
  }
  const ports = intersectTraffic(numbers, ALL_PORTS);
  if (ports.ranges.length > 0) {
    found.push(...term(says, { ...box, traffic: { numbers: ports, named } }, cuts));
  }
  return found;
}

const PORT_PROTOCOLS = [TCP, UDP, SCTP] as const;

/** The protocols that a cut touches (under) or covers (over); undefined when none. */
function wholeProtocols(
  cut: Box["traffic"]["numbers"],
  own: Box["traffic"]["numbers"],
  side: Side,
): Box["traffic"]["numbers"] | undefined {
  const touched = PORT_PROTOCOLS.map((protocol) =>
    portTraffic(protocol, [{ first: 1, last: 65535 }]),
  ).filter((whole) => {
    if (!trafficMeets(own, whole)) return false;
    return side === "under"
      ? trafficMeets(cut, whole)
      : equalTraffic(intersectTraffic(cut, whole), whole);
  });
  return touched.length === 0 ? undefined : unionOfTraffic(touched);
}
