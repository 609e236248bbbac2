import {
  ANY_ADDRESS,
  intersectAddresses,
  isAddressSubset,
  subtractAddresses,
} from "../sets/address-set.ts";
import type { AddressSet } from "../sets/address-set.ts";
import { ANY_CUBE, cube, cubesMeet, intersectCubes } from "../sets/cube.ts";
import type { Cube } from "../sets/cube.ts";
import { complementLabelSet, isLabelSubset } from "../sets/label-set.ts";
import {
  ALL_PORTS,
  ANY_TRAFFIC,
  intersectTraffic,
  isTrafficSubset,
  protocolTraffic,
  subtractTraffic,
  TCP,
} from "../sets/traffic-set.ts";
import type { TrafficSet } from "../sets/traffic-set.ts";
import { ANY_FACTS, factsMeet, holds, intersectFacts, isFactSubset, withFact } from "./facts.ts";
import type { Facts } from "./facts.ts";

/**
 * A product of conditions on one flow: the flows that meet all of them. Unlike a box of the sets it knows the other end's
 * address before and after the switch, the source port, and everything that may or may not be the case (see Fact).
 *
 * INVARIANT: no part is empty by itself; where the source port or the name of a port is restricted, the traffic is one
 * with ports. Parts that depend on each other (address families, labels of a namespace) may still leave no flow: only
 * `pointOf` knows.
 */
export interface Region {
  readonly subject: Cube;
  readonly subjectAt: AddressSet;
  /** After the switch, where pods get other addresses then; else everything. */
  readonly subjectAfter: AddressSet;
  /** Undefined: the other end is no pod. */
  readonly peer: Cube | undefined;
  readonly peerAt: AddressSet;
  readonly peerAfter: AddressSet;
  readonly traffic: TrafficSet;
  /** A part of ANY_SOURCE_PORT. */
  readonly sourcePorts: TrafficSet;
  readonly facts: Facts;
}

/** Source ports are written as traffic of TCP, whatever the protocol. */
export const ANY_SOURCE_PORT: TrafficSet = protocolTraffic(TCP);

const ANY_POD: Region = {
  subject: ANY_CUBE,
  subjectAt: ANY_ADDRESS,
  subjectAfter: ANY_ADDRESS,
  peer: ANY_CUBE,
  peerAt: ANY_ADDRESS,
  peerAfter: ANY_ADDRESS,
  traffic: ANY_TRAFFIC,
  sourcePorts: ANY_SOURCE_PORT,
  facts: ANY_FACTS,
};
const ANY_ADDRESS_PEER: Region = { ...ANY_POD, peer: undefined };

/** Everything between the pods of the cube and pods, or between them and other ends. */
export function subjectRegion(subject: Cube, peer: "pod" | "address"): Region {
  const whole = peer === "pod" ? ANY_POD : ANY_ADDRESS_PEER;
  return subject === ANY_CUBE ? whole : { ...whole, subject };
}

/** Undefined when a part has nothing in common. */
export function intersectRegions(a: Region, b: Region): Region | undefined {
  if ((a.peer === undefined) !== (b.peer === undefined)) return undefined;
  const traffic = intersectTraffic(a.traffic, b.traffic);
  if (traffic.ranges.length === 0) return undefined;
  const subject = intersectCubes(a.subject, b.subject);
  if (subject === undefined) return undefined;
  let peer: Cube | undefined;
  if (a.peer !== undefined && b.peer !== undefined) {
    peer = intersectCubes(a.peer, b.peer);
    if (peer === undefined) return undefined;
  }
  const subjectAt = intersectAddresses(a.subjectAt, b.subjectAt);
  const subjectAfter = intersectAddresses(a.subjectAfter, b.subjectAfter);
  const peerAt = intersectAddresses(a.peerAt, b.peerAt);
  const peerAfter = intersectAddresses(a.peerAfter, b.peerAfter);
  const sourcePorts = intersectTraffic(a.sourcePorts, b.sourcePorts);
  const facts = intersectFacts(a.facts, b.facts);
  if (
    facts === undefined ||
    subjectAt.ranges.length === 0 ||
    subjectAfter.ranges.length === 0 ||
    peerAt.ranges.length === 0 ||
    peerAfter.ranges.length === 0 ||
    sourcePorts.ranges.length === 0
  ) {
    return undefined;
  }
  return {
    subject,
    subjectAt,
    subjectAfter,
    peer,
    peerAt,
    peerAfter,
    traffic,
    sourcePorts,
    facts,
  };
}

/** False if and only if {@link intersectRegions} gives nothing. */
export function regionsMeet(a: Region, b: Region): boolean {
  if (a.peer === undefined || b.peer === undefined) {
    if (a.peer !== b.peer) return false;
  } else if (!cubesMeet(a.peer, b.peer)) {
    return false;
  }
  return (
    cubesMeet(a.subject, b.subject) &&
    rangesMeet(a.traffic, b.traffic) &&
    rangesMeet(a.peerAt, b.peerAt) &&
    rangesMeet(a.subjectAt, b.subjectAt) &&
    rangesMeet(a.peerAfter, b.peerAfter) &&
    rangesMeet(a.subjectAfter, b.subjectAfter) &&
    rangesMeet(a.sourcePorts, b.sourcePorts) &&
    factsMeet(a.facts, b.facts)
  );
}

interface Ranges<T> {
  readonly ranges: readonly { readonly first: T; readonly last: T }[];
}

/** Both are sorted; most are whole, so the constants are told by identity. */
function rangesMeet<T extends number | bigint>(a: Ranges<T>, b: Ranges<T>): boolean {
  if (a === b) return true;
  let i = 0;
  let j = 0;
  for (let left = a.ranges[0], right = b.ranges[0]; left !== undefined && right !== undefined;) {
    if (left.last < right.first) left = a.ranges[++i];
    else if (right.last < left.first) right = b.ranges[++j];
    else return true;
  }
  return false;
}

/** True if every flow of `a` is surely one of `b`. */
export function isInside(a: Region, b: Region): boolean {
  return a === b || ((a.peer === undefined) === (b.peer === undefined) && leftBy(a, b, 1) === 0);
}

/**
 * How much of the region a cut leaves, in rough numbers: 0 if nothing. Each condition of the cut that the region may fail
 * counts, one that leaves out a few values less than one that lists a few. It is told only up to `enough`. Both have the
 * same kind of peer.
 */
export function leftBy(region: Region, cut: Region, enough: number): number {
  let left = 0;
  if (!isTrafficSubset(region.traffic, cut.traffic)) left += MUCH;
  if (!isAddressSubset(region.peerAt, cut.peerAt)) left += MUCH;
  if (!isAddressSubset(region.subjectAt, cut.subjectAt)) left += MUCH;
  if (!isAddressSubset(region.peerAfter, cut.peerAfter)) left += MUCH;
  if (!isAddressSubset(region.subjectAfter, cut.subjectAfter)) left += MUCH;
  if (!isTrafficSubset(region.sourcePorts, cut.sourcePorts)) left += MUCH;
  if (left >= enough) return left;
  left += leftByCube(region.subject, cut.subject, enough);
  if (region.peer !== undefined && cut.peer !== undefined && left < enough) {
    left += leftByCube(region.peer, cut.peer, enough);
  }
  if (left < enough && !isFactSubset(region.facts, cut.facts)) {
    for (const fact of cut.facts) if (!holds(region.facts, fact)) left += MUCH;
  }
  return left;
}

const LITTLE = 1;
const MUCH = 8;

function leftByCube(region: Cube, cut: Cube, enough: number): number {
  if (region === cut) return 0;
  let left = 0;
  let at = 0;
  for (const { key, set } of cut.constraints) {
    let own = region.constraints[at];
    while (own !== undefined && own.key < key) own = region.constraints[++at];
    if (own?.key === key && isLabelSubset(own.set, set)) continue;
    left += set.complement && set.atoms.length === 0 ? LITTLE : MUCH;
    if (left >= enough) break;
  }
  return left;
}

/**
 * The region without the cut, as disjoint regions: the n-th fails the n-th condition of the cut and meets those before
 * it. What can be told from labels comes first, so that the first difference found is one that people can read. One by one:
 * of thousands of conditions each piece has nearly all, and mostly the first pieces are enough.
 */
export function* outside(region: Region, cut: Region): Generator<Region> {
  let rest = region;

  if (rest.peer !== undefined && cut.peer !== undefined) {
    for (const peer of cubesOutside(rest.peer, cut.peer)) yield { ...rest, peer };
    rest = { ...rest, peer: intersectCubes(rest.peer, cut.peer) };
  }
  for (const subject of cubesOutside(rest.subject, cut.subject)) yield { ...rest, subject };
  const subject = intersectCubes(rest.subject, cut.subject);
  if (subject === undefined) return;
  rest = { ...rest, subject };

  const otherTraffic = subtractTraffic(rest.traffic, cut.traffic);
  if (otherTraffic.ranges.length > 0) yield { ...rest, traffic: otherTraffic };
  rest = { ...rest, traffic: intersectTraffic(rest.traffic, cut.traffic) };

  for (const part of ["peerAt", "subjectAt", "peerAfter", "subjectAfter"] as const) {
    if (cut[part] === ANY_ADDRESS) continue;
    const others = subtractAddresses(rest[part], cut[part]);
    if (others.ranges.length > 0) yield { ...rest, [part]: others };
    rest = { ...rest, [part]: intersectAddresses(rest[part], cut[part]) };
  }

  const otherPorts = subtractTraffic(rest.sourcePorts, cut.sourcePorts);
  if (otherPorts.ranges.length > 0) yield { ...rest, sourcePorts: otherPorts };
  rest = { ...rest, sourcePorts: intersectTraffic(rest.sourcePorts, cut.sourcePorts) };

  for (const fact of cut.facts) {
    if (holds(rest.facts, fact)) continue;
    const against = assume(rest, { variable: fact.variable, holds: !fact.holds });
    if (against !== undefined) yield against;
    const along = assume(rest, fact);
    if (along === undefined) break;
    rest = along;
  }
}

/** The flows of the region for which it is so; undefined if there are none. */
export function assume(region: Region, fact: Facts[number]): Region | undefined {
  const facts = withFact(region.facts, fact);
  if (fact.variable.kind === "unknown" || !fact.holds) return { ...region, facts };
  // Only pods name ports, and only those of protocols that have ports.
  if (fact.variable.end === "peer" && region.peer === undefined) return undefined;
  const traffic = intersectTraffic(region.traffic, ALL_PORTS);
  return traffic.ranges.length === 0 ? undefined : { ...region, traffic, facts };
}

function* cubesOutside(region: Cube, cut: Cube): Generator<Cube> {
  let rest = region;
  let at = 0;
  for (const constraint of cut.constraints) {
    let own = region.constraints[at];
    while (own !== undefined && own.key < constraint.key) own = region.constraints[++at];
    if (own?.key === constraint.key && isLabelSubset(own.set, constraint.set)) continue;
    for (const set of complementLabelSet(constraint.set)) {
      const fails = meetOf(rest, { key: constraint.key, set });
      if (fails !== undefined) yield fails;
    }
    const meets = meetOf(rest, constraint);
    if (meets === undefined) return;
    rest = meets;
  }
}

function meetOf(of: Cube, constraint: Cube["constraints"][number]): Cube | undefined {
  const one = cube([constraint]);
  return one === undefined ? undefined : intersectCubes(of, one);
}
