import { invariant } from "../base/invariant.ts";
import type { Direction, OpaqueCondition, Policy, PolicySet } from "../ir/policy.ts";
import { ANY_ADDRESS } from "../sets/address-set.ts";
import type { PeerBox } from "../sets/box.ts";
import { predicateContains } from "../sets/label-predicate.ts";
import type { ComparedSets } from "./comparison.ts";
import { labelsOf } from "./evaluate.ts";
import type { PodClass } from "./pod-classes.ts";
import { Slices } from "./slices.ts";
import type { SliceRules } from "./told-apart.ts";

/** The policies that select the pods of a class in one direction; one for all classes that the same policies select. */
export interface ClassSlice extends SliceRules {
  readonly id: number;
  readonly source: PolicySet;
  readonly target: PolicySet;
  readonly narrowTarget: PolicySet;
  readonly mayDiffer: boolean;
  /** True if some rule asks for the name of a port. */
  readonly asksPorts: boolean;
  /** True if some rule asks for what nobody can check. */
  readonly opaque: readonly OpaqueCondition[];
}

/** The slices of some classes of pods, each made when it is first asked for. */
export class ClassSlices {
  readonly #sets: Readonly<Record<keyof ComparedSets, Slices>>;
  readonly #classes: readonly PodClass[];
  readonly #differing: ReadonlySet<Policy>;
  readonly #byClass: Readonly<Record<Direction, Map<number, ClassSlice>>> = {
    ingress: new Map<number, ClassSlice>(),
    egress: new Map<number, ClassSlice>(),
  };
  readonly #shared = new Map<string, ClassSlice>();
  readonly #ids = new Map<Policy, number>();

  /** @param differing policies that may judge some flow otherwise in the other set */
  constructor(sets: ComparedSets, classes: readonly PodClass[], differing: ReadonlySet<Policy>) {
    const target = new Slices(sets.target);
    const narrowTarget = sets.narrowTarget === sets.target ? target : new Slices(sets.narrowTarget);
    this.#sets = { source: new Slices(sets.source), target, narrowTarget };
    this.#classes = classes;
    this.#differing = differing;
  }

  /** Of the class at a place. */
  of(place: number, direction: Direction): ClassSlice {
    const known = this.#byClass[direction];
    let slice = known.get(place);
    if (slice === undefined) {
      slice = this.#make(place, direction);
      known.set(place, slice);
    }
    return slice;
  }

  #make(of: number, direction: Direction): ClassSlice {
    const pod = this.#classes[of]?.pod;
    invariant(pod !== undefined, "there is a class at each place");
    const valueOf = labelsOf(pod);
    const { source: before, target: after, narrowTarget } = this.#sets;
    const part = (set: Slices): PolicySet => ({
      tiers: set.of(pod).tiers.map((tier) => ({
        ...tier,
        policies: tier.policies.filter(
          (policy) =>
            policy[direction] !== undefined && predicateContains(policy.subject.pods, valueOf),
        ),
      })),
    });
    const source = part(before);
    const target = part(after);
    const narrow = narrowTarget === after ? target : part(narrowTarget);
    const policies = [source, target, narrow].map(({ tiers }) =>
      tiers.flatMap(({ policies: own }) => own),
    );
    const rules = policies.flat().flatMap((policy) => policy[direction]?.rules ?? []);
    // Whose rules ask for more of the subject than its policies do is told apart from all others.
    const isOwn = rules.some(
      ({ subjectOnly, opaque }) =>
        subjectOnly !== undefined || opaque.some(({ kind }) => kind !== "unknown"),
    );
    const names = policies.map((own) => own.map((policy) => this.#idOf(policy)).join());
    const key = `${direction} ${names.join(" ")} ${isOwn ? String(of) : ""}`;
    let slice = this.#shared.get(key);
    if (slice === undefined) {
      const opaque = rules.flatMap((rule) => rule.opaque);
      slice = {
        id: this.#shared.size,
        source,
        target,
        narrowTarget: narrow,
        rules: [...new Set(rules)],
        boxes: [...new Set(rules.flatMap(({ peer }) => peer)), ...opaque.flatMap(namingBoxes)],
        mayDiffer: policies.flat().some((policy) => this.#differing.has(policy)),
        asksPorts: rules.some(
          ({ traffic, opaque: asked }) =>
            traffic.named.length > 0 || asked.some(({ kind }) => kind !== "unknown"),
        ),
        opaque,
      };
      this.#shared.set(key, slice);
    }
    return slice;
  }

  #idOf(policy: Policy): number {
    const id = this.#ids.get(policy) ?? this.#ids.size;
    this.#ids.set(policy, id);
    return id;
  }
}

/** Where a condition on the name of a port looks at more of the pod than its ports. */
function namingBoxes(condition: OpaqueCondition): readonly PeerBox[] {
  if (condition.kind === "unknown" || condition.naming === undefined) return [];
  const { hosts, pods = [] } = condition.naming;
  return [
    ...hosts.map(({ addresses }): PeerBox => ({ kind: "address", addresses })),
    ...pods.map((labels): PeerBox => ({ kind: "pod", labels, addresses: ANY_ADDRESS })),
  ];
}
