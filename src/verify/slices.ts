import type { Policy, PolicySet } from "../ir/policy.ts";
import { namespacesOf } from "./universe.ts";

/** From so many policies on, a flow is judged by those alone whose subject may lie in its namespace. */
const SLICE_FROM = 2000;

interface Placed {
  readonly tier: number;
  readonly at: number;
  readonly policy: Policy;
}

/** A set, and for large ones the part of it that counts in one namespace: `evaluate` looks at every policy. */
export class Slices {
  readonly #set: PolicySet;
  readonly #byNamespace = new Map<string, Placed[]>();
  readonly #anywhere: Placed[] = [];
  readonly #isLarge: boolean;
  #last: { readonly namespace: string; readonly set: PolicySet } | undefined;

  constructor(set: PolicySet, largeFrom = SLICE_FROM) {
    this.#set = set;
    this.#isLarge = set.tiers.some(({ policies }) => policies.length >= largeFrom);
    if (!this.#isLarge) return;
    for (const [tier, { policies }] of set.tiers.entries()) {
      for (const [at, policy] of policies.entries()) this.#add({ tier, at, policy });
    }
  }

  #add(placed: Placed): void {
    const names = placed.policy.subject.pods.map(namespacesOf);
    if (names.includes(undefined)) {
      this.#anywhere.push(placed);
      return;
    }
    for (const name of new Set(names.flatMap((some) => some ?? []))) {
      const own = this.#byNamespace.get(name);
      if (own === undefined) this.#byNamespace.set(name, [placed]);
      else own.push(placed);
    }
  }

  of(namespace: string): PolicySet {
    if (!this.#isLarge) return this.#set;
    if (this.#last?.namespace === namespace) return this.#last.set;
    const own = [...(this.#byNamespace.get(namespace) ?? []), ...this.#anywhere];
    own.sort((a, b) => a.tier - b.tier || a.at - b.at);
    const tiers = this.#set.tiers.map((tier, index) => ({
      ...tier,
      policies: own.filter((placed) => placed.tier === index).map(({ policy }) => policy),
    }));
    this.#last = { namespace, set: { tiers } };
    return this.#last.set;
  }
}
