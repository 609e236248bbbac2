import type { KnownEndpointSlice, KnownService, Snapshot } from "../../inventory/snapshot.ts";
import {
  addressSetContains,
  addressSetOf,
  addressText,
  ANY_ADDRESS,
  parseCidr,
  type AddressSet,
} from "../../sets/address-set.ts";
import type { PeerBox } from "../../sets/box.ts";
import { ANY_CUBE, cube, NAMESPACE_NAME, type LabelConstraint } from "../../sets/cube.ts";
import { labelIn } from "../../sets/label-set.ts";
import type { NamedPort } from "../../ir/policy.ts";
import {
  equalTraffic,
  intersectTraffic,
  NO_TRAFFIC,
  portTraffic,
  protocolTraffic,
  SCTP,
  TCP,
  UDP,
  unionTraffic,
  unionOfTraffic,
  type PortProtocol,
  type TrafficSet,
} from "../../sets/traffic-set.ts";

/** The endpoints of a service and what they listen on. */
export interface ServiceEndpoints {
  readonly peers: readonly PeerBox[];
  /** Ports after DNAT: those of the endpoints, not of the service. */
  readonly numbers: TrafficSet;
  readonly named: readonly NamedPort[];
  /** True if some endpoint has other ports than another one, so that peers and ports are more than the service. */
  readonly uneven: boolean;
  /** True if endpoints were left out of what an Allow is given, since their ports would not fit the others. */
  readonly leftOut: boolean;
  /** True if the slices list fewer ports than the service says, so that an Allow is given those that both have. */
  readonly fewerPorts: boolean;
}

function serviceKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function asPortProtocol(protocol: number): PortProtocol | undefined {
  return protocol === TCP || protocol === UDP || protocol === SCTP ? protocol : undefined;
}

function portNumber(protocol: number, port: number): TrafficSet {
  const known = asPortProtocol(protocol);
  return known === undefined ? NO_TRAFFIC : portTraffic(known, [{ first: port, last: port }]);
}

function addressesOf(addresses: Iterable<bigint>): AddressSet {
  return addressSetOf(
    [...addresses].flatMap((address) => {
      const net = parseCidr(addressText(address));
      return net === undefined ? [] : [net];
    }),
  );
}

function hasLabels(
  labels: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted).every(
    ([key, value]) => Object.hasOwn(labels, key) && labels[key] === value,
  );
}

/**
 * Calico takes a service's endpoints from its EndpointSlices: addresses for the source of an ingress rule, addresses with
 * target ports for the destination of an egress rule; readiness is ignored. (calico: felix/serviceindex/serviceindex.go)
 * A service with a selector is taken for the pods that its selector selects, so that it holds for pods to come.
 */
export class ServiceIndex {
  readonly #services = new Map<string, KnownService>();
  readonly #slices = new Map<string, KnownEndpointSlice[]>();
  readonly #snapshot: Snapshot;
  #ofPods: ReadonlySet<bigint> | undefined;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    for (const service of snapshot.services) {
      this.#services.set(serviceKey(service.namespace, service.name), service);
    }
    for (const slice of snapshot.slices) {
      const key = serviceKey(slice.namespace, slice.service);
      const slices = this.#slices.get(key);
      if (slices === undefined) this.#slices.set(key, [slice]);
      else slices.push(slice);
    }
  }

  /** What a rule is given: for an Allow surely the service's, otherwise all that may be. Undefined: nothing is known. */
  endpoints(namespace: string, name: string, allow: boolean): ServiceEndpoints | undefined {
    const key = serviceKey(namespace, name);
    const service = this.#services.get(key);
    const slices = this.#slices.get(key);
    // Without the Service nobody knows whether the addresses of the slices are those of pods, which others will have.
    if (service === undefined) return undefined;
    if (Object.keys(service.selector).length > 0)
      return this.#selected(service, slices ?? [], allow);
    return slices === undefined ? undefined : listed(slices);
  }

  #selected(
    service: KnownService,
    slices: readonly KnownEndpointSlice[],
    allow: boolean,
  ): ServiceEndpoints {
    const constraints: LabelConstraint[] = [
      { key: NAMESPACE_NAME, set: labelIn([service.namespace]) },
    ];
    for (const [key, value] of Object.entries(service.selector)) {
      constraints.push({ key: `pod:${key}`, set: labelIn([value]) });
    }
    const labels = cube(constraints);
    const peers: PeerBox[] =
      labels === undefined ? [] : [{ kind: "pod", labels, addresses: ANY_ADDRESS }];
    const named = service.ports.flatMap(({ protocol, targetPort }): NamedPort[] =>
      typeof targetPort === "string"
        ? [{ name: targetPort, protocols: protocolTraffic(protocol) }]
        : [],
    );
    let numbers = unionTraffic(
      ...service.ports.map(({ protocol, targetPort }) =>
        typeof targetPort === "number" ? portNumber(protocol, targetPort) : NO_TRAFFIC,
      ),
    );

    // What the slices say otherwise than the selector and the ports counts where it makes an Allow smaller or a Deny larger.
    const strays = allow ? [] : this.#strays(service, slices);
    if (strays.length > 0)
      peers.push({ kind: "pod", labels: ANY_CUBE, addresses: addressesOf(strays) });
    const told = unionOfTraffic(
      slices.filter(({ addresses }) => addresses.length > 0).map((slice) => numbersOf(slice)),
    );
    const before = numbers;
    if (told.ranges.length > 0 && named.length === 0)
      numbers = allow ? intersectTraffic(numbers, told) : unionTraffic(numbers, told);
    else if (strays.length > 0) numbers = unionTraffic(numbers, told);
    const differs = !equalTraffic(numbers, before);
    const uneven = strays.length > 0 || (differs && !allow);

    // Endpoints that are no pods of the pod network have their addresses, and no names of ports.
    const others = addressesOf(this.#otherEndpoints(service, slices, allow));
    const fewerPorts = differs && allow;
    const leftOut = others.ranges.length > 0 && named.length > 0 && allow;
    if (others.ranges.length === 0 || leftOut)
      return { peers, numbers, named, uneven, leftOut, fewerPorts };
    peers.push({ kind: "address", addresses: others });
    for (const { protocols } of named) numbers = unionTraffic(numbers, protocols);
    return { peers, numbers, named, uneven: uneven || named.length > 0, leftOut, fewerPorts };
  }

  /** Pods that the slices list although the service's selector does not select them. */
  #strays(
    { namespace, selector }: KnownService,
    slices: readonly KnownEndpointSlice[],
  ): readonly bigint[] {
    const others = new Set<bigint>();
    const selected = new Set<bigint>();
    for (const pod of this.#snapshot.pods) {
      if (pod.hostNetwork) continue;
      const isSelected = pod.namespace === namespace && hasLabels(pod.labels, selector);
      for (const address of pod.addresses) (isSelected ? selected : others).add(address);
    }
    return slices
      .flatMap(({ addresses }) => addresses)
      .filter((address) => others.has(address) && !selected.has(address));
  }

  /**
   * Pods on the host's network, and addresses in the slices that no pod has. Without knowing the pods one cannot tell
   * the latter from pods: an Allow then leaves them out, since a pod's address of today is another's tomorrow.
   */
  #otherEndpoints(
    { namespace, selector }: KnownService,
    slices: readonly KnownEndpointSlice[],
    allow: boolean,
  ): readonly bigint[] {
    const { podRanges } = this.#snapshot;
    const onHosts = this.#snapshot.pods.filter(
      (pod) =>
        pod.hostNetwork &&
        pod.live &&
        pod.namespace === namespace &&
        hasLabels(pod.labels, selector),
    );
    const ofPods = this.#podAddresses();
    const listedOnly = slices
      .flatMap(({ addresses }) => addresses)
      .filter((address) => {
        if (ofPods.has(address)) return false;
        if (podRanges !== undefined) return !addressSetContains(podRanges, address);
        return ofPods.size > 0 || !allow;
      });
    return [...onHosts.flatMap(({ addresses }) => addresses), ...listedOnly];
  }

  #podAddresses(): ReadonlySet<bigint> {
    this.#ofPods ??= new Set(
      this.#snapshot.pods.flatMap((pod) => (pod.hostNetwork ? [] : pod.addresses)),
    );
    return this.#ofPods;
  }
}

function numbersOf({ ports }: KnownEndpointSlice): TrafficSet {
  return unionTraffic(
    ...ports.map(({ protocol, port }) =>
      port === undefined ? NO_TRAFFIC : portNumber(protocol, port),
    ),
  );
}

function listed(slices: readonly KnownEndpointSlice[]): ServiceEndpoints {
  const numbers = slices.map((slice) => numbersOf(slice));
  const addresses = addressesOf(slices.flatMap((slice) => slice.addresses));
  const [first = NO_TRAFFIC] = numbers;
  return {
    peers:
      addresses.ranges.length === 0
        ? []
        : [
            { kind: "pod", labels: ANY_CUBE, addresses },
            { kind: "address", addresses },
          ],
    numbers: unionOfTraffic(numbers),
    named: [],
    uneven: numbers.some((one) => !equalTraffic(one, first)),
    leftOut: false,
    fewerPorts: false,
  };
}
