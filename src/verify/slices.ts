import type { PodEndpoint } from "../ir/flow.ts";
import type { Policy, PolicySet } from "../ir/policy.ts";
import type { Cube } from "../sets/cube.ts";
import { namespacesOf } from "./universe.ts";

/** From so many policies on, a flow is judged by those alone whose subject may hold its pod. */
const SLICE_FROM = 128;

interface Placed {
  readonly tier: number;
  readonly at: number;
  readonly policy: Policy;
}

/**
 * A set, and for large ones the part of it that counts for one pod: `evaluate` looks at every policy, and where all of
 * thousands differ, each is looked at for the flows of all others. Policies are found by the namespace that their
 * subject names and by one label whose values it lists; whatever names neither is looked at for every pod.
 */
export class Slices {
  readonly #set: PolicySet;
  readonly #found = new Map<string, Placed[]>();
  readonly #isLarge: boolean;

  constructor(set: PolicySet, largeFrom = SLICE_FROM) {
    this.#set = set;
    this.#isLarge = set.tiers.some(({ policies }) => policies.length >= largeFrom);
    if (!this.#isLarge) return;
    for (const [tier, { policies }] of set.tiers.entries()) {
      for (const [at, policy] of policies.entries()) {
        const placed = { tier, at, policy };
        for (const key of new Set(policy.subject.pods.flatMap(keysOf))) this.#add(key, placed);
      }
    }
  }

  #add(key: string, placed: Placed): void {
    const own = this.#found.get(key);
    if (own === undefined) this.#found.set(key, [placed]);
    else own.push(placed);
  }

  /** The policies that may select the pod, in the order of the set, in all of its tiers. */
  of(pod: PodEndpoint): PolicySet {
    if (!this.#isLarge) return this.#set;
    const places = [keyOf(undefined), keyOf(pod.namespace)];
    for (const [name, value] of Object.entries(pod.labels)) {
      places.push(keyOf(undefined, name, value), keyOf(pod.namespace, name, value));
    }
    const own = new Set(places.flatMap((key) => this.#found.get(key) ?? []));
    const sorted = [...own].sort((a, b) => a.tier - b.tier || a.at - b.at);
    const tiers = this.#set.tiers.map((tier, index) => ({
      ...tier,
      policies: sorted.filter((placed) => placed.tier === index).map(({ policy }) => policy),
    }));
    return { tiers };
  }
}

/** Where the pods of a cube are found: each of them has one of these keys. */
function keysOf(pods: Cube): readonly string[] {
  const namespaces = namespacesOf(pods) ?? [undefined];
  const listed = pods.constraints
    .filter(({ key, set }) => key.startsWith(POD) && !set.absent && !set.complement)
    .toSorted((a, b) => a.set.values.length - b.set.values.length)[0];
  return namespaces.flatMap((namespace) =>
    listed === undefined
      ? [keyOf(namespace)]
      : listed.set.values.map((value) => keyOf(namespace, listed.key.slice(POD.length), value)),
  );
}

const POD = "pod:";

/** Should two places ever have one key, then more policies are looked at, and none is missed. */
const keyOf = (namespace: string | undefined, label = "", value = ""): string =>
  `${namespace ?? "\t"}\n${label}\n${value}`;
