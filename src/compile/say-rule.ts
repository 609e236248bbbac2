import type { AllowRule } from "../ir/allow-policy.ts";
import type { Direction, Rule } from "../ir/policy.ts";
import type { AddressSet } from "../sets/address-set.ts";
import { ANY_ADDRESS, equalAddresses, intersectAddresses } from "../sets/address-set.ts";
import type { Box, PeerBox, PodBox, TrafficBox } from "../sets/box.ts";
import type { Cube } from "../sets/cube.ts";
import type { Facts } from "./facts.ts";
import { containsAllPods } from "./facts.ts";
import { peersFor } from "./local.ts";
import type { SaidPeers } from "./say-peer.ts";
import { sayPeers, sayableCube } from "./say-peer.ts";
import { splitSayable } from "./say-selector.ts";
import type { SaidTraffic } from "./say-traffic.ts";
import { sayNames, sayNumbers } from "./say-traffic.ts";

/** A rule as policies with these subjects say it. */
export interface SaidRule {
  readonly subjects: readonly Cube[];
  /** Usually one; two where names and numbers of ports have different peers. */
  readonly rules: readonly AllowRule[];
  readonly surely: readonly Box[];
  readonly maybe: readonly Box[];
  /** What exceptions of its blocks take out; undefined without exceptions. */
  readonly holes?: AddressSet;
}

/** Subjects that a podSelector says, out of subject boxes: addresses of pods must not matter. */
export function saySubjects(
  subjects: readonly PodBox[],
  facts: Facts,
  side: "under" | "over",
): readonly Cube[] {
  return subjects.flatMap(({ labels, addresses }) => {
    const everywhere =
      addresses === ANY_ADDRESS ||
      equalAddresses(addresses, ANY_ADDRESS) ||
      containsAllPods(addresses, facts.podRanges);
    if (!everywhere) {
      if (side === "under") return [];
      if (
        facts.podRanges !== undefined &&
        intersectAddresses(addresses, facts.podRanges).ranges.length === 0
      ) {
        return [];
      }
    }
    const said = sayableCube(labels, facts, side);
    return said === undefined ? [] : splitSayable(said);
  });
}

/**
 * The rule in the target's words, or undefined when nothing of it can be said on that side.
 *
 * @param blocks how its addresses may be written; undefined for disjoint CIDRs without exceptions
 */
export function sayRule(
  rule: Rule,
  blocks: Rule["blocks"],
  subjects: readonly Cube[],
  namespace: string,
  direction: Direction,
  facts: Facts,
  side: "under" | "over",
): SaidRule | undefined {
  if (subjects.length === 0) return undefined;
  const rules: AllowRule[] = [];
  const surely: Box[] = [];
  const maybe: Box[] = [];
  const say = (peers: SaidPeers | undefined, traffic: SaidTraffic | undefined): void => {
    if (peers === undefined || traffic === undefined) return;
    const last = rules.at(-1);
    if (last !== undefined && last.peers === peers.peers && last.ports !== undefined && traffic.ports !== undefined) {
      rules[rules.length - 1] = { ...last, ports: [...last.ports, ...traffic.ports] };
    } else {
      rules.push({ from: [rule.origin], peers: peers.peers, ports: traffic.ports });
    }
    for (const labels of subjects) {
      const subject: PodBox = { kind: "pod", labels, addresses: ANY_ADDRESS };
      surely.push(...product(subject, peers.surely, traffic.means));
      maybe.push(...product(subject, peers.maybe, traffic.means));
    }
  };

  const peers = sayPeers(rule.peer, blocks, namespace, facts, side);
  say(peers, sayNumbers(rule.traffic.numbers, side));
  const named = sayNames(rule.traffic.named);
  if (named !== undefined) {
    const reachable = peersFor(rule, { numbers: rule.traffic.numbers, named: [""] }, direction);
    say(reachable === rule.peer ? peers : sayPeers(reachable, blocks, namespace, facts, side), named);
  }
  if (rules.length === 0) return undefined;
  const holes = peers?.holes;
  return { subjects, rules, surely, maybe, ...(holes === undefined ? {} : { holes }) };
}

function product(subject: PodBox, peers: readonly PeerBox[], traffic: readonly TrafficBox[]): readonly Box[] {
  return traffic.flatMap((one) => peers.map((peer): Box => ({ subject, peer, traffic: one })));
}
