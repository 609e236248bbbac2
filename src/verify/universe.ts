import { compareText } from "../base/compare.ts";
import type { AccountsKnown } from "../inventory/account-labels.ts";
import { accountLabels } from "../inventory/account-labels.ts";
import { impossibleLabels } from "../inventory/disjoint-labels.ts";
import { valuesOf } from "../inventory/lookup.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import { Strangers } from "../inventory/strangers.ts";
import type { AssumptionCode } from "../ir/assumption.ts";
import type { Direction, PolicySet } from "../ir/policy.ts";
import {
  addressesMeet,
  ALL_IPV4,
  ALL_IPV6,
  ANY_ADDRESS,
  equalAddresses,
  intersectAddresses,
  subtractAddresses,
} from "../sets/address-set.ts";
import type { AddressSet } from "../sets/address-set.ts";
import { ANY_CUBE, constraintOf, cube, intersectCubes, NAMESPACE_NAME } from "../sets/cube.ts";
import type { Cube, LabelConstraint, LabelKey } from "../sets/cube.ts";
import { labelIn, labelNotIn, NO_LABEL, withAbsent } from "../sets/label-set.ts";
import type { LabelSet } from "../sets/label-set.ts";
import { PRIVATE_RANGES } from "../sets/private-ranges.ts";
import { ALL_PORTS, intersectTraffic } from "../sets/traffic-set.ts";
import { subjectRegion } from "./region.ts";
import type { Region } from "./region.ts";

export type Labels = Readonly<Record<string, string>>;

/** What a proof may take for granted, and how long it may search. */
export interface ProofContext {
  /**
   * The namespaces that are known to exist, with all their labels; undefined where these are unknown: then they are any.
   * Pods of these, and of those in which a policy of either set lies, are subjects.
   */
  readonly namespaces: ReadonlyMap<string, Labels | undefined>;
  /** True: pods of namespaces that nobody names are subjects too. The claim of a conversion does not go so far. */
  readonly anyNamespace: boolean;
  readonly podRanges: AddressSet | undefined;
  readonly targetPodRanges: AddressSet | undefined;
  /** Each leaves flows out of the question, as src/ir/assumption.ts says. */
  readonly assumptions: ReadonlySet<AssumptionCode>;
  /** The values seen of a pod label; asked under the assumptions that are about values. */
  readonly valuesOf: (key: LabelKey) => readonly string[];
  /** Labels that no pod has; asked under the assumption of that name. */
  readonly impossible?: readonly Cube[];
  /** Labels of the pods that sets select by their service account; asked under the assumption of that name. */
  readonly accountsOf?: (sets: readonly PolicySet[]) => AccountsKnown;
  /** How many looks at a region one question may take before its answer is "unknown". */
  readonly bound: number;
}

export const DEFAULT_BOUND = 4_000_000;

/** The context of a conversion: what its inventory says, under the assumptions on which its outcomes rest. */
export function proofContext(
  snapshot: Snapshot,
  assumptions: ReadonlySet<AssumptionCode>,
): ProofContext {
  const namespaces = new Map<string, Labels | undefined>();
  for (const { name, labels } of snapshot.namespaces.values()) namespaces.set(name, labels);
  return {
    namespaces,
    anyNamespace: false,
    podRanges: snapshot.podRanges,
    targetPodRanges: snapshot.targetPodRanges,
    assumptions,
    valuesOf: (key) => valuesOf(snapshot, key),
    impossible: impossibleLabels(snapshot.disjoint ?? []),
    accountsOf: (sets) => accountLabels(sets, snapshot),
    bound: DEFAULT_BOUND,
  };
}

/** True where pods have other addresses after the switch, or where they had them before is unknown. */
export function addressesMove({ podRanges, targetPodRanges }: ProofContext): boolean {
  return (
    targetPodRanges !== undefined &&
    (podRanges === undefined || !equalAddresses(podRanges, targetPodRanges))
  );
}

/** The flows of one direction that a proof is about, as restrictions on each part. */
export class Universe {
  readonly context: ProofContext;
  /** The names that a namespace may have of which nothing is known. */
  readonly unknownNames: LabelSet;
  readonly #neverMet: readonly Region[];
  /** Peers that do not run as their labels say; undefined where nothing is known of such. */
  readonly #strangers: Strangers<Region> | undefined;
  readonly #podAddresses: AddressSet;
  readonly #podAddressesAfter: AddressSet;
  readonly #otherAddresses: AddressSet;
  readonly #subjectValues: Cube | undefined;
  readonly #peerValues: Cube | undefined;

  constructor(context: ProofContext, sets: readonly PolicySet[], direction: Direction) {
    this.context = context;
    this.unknownNames = unknownNames(context);
    const { assumptions, podRanges, targetPodRanges } = context;
    const never = assumptions.has("disjoint") ? (context.impossible ?? []) : [];
    this.#neverMet = never.flatMap((labels) => [
      subjectRegion(labels, "pod"),
      subjectRegion(labels, "address"),
      peerRegion(labels),
    ]);
    const accounts = assumptions.has("account-labels") ? context.accountsOf?.(sets) : undefined;
    if (accounts !== undefined && accounts.size > 0) {
      this.#strangers = new Strangers(accounts.values(), peerRegion);
    }
    const families = assumptions.has("families") ? familiesOf(podRanges) : ANY_ADDRESS;
    const inRange = assumptions.has("pod-range") ? podRanges : undefined;
    const isPrivate = assumptions.has("private-pods") && podRanges === undefined;
    this.#podAddresses = intersectAddresses(
      families,
      inRange ?? (isPrivate ? PRIVATE_RANGES : ANY_ADDRESS),
    );
    this.#podAddressesAfter = addressesMove(context)
      ? intersectAddresses(families, targetPodRanges ?? ANY_ADDRESS)
      : ANY_ADDRESS;
    let others = families;
    if (assumptions.has("pure-range")) {
      for (const range of [podRanges, targetPodRanges]) {
        if (range !== undefined) others = subtractAddresses(others, range);
      }
    }
    this.#otherAddresses = others;
    const values = assumptions.has("values");
    const keys = values || assumptions.has("subject-values") ? textKeys(sets, direction) : NO_KEYS;
    this.#subjectValues = this.#seenOf(keys.subject);
    this.#peerValues = values ? this.#seenOf(keys.peer) : undefined;
  }

  /** Flows of a region that cannot be, since no pod has the labels. They are left out as what is cut out of it. */
  impossibleIn({ peer }: Region): readonly Region[] {
    if (peer === undefined || this.#strangers === undefined) return this.#neverMet;
    return [...this.#neverMet, ...this.#strangers.among(peer)];
  }

  /**
   * The region with all that is known of its peers by their accounts; undefined if there are none. It is the same but for
   * flows that cannot be: a search then meets what concerns these peers, and of what concerns others nothing.
   */
  known(region: Region): Region | undefined {
    if (region.peer === undefined || this.#strangers === undefined) return region;
    const peer = this.#strangers.known(region.peer);
    if (peer === undefined) return undefined;
    return peer === region.peer ? region : { ...region, peer };
  }

  /** The part of a region that the proof is about. */
  restrict(region: Region): Region | undefined {
    const isPod = region.peer !== undefined;
    const peerAt = intersectAddresses(
      region.peerAt,
      isPod ? this.#podAddresses : this.#otherAddresses,
    );
    const subjectAt = intersectAddresses(region.subjectAt, this.#podAddresses);
    const subjectAfter = intersectAddresses(region.subjectAfter, this.#podAddressesAfter);
    const peerAfter = isPod
      ? intersectAddresses(region.peerAfter, this.#podAddressesAfter)
      : region.peerAfter;
    for (const { ranges } of [peerAt, subjectAt, subjectAfter, peerAfter]) {
      if (ranges.length === 0) return undefined;
    }
    let traffic = region.traffic;
    if (this.context.assumptions.has("only-tcp-udp-sctp")) {
      traffic = intersectTraffic(traffic, ALL_PORTS);
      if (traffic.ranges.length === 0) return undefined;
    }
    const subject = within(region.subject, this.#subjectValues);
    if (subject === undefined) return undefined;
    let { peer } = region;
    if (peer !== undefined) {
      peer = within(peer, this.#peerValues);
      if (peer === undefined) return undefined;
    }
    return { ...region, subject, peer, subjectAt, subjectAfter, peerAt, peerAfter, traffic };
  }

  #seenOf(keys: ReadonlySet<LabelKey>): Cube | undefined {
    if (keys.size === 0) return undefined;
    const constraints: LabelConstraint[] = [];
    for (const key of keys) {
      constraints.push({ key, set: withAbsent(labelIn(this.context.valuesOf(key)), true) });
    }
    return cube(constraints);
  }
}

const peerRegion = (labels: Cube): Region => ({ ...subjectRegion(ANY_CUBE, "pod"), peer: labels });

function unknownNames({ assumptions, namespaces }: ProofContext): LabelSet {
  if (assumptions.has("namespaces")) return NO_LABEL;
  return withAbsent(labelNotIn(namespaces.keys()), false);
}

/** The context with each namespace in which a policy lies, sorted by name: those exist too. */
export function withNamedNamespaces(
  context: ProofContext,
  sets: readonly PolicySet[],
): ProofContext {
  const names = new Set(context.namespaces.keys());
  for (const set of sets) {
    for (const { policies } of set.tiers) {
      for (const { subject } of policies) {
        for (const one of subject.pods) for (const name of namespacesOf(one) ?? []) names.add(name);
      }
    }
  }
  const sorted = [...names].sort(compareText);
  const namespaces = new Map(sorted.map((name) => [name, context.namespaces.get(name)]));
  return { ...context, namespaces };
}

/** The namespaces that a cube names; undefined where it does not tell them one by one. */
export function namespacesOf(labels: Cube): readonly string[] | undefined {
  const names = constraintOf(labels, NAMESPACE_NAME);
  return names === undefined || names.complement ? undefined : names.values;
}

function within(labels: Cube, values: Cube | undefined): Cube | undefined {
  return values === undefined ? labels : intersectCubes(labels, values);
}

function familiesOf(ranges: AddressSet | undefined): AddressSet {
  if (ranges === undefined) return ANY_ADDRESS;
  const four = addressesMeet(ranges, ALL_IPV4);
  const six = addressesMeet(ranges, ALL_IPV6);
  if (four === six) return ANY_ADDRESS;
  return four ? ALL_IPV4 : ALL_IPV6;
}

interface TextKeys {
  readonly subject: ReadonlySet<LabelKey>;
  readonly peer: ReadonlySet<LabelKey>;
}

const NO_KEYS: TextKeys = { subject: new Set(), peer: new Set() };

/** The labels of pods that policies ask for a part of their text: the assumptions about values are about these. */
function textKeys(sets: readonly PolicySet[], direction: Direction): TextKeys {
  const subject = new Set<LabelKey>();
  const peer = new Set<LabelKey>();
  const add = (keys: Set<LabelKey>, labels: Cube): void => {
    for (const { key, set } of labels.constraints) {
      if (set.atoms.length > 0 && key.startsWith("pod:")) keys.add(key);
    }
  };
  for (const policy of sets.flatMap(({ tiers }) => tiers.flatMap(({ policies }) => policies))) {
    const applied = policy[direction];
    if (applied === undefined) continue;
    for (const labels of policy.subject.pods) add(subject, labels);
    for (const rule of applied.rules) {
      for (const box of rule.subjectOnly ?? []) add(subject, box.labels);
      for (const box of rule.peer) if (box.kind === "pod") add(peer, box.labels);
    }
  }
  return { subject, peer };
}
