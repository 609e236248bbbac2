import type { Report } from "../../diagnostics/diagnostic.ts";
import { isOnPodNetwork, type KnownPod, type Snapshot } from "../../inventory/snapshot.ts";
import type { AssumptionCode } from "../../ir/assumption.ts";
import {
  addressesMeet,
  addressSetContains,
  addressSetOfEach,
  addressText,
  ALL_IPV4,
  ALL_IPV6,
  subtractAddresses,
  type AddressSet,
} from "../../sets/address-set.ts";
import type { PeerBox } from "../../sets/box.ts";
import { PRIVATE_RANGES } from "../../sets/private-ranges.ts";
import { ciliumMeaningDiagnostics } from "./interpret-diagnostics.ts";

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
  /** Addresses of nodes that are known, be it not all of them. */
  readonly #seenNodes: AddressSet;
  /** Where the API server answers; undefined if unknown. */
  readonly apiServer: AddressSet | undefined;
  /** Whether the cluster has both IP families; undefined if unknown. */
  readonly isDualStack: boolean | undefined;
  /** Many rules are about the same addresses. */
  readonly #known = new WeakMap<AddressSet, Map<string, Places>>();

  /** A pod that was seen with a public address, so that pods do not all have private ones. */
  readonly #publicPod: KnownPod | undefined;
  readonly #report: Report;
  #isToldOfPublicPod = false;

  /** @param families which families the agents say they serve, where they do */
  constructor(
    { podRanges, pods, nodes, slices }: Snapshot,
    families: { readonly ipv4: boolean | undefined; readonly ipv6: boolean | undefined },
    report: Report,
  ) {
    this.podRanges = podRanges;
    this.#report = report;
    this.#publicPod = pods.find((pod) => isOnPodNetwork(pod) && publicOf(pod) !== undefined);
    this.#seenNodes = addressSetOfEach([
      ...nodes.flatMap(({ addresses }) => addresses),
      ...pods.flatMap(({ hostNetwork, live, addresses }) => (hostNetwork && live ? addresses : [])),
    ]);
    const known = nodes.length > 0 && nodes.every(({ addresses }) => addresses.length > 0);
    this.nodes = known ? addressSetOfEach(nodes.flatMap(({ addresses }) => addresses)) : undefined;
    const api = slices.filter(
      ({ namespace, service }) => namespace === "default" && service === "kubernetes",
    );
    this.apiServer =
      api.length === 0 ? undefined : addressSetOfEach(api.flatMap(({ addresses }) => addresses));
    if (families.ipv4 === false || families.ipv6 === false) this.isDualStack = false;
    else if (families.ipv4 === true && families.ipv6 === true) this.isDualStack = true;
    else {
      this.isDualStack =
        podRanges === undefined
          ? undefined
          : addressesMeet(podRanges, ALL_IPV4) && addressesMeet(podRanges, ALL_IPV6);
    }
  }

  /**
   * Addresses as rules about CIDRs and the outside world mean them: without pods and nodes.
   *
   * Where the pod ranges are not known, an Allow of public addresses rests on pods having private ones: the target's blocks
   * match whatever has the address.
   */
  outside(within: AddressSet, verdict: "allow" | "deny", matchesNodes = false): Places {
    let known = this.#known.get(within);
    if (known === undefined) this.#known.set(within, (known = new Map<string, Places>()));
    const use = `${verdict} ${String(matchesNodes)}`;
    let places = known.get(use);
    if (places === undefined) {
      known.set(use, (places = this.#outside(within, verdict, matchesNodes)));
    }
    return places;
  }

  #outside(within: AddressSet, verdict: "allow" | "deny", matchesNodes: boolean): Places {
    const { nodes, podRanges } = this;
    const assumptions: AssumptionCode[] = [];
    let addresses = within;
    if (!matchesNodes) {
      if (nodes === undefined) {
        assumptions.push(verdict === "allow" ? "nodes-elsewhere" : "denied-nodes");
      }
      if (addressesMeet(within, this.#seenNodes)) {
        addresses = subtractAddresses(within, this.#seenNodes);
        assumptions.push("set-contents");
      }
    }
    if (addresses.ranges.length === 0) return { boxes: [], assumptions: [] };
    const isPublic = subtractAddresses(addresses, PRIVATE_RANGES).ranges.length > 0;
    if (podRanges === undefined && verdict === "allow" && isPublic) {
      if (this.#publicPod === undefined) assumptions.push("private-pods");
      else this.#tellOfPublicPod(this.#publicPod);
    }
    return { boxes: [{ kind: "address", addresses }], assumptions };
  }

  #tellOfPublicPod(pod: KnownPod): void {
    if (this.#isToldOfPublicPod) return;
    this.#isToldOfPublicPod = true;
    const { namespace, name } = pod;
    const address = addressText(publicOf(pod) ?? 0n);
    this.#report(ciliumMeaningDiagnostics.create("CIL-N113", { namespace, name, address }));
  }

  /** True if every address of it may be a pod's or a node's, so that a rule about it has no effect. */
  isInside(within: AddressSet): boolean {
    const { nodes, podRanges } = this;
    let left = within;
    if (podRanges !== undefined) left = subtractAddresses(left, podRanges);
    if (nodes !== undefined) left = subtractAddresses(left, nodes);
    return within.ranges.length > 0 && left.ranges.length === 0;
  }
}

function publicOf({ addresses }: KnownPod): bigint | undefined {
  return addresses.find((one) => !addressSetContains(PRIVATE_RANGES, one));
}
