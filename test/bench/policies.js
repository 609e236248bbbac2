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
