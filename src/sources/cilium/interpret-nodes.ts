import type { KnownNode, Snapshot } from "../../inventory/snapshot.ts";
import { addressSetContains, addressSetOfEach, type AddressSet } from "../../sets/address-set.ts";
import { labelSetContains } from "../../sets/label-set.ts";
import { CLUSTER_LABEL, DEFAULT_CLUSTER, setOf } from "./interpret-labels.ts";
import type { LabelTerm } from "./model.ts";

/** Nodes that a selector means. */
export interface SelectedNodes {
  readonly addresses: AddressSet;
  /** False where there may be more of them than are known. */
  readonly isWhole: boolean;
}

/**
 * Finds the nodes that selectors of `fromNodes` and `toNodes` mean: labels of nodes have a source of their own, so that a
 * term of any other source asks for a label that no node has. (cilium: pkg/node/manager/manager.go `nodeIdentityLabels`)
 */
export class NodeFinder {
  readonly #nodes: readonly KnownNode[];
  readonly #apiServer: AddressSet | undefined;
  readonly #clusterName: string;

  constructor(
    { nodes }: Snapshot,
    apiServer: AddressSet | undefined,
    clusterName: string | undefined,
  ) {
    this.#nodes = nodes;
    this.#apiServer = apiServer;
    this.#clusterName = clusterName ?? DEFAULT_CLUSTER;
  }

  select(terms: readonly LabelTerm[]): SelectedNodes {
    const addresses: bigint[] = [];
    let isWhole = this.#nodes.length > 0;
    for (const node of this.#nodes) {
      const answers = terms.map((term) => this.#holds(term, node));
      if (answers.includes(false)) continue;
      if (answers.includes(undefined) || node.addresses.length === 0) isWhole = false;
      else addresses.push(...node.addresses);
    }
    return { addresses: addressSetOfEach(addresses), isWhole };
  }

  /** Undefined where it is not known. */
  #holds(term: LabelTerm, node: KnownNode): boolean | undefined {
    const { source, key } = term;
    const set = setOf(term);
    if (source === "k8s" || source === "reserved") {
      const value = source === "k8s" ? this.#kubernetesLabel(key) : this.#reservedLabel(key, node);
      return value === "unknown" ? undefined : labelSetContains(set, value?.text);
    }
    if (source !== "any" && source !== "node") return labelSetContains(set, undefined);
    const given = source === "any" ? this.#kubernetesLabel(key) : undefined;
    if (given !== undefined) return labelSetContains(set, given.text);
    if (node.labels === undefined) return undefined;
    return labelSetContains(set, Object.hasOwn(node.labels, key) ? node.labels[key] : undefined);
  }

  #kubernetesLabel(key: string): { readonly text: string } | undefined {
    return key === CLUSTER_LABEL ? { text: this.#clusterName } : undefined;
  }

  /** The own node is another matter: it is outside of what is claimed. */
  #reservedLabel(
    key: string,
    { addresses }: KnownNode,
  ): { readonly text: string } | "unknown" | undefined {
    if (key === "remote-node") return { text: "" };
    if (key !== "kube-apiserver") return undefined;
    const known = this.#apiServer;
    if (known === undefined) return "unknown";
    return addresses.some((one) => addressSetContains(known, one)) ? { text: "" } : undefined;
  }
}
