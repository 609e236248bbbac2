import type { AllowRule } from "../ir/allow-policy.ts";
import type { Direction, Rule } from "../ir/policy.ts";
import type { AddressSet } from "../sets/address-set.ts";
import {
  ANY_ADDRESS,
  equalAddresses,
  intersectAddresses,
  unionOfAddresses,
} from "../sets/address-set.ts";
import type { Box, PeerBox, PodBox } from "../sets/box.ts";
import type { Cube } from "../sets/cube.ts";
import type { Facts } from "./facts.ts";
import { containsAllPods } from "./facts.ts";
import type { LocalRule } from "./local.ts";
import { peersFor } from "./local.ts";
import type { SaidPeers } from "./say-peer.ts";
import { sayPeers, sayableCube } from "./say-peer.ts";
import { splitSayable } from "./say-selector.ts";
import type { SaidTraffic } from "./say-traffic.ts";
import { sayNames, sayNumbers } from "./say-traffic.ts";

/** Peers and traffic that go together. */
interface SaidPart {
  readonly peers: SaidPeers;
  readonly traffic: SaidTraffic;
}

/** What policies with these subjects say. */
export interface SaidGroup {
  readonly subjects: readonly Cube[];
  readonly rules: readonly AllowRule[];
  readonly parts: readonly SaidPart[];
}

/** A rule in the target's words. */
export interface SaidRule {
  /** Usually one: several where it was cut such that some pods of its subject get more than others. */
  readonly groups: readonly SaidGroup[];
  /** What it surely lets in. */
  readonly surely: readonly Box[];
  /** What it may let in. */
  readonly maybe: readonly Box[];
}

/** Of a rule for pods that nobody isolates. */
export const NOTHING_SAID: SaidRule = { groups: [], surely: [], maybe: [] };

export const writesBlocks = ({ groups }: SaidRule): boolean =>
  groups.some(({ rules }) =>
    rules.some(({ peers }) => peers?.some((peer) => peer.kind === "block")),
  );

/** What exceptions of its blocks take out. */
export const holesIn = ({ groups }: SaidRule): AddressSet =>
  unionOfAddresses(groups.flatMap(({ parts }) => parts.flatMap(({ peers }) => peers.holes ?? [])));

/** A rule of an object that is written as it is. */
export function sayKept(
  subjects: readonly Cube[],
  surely: readonly Box[],
  maybe: readonly Box[],
): SaidRule {
  return { groups: [{ subjects, rules: [], parts: [] }], surely, maybe };
}

/** Its boxes are put together only when somebody asks: most rules come out as they went in, and nobody does. */
class Said implements SaidRule {
  readonly groups: readonly SaidGroup[];
  #surely: readonly Box[] | undefined;
  #maybe: readonly Box[] | undefined;

  constructor(groups: readonly SaidGroup[]) {
    this.groups = groups;
  }

  get surely(): readonly Box[] {
    this.#surely ??= this.#boxes((part) => part.peers.surely);
    return this.#surely;
  }

  get maybe(): readonly Box[] {
    this.#maybe ??= this.#boxes((part) => part.peers.maybe);
    return this.#maybe;
  }

  #boxes(peersOf: (part: SaidPart) => readonly PeerBox[]): readonly Box[] {
    return this.groups.flatMap(({ subjects, parts }) =>
      subjects.flatMap((labels) => {
        const subject: PodBox = { kind: "pod", labels, addresses: ANY_ADDRESS };
        return parts.flatMap((part) =>
          part.traffic.means.flatMap((traffic) =>
            peersOf(part).map((peer): Box => ({ subject, peer, traffic })),
          ),
        );
      }),
    );
  }
}

const same = <T>(a: readonly T[], b: readonly T[], equal: (a: T, b: T) => boolean): boolean =>
  a.length === b.length &&
  a.every((one, index) => {
    const other = b[index];
    return other !== undefined && equal(one, other);
  });

/**
 * True if what is said is surely what the rule means, as one sees without computing anything: the very same subjects,
 * peers and numbers. False says nothing.
 */
export function isVerbatim({ rule, policy }: LocalRule, said: SaidRule): boolean {
  const [group] = said.groups;
  const [part] = group?.parts ?? [];
  if (group === undefined || part === undefined || rule.subjectOnly !== undefined) return false;
  if (said.groups.length !== 1 || group.parts.length !== 1) return false;
  if (rule.traffic.named.length > 0) return false;
  const { peers, traffic } = part;
  return (
    same(group.subjects, policy.subjects, (a, b) => a === b) &&
    traffic.means[0]?.numbers === rule.traffic.numbers &&
    (peers.surely === rule.peer || same(peers.surely, rule.peer, samePeer)) &&
    (peers.maybe === peers.surely || same(peers.maybe, rule.peer, samePeer))
  );
}

const samePeer = (a: PeerBox, b: PeerBox): boolean =>
  a.kind === b.kind &&
  (a.addresses === b.addresses || equalAddresses(a.addresses, b.addresses)) &&
  (a.kind !== "pod" || b.kind !== "pod" || a.labels === b.labels);

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
 * @param unexcepted addresses that no exception of a block may hold
 */
export function sayRule(
  rule: Rule,
  subjects: readonly Cube[],
  namespace: string,
  direction: Direction,
  facts: Facts,
  side: "under" | "over",
  unexcepted?: AddressSet,
): SaidRule | undefined {
  if (subjects.length === 0) return undefined;
  const group = new GroupBuilder(subjects);
  const say = (peer: Rule["peer"]): SaidPeers | undefined =>
    sayPeers(peer, rule.blocks, namespace, facts, side, unexcepted);
  const peers = say(rule.peer);
  group.add(peers, sayNumbers(rule.traffic.numbers, side));
  const named = rule.traffic.named.length === 0 ? undefined : sayNames(rule.traffic.named);
  if (named !== undefined) {
    const reachable = peersFor(rule, { numbers: rule.traffic.numbers, named: [""] }, direction);
    group.add(reachable === rule.peer ? peers : say(reachable), named);
  }
  return saidRule([group]);
}

/** What several groups say together; undefined when nothing. */
export function saidRule(builders: readonly GroupBuilder[]): SaidRule | undefined {
  const groups = builders.filter(({ rules }) => rules.length > 0);
  return groups.length === 0 ? undefined : new Said(groups);
}

/** Puts the rules of one group together. */
export class GroupBuilder implements SaidGroup {
  readonly subjects: readonly Cube[];
  readonly rules: AllowRule[] = [];
  readonly parts: SaidPart[] = [];

  constructor(subjects: readonly Cube[]) {
    this.subjects = subjects;
  }

  add(peers: SaidPeers | undefined, traffic: SaidTraffic | undefined): void {
    if (peers === undefined || traffic === undefined) return;
    const last = this.rules.at(-1);
    if (
      last !== undefined &&
      last.peers === peers.peers &&
      last.ports !== undefined &&
      traffic.ports !== undefined
    ) {
      this.rules[this.rules.length - 1] = { ...last, ports: [...last.ports, ...traffic.ports] };
    } else {
      this.rules.push({ peers: peers.peers, ports: traffic.ports });
    }
    this.parts.push({ peers, traffic });
  }
}
