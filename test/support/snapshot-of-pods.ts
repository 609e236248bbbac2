import type { KnownPod, Snapshot } from "../../src/inventory/snapshot.ts";

type Labels = Readonly<Record<string, string>>;

/** `[account, labels]`, with another namespace than `p` in front of it where it is not there. */
export type Pod = readonly [
  account: string,
  labels: Labels,
  namespace?: string,
  hostNetwork?: boolean,
];

/** An inventory of nothing but pods, and accounts with labels where they are given. */
export function snapshotOf(known: readonly Pod[], accounts: Snapshot["accounts"] = []): Snapshot {
  const found = known.map(([account, own, namespace = "p", hostNetwork = false], at): KnownPod => ({
    namespace,
    name: `pod-${String(at)}`,
    labels: own,
    account,
    hostNetwork,
    addresses: [],
    ports: [],
    live: true,
  }));
  return {
    namespaces: new Map(),
    pods: found,
    accounts,
    services: [],
    slices: [],
    nodes: [],
    podRanges: undefined,
    targetPodRanges: undefined,
  };
}
