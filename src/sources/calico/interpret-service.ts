import type { KnownEndpointSlice, KnownService, Snapshot } from "../../inventory/snapshot.ts";
import { addressSetOf, addressText, parseCidr, type AddressSet } from "../../sets/address-set.ts";
import type { PeerBox } from "../../sets/box.ts";
import { ANY_ADDRESS } from "../../sets/address-set.ts";
import { ANY_CUBE, cube, NAMESPACE_NAME, type LabelConstraint } from "../../sets/cube.ts";
import { labelIn } from "../../sets/label-set.ts";
import type { NamedPort } from "../../ir/policy.ts";
import {
  NO_TRAFFIC,
  portTraffic,
  protocolTraffic,
  SCTP,
  TCP,
  UDP,
  unionTraffic,
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

  /** Undefined: nothing is known of the service's endpoints. */
  endpoints(namespace: string, name: string): ServiceEndpoints | undefined {
    const key = serviceKey(namespace, name);
    const service = this.#services.get(key);
    if (service !== undefined && Object.keys(service.selector).length > 0)
      return this.#selected(service);
    const slices = this.#slices.get(key);
    return slices === undefined ? undefined : listed(slices);
  }

  #selected(service: KnownService): ServiceEndpoints {
    const constraints: LabelConstraint[] = [
      { key: NAMESPACE_NAME, set: labelIn([service.namespace]) },
    ];
    for (const [key, value] of Object.entries(service.selector)) {
      constraints.push({ key: `pod:${key}`, set: labelIn([value]) });
    }
    const labels = cube(constraints);
    const peers: PeerBox[] =
      labels === undefined ? [] : [{ kind: "pod", labels, addresses: ANY_ADDRESS }];

    // Pods on the host's network are endpoints of the service but no pods of the pod network.
    const onHosts = this.#snapshot.pods.filter(
      (pod) =>
        pod.hostNetwork &&
        pod.live &&
        pod.namespace === service.namespace &&
        hasLabels(pod.labels, service.selector),
    );
    const addresses = addressesOf(onHosts.flatMap((pod) => pod.addresses));
    if (addresses.ranges.length > 0) peers.push({ kind: "address", addresses });

    let numbers = NO_TRAFFIC;
    const named: NamedPort[] = [];
    for (const { protocol, targetPort } of service.ports) {
      if (typeof targetPort === "number") {
        numbers = unionTraffic(numbers, portNumber(protocol, targetPort));
        continue;
      }
      named.push({ name: targetPort, protocols: protocolTraffic(protocol) });
      for (const pod of onHosts) {
        for (const port of pod.ports) {
          if (port.name !== targetPort || port.protocol !== protocol) continue;
          numbers = unionTraffic(numbers, portNumber(protocol, port.port));
        }
      }
    }
    return { peers, numbers, named, uneven: named.length > 0 && addresses.ranges.length > 0 };
  }
}

function listed(slices: readonly KnownEndpointSlice[]): ServiceEndpoints {
  const numbersOf = slices.map((slice) =>
    unionTraffic(
      ...slice.ports.map(({ protocol, port }) =>
        port === undefined ? NO_TRAFFIC : portNumber(protocol, port),
      ),
    ),
  );
  const addresses = addressesOf(slices.flatMap((slice) => slice.addresses));
  const [first] = numbersOf;
  const text = (numbers: TrafficSet | undefined): string => JSON.stringify(numbers?.ranges);
  return {
    peers:
      addresses.ranges.length === 0
        ? []
        : [
            { kind: "pod", labels: ANY_CUBE, addresses },
            { kind: "address", addresses },
          ],
    numbers: unionTraffic(...numbersOf),
    named: [],
    uneven: numbersOf.some((numbers) => text(numbers) !== text(first)),
  };
}
