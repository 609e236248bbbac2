import { fitted } from "../base/fitted.ts";
import { withAccountLabels } from "../inventory/account-labels.ts";
import type { AllowPeer } from "../ir/allow-policy.ts";
import { fewestBlocks } from "../sets/address-blocks.ts";
import type { AddressBlock } from "../sets/address-blocks.ts";
import type { AddressSet } from "../sets/address-set.ts";
import {
  ANY_ADDRESS,
  NO_ADDRESS,
  addressSetOf,
  addressesMeet,
  equalAddresses,
  intersectAddresses,
  isAddressSubset,
  parseCidr,
  subtractAddresses,
  toCidrs,
  unionAddresses,
  unionOfAddresses,
} from "../sets/address-set.ts";
import type { PeerBox, PodBox } from "../sets/box.ts";
import { ANY_PEER } from "../sets/box.ts";
import type { Cube } from "../sets/cube.ts";
import { ANY_CUBE, NAMESPACE_NAME, constraintOf, cubeText, keepKeys } from "../sets/cube.ts";
import type { Facts } from "./facts.ts";
import { containsAllPods, resolveCubeText, withoutPods } from "./facts.ts";
import {
  EVERYTHING,
  selectorCount,
  selectorOf,
  splitSayable,
  takesTooMany,
} from "./say-selector.ts";

/** Peers as a `from` or `to` list says them, with what the list means on the target. */
export interface SaidPeers {
  /** Undefined: any peer, so no list at all. */
  readonly peers: readonly AllowPeer[] | undefined;
  /** What the target surely lets in. */
  readonly surely: readonly PeerBox[];
  /** What it may let in: more than `surely` where one cannot know whether ipBlocks match pods. */
  readonly maybe: readonly PeerBox[];
  /** What exceptions of blocks take out; absent without blocks. */
  readonly holes?: AddressSet;
}

const isAny = (addresses: AddressSet): boolean =>
  addresses === ANY_ADDRESS || equalAddresses(addresses, ANY_ADDRESS);

/**
 * A cube without what no selector says: service accounts (a pod may run as whichever) and text conditions; nor what takes too
 * many selectors.
 */
export function sayableCube(of: Cube, facts: Facts, side: "under" | "over"): Cube | undefined {
  let said = of;
  if (of.constraints.some(({ key }) => key.startsWith("account:"))) {
    if (side === "under") return undefined;
    said = keepKeys(of, (key) => !key.startsWith("account:"));
  }
  const resolved = resolveCubeText(said, facts, side);
  if (resolved === undefined || !takesTooMany(resolved)) return resolved;
  return side === "under" ? undefined : withFewSelectors(resolved);
}

/** Wider: keys that take two selectors count no more, but for the first few. */
function withFewSelectors(of: Cube): Cube {
  let said = of;
  for (const { key } of [...of.constraints].reverse()) {
    if (!takesTooMany(said)) break;
    const without = keepKeys(said, (other) => other !== key);
    if (selectorCount(without) < selectorCount(said)) said = without;
  }
  return said;
}

/** The same for a peer, of which it may be known by which labels the pods of an account are told from others. */
export function sayablePeer(of: Cube, facts: Facts, side: "under" | "over"): Cube | undefined {
  const labels = withAccountLabels(of, facts.accounts);
  return labels === undefined ? undefined : sayableCube(labels, facts, side);
}

function podPeer(of: Cube, namespace: string): AllowPeer {
  const name = constraintOf(of, NAMESPACE_NAME);
  const pods = selectorOf(of, "pod");
  const rest = keepKeys(of, (key) => key.startsWith("namespace:") && key !== NAMESPACE_NAME);
  const here =
    name !== undefined &&
    !name.complement &&
    name.values.length === 1 &&
    name.values[0] === namespace;
  if (here && rest.constraints.length === 0) return { kind: "pods", pods };
  const namespaces = selectorOf(of, "namespace");
  return pods === EVERYTHING ? { kind: "pods", namespaces } : { kind: "pods", namespaces, pods };
}

/**
 * The peers of a rule, as a policy of the namespace says them.
 *
 * a. Pods whose addresses do not matter (every pod's address lies in the set, or any does) are said by their labels.
 * b. What is left are addresses, where a block matches both machines and pods ("yes" and "maybe"): an address may be in a
 *    block only if the pods that may have it are all let in as well ("under"), or unless it is surely a pod's that is not
 *    ("over").
 * c. Pods by labels and addresses at once cannot be said: they are left out ("under") or said by labels ("over").
 *
 * @param written blocks with exceptions, to be used if they mean just the addresses that are left to say
 * @param unexcepted addresses that no exception may hold
 * @returns undefined when nothing is left to say
 */
export function sayPeers(
  peer: readonly PeerBox[],
  written: readonly AddressBlock[] | undefined,
  namespace: string,
  facts: Facts,
  side: "under" | "over",
  unexcepted: AddressSet = NO_ADDRESS,
): SaidPeers | undefined {
  if (peer === ANY_PEER) return ANY_PEER_SAID;
  if (written !== undefined) return newlySaid(peer, written, namespace, facts, side, unexcepted);
  const last = saidLast.get(peer);
  if (last?.namespace === namespace && last.facts === facts && last.side === side) return last.said;
  const said = newlySaid(peer, written, namespace, facts, side, unexcepted);
  saidLast.set(peer, { namespace, facts, side, said });
  return said;
}

const ANY_PEER_SAID: SaidPeers = { peers: undefined, surely: ANY_PEER, maybe: ANY_PEER };

/** Rules that ask for the same have the same list of peers, and share what was said of it last. */
const saidLast = new WeakMap<
  readonly PeerBox[],
  {
    readonly namespace: string;
    readonly facts: Facts;
    readonly side: "under" | "over";
    readonly said: SaidPeers | undefined;
  }
>();

function newlySaid(
  peer: readonly PeerBox[],
  written: readonly AddressBlock[] | undefined,
  namespace: string,
  facts: Facts,
  side: "under" | "over",
  unexcepted: AddressSet,
): SaidPeers | undefined {
  const machines = unionOfAddresses(
    peer.flatMap((box) => (box.kind === "address" ? [box.addresses] : [])),
  );
  const byLabel: Cube[] = [];
  let allPodsAt: AddressSet = NO_ADDRESS;
  let podsByBlock: AddressSet = NO_ADDRESS;
  for (const box of peer) {
    if (box.kind !== "pod") continue;
    const everywhere = isAny(box.addresses) || containsAllPods(box.addresses, facts.podRanges);
    const anyLabels = box.labels.constraints.length === 0;
    if (anyLabels) allPodsAt = everywhere ? ANY_ADDRESS : unionAddresses(allPodsAt, box.addresses);
    // A block says it too, and exactly so: `nets: [10.0.0.0/8]` stays `ipBlock 10.0.0.0/8`.
    const byBlock =
      anyLabels &&
      !isAny(box.addresses) &&
      facts.blocksMatchPods === "yes" &&
      !facts.targetDiffers &&
      isAddressSubset(box.addresses, machines);
    if ((everywhere || (side === "over" && !anyLabels)) && !byBlock) {
      const said = sayablePeer(box.labels, facts, side);
      if (said !== undefined) byLabel.push(...splitSayable(said));
    } else if (anyLabels) podsByBlock = unionAddresses(podsByBlock, box.addresses);
  }

  const blocks =
    side === "under"
      ? blocksUnder(machines, allPodsAt, facts)
      : blocksOver(machines, allPodsAt, podsByBlock, facts);
  if (byLabel.some((one) => one.constraints.length === 0) && isAny(blocks)) {
    return ANY_PEER_SAID;
  }
  const peers: AllowPeer[] = [];
  const surely: PeerBox[] = [];
  const seen = new Set<string>();
  for (const labels of byLabel) {
    const text = cubeText(labels);
    if (seen.has(text)) continue;
    seen.add(text);
    peers.push(podPeer(labels, namespace));
    surely.push({ kind: "pod", labels, addresses: ANY_ADDRESS });
  }
  if (blocks.ranges.length === 0)
    return peers.length === 0 ? undefined : { peers: fitted(peers), surely, maybe: surely };
  const said = sayBlocks(blocks, written, facts, unexcepted);
  for (const block of said) peers.push({ kind: "block", ...block });
  const holes = holesOf(said);
  surely.push({ kind: "address", addresses: blocks });
  const podsInBlocks: PodBox = { kind: "pod", labels: ANY_CUBE, addresses: blocks };
  if (facts.targetDiffers) {
    // Pods have other addresses afterwards. Blocks keep away from them (`blocksUnder`), unless all pods are let in or what
    // is wider is asked for: then a block may let in any pod, wherever it was before.
    const { targetPodRanges } = facts;
    const mayHavePods = targetPodRanges === undefined || addressesMeet(blocks, targetPodRanges);
    return {
      peers: fitted(peers),
      surely,
      maybe: mayHavePods
        ? [...surely, { kind: "pod", labels: ANY_CUBE, addresses: ANY_ADDRESS }]
        : surely,
      holes,
    };
  }
  const maybe = [...surely, podsInBlocks];
  return {
    peers: fitted(peers),
    surely: facts.blocksMatchPods === "yes" ? maybe : surely,
    maybe,
    holes,
  };
}

/**
 * Addresses as blocks: as the source wrote them, if that means just these; else with exceptions if the source has some, or
 * the engine takes them for no more than they say; else as disjoint CIDRs.
 */
function sayBlocks(
  addresses: AddressSet,
  written: readonly AddressBlock[] | undefined,
  { exceptionsDeny }: Facts,
  unexcepted: AddressSet,
): readonly AddressBlock[] {
  if (written !== undefined && equalAddresses(meantBy(written), addresses)) {
    const kept = exceptionsDeny ? unionAddresses(unexcepted, addresses) : unexcepted;
    if (!addressesMeet(holesOf(written), kept)) return written;
  }
  return written === undefined && exceptionsDeny
    ? toCidrs(addresses).map((cidr) => ({ cidr, except: [] }))
    : fewestBlocks(addresses, unexcepted);
}

const setOf = (cidrs: readonly string[]): AddressSet =>
  addressSetOf(cidrs.map(parseCidr).filter((one) => one !== undefined));

/** What blocks hold together: what one excepts another may hold. */
function meantBy(blocks: readonly AddressBlock[]): AddressSet {
  const plain = setOf(blocks.filter(({ except }) => except.length === 0).map(({ cidr }) => cidr));
  return unionOfAddresses([
    plain,
    ...blocks
      .filter(({ except }) => except.length > 0)
      .map(({ cidr, except }) => subtractAddresses(setOf([cidr]), setOf(except))),
  ]);
}

/** What the exceptions take out of the blocks. */
function holesOf(blocks: readonly AddressBlock[]): AddressSet {
  return setOf(blocks.flatMap(({ except }) => except));
}

/** Addresses where a block lets in no pod that is not to be let in. */
function blocksUnder(machines: AddressSet, allPodsAt: AddressSet, facts: Facts): AddressSet {
  // After a change of ranges, pods keep nothing of their old addresses: only "every pod" still means anything.
  const podsLetIn = !facts.targetDiffers || isAny(allPodsAt) ? allPodsAt : NO_ADDRESS;
  return intersectAddresses(machines, unionAddresses(podsLetIn, withoutPods(facts)));
}

/**
 * Addresses that hold all machines that are to be let in, and all pods that only a block says; as few others as can be: where
 * pods are, before the switch and after it, machines are not (`pure-range`).
 */
function blocksOver(
  machines: AddressSet,
  allPodsAt: AddressSet,
  podsByBlock: AddressSet,
  { podRanges, targetPodRanges, targetDiffers }: Facts,
): AddressSet {
  if (!targetDiffers) {
    const others = subtractAddresses(podRanges ?? NO_ADDRESS, allPodsAt);
    return unionAddresses(subtractAddresses(machines, others), podsByBlock);
  }
  // A block may stand for pods that were at its addresses, wherever they will be.
  if (allPodsAt !== NO_ADDRESS) return machines;
  const others = intersectAddresses(podRanges ?? NO_ADDRESS, targetPodRanges ?? NO_ADDRESS);
  return subtractAddresses(machines, others);
}
