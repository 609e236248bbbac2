import { ANY_ADDRESS } from "../sets/address-set.ts";
import type { Box, PeerBox, PodBox } from "../sets/box.ts";
import { PIECE_LIMIT, findOutside, remainder, withoutCovered } from "../sets/box-remainder.ts";
import { mergeBoxes } from "../sets/merge-boxes.ts";
import type { Cube } from "../sets/cube.ts";
import { ANY_CUBE, cubeText } from "../sets/cube.ts";
import { trafficText, unionTraffic } from "../sets/traffic-set.ts";
import type { TrafficSet } from "../sets/traffic-set.ts";
import type { Effort } from "./effort.ts";
import type { Facts } from "./facts.ts";
import { apartBy } from "./impossible.ts";
import type { SaidPeers } from "./say-peer.ts";
import { sayPeers } from "./say-peer.ts";
import type { SaidRule } from "./say-rule.ts";
import { GroupBuilder, saidRule } from "./say-rule.ts";
import { selectorCount, splitSayable } from "./say-selector.ts";
import { sayNames, sayNumbers } from "./say-traffic.ts";
import type { SayableTerm } from "./sayable-terms.ts";
import { sayableTerms } from "./sayable-terms.ts";
import type { Term } from "./term.ts";

interface Piece {
  readonly says: SayableTerm["says"];
  readonly box: Box;
}

/**
 * What is left of a rule, in the target's words: few rules, and readable ones.
 *
 * a. The terms are made sayable first, so that nothing is cut in ways that cannot be said (sayable-terms.ts).
 * b. Each gives pieces that overlap and are as large as can be (box-remainder.ts).
 * c. Pieces that others cover are left out, and those that differ in one part are put together.
 * d. Pieces of the same pods are printed together, pieces with the same traffic as one rule, and rules with the same peers
 *    as one.
 *
 * @returns undefined when nothing of it can be said
 */
export function sayTerms(
  terms: readonly Term[],
  namespace: string,
  facts: Facts,
  side: "under" | "over",
  effort: Effort,
): SaidRule | undefined {
  const pieces: Piece[] = [];
  for (const { says, box, cuts } of sayableTerms(terms, facts, side)) {
    for (const piece of piecesOf(box, cuts, facts, side, effort)) pieces.push({ says, box: piece });
  }
  return print(few(pieces, effort), namespace, facts, side);
}

/** Step b. */
function piecesOf(
  box: Box,
  cuts: readonly Box[],
  facts: Facts,
  side: "under" | "over",
  effort: Effort,
): readonly Box[] {
  if (cuts.length === 0 && facts.impossible.length === 0) return [box];
  const steps = effort.question();
  const { pieces, limit } = remainder(box, cuts, steps, apartBy(facts));
  effort.close(steps);
  const isMany = pieces.some(
    ({ subject, peer }) => selectorsOf(subject) * selectorsOf(peer) > PIECE_LIMIT,
  );
  if (limit === undefined && !isMany) return pieces;
  effort.giveUp(limit ?? "pieces");
  // Too much is no more than the rule was. Too little is nothing: which pieces come first, no reader could tell.
  return side === "under" ? [] : [box];
}

const selectorsOf = (peer: PeerBox): number =>
  peer.kind === "pod" ? selectorCount(peer.labels) : 1;

/** Step c. */
function few(pieces: readonly Piece[], effort: Effort): readonly Piece[] {
  const found: Piece[] = [];
  const kept = new Map<string, readonly Box[]>();
  const groups = new Map<string, { readonly first: Piece; readonly boxes: Box[] }>();
  for (const piece of pieces) {
    const { says, box } = piece;
    const key = `${says} ${box.traffic.named.join(" ")}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: piece, boxes: [box] });
    else group.boxes.push(box);
  }
  // What is more general comes first: it may cover what comes after it.
  const rank = ({ first: { says, box } }: { readonly first: Piece }): number =>
    (box.traffic.named.length > 0 ? 2 : 0) + (says === "outside" ? 1 : 0);
  for (const { first, boxes } of [...groups.values()].sort((a, b) => rank(a) - rank(b))) {
    const { says } = first;
    const { named } = first.box.traffic;
    const wider = [
      ...(named.length > 0 ? (kept.get(`${says} `) ?? []) : []),
      ...(says === "outside" ? (kept.get(`both ${named.join(" ")}`) ?? []) : []),
    ];
    // One box more than there need be is no harm.
    const steps = effort.inFewWords();
    const left = boxes.filter((box) => wider.length === 0 || isOutside(box, wider, steps));
    const question = effort.question();
    const merged = mergeBoxes(withoutCovered(left, question));
    effort.close(question);
    kept.set(`${says} ${named.join(" ")}`, merged);
    for (const box of merged) found.push({ says, box });
  }
  return found;
}

function isOutside(box: Box, others: readonly Box[], effort: Effort): boolean {
  const steps = effort.question();
  const found = findOutside(box, others, steps);
  effort.close(steps);
  return found !== undefined;
}

interface Spoken {
  readonly traffic: TrafficSet;
  readonly peers: SaidPeers;
  readonly named: readonly string[];
}

/** Step d. */
function print(
  pieces: readonly Piece[],
  namespace: string,
  facts: Facts,
  side: "under" | "over",
): SaidRule | undefined {
  const bySubject = groupBy(pieces, ({ box }) => cubeText(box.subject.labels));
  const builders: GroupBuilder[] = [];
  for (const [first, ...others] of bySubject) {
    const same = [first, ...others];
    const subjects: readonly Cube[] = splitSayable(first.box.subject.labels);
    const builder = new GroupBuilder(subjects);
    const spoken: Spoken[] = [];
    const byTraffic = groupBy(
      same,
      ({ box: { traffic } }) => `${trafficText(traffic.numbers)} ${traffic.named.join(" ")}`,
    );
    for (const [one, ...more] of byTraffic) {
      const peers = sayPeers(
        [one, ...more].flatMap((piece) => peersOf(piece, facts)),
        undefined,
        namespace,
        facts,
        side,
      );
      const { numbers, named } = one.box.traffic;
      if (peers !== undefined) spoken.push({ traffic: numbers, peers, named });
    }
    for (const [one, ...more] of groupBy(
      spoken,
      ({ peers, named }) => `${named.join(" ")} ${JSON.stringify(peers.peers)}`,
    )) {
      const numbers = unionTraffic(one.traffic, ...more.map(({ traffic }) => traffic));
      const [name] = one.named;
      builder.add(
        one.peers,
        name === undefined ? sayNumbers(numbers, side) : sayNames([{ name, protocols: numbers }]),
      );
    }
    builders.push(builder);
  }
  return saidRule(builders);
}

/** The peers that a piece lets in. */
function peersOf({ says, box: { peer } }: Piece, facts: Facts): readonly PeerBox[] {
  if (says !== "both" || peer.kind === "pod") return [peer];
  const pods: PodBox = {
    kind: "pod",
    labels: ANY_CUBE,
    addresses: facts.targetDiffers ? ANY_ADDRESS : peer.addresses,
  };
  return [peer, pods];
}

/** Groups in the order of their first members, none of them empty. */
function groupBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): readonly (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
