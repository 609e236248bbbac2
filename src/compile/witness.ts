import type { Direction } from "../ir/policy.ts";
import type { Witness } from "../ir/outcome.ts";
import type { AddressSet } from "../sets/address-set.ts";
import { ANY_ADDRESS, addressText, isAddressSubset } from "../sets/address-set.ts";
import type { Box, PeerBox } from "../sets/box.ts";
import type { Cube } from "../sets/cube.ts";
import { ACCOUNT_NAME, NAMESPACE_NAME, constraintOf } from "../sets/cube.ts";
import type { LabelSet } from "../sets/label-set.ts";
import { labelSetContains } from "../sets/label-set.ts";
import { ICMP, ICMPV6, SCTP, TCP, UDP } from "../sets/traffic-set.ts";

/** Values tried, in this order, where a label may have any value but some. */
const SPARE = ["other", "other-1", "other-2", "x", "a", "z0"];

/** A value of the set: undefined for ABSENT. */
function pick(set: LabelSet): string | undefined {
  if (set.absent) return undefined;
  const candidates = set.complement
    ? [...SPARE, ...set.atoms.filter((atom) => !atom.negated).map((atom) => atom.operand)]
    : set.values;
  return (
    candidates.find((value) => labelSetContains(set, value)) ??
    set.atoms.find((a) => !a.negated)?.operand ??
    "other"
  );
}

function describeLabels(labels: Cube): string {
  const found: string[] = [];
  for (const { key, set } of labels.constraints) {
    if (key === NAMESPACE_NAME || key === ACCOUNT_NAME) continue;
    const [scope, name] = [key.slice(0, key.indexOf(":")), key.slice(key.indexOf(":") + 1)];
    const owner =
      scope === "pod"
        ? ""
        : scope === "namespace"
          ? " on its namespace"
          : " on its service account";
    const value = pick(set);
    if (value !== undefined) found.push(`${name}=${value}${owner}`);
    else if (set.complement || set.absent) found.push(`no ${name}${owner}`);
  }
  return found.join(", ");
}

function describePod(labels: Cube, home: string | undefined): string {
  const name = constraintOf(labels, NAMESPACE_NAME);
  const namespace = home ?? (name === undefined ? undefined : pick(name));
  const account = constraintOf(labels, ACCOUNT_NAME);
  const described = describeLabels(labels);
  const parts = [described === "" ? "any pod" : `a pod with ${described}`];
  if (account !== undefined) parts.push(`running as ${pick(account) ?? "default"}`);
  parts.push(namespace === undefined ? "in any namespace" : `in ${namespace}`);
  return parts.join(" ");
}

function firstAddress(addresses: AddressSet): string {
  // IPv4 lies above IPv6 on the axis; people read it more easily.
  const range = addresses.ranges.at(-1);
  return range === undefined ? "no address" : addressText(range.first);
}

function describePeer(peer: PeerBox, podRanges: AddressSet | undefined): string {
  if (peer.kind === "address") {
    return peer.addresses === ANY_ADDRESS
      ? "any address outside of the cluster"
      : firstAddress(peer.addresses);
  }
  const pod = describePod(peer.labels, undefined);
  const anywhere =
    peer.addresses === ANY_ADDRESS ||
    (podRanges !== undefined && isAddressSubset(podRanges, peer.addresses));
  return anywhere ? pod : `${pod} at ${firstAddress(peer.addresses)}`;
}

const PORT_PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [TCP, "TCP"],
  [UDP, "UDP"],
  [SCTP, "SCTP"],
]);

/** Ports that a reader knows, shown where several would do. */
const FAMILIAR_PORTS = [443, 80, 53, 22];

function describeTraffic(box: Box): Pick<Witness, "protocol" | "port"> {
  const { ranges } = box.traffic.numbers;
  for (const [number, protocol] of PORT_PROTOCOLS) {
    const range = ranges.find(({ first, last }) => first >> 16 <= number && number <= last >> 16);
    if (range === undefined) continue;
    const [name] = box.traffic.named;
    if (name !== undefined) return { protocol: `${protocol} (the port called ${name})` };
    const inside = ranges.filter(
      ({ first, last }) => first >> 16 <= number && number <= last >> 16,
    );
    const holds = (port: number): boolean =>
      inside.some(
        ({ first, last }) => first <= number * 65536 + port && number * 65536 + port <= last,
      );
    const first = Math.max(range.first & 0xffff, 1);
    const port = FAMILIAR_PORTS.find(holds) ?? (range.first >> 16 === number ? first : 1);
    const full =
      inside.length === 1 &&
      range.first <= number * 65536 + 1 &&
      range.last >= number * 65536 + 65535;
    return full ? { protocol } : { protocol, port };
  }
  const holdsProtocol = (number: number): boolean =>
    ranges.some(({ first, last }) => first >> 16 <= number && number <= last >> 16);
  if (holdsProtocol(ICMP)) return { protocol: "ICMP" };
  if (holdsProtocol(ICMPV6)) return { protocol: "ICMPv6" };
  return { protocol: `IP protocol ${String((ranges[0]?.first ?? 0) >> 16)}` };
}

/**
 * One flow of the box, in words.
 * @param podRanges where pods lie; an address of a pod that may be any of these is not worth saying
 */
export function witnessOf(
  box: Box,
  direction: Direction,
  namespace: string,
  source: Witness["source"],
  target: Witness["target"],
  podRanges?: AddressSet,
): Witness {
  const subject = describePod(box.subject.labels, namespace);
  const peer = describePeer(box.peer, podRanges);
  const [from, to] = direction === "ingress" ? [peer, subject] : [subject, peer];
  return { direction, from, to, ...describeTraffic(box), source, target };
}
