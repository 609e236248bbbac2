import type { Diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import type { DocumentRef, SourcePlace } from "../../../src/diagnostics/source-range.ts";
import type { KnownNamespace, Snapshot } from "../../../src/inventory/snapshot.ts";
import type { Endpoint, Flow, PodEndpoint } from "../../../src/ir/flow.ts";
import type { Action, Direction, Policy, PolicySet, Rule } from "../../../src/ir/policy.ts";
import { parseAddress, parseCidr, type ParsedCidr } from "../../../src/sets/address-set.ts";
import { interpretCalico } from "../../../src/sources/calico/interpret.ts";
import type {
  AddressGroup,
  CalicoPolicy,
  CalicoRule,
  CalicoTier,
  EntityRule,
  PortMatch,
} from "../../../src/sources/calico/model.ts";
import type { Selector } from "../../../src/sources/calico/selector/ast.ts";
import { isSelectorError, parseSelector } from "../../../src/sources/calico/selector/parser.ts";
import { TCP } from "../../../src/sets/traffic-set.ts";
import { decideNamed, evaluate, type Decision } from "../../../src/verify/evaluate.ts";

/*
 * Calico policies as the reader gives them, by hand: `policy("p/web", { ingress: [{ source: { selector: "a == 'x'" } }] })`
 * allows; a name without a slash is a GlobalNetworkPolicy.
 */

const document: DocumentRef = { file: { name: "test.yaml", text: "" }, index: 0, offset: 0 };

function place(path: string): SourcePlace {
  return { document, offset: 0, path };
}

export function selector(text: string): Selector {
  const result = parseSelector(text);
  if (isSelectorError(result)) throw new Error(`${text} ${result.message}`);
  return result;
}

function cidr(text: string): ParsedCidr {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(`${text} is no CIDR`);
  return parsed;
}

export interface EntityParts {
  readonly nets?: readonly string[];
  readonly notNets?: readonly string[];
  readonly selector?: string;
  readonly notSelector?: string;
  readonly namespaceSelector?: string;
  readonly accounts?: { readonly names?: readonly string[]; readonly selector?: string };
  readonly ports?: readonly (number | string)[];
  readonly notPorts?: readonly (number | string)[];
  readonly services?: { readonly name: string; readonly namespace?: string };
  readonly domains?: readonly string[];
}

/** `"80:90"` is a range, every other text a name. */
function port(of: number | string): PortMatch {
  if (typeof of === "number") return { first: of, last: of };
  const [first, last] = of.split(":").map(Number);
  return first !== undefined && last !== undefined ? { first, last } : { name: of };
}

function entity(parts: EntityParts = {}): EntityRule {
  const { accounts } = parts;
  return {
    nets: (parts.nets ?? []).map(cidr),
    notNets: (parts.notNets ?? []).map(cidr),
    ...(parts.selector === undefined ? {} : { selector: selector(parts.selector) }),
    ...(parts.notSelector === undefined ? {} : { notSelector: selector(parts.notSelector) }),
    ...(parts.namespaceSelector === undefined
      ? {}
      : { namespaceSelector: selector(parts.namespaceSelector) }),
    ...(accounts === undefined
      ? {}
      : {
          accounts: {
            names: accounts.names ?? [],
            ...(accounts.selector === undefined ? {} : { selector: selector(accounts.selector) }),
          },
        }),
    ports: (parts.ports ?? []).map(port),
    notPorts: (parts.notPorts ?? []).map(port),
    ...(parts.services === undefined ? {} : { services: parts.services }),
    domains: parts.domains ?? [],
  };
}

export type RuleParts = Partial<Omit<CalicoRule, "origin" | "source" | "destination">> & {
  readonly source?: EntityParts;
  readonly destination?: EntityParts;
};

function rule(parts: RuleParts, direction: Direction, index: number): CalicoRule {
  return {
    action: "allow",
    unknownFields: [],
    ...parts,
    origin: { direction, index, place: place(`spec.${direction}[${String(index)}]`) },
    source: entity(parts.source),
    destination: entity(parts.destination),
  };
}

export interface PolicyParts {
  readonly order?: number;
  readonly tier?: string;
  readonly selector?: string;
  readonly namespaceSelector?: string;
  readonly serviceAccountSelector?: string;
  readonly types?: readonly Direction[];
  readonly ingress?: readonly RuleParts[];
  readonly egress?: readonly RuleParts[];
  readonly hostsOnly?: boolean;
}

export function policy(fullName: string, parts: PolicyParts = {}): CalicoPolicy {
  const [first = "", second] = fullName.split("/");
  const kind = second === undefined ? "GlobalNetworkPolicy" : "NetworkPolicy";
  const written: Direction[] = [];
  if (parts.ingress !== undefined || parts.egress === undefined) written.push("ingress");
  if (parts.egress !== undefined) written.push("egress");
  return {
    kind,
    origin: {
      engine: "calico",
      apiVersion: "projectcalico.org/v3",
      kind,
      ...(second === undefined ? {} : { namespace: first }),
      name: second ?? first,
      tier: parts.tier ?? "default",
      labels: [],
      place: place(""),
    },
    order: parts.order ?? Infinity,
    ...(parts.selector === undefined ? {} : { selector: selector(parts.selector) }),
    ...(parts.namespaceSelector === undefined
      ? {}
      : { namespaceSelector: selector(parts.namespaceSelector) }),
    ...(parts.serviceAccountSelector === undefined
      ? {}
      : { serviceAccountSelector: selector(parts.serviceAccountSelector) }),
    types: parts.types ?? written,
    ingress: (parts.ingress ?? []).map((each, index) => rule(each, "ingress", index)),
    egress: (parts.egress ?? []).map((each, index) => rule(each, "egress", index)),
    hostsOnly: parts.hostsOnly ?? false,
    applyOnForward: false,
  };
}

export function tier(
  name: string,
  order: number,
  defaultAction: "deny" | "pass" = "deny",
): CalicoTier {
  return { name, order, defaultAction, place: place("") };
}

/** `NetworkSet p/name`, `GlobalNetworkSet name`, `HostEndpoint name`. */
export function group(
  kindAndName: string,
  labels: Readonly<Record<string, string>>,
  nets: readonly string[],
  domains: readonly string[] = [],
  ports: AddressGroup["ports"] = [],
): AddressGroup {
  const [kind = "", fullName = ""] = kindAndName.split(" ");
  const [first = "", second] = fullName.split("/");
  return {
    kind: kind as AddressGroup["kind"],
    ...(second === undefined ? {} : { namespace: first }),
    name: second ?? first,
    labels,
    nets: nets.map(cidr),
    domains,
    ports,
    place: place(""),
  };
}

/** Namespaces with their labels; `undefined` where these are not known. */
export type Namespaces = Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;

export const NAMESPACES: Namespaces = { p: { env: "prod" }, q: { env: "dev" } };

function namespaceOf(
  name: string,
  labels: Readonly<Record<string, string>> | undefined,
): KnownNamespace {
  const all = labels === undefined ? undefined : { ...labels, "kubernetes.io/metadata.name": name };
  return { name, labels: all, covered: true };
}

export interface WorldParts {
  readonly policies?: readonly CalicoPolicy[];
  readonly tiers?: readonly CalicoTier[];
  readonly optionTiers?: readonly CalicoTier[];
  readonly groups?: readonly AddressGroup[];
  readonly kubernetes?: readonly Policy[];
  readonly namespaces?: Namespaces;
  readonly snapshot?: Partial<Snapshot>;
}

export class World {
  readonly set: PolicySet;
  readonly unplaced: readonly CalicoPolicy[];
  readonly diagnostics: readonly Diagnostic[];
  readonly #namespaces: Namespaces;

  constructor(parts: WorldParts) {
    this.#namespaces = parts.namespaces ?? NAMESPACES;
    const diagnostics: Diagnostic[] = [];
    const snapshot: Snapshot = {
      namespaces: new Map(
        Object.entries(this.#namespaces).map(([name, labels]) => [name, namespaceOf(name, labels)]),
      ),
      pods: [],
      accounts: [],
      services: [],
      slices: [],
      nodes: [],
      podRanges: undefined,
      targetPodRanges: undefined,
      ...parts.snapshot,
    };
    const result = interpretCalico(
      {
        policies: [...(parts.policies ?? [])],
        tiers: [...(parts.tiers ?? [])],
        groups: [...(parts.groups ?? [])],
      },
      snapshot,
      parts.kubernetes ?? [],
      { tiers: parts.optionTiers ?? [] },
      (diagnostic) => diagnostics.push(diagnostic),
    );
    this.set = result.set;
    this.unplaced = result.unplaced;
    this.diagnostics = diagnostics;
  }

  get codes(): readonly string[] {
    return this.diagnostics.map(({ code }) => code);
  }

  /** The policies of a tier, by name, in order. */
  names(tierName: string): readonly string[] {
    const found = this.set.tiers.find(({ name }) => name === tierName);
    return (found?.policies ?? []).map(({ origin }) => origin.name);
  }

  get only(): Policy {
    const all = this.set.tiers.flatMap(({ policies }) => policies);
    const [first] = all;
    if (first === undefined || all.length !== 1) throw new Error(`${String(all.length)} policies`);
    return first;
  }

  /** The only rule of the only policy. */
  get rule(): Rule {
    const { only } = this;
    const rules = [...(only.ingress?.rules ?? []), ...(only.egress?.rules ?? [])];
    const [first] = rules;
    if (first === undefined || rules.length !== 1) throw new Error(`${String(rules.length)} rules`);
    return first;
  }

  pod(
    fullName: string,
    parts: {
      readonly labels?: Readonly<Record<string, string>>;
      readonly account?: string;
      readonly accountLabels?: Readonly<Record<string, string>>;
      readonly ip?: string;
      readonly ports?: PodEndpoint["ports"];
    } = {},
  ): PodEndpoint {
    const [namespace = ""] = fullName.split("/");
    return {
      kind: "pod",
      namespace,
      namespaceLabels: {
        ...this.#namespaces[namespace],
        "kubernetes.io/metadata.name": namespace,
      },
      labels: parts.labels ?? {},
      account: { name: parts.account ?? "default", labels: parts.accountLabels ?? {} },
      address: address(parts.ip ?? "10.244.0.1"),
      ports: parts.ports ?? [],
    };
  }

  decide(flow: Flow): Decision {
    return evaluate(this.set, flow, (_rule, condition) => {
      const known = decideNamed(condition, flow);
      if (known === undefined) throw new Error("the flow depends on a condition that nobody knows");
      return known;
    });
  }

  /** Whether a flow from or to the peer is allowed; the subject is a pod of namespace p unless given. */
  allows(
    direction: Direction,
    peer: Endpoint,
    traffic: {
      readonly protocol?: number;
      readonly value?: number;
      readonly sourcePort?: number;
    } = {},
    subject: PodEndpoint = this.pod("p/subject", { ip: "10.244.9.9" }),
  ): boolean {
    const flow: Flow = {
      direction,
      subject,
      peer,
      protocol: traffic.protocol ?? TCP,
      value: traffic.value ?? 80,
      ...(traffic.sourcePort === undefined ? {} : { sourcePort: traffic.sourcePort }),
    };
    return this.decide(flow).verdict === "allow";
  }
}

export function world(parts: WorldParts): World {
  return new World(parts);
}

export function address(text: string): bigint {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

export function machine(ip: string): Endpoint {
  return { kind: "address", address: address(ip) };
}

export const ACTIONS: readonly Action[] = ["allow", "deny", "pass", "log"];
