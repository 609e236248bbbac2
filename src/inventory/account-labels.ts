import { compareText } from "../base/compare.ts";
import type { Policy, PolicySet } from "../ir/policy.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import type { Cube, LabelConstraint } from "../sets/cube.ts";
import {
  constraintOf,
  cube,
  cubeText,
  intersectCubes,
  keepKeys,
  NAMESPACE_NAME,
} from "../sets/cube.ts";
import { complementLabelSet, labelIn } from "../sets/label-set.ts";
import type { PodsAmongOthers } from "./account-pods.ts";
import { isOfAccount, labelOf, PodsOfAccounts } from "./account-pods.ts";
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

function labelsFor(account: Cube, pods: PodsOfAccounts): AccountLabels | undefined {
  // What is said of all accounts but one holds of pods that nobody has seen, too.
  const isNegative = account.constraints.every(
    ({ key, set }) => !isOfAccount(key) || set.complement,
  );
  const told = pods.of(account, !isNegative);
  if (told === undefined) return undefined;
  const labels = isNegative ? otherThan(labelsTelling(told)) : labelsTelling(told);
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
function labelsTelling(own: PodsAmongOthers): Cube | undefined {
  const candidates = commonLabels(own.pods);
  const first = leavingFewest(candidates, (of) => own.countOfOthersWith(of.key, of.values));
  // Where no label tells any of the others, several do not either.
  if (first === undefined || (first.left > 0 && first.left === own.countOfOthers)) return undefined;
  const chosen = [first.of];
  let left = first.left === 0 ? [] : own.othersWith(first.of.key, first.of.values);
  while (left.length > 0 && chosen.length < MOST_LABELS) {
    const next = leavingFewest(candidates, (of) => left.filter((pod) => has(pod, of)).length);
    if (next === undefined || next.left === left.length) return undefined;
    chosen.push(next.of);
    left = left.filter((pod) => has(pod, next.of));
  }
  if (left.length > 0) return undefined;
  return cube(chosen.map(({ key, values }) => ({ key: `pod:${key}`, set: labelIn(values) })));
}

function leavingFewest(
  candidates: readonly Candidate[],
  leftBy: (of: Candidate) => number,
): { readonly of: Candidate; readonly left: number } | undefined {
  let best: { readonly of: Candidate; readonly left: number } | undefined;
  for (const of of candidates) {
    const left = leftBy(of);
    if (best === undefined || left < best.left) best = { of, left };
  }
  return best;
}

function has({ labels }: KnownPod, { key, values }: Candidate): boolean {
  const value = labelOf(labels, key);
  return value !== undefined && values.has(value);
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
