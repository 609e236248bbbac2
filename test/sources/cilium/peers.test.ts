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
import type { ConvertResult } from "../../../src/pipeline.ts";
import { streamOf } from "../../support/run-convert.ts";

const CLUSTER = "io.cilium.k8s.policy.cluster";
const TEAM = "io.cilium.k8s.namespace.labels.team";

const PODS_IN_10 = { "pod-cidr": ["10.0.0.0/8"] };

const config = (data: Readonly<Record<string, string>>): Json => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "cilium-config", namespace: "kube-system" },
  data,
});

const node = (name: string, address: string, labels: Json = {}): Json => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, labels },
  status: { addresses: [{ type: "InternalIP", address }] },
});

const expression = (key: string, operator: string, ...values: readonly string[]): Json => ({
  key,
  operator,
  ...(values.length === 0 ? {} : { values }),
});

const named = (one: Json, at: number): Json => ({
  ...one,
  metadata: { name: at === 0 ? "p" : `p${String(at)}`, namespace: "ns" },
});

const from = (rule: Json): Json => policy({ ingress: [rule] });
const to = (rule: Json): Json => policy({ egress: [rule] });

const ingressOf = (result: ConvertResult): readonly string[] | undefined =>
  objectsOf(result).find(({ at }) => at === "ns/p")?.ingress;
const egressOf = (result: ConvertResult): readonly string[] | undefined =>
  objectsOf(result).find(({ at }) => at === "ns/p")?.egress;

describe("nodes by their labels", () => {
  const edge = from({ fromNodes: [{ matchLabels: { role: "edge" } }] });
  const nodes = [
    node("n1", "192.0.2.7", { role: "edge" }),
    node("n2", "192.0.2.8", { role: "core" }),
    node("n3", "192.0.2.9", { role: "edge" }),
  ];
  const enabled = config({ "enable-node-selector-labels": "true" });

  it("are the addresses of those that have them", () => {
    const result = convert([edge], [...NAMESPACES, ...nodes, enabled], PODS_IN_10);
    expect(ingressOf(result)).toEqual(["192.0.2.7/32, 192.0.2.9/32 : any"]);
    expect(outcomeOf(result)).toBe("conditional");
    expect(result.report.policies[0]?.assumptions).toContain("ASM-N004");
  });

  it("are none where no node has them", () => {
    const none = from({ fromNodes: [{ matchLabels: { role: "other" } }] });
    expect(ingressOf(convert([none], [...NAMESPACES, ...nodes, enabled], PODS_IN_10))).toEqual([]);
  });
});

describe("selectors on reserved labels", () => {
  const selecting = (...matchExpressions: readonly Json[]) =>
    convert(
      [from({ fromEndpoints: [{ matchExpressions }] })],
      [...NAMESPACES, node("n1", "192.0.2.7")],
      PODS_IN_10,
    );

  it("mean nobody with a value, since these labels have none", () => {
    const result = selecting(expression("reserved:remote-node", "In", "x"));
    expect(ingressOf(result)).toEqual([]);
    expect(outcomeOf(result)).toBe("exact");
  });

  it("mean nodes where `In` lists the empty value", () => {
    expect(ingressOf(selecting(expression("reserved:remote-node", "In", "")))).toEqual([
      "192.0.2.7/32 : any",
    ]);
  });

  it("mean the outside alone where they leave out nodes", () => {
    const result = selecting(expression("reserved:remote-node", "DoesNotExist"));
    const [rule = ""] = ingressOf(result) ?? [];
    expect(rule).not.toBe("");
    expect(rule).not.toContain("192.0.2.7/32");
  });

  it("are left out where only some nodes may have them", () => {
    const result = selecting(
      expression("reserved:remote-node", "Exists"),
      expression("reserved:kube-apiserver", "DoesNotExist"),
    );
    expect(ingressOf(result)).toEqual([]);
    expect(codesOf(result)).toContain("CIL-S105");
    expect(outcomeOf(result)).toBe("narrowed");
  });
});

describe("a negative selector where peers are held to the local cluster", () => {
  const held = config({ "policy-default-local-cluster": "true" });
  const peers = (...matchExpressions: readonly Json[]) =>
    ingressOf(
      convert([from({ fromEndpoints: [{ matchExpressions }] })], [...NAMESPACES, held], PODS_IN_10),
    )?.join(" | ");

  it("lets in no addresses", () => {
    expect(peers(expression(TEAM, "DoesNotExist"))).toBe("ns !team : any");
  });

  it("lets in addresses if it speaks of clusters itself", () => {
    expect(
      peers(expression(TEAM, "DoesNotExist"), expression(CLUSTER, "NotIn", "other")),
    ).toContain("0.0.0.0/5");
  });
});

describe("entities", () => {
  it.each(["health", "init", "unmanaged", "ingress"])("%s is told to be of no use", (entity) => {
    const result = convert([from({ fromEntities: [entity] })], NAMESPACES);
    expect(codesOf(result)).toContain("CIL-N104");
    expect(ingressOf(result)).toEqual([]);
    expect(outcomeOf(result)).toBe("exact");
  });

  it.each(["world-ipv4", "world-ipv6"])("%s is unknown where the families are", (entity) => {
    const result = convert([from({ fromEntities: [entity] })], NAMESPACES);
    expect(codesOf(result)).toContain("CIL-N107");
    expect(outcomeOf(result)).toBe("narrowed");
  });

  it("world-ipv4 means nobody where there is one family alone", () => {
    const result = convert([from({ fromEntities: ["world-ipv4"] })], NAMESPACES, PODS_IN_10);
    expect(codesOf(result)).not.toContain("CIL-N107");
    expect(ingressOf(result)).toEqual([]);
  });
});

describe("groups of CIDRs", () => {
  const group = (name: string, labels: Json, ...externalCIDRs: readonly string[]): Json => ({
    apiVersion: "cilium.io/v2",
    kind: "CiliumCIDRGroup",
    metadata: { name, labels },
    spec: { externalCIDRs },
  });
  const groups = [
    group("a", { env: "prod", zone: "z" }, "203.0.113.0/24"),
    group("b", { env: "dev" }, "198.51.100.0/24"),
    group("c", { tier: "x" }, "203.0.113.0/28"),
  ];
  const selecting = (...matchExpressions: readonly Json[]) =>
    ingressOf(
      convert(
        [from({ fromCIDRSet: [{ cidrGroupSelector: { matchExpressions } }] }), ...groups],
        NAMESPACES,
        PODS_IN_10,
      ),
    );

  it.each<readonly [what: string, terms: readonly Json[], rules: readonly string[]]>([
    ["have a value", [expression("env", "In", "prod")], ["203.0.113.0/24 : any"]],
    ["have a label", [expression("env", "Exists")], ["198.51.100.0/24, 203.0.113.0/24 : any"]],
    [
      "have two labels, of two groups",
      [expression("env", "In", "prod"), expression("tier", "Exists")],
      ["203.0.113.0/28 : any"],
    ],
    ["have no label", [expression("env", "DoesNotExist")], []],
    ["have none of some values", [expression("env", "NotIn", "prod")], ["198.51.100.0/24 : any"]],
    ["have another value", [expression("env", "In", "test")], []],
  ])("by labels: those that %s", (_, terms, rules) => {
    expect(selecting(...terms)).toEqual(rules);
  });
});

describe("blocks", () => {
  it.each([
    ["2001:db8::/32", "::ffff:10.0.0.0/104", false],
    ["::/81", "::ffff:10.0.0.0/104", false],
    ["::fffe:0:0/96", "::ffff:10.0.0.0/104", false],
    ["10.0.0.0/8", "::ffff:10.1.0.0/112", false],
    ["::ffff:10.0.0.0/104", "::ffff:11.0.0.0/112", false],
    ["10.0.0.0/8", "11.0.0.0/24", false],
    ["10.1.0.0/16", "10.0.0.0/8", false],
    ["::/0", "10.0.0.0/8", false],
    ["::/0", "::ffff:10.0.0.0/104", true],
    ["::/80", "::ffff:10.0.0.0/104", true],
    ["::fffe:0:0/95", "::ffff:10.0.0.0/104", true],
    ["10.0.0.0/8", "10.1.2.3/16", true],
    ["10.1.2.3/8", "10.0.0.0/8", true],
    ["2001:db8::/32", "2001:db8:1::/48", true],
  ])("of %s, %s is an exception or refused as the agent has it", (cidr, except, lies) => {
    const codes = codesOf(convert([to({ toCIDRSet: [{ cidr, except: [except] }] })]));
    expect(codes.includes("CIL-N001")).toBe(!lies);
  });

  it("with exceptions are written so", () => {
    const block = { cidr: "192.168.0.0/16", except: ["192.168.1.0/24"] };
    const result = convert([from({ fromCIDRSet: [block] })], NAMESPACES, PODS_IN_10);
    expect(streamOf(result)).toContain(
      "        cidr: 192.168.0.0/16\n        except:\n        - 192.168.1.0/24\n",
    );
  });

  it("beside all nodes rest on no list of nodes", () => {
    const result = convert(
      [from({ fromCIDR: ["203.0.113.0/24"] })],
      [...NAMESPACES, node("n1", "192.0.2.7")],
      PODS_IN_10,
    );
    expect(result.report.policies[0]?.assumptions).not.toContain("ASM-N004");
  });
});

describe("services", () => {
  const service = (name: string, labels: Json, selector: Json): Json => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "x", labels },
    spec: { selector, ports: [{ port: 80 }] },
  });
  const services = [
    service("s", { team: "a" }, { app: "s" }),
    service("t", { team: "b" }, { app: "t" }),
  ];

  it.each<readonly [Json, readonly string[]]>([
    [{ matchLabels: { team: "a" } }, ["ns kubernetes.io/metadata.name=x pods app=s : any"]],
    [
      { matchExpressions: [expression("team", "NotIn", "a")] },
      ["ns kubernetes.io/metadata.name=x pods app=t : any"],
    ],
    [{ matchLabels: { team: "c" } }, []],
  ])("by their labels %j", (selector, rules) => {
    const rule = to({ toServices: [{ k8sServiceSelector: { selector, namespace: "x" } }] });
    expect(egressOf(convert([rule], [...NAMESPACES, ...services]))).toEqual(rules);
  });

  it("are looked up where an authentication that always fails denies them", () => {
    const toServices = [{ k8sService: { serviceName: "s", namespace: "x" } }];
    const failing = to({ toServices, authentication: { mode: "test-always-fail" } });
    const result = convert(
      [policy({ egress: [{ toEntities: ["all"] }] }), failing].map(named),
      [...NAMESPACES, ...services],
      { actions: "compile", ...PODS_IN_10 },
    );
    expect(egressOf(result)?.join()).not.toContain("any : any");
    expect(egressOf(result)?.join()).toContain("pods app notin (s)");
  });

  it("without a name are told without one", () => {
    const result = convert([to({ toServices: [{ k8sService: { namespace: "x" } }] })], NAMESPACES);
    const texts = JSON.stringify(result.report.diagnostics);
    expect(texts).not.toContain("undefined");
    expect(egressOf(result)).toEqual([]);
  });
});

describe("a named port of an egress rule", () => {
  const pod = (name: string, namespace: string, containerPort: number): Json => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { app: "b" } },
    spec: { containers: [{ name: "c", ports: [{ name: "http", containerPort }] }] },
  });
  const rule = (labels: Json): Json =>
    to({
      toEndpoints: [{ matchLabels: { app: "b", ...labels } }],
      toPorts: [{ ports: [{ port: "http", protocol: "TCP" }] }],
    });

  it("is the number of the peers, by the labels of their namespace", () => {
    const pods = [pod("one", "ns", 8080), pod("two", "x", 8080)];
    const result = convert([rule({ [`k8s:${TEAM}`]: "a" })], [...NAMESPACES, ...pods]);
    expect(egressOf(result)).toEqual(["ns team=a pods app=b : TCP 8080"]);
    expect(outcomeOf(result)).toBe("conditional");
  });

  it.each([
    ["only pods that are no peers have it", [pod("one", "ns", 8080)]],
    ["other pods disagree", [pod("one", "ns", 9090), pod("two", "x", 8080)]],
  ])("is left out where %s", (_, pods) => {
    const result = convert([rule({ [`k8s:${TEAM}`]: "a" })], [...NAMESPACES, ...pods]);
    expect(egressOf(result)).toEqual([]);
    expect(codesOf(result)).toContain("CIL-R110");
  });
});

describe("features that the agents have turned off or on", () => {
  const http = from({
    fromEndpoints: [{}],
    toPorts: [{ ports: [{ port: "80", protocol: "TCP" }], rules: { http: [{ method: "GET" }] } }],
  });

  it("a rule about HTTP is refused without the proxy", () => {
    const off = config({ "enable-l7-proxy": "false" });
    expect(convert([http], [...NAMESPACES, off]).report.result.exitCode).toBe(2);
    expect(convert([http], NAMESPACES).report.result.exitCode).toBe(0);
  });

  it("other protocols have no ports, but for the 0 that stands for all", () => {
    const on = config({ "enable-extended-ip-protocols": "true" });
    const vrrp = (port: string) =>
      convert(
        [from({ fromEndpoints: [{}], toPorts: [{ ports: [{ port, protocol: "VRRP" }] }] })],
        [...NAMESPACES, on],
      );
    expect(vrrp("80").report.result.exitCode).toBe(2);
    expect(vrrp("0").report.result.exitCode).toBe(0);
  });

  it("server names that open pods ask for are told of once, with the domains beside them", () => {
    const toPorts = [{ ports: [{ port: "443", protocol: "TCP" }], serverNames: ["a.example"] }];
    const open = policy({
      enableDefaultDeny: { egress: false },
      egress: [{ toFQDNs: [{ matchName: "a.example" }], toPorts }],
    });
    expect(codesOf(convert([open], NAMESPACES)).filter((code) => code.startsWith("CIL-"))).toEqual([
      "CIL-R104",
      "CIL-R107",
    ]);
  });

  it("an authentication without a mode asks for none", () => {
    const rule = from({ fromEndpoints: [{}], authentication: { mode: null } });
    expect(outcomeOf(convert([rule], NAMESPACES))).toBe("exact");
  });
});

describe("documents", () => {
  const one = from({ fromEndpoints: [{}] });

  it("that say the same twice are one", () => {
    const result = convert([one, one], NAMESPACES);
    expect(codesOf(result)).toContain("CIL-P008");
    expect(result.report.summary.documents).toMatchObject({ policies: 1, invalid: 0 });
    expect(outcomeOf(result)).toBe("exact");
  });

  it("that contradict each other are both invalid", () => {
    const result = convert([one, from({ fromEntities: ["all"] })], NAMESPACES);
    expect(codesOf(result).filter((code) => code === "CIL-P009")).toHaveLength(2);
    expect(result.report.summary.documents).toMatchObject({ policies: 0, invalid: 2 });
    expect(result.report.result.exitCode).toBe(2);
  });

  it("without metadata are invalid", () => {
    const { metadata, ...rest } = one as Json & { readonly metadata: unknown };
    expect(metadata).toBeDefined();
    expect(codesOf(convert([rest], NAMESPACES))).toContain("CIL-X002");
  });

  it("have unknown fields in rules of `specs` as well", () => {
    const { spec, ...rest } = from({ fromEndpoints: [{}], nobody: 1 }) as Json & {
      readonly spec: Json;
    };
    const result = convert([{ ...rest, specs: [spec] }], NAMESPACES);
    expect(codesOf(result)).toContain("CIL-R010");
    expect(outcomeOf(result)).toBe("narrowed");
  });

  it("tell of each unknown field in a rule once, however many there are, and what becomes of the rule", () => {
    const fields = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`x${String(at)}`, 1]));
    const { spec } = from({ fromEndpoints: [{}], ...fields }) as Json & { readonly spec: Json };
    const denied = { fromEndpoints: [{}], nobody: 1 };
    const result = convert([{ ...one, spec: { ...spec, ingressDeny: [denied] } }], NAMESPACES);
    const told = result.report.diagnostics.filter(({ code }) => code === "CIL-R010");
    expect(told).toHaveLength(31);
    expect(told.map(({ path }) => path)).toContain("spec.ingress[0].x29");
    expect(told.filter(({ message }) => message.endsWith("and is left out"))).toHaveLength(30);
    const [ofDeny] = told.filter(({ path }) => path === "spec.ingressDeny[0].nobody");
    expect(ofDeny?.message).toMatch(/and is taken to deny all that it may$/);
  });
});

describe("Kubernetes policies beside those of Cilium", () => {
  const kubernetes = (peer: Json): Json => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "k", namespace: "ns" },
    spec: {
      podSelector: { matchLabels: { app: "a" } },
      policyTypes: ["Ingress"],
      ingress: [{ from: [peer] }],
    },
  });
  const kept = (peer: Json, labels?: string) => {
    const settings = labels === undefined ? [] : [config({ labels })];
    const result = convert(
      [policy({ egress: [{}] }), kubernetes(peer)],
      [...NAMESPACES, ...settings],
    );
    return result.report.policies.find(({ source }) => source.name === "k")?.outcome;
  };
  const byTeam = { namespaceSelector: { matchLabels: { team: "a" } } };

  it("mean labels of namespaces whichever labels of pods count", () => {
    expect(kept(byTeam)).toBe("exact");
    expect(kept(byTeam, "k8s:app")).toBe("exact");
  });

  it("mean nobody by a label of pods that does not count, so that keeping them widens", () => {
    expect(kept({ podSelector: { matchLabels: { role: "x" } } })).toBe("exact");
    expect(kept({ podSelector: { matchLabels: { role: "x" } } }, "k8s:app")).toBe("widened");
  });
});
