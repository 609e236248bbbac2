// Cilium's documents as they come in, after their schema has been checked: a field has the type given here, is null, or
// is not there. Only the fields that are read are listed. Absent and null are the same to Cilium; an empty list is not.

type Maybe<T> = T | null | undefined;

export interface RawDocument {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Maybe<RawMetadata>;
  readonly spec?: Maybe<RawRule>;
  readonly specs?: Maybe<readonly RawRule[]>;
  readonly status?: unknown;
}

export interface RawMetadata {
  readonly name?: Maybe<string>;
  readonly namespace?: Maybe<string>;
  readonly labels?: Maybe<Readonly<Record<string, string | null>>>;
  readonly uid?: unknown;
  readonly ownerReferences?: unknown;
}

export interface RawRule {
  readonly endpointSelector?: Maybe<RawSelector>;
  readonly nodeSelector?: Maybe<RawSelector>;
  readonly ingress?: Maybe<readonly RawElement[]>;
  readonly ingressDeny?: Maybe<readonly RawElement[]>;
  readonly egress?: Maybe<readonly RawElement[]>;
  readonly egressDeny?: Maybe<readonly RawElement[]>;
  readonly enableDefaultDeny?: Maybe<{
    readonly ingress?: Maybe<boolean>;
    readonly egress?: Maybe<boolean>;
  }>;
}

export interface RawSelector {
  readonly matchLabels?: Maybe<Readonly<Record<string, string | null>>>;
  readonly matchExpressions?: Maybe<
    readonly {
      readonly key: Maybe<string>;
      readonly operator: Maybe<"In" | "NotIn" | "Exists" | "DoesNotExist">;
      readonly values?: Maybe<readonly string[]>;
    }[]
  >;
}

/** Of all four lists: `from...` fields are never there in egress, `to...` ones (but `toPorts`) never in ingress. */
export type RawElement = Readonly<
  Record<`${"from" | "to"}${"Endpoints" | "Requires" | "Nodes"}`, Maybe<readonly RawSelector[]>> &
    Record<`${"from" | "to"}${"CIDR" | "Entities"}`, Maybe<readonly string[]>> &
    Record<`${"from" | "to"}CIDRSet`, Maybe<readonly RawCidrRule[]>> &
    Record<`${"from" | "to"}Groups`, Maybe<readonly RawGroup[]>>
> & {
  readonly toServices?: Maybe<readonly RawService[]>;
  readonly toFQDNs?: Maybe<readonly RawName[]>;
  readonly toPorts?: Maybe<readonly RawPortRule[]>;
  readonly icmps?: Maybe<readonly { readonly fields?: Maybe<readonly RawIcmpField[]> }[]>;
  readonly authentication?: Maybe<{
    readonly mode: Maybe<"required" | "disabled" | "test-always-fail">;
  }>;
};

export interface RawCidrRule {
  readonly cidr?: Maybe<string>;
  readonly cidrGroupRef?: Maybe<string>;
  readonly cidrGroupSelector?: Maybe<RawSelector>;
  readonly except?: Maybe<readonly string[]>;
}

export interface RawGroup {
  readonly aws?: Maybe<{
    readonly labels?: Maybe<Readonly<Record<string, string | null>>>;
    readonly region?: Maybe<string>;
    readonly securityGroupsIds?: Maybe<readonly string[]>;
    readonly securityGroupsNames?: Maybe<readonly string[]>;
  }>;
}

export interface RawService {
  readonly k8sService?: Maybe<{
    readonly serviceName?: Maybe<string>;
    readonly namespace?: Maybe<string>;
  }>;
  readonly k8sServiceSelector?: Maybe<{
    readonly selector: Maybe<RawSelector>;
    readonly namespace?: Maybe<string>;
  }>;
}

export interface RawName {
  readonly matchName?: Maybe<string>;
  readonly matchPattern?: Maybe<string>;
}

export interface RawIcmpField {
  readonly family?: Maybe<"IPv4" | "IPv6" | "">;
  readonly type: Maybe<number | string>;
}

export interface RawPortRule {
  readonly ports?: Maybe<readonly RawPort[]>;
  readonly terminatingTLS?: Maybe<RawTls>;
  readonly originatingTLS?: Maybe<RawTls>;
  readonly serverNames?: Maybe<readonly string[]>;
  readonly listener?: Maybe<RawListener>;
  readonly rules?: Maybe<{
    readonly http?: Maybe<readonly Readonly<Record<string, unknown>>[]>;
    readonly dns?: Maybe<readonly RawName[]>;
    readonly kafka?: Maybe<readonly unknown[]>;
    readonly l7proto?: Maybe<string>;
    readonly l7?: Maybe<readonly unknown[]>;
  }>;
}

export interface RawTls {
  readonly secret: Maybe<{ readonly namespace?: Maybe<string>; readonly name: Maybe<string> }>;
}

export interface RawListener {
  readonly envoyConfig: Maybe<{ readonly kind?: Maybe<string>; readonly name: Maybe<string> }>;
  readonly name: Maybe<string>;
  readonly priority?: Maybe<number>;
}

export interface RawPort {
  readonly port?: Maybe<string>;
  readonly endPort?: Maybe<number>;
  readonly protocol?: Maybe<string>;
}

export interface RawCidrGroup {
  readonly externalCIDRs?: Maybe<readonly string[]>;
}
