import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { readOtherKind } from "../../../src/sources/kubernetes/other-kinds.ts";
import { objectsOf } from "./support.ts";

function classify(apiVersion: string, kind: string): readonly [string, ...string[]] {
  const found: Diagnostic[] = [];
  const report = (one: Diagnostic): void => void found.push(one);
  const [object] = objectsOf(
    `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\n`,
    report,
  );
  if (object === undefined) return expect.unreachable();
  return [readOtherKind(object, report), ...found.map(({ code }) => code)];
}

describe("a kind that decides traffic and that nobody reads is an error:", () => {
  it.each([
    ["policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy"],
    ["policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy"],
    ["policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy"],
    ["networking.k8s.aws/v1alpha1", "ApplicationNetworkPolicy"],
    ["networking.k8s.aws/v1alpha1", "ClusterNetworkPolicy"],
    ["cilium.io/v2", "CiliumNetworkPolicy"],
    ["cilium.io/v2", "CiliumClusterwideNetworkPolicy"],
    ["crd.antrea.io/v1beta1", "NetworkPolicy"],
    ["k8s.ovn.org/v1", "EgressFirewall"],
    ["example.com/v1", "FancyNetworkPolicy"],
    ["example.com/v1", "fancynetworkpolicy"],
  ])("%s %s", (apiVersion, kind) => {
    expect(classify(apiVersion, kind)).toEqual(["invalid", "K8S-P013"]);
  });
});

describe("a kind that restricts or steers traffic elsewhere is left alone, and said:", () => {
  it.each([
    ["security.istio.io/v1", "AuthorizationPolicy"],
    ["vpcresources.k8s.aws/v1beta1", "SecurityGroupPolicy"],
    ["k8s.cni.cncf.io/v1beta1", "MultiNetworkPolicy"],
    ["cilium.io/v2", "CiliumLocalRedirectPolicy"],
  ])("%s %s", (apiVersion, kind) => {
    expect(classify(apiVersion, kind)).toEqual(["ignored", "K8S-P014"]);
  });
});

describe("a kind that decides no traffic is ignored:", () => {
  it.each([
    ["v1", "ConfigMap"],
    ["apps/v1", "Deployment"],
    ["networking.k8s.io/v1", "Ingress"],
    ["networking.k8s.aws/v1alpha1", "PolicyEndpoint"],
    ["projectcalico.org/v3", "SomeNetworkPolicy"],
    ["constructor/v1", "constructor"],
    ["__proto__/v1", "toString"],
    ["policy/v1", "PodDisruptionBudget"],
  ])("%s %s", (apiVersion, kind) => {
    expect(classify(apiVersion, kind)).toEqual(["ignored"]);
  });
});

describe("a Kustomization is ignored,", () => {
  const findings = (fields: string): readonly Diagnostic[] => {
    const found: Diagnostic[] = [];
    const [object] = objectsOf(
      `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n${fields}`,
      (one) => void found.push(one),
    );
    if (object === undefined) return expect.unreachable();
    expect(readOtherKind(object, (one) => void found.push(one))).toBe("ignored");
    return found;
  };

  it("and said to change what it names if it does", () => {
    const [only, ...more] = findings("namespace: shop\npatches: []\nresources: [a.yaml]\n");
    expect(more).toEqual([]);
    expect(only?.code).toBe("K8S-X006");
    expect(only?.message).toContain("(`namespace`, `patches`)");
    expect(only?.hint).toContain("kubectl kustomize . | netpol-migrate convert -");
  });

  it("in silence if it lists files alone", () => {
    expect(findings("resources: [a.yaml]\n")).toEqual([]);
  });
});
