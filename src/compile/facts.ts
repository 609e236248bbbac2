import type { AssumptionCode } from "../ir/assumption.ts";
import { ASSUMPTIONS } from "../ir/assumption.ts";
import type { Rule } from "../ir/policy.ts";
import type { AccountsKnown } from "../inventory/account-labels.ts";
import { NO_ACCOUNTS } from "../inventory/account-labels.ts";
import { impossibleLabels } from "../inventory/disjoint-labels.ts";
import { valuesOf } from "../inventory/lookup.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import type { AddressSet } from "../sets/address-set.ts";
import {
  ALL_IPV4,
  ALL_IPV6,
  complementAddresses,
  equalAddresses,
  intersectAddresses,
  isAddressSubset,
  NO_ADDRESS,
  subtractAddresses,
  unionAddresses,
} from "../sets/address-set.ts";
import type { Box, PeerBox, PodBox } from "../sets/box.ts";
import { NAMESPACE_NAME, cube } from "../sets/cube.ts";
import type { Cube, LabelKey } from "../sets/cube.ts";
import type { LabelSet } from "../sets/label-set.ts";
import { labelIn, labelSetContains } from "../sets/label-set.ts";
import { PRIVATE_RANGES } from "../sets/private-ranges.ts";
import { ALL_PORTS, intersectTraffic } from "../sets/traffic-set.ts";

/** What lowering is told about the cluster and the target, besides the policies. */
export interface Facts {
  /** Where pod addresses lie before the switch; undefined when unknown. */
  readonly podRanges: AddressSet | undefined;
  /** And after it. */
  readonly targetPodRanges: AddressSet | undefined;
  /** True if the user gave the target's ranges, so that nothing is assumed about them. */
  readonly targetGiven: boolean;
  /** True where pods, if their ranges are not known, may be taken to have private addresses: see `factsFor`. */
  readonly privatePods: boolean;
  /** True if they are not those of the source. */
  readonly targetDiffers: boolean;
  /** Every address of the IP families that the cluster uses; undefined when unknown. */
  readonly families: AddressSet | undefined;
  /** The VPC CNI's ipBlocks match pods by their address; of an unknown engine one cannot say. */
  readonly blocksMatchPods: "yes" | "maybe";
  /**
   * The VPC CNI's agent takes an exception of a block for a deny of its own, which wins over wider blocks in other policies of
   * the same pods. To others it is a part that is left out, and may be written wherever that is shorter.
   */
  readonly exceptionsDeny: boolean;
  /** Values seen of a label key; undefined without an inventory. */
  readonly valuesSeen: ((key: LabelKey) => readonly string[]) | undefined;
  /** All namespaces with all of their labels; undefined while any label of any of them is unknown. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>> | undefined;
  /** Labels that no pod has, by the user's word; empty if there are none. */
  readonly impossible: readonly Cube[];
  /** Labels by which peers are told from others that are selected by their service account. */
  readonly accounts: AccountsKnown;
  /** What the user said may be taken for granted. */
  readonly assumed: ReadonlySet<AssumptionCode>;
}

/** An assumption that makes flows impossible: under it two different sets of flows may be equal. */
export type Restriction =
  | "only-tcp-udp-sctp"
  | "disjoint"
  | "account-labels"
  | "families"
  | "pure-range"
  | "values"
  | "namespaces"
  | "pod-range"
  | "private-pods";

/** Flows that the output lacks, or has too many. */
export type DifferenceKind = "loss" | "gain";

/**
 * The restrictions that these facts offer, in the order in which they are best done without. A gain may rest only on
 * those whose falsity widens, since that is what is said of them.
 */
export function restrictionsOf(facts: Facts, kind: DifferenceKind): readonly Restriction[] {
  const found: Restriction[] = [];
  if (facts.assumed.has("only-tcp-udp-sctp")) found.push("only-tcp-udp-sctp");
  if (facts.impossible.length > 0) found.push("disjoint");
  if (facts.accounts.size > 0) found.push("account-labels");
  if (facts.families !== undefined) found.push("families");
  if (facts.podRanges !== undefined) found.push("pure-range", "pod-range");
  else if (facts.privatePods) found.push("private-pods");
  if (facts.valuesSeen !== undefined) found.push("values");
  // Every cluster has `kube-system`: namespaces without it are surely not all. What is denied to others stays denied, and
  // what is allowed to them, such as questions to the cluster's DNS, stays allowed.
  const all = facts.assumed.has("namespaces") || facts.namespaces?.has("kube-system") === true;
  if (facts.namespaces !== undefined && all) found.push("namespaces");
  if (kind === "loss") return found;
  return found.filter((one) => ASSUMPTIONS[one].ifFalse === "widens");
}

/** A label set without text conditions: what is surely in it ("under", by the values seen) or may be ("over"). */
export function resolveText(
  set: LabelSet,
  seen: readonly string[],
  side: "under" | "over",
): LabelSet {
  if (set.atoms.length === 0) return set;
  if (side === "over") return { ...set, atoms: [] };
  const values = labelIn(seen.filter((value) => labelSetContains(set, value)));
  return set.absent ? { ...values, absent: true } : values;
}

export function resolveCubeText(of: Cube, facts: Facts, side: "under" | "over"): Cube | undefined {
  if (!of.constraints.some(({ set }) => set.atoms.length > 0)) return of;
  return cube(
    of.constraints.map(({ key, set }) => ({
      key,
      set: resolveText(set, facts.valuesSeen?.(key) ?? [], side),
    })),
  );
}

/** The cube with names of namespaces in place of conditions on their labels. */
function resolveNamespaces(
  of: Cube,
  namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>,
): Cube | undefined {
  const conditions = of.constraints.filter(({ key }) => key.startsWith("namespace:"));
  if (conditions.length === 0) return of;
  const names = [...namespaces].filter(([, labels]) =>
    conditions.every(({ key, set }) => {
      const name = key.slice("namespace:".length);
      return labelSetContains(set, Object.hasOwn(labels, name) ? labels[name] : undefined);
    }),
  );
  const rest = of.constraints.filter(({ key }) => !key.startsWith("namespace:"));
  return cube([...rest, { key: NAMESPACE_NAME, set: labelIn(names.map(([name]) => name)) }]);
}

function restrictPod(box: PodBox, facts: Facts, by: ReadonlySet<Restriction>): PodBox | undefined {
  let { labels, addresses } = box;
  if (by.has("values")) {
    const resolved = resolveCubeText(labels, facts, "under");
    if (resolved === undefined) return undefined;
    labels = resolved;
  }
  if (by.has("namespaces") && facts.namespaces !== undefined) {
    const resolved = resolveNamespaces(labels, facts.namespaces);
    if (resolved === undefined) return undefined;
    labels = resolved;
  }
  addresses = restrictAddresses(addresses, facts, by, "pod");
  if (addresses.ranges.length === 0) return undefined;
  return labels === box.labels && addresses === box.addresses
    ? box
    : { kind: "pod", labels, addresses };
}

function restrictAddresses(
  addresses: AddressSet,
  facts: Facts,
  by: ReadonlySet<Restriction>,
  of: PeerBox["kind"],
): AddressSet {
  let left = addresses;
  if (by.has("families") && facts.families !== undefined)
    left = intersectAddresses(left, facts.families);
  if (of === "pod" && by.has("private-pods")) left = intersectAddresses(left, PRIVATE_RANGES);
  if (facts.podRanges === undefined) return left;
  if (of === "pod" && by.has("pod-range")) left = intersectAddresses(left, facts.podRanges);
  if (of === "address" && by.has("pure-range")) left = subtractAddresses(left, facts.podRanges);
  return left;
}

/** The flows of a box that can occur under the restrictions. */
export function restrictBox(box: Box, facts: Facts, by: ReadonlySet<Restriction>): Box | undefined {
  if (by.size === 0) return box;
  const subject = restrictPod(box.subject, facts, by);
  if (subject === undefined) return undefined;
  let peer: PeerBox | undefined;
  if (box.peer.kind === "pod") peer = restrictPod(box.peer, facts, by);
  else {
    const addresses = restrictAddresses(box.peer.addresses, facts, by, "address");
    if (addresses.ranges.length > 0) peer = { kind: "address", addresses };
  }
  if (peer === undefined) return undefined;
  if (!by.has("only-tcp-udp-sctp")) return { subject, peer, traffic: box.traffic };
  const numbers = intersectTraffic(box.traffic.numbers, ALL_PORTS);
  return numbers.ranges.length === 0
    ? undefined
    : { subject, peer, traffic: { ...box.traffic, numbers } };
}

/** True if every address that a pod may have lies in the set. */
export function containsAllPods(addresses: AddressSet, ranges: AddressSet | undefined): boolean {
  return ranges !== undefined && isAddressSubset(ranges, addresses);
}

/** One object for all rules: what was worked out under the facts is found again by it. */
const withPrivatePods = new WeakMap<Facts, Facts>();

/** The facts for what is said of one rule, of which it was said when it was read what it rests on. */
export function factsFor({ assumptions }: Rule, facts: Facts): Facts {
  if (facts.podRanges !== undefined || !assumptions.includes("private-pods")) return facts;
  let found = withPrivatePods.get(facts);
  if (found === undefined) withPrivatePods.set(facts, (found = { ...facts, privatePods: true }));
  return found;
}

/** Addresses at which there surely is no pod after the switch. */
export function withoutPods({ targetPodRanges, privatePods }: Facts): AddressSet {
  if (targetPodRanges !== undefined) return complementAddresses(targetPodRanges);
  return privatePods ? complementAddresses(PRIVATE_RANGES) : NO_ADDRESS;
}

/** The facts of a snapshot. */
export function factsOf(
  snapshot: Snapshot,
  options: {
    readonly blocksMatchPods: Facts["blocksMatchPods"];
    readonly exceptionsDeny: boolean;
    readonly assumed: ReadonlySet<AssumptionCode>;
    readonly targetGiven: boolean;
  },
): Facts {
  const { podRanges, targetPodRanges } = snapshot;
  const same =
    podRanges === targetPodRanges ||
    (podRanges !== undefined &&
      targetPodRanges !== undefined &&
      equalAddresses(podRanges, targetPodRanges));
  return {
    podRanges,
    targetPodRanges,
    targetGiven: options.targetGiven,
    targetDiffers: !same,
    privatePods: false,
    families: podRanges === undefined ? undefined : familiesOf(podRanges),
    blocksMatchPods: options.blocksMatchPods,
    exceptionsDeny: options.exceptionsDeny,
    valuesSeen: snapshot.pods.length === 0 ? undefined : valuesSeen(snapshot),
    namespaces: knownNamespaces(snapshot),
    impossible: impossibleLabels(snapshot.disjoint ?? []),
    accounts: NO_ACCOUNTS,
    assumed: options.assumed,
  };
}

function knownNamespaces(snapshot: Snapshot): Facts["namespaces"] {
  const known = new Map<string, Readonly<Record<string, string>>>();
  for (const { name, labels } of snapshot.namespaces.values()) {
    if (labels === undefined) return undefined;
    known.set(name, labels);
  }
  return known.size === 0 ? undefined : known;
}

const familiesOf = (ranges: AddressSet): AddressSet =>
  unionAddresses(
    ...[ALL_IPV4, ALL_IPV6].filter(
      (family) => intersectAddresses(family, ranges).ranges.length > 0,
    ),
  );

function valuesSeen(snapshot: Snapshot): (key: LabelKey) => readonly string[] {
  const cache = new Map<LabelKey, readonly string[]>();
  return (key) => {
    let values = cache.get(key);
    if (values === undefined) {
      values = valuesOf(snapshot, key);
      cache.set(key, values);
    }
    return values;
  };
}
