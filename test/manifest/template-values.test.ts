import { describe, expect, it } from "vitest";
import { runCase } from "../support/run-convert.ts";

const cilium = (rule: string): string => `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: p
  namespace: ns
spec:
  endpointSelector: {}
  ingress:
  - ${rule}
`;
const calico = (rule: string): string => `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: p
  namespace: ns
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    ${rule}
`;
const kubernetes = (rule: string): string => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: p
  namespace: ns
spec:
  podSelector: {}
  ingress:
  - ${rule}
`;

function errorsOf(text: string): readonly { readonly code: string; readonly hint: string }[] {
  const { report } = runCase({ files: [{ name: "input.yaml", text }], inventory: [], options: {} });
  return report.diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ code, hint }) => ({ code, hint: hint ?? "" }));
}

describe("a value that a tool has yet to fill in", () => {
  it.each([
    ["a CIDR of Cilium", cilium('fromCIDR: ["${CIDR}"]'), "CIL-N001", "${CIDR}"],
    [
      "a CIDR of Helm",
      cilium('fromCIDR: ["{{ .Values.cidr }}"]'),
      "CIL-N001",
      "{{ .Values.cidr }}",
    ],
    ["a bare CIDR", cilium("fromCIDRSet: [cidr: $(CIDR)]"), "CIL-N001", "$(CIDR)"],
    [
      "an exception",
      cilium('fromCIDRSet: [{cidr: 10.0.0.0/8, except: ["${NET}"]}]'),
      "CIL-N001",
      "${NET}",
    ],
    [
      "a port of Cilium",
      cilium('toPorts: [ports: [{port: "${PORT}", protocol: TCP}]]'),
      "CIL-R002",
      "${PORT}",
    ],
    [
      "the value of a label",
      cilium('fromEndpoints: [matchLabels: {app: "${APP}"}]'),
      "CIL-S001",
      "${APP}",
    ],
    [
      "JSON",
      JSON.stringify({
        apiVersion: "cilium.io/v2",
        kind: "CiliumNetworkPolicy",
        metadata: { name: "p", namespace: "${NS}" },
        spec: { endpointSelector: {}, ingress: [{}] },
      }),
      "CIL-P003",
      "${NS}",
    ],
    ["a net of Calico", calico('source: {nets: ["${CIDR}"]}'), "CAL-N001", "${CIDR}"],
    [
      "a port of Calico",
      calico('protocol: TCP\n    destination: {ports: ["${PORT}"]}'),
      "CAL-R004",
      "${PORT}",
    ],
    [
      "a CIDR of Kubernetes",
      kubernetes('from: [ipBlock: {cidr: "${CIDR:-10.0.0.0/8}"}]'),
      "K8S-N002",
      "${CIDR:-10.0.0.0/8}",
    ],
  ])("gets the advice to render the template: %s", (_, text, code, placeholder) => {
    const [error, ...others] = errorsOf(text);
    expect(others).toEqual([]);
    expect(error?.code).toBe(code);
    expect(error?.hint).toContain(
      `\`${placeholder}\` stands for text that a tool has yet to fill in`,
    );
  });

  it.each([
    ["nothing is to be filled in", cilium('fromCIDR: ["10.0.0.0/99"]')],
    [
      "another value of the line is",
      `${cilium('fromCIDR: ["10.0.0.0/99"]').trimEnd()} # {{ x }}\n`,
    ],
    ["a comment speaks of one", cilium("fromCIDR:\n    - 10.0.0.0/99 # was ${CIDR}")],
    [
      "another item is",
      cilium('fromCIDR: ["10.0.0.0/99", 10.0.0.0/8]').replace(
        "name: p",
        'name: p\n  annotations: {a: "${X}"}',
      ),
    ],
  ])("and others do not, where %s", (_, text) => {
    const [error] = errorsOf(text);
    expect(error?.code).toBe("CIL-N001");
    expect(error?.hint).not.toContain("fill in");
  });
});
