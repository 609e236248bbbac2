import type { Snapshot } from "../../inventory/snapshot.ts";
import type { AssumptionCode } from "../../ir/assumption.ts";
import {
  addressesMeet,
  addressSetOf,
  addressSetOfEach,
  ALL_IPV4,
  ALL_IPV6,
  intersectAddresses,
  parseCidr,
  subtractAddresses,
  type AddressSet,
} from "../../sets/address-set.ts";
import { ANY_CUBE } from "../../sets/cube.ts";
import type { PeerBox } from "../../sets/box.ts";

/** Ranges that are not routed on the internet, where pods get their addresses. */
export const PRIVATE_RANGES: AddressSet = addressSetOf(
  [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
  ]
    .map(parseCidr)
    .filter((one) => one !== undefined),
);

/** Endpoints that are no pods, with what saying so rests on. */
export interface Places {
  readonly boxes: readonly PeerBox[];
  readonly assumptions: readonly AssumptionCode[];
}

/**
 * What is known of addresses that are no pods'. To Cilium each address has one identity: a CIDR means neither pods nor
 * nodes, even where their addresses lie in it.
 */
export class AddressFacts {
  readonly podRanges: AddressSet | undefined;
  /** Addresses of all nodes; undefined where those of some are unknown. */
  readonly nodes: AddressSet | undefined;
  /** Where the API server answers; undefined if unknown. */
  readonly apiServer: AddressSet | undefined;
  /** Whether the cluster has both IP families; undefined if unknown. */
  readonly isDualStack: boolean | undefined;

  constructor({ podRanges, nodes, slices }: Snapshot) {
    this.podRanges = podRanges;
    const known = nodes.length > 0 && nodes.every(({ addresses }) => addresses.length > 0);
    this.nodes = known ? addressSetOfEach(nodes.flatMap(({ addresses }) => addresses)) : undefined;
    const api = slices.filter(
      ({ namespace, service }) => namespace === "default" && service === "kubernetes",
    );
    this.apiServer =
      api.length === 0 ? undefined : addressSetOfEach(api.flatMap(({ addresses }) => addresses));
    this.isDualStack =
      podRanges === undefined
        ? undefined
        : addressesMeet(podRanges, ALL_IPV4) && addressesMeet(podRanges, ALL_IPV6);
  }

  /**
   * Addresses as rules about CIDRs and the outside world mean them: without pods and nodes.
   *
   * Where the pod ranges are not known, an Allow of public addresses is taken to mean the pods at them too, of which there
   * are none as long as pods have private addresses. So nobody has to know later on why such a block may be written.
   */
  outside(within: AddressSet, verdict: "allow" | "deny", matchesNodes = false): Places {
    const { nodes, podRanges } = this;
    const assumptions: AssumptionCode[] = [];
    let addresses = within;
    if (!matchesNodes) {
      if (nodes === undefined) assumptions.push("nodes-elsewhere");
      else if (addressesMeet(within, nodes)) {
        addresses = subtractAddresses(within, nodes);
        assumptions.push("set-contents");
      }
    }
    if (addresses.ranges.length === 0) return { boxes: [], assumptions: [] };
    const boxes: PeerBox[] = [{ kind: "address", addresses }];
    if (podRanges === undefined && verdict === "allow") {
      const open = subtractAddresses(addresses, PRIVATE_RANGES);
      if (open.ranges.length > 0) {
        boxes.push({ kind: "pod", labels: ANY_CUBE, addresses: open });
        assumptions.push("private-pods");
      }
    }
    return { boxes, assumptions };
  }

  /** True if every address of it may be a pod's or a node's, so that a rule about it has no effect. */
  isInside(within: AddressSet): boolean {
    const { nodes, podRanges } = this;
    let left = within;
    if (podRanges !== undefined) left = subtractAddresses(left, podRanges);
    if (nodes !== undefined) left = subtractAddresses(left, nodes);
    return within.ranges.length > 0 && left.ranges.length === 0;
  }

  overlapsPrivate(within: AddressSet): boolean {
    return intersectAddresses(within, PRIVATE_RANGES).ranges.length > 0;
  }
}
