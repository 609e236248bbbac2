import { isNamespaceName } from "../../inventory/label-syntax.ts";
import { ANY_ADDRESS } from "../../sets/address-set.ts";
import {
  ACCOUNT_NAME,
  cube,
  NAMESPACE_NAME,
  type Cube,
  type LabelConstraint,
  type LabelKey,
} from "../../sets/cube.ts";
import {
  LABEL_ABSENT,
  LABEL_EXISTS,
  labelIn,
  labelNotIn,
  labelSetContains,
  type LabelSet,
} from "../../sets/label-set.ts";
import type { PeerPart } from "./interpret-parts.ts";
import type { LabelFilter } from "./label-filter.ts";
import type { LabelTerm } from "./model.ts";

export const NAMESPACE_LABEL = "io.kubernetes.pod.namespace";
export const NAMESPACE_LABELS_PREFIX = "io.cilium.k8s.namespace.labels.";
const ACCOUNT_LABEL = "io.cilium.k8s.policy.serviceaccount";
export const CLUSTER_LABEL = "io.cilium.k8s.policy.cluster";

/** What a cluster is called by default. */
export const DEFAULT_CLUSTER = "default";

/** What a key stands for on every pod: a label of ours, or one text (undefined: no such label). */
type Meaning = { readonly key: LabelKey } | { readonly value: string | undefined };

/** Selectors and namespaces whose meaning is kept. Past it they are worked out anew. */
const MOST_KEPT = 20_000;

/** Reads terms as Cilium compares them with the labels of an identity. */
export class LabelReader {
  readonly #filter: LabelFilter;
  readonly #clusterName: string | undefined;
  readonly #namespaces = new Map<string, LabelConstraint>();
  readonly #peers = new Map<string, PeerPart | undefined>();

  /** @param clusterName undefined if it is not known: it is "default" then, unless terms speak of another */
  constructor(filter: LabelFilter, clusterName: string | undefined) {
    this.#filter = filter;
    this.#clusterName = clusterName;
  }

  /** The name of a cluster of which it is not known whether it is this one; undefined if no term hangs on that. */
  openCluster(terms: readonly LabelTerm[]): string | undefined {
    if (this.#clusterName !== undefined) return undefined;
    const open = terms.find(
      (term) =>
        isOfPods(term) &&
        term.key === CLUSTER_LABEL &&
        term.values.length > 0 &&
        !term.values.includes(DEFAULT_CLUSTER),
    );
    return open?.values[0];
  }

  /** The pods that meet all terms, or that may meet them, where a cluster's name is open; undefined if there can be none. */
  pods(all: readonly LabelTerm[]): Cube | undefined {
    const constraints: LabelConstraint[] = [];
    const terms =
      this.openCluster(all) === undefined ? all : all.filter(({ key }) => key !== CLUSTER_LABEL);
    for (const term of terms) {
      if (term.key === NAMESPACE_LABEL && term.plain) {
        const constraint = this.#namespaceOf(term);
        if (constraint !== undefined) {
          constraints.push(constraint);
          continue;
        }
      }
      const set = setOf(term);
      const meaning = this.#meaningOf(term);
      if ("key" in meaning) constraints.push({ key: meaning.key, set: possible(meaning.key, set) });
      else if (!labelSetContains(set, meaning.value)) return undefined;
    }
    return cube(constraints);
  }

  /** Nearly every selector has this term. */
  #namespaceOf({ source, values }: LabelTerm): LabelConstraint | undefined {
    const [name] = values;
    if (name === undefined || source !== "k8s" || !isNamespaceName(name)) return undefined;
    return kept(this.#namespaces, name, () => ({ key: NAMESPACE_NAME, set: labelIn([name]) }));
  }

  /** The pods that meet all terms, as peers; undefined if there can be none. Equal terms give the same object. */
  peers(terms: readonly LabelTerm[]): PeerPart | undefined {
    let text = "";
    for (const { source, key, operator, values } of terms) {
      text += `${source}:${key} ${operator} ${values.join()};`;
    }
    return kept(this.#peers, text, () => {
      const labels = this.pods(terms);
      return labels === undefined
        ? undefined
        : { boxes: [{ kind: "pod", labels, addresses: ANY_ADDRESS }] };
    });
  }

  /** Whether all terms hold of something with these labels. */
  holds(terms: readonly LabelTerm[], labels: Readonly<Record<string, string>>): boolean {
    return terms.every((term) => {
      const value = Object.hasOwn(labels, term.key) ? labels[term.key] : undefined;
      return labelSetContains(setOf(term), value);
    });
  }

  /** Keys of the terms that pods may well have as labels, and Cilium does not look at. */
  unseen(terms: readonly LabelTerm[]): readonly string[] {
    return terms
      .filter((term) => isOfPods(term) && !isDerived(term.key) && !this.#filter.keeps(term.key))
      .map(({ key }) => key);
  }

  #meaningOf({ source, key }: LabelTerm): Meaning {
    if (source !== "k8s" && source !== "any") return { value: undefined };
    if (key === NAMESPACE_LABEL) return { key: NAMESPACE_NAME };
    if (key === ACCOUNT_LABEL) return { key: ACCOUNT_NAME };
    if (key === CLUSTER_LABEL) return { value: this.#clusterName ?? DEFAULT_CLUSTER };
    if (key.startsWith(NAMESPACE_LABELS_PREFIX)) {
      return { key: `namespace:${key.slice(NAMESPACE_LABELS_PREFIX.length)}` };
    }
    return this.#filter.keeps(key) ? { key: `pod:${key}` } : { value: undefined };
  }
}

function kept<Value>(all: Map<string, Value>, key: string, make: () => Value): Value {
  const known = all.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (all.size >= MOST_KEPT) all.clear();
  all.set(key, made);
  return made;
}

function isOfPods({ source }: LabelTerm): boolean {
  return source === "k8s" || source === "any";
}

function isDerived(key: string): boolean {
  return (
    key === NAMESPACE_LABEL ||
    key === ACCOUNT_LABEL ||
    key === CLUSTER_LABEL ||
    key.startsWith(NAMESPACE_LABELS_PREFIX)
  );
}

/** Not every text that may be the value of a label may be the name of a namespace. */
function possible(key: LabelKey, set: LabelSet): LabelSet {
  if (key !== NAMESPACE_NAME || set.complement || set.values.every(isNamespaceName)) return set;
  return { ...set, values: set.values.filter(isNamespaceName) };
}

/** `NotIn` and `DoesNotExist` hold where there is no such label. */
export function setOf({ operator, values }: LabelTerm): LabelSet {
  switch (operator) {
    case "In":
      return labelIn(values);
    case "NotIn":
      return labelNotIn(values);
    case "Exists":
      return LABEL_EXISTS;
    case "DoesNotExist":
      return LABEL_ABSENT;
    default:
      return operator satisfies never;
  }
}

/** Whether terms hold of something that has these reserved labels and no others; undefined where more has to be known. */
export function holdsOfReserved(
  terms: readonly LabelTerm[],
  reserved: readonly string[],
): boolean | undefined {
  let answer: boolean | undefined = true;
  for (const term of terms) {
    // Addresses outside have labels of these sources, by CIDR, group or name.
    if (["cidr", "cidrgroup", "fqdn", "node"].includes(term.source)) {
      answer = undefined;
      continue;
    }
    const has =
      (term.source === "reserved" || term.source === "any") && reserved.includes(term.key);
    if (!labelSetContains(setOf(term), has ? "" : undefined)) return false;
  }
  return answer;
}

export function asksFor(terms: readonly LabelTerm[], key: string): boolean {
  return terms.some((term) => isOfPods(term) && term.key === key);
}

/** The terms of a subject: those of a namespaced policy select pods of its namespace, whatever they say. */
export function subjectTerms(
  terms: readonly LabelTerm[],
  namespace: string | undefined,
): readonly LabelTerm[] {
  if (namespace === undefined) return terms;
  return [...terms.filter((term) => !isReplaced(term)), namespaceIs(namespace)];
}

/** The one term on the namespace that a namespaced policy's own takes the place of. */
export function isReplaced({ source, key, plain }: LabelTerm): boolean {
  return plain && source === "k8s" && key === NAMESPACE_LABEL;
}

function namespaceIs(namespace: string): LabelTerm {
  return { source: "k8s", key: NAMESPACE_LABEL, operator: "In", values: [namespace], plain: true };
}

const ANY_NAMESPACE: LabelTerm = {
  source: "k8s",
  key: NAMESPACE_LABEL,
  operator: "Exists",
  values: [],
  plain: false,
};

/**
 * The terms of a peer with what Cilium adds to them: the policy's own namespace, unless the terms speak of namespaces.
 * (cilium: pkg/k8s/apis/cilium.io/utils/utils.go `getEndpointSelector`)
 */
export function peerTerms(
  terms: readonly LabelTerm[],
  namespace: string | undefined,
): readonly LabelTerm[] {
  if (terms.some(({ source }) => source === "reserved")) return terms;
  if (asksFor(terms, NAMESPACE_LABEL)) return terms;
  if (namespace === undefined) return [...terms, ANY_NAMESPACE];
  const byLabels = terms.some(
    (term) => isOfPods(term) && term.key.startsWith(NAMESPACE_LABELS_PREFIX),
  );
  return byLabels ? terms : [...terms, namespaceIs(namespace)];
}
