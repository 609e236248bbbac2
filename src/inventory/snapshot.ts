import type { DocumentRef } from "../diagnostics/source-range.ts";
import type { AddressSet } from "../sets/address-set.ts";
import type { DisjointLabels } from "./disjoint-labels.ts";

/** The label by which every namespace carries its own name; the API server sees to it. */
export const METADATA_NAME = "kubernetes.io/metadata.name";

/** What is known of a cluster besides its policies. */
export interface Snapshot {
  /** By name. */
  readonly namespaces: ReadonlyMap<string, KnownNamespace>;
  readonly pods: readonly KnownPod[];
  readonly accounts: readonly KnownAccount[];
  readonly services: readonly KnownService[];
  readonly slices: readonly KnownEndpointSlice[];
  readonly nodes: readonly KnownNode[];
  /** Where pod addresses lie before the switch; undefined when unknown. */
  readonly podRanges: AddressSet | undefined;
  /** And after it; undefined when unknown. Equal to `podRanges` unless the user says otherwise. */
  readonly targetPodRanges: AddressSet | undefined;
  /** Labels that never meet on one pod, by the user's word. */
  readonly disjoint?: readonly DisjointLabels[];
}

export interface KnownNamespace {
  readonly name: string;
  /**
   * Undefined: nothing is known of its labels but `kubernetes.io/metadata.name`. Otherwise all of its labels, that one
   * included.
   */
  readonly labels: Readonly<Record<string, string>> | undefined;
  /** True if it was named by an inventory or option, false if only a policy lies in it. */
  readonly covered: boolean;
}

export interface KnownPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly account: string;
  readonly hostNetwork: boolean;
  readonly addresses: readonly bigint[];
  readonly ports: readonly {
    readonly name: string;
    readonly protocol: number;
    readonly port: number;
    /** Of a container that starts before the others, and goes on running beside them. Not all engines look there. */
    readonly init?: true;
  }[];
  /** False for the template of a workload: what its pods will look like, not a pod that was seen. */
  readonly live: boolean;
  /**
   * Set for a pod that was seen and has no place on the pod network: it has ended, or no node has been found for it yet.
   * (calico: libcalico-go/lib/backend/k8s/conversion/conversion.go `IsValidCalicoWorkloadEndpoint`)
   */
  readonly off?: "finished" | "unscheduled";
}

/** True for a pod that was seen and has addresses of its own, not those of its node. */
export function isOnPodNetwork({
  live,
  hostNetwork,
  off,
}: Pick<KnownPod, "live" | "hostNetwork" | "off">): boolean {
  return live && !hostNetwork && off === undefined;
}

export interface KnownAccount {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface KnownService {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly {
    readonly name?: string;
    readonly protocol: number;
    readonly port: number;
    readonly targetPort: number | string;
  }[];
  readonly document: DocumentRef;
}

/** A node, with all addresses that objects of whatever kind give it. */
export interface KnownNode {
  readonly name: string;
  /** Undefined: no Node object told them. */
  readonly labels: Readonly<Record<string, string>> | undefined;
  /** Empty: unknown. */
  readonly addresses: readonly bigint[];
}

export interface KnownEndpointSlice {
  readonly namespace: string;
  /** The value of the label `kubernetes.io/service-name`. */
  readonly service: string;
  readonly addresses: readonly bigint[];
  readonly ports: readonly { readonly protocol: number; readonly port: number | undefined }[];
}
