import { describe, expect, it } from "vitest";
import {
  codesOf,
  convert,
  NAMESPACES,
  objectsOf,
  outcomeOf,
  policy,
  type Json,
} from "./support.ts";

const NAMESPACE = "io.kubernetes.pod.namespace";
const TEAM = "io.cilium.k8s.namespace.labels.team";
const labels = (matchLabels: Json): Json => ({ matchLabels });
const term = (key: string, operator: string, ...values: readonly string[]): Json => ({
  matchExpressions: [{ key, operator, ...(values.length === 0 ? {} : { values }) }],
});

/** The rows of the specification's table of selectors, in its order, as far as each is one object. */
describe("what a subject selects", () => {
  const subject = (endpointSelector: Json, kind?: string) =>
    convert([policy({ endpointSelector, ingress: [{}] }, kind)], NAMESPACES);
  const GLOBAL = "CiliumClusterwideNetworkPolicy";

  it.each<readonly [selector: Json, kind: string | undefined, at: readonly string[], pods: string]>(
    [
      [{}, undefined, ["ns"], "*"],
      [labels({ app: "a" }), undefined, ["ns"], "app=a"],
      [labels({ [`k8s:${NAMESPACE}`]: "other" }), undefined, ["ns"], "*"],
      [labels({ [NAMESPACE]: "other" }), undefined, [], ""],
      [{}, GLOBAL, ["kube-system", "ns", "x"], "*"],
      [term(TEAM, "In", "a"), GLOBAL, ["x"], "*"],
      [term(NAMESPACE, "NotIn", "kube-system"), GLOBAL, ["ns", "x"], "*"],
      [labels({ "k8s-app": "kube-dns" }), GLOBAL, ["kube-system", "ns", "x"], "k8s-app=kube-dns"],
      [labels({ "reserved:host": "" }), undefined, [], ""],
      [labels({ "pod-template-hash": "z" }), undefined, [], ""],
      [term("pod-template-hash", "DoesNotExist"), undefined, ["ns"], "*"],
      [labels({ "io.cilium.k8s.policy.cluster": "other" }), undefined, [], ""],
      [labels({ "io.cilium.k8s.policy.cluster": "default" }), undefined, ["ns"], "*"],
      [labels({ [NAMESPACE]: "" }), GLOBAL, [], ""],
    ],
  )("%j of %s", (selector, kind, at, pods) => {
    const objects = objectsOf(subject(selector, kind));
    expect(objects).toEqual(at.map((namespace) => ({ at: `${namespace}/p`, pods, ingress: [] })));
  });

  it("by service account cannot be said: a stop", () => {
    const result = subject(labels({ "k8s:io.cilium.k8s.policy.serviceaccount": "s" }));
    expect(result.report.result.exitCode).toBe(2);
    expect(codesOf(result)).toContain("CMP-S001");
  });

  it("tells of a namespace that is not its own", () => {
    expect(codesOf(subject(labels({ [`k8s:${NAMESPACE}`]: "other" })))).toContain("CIL-S103");
    expect(codesOf(subject(labels({ [NAMESPACE]: "other" })))).toContain("CIL-S102");
  });
});

describe("what a peer selects", () => {
  const GLOBAL = "CiliumClusterwideNetworkPolicy";
  const peer = (selector: Json, kind?: string) =>
    convert([policy({ ingress: [{ fromEndpoints: [selector] }] }, kind)], NAMESPACES);
  const X = "ns kubernetes.io/metadata.name=x";

  it.each<
    readonly [selector: Json, kind: string | undefined, peers: string | undefined, outcome: string]
  >([
    [{}, undefined, "pods *", "exact"],
    [{}, GLOBAL, "ns *", "conditional"],
    [labels({ app: "b" }), undefined, "pods app=b", "exact"],
    [labels({ "any:app": "b" }), undefined, "pods app=b", "exact"],
    [labels({ "k8s:app": "b" }), undefined, "pods app=b", "exact"],
    [labels({ [`k8s:${NAMESPACE}`]: "x", app: "b" }), undefined, `${X} pods app=b`, "exact"],
    [term(NAMESPACE, "Exists"), undefined, "ns *", "exact"],
    [
      term(NAMESPACE, "In", "x", "y"),
      undefined,
      "ns kubernetes.io/metadata.name in (x,y)",
      "exact",
    ],
    [
      term(NAMESPACE, "NotIn", "x"),
      undefined,
      "ns kubernetes.io/metadata.name notin (x)",
      "narrowed",
    ],
    [term(NAMESPACE, "DoesNotExist"), undefined, undefined, "narrowed"],
    [labels({ [`k8s:${TEAM}`]: "a" }), undefined, "ns team=a", "exact"],
    [term(TEAM, "DoesNotExist"), undefined, "ns !team", "narrowed"],
    [term(TEAM, "DoesNotExist"), GLOBAL, "ns !team", "conditional"],
    [
      labels({ "io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name": "x" }),
      undefined,
      X,
      "exact",
    ],
    [labels({ "reserved:host": "" }), undefined, undefined, "exact"],
    [labels({ "reserved:world": "" }), undefined, undefined, "narrowed"],
    [labels({ "reserved:host": "", app: "b" }), undefined, undefined, "exact"],
    [labels({ "k8s:io.cilium.k8s.policy.serviceaccount": "s" }), undefined, undefined, "narrowed"],
    [labels({ "io.cilium.k8s.policy.cluster": "other" }), undefined, undefined, "narrowed"],
    [labels({ "pod-template-hash": "z" }), undefined, undefined, "exact"],
    [term("pod-template-hash", "DoesNotExist"), undefined, "pods *", "exact"],
    [labels({ [`any:${NAMESPACE}`]: "x" }), undefined, X, "exact"],
    [labels({ "container:app": "b" }), undefined, undefined, "exact"],
    [
      labels({ "app.kubernetes.io/name": "b" }),
      undefined,
      "pods app.kubernetes.io/name=b",
      "exact",
    ],
  ])("%j of %s", (selector, kind, peers, outcome) => {
    const result = peer(selector, kind);
    const rules = peers === undefined ? [] : [`${peers} : any`];
    for (const object of objectsOf(result)) expect(object.ingress).toEqual(rules);
    expect(objectsOf(result).length).toBeGreaterThan(0);
    expect(outcomeOf(result)).toBe(outcome);
  });
});

describe("a label that Cilium does not look at", () => {
  it.each([
    ["k8s.io.kubernetes.pod.namespace", "Write `k8s:io.kubernetes.pod.namespace`, with a colon"],
    ["pod-template-hash", "Select the pods by another label."],
  ])("%s: what to do, in a peer and in a subject", (key, advice) => {
    const hints = (result: ReturnType<typeof convert>, code: string) =>
      result.report.diagnostics.filter((one) => one.code === code).map(({ hint }) => hint);
    const peer = policy({ ingress: [{ fromEndpoints: [labels({ [key]: "x" })] }] });
    expect(hints(convert([peer]), "CIL-S101")).toEqual([expect.stringContaining(advice)]);
    const subject = policy({ endpointSelector: labels({ [key]: "x" }), ingress: [{}] });
    expect(hints(convert([subject]), "CIL-S106")).toEqual([expect.stringContaining(advice)]);
  });
});
