import { compareText } from "../base/compare.ts";
import { ACCOUNT_NAME, NAMESPACE_NAME } from "../sets/cube.ts";
import type { LabelKey } from "../sets/cube.ts";
import type { KnownNamespace, Snapshot } from "./snapshot.ts";

/**
 * The values seen of a label key, sorted: of the pods' own labels (templates included), of the accounts' or namespaces'
 * labels, or the names of accounts. With `namespace` only those of that namespace.
 */
export function valuesOf(snapshot: Snapshot, key: LabelKey, namespace?: string): readonly string[] {
  const values = new Set<string>();
  const isAsked = (of: string): boolean => namespace === undefined || of === namespace;
  const add = (labels: Readonly<Record<string, string>> | undefined, label: string): void => {
    const value = labels !== undefined && Object.hasOwn(labels, label) ? labels[label] : undefined;
    if (value !== undefined) values.add(value);
  };
  const label = key.slice(key.indexOf(":") + 1);
  if (key === ACCOUNT_NAME) {
    for (const pod of snapshot.pods) if (isAsked(pod.namespace)) values.add(pod.account);
    for (const account of snapshot.accounts)
      if (isAsked(account.namespace)) values.add(account.name);
  } else if (key === NAMESPACE_NAME) {
    for (const name of snapshot.namespaces.keys()) if (isAsked(name)) values.add(name);
  } else if (key.startsWith("pod:")) {
    for (const pod of snapshot.pods) if (isAsked(pod.namespace)) add(pod.labels, label);
  } else if (key.startsWith("account:")) {
    for (const account of snapshot.accounts)
      if (isAsked(account.namespace)) add(account.labels, label);
  } else {
    for (const known of snapshot.namespaces.values())
      if (isAsked(known.name)) add(known.labels, label);
  }
  return [...values].sort(compareText);
}

/** The namespaces that an inventory or option names, sorted by name. */
export function coveredNamespaces(snapshot: Snapshot): readonly KnownNamespace[] {
  return [...snapshot.namespaces.values()]
    .filter(({ covered }) => covered)
    .sort((a, b) => compareText(a.name, b.name));
}

/** All labels of a namespace; undefined where they are not known. */
export function namespaceLabels(
  snapshot: Snapshot,
  name: string,
): Readonly<Record<string, string>> | undefined {
  return snapshot.namespaces.get(name)?.labels;
}

/** True if both are known and equal, or neither is known. */
export function sameLabels(
  a: Readonly<Record<string, string>> | undefined,
  b: Readonly<Record<string, string>> | undefined,
): boolean {
  if (a === undefined || b === undefined) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  );
}
