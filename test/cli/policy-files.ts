/** Policies of two tiers, and a cluster with four pods, for commands that judge flows. */
export const PLATFORM = `apiVersion: projectcalico.org/v3
kind: Tier
metadata: { name: platform }
spec: { order: 100 }
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: { name: platform.quarantine }
spec:
  tier: platform
  namespaceSelector: env == 'prod'
  types: [Ingress]
  ingress:
    - action: Deny
      source: { selector: quarantine == 'yes' }
    - action: Pass
`;

export const SHOP = `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec:
  selector: app == 'db'
  types: [Ingress]
  ingress:
    - action: Allow
      protocol: TCP
      source: { selector: app == 'web' }
      destination: { ports: [5432, metrics] }
    - action: Allow
      protocol: TCP
      source: { selector: app == 'report' }
      destination: { ports: [5432] }
      http: { methods: [GET] }
`;

function pod(name: string, labels: string, at: string, rest = "", container = ""): string {
  return `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, labels: { ${labels} } }
spec: { nodeName: node-1, ${rest}containers: [ { name: c${container} } ] }
status: { phase: Running, podIP: ${at}, podIPs: [ { ip: ${at} } ] }
`;
}

export const CLUSTER = [
  `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { env: prod } }
`,
  pod("web-0", "app: web", "10.0.0.1"),
  pod("web-1", "app: web", "10.0.0.2"),
  pod("db-0", "app: db", "10.0.0.3", "", ", ports: [ { name: metrics, containerPort: 9187 } ]"),
  pod("agent", "app: agent", "192.168.0.1", "hostNetwork: true, "),
].join("---\n");

/** What one would write by hand for {@link SHOP}: it takes the word of the tier for granted, and HTTP. */
export const BY_HAND = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec:
  podSelector: { matchLabels: { app: db } }
  policyTypes: [Ingress]
  ingress:
    - from: [ { podSelector: { matchLabels: { app: web } } } ]
      ports: [ { protocol: TCP, port: 5432 }, { protocol: TCP, port: metrics } ]
    - from: [ { podSelector: { matchLabels: { app: report } } } ]
      ports: [ { protocol: TCP, port: 5432 } ]
`;

export const FILES = {
  "policies/platform.yaml": PLATFORM,
  "policies/shop.yaml": SHOP,
  "cluster.yaml": CLUSTER,
  "byhand/db.yaml": BY_HAND,
};
