/** A NetworkPolicy as plain data, as a YAML reader gives it. */
export interface PolicyObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: Spec;
}

type Labels = Readonly<Record<string, string>>;

interface Expression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly Expression[];
}

interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface Port {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly Port[];
}

interface Spec {
  readonly podSelector?: Selector;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/** One way in which a policy may come out wrong. */
export interface Fault {
  /** Such as `drop a peer`. */
  readonly kind: string;
  readonly object: PolicyObject;
}

/** Each single fault that can be made in a policy: what a bug of lowering or printing might do to it. */
export function* faultsOf(object: PolicyObject): Generator<Fault> {
  const { spec, metadata } = object;
  for (const [kind, changed] of specFaults(spec))
    yield { kind, object: { ...object, spec: changed } };
  const namespace = `${metadata.namespace ?? "default"}-2`;
  yield {
    kind: "change the namespace",
    object: { ...object, metadata: { ...metadata, namespace } },
  };
}

type Change<T> = readonly [kind: string, changed: T];

function* specFaults(spec: Spec): Generator<Change<Spec>> {
  for (const [kind, podSelector] of selectorFaults(spec.podSelector ?? {})) {
    yield [`${kind} of the subject`, { ...spec, podSelector }];
  }
  const types = spec.policyTypes ?? [];
  for (const type of types) {
    const policyTypes = types.filter((other) => other !== type);
    // An empty list would be filled in again.
    if (policyTypes.length > 0) yield ["drop a policyTypes entry", { ...spec, policyTypes }];
  }
  if (types.length === 1) {
    yield ["add a policyTypes entry", { ...spec, policyTypes: ["Ingress", "Egress"] }];
  }
  for (const [direction, field] of [
    ["ingress", "from"],
    ["egress", "to"],
  ] as const) {
    const rules = spec[direction];
    if (rules === undefined) continue;
    for (const [kind, changed] of listFaults("rule", rules, ADDED_RULE[field], (rule) =>
      ruleFaults(rule, field),
    )) {
      yield [kind, { ...spec, [direction]: changed }];
    }
  }
}

const ADDED_PEER: Peer = { podSelector: { matchLabels: { fault: "added" } } };
const ADDED_RULE = {
  from: { from: [ADDED_PEER], ports: [{ protocol: "TCP", port: 9999 }] },
  to: { to: [ADDED_PEER], ports: [{ protocol: "TCP", port: 9999 }] },
} as const satisfies Record<string, Rule>;

/** An item dropped, one added, each changed in each way. */
function* listFaults<T>(
  what: string,
  items: readonly T[],
  added: T,
  faults: (item: T) => Iterable<Change<T | readonly T[]>>,
): Generator<Change<readonly T[]>> {
  for (const at of items.keys()) yield [`drop a ${what}`, items.toSpliced(at, 1)];
  yield [`add a ${what}`, [...items, added]];
  for (const [at, item] of items.entries()) {
    for (const [kind, changed] of faults(item)) {
      const replacement = Array.isArray(changed) ? (changed as readonly T[]) : [changed as T];
      yield [kind, items.toSpliced(at, 1, ...replacement)];
    }
  }
}

function* ruleFaults(rule: Rule, field: "from" | "to"): Generator<Change<Rule>> {
  const { [field]: peers, ports, ...rest } = rule;
  if (peers !== undefined) {
    yield ["drop all peers", { ...rest, ...(ports === undefined ? {} : { ports }) }];
    for (const [kind, changed] of listFaults("peer", peers, ADDED_PEER, peerFaults)) {
      yield [kind, { ...rule, [field]: changed }];
    }
  } else {
    yield ["add the first peer", { ...rule, [field]: [ADDED_PEER] }];
  }
  if (ports !== undefined) {
    yield ["drop all ports", { ...rest, ...(peers === undefined ? {} : { [field]: peers }) }];
    for (const [kind, changed] of listFaults(
      "port",
      ports,
      { protocol: "UDP", port: 9 },
      portFaults,
    )) {
      yield [kind, { ...rule, ports: changed }];
    }
  } else {
    yield ["add the first port", { ...rule, ports: [{ protocol: "TCP", port: 80 }] }];
  }
}

function* peerFaults(peer: Peer): Generator<Change<Peer | readonly Peer[]>> {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (podSelector !== undefined && namespaceSelector !== undefined) {
    yield ["split one AND peer into two", [{ podSelector }, { namespaceSelector }]];
    yield ["drop the podSelector", { namespaceSelector }];
    yield ["drop the namespaceSelector", { podSelector }];
  }
  if (podSelector !== undefined) {
    for (const [kind, changed] of selectorFaults(podSelector)) {
      yield [`${kind} of a peer's pods`, { ...peer, podSelector: changed }];
    }
  }
  if (namespaceSelector !== undefined) {
    for (const [kind, changed] of selectorFaults(namespaceSelector)) {
      yield [`${kind} of a peer's namespaces`, { ...peer, namespaceSelector: changed }];
    }
  }
  if (ipBlock !== undefined) yield* blockFaults(ipBlock);
}

function* blockFaults({ cidr, except }: NonNullable<Peer["ipBlock"]>): Generator<Change<Peer>> {
  const [address = "", length = "0"] = cidr.split("/");
  const bits = Number(length);
  const isIpv6 = address.includes(":");
  if (bits < (isIpv6 ? 128 : 32)) {
    const half = `${address}/${String(bits + 1)}`;
    yield ["halve a block", { ipBlock: { cidr: half } }];
    yield ["add an exception", { ipBlock: { cidr, except: [...(except ?? []), half] } }];
  }
  yield ["widen a block", { ipBlock: { cidr: isIpv6 ? "::/0" : "0.0.0.0/0" } }];
  for (const at of except?.keys() ?? []) {
    yield ["drop an exception", { ipBlock: { cidr, except: except?.toSpliced(at, 1) ?? [] } }];
  }
}

function* portFaults(port: Port): Generator<Change<Port>> {
  const { port: number, endPort, ...rest } = port;
  yield ["change the protocol", { ...port, protocol: port.protocol === "UDP" ? "TCP" : "UDP" }];
  if (number === undefined) return;
  yield ["drop a port's number", rest];
  if (typeof number === "string") {
    yield ["change a port's name", { ...port, port: "fault" }];
    return;
  }
  yield ["change a port", { ...rest, port: number === 1 ? 2 : number - 1 }];
  if (endPort !== undefined) yield ["drop an endPort", { ...rest, port: number }];
  else if (number < 65535) yield ["add an endPort", { ...port, endPort: number + 1 }];
}

const OPPOSITES: Readonly<Record<string, string>> = {
  In: "NotIn",
  NotIn: "In",
  Exists: "DoesNotExist",
  DoesNotExist: "Exists",
};

function* selectorFaults(selector: Selector): Generator<Change<Selector>> {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const pairs = Object.entries(matchLabels);
  const withParts = (labels: Labels, expressions: readonly Expression[]): Selector => ({
    ...(Object.keys(labels).length === 0 ? {} : { matchLabels: labels }),
    ...(expressions.length === 0 ? {} : { matchExpressions: expressions }),
  });
  if (pairs.length + matchExpressions.length > 1) yield ["empty the selector", {}];
  for (const [key, value] of pairs) {
    const others = Object.fromEntries(pairs.filter(([other]) => other !== key));
    yield ["drop a label", withParts(others, matchExpressions)];
    yield ["change a value", withParts({ ...others, [key]: `${value}x` }, matchExpressions)];
    const negated = { key, operator: "NotIn", values: [value] };
    yield ["negate a label", withParts(others, [...matchExpressions, negated])];
  }
  yield ["add a label", withParts({ ...matchLabels, fault: "added" }, matchExpressions)];
  for (const [at, expression] of matchExpressions.entries()) {
    yield ["drop an expression", withParts(matchLabels, matchExpressions.toSpliced(at, 1))];
    for (const [kind, changed] of expressionFaults(expression)) {
      yield [kind, withParts(matchLabels, matchExpressions.toSpliced(at, 1, changed))];
    }
  }
}

function* expressionFaults(expression: Expression): Generator<Change<Expression>> {
  const { operator, values = [] } = expression;
  yield ["turn an operator round", { ...expression, operator: OPPOSITES[operator] ?? operator }];
  if (values.length === 0) return;
  yield ["add a value", { ...expression, values: [...values, "fault"] }];
  if (values.length === 1) return;
  for (const at of values.keys()) {
    yield ["drop a value", { ...expression, values: values.toSpliced(at, 1) }];
  }
}
