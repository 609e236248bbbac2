import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import type { ManifestObject } from "../../../src/manifest/manifest-object.ts";
import { dropDuplicates } from "../../../src/sources/cilium/duplicates.ts";
import { dropUnsupported } from "../../../src/sources/cilium/features.ts";
import { interpretCilium } from "../../../src/sources/cilium/interpret.ts";
import type { CiliumInput } from "../../../src/sources/cilium/model.ts";
import { readCiliumObject } from "../../../src/sources/cilium/read.ts";
import { codesOf, convert, objectsOf, policy, type Json } from "./support.ts";
import { snapshotOf } from "../../support/snapshot-of-pods.ts";

const SNAPSHOT = snapshotOf([]);

const scalar = fc.oneof(
  fc.constantFrom(
    null,
    true,
    0,
    80,
    1.5,
    -1,
    "",
    "TCP",
    "80",
    "http",
    "10.0.0.0/8",
    "world",
    "k8s:a",
  ),
  fc.string(),
);
const FIELDS = [
  "fromEndpoints",
  "toEndpoints",
  "fromEntities",
  "fromCIDR",
  "toCIDRSet",
  "toPorts",
  "ports",
  "port",
  "protocol",
  "rules",
  "http",
  "dns",
  "icmps",
  "fields",
  "type",
  "matchLabels",
  "matchExpressions",
  "key",
  "operator",
  "values",
  "toFQDNs",
  "toServices",
  "__proto__",
];
const key = fc.oneof(fc.constantFrom(...FIELDS), fc.string());
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    scalar,
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(key, tie("tree"), { maxKeys: 4, noNullPrototype: false }),
  ),
}));

function objectOf(value: unknown): ManifestObject {
  const document = { file: { name: "x", text: "" }, index: 0, offset: 0 };
  return {
    document,
    value,
    placeOf: (path) => ({ document, offset: 0, path: path.join(".") }),
    sourceText: () => undefined,
  };
}

/** Reads one document whole; fails if that throws, or if what is invalid is not said to be. */
function readsWithoutHarm(value: object): void {
  const input: CiliumInput = {
    policies: [],
    groups: [],
    derivatives: [],
    settings: undefined,
  };
  const findings: Diagnostic[] = [];
  const report = (finding: Diagnostic): void => {
    findings.push(finding);
  };
  const options = { defaultNamespace: "d" };
  const disposition = readCiliumObject(objectOf(value), input, options, report);
  const errors = findings.some(({ severity }) => severity === "error");
  expect(disposition === "invalid").toBe(errors);
  if (errors) expect([...input.policies, ...input.groups]).toEqual([]);
  dropDuplicates(input, report);
  dropUnsupported(input, report);
  interpretCilium(input, SNAPSHOT, [], report);
}

describe("input of any shape", () => {
  it("leaves fields of egress rules, of any type, where they stand in ingress rules", () => {
    readsWithoutHarm({
      apiVersion: "cilium.io/v2",
      kind: "CiliumNetworkPolicy",
      metadata: { name: "a", namespace: "b" },
      spec: { endpointSelector: {}, ingress: [{ toServices: "", toFQDNs: 7 }] },
    });
  });

  it("never throws, and is invalid if and only if an error says why", () => {
    const lists = fc.dictionary(
      fc.constantFrom("ingress", "egress", "ingressDeny", "egressDeny", "endpointSelector"),
      fc.oneof(tree, fc.array(fc.dictionary(key, tree, { maxKeys: 3 }), { maxLength: 2 })),
    );
    const documents = fc.record({
      apiVersion: fc.constant("cilium.io/v2"),
      kind: fc.constantFrom(
        "CiliumNetworkPolicy",
        "CiliumClusterwideNetworkPolicy",
        "CiliumCIDRGroup",
      ),
      metadata: fc.oneof(fc.constant({ name: "a", namespace: "b" }), tree),
      spec: fc.oneof(lists, tree),
      specs: fc.oneof(fc.constant(undefined), fc.array(lists, { maxLength: 2 }), tree),
      status: tree,
    });
    fc.assert(fc.property(documents, readsWithoutHarm), { numRuns: 1000, seed: 23 });
  });

  /** A document with every field that the readers know; each is valid by itself, if not beside the others. */
  const SELECTOR = {
    matchLabels: { app: "a" },
    matchExpressions: [{ key: "b", operator: "In", values: ["x"] }],
  };
  const PORTS = [
    {
      ports: [{ port: "80", endPort: 90, protocol: "TCP" }],
      rules: {
        http: [{ method: "GET", headers: ["a b"] }],
        dns: [{ matchName: "a.b", matchPattern: "*" }],
        kafka: [{ topic: "t" }],
        l7proto: "x",
        l7: [{ a: "b" }],
      },
      terminatingTLS: { secret: { name: "s", namespace: "n" } },
      originatingTLS: { secret: { name: "s", namespace: "n" } },
      serverNames: ["a.b"],
      listener: { name: "l", envoyConfig: { kind: "CiliumEnvoyConfig", name: "e" }, priority: 1 },
    },
  ];
  const COMMON = {
    toPorts: PORTS,
    icmps: [{ fields: [{ family: "IPv4", type: 8 }] }],
    authentication: { mode: "required" },
  };
  const CIDRS = [
    { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"], cidrGroupRef: "g", cidrGroupSelector: SELECTOR },
  ];
  const GROUPS = [{ aws: { labels: { a: "b" }, securityGroupsIds: ["s"], region: "r" } }];
  const FROM = {
    fromEndpoints: [SELECTOR],
    fromRequires: [SELECTOR],
    fromCIDR: ["10.0.0.0/8"],
    fromCIDRSet: CIDRS,
    fromEntities: ["world"],
    fromNodes: [SELECTOR],
    fromGroups: GROUPS,
    ...COMMON,
  };
  const TO = {
    toEndpoints: [SELECTOR],
    toRequires: [SELECTOR],
    toCIDR: ["10.0.0.0/8"],
    toCIDRSet: CIDRS,
    toEntities: ["world"],
    toNodes: [SELECTOR],
    toGroups: GROUPS,
    toServices: [
      {
        k8sService: { serviceName: "s", namespace: "n" },
        k8sServiceSelector: { selector: SELECTOR, namespace: "n" },
      },
    ],
    toFQDNs: [{ matchName: "a.b", matchPattern: "*" }],
    ...COMMON,
  };
  const RULE = {
    endpointSelector: SELECTOR,
    nodeSelector: SELECTOR,
    ingress: [FROM],
    ingressDeny: [FROM],
    egress: [TO],
    egressDeny: [TO],
    enableDefaultDeny: { ingress: true, egress: false },
    labels: [{ key: "a", source: "k8s", value: "b" }],
    description: "d",
    log: { value: "v" },
  };
  const SMALL = { nodeSelector: SELECTOR, ingressDeny: [{ fromEntities: ["all"] }] };
  const META = {
    name: "a",
    namespace: "b",
    labels: {
      "io.cilium.network.policy.kind": "derivative",
      "io.cilium.network.policy.parent.uuid": "u",
    },
    ownerReferences: [
      { apiVersion: "cilium.io/v2", kind: "CiliumNetworkPolicy", name: "p", uid: "u" },
    ],
    uid: "v",
  };
  const STATUS = { conditions: [{ type: "Valid", status: "True", message: "m" }] };
  const API = { apiVersion: "cilium.io/v2" };
  const WHOLE: readonly Json[] = [
    {
      ...API,
      kind: "CiliumNetworkPolicy",
      metadata: META,
      spec: RULE,
      status: STATUS,
    },
    { ...API, kind: "CiliumClusterwideNetworkPolicy", metadata: META, specs: [SMALL] },
    { ...API, kind: "CiliumCIDRGroup", metadata: META, spec: { externalCIDRs: ["10.0.0.0/8"] } },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "cilium-config", namespace: "kube-system" },
      data: { "enable-policy": "always", labels: "k8s:.*app !(", "cluster-name": "c" },
    },
  ];
  const WRONG: readonly unknown[] = [
    null,
    true,
    -1,
    1.5,
    "",
    "\u0000../..",
    "x".repeat(5000),
    [],
    [null],
    [[["x"]]],
    {},
    { constructor: null, toString: 7 },
    JSON.parse('{"__proto__":{"name":"x"}}') as unknown,
  ];

  /** Each copy of `value` with one of its parts, at whatever depth, in the place of which something else stands. */
  function* spoilt(value: unknown): Generator {
    yield* WRONG;
    if (Array.isArray(value)) {
      const items = value as readonly unknown[];
      for (const [at, item] of items.entries())
        for (const other of spoilt(item)) yield items.with(at, other);
    } else if (typeof value === "object" && value !== null) {
      for (const [name, part] of Object.entries(value as Json)) {
        for (const other of spoilt(part)) yield { ...value, [name]: other };
        // A field that is missing, and one that nobody knows.
        yield Object.fromEntries(Object.entries(value).filter(([one]) => one !== name));
        yield { ...value, [`${name}x`]: part };
      }
    }
  }

  it("takes a value of any other type in the place of every field of every kind", () => {
    let count = 0;
    for (const document of WHOLE) {
      for (const other of spoilt(document)) {
        if (typeof other !== "object" || other === null || Array.isArray(other)) continue;
        readsWithoutHarm(other);
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(3_000);
  });

  it("reads a policy of five thousand rules with a wrong one, without telling them all", () => {
    const ingress = Array.from({ length: 5000 }, (_, index) => ({
      fromEntities: [index === 4000 ? "everybody" : "all"],
    }));
    const result = convert([policy({ ingress })]);
    expect(result.report.result.exitCode).toBe(2);
    expect(result.report.diagnostics.length).toBeLessThan(50);
  });

  it("takes ten thousand terms of a selector", () => {
    const matchExpressions = Array.from({ length: 10_000 }, (_, index) => ({
      key: `k${String(index)}`,
      operator: "NotIn",
      values: ["x"],
    }));
    const result = convert([policy({ ingress: [{ fromEndpoints: [{ matchExpressions }] }] })]);
    expect(result.report.result.exitCode).toBe(0);
  });

  it.each<readonly [title: string, rule: Json]>([
    ["a wildcard for a value", { fromEndpoints: [{ matchLabels: { app: "*" } }] }],
    ["a key that is none", { fromEndpoints: [{ matchLabels: { "k8s:": "x" } }] }],
    [
      "In without values",
      { fromEndpoints: [{ matchExpressions: [{ key: "a", operator: "In" }] }] },
    ],
    [
      "Exists with values",
      { fromEndpoints: [{ matchExpressions: [{ key: "a", operator: "Exists", values: ["x"] }] }] },
    ],
    ["a CIDR that is none", { fromCIDR: ["10.0.0.0/33"] }],
    ["an address without prefix", { fromCIDR: ["10.0.0.1"] }],
    [
      "an exception outside of its CIDR",
      { fromCIDRSet: [{ cidr: "10.0.0.0/16", except: ["11.0.0.0/24"] }] },
    ],
    ["two ways to name addresses", { fromCIDRSet: [{ cidr: "10.0.0.0/16", cidrGroupRef: "g" }] }],
    ["a port of a number", { toPorts: [{ ports: [{ port: 80, protocol: "TCP" }] }] }],
    ["a port beyond the last", { toPorts: [{ ports: [{ port: "65536", protocol: "TCP" }] }] }],
    ["a port with a leading zero", { toPorts: [{ ports: [{ port: "010", protocol: "TCP" }] }] }],
    ["a protocol that is none", { toPorts: [{ ports: [{ port: "80", protocol: "tcp6" }] }] }],
    [
      "forty-one ports",
      { toPorts: [{ ports: Array.from({ length: 41 }, () => ({ port: "80", protocol: "TCP" })) }] },
    ],
    [
      "ICMP beside ports",
      {
        icmps: [{ fields: [{ type: 8 }] }],
        toPorts: [{ ports: [{ port: "80", protocol: "TCP" }] }],
      },
    ],
    ["a type of ICMP that is none", { icmps: [{ fields: [{ type: "Ping" }] }] }],
    [
      "DNS rules for ingress",
      {
        toPorts: [
          {
            ports: [{ port: "53", protocol: "UDP" }],
            rules: { dns: [{ matchName: "a.example" }] },
          },
        ],
      },
    ],
    ["nodes, which need a setting", { fromNodes: [{ matchLabels: { a: "x" } }] }],
  ])("refuses the whole document for %s", (_, rule) => {
    const result = convert([policy({ ingress: [{ fromEndpoints: [{}] }, rule] })]);
    expect(result.report.summary.documents.invalid).toBe(1);
    expect(result.report.result.exitCode).toBe(2);
    expect(objectsOf(result)).toEqual([]);
  });

  it("tells the two versions of one policy apart, and takes a copy for one", () => {
    const one = policy({ ingress: [{ fromEndpoints: [{}] }] });
    expect(codesOf(convert([one, one]))).toContain("CIL-P008");
    const other = policy({ ingress: [{ fromEntities: ["all"] }] });
    const result = convert([one, other]);
    expect(codesOf(result)).toContain("CIL-P009");
    expect(result.report.result.exitCode).toBe(2);
  });
});
