import type { Cube } from "../sets/cube.ts";
import { constraintOf, cube, intersectCubes, keepKeys, NAMESPACE_NAME } from "../sets/cube.ts";
import { CubeIndex } from "../sets/cube-index.ts";
import type { AccountLabels } from "./account-labels.ts";

/**
 * Strangers are pods that there are not under the assumption `account-labels`: they run as an account and lack its labels,
 * or have them and run as another. Of hundreds of accounts a question is mostly about one, so it is not told of them all:
 * its pods are first said to be what they are (`known`), after which hardly any stranger is among them.
 *
 * Pure: what is worked out is kept, and is the same whenever it is asked for.
 */
export class Strangers<T> {
  readonly #conditions: CubeIndex<Condition>;
  readonly #strangers: CubeIndex<Stranger<T>>;
  readonly #known = new WeakMap<Cube, Cube | "none">();

  /** @param make what a question is told of, made once of each cube of strangers */
  constructor(accounts: Iterable<AccountLabels>, make: (labels: Cube) => T) {
    const conditions: Condition[] = [];
    const strangers: Stranger<T>[] = [];
    for (const { account, labels, never } of accounts) {
      const namespaces = keepKeys(account, (key) => key === NAMESPACE_NAME).constraints;
      const labelled = cube([...namespaces, ...labels.constraints]);
      if (labelled !== undefined) {
        conditions.push({ of: account, implies: labelled }, { of: labelled, implies: account });
      }
      for (const one of never)
        strangers.push({ labels: one, names: namesOf(account), made: make(one) });
    }
    this.#conditions = new CubeIndex(conditions, ({ of }) => of);
    this.#strangers = new CubeIndex(strangers, ({ labels }) => labels);
  }

  /**
   * The pods of a cube less strangers, as far as one cube says them: where all of the pods run as an account they have its
   * labels too, and the other way round. Undefined if there is no such pod.
   */
  known(pods: Cube): Cube | undefined {
    let known = this.#known.get(pods);
    if (known === undefined) this.#known.set(pods, (known = this.#knownOf(pods) ?? "none"));
    return known === "none" ? undefined : known;
  }

  #knownOf(pods: Cube): Cube | undefined {
    let known: Cube | undefined = pods;
    for (const { implies } of this.#conditions.holding(pods)) {
      known = intersectCubes(known, implies);
      if (known === undefined) return undefined;
    }
    return known;
  }

  /** All strangers that are among the pods: those of any namespace first, then by the namespaces that the cube names. */
  among(pods: Cube): readonly T[] {
    const found = this.#strangers.meeting(pods);
    const own = namesOf(pods);
    if (own === undefined) return found.map(({ made }) => made);
    const places = new Map(own.map((name, at) => [name, at]));
    const placeOf = ({ names }: Stranger<T>): number =>
      names === undefined ? -1 : Math.min(...names.map((name) => places.get(name) ?? own.length));
    return found
      .map((one) => ({ made: one.made, place: placeOf(one) }))
      .sort((a, b) => a.place - b.place)
      .map(({ made }) => made);
  }
}

interface Stranger<T> {
  readonly labels: Cube;
  /** The namespaces that the condition on accounts names; undefined: it is about all. */
  readonly names: readonly string[] | undefined;
  readonly made: T;
}

function namesOf(of: Cube): readonly string[] | undefined {
  const names = constraintOf(of, NAMESPACE_NAME);
  return names === undefined || names.complement ? undefined : names.values;
}

/** Pods of the one are pods of the other. */
interface Condition {
  readonly of: Cube;
  readonly implies: Cube;
}
