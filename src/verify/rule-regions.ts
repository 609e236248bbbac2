import type { Direction, OpaqueCondition, Rule, UnsaidMatch } from "../ir/policy.ts";
import { ANY_ADDRESS, unionOfAddresses } from "../sets/address-set.ts";
import type { AddressSet } from "../sets/address-set.ts";
import type { PeerBox } from "../sets/box.ts";
import { ANY_CUBE, equalCubes } from "../sets/cube.ts";
import type { Cube } from "../sets/cube.ts";
import {
  ALL_PORTS,
  ANY_TRAFFIC,
  intersectTraffic,
  OTHER_TRAFFIC,
  portTraffic,
  subtractTraffic,
  TCP,
} from "../sets/traffic-set.ts";
import type { TrafficSet } from "../sets/traffic-set.ts";
import { ANY_FACTS, withFact } from "./facts.ts";
import type { Facts, Variables } from "./facts.ts";
import { ANY_SOURCE_PORT, subjectRegion } from "./region.ts";
import type { Region } from "./region.ts";

/** A rule without its policy's subject: its match is the union of these. `subject` is what the rule itself asks of it. */
export type RuleMatch = readonly Region[];

export interface RuleReading {
  readonly direction: Direction;
  readonly variables: Variables;
  /** True for a set whose pods have their addresses of after the switch, where these are others. */
  readonly after: boolean;
}

/** What a rule matches, as regions: (own side) x (peer) x (traffic) x (each further condition). */
export function ruleMatch(rule: Rule, reading: RuleReading): RuleMatch {
  const traffics = trafficParts(rule, reading);
  let conditions: readonly Condition[] = ANY_CONDITION;
  for (const condition of rule.opaque) {
    const parts = conditionParts(condition, reading);
    conditions = conditions.flatMap((have) => parts.flatMap((part) => both(have, part)));
  }
  const owns: readonly { labels: Cube; addresses: AddressSet }[] = rule.subjectOnly ?? ANY_OWN;

  const match: Region[] = [];
  for (const peer of mergePeers(rule.peer)) {
    const isPod = peer.kind === "pod";
    const peerEnd = placed(peer.addresses, isPod && reading.after);
    for (const traffic of traffics) {
      for (const condition of conditions) {
        const all = both(traffic, condition)[0];
        if (all === undefined || (!isPod && namesPeerPort(all.facts))) continue;
        for (const own of owns) {
          if (own.addresses.ranges.length === 0 || peer.addresses.ranges.length === 0) continue;
          const ownEnd = placed(own.addresses, reading.after);
          match.push({
            subject: own.labels,
            subjectAt: ownEnd.at,
            subjectAfter: ownEnd.after,
            peer: isPod ? peer.labels : undefined,
            peerAt: peerEnd.at,
            peerAfter: peerEnd.after,
            traffic: all.traffic,
            sourcePorts: all.sourcePorts,
            facts: all.facts,
          });
        }
      }
    }
  }
  return match;
}

const ANY_OWN = [{ labels: ANY_CUBE, addresses: ANY_ADDRESS }] as const;

function placed(addresses: AddressSet, after: boolean): { at: AddressSet; after: AddressSet } {
  return after ? { at: ANY_ADDRESS, after: addresses } : { at: addresses, after: ANY_ADDRESS };
}

/** Peers that differ in their addresses alone become one: a list of a thousand CIDRs is one set. */
function mergePeers(peers: readonly PeerBox[]): readonly PeerBox[] {
  if (peers.length < 3) return peers;
  const groups: PeerBox[][] = [];
  const anyPod: PeerBox[] = [];
  const outside: PeerBox[] = [];
  for (const peer of peers) {
    if (peer.kind === "address") outside.push(peer);
    else if (equalCubes(peer.labels, ANY_CUBE)) anyPod.push(peer);
    else groups.push([peer]);
  }
  return [...groups, anyPod, outside].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length === 1) return group;
    const addresses = unionOfAddresses(group.map((peer) => peer.addresses));
    return [{ ...first, addresses }];
  });
}

/** What traffic and further conditions restrict. */
interface Condition {
  readonly traffic: TrafficSet;
  readonly sourcePorts: TrafficSet;
  readonly facts: Facts;
}

const ANY_CONDITION: readonly Condition[] = [
  { traffic: ANY_TRAFFIC, sourcePorts: ANY_SOURCE_PORT, facts: ANY_FACTS },
];

/** One condition or none. */
function both(a: Condition, b: Condition): readonly Condition[] {
  const traffic = intersectTraffic(a.traffic, b.traffic);
  const sourcePorts = intersectTraffic(a.sourcePorts, b.sourcePorts);
  if (traffic.ranges.length === 0 || sourcePorts.ranges.length === 0) return [];
  let facts = a.facts;
  for (const fact of b.facts) {
    const own = facts.find(({ variable }) => variable === fact.variable);
    if (own === undefined) facts = withFact(facts, fact);
    else if (own.holds !== fact.holds) return [];
  }
  return [{ traffic, sourcePorts, facts }];
}

function namesPeerPort(facts: Facts): boolean {
  return facts.some(
    ({ variable, holds }) => holds && variable.kind === "port-name" && variable.end === "peer",
  );
}

/** By number, or by each of the names. */
function trafficParts(rule: Rule, reading: RuleReading): readonly Condition[] {
  const { numbers, named } = rule.traffic;
  const parts: Condition[] = [];
  if (numbers.ranges.length > 0) {
    parts.push({ traffic: numbers, sourcePorts: ANY_SOURCE_PORT, facts: ANY_FACTS });
  }
  for (const { name, protocols } of named) {
    const traffic = intersectTraffic(protocols, ALL_PORTS);
    if (traffic.ranges.length === 0) continue;
    const facts = [{ variable: destinationName(name, reading), holds: true }];
    parts.push({ traffic, sourcePorts: ANY_SOURCE_PORT, facts });
  }
  return parts;
}

function conditionParts(condition: OpaqueCondition, reading: RuleReading): readonly Condition[] {
  switch (condition.kind) {
    case "source-port":
      if (condition.naming !== undefined) return unknownParts(condition, reading);
      return sourcePortParts(condition, reading);
    case "excluded-named-port": {
      if (condition.naming !== undefined) return unknownParts(condition, reading);
      let facts = ANY_FACTS;
      for (const name of condition.names) {
        facts = withFact(facts, { variable: destinationName(name, reading), holds: false });
      }
      return [{ traffic: ANY_TRAFFIC, sourcePorts: ANY_SOURCE_PORT, facts }];
    }
    case "destination-port":
    case "unknown":
      return unknownParts(condition, reading);
    default:
      return condition satisfies never;
  }
}

/**
 * The flows that an Allow matches besides, as far as can be told: whether one is among them is a fact of its own.
 */
export function unsaidMatch(unsaid: UnsaidMatch, { variables }: RuleReading): RuleMatch {
  const facts = [{ variable: variables.unsaid(unsaid), holds: true }];
  return (["pod", "address"] as const).map((peer) => ({ ...subjectRegion(ANY_CUBE, peer), facts }));
}

/** Also conditions that go by the names of some endpoints only: which these are is no part of a region. */
function unknownParts(condition: OpaqueCondition, reading: RuleReading): readonly Condition[] {
  const variable = reading.variables.unknown(condition);
  const facts = [{ variable, holds: true }];
  return [{ traffic: ANY_TRAFFIC, sourcePorts: ANY_SOURCE_PORT, facts }];
}

/** Traffic without ports has no source port: a list of them does not hold for it, its negation does. */
function sourcePortParts(
  condition: Extract<OpaqueCondition, { kind: "source-port" }>,
  reading: RuleReading,
): readonly Condition[] {
  const end = reading.direction === "ingress" ? "peer" : "subject";
  const listed = portTraffic(TCP, condition.ports);
  const names = condition.names.map((name) => reading.variables.portName("source", end, name));
  if (condition.negated) {
    let facts = ANY_FACTS;
    for (const variable of names) facts = withFact(facts, { variable, holds: false });
    const sourcePorts = subtractTraffic(ANY_SOURCE_PORT, listed);
    const portless = { traffic: OTHER_TRAFFIC, sourcePorts: ANY_SOURCE_PORT, facts: ANY_FACTS };
    if (sourcePorts.ranges.length === 0) return [portless];
    return [portless, { traffic: ALL_PORTS, sourcePorts, facts }];
  }
  const parts: Condition[] = [];
  if (listed.ranges.length > 0) {
    parts.push({ traffic: ALL_PORTS, sourcePorts: listed, facts: ANY_FACTS });
  }
  for (const variable of names) {
    const facts = [{ variable, holds: true }];
    parts.push({ traffic: ALL_PORTS, sourcePorts: ANY_SOURCE_PORT, facts });
  }
  return parts;
}

function destinationName(name: string, { direction, variables }: RuleReading) {
  return variables.portName("destination", direction === "ingress" ? "subject" : "peer", name);
}
