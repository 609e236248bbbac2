import type { PolicyOrigin } from "../ir/origin.ts";
import { isLabelKey, isLabelValue } from "./validity.ts";

export interface CarriedLabels {
  readonly carried: readonly (readonly [key: string, value: string])[];
  /** Keys of labels by which tools own objects. */
  readonly owned: readonly string[];
  /** Keys of labels that the API server would refuse. */
  readonly invalid: readonly string[];
}

const OWNERS_KEYS: ReadonlySet<string> = new Set([
  "app.kubernetes.io/managed-by",
  "app.kubernetes.io/instance",
]);

/** True for a label by which Helm, Argo CD, Flux or Calico tell that an object is theirs to change and to delete. */
function isOwnersLabel(key: string): boolean {
  if (OWNERS_KEYS.has(key)) return true;
  const slash = key.indexOf("/");
  if (slash < 0) return false;
  const prefix = key.slice(0, slash);
  return (
    prefix === "helm.sh" ||
    prefix.startsWith("argocd.") ||
    prefix.endsWith(".fluxcd.io") ||
    prefix === "projectcalico.org"
  );
}

/** Which labels of a source object the objects made of it carry. */
export function carryLabels(source: PolicyOrigin): CarriedLabels {
  const carried: (readonly [string, string])[] = [];
  const owned: string[] = [];
  const invalid: string[] = [];
  for (const label of source.labels) {
    if (isOwnersLabel(label[0])) owned.push(label[0]);
    else if (isLabelKey(label[0]) && isLabelValue(label[1])) carried.push(label);
    else invalid.push(label[0]);
  }
  return { carried, owned, invalid };
}
