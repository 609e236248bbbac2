import type { PolicyOrigin } from "./origin.ts";
import type { Direction } from "./policy.ts";

/**
 * The lowered form: allow only, one subject each. It says what one NetworkPolicy can say and no more, in the API's own
 * terms, but for its name, which emitters give.
 */
export interface AllowPolicy {
  readonly source: PolicyOrigin;
  readonly namespace: string;
  readonly podSelector: LabelSelector;
  /** Never empty. */
  readonly policyTypes: readonly Direction[];
  readonly ingress: readonly AllowRule[];
  readonly egress: readonly AllowRule[];
  /** True if this object isolates pods beyond those that the source isolated (`--unsayable-subjects isolate`). */
  readonly overIsolates: boolean;
}

export interface AllowRule {
  /** Undefined: any peer. Never empty: an empty list would allow everything. */
  readonly peers: readonly AllowPeer[] | undefined;
  /** Undefined: any traffic. Never empty. */
  readonly ports: readonly AllowPort[] | undefined;
}

export type AllowPeer =
  | { readonly kind: "pods"; readonly namespaces?: LabelSelector; readonly pods?: LabelSelector }
  | { readonly kind: "block"; readonly cidr: string; readonly except: readonly string[] };

export interface AllowPort {
  readonly protocol: "TCP" | "UDP" | "SCTP";
  /** A number, a container port's name, or undefined for every port of the protocol. */
  readonly port?: number | string;
  /** Inclusive; only with a number. */
  readonly endPort?: number;
}

/** All conditions must hold; none selects everything. Sorted by key, then operator. */
export interface LabelSelector {
  readonly requirements: readonly LabelRequirement[];
}

export interface LabelRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  /** Sorted; empty for Exists and DoesNotExist. */
  readonly values: readonly string[];
}
