/** A rule for each policy that no NetworkPolicy can say, so that each has a finding and a flow to report. @param {number} count */
export function narrowedPolicies(count) {
  return plainPolicies(count).replaceAll(
    "  egress:\n",
    `  - action: Allow
    protocol: TCP
    source:
      serviceAccounts:
        names: [backup]
  egress:
`,
  );
}

/**
 * Plain Calico policies for the benchmark: what most clusters have most of. One namespace for each hundred, a selector,
 * one rule a direction, no Deny and no tiers. The same count gives the same text.
 * @param {number} count
 */
export function plainPolicies(count) {
  const namespaces = Math.max(1, Math.floor(count / 100));
  const documents = [];
  for (let index = 0; index < count; index += 1) {
    documents.push(`apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: allow-${index}
  namespace: ns-${index % namespaces}
  labels:
    team: team-${index % 50}
spec:
  selector: app == 'app-${index}'
  types:
  - Ingress
  - Egress
  ingress:
  - action: Allow
    protocol: TCP
    source:
      selector: role == 'client-${index % 20}'
    destination:
      ports:
      - 8080
  egress:
  - action: Allow
    protocol: TCP
    destination:
      nets:
      - 10.${index % 250}.0.0/16
      ports:
      - 443
`);
  }
  return documents.join("---\n");
}

/**
 * Policies that overlap: selectors over two of `keys` label keys, for the pods as for their peers, under a default deny
 * of the whole cluster, and every tenth with a Deny. What each namespace's pods may do hangs on all of its policies
 * together, and on a label key more or less; a global decision diagram over so many keys has no bound.
 * @param {number} count
 * @param {number} keys
 */
export function overlappingPolicies(count, keys) {
  let state = 4;
  const below = (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * limit);
  };
  const selector = () => {
    const first = below(keys);
    const second = (first + 1 + below(keys - 1)) % keys;
    const sign = below(4) === 0 ? "!=" : "==";
    return `key-${first} == 'v${below(4)}' && key-${second} ${sign} 'v${below(4)}'`;
  };
  const namespaces = Math.max(1, Math.floor(count / 100));
  const documents = [];
  for (let index = 0; index < namespaces; index += 1) {
    documents.push(`apiVersion: v1
kind: Namespace
metadata:
  name: ns-${index}
  labels:
    team: team-${index % 5}
`);
  }
  documents.push(`apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: default-deny
spec:
  order: 100000
  namespaceSelector: has(team)
  types:
  - Ingress
  - Egress
`);
  for (let index = 0; index < count; index += 1) {
    const denies = index % 10 === 9;
    documents.push(`apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: rules-${index}
  namespace: ns-${Math.floor(index / 100) % namespaces}
spec:
  order: ${below(1000)}
  selector: ${selector()}
  types:
  - Ingress
  ingress:
  - action: ${denies ? "Deny" : "Allow"}
    protocol: TCP
    source:
      selector: ${selector()}
    destination:
      ports:
      - ${8000 + below(4)}
`);
  }
  return documents.join("---\n");
}

/**
 * Plain Cilium policies of the same shape as the plain Calico ones: a selector, one rule a direction, no Deny.
 * @param {number} count
 */
export function plainCiliumPolicies(count) {
  const namespaces = Math.max(1, Math.floor(count / 100));
  const documents = [];
  for (let index = 0; index < count; index += 1) {
    documents.push(`apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: allow-${index}
  namespace: ns-${index % namespaces}
  labels:
    team: team-${index % 50}
spec:
  endpointSelector:
    matchLabels:
      app: app-${index}
  ingress:
  - fromEndpoints:
    - matchLabels:
        role: client-${index % 20}
    toPorts:
    - ports:
      - port: "8080"
        protocol: TCP
  egress:
  - toCIDR:
    - 203.0.${index % 250}.0/24
    toPorts:
    - ports:
      - port: "443"
        protocol: TCP
`);
  }
  return documents.join("---\n");
}

/**
 * Policies over five tiers, a share of which deny or pass: of each namespace's workloads some are closed to some peers in an
 * early tier, and what later tiers allow is cut by that. The same arguments give the same text.
 * @param {number} count
 * @param {number} share of policies that are a Deny or Pass, from 0 to 1
 */
export function tieredPolicies(count, share) {
  const tiers = ["one", "two", "three", "four"];
  const namespaces = Math.max(1, Math.floor(count / 100));
  const documents = tiers.map(
    (name, index) => `apiVersion: projectcalico.org/v3
kind: Tier
metadata:
  name: ${name}
spec:
  order: ${(index + 1) * 100}
  defaultAction: Pass
`,
  );
  for (let index = 0; index < count; index += 1) {
    const decides = index % 100 < share * 100;
    const tier = decides ? tiers[index % 4] : "default";
    const action = decides ? (index % 3 === 0 ? "Pass" : "Deny") : "Allow";
    const app = Math.floor(index / namespaces) % 10;
    documents.push(`apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: ${tier === "default" ? "" : `${tier}.`}p-${index}
  namespace: ns-${index % namespaces}
spec:
  tier: ${tier}
  order: ${index}
  selector: app == 'app-${app}'
  types:
  - Ingress
  ingress:
  - action: ${action}
    protocol: TCP
    source:
      selector: ${decides ? `zone == 'zone-${index % 7}'` : `role == 'client-${index % 20}'`}
    destination:
      ports:
      - ${decides ? "1:1024" : 80 + (index % 4)}
`);
  }
  return documents.join("---\n");
}

/**
 * So many Denies before as many Allows in one namespace, on twenty keys that any pod may have: what is left of each Allow
 * has to leave out all of them.
 * @param {number} count
 */
export function deniesBeforeAllows(count) {
  const documents = [];
  for (const [action, order, shift] of [
    ["Deny", 1, 0],
    ["Allow", 2, count / 2],
  ]) {
    for (let index = 0; index < count; index += 1) {
      const at = index + shift;
      documents.push(`apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: ${action.toLowerCase()}-${index}
  namespace: shop
spec:
  order: ${order}
  selector: all()
  types:
  - Ingress
  ingress:
  - action: ${action}
    source:
      selector: k${at % 20} == 'v${Math.floor(at / 20)}'
`);
    }
  }
  return documents.join("---\n");
}

/**
 * Pods of a cluster of as many namespaces as the plain policies of `policies` have, as `kubectl get -o yaml` lists them:
 * five replicas of each workload, of which most are selected by a policy and some are peers of one.
 * @param {number} count of pods
 * @param {number} policies
 */
export function podsFor(count, policies) {
  const namespaces = Math.max(1, Math.floor(policies / 100));
  const items = [];
  for (let index = 0; index < namespaces; index += 1) {
    items.push(`- apiVersion: v1
  kind: Namespace
  metadata:
    name: ns-${index}
    labels:
      kubernetes.io/metadata.name: ns-${index}
`);
  }
  for (let index = 0; index < count; index += 1) {
    const workload = Math.floor(index / 5);
    const namespace = workload % namespaces;
    // The policies of a namespace select the apps whose number leaves its number.
    const app = namespace + namespaces * (Math.floor(workload / namespaces) % 125);
    items.push(`- apiVersion: v1
  kind: Pod
  metadata:
    name: pod-${index}
    namespace: ns-${namespace}
    labels:
      app: app-${app}
      role: client-${workload % 25}
      pod-template-hash: h${workload}
  spec:
    nodeName: node-${index % 200}
    serviceAccountName: default
    containers:
    - name: main
      image: registry.example/app:1
      ports:
      - containerPort: 8080
  status:
    phase: Running
    podIP: 10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}
`);
  }
  return `apiVersion: v1\nkind: List\nitems:\n${items.join("")}`;
}
