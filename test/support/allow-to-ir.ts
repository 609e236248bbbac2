import type {
  AllowPeer,
  AllowPolicy,
  AllowPort,
  LabelSelector,
} from "../../src/ir/allow-policy.ts";
import { DIRECTIONS } from "../../src/ir/policy.ts";
import type {
  Direction,
  DirectionRules,
  NamedPort,
  Policy,
  PolicySet,
  TrafficPredicate,
} from "../../src/ir/policy.ts";
import { ANY_ADDRESS, parseCidr, subtractAddresses } from "../../src/sets/address-set.ts";
import type { AddressSet } from "../../src/sets/address-set.ts";
import { ANY_PEER } from "../../src/sets/box.ts";
import type { PeerBox } from "../../src/sets/box.ts";
import { cube, NAMESPACE_NAME } from "../../src/sets/cube.ts";
import type { Cube, LabelConstraint } from "../../src/sets/cube.ts";
import { LABEL_ABSENT, LABEL_EXISTS, labelIn, labelNotIn } from "../../src/sets/label-set.ts";
import {
  ANY_TRAFFIC,
  NO_TRAFFIC,
  portTraffic,
  protocolTraffic,
  SCTP,
  TCP,
  UDP,
  unionTraffic,
} from "../../src/sets/traffic-set.ts";

/** The meaning of lowered policies straight from their values, for properties of lowering that need no YAML. */
export function allowPolicySet(policies: readonly AllowPolicy[]): PolicySet {
  return {
    tiers: [
      { name: "kubernetes", order: 0, defaultAction: "deny", policies: policies.map(policyOf) },
    ],
  };
}

function policyOf(policy: AllowPolicy): Policy {
  const directions: Partial<Record<Direction, DirectionRules>> = {};
  for (const direction of DIRECTIONS) {
    if (!policy.policyTypes.includes(direction)) continue;
    directions[direction] = {
      isolates: true,
      rules: policy[direction].map((rule, index) => ({
        action: "allow",
        origin: { direction, index, place: policy.source.place },
        peer: rule.peers?.flatMap((peer) => peersOf(peer, policy.namespace)) ?? ANY_PEER,
        traffic: trafficOf(rule.ports),
        opaque: [],
        assumptions: [],
      })),
    };
  }
  const { ingress, egress } = directions;
  const pods = cubeOf([
    { key: NAMESPACE_NAME, set: labelIn([policy.namespace]) },
    ...constraintsOf(policy.podSelector, "pod"),
  ]);
  return {
    origin: policy.source,
    order: 0,
    subject: { pods: pods === undefined ? [] : [pods], hosts: false },
    ...(ingress === undefined ? {} : { ingress }),
    ...(egress === undefined ? {} : { egress }),
    inert: [],
  };
}

function cubeOf(constraints: readonly LabelConstraint[]): Cube | undefined {
  return cube(constraints);
}

function constraintsOf(
  { requirements }: LabelSelector,
  scope: "pod" | "namespace",
): readonly LabelConstraint[] {
  return requirements.map(({ key, operator, values }) => {
    const at = { key: `${scope}:${key}` } as const;
    switch (operator) {
      case "In":
        return { ...at, set: labelIn(values) };
      case "NotIn":
        return { ...at, set: labelNotIn(values) };
      case "Exists":
        return { ...at, set: LABEL_EXISTS };
      case "DoesNotExist":
        return { ...at, set: LABEL_ABSENT };
      default:
        return operator satisfies never;
    }
  });
}

function peersOf(peer: AllowPeer, namespace: string): readonly PeerBox[] {
  if (peer.kind === "block") {
    let addresses = addressesOf(peer.cidr);
    for (const except of peer.except) addresses = subtractAddresses(addresses, addressesOf(except));
    const anyPod = cubeOf([]);
    return [
      { kind: "address", addresses },
      ...(anyPod === undefined ? [] : [{ kind: "pod" as const, labels: anyPod, addresses }]),
    ];
  }
  const labels = cubeOf([
    ...(peer.namespaces === undefined
      ? [{ key: NAMESPACE_NAME, set: labelIn([namespace]) }]
      : constraintsOf(peer.namespaces, "namespace")),
    ...(peer.pods === undefined ? [] : constraintsOf(peer.pods, "pod")),
  ]);
  return labels === undefined ? [] : [{ kind: "pod", labels, addresses: ANY_ADDRESS }];
}

function addressesOf(cidr: string): AddressSet {
  const parsed = parseCidr(cidr);
  if (parsed === undefined) throw new Error(`${cidr} is no CIDR`);
  return parsed.set;
}

const NUMBERS = { TCP, UDP, SCTP } as const;

function trafficOf(ports: readonly AllowPort[] | undefined): TrafficPredicate {
  if (ports === undefined) return { numbers: ANY_TRAFFIC, named: [] };
  const named: NamedPort[] = [];
  let numbers = NO_TRAFFIC;
  for (const { protocol, port, endPort } of ports) {
    const number = NUMBERS[protocol];
    if (typeof port === "string") named.push({ name: port, protocols: protocolTraffic(number) });
    else if (port === undefined) numbers = unionTraffic(numbers, protocolTraffic(number));
    else
      numbers = unionTraffic(
        numbers,
        portTraffic(number, [{ first: port, last: endPort ?? port }]),
      );
  }
  return { numbers, named };
}
