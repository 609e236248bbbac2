import fc from "fast-check";

/*
 * Random small worlds as Calico users write them: tiers, ordered policies of both kinds, Kubernetes policies beside
 * them, network sets, and rules of every construct, over so few labels, addresses and ports that they keep meeting.
 */

type Json = Readonly<Record<string, unknown>>;

export interface RandomWorld {
  /** The documents to convert. */
  readonly documents: readonly Json[];
  readonly inventory: readonly Json[];
  readonly podCidr: string | undefined;
}

const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
/** One in `n`. */
const rarely = <T>(n: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: n - 1 }).map((value) => value);

/** Leaves undefined fields out, as YAML would. */
function tidy(object: Json): Json {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

const podSelector = oneOf(
  "a == 'x'",
  "a != 'x'",
  "has(a)",
  "!has(a)",
  "a in {'x', 'y'}",
  "a not in {'x', 'y'}",
  "a == 'x' && b == 'x'",
  "a == 'x' || b == 'x'",
  "!(a == 'x' && b == 'x')",
  "has(a) && a != 'x'",
  "!has(a) || a == 'x'",
  "all()",
  "a starts with 'x'",
  "projectcalico.org/namespace == 'q'",
  "!all()",
);
/** Subjects that a selector can say, most of the time: the others stop the run. */
const subjectSelector = podSelector.filter((text) => !text.includes("starts with"));
const namespaceSelector = oneOf(
  "env == 'prod'",
  "env != 'dev'",
  "has(env)",
  "!has(env)",
  "all()",
  "projectcalico.org/name == 'q'",
  "kubernetes.io/metadata.name in {'p', 'kube-system'}",
);
const netV4 = oneOf("10.0.0.0/8", "10.0.0.0/16", "10.0.1.0/24", "192.0.2.0/24", "0.0.0.0/0");
const netV6 = oneOf("2001:db8::/32", "::/0");
const nets = fc.oneof(
  { weight: 4, arbitrary: fc.array(netV4, { minLength: 1, maxLength: 2 }) },
  { weight: 1, arbitrary: fc.array(netV6, { minLength: 1, maxLength: 1 }) },
);
const notNets = fc.array(oneOf("10.0.0.0/8", "10.0.1.0/24", "192.0.2.128/25"), {
  minLength: 1,
  maxLength: 2,
});

const peerEntity: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 4, arbitrary: fc.record({ selector: podSelector }) },
  { weight: 2, arbitrary: fc.record({ namespaceSelector }) },
  { weight: 2, arbitrary: fc.record({ selector: podSelector, namespaceSelector }) },
  { weight: 1, arbitrary: fc.record({ notSelector: podSelector }) },
  { weight: 1, arbitrary: fc.record({ selector: podSelector, notSelector: podSelector }) },
  { weight: 2, arbitrary: fc.record({ nets }) },
  { weight: 1, arbitrary: fc.record({ notNets }) },
  {
    weight: 1,
    arbitrary: fc.record({ nets: fc.array(netV4, { minLength: 1, maxLength: 2 }), notNets }),
  },
  { weight: 1, arbitrary: fc.record({ nets, selector: podSelector }) },
  {
    weight: 1,
    arbitrary: oneOf<Json>(
      { serviceAccounts: { names: ["ci"] } },
      { serviceAccounts: { selector: "team != 'y'" } },
      { namespaceSelector: "global()", selector: "set == 'ext'" },
      { namespaceSelector: "global()" },
    ),
  },
);

const ownEntity: fc.Arbitrary<Json> = fc.oneof(
  { weight: 12, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.record({ selector: subjectSelector }) },
  { weight: 1, arbitrary: fc.record({ namespaceSelector }) },
  { weight: 1, arbitrary: fc.record({ notSelector: subjectSelector }) },
  { weight: 1, arbitrary: fc.record({ nets: fc.array(netV4, { minLength: 1, maxLength: 1 }) }) },
);

interface Traffic {
  readonly rule: Json;
  /** Ports of the destination and of the source. */
  readonly to: Json;
  readonly from: Json;
}
const traffic: fc.Arbitrary<Traffic> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ rule: {}, to: {}, from: {} }) },
  {
    weight: 8,
    arbitrary: fc.record({
      rule: oneOf<Json>({ protocol: "TCP" }, { protocol: "UDP" }, { protocol: 6 }),
      to: oneOf<Json>(
        {},
        { ports: [80] },
        { ports: [443] },
        { ports: ["80:90"] },
        { ports: [80, "http"] },
        { ports: ["http"] },
        { notPorts: [80] },
        { notPorts: ["http"] },
      ),
      from: fc.oneof(
        { weight: 15, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: fc.constant({ ports: [1024] }) },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: oneOf<Traffic>(
      { rule: { protocol: "ICMP" }, to: {}, from: {} },
      { rule: { protocol: "ICMP", icmp: { type: 8 } }, to: {}, from: {} },
      { rule: { notProtocol: "TCP" }, to: {}, from: {} },
      { rule: { ipVersion: 6 }, to: {}, from: {} },
      { rule: { protocol: 47 }, to: {}, from: {} },
    ),
  },
);

const action = fc.oneof(
  { weight: 6, arbitrary: fc.constant("Allow") },
  { weight: 3, arbitrary: fc.constant("Deny") },
  { weight: 2, arbitrary: fc.constant("Pass") },
  { weight: 1, arbitrary: fc.constant("Log") },
);

function rule(direction: "ingress" | "egress"): fc.Arbitrary<Json> {
  return fc.record({ action, peer: peerEntity, own: ownEntity, traffic }).map((parts) => {
    const ingress = direction === "ingress";
    const source = { ...(ingress ? parts.peer : parts.own), ...parts.traffic.from };
    const destination = { ...(ingress ? parts.own : parts.peer), ...parts.traffic.to };
    // Addresses of one rule are of one family, and ICMP and ipVersion agree with it, or the API refuses it.
    const families = new Set(
      [source, destination].flatMap((entity) => {
        const { nets: given = [], notNets: not = [] } = entity as {
          nets?: string[];
          notNets?: string[];
        };
        return [...given, ...not].map((net) => (net.includes(":") ? 6 : 4));
      }),
    );
    const { ipVersion, protocol, ...rest } = parts.traffic.rule as {
      ipVersion?: number;
      protocol?: unknown;
    };
    const fits =
      families.size === 0 ||
      (families.size === 1 && families.has(6) === (ipVersion === 6 || protocol !== "ICMP"));
    if (families.size > 1) {
      return tidy({ action: parts.action, protocol: protocol === "ICMP" ? undefined : protocol });
    }
    return tidy({
      action: parts.action,
      ...(protocol === undefined || (protocol === "ICMP" && families.has(6))
        ? {}
        : { protocol, ...rest }),
      ...(protocol === undefined ? rest : {}),
      ipVersion: fits || families.size === 0 ? ipVersion : undefined,
      source: Object.keys(source).length > 0 ? source : undefined,
      destination: Object.keys(destination).length > 0 ? destination : undefined,
    });
  });
}

interface Loose {
  readonly global: boolean;
  readonly namespace: string;
  readonly tier: "first" | "second" | "default";
  readonly spec: Json;
}

const policy: fc.Arbitrary<Loose> = fc
  .record({
    global: fc.oneof(
      { weight: 2, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
    namespace: oneOf("p", "q"),
    tier: oneOf<Loose["tier"]>("first", "second", "default", "default"),
    order: oneOf<number | undefined>(undefined, 1, 2, 3, 500, 2000),
    selector: rarely(2, subjectSelector),
    namespaceSelector: rarely(4, namespaceSelector),
    types: oneOf<readonly string[]>(["Ingress"], ["Egress"], ["Ingress", "Egress"], ["Ingress"]),
    ingress: fc.array(rule("ingress"), { maxLength: 4 }),
    egress: fc.array(rule("egress"), { maxLength: 3 }),
  })
  .map((parts) => ({
    global: parts.global,
    namespace: parts.namespace,
    tier: parts.tier,
    spec: tidy({
      tier: parts.tier,
      order: parts.order,
      selector: parts.selector,
      namespaceSelector: parts.global ? parts.namespaceSelector : undefined,
      types: parts.types,
      ingress:
        parts.types.includes("Ingress") && parts.ingress.length > 0 ? parts.ingress : undefined,
      egress: parts.types.includes("Egress") && parts.egress.length > 0 ? parts.egress : undefined,
    }),
  }));

const kubernetesSpec: fc.Arbitrary<Json> = fc
  .record({
    podSelector: oneOf<Json>({}, { matchLabels: { a: "x" } }, { matchLabels: { b: "x" } }),
    policyTypes: oneOf<readonly string[]>(["Ingress"], ["Ingress"], ["Egress"]),
    rules: fc.array(
      oneOf<Json>(
        {},
        { ports: [{ protocol: "TCP", port: 80 }] },
        {
          ports: [
            { protocol: "TCP", port: 443 },
            { protocol: "TCP", port: "http" },
          ],
        },
        { peers: [{ podSelector: { matchLabels: { a: "x" } } }] },
        { peers: [{ namespaceSelector: { matchLabels: { env: "dev" } } }] },
        { peers: [{ ipBlock: { cidr: "10.0.0.0/16" } }], ports: [{ protocol: "TCP", port: 80 }] },
      ),
      { maxLength: 2 },
    ),
  })
  .map(({ podSelector: of, policyTypes, rules }) => {
    const ingress = policyTypes[0] === "Ingress";
    const list = rules.map(({ peers, ...rest }) => ({
      ...(peers === undefined ? {} : { [ingress ? "from" : "to"]: peers }),
      ...rest,
    }));
    return { podSelector: of, policyTypes, [ingress ? "ingress" : "egress"]: list };
  });

const NAMESPACES: readonly Json[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "p", labels: { env: "prod" } } },
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "q", labels: { env: "dev" } } },
];

const V3 = "projectcalico.org/v3";

export const randomWorld: fc.Arbitrary<RandomWorld> = fc
  .record({
    first: oneOf("Deny", "Pass"),
    second: oneOf("Deny", "Pass"),
    policies: fc.array(policy, { minLength: 1, maxLength: 5 }),
    kubernetes: fc.array(kubernetesSpec, { maxLength: 1 }),
    globalSet: rarely(
      3,
      oneOf(["203.0.113.0/24"], ["203.0.113.0/24", "2001:db8:1::/48"], ["10.0.0.0/24"]),
    ),
    podCidr: oneOf<string | undefined>(undefined, undefined, "10.0.0.0/16", "172.16.0.0/12"),
  })
  .map(({ first, second, policies, kubernetes, globalSet, podCidr }) => {
    const documents: Json[] = [
      {
        apiVersion: V3,
        kind: "Tier",
        metadata: { name: "first" },
        spec: { order: 10, defaultAction: first },
      },
      {
        apiVersion: V3,
        kind: "Tier",
        metadata: { name: "second" },
        spec: { order: 20, defaultAction: second },
      },
    ];
    for (const [index, { global, namespace, tier, spec }] of policies.entries()) {
      const name = `${tier === "default" ? "" : `${tier}.`}n${String(index)}`;
      documents.push({
        apiVersion: V3,
        kind: global ? "GlobalNetworkPolicy" : "NetworkPolicy",
        metadata: global ? { name } : { name, namespace },
        spec,
      });
    }
    for (const [index, spec] of kubernetes.entries()) {
      documents.push({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: `k${String(index)}`, namespace: "p" },
        spec,
      });
    }
    if (globalSet !== undefined) {
      documents.push({
        apiVersion: V3,
        kind: "GlobalNetworkSet",
        metadata: { name: "ext", labels: { set: "ext", a: "x" } },
        spec: { nets: globalSet },
      });
    }
    return { documents, inventory: NAMESPACES, podCidr };
  });

/** JSON is YAML. One line a document, so that a failing world can be read and kept. */
export function documentsText(documents: readonly Json[]): string {
  return documents.map((document) => `${JSON.stringify(document)}\n`).join("---\n");
}
