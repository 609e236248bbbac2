import type { SourcePlace } from "../../diagnostics/source-range.ts";
import type { PolicyOrigin, RuleOrigin } from "../../ir/origin.ts";
import type { Action, Direction, PortRange } from "../../ir/policy.ts";
import type { AddressFamily, ParsedCidr } from "../../sets/address-set.ts";
import type { Selector } from "./selector/ast.ts";

/**
 * Calico's policies as their authors wrote them: checked, defaulted and un-wrapped, but not yet related to each other or
 * to what is known of the cluster. `interpret.ts` does that when everything has been read.
 */
export interface CalicoPolicy {
  readonly kind: "NetworkPolicy" | "GlobalNetworkPolicy";
  /** With `tier`, and `namespace` for the namespaced kind. `name` is the v3 name. */
  readonly origin: PolicyOrigin;
  /** Infinity when the source gives none. */
  readonly order: number;
  /** Undefined: everything in scope. */
  readonly selector?: Selector;
  /** GlobalNetworkPolicy only. */
  readonly namespaceSelector?: Selector;
  readonly serviceAccountSelector?: Selector;
  /** Defaulted as the version it came from does it. */
  readonly types: readonly Direction[];
  readonly ingress: readonly CalicoRule[];
  readonly egress: readonly CalicoRule[];
  /** True for doNotTrack and preDNAT policies: they act on host endpoints alone. */
  readonly hostsOnly: boolean;
  readonly applyOnForward: boolean;
}

export interface CalicoRule {
  readonly origin: RuleOrigin;
  readonly action: Action;
  readonly ipVersion?: AddressFamily;
  /** IP protocol number. */
  readonly protocol?: number;
  /** `protocol` was given as a number. ICMP and ICMPv6 stand for one IP family by name, for both by number. */
  readonly protocolByNumber?: true;
  readonly notProtocol?: number;
  readonly icmp?: IcmpMatch;
  readonly notIcmp?: IcmpMatch;
  readonly source: EntityRule;
  readonly destination: EntityRule;
  /** What the L7 part asks for: in a few words, and whole. */
  readonly http?: { readonly words: string; readonly whole: string };
  /** Paths of fields that no release of the API knows. The API server prunes them; what their author meant is unknown. */
  readonly unknownFields: readonly string[];
  /** The rule as JSON, where it has unknown fields. */
  readonly written?: string;
}

export interface IcmpMatch {
  readonly type: number;
  readonly code?: number;
}

/** One end of a rule. All that is given must hold; empty lists stand for "any". */
export interface EntityRule {
  readonly place?: SourcePlace;
  readonly nets: readonly ParsedCidr[];
  readonly notNets: readonly ParsedCidr[];
  readonly selector?: Selector;
  readonly notSelector?: Selector;
  readonly namespaceSelector?: Selector;
  /** Absent when `serviceAccounts` is absent or says nothing. */
  readonly accounts?: { readonly names: readonly string[]; readonly selector?: Selector };
  readonly ports: readonly PortMatch[];
  readonly notPorts: readonly PortMatch[];
  readonly services?: { readonly name: string; readonly namespace?: string };
  /** Enterprise: names whose addresses are learnt from DNS. */
  readonly domains: readonly string[];
}

export type PortMatch = PortRange | { readonly name: string };

export interface CalicoTier {
  readonly name: string;
  /** Infinity when the source gives none. */
  readonly order: number;
  readonly defaultAction: "deny" | "pass";
  /** Undefined for tiers given by an option, or that always exist. */
  readonly place?: SourcePlace;
}

/** Named addresses with labels, which peer selectors match: network sets and host endpoints. */
export interface AddressGroup {
  readonly kind: "NetworkSet" | "GlobalNetworkSet" | "HostEndpoint";
  /** NetworkSet only. */
  readonly namespace?: string;
  readonly name: string;
  /** Own labels, before those that Calico adds. */
  readonly labels: Readonly<Record<string, string>>;
  readonly nets: readonly ParsedCidr[];
  /** Enterprise: domains beside the addresses. */
  readonly domains: readonly string[];
  /** HostEndpoint only: its named ports, by protocol number. */
  readonly ports?: readonly {
    readonly name: string;
    readonly protocol: number;
    readonly port: number;
  }[];
  /** HostEndpoint only: it inherits labels from profiles, of which nothing is known. */
  readonly hasProfiles?: true;
  readonly place: SourcePlace;
}

/** All that was read of Calico. */
export interface CalicoInput {
  readonly policies: CalicoPolicy[];
  readonly tiers: CalicoTier[];
  readonly groups: AddressGroup[];
  /** True if the agent of some node lets pass what policies deny. */
  deniesNothing?: true;
}
