import type { Direction } from "./policy.ts";

/** A pod on the pod network, with everything that a policy can ask about it. */
export interface PodEndpoint {
  readonly kind: "pod";
  readonly namespace: string;
  readonly namespaceLabels: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly account: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  /** One address, of the flow's family. */
  readonly address: bigint;
  readonly ports: readonly {
    readonly name: string;
    readonly protocol: number;
    readonly port: number;
  }[];
}

/** Anything else with an address: outside the cluster, a node, a host-network pod. */
export interface AddressEndpoint {
  readonly kind: "address";
  readonly address: bigint;
}

export type Endpoint = PodEndpoint | AddressEndpoint;

/** The first packet of a connection, judged at one end, after DNAT. */
export interface Flow {
  readonly direction: Direction;
  /** The end that is judged: the destination for ingress, the source for egress. */
  readonly subject: PodEndpoint;
  readonly peer: Endpoint;
  /** IP protocol number. */
  readonly protocol: number;
  /** Destination port for TCP, UDP and SCTP; type * 256 + code for ICMP and ICMPv6; 0 otherwise. */
  readonly value: number;
  /** For protocols with ports. */
  readonly sourcePort?: number;
}
