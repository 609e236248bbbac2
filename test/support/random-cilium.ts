import fc from "fast-check";
import type { RandomWorld } from "./random-calico.ts";

/*
 * Random small worlds as Cilium users write them: policies of both kinds with Allows and Denies, some of which isolate
 * nobody, Kubernetes policies beside them, and rules of every construct, over so few labels, addresses and ports that they
 * keep meeting.
 */

type Json = Readonly<Record<string, unknown>>;
type Direction = "ingress" | "egress";

const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const weighted = <T>(...pairs: readonly (readonly [number, fc.Arbitrary<T>])[]): fc.Arbitrary<T> =>
  fc.oneof(...pairs.map(([weight, arbitrary]) => ({ weight, arbitrary })));

const NAMESPACE = "io.kubernetes.pod.namespace";
const ACCOUNT = "io.cilium.k8s.policy.serviceaccount";
const labels = (matchLabels: Json): Json => ({ matchLabels });
const term = (key: string, operator: string, ...values: readonly string[]): Json => ({
  matchExpressions: [{ key, operator, ...(values.length === 0 ? {} : { values }) }],
});

const selector = oneOf<Json>(
  {},
  {},
  labels({ a: "x" }),
  labels({ a: "x", "k8s:b": "x" }),
  term("a", "NotIn", "x"),
  term("a", "Exists"),
  term("b", "DoesNotExist"),
  term("a", "In", "x", "y"),
);

const peerSelector = weighted<Json>(
  [4, selector],
  [1, fc.constant(labels({ [`k8s:${NAMESPACE}`]: "q" }))],
  [1, fc.constant(labels({ [NAMESPACE]: "q", a: "x" }))],
  [1, fc.constant(labels({ "io.cilium.k8s.namespace.labels.env": "dev" }))],
  [1, fc.constant(term(NAMESPACE, "NotIn", "q"))],
  [1, fc.constant(term(NAMESPACE, "Exists"))],
  [1, fc.constant(labels({ "pod-template-hash": "z" }))],
  [1, oneOf(labels({ [ACCOUNT]: "ci" }), term(ACCOUNT, "NotIn", "ci"))],
  [1, fc.constant(labels({ [`k8s:${NAMESPACE}`]: "q", [ACCOUNT]: "ci" }))],
);

const cidr = oneOf("10.0.0.0/8", "10.0.0.0/16", "192.0.2.0/24", "203.0.113.0/24", "0.0.0.0/0");
const cidrRule = weighted<Json>(
  [2, cidr.map((one) => ({ cidr: one }))],
  [1, fc.constant({ cidr: "203.0.112.0/20", except: ["203.0.113.0/24"] })],
  [1, fc.constant({ cidr: "10.0.0.0/8", except: ["10.0.1.0/24"] })],
  [1, fc.constant({ cidrGroupRef: "partners" })],
);
const entity = oneOf(
  "all",
  "world",
  "cluster",
  "host",
  "remote-node",
  "kube-apiserver",
  "none",
  "world-ipv4",
);

/** The peers of a rule; `{}` is no member at all. */
function peers(direction: Direction, isDeny: boolean): fc.Arbitrary<Json> {
  const side = direction === "ingress" ? "from" : "to";
  const list = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<readonly T[]> =>
    fc.array(of, { minLength: 1, maxLength: 2 });
  const egress: (readonly [number, fc.Arbitrary<Json>])[] =
    direction === "ingress"
      ? []
      : [
          [1, fc.constant({ toServices: [{ k8sService: { serviceName: "db", namespace: "q" } }] })],
          ...(isDeny ? [] : [[1, fc.constant({ toFQDNs: [{ matchName: "a.example" }] })] as const]),
        ];
  return weighted<Json>(
    [5, list(peerSelector).map((all) => ({ [`${side}Endpoints`]: all }))],
    [2, list(entity).map((all) => ({ [`${side}Entities`]: all }))],
    [2, list(cidr).map((all) => ({ [`${side}CIDR`]: all }))],
    [1, list(cidrRule).map((all) => ({ [`${side}CIDRSet`]: all }))],
    [1, fc.constant({})],
    [1, fc.constant({ [`${side}Endpoints`]: [] })],
    ...egress,
  );
}

const port = oneOf<Json>(
  { port: "80", protocol: "TCP" },
  { port: "443", protocol: "TCP" },
  { port: "79", endPort: 90, protocol: "TCP" },
  { port: "53" },
  { port: "0", protocol: "UDP" },
  { port: "http", protocol: "TCP" },
);

function traffic(direction: Direction, isDeny: boolean): fc.Arbitrary<Json> {
  const ports = fc.array(port, { minLength: 1, maxLength: 2 });
  const http = { ports: [{ port: "80", protocol: "TCP" }], rules: { http: [{ method: "GET" }] } };
  const names = {
    ports: [{ port: "53", protocol: "UDP" }],
    rules: { dns: [{ matchPattern: direction === "egress" ? "*" : "" }] },
  };
  return weighted<Json>(
    [3, fc.constant({})],
    [4, ports.map((all) => ({ toPorts: [{ ports: all }] }))],
    [1, fc.constant({ icmps: [{ fields: [{ type: 8 }] }] })],
    [1, fc.constant({ toPorts: [{}] })],
    ...(isDeny
      ? []
      : ([
          [1, fc.constant({ toPorts: [http] })],
          [1, ports.map((all) => ({ toPorts: [http, { ports: all }] }))],
          ...(direction === "egress" ? [[1, fc.constant({ toPorts: [names] })] as const] : []),
        ] as const)),
  );
}

function rules(direction: Direction, isDeny: boolean, most: number): fc.Arbitrary<readonly Json[]> {
  const rule = fc
    .tuple(peers(direction, isDeny), traffic(direction, isDeny))
    .map(([who, what]) => ({ ...who, ...what }));
  return fc.array(rule, { maxLength: most });
}

const spec: fc.Arbitrary<Json> = fc
  .record({
    endpointSelector: selector,
    ingress: rules("ingress", false, 3),
    ingressDeny: weighted([2, fc.constant([])], [1, rules("ingress", true, 2)]),
    egress: weighted([1, fc.constant([])], [1, rules("egress", false, 2)]),
    egressDeny: weighted([3, fc.constant([])], [1, rules("egress", true, 1)]),
    enableDefaultDeny: oneOf<Json | undefined>(
      undefined,
      undefined,
      undefined,
      { ingress: false },
      { egress: false, ingress: false },
    ),
  })
  .map((parts) =>
    Object.fromEntries(
      Object.entries(parts).filter(
        ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
      ),
    ),
  );

interface Loose {
  readonly clusterwide: boolean;
  readonly namespace: string;
  readonly spec: Json;
  readonly specs: readonly Json[];
}

const policy: fc.Arbitrary<Loose> = fc.record({
  clusterwide: oneOf(false, false, true),
  namespace: oneOf("p", "p", "q"),
  spec,
  specs: weighted<readonly Json[]>([4, fc.constant([])], [1, fc.array(spec, { maxLength: 1 })]),
});

const kubernetesSpec = oneOf<Json>(
  { podSelector: {}, policyTypes: ["Ingress"] },
  {
    podSelector: { matchLabels: { a: "x" } },
    policyTypes: ["Ingress"],
    ingress: [{ from: [{ podSelector: { matchLabels: { a: "y" } } }] }],
  },
  {
    podSelector: {},
    policyTypes: ["Egress"],
    egress: [{ to: [{ ipBlock: { cidr: "203.0.113.0/24" } }] }],
  },
  // What Cilium takes otherwise than the words say.
  {
    podSelector: { matchLabels: { "pod-template-hash": "z" } },
    policyTypes: ["Ingress"],
    ingress: [{ from: [{ podSelector: {} }] }],
  },
  {
    podSelector: { matchExpressions: [{ key: "pod-template-hash", operator: "DoesNotExist" }] },
    policyTypes: ["Ingress"],
    ingress: [
      { from: [{ podSelector: { matchLabels: { "pod-template-hash": "z" } } }] },
      { ports: [{ port: "http" }, { port: 53, protocol: "UDP" }] },
    ],
  },
  {
    podSelector: { matchLabels: { a: "x" } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }],
    egress: [{ to: [{ namespaceSelector: {} }], ports: [{ port: "http" }] }],
  },
);
const pod = (
  name: string,
  a: string,
  ports: readonly Json[],
  init: readonly Json[] = [],
): Json => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "p", labels: { a } },
  spec: {
    nodeName: "node-1",
    containers: [{ name: "c", ports }],
    initContainers: [{ name: "i", restartPolicy: "Always", ports: init }],
  },
});
const HTTP = { name: "http", containerPort: 8080 };
const POD = pod("one", "x", [HTTP]);
const OTHER_POD = pod("two", "y", [{ name: "http", containerPort: 9090 }]);
const EARLY_POD = pod("three", "x", [], [HTTP]);

const NAMESPACES: readonly Json[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "p", labels: { env: "prod" } } },
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "q", labels: { env: "dev" } } },
];
const NODE: Json = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "node-1" },
  status: { addresses: [{ type: "InternalIP", address: "192.0.2.1" }] },
};
const API: Json = {
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: {
    name: "kubernetes",
    namespace: "default",
    labels: { "kubernetes.io/service-name": "kubernetes" },
  },
  addressType: "IPv4",
  endpoints: [{ addresses: ["203.0.113.9"] }],
  ports: [{ port: 6443, protocol: "TCP" }],
};
const SERVICE: Json = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "db", namespace: "q" },
  spec: { selector: { a: "y" }, ports: [{ port: 80, targetPort: 8080 }] },
};
const config = (data: Json): Json => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "cilium-config", namespace: "kube-system" },
  data,
});

const hasRules = (of: Json): boolean =>
  ["ingress", "ingressDeny", "egress", "egressDeny"].some((list) => of[list] !== undefined);

export const randomCiliumWorld: fc.Arbitrary<RandomWorld> = fc
  .record({
    policies: fc.array(policy, { minLength: 1, maxLength: 4 }),
    kubernetes: fc.array(kubernetesSpec, { maxLength: 1 }),
    facts: fc.subarray([NODE, API, SERVICE, POD, OTHER_POD, EARLY_POD]),
    settings: weighted<Json | undefined>(
      [6, fc.constant(undefined)],
      [3, fc.constant({ "policy-default-local-cluster": "true" })],
      [1, fc.constant({ "enable-policy": "always" })],
      [1, fc.constant({ "enable-policy": "never" })],
    ),
    podCidr: oneOf<string | undefined>(undefined, "10.0.0.0/16", "172.16.0.0/12"),
  })
  .map(({ policies, kubernetes, facts, settings, podCidr }) => {
    const documents: Json[] = [
      {
        apiVersion: "cilium.io/v2",
        kind: "CiliumCIDRGroup",
        metadata: { name: "partners" },
        spec: { externalCIDRs: ["198.51.100.0/24"] },
      },
    ];
    for (const [index, one] of policies.entries()) {
      const name = `n${String(index)}`;
      const all = [one.spec, ...one.specs].filter(hasRules);
      const [first, ...rest] = all;
      documents.push({
        apiVersion: "cilium.io/v2",
        kind: one.clusterwide ? "CiliumClusterwideNetworkPolicy" : "CiliumNetworkPolicy",
        metadata: one.clusterwide ? { name } : { name, namespace: one.namespace },
        spec: first ?? { ...one.spec, ingress: [{}] },
        ...(rest.length === 0 ? {} : { specs: rest }),
      });
    }
    for (const [index, of] of kubernetes.entries()) {
      documents.push({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: `k${String(index)}`, namespace: "p" },
        spec: of,
      });
    }
    const inventory = [
      ...NAMESPACES,
      ...facts,
      ...(settings === undefined ? [] : [config(settings)]),
    ];
    return { documents, inventory, podCidr };
  });
