import type {
  AllowPeer,
  AllowPolicy,
  AllowPort,
  AllowRule,
  LabelSelector,
} from "../../src/ir/allow-policy.ts";
import type { KeptObject } from "../../src/ir/kept-object.ts";
import type { PolicyOrigin } from "../../src/ir/origin.ts";

const file = { name: "policies.yaml", text: "" };
let documents = 0;

/** A source policy; each call makes another one, as each document of an input does. */
export function origin(given: Partial<PolicyOrigin> = {}): PolicyOrigin {
  return {
    engine: "calico",
    apiVersion: "projectcalico.org/v3",
    kind: given.namespace === undefined ? "GlobalNetworkPolicy" : "NetworkPolicy",
    name: "web",
    tier: "default",
    labels: [],
    place: { document: { file, index: documents++, offset: 0 }, offset: 0, path: "" },
    ...given,
  };
}

/** `{ app: ["web"] }` as a selector of `In` requirements. */
export function selector(labels: Readonly<Record<string, readonly string[]>> = {}): LabelSelector {
  return {
    requirements: Object.entries(labels).map(([key, values]) => ({ key, operator: "In", values })),
  };
}

export function rule(peers?: readonly AllowPeer[], ports?: readonly AllowPort[]): AllowRule {
  return { peers, ports };
}

export function allowPolicy(given: Partial<AllowPolicy> = {}): AllowPolicy {
  return {
    source: given.source ?? origin({ namespace: "shop" }),
    namespace: "shop",
    podSelector: selector(),
    policyTypes: ["ingress"],
    ingress: [],
    egress: [],
    overIsolates: false,
    ...given,
  };
}

export function kept(namespace: string, name: string, given: Partial<KeptObject> = {}): KeptObject {
  return {
    source: origin({ engine: "kubernetes", kind: "NetworkPolicy", namespace, name }),
    namespace,
    name,
    text: `# ${namespace}/${name}\n`,
    verbatim: true,
    hasRules: true,
    ...given,
  };
}
