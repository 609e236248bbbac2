import { CALICO, CILIUM, KUBERNETES, type KnownDifferences } from "./known-differences.ts";

/** An engine whose verdicts are recorded; its folder under testdata/vectors has its name. */
export interface Engine {
  readonly name: string;
  readonly known: KnownDifferences;
  /**
   * Whether policies are asked in the order of our readers, or as they stand in the file: an engine without an order names
   * the first rule there that allows a flow.
   */
  readonly order: "placed" | "written";
  /** At most this share of the flows may hang on what the model leaves open. */
  readonly openShare: number;
  /** What a recording has at least. */
  readonly least: { readonly worlds: number; readonly flows: number; readonly constructs: number };
  /** For an engine with tiers, the share of worlds in which two of them or more decide flows. */
  readonly twoTiers?: number;
  /** Constructs that can decide for one verdict only, or (such as `all()`) for none. All others decide for both. */
  readonly oneSided: Readonly<Record<string, "allow" | "deny" | "neither">>;
}

export const ENGINES = {
  calico: {
    name: "calico",
    known: CALICO,
    order: "placed",
    openShare: 0.002,
    least: { worlds: 300, flows: 100_000, constructs: 190 },
    twoTiers: 0.3,
    oneSided: {
      "action Deny": "deny",
      "action Log (read as Deny)": "allow",
      "applyOnForward (inert)": "neither",
      "http (inert)": "neither",
      "own-side namespaceSelector all()": "neither",
      "serviceAccounts empty (inert)": "neither",
      "subject namespaceSelector all()": "neither",
      "subject selector with all()": "neither",
      "tier defaultAction Deny": "deny",
      "tier defaultAction Pass": "allow",
      "types absent, stored (read as v3)": "deny",
      "types absent, v3 (read as stored)": "allow",
    },
  },
  cilium: {
    name: "cilium",
    known: CILIUM,
    order: "placed",
    openShare: 0.05,
    least: { worlds: 600, flows: 180_000, constructs: 180 },
    oneSided: {
      "CCNP peer filtered label, absent": "allow",
      "CCNP peer filtered label, present": "deny",
      "CIDR group with except": "deny",
      "CIDRSet except": "deny",
      "Kubernetes rule for any peer": "allow",
      "authentication disabled": "neither",
      "authentication required": "allow",
      "authentication test-always-fail": "deny",
      "deny CIDR group with except": "allow",
      "deny CIDRSet except": "allow",
      "deny element {}": "allow",
      "deny empty list of peers": "allow",
      "deny entity all": "deny",
      "deny entity init": "allow",
      "deny entity none": "allow",
      "deny entity unmanaged": "allow",
      "deny icmps entry without fields": "allow",
      "deny no peers: any": "deny",
      "deny no ports: all traffic": "deny",
      "deny protocol ANY": "deny",
      "deny protocol absent": "deny",
      "deny toPorts entry without ports": "allow",
      "element {}": "deny",
      "empty list of peers": "deny",
      "enableDefaultDeny false": "allow",
      "enableDefaultDeny true": "deny",
      "entity all": "allow",
      "entity init": "deny",
      "entity none": "deny",
      "entity unmanaged": "deny",
      "icmps entry without fields": "deny",
      isolation: "deny",
      "isolation by denies alone": "deny",
      listener: "allow",
      "no peers: any": "allow",
      "no ports: all traffic": "allow",
      originatingTLS: "allow",
      "protocol ANY": "allow",
      "protocol absent": "allow",
      "rules.dns for every name": "allow",
      "rules.dns with names": "allow",
      "rules.http": "allow",
      "rules.kafka": "allow",
      "rules.l7proto": "allow",
      serverNames: "allow",
      terminatingTLS: "allow",
      "toPorts entry without ports": "deny",
    },
  },
  kubernetes: {
    name: "kubernetes",
    known: KUBERNETES,
    order: "written",
    openShare: 0,
    least: { worlds: 100, flows: 30_000, constructs: 45 },
    oneSided: {
      "direction without rules": "deny",
      "ipBlock: except": "deny",
      "peers: []": "allow",
      "peers: absent or null": "allow",
      "policyTypes: absent, egress: []": "allow",
      "ports: []": "allow",
      "ports: absent or null": "allow",
      "rule: {}": "allow",
      "several peers in one rule": "allow",
      "several ports in one rule": "allow",
    },
  },
} as const satisfies Readonly<Record<string, Engine>>;
