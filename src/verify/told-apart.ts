import type { Flow } from "../ir/flow.ts";
import type { Rule } from "../ir/policy.ts";
import type { AddressSet } from "../sets/address-set.ts";
import type { PeerBox } from "../sets/box.ts";
import {
  ANY_TRAFFIC,
  intersectTraffic,
  protocolTraffic,
  SCTP,
  TCP,
  trafficPoint,
  UDP,
} from "../sets/traffic-set.ts";
import type { TrafficSet } from "../sets/traffic-set.ts";

/* What the rules for some pods tell apart: one flow of each part stands for all of it. */

export interface SliceRules {
  readonly rules: readonly Rule[];
  /** The boxes of the rules' peers, each once. */
  readonly boxes: readonly PeerBox[];
}

/** The addresses, cut where some rule of the slice tells them apart. */
export function addressParts({ boxes }: SliceRules, within: AddressSet): readonly AddressSet[] {
  const cuts = new Set<bigint>();
  for (const box of boxes) {
    if (box.kind !== "address") continue;
    for (const { first, last } of box.addresses.ranges) cuts.add(first).add(last + 1n);
  }
  const sorted = [...cuts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return within.ranges.flatMap(({ first, last }) => {
    const starts = [first, ...sorted.filter((cut) => cut > first && cut <= last)];
    return starts.map((start, at): AddressSet => {
      const next = starts[at + 1];
      return { ranges: [{ first: start, last: next === undefined ? last : next - 1n }] };
    });
  });
}

interface TrafficPart {
  readonly point: number;
  readonly part: TrafficSet;
}

/** The traffic, cut where some rule or name of a port tells it apart. */
export function trafficParts(
  ends: readonly { readonly slice: SliceRules; readonly flow: Flow }[],
  within: TrafficSet,
): readonly TrafficPart[] {
  const cuts = new Set<number>();
  for (const { slice, flow } of ends) {
    const names = new Set<string>();
    for (const { traffic, opaque } of slice.rules) {
      for (const { first, last } of traffic.numbers.ranges) cuts.add(first).add(last + 1);
      for (const { name, protocols } of traffic.named) {
        names.add(name);
        for (const { first, last } of protocols.ranges) cuts.add(first).add(last + 1);
      }
      for (const condition of opaque) {
        if (condition.kind === "excluded-named-port")
          for (const name of condition.names) names.add(name);
        if (condition.kind === "source-port") addPortProtocols(cuts);
      }
    }
    const destination = flow.direction === "ingress" ? flow.subject : flow.peer;
    if (destination.kind !== "pod") continue;
    for (const { name, protocol, port } of destination.ports) {
      if (names.has(name))
        cuts.add(trafficPoint(protocol, port)).add(trafficPoint(protocol, port) + 1);
    }
  }
  const sorted = [...cuts].sort((a, b) => a - b);
  return within.ranges.flatMap(({ first, last }) => {
    const starts = [first, ...sorted.filter((cut) => cut > first && cut <= last)];
    return starts.flatMap((start, at): readonly TrafficPart[] => {
      const next = starts[at + 1];
      const ranges = [{ first: start, last: next === undefined ? last : next - 1 }];
      const part = intersectTraffic({ ranges }, ANY_TRAFFIC);
      const [range] = part.ranges;
      return range === undefined ? [] : [{ point: range.first, part }];
    });
  });
}

/** A condition on the source port is settled for traffic without ports. */
function addPortProtocols(cuts: Set<number>): void {
  for (const protocol of [TCP, UDP, SCTP]) {
    const { ranges } = protocolTraffic(protocol);
    for (const { first, last } of ranges) cuts.add(first).add(last + 1);
  }
}
