import { compareText } from "../base/compare.ts";
import type { Policy, PolicySet } from "../ir/policy.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import type { Cube, LabelConstraint } from "../sets/cube.ts";
import {
  ACCOUNT_NAME,
  constraintOf,
  cube,
  cubeContains,
  cubeText,
  intersectCubes,
  keepKeys,
  NAMESPACE_NAME,
} from "../sets/cube.ts";
import { complementLabelSet, labelIn } from "../sets/label-set.ts";
import type { KnownPod, Snapshot } from "./snapshot.ts";

/*
 * NetworkPolicies know no service accounts. Where labels are true of just those pods of the inventory that run as an account,
 * they are written in its place, under the assumption `account-labels`: that it stays so. Whoever takes that for granted, be
 * it to write policies or to prove something of them, leaves the pods out for which it is not so (`never`).
 */
export interface AccountLabels {
  /** The condition on accounts, in the namespaces that are named beside it. */
  readonly account: Cube;
  /** What its pods have and the others of those namespaces have not. */
  readonly labels: Cube;
  /** Pods that meet one of the two and not the other. */
  readonly never: readonly Cube[];
}

/** What is known of the conditions that sets of policies make, by the text of the condition. */
export type AccountsKnown = ReadonlyMap<string, AccountLabels>;

export const NO_ACCOUNTS: AccountsKnown = new Map();

/** All conditions on accounts of peers for which the inventory has such labels. */
export function accountLabels(sets: readonly PolicySet[], snapshot: Snapshot): AccountsKnown {
  if (snapshot.pods.length === 0) return NO_ACCOUNTS;
  const found = new Map<string, AccountLabels>();
  const asked = new Set<string>();
  let pods: PodsOfAccounts | undefined;
  for (const labels of peersOf(sets)) {
    const account = accountCondition(labels);
    if (account === undefined) continue;
    const text = cubeText(account);
    if (asked.has(text)) continue;
    asked.add(text);
    pods ??= new PodsOfAccounts(snapshot);
    const known = labelsFor(account, pods);
    if (known !== undefined) found.set(text, known);
  }
  return found;
}

/** A cube with labels in place of what it says of accounts, where they are known; undefined if no pod has all of them. */
export function withAccountLabels(of: Cube, known: AccountsKnown): Cube | undefined {
  const account = known.size === 0 ? undefined : accountCondition(of);
  const found = account === undefined ? undefined : known.get(cubeText(account));
  return found === undefined
    ? of
    : intersectCubes(
        keepKeys(of, (key) => !isOfAccount(key)),
        found.labels,
      );
}

const isOfAccount = (key: string): boolean => key.startsWith("account:");

/** What a cube says of accounts, and the namespaces that it names one by one; undefined if it asks for no account. */
export function accountCondition(of: Cube): Cube | undefined {
  if (!of.constraints.some(({ key }) => isOfAccount(key))) return undefined;
  const names = constraintOf(of, NAMESPACE_NAME);
  const isNamed = names !== undefined && !names.complement && names.atoms.length === 0;
  return keepKeys(of, (key) => isOfAccount(key) || (key === NAMESPACE_NAME && isNamed));
}

function* peersOf(sets: readonly PolicySet[]): Generator<Cube> {
  for (const { tiers } of sets) {
    for (const { policies } of tiers) for (const policy of policies) yield* peersOfPolicy(policy);
  }
}

function* peersOfPolicy(policy: Policy): Generator<Cube> {
  for (const direction of DIRECTIONS) {
    for (const { peer } of policy[direction]?.rules ?? []) {
      for (const box of peer) if (box.kind === "pod") yield box.labels;
    }
  }
}

/** The pods on the pod network, by namespace, with the labels of their accounts. */
class PodsOfAccounts {
  readonly #byNamespace = new Map<string, KnownPod[]>();
  readonly #all: KnownPod[] = [];
  readonly #accounts: ReadonlyMap<string, Readonly<Record<string, string>>>;

  constructor({ pods, accounts }: Snapshot) {
    this.#accounts = new Map(accounts.map((one) => [`${one.namespace}/${one.name}`, one.labels]));
    for (const pod of pods) {
      if (pod.hostNetwork) continue;
      this.#all.push(pod);
      const list = this.#byNamespace.get(pod.namespace);
      if (list === undefined) this.#byNamespace.set(pod.namespace, [pod]);
      else list.push(pod);
    }
  }

  /** The pods that meet the condition and those that do not; undefined where that is not known of one of them. */
  partedBy(account: Cube): Parted | undefined {
    const names = constraintOf(account, NAMESPACE_NAME);
    const pods =
      names === undefined
        ? this.#all
        : names.values.flatMap((name) => this.#byNamespace.get(name) ?? []);
    const condition = keepKeys(account, isOfAccount);
    const asksForLabels = condition.constraints.some(({ key }) => key !== ACCOUNT_NAME);
    const own: KnownPod[] = [];
    const others: KnownPod[] = [];
    for (const pod of pods) {
      const labels = this.#accounts.get(`${pod.namespace}/${pod.account}`);
      if (asksForLabels && labels === undefined) return undefined;
      const isOwn = cubeContains(condition, (key) =>
        key === ACCOUNT_NAME ? pod.account : labelOf(labels ?? {}, key.slice("account:".length)),
      );
      (isOwn ? own : others).push(pod);
    }
    return { own, others };
  }
}

interface Parted {
  readonly own: readonly KnownPod[];
  readonly others: readonly KnownPod[];
}

const labelOf = (labels: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined;

function labelsFor(account: Cube, pods: PodsOfAccounts): AccountLabels | undefined {
  const parted = pods.partedBy(account);
  if (parted === undefined) return undefined;
  const { own, others } = parted;
  // What is said of all accounts but one holds of pods that nobody has seen, too.
  const isNegative = account.constraints.every(
    ({ key, set }) => !isOfAccount(key) || set.complement,
  );
  const labels = isNegative ? otherThan(labelsTelling(others, own)) : labelsTelling(own, others);
  if (labels === undefined) return undefined;
  return { account, labels, never: oneWithoutTheOther(account, labels) };
}

/** What is said of all pods but some: only of one label can the opposite be said by one selector. */
function otherThan(labels: Cube | undefined): Cube | undefined {
  const [only, more] = labels?.constraints ?? [];
  if (only === undefined || more !== undefined) return undefined;
  const [set, further] = complementLabelSet(only.set);
  return set === undefined || further !== undefined ? undefined : cube([{ ...only, set }]);
}

function oneWithoutTheOther(account: Cube, labels: Cube): readonly Cube[] {
  const namespaces = keepKeys(account, (key) => key === NAMESPACE_NAME).constraints;
  const condition = keepKeys(account, isOfAccount).constraints;
  const without = (all: readonly LabelConstraint[], missing: readonly LabelConstraint[]) =>
    missing.flatMap(({ key, set }) =>
      complementLabelSet(set).flatMap(
        (rest) => cube([...namespaces, ...all, { key, set: rest }]) ?? [],
      ),
    );
  return [...without(condition, labels.constraints), ...without(labels.constraints, condition)];
}

/** So many values of one label, and so many labels, are as good as a list of the pods. */
const MOST_VALUES = 16;
const MOST_LABELS = 3;

/**
 * The fewest labels that all of the pods have and none of the others: one, if one does, else one by one the label that leaves
 * the fewest others. Among equals the one with the fewest values, then one of those by which pods are commonly told apart.
 * Undefined if there are none, or no pods.
 */
function labelsTelling(own: readonly KnownPod[], others: readonly KnownPod[]): Cube | undefined {
  const candidates = commonLabels(own);
  const chosen: LabelConstraint[] = [];
  let left = others;
  do {
    let best: { readonly of: Candidate; readonly left: readonly KnownPod[] } | undefined;
    for (const of of candidates) {
      const still = left.filter(({ labels }) => {
        const value = labelOf(labels, of.key);
        return value !== undefined && of.values.has(value);
      });
      if (best === undefined || still.length < best.left.length) best = { of, left: still };
    }
    if (best === undefined || (chosen.length > 0 && best.left.length === left.length))
      return undefined;
    chosen.push({ key: `pod:${best.of.key}`, set: labelIn(best.of.values) });
    left = best.left;
  } while (left.length > 0 && chosen.length < MOST_LABELS);
  return left.length > 0 ? undefined : cube(chosen);
}

interface Candidate {
  readonly key: string;
  readonly values: ReadonlySet<string>;
}

/** The labels that all of the pods have, the best first. */
function commonLabels(pods: readonly KnownPod[]): readonly Candidate[] {
  const [first] = pods;
  if (first === undefined) return [];
  return Object.keys(first.labels)
    .filter((key) => !changes(key))
    .flatMap((key): readonly Candidate[] => {
      const values = new Set<string>();
      for (const { labels } of pods) {
        const value = labelOf(labels, key);
        if (value === undefined) return [];
        values.add(value);
        if (values.size > MOST_VALUES) return [];
      }
      return [{ key, values }];
    })
    .sort(
      (a, b) =>
        a.values.size - b.values.size || rankOf(a.key) - rankOf(b.key) || compareText(a.key, b.key),
    );
}

/** Labels by which pods are commonly told apart, the most common first. */
const COMMON: readonly string[] = [
  "app.kubernetes.io/name",
  "app",
  "k8s-app",
  "app.kubernetes.io/component",
  "app.kubernetes.io/instance",
];

function rankOf(key: string): number {
  const rank = COMMON.indexOf(key);
  return rank < 0 ? COMMON.length : rank;
}

/** Labels that the next release of a workload, or its next pod, has with another value. */
const CHANGING = new Set([
  "pod-template-hash",
  "pod-template-generation",
  "controller-revision-hash",
  "controller-uid",
  "job-name",
  "helm.sh/chart",
  "app.kubernetes.io/version",
  "version",
  "statefulset.kubernetes.io/pod-name",
  "apps.kubernetes.io/pod-index",
]);

const changes = (key: string): boolean =>
  CHANGING.has(key) || key.startsWith("batch.kubernetes.io/");
