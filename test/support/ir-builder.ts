import type { Endpoint, Flow, PodEndpoint } from "../../src/ir/flow.ts";
import type { PolicyOrigin } from "../../src/ir/origin.ts";
import { DIRECTIONS } from "../../src/ir/policy.ts";
import type {
  Action,
  Direction,
  NamedPort,
  OpaqueCondition,
  Policy,
  PolicySet,
  Rule,
  Tier,
} from "../../src/ir/policy.ts";
import { addressSetOf, ANY_ADDRESS, parseAddress, parseCidr } from "../../src/sets/address-set.ts";
import type { AddressSet } from "../../src/sets/address-set.ts";
import { ANY_PEER } from "../../src/sets/box.ts";
import type { PeerBox, PodBox } from "../../src/sets/box.ts";
import { cube, NAMESPACE_NAME } from "../../src/sets/cube.ts";
import type { Cube, LabelKey } from "../../src/sets/cube.ts";
import { labelIn } from "../../src/sets/label-set.ts";
import type { LabelSet } from "../../src/sets/label-set.ts";
import {
  ALL_PORTS,
  ANY_TRAFFIC,
  NO_TRAFFIC,
  portTraffic,
  TCP,
} from "../../src/sets/traffic-set.ts";
import type { PortProtocol, TrafficSet } from "../../src/sets/traffic-set.ts";

/*
 * Policies of the model by hand, for tests: as short as the sentence that they stand for, and without a reader of any
 * dialect. `policy("p/web", { ingress: [allow({ peer: pods({ r: "w" }) })] })` isolates the pods of namespace p.
 */

type Labels = Readonly<
  Partial<Record<LabelKey | (string & {}), string | readonly string[] | LabelSet>>
>;

/** Keys without a prefix are pod labels. */
export function labels(of: Labels): Cube {
  const found = cube(
    Object.entries(of).flatMap(([key, value]) => {
      if (value === undefined) return [];
      const set =
        typeof value === "string" ? labelIn([value]) : isList(value) ? labelIn(value) : value;
      return [{ key: (key.includes(":") ? key : `pod:${key}`) as LabelKey, set }];
    }),
  );
  if (found === undefined) throw new Error("these labels contradict each other");
  return found;
}

function isList(value: readonly string[] | LabelSet): value is readonly string[] {
  return Array.isArray(value);
}

export function cidrs(...texts: readonly string[]): AddressSet {
  return addressSetOf(
    texts.map((text) => {
      const parsed = parseCidr(text);
      if (parsed === undefined) throw new Error(`${text} is no CIDR`);
      return parsed;
    }),
  );
}

export function pods(of: Labels, addresses: AddressSet = ANY_ADDRESS): PodBox {
  return { kind: "pod", labels: labels(of), addresses };
}

/** The addresses whoever has them: machines and pods. */
export function block(...texts: readonly string[]): readonly PeerBox[] {
  return [pods({}, cidrs(...texts)), { kind: "address", addresses: cidrs(...texts) }];
}

export function ports(protocol: PortProtocol, ...numbers: readonly number[]): TrafficSet {
  return portTraffic(
    protocol,
    numbers.map((port) => ({ first: port, last: port })),
  );
}

interface RuleParts {
  readonly peer?: PodBox | readonly PeerBox[];
  readonly own?: readonly PodBox[];
  readonly traffic?: TrafficSet;
  readonly named?: readonly string[];
  readonly opaque?: readonly OpaqueCondition[];
}

/** A rule before it has a place; `policy` gives it direction and index. */
export type LooseRule = RuleParts & { readonly action: Action };

export const allow = (parts: RuleParts = {}): LooseRule => ({ ...parts, action: "allow" });
export const deny = (parts: RuleParts = {}): LooseRule => ({ ...parts, action: "deny" });
export const pass = (parts: RuleParts = {}): LooseRule => ({ ...parts, action: "pass" });
export const log = (parts: RuleParts = {}): LooseRule => ({ ...parts, action: "log" });

const FILE = { name: "built.yaml", text: "" };

function place(path: string): PolicyOrigin["place"] {
  return { document: { file: FILE, index: 0, offset: 0 }, offset: 0, path };
}

interface PolicyParts {
  readonly subject?: Labels;
  readonly order?: number;
  readonly ingress?: readonly LooseRule[];
  readonly egress?: readonly LooseRule[];
  /** False: its rules count, but it closes nothing (Cilium's `enableDefaultDeny: false`). */
  readonly isolates?: boolean;
}

/** `"p/web"` is a policy of namespace p, `"web"` one of all namespaces. */
export function policy(name: string, parts: PolicyParts): Policy {
  const slash = name.indexOf("/");
  const namespace = slash < 0 ? undefined : name.slice(0, slash);
  const origin: PolicyOrigin = {
    engine: "calico",
    apiVersion: "projectcalico.org/v3",
    kind: namespace === undefined ? "GlobalNetworkPolicy" : "NetworkPolicy",
    ...(namespace === undefined ? {} : { namespace }),
    name: name.slice(slash + 1),
    labels: [],
    place: place(""),
  };
  const subject = labels({
    ...parts.subject,
    ...(namespace === undefined ? {} : { [NAMESPACE_NAME]: namespace }),
  });
  const directions: Partial<Record<Direction, Policy[Direction]>> = {};
  for (const direction of DIRECTIONS) {
    const rules = parts[direction];
    if (rules === undefined) continue;
    directions[direction] = {
      isolates: parts.isolates ?? true,
      rules: rules.map((rule, index) => placed(rule, direction, index)),
    };
  }
  const { ingress, egress } = directions;
  return {
    origin,
    order: parts.order ?? Infinity,
    subject: { pods: [subject], hosts: false },
    ...(ingress === undefined ? {} : { ingress }),
    ...(egress === undefined ? {} : { egress }),
    inert: [],
  };
}

function placed(rule: LooseRule, direction: Direction, index: number): Rule {
  const named: readonly NamedPort[] = (rule.named ?? []).map((name) => ({
    name,
    protocols: ALL_PORTS,
  }));
  const peer = rule.peer ?? ANY_PEER;
  return {
    action: rule.action,
    origin: { direction, index, place: place(`spec.${direction}[${String(index)}]`) },
    ...(rule.own === undefined ? {} : { subjectOnly: rule.own }),
    peer: "kind" in peer ? [peer] : peer,
    traffic: {
      numbers: rule.traffic ?? (named.length > 0 ? NO_TRAFFIC : ANY_TRAFFIC),
      named,
    },
    opaque: rule.opaque ?? [],
    assumptions: [],
  };
}

export function tier(
  name: string,
  policies: readonly Policy[],
  defaultAction: Tier["defaultAction"] = "deny",
): Tier {
  // The policies stay the same objects: tests look them up.
  for (const { origin } of policies) Object.assign(origin, { tier: name });
  return { name, order: 0, defaultAction, policies };
}

export function policySet(...tiers: readonly Tier[]): PolicySet {
  return { tiers };
}

interface PodParts {
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  readonly account?: PodEndpoint["account"];
  readonly address?: string;
  readonly ports?: PodEndpoint["ports"];
}

export function address(text: string): bigint {
  const found = parseAddress(text);
  if (found === undefined) throw new Error(`${text} is no address`);
  return found;
}

export function pod(
  namespace: string,
  ofPod: Readonly<Record<string, string>> = {},
  parts: PodParts = {},
): PodEndpoint {
  return {
    kind: "pod",
    namespace,
    namespaceLabels: { ...parts.namespaceLabels, "kubernetes.io/metadata.name": namespace },
    labels: ofPod,
    account: parts.account ?? { name: "default", labels: {} },
    address: address(parts.address ?? "10.0.0.1"),
    ports: parts.ports ?? [],
  };
}

export function machine(text: string): Endpoint {
  return { kind: "address", address: address(text) };
}

interface TrafficParts {
  readonly protocol?: number;
  readonly value?: number;
  readonly sourcePort?: number;
}

export function ingressFlow(subject: PodEndpoint, peer: Endpoint, parts: TrafficParts = {}): Flow {
  return { direction: "ingress", subject, peer, protocol: TCP, value: 80, ...parts };
}

export function egressFlow(subject: PodEndpoint, peer: Endpoint, parts: TrafficParts = {}): Flow {
  return { direction: "egress", subject, peer, protocol: TCP, value: 80, ...parts };
}
