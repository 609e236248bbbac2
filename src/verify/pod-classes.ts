import type { KnownPod, Snapshot } from "../inventory/snapshot.ts";
import { METADATA_NAME } from "../inventory/snapshot.ts";
import type { PodEndpoint } from "../ir/flow.ts";
import type { PolicySet, Rule } from "../ir/policy.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import { parseAddress } from "../sets/address-set.ts";
import type { AddressSet } from "../sets/address-set.ts";
import type { Cube } from "../sets/cube.ts";

/** Pods that no policy of some sets can tell apart. */
export interface PodClass {
  readonly namespace: string;
  /** The labels that some policy asks about. */
  readonly labels: Readonly<Record<string, string>>;
  /** Names of the pods, or of the workloads that will make them; sorted. */
  readonly names: readonly string[];
  /** False for workloads: what their pods will look like. */
  readonly live: boolean;
  /** One of them, but for its address. */
  readonly pod: PodEndpoint;
  /** Of the example, one a family; of a workload made up. */
  readonly addresses: readonly bigint[];
  /** Equal for classes with the same names of ports. */
  readonly portsKey: string;
}

/**
 * The pods of a snapshot by class, in the order of their names: those that were seen, or if none were the pods that
 * workloads will make. Pods on the network of their node and pods that have ended are none that policies select.
 */
export function podClasses(snapshot: Snapshot, sets: readonly PolicySet[]): readonly PodClass[] {
  const asked = whatIsAsked(sets);
  const pods = snapshot.pods.filter(({ hostNetwork, off }) => !hostNetwork && off === undefined);
  const isLive = pods.some(({ live }) => live);
  const accounts = new Map(
    snapshot.accounts.map(({ namespace, name, labels }) => [`${namespace}/${name}`, labels]),
  );
  const classes = new Map<string, { readonly of: KnownPod; readonly names: Set<string> }>();
  for (const pod of pods) {
    if (pod.live !== isLive) continue;
    const account = accounts.get(`${pod.namespace}/${pod.account}`) ?? {};
    const key = JSON.stringify([
      pod.namespace,
      Object.entries(askedLabels(pod.labels, asked.labels)).sort(),
      asked.accounts ? [pod.account, Object.entries(account).sort()] : null,
      asked.portNames ? pod.ports : null,
      pod.addresses.map((address) => cellOf(address, asked.cuts)),
    ]);
    const same = classes.get(key);
    if (same === undefined) classes.set(key, { of: pod, names: new Set([pod.name]) });
    else same.names.add(pod.name);
  }
  return [...classes.values()].map(({ of, names }): PodClass => {
    const addresses = exampleAddresses(of, snapshot.podRanges);
    return {
      namespace: of.namespace,
      labels: askedLabels(of.labels, asked.labels),
      names: [...names].sort(),
      live: isLive,
      pod: {
        kind: "pod",
        namespace: of.namespace,
        namespaceLabels: snapshot.namespaces.get(of.namespace)?.labels ?? {
          [METADATA_NAME]: of.namespace,
        },
        labels: of.labels,
        account: { name: of.account, labels: accounts.get(`${of.namespace}/${of.account}`) ?? {} },
        address: addresses[0] ?? 0n,
        ports: of.ports,
      },
      addresses,
      portsKey: JSON.stringify(of.ports),
    };
  });
}

interface Asked {
  readonly labels: ReadonlySet<string>;
  readonly accounts: boolean;
  readonly portNames: boolean;
  /** Where pods are told apart by their address; sorted. */
  readonly cuts: readonly bigint[];
}

/** All that some policy asks about pods. */
function whatIsAsked(sets: readonly PolicySet[]): Asked {
  const labels = new Set<string>();
  const cuts = new Set<bigint>();
  let accounts = false;
  let portNames = false;
  const addCube = ({ constraints }: Cube): void => {
    for (const { key } of constraints) {
      if (key.startsWith("pod:")) labels.add(key.slice("pod:".length));
      else if (key.startsWith("account:")) accounts = true;
    }
  };
  const addCuts = ({ ranges }: AddressSet): void => {
    for (const { first, last } of ranges) cuts.add(first).add(last + 1n);
  };
  const addRule = ({ peer, subjectOnly = [], traffic, opaque }: Rule): void => {
    for (const box of [...peer, ...subjectOnly]) {
      if (box.kind !== "pod") continue;
      addCube(box.labels);
      addCuts(box.addresses);
    }
    for (const condition of opaque) {
      if (condition.kind === "unknown") continue;
      for (const one of condition.naming?.pods ?? []) addCube(one);
      for (const { addresses } of condition.naming?.hosts ?? []) addCuts(addresses);
    }
    portNames ||= traffic.named.length > 0 || opaque.some(({ kind }) => kind !== "unknown");
  };
  for (const { tiers } of sets) {
    for (const policy of tiers.flatMap(({ policies }) => policies)) {
      for (const one of policy.subject.pods) addCube(one);
      for (const direction of DIRECTIONS) {
        for (const rule of policy[direction]?.rules ?? []) addRule(rule);
      }
    }
  }
  const sorted = [...cuts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return { labels, accounts, portNames, cuts: sorted };
}

function askedLabels(
  labels: Readonly<Record<string, string>>,
  asked: ReadonlySet<string>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(labels)
      .filter(([key]) => asked.has(key))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** How many cuts lie at or before the address. */
function cellOf(address: bigint, cuts: readonly bigint[]): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const cut = cuts[middle];
    if (cut !== undefined && cut <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

const USUAL = parseAddress("10.0.0.7") ?? 0n;

/** A pod to be gets an address from where pods are. */
function exampleAddresses(
  { addresses }: KnownPod,
  podRanges: AddressSet | undefined,
): readonly bigint[] {
  if (addresses.length > 0) return addresses;
  const [range] = podRanges?.ranges ?? [];
  if (range === undefined) return [USUAL];
  return [range.first < range.last ? range.first + 1n : range.first];
}
