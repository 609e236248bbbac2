import type { Flow, PodEndpoint } from "../ir/flow.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import type { DirectionRules, OpaqueCondition, Policy, PolicySet } from "../ir/policy.ts";
import type { Cube } from "../sets/cube.ts";
import { evaluate } from "./evaluate.ts";
import type { DecideOpaque, Decision, Step } from "./evaluate.ts";
import { RuleSlices } from "./rule-slices.ts";
import { namespacesOf } from "./universe.ts";

/** From so many policies on, a flow is judged by those alone whose subject may hold its pod; so it is with rules of one. */
const SLICE_FROM = 128;

interface Placed {
  readonly tier: number;
  readonly at: number;
  readonly policy: Policy;
}

/**
 * A set, and for large ones the part of it that counts for one flow: `evaluate` looks at every policy and rule, and where
 * all of thousands differ, each is looked at for the flows of all others. Policies are found by the namespace that their
 * subject names and by one label whose values it lists; whatever names neither is looked at for every pod. Rules are found
 * as rule-slices.ts says.
 */
export class Slices {
  readonly #set: PolicySet;
  readonly #found = new Map<string, Placed[]>();
  readonly #isLarge: boolean;
  readonly #rules = new Map<DirectionRules, RuleSlices>();

  constructor(set: PolicySet, largeFrom = SLICE_FROM) {
    this.#set = set;
    this.#isLarge = set.tiers.some(({ policies }) => policies.length >= largeFrom);
    for (const [tier, { policies }] of set.tiers.entries()) {
      for (const [at, policy] of policies.entries()) {
        for (const direction of DIRECTIONS) {
          const applied = policy[direction];
          if (applied !== undefined && applied.rules.length >= largeFrom) {
            this.#rules.set(applied, new RuleSlices(applied.rules));
          }
        }
        if (!this.#isLarge) continue;
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

  /**
   * What `evaluate` says of the flow. Only the rules that may match it are among the steps.
   * @param holding all conditions that `decideOpaque` says yes to
   */
  judge(
    flow: Flow,
    decideOpaque: DecideOpaque,
    holding: ReadonlySet<OpaqueCondition>,
    trace?: (step: Step) => void,
  ): Decision {
    const set = this.of(flow.subject);
    if (this.#rules.size === 0) return evaluate(set, flow, decideOpaque, trace);
    const whole = new Map<Policy, Policy>();
    const tiers = set.tiers.map((tier) => ({
      ...tier,
      policies: tier.policies.map((policy) => {
        const applied = policy[flow.direction];
        const rules = applied === undefined ? undefined : this.#rules.get(applied);
        if (applied === undefined || rules === undefined) return policy;
        const part = {
          ...policy,
          [flow.direction]: { ...applied, rules: rules.of(flow, holding) },
        };
        whole.set(part, policy);
        return part;
      }),
    }));
    const { verdict, by } = evaluate({ tiers }, flow, decideOpaque, trace);
    if (by.kind !== "rule" && by.kind !== "end-of-tier") return { verdict, by };
    return { verdict, by: { ...by, policy: whole.get(by.policy) ?? by.policy } };
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
