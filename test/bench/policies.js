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
