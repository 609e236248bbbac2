import type { SourcePlace } from "../../diagnostics/source-range.ts";
import type { PolicyOrigin, RuleOrigin } from "../../ir/origin.ts";
import type { Direction, PortRange } from "../../ir/policy.ts";
import type { ParsedCidr } from "../../sets/address-set.ts";

/**
 * Cilium's policies as their authors wrote them: checked, but not yet related to each other or to what is known of the
 * cluster. `interpret.ts` does that when everything has been read.
 */
export interface CiliumPolicy {
  readonly kind: "CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy";
  readonly origin: PolicyOrigin;
  /** `spec`, then `specs`: each has a subject of its own. */
  readonly rules: readonly CiliumRule[];
  /** What the agent refuses under some settings, which may stand in another file: with such a setting all of it is void. */
  readonly needs: readonly Need[];
  /** Of a policy from a cluster. */
  readonly uid?: string;
  /** Of one that the operator wrote for another with groups. */
  readonly parent?: Parent;
}

/** What tells the policy that another was written for. */
export interface Parent {
  readonly name?: string;
  readonly uid?: string;
}

/** A feature of the agent without which the policy is refused. */
export interface Need {
  readonly feature: Feature;
  readonly place: SourcePlace;
}
export type Feature = "l7-proxy" | "icmp-rules" | "node-selector-labels" | "extended-ip-protocols";

/** One rule in Cilium's sense. */
export interface CiliumRule {
  readonly place: SourcePlace;
  readonly subject: { readonly kind: "endpoints" | "nodes"; readonly terms: readonly LabelTerm[] };
  readonly elements: readonly CiliumElement[];
  /** As written; undefined where it is left to the default. */
  readonly defaultDeny: Readonly<Partial<Record<Direction, boolean>>>;
}

/** One condition on a label, with the source before its key: `any` where none is given. */
export interface LabelTerm {
  readonly source: string;
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  /** Empty for the last two. */
  readonly values: readonly string[];
  /** Given in `matchLabels`. */
  readonly plain: boolean;
}

/** An item of `ingress`, `ingressDeny`, `egress` or `egressDeny`: what reports call a rule. */
export interface CiliumElement {
  readonly origin: RuleOrigin;
  readonly verdict: "allow" | "deny";
  readonly peers: PeerMembers;
  /** Absent and empty are the same: every protocol and port. */
  readonly ports: readonly PortEntry[];
  /** Absent and empty are the same, as long as `ports` is empty too. */
  readonly icmps: readonly (readonly IcmpMatch[])[];
  readonly authentication?: "required" | "disabled" | "test-always-fail";
  /** Paths of fields that no release of the API knows. The API server prunes them; what their author meant is unknown. */
  readonly unknownFields: readonly string[];
  /** All of it as text, where it has conditions that are kept in a few words only. */
  readonly whole?: string;
}

/** The members that name peers. Undefined: absent, which is not the same as empty. */
export interface PeerMembers {
  readonly endpoints?: readonly (readonly LabelTerm[])[];
  readonly requires?: readonly (readonly LabelTerm[])[];
  readonly cidrs?: readonly ParsedCidr[];
  readonly cidrSet?: readonly CidrRule[];
  readonly entities?: readonly Entity[];
  readonly nodes?: readonly (readonly LabelTerm[])[];
  /** Each in a few words. */
  readonly groups?: readonly string[];
  /** The addresses of the groups, where the operator's policy tells them. */
  readonly groupCidrs?: readonly CidrRule[];
  readonly services?: readonly ServiceMatch[];
  /** Names and patterns. */
  readonly fqdns?: readonly string[];
}

export type CidrRule =
  | { readonly kind: "cidr"; readonly cidr: ParsedCidr; readonly except: readonly ParsedCidr[] }
  | { readonly kind: "group"; readonly name: string; readonly except: readonly ParsedCidr[] }
  | {
      readonly kind: "groups";
      readonly terms: readonly LabelTerm[];
      readonly except: readonly ParsedCidr[];
    };

export const ENTITIES = [
  "all",
  "world",
  "world-ipv4",
  "world-ipv6",
  "cluster",
  "cluster-mesh",
  "host",
  "remote-node",
  "kube-apiserver",
  "health",
  "init",
  "ingress",
  "unmanaged",
  "none",
] as const;
export type Entity = (typeof ENTITIES)[number];

export type ServiceMatch =
  | { readonly kind: "name"; readonly name: string; readonly namespace?: string }
  | {
      readonly kind: "selector";
      readonly terms: readonly LabelTerm[];
      readonly namespace?: string;
    };

/** An item of `toPorts`. Without ports it stands for nothing. */
export interface PortEntry {
  readonly ports: readonly PortMatch[];
  /** What must hold beyond the ports; undefined without an L7 part that restricts. */
  readonly l7?: L7Condition;
  /** What it asks of Cilium's proxy, whether that restricts or not. */
  readonly proxy?: ProxyDemand;
}

/** What rules for the same peers and port have to agree about. (cilium: pkg/policy/l4.go `createL4Filter`) */
export interface ProxyDemand {
  /** `http`, `dns`, `tls`, `listener`, a parser's name. */
  readonly parser: string;
  readonly listener?: { readonly name: string; readonly priority: number };
  /** The secrets of TLS that is ended and begun, by namespace and name. */
  readonly terminating?: string;
  readonly originating?: string;
  readonly hasServerNames: boolean;
}

export type PortProtocols = "TCP" | "UDP" | "SCTP" | "ANY";

export type PortMatch =
  | (PortRange & { readonly protocol: PortProtocols })
  | {
      readonly name: string;
      readonly protocol: PortProtocols;
      /** The last port of a range that begins at the port with this name. */
      readonly end?: number;
    }
  /** A protocol without ports, by its number. */
  | { readonly ipProtocol: number };

export interface L7Condition {
  readonly kind: "http" | "dns" | "other" | "tls" | "server-names";
  /** In a few words. */
  readonly what: string;
}

export interface IcmpMatch {
  readonly family: 4 | 6;
  readonly type: number;
}

/** A CiliumCIDRGroup. */
export interface CidrGroup {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly cidrs: readonly ParsedCidr[];
  readonly place: SourcePlace;
}

/** All that was read of Cilium. */
export interface CiliumInput {
  readonly policies: CiliumPolicy[];
  readonly groups: CidrGroup[];
  /** What the operator wrote for policies with groups. */
  readonly derivatives: CiliumPolicy[];
  /** The agent's configuration: undefined while none was read. */
  settings: CiliumSettings | undefined;
}

/** The keys of `kube-system/cilium-config`, as far as they are there. */
export interface CiliumSettings {
  /** The ConfigMap, for what it decides by itself. */
  readonly origin: PolicyOrigin;
  readonly place: SourcePlace;
  readonly values: Readonly<Record<string, string>>;
}
