// Calico's documents as they come in, after their schema has been checked: a field has the type given here, is null, or
// is not there. Only the fields that are read are listed.

type Maybe<T> = T | null | undefined;

export interface RawDocument<Spec> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Maybe<RawMetadata>;
  readonly spec: Maybe<Spec>;
}

export interface RawMetadata {
  readonly name?: Maybe<string>;
  readonly namespace?: Maybe<string>;
  /** A null among the values stands for an empty text. */
  readonly labels?: Maybe<Readonly<Record<string, string | null>>>;
  readonly annotations?: Maybe<Readonly<Record<string, string | null>>>;
}

/** Of all four kinds of policy. The fields of the global ones are never there in the others. */
export interface RawPolicySpec {
  readonly tier?: Maybe<string>;
  readonly order?: Maybe<number>;
  readonly selector?: Maybe<string>;
  readonly namespaceSelector?: Maybe<string>;
  readonly serviceAccountSelector?: Maybe<string>;
  readonly types?: Maybe<readonly ("Ingress" | "Egress")[]>;
  readonly ingress?: Maybe<readonly RawRule[]>;
  readonly egress?: Maybe<readonly RawRule[]>;
  readonly doNotTrack?: Maybe<boolean>;
  readonly preDNAT?: Maybe<boolean>;
  readonly applyOnForward?: Maybe<boolean>;
}

export interface RawRule {
  readonly action: Maybe<string>;
  readonly ipVersion?: Maybe<4 | 6>;
  readonly protocol?: Maybe<number | string>;
  readonly notProtocol?: Maybe<number | string>;
  readonly icmp?: Maybe<RawIcmp>;
  readonly notICMP?: Maybe<RawIcmp>;
  readonly source?: Maybe<RawEntityRule>;
  readonly destination?: Maybe<RawEntityRule>;
  readonly http?: Maybe<RawHttp>;
}

export interface RawIcmp {
  readonly type?: Maybe<number>;
  readonly code?: Maybe<number>;
}

export interface RawHttp {
  readonly methods?: Maybe<readonly string[]>;
  readonly paths?: Maybe<
    readonly { readonly exact?: Maybe<string>; readonly prefix?: Maybe<string> }[]
  >;
  readonly headers?: Maybe<readonly { readonly header?: Maybe<string> }[]>;
}

export interface RawEntityRule {
  readonly nets?: Maybe<readonly string[]>;
  readonly notNets?: Maybe<readonly string[]>;
  readonly selector?: Maybe<string>;
  readonly notSelector?: Maybe<string>;
  readonly namespaceSelector?: Maybe<string>;
  readonly serviceAccounts?: Maybe<{
    readonly names?: Maybe<readonly string[]>;
    readonly selector?: Maybe<string>;
  }>;
  readonly services?: Maybe<{ readonly name?: Maybe<string>; readonly namespace?: Maybe<string> }>;
  readonly ports?: Maybe<readonly (number | string)[]>;
  readonly notPorts?: Maybe<readonly (number | string)[]>;
  readonly domains?: Maybe<readonly string[]>;
}

export interface RawTierSpec {
  readonly order?: Maybe<number>;
  readonly defaultAction?: Maybe<"Deny" | "Pass">;
}

export interface RawNetworkSetSpec {
  readonly nets?: Maybe<readonly string[]>;
  readonly allowedEgressDomains?: Maybe<readonly string[]>;
}

export interface RawHostEndpointSpec {
  readonly node?: Maybe<string>;
  readonly interfaceName?: Maybe<string>;
  readonly expectedIPs?: Maybe<readonly string[]>;
  readonly profiles?: Maybe<readonly string[]>;
  readonly ports?: Maybe<
    readonly {
      readonly name: Maybe<string>;
      readonly protocol: Maybe<number | string>;
      readonly port: Maybe<number>;
    }[]
  >;
}
