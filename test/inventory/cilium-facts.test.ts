import { describe, expect, it } from "vitest";
import { addressSetText, addressText } from "../../src/sets/address-set.ts";
import { take } from "./support.ts";

const endpoint = (name: string, status: string): string => `
apiVersion: cilium.io/v2
kind: CiliumEndpoint
metadata: {name: ${name}, namespace: shop}
status: ${status}
`;

const WEB = `
  identity:
    id: 4711
    labels:
    - k8s:app=web
    - k8s:app.kubernetes.io/name=web=x
    - k8s:tier=
    - k8s:io.cilium.k8s.namespace.labels.team=a
    - k8s:io.cilium.k8s.policy.cluster=default
    - k8s:io.cilium.k8s.policy.serviceaccount=seller
    - k8s:io.kubernetes.pod.namespace=shop
    - container:app=no
  named-ports:
  - {name: http, port: 8080, protocol: TCP}
  networking:
    addressing:
    - {ipv4: 10.0.1.7, ipv6: 'fd00::7'}`;

describe("a CiliumEndpoint", () => {
  it("is a pod that was seen, with the labels, account, ports and addresses that Cilium knows", () => {
    const { snapshot, found } = take(endpoint("web-1", WEB));
    expect(found).toEqual([]);
    const [pod, ...others] = snapshot.pods;
    expect(others).toEqual([]);
    expect({ ...pod, addresses: pod?.addresses.map((one) => addressText(one)) }).toEqual({
      namespace: "shop",
      name: "web-1",
      // What is not the value of a label is none.
      labels: { app: "web", tier: "" },
      account: "seller",
      hostNetwork: false,
      addresses: ["10.0.1.7", "fd00::7"],
      ports: [{ name: "http", protocol: 6, port: 8080 }],
      live: true,
    });
    expect(snapshot.namespaces.get("shop")).toEqual({
      name: "shop",
      labels: undefined,
      covered: true,
    });
  });

  it.each(["before", "behind"])("gives way to the Pod of its name, which stands %s it", (where) => {
    const pod = `
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, labels: {app: web, pod-template-hash: x}}
spec: {nodeName: n1, containers: []}
`;
    const seen = endpoint("web-1", WEB);
    const other = endpoint("web-2", WEB);
    const texts = where === "before" ? [pod, seen, other] : [seen, other, pod];
    const { snapshot } = take(texts.join("---"));
    expect(snapshot.pods.map(({ name, account }) => [name, account])).toEqual([
      ["web-1", "default"],
      ["web-2", "seller"],
    ]);
  });

  it.each([
    ["without a status", "{}"],
    ["without labels yet", "{identity: {id: 5, labels: ['reserved:init']}}"],
    ["that is no pod's", "{identity: {id: 4, labels: ['reserved:health']}}"],
  ])("%s tells that its namespace exists, and no more", (_, status) => {
    const { snapshot, found } = take(endpoint("web-1", status));
    expect(snapshot.pods).toEqual([]);
    expect(snapshot.namespaces.get("shop")?.covered).toBe(true);
    expect(found).toEqual([]);
  });

  it("with values of other types loses those, and says so", () => {
    const { snapshot, found } = take(
      endpoint(
        "web-1",
        "{identity: {labels: [7, 'k8s:io.kubernetes.pod.namespace=shop']}, networking: {addressing: [{ipv4: 1.2.3}]}, named-ports: [{name: http, port: x}]}",
      ),
    );
    expect(snapshot.pods).toHaveLength(1);
    expect(snapshot.pods[0]).toMatchObject({
      labels: {},
      account: "default",
      addresses: [],
      ports: [],
    });
    expect(found.length).toBeGreaterThan(0);
  });
});

describe("a CiliumIdentity, and a CiliumEndpointSlice", () => {
  it("tell that a namespace exists", () => {
    const { snapshot } = take(`
apiVersion: cilium.io/v2
kind: CiliumIdentity
metadata: {name: '4711'}
security-labels: {'k8s:app': web, 'k8s:io.kubernetes.pod.namespace': shop}
---
apiVersion: cilium.io/v2alpha1
kind: CiliumEndpointSlice
metadata: {name: ces-1}
namespace: bank
endpoints: []
---
apiVersion: cilium.io/v2
kind: CiliumIdentity
metadata: {name: '1'}
security-labels: {'reserved:host': ''}
`);
    expect([...snapshot.namespaces.values()].map(({ name, covered }) => [name, covered])).toEqual([
      ["bank", true],
      ["shop", true],
    ]);
    expect(snapshot.pods).toEqual([]);
  });
});

describe("a CiliumNode", () => {
  const node = (name: string, ipam: string): string => `
apiVersion: cilium.io/v2
kind: CiliumNode
metadata: {name: ${name}}
spec:
  addresses: [{type: InternalIP, ip: 192.168.0.7}, {type: CiliumInternalIP, ip: 10.244.0.9}]
  ipam: ${ipam}
`;

  it("tells the node's addresses, and where its pods lie", () => {
    const { snapshot } = take(
      [node("n1", "{podCIDRs: [10.244.0.0/24]}"), node("n2", "{podCIDRs: [10.244.1.0/24]}")].join(
        "---",
      ),
    );
    expect(snapshot.nodes.map(({ name }) => name)).toEqual(["n1", "n2"]);
    expect(snapshot.nodes[0]?.addresses.map((one) => addressText(one))).toEqual([
      "10.244.0.9",
      "192.168.0.7",
    ]);
    const { podRanges } = snapshot;
    expect(podRanges === undefined ? undefined : addressSetText(podRanges)).toBe("10.244.0.0/23");
  });

  it.each([
    ["says nothing of pods", "{}"],
    ["says what is no CIDR", "{podCIDRs: [10.244.1.0/99]}"],
  ])("leaves it open where pods lie if one of them %s", (_, ipam) => {
    const { snapshot } = take(
      [node("n1", "{podCIDRs: [10.244.0.0/24]}"), node("n2", ipam)].join("---"),
    );
    expect(snapshot.podRanges).toBeUndefined();
  });
});
