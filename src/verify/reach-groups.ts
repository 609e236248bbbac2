import type { Snapshot } from "../inventory/snapshot.ts";
import { METADATA_NAME } from "../inventory/snapshot.ts";
import type { PodEndpoint } from "../ir/flow.ts";
import type { Policy, PolicySet, Rule } from "../ir/policy.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import { parseAddress } from "../sets/address-set.ts";
import type { Cube } from "../sets/cube.ts";
import { predicateContains } from "../sets/label-predicate.ts";
import { labelsOf } from "./evaluate.ts";
import { podClasses } from "./pod-classes.ts";
import { podOf, subjectLabels } from "./point.ts";
import { inScope } from "./scope.ts";
import { namespacesOf } from "./universe.ts";

/** Pods that are shown as one: a class of those in the inventory, or an example of those that a policy is about. */
export interface PodGroup {
  /** "sample": one made up, with the labels that a policy asks for and no others. */
  readonly kind: "pods" | "workloads" | "sample";
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of the pods or workloads; empty for a sample. */
  readonly names: readonly string[];
  readonly pod: PodEndpoint;
  readonly addresses: readonly bigint[];
}

/** How a policy came out; the lower, the sooner its pods are shown. */
export type Urgency = (policy: Policy) => number;

export interface ChosenGroups {
  readonly basis: PodGroup["kind"];
  readonly groups: readonly PodGroup[];
  /** Groups that there was no room for. */
  readonly leftOut: number;
}

/**
 * At most so many groups of pods: classes of the inventory where there is one, else an example for each policy's subject
 * and then for the peers of its rules. Those of the most urgent policies come first when there are too many; what is
 * chosen is in the order of namespaces.
 */
export function chooseGroups(
  set: PolicySet,
  snapshot: Snapshot,
  urgency: Urgency,
  most: number,
): ChosenGroups {
  const hasPods = snapshot.pods.length > 0;
  const all = hasPods ? classesOf(set, snapshot) : samplesOf(set, snapshot, urgency, most);
  const ranked = hasPods && all.length > most ? byUrgency(all, set, urgency) : all;
  const groups = ranked.slice(0, most);
  return {
    basis: groups[0]?.kind ?? "sample",
    groups: groups.toSorted((a, b) => compareKeys(orderKey(a), orderKey(b))),
    leftOut: all.length - groups.length,
  };
}

function classesOf(set: PolicySet, snapshot: Snapshot): readonly PodGroup[] {
  return podClasses(snapshot, [set]).map(
    ({ namespace, labels, names, live, pod, addresses }): PodGroup => ({
      kind: live ? "pods" : "workloads",
      namespace,
      labels,
      names,
      pod,
      addresses,
    }),
  );
}

/** In the order of the most urgent policy that selects each; groups that none selects come last. */
function byUrgency(
  groups: readonly PodGroup[],
  set: PolicySet,
  urgency: Urgency,
): readonly PodGroup[] {
  const named = new Map<string, Policy[]>();
  const anywhere: Policy[] = [];
  const policies = set.tiers.flatMap((tier) => tier.policies);
  for (const policy of policies.toSorted((a, b) => urgency(a) - urgency(b))) {
    const namespaces = policy.subject.pods.map(namespacesOf);
    if (namespaces.includes(undefined)) anywhere.push(policy);
    else {
      for (const name of new Set(namespaces.flatMap((names) => names ?? []))) {
        const list = named.get(name);
        if (list === undefined) named.set(name, [policy]);
        else list.push(policy);
      }
    }
  }
  const rankOf = ({ namespace, pod }: PodGroup): number => {
    const valueOf = labelsOf(pod);
    const ranks = [named.get(namespace) ?? [], anywhere].map((list) => {
      const first = list.find(({ subject }) => predicateContains(subject.pods, valueOf));
      return first === undefined ? Infinity : urgency(first);
    });
    return Math.min(...ranks);
  };
  return groups
    .map((group) => ({ group, rank: rankOf(group), key: orderKey(group) }))
    .sort((a, b) => (a.rank === b.rank ? compareKeys(a.key, b.key) : a.rank - b.rank))
    .map(({ group }) => group);
}

/** Policy by policy its subject and then the peers of its rules; past `most` subjects alone, which are counted as left out. */
function samplesOf(
  set: PolicySet,
  snapshot: Snapshot,
  urgency: Urgency,
  most: number,
): readonly PodGroup[] {
  const found = new Map<string, PodGroup>();
  const add = (of: Cube, isSubject: boolean): void => {
    if (found.size >= most && !isSubject) return;
    const group = sampleOf(of, snapshot);
    if (group === undefined) return;
    const key = orderKey(group);
    if (!found.has(key)) found.set(key, group);
  };
  const policies = set.tiers
    .flatMap((tier) => tier.policies)
    .toSorted((a, b) => urgency(a) - urgency(b));
  for (const policy of policies) {
    for (const one of policy.subject.pods) add(one, true);
    if (found.size >= most) continue;
    for (const rule of rulesOf(policy)) {
      for (const peer of rule.peer) if (peer.kind === "pod") add(peer.labels, false);
    }
  }
  return [...found.values()];
}

const rulesOf = (policy: Policy): readonly Rule[] =>
  DIRECTIONS.flatMap((direction) => policy[direction]?.rules ?? []);

const USUAL = parseAddress("10.0.0.7") ?? 0n;

/** A pod that meets the conditions, in the first namespace that there is one in. */
function sampleOf(of: Cube, { namespaces, podRanges }: Snapshot): PodGroup | undefined {
  const names = namespacesOf(of) ?? [...namespaces.keys()].sort();
  for (const name of names) {
    const labels = namespaces.get(name)?.labels ?? { [METADATA_NAME]: name };
    const scope = { name, labels, others: { constraints: [] } };
    const left = inScope(of, scope);
    const chosen = left === undefined ? "empty" : subjectLabels(left, scope);
    if (typeof chosen === "string") continue;
    const [range] = podRanges?.ranges ?? [];
    const address =
      range === undefined ? USUAL : range.first < range.last ? range.first + 1n : range.first;
    const pod = podOf(chosen, address, []);
    return {
      kind: "sample",
      namespace: name,
      labels: {
        ...pod.labels,
        ...(pod.account.name === "default" ? {} : { "service account": pod.account.name }),
      },
      names: [],
      pod,
      addresses: [address],
    };
  }
  return undefined;
}

type OrderKey = string;

/** By namespace, then labels, then names. */
function orderKey({ namespace, labels, names }: PodGroup): OrderKey {
  return JSON.stringify([namespace, Object.entries(labels).sort(), names[0] ?? ""]);
}

const compareKeys = (a: OrderKey, b: OrderKey): number => (a < b ? -1 : a > b ? 1 : 0);
