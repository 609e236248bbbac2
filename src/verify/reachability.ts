import type { Snapshot } from "../inventory/snapshot.ts";
import type { Endpoint } from "../ir/flow.ts";
import type { PolicySet } from "../ir/policy.ts";
import { ALL_IPV4, ALL_IPV6, familyOf, intersectAddresses } from "../sets/address-set.ts";
import {
  ANY_TRAFFIC,
  equalTraffic,
  ICMP,
  ICMPV6,
  intersectTraffic,
  protocolTraffic,
  subtractTraffic,
  unionTraffic,
} from "../sets/traffic-set.ts";
import type { TrafficSet } from "../sets/traffic-set.ts";
import { EndAnswers } from "./end-answers.ts";
import type { End, EndAnswer, ReachGroup } from "./end-answers.ts";
import { outsideGroups } from "./outside-groups.ts";
import type { PodGroup } from "./reach-groups.ts";

/*
 * Who reaches whom before and after, for a few groups of pods and the addresses outside: every pair, whether it changes or
 * not. (src/verify/existing-pods.ts finds each change for any number of pods and shows nothing else.)
 *
 * Each end is asked alone, as it is judged: egress of the one, ingress of the other (end-answers.ts). A pair can talk where
 * both ends allow it.
 */

export interface ReachCell {
  /** Positions in `groups`. */
  readonly from: number;
  readonly to: number;
  /** What can surely pass. */
  readonly before: TrafficSet;
  readonly after: TrafficSet;
  readonly lost: TrafficSet;
  readonly gained: TrafficSet;
  /** Some of it depends on conditions that nobody can check, so that more may be lost or gained. */
  readonly depends: boolean;
  /** All traffic that there can be between the two: without the other IP family's ICMP. */
  readonly possible: TrafficSet;
  /** Absent: that end is no pod, and nobody judges there. Equal answers are one value. */
  readonly egress: readonly EndAnswer[] | undefined;
  readonly ingress: readonly EndAnswer[] | undefined;
}

export interface Reachability {
  readonly groups: readonly ReachGroup[];
  readonly cells: readonly ReachCell[];
  /** Ranges of addresses that rules tell apart and that there was no room for. */
  readonly addressesLeftOut: number;
}

export interface ReachOptions {
  /** How many groups of addresses there may be. */
  readonly mostAddresses: number;
}

/** @param outputs the output, in each way that it may be read */
export function reachabilityOf(
  source: PolicySet,
  outputs: readonly PolicySet[],
  pods: readonly PodGroup[],
  { podRanges }: Pick<Snapshot, "podRanges">,
  { mostAddresses }: ReachOptions,
): Reachability {
  const answers = new EndAnswers(source, outputs);
  const outside = outsideGroups(answers, pods, podRanges, mostAddresses);
  const groups: readonly ReachGroup[] = [...pods, ...outside.groups];
  const cells: ReachCell[] = [];
  for (const [from, a] of groups.entries()) {
    for (const [to, b] of groups.entries()) {
      const cell = cellOf(answers, a, b);
      if (cell !== undefined) cells.push({ from, to, ...cell });
    }
  }
  return { groups, cells, addressesLeftOut: outside.leftOut };
}

function cellOf(
  ends: EndAnswers,
  a: ReachGroup,
  b: ReachGroup,
): Omit<ReachCell, "from" | "to"> | undefined {
  // A pod and itself are no two ends, and nobody judges between two addresses.
  if (a === b && (a.kind === "addresses" || (a.kind !== "sample" && a.names.length < 2))) {
    return undefined;
  }
  const pair = endsOf(a, b);
  if (pair === undefined) return undefined;
  const [own, theirs] = pair;
  const possible = subtractTraffic(
    ANY_TRAFFIC,
    protocolTraffic(familyOf(own.address) === 4 ? ICMPV6 : ICMP),
  );
  const atA: End = { group: a, endpoint: own };
  const atB: End = { group: b, endpoint: theirs };
  const egress = a.kind === "addresses" ? undefined : ends.ask(a, "egress", atA, atB, possible);
  const ingress = b.kind === "addresses" ? undefined : ends.ask(b, "ingress", atB, atA, possible);
  const answers = [egress, ingress].filter((answer) => answer !== undefined);
  const passing = (side: "before" | "after", verdicts: readonly string[]): TrafficSet =>
    answers
      .map((answer) =>
        unionTraffic(
          ...answer.flatMap((one) => (verdicts.includes(one[side].verdict) ? [one.traffic] : [])),
        ),
      )
      .reduce(intersectTraffic, possible);
  const surely = ["allow"];
  const perhaps = ["allow", "depends"];
  const before = passing("before", surely);
  const after = passing("after", surely);
  const beforeAtMost = passing("before", perhaps);
  const afterAtMost = passing("after", perhaps);
  return {
    before,
    after,
    lost: subtractTraffic(before, afterAtMost),
    gained: subtractTraffic(after, beforeAtMost),
    depends: !equalTraffic(before, beforeAtMost) || !equalTraffic(after, afterAtMost),
    possible,
    egress,
    ingress,
  };
}

/** An endpoint of each in one IP family; undefined if they have none in common or neither is a pod. */
function endsOf(a: ReachGroup, b: ReachGroup): readonly [Endpoint, Endpoint] | undefined {
  for (const own of addressesOf(a)) {
    const theirs = addressesOf(b).find((address) => familyOf(address) === familyOf(own));
    if (theirs === undefined) continue;
    if (a.kind === "addresses") {
      if (b.kind === "addresses") return undefined;
      return [
        { kind: "address", address: own },
        { ...b.pod, address: theirs },
      ];
    }
    const peer: Endpoint =
      b.kind === "addresses" ? { kind: "address", address: theirs } : { ...b.pod, address: theirs };
    return [{ ...a.pod, address: own }, peer];
  }
  return undefined;
}

/** One address of each IP family. */
function addressesOf(group: ReachGroup): readonly bigint[] {
  if (group.kind !== "addresses") return group.addresses;
  return [ALL_IPV4, ALL_IPV6].flatMap((family) => {
    const [range] = intersectAddresses(group.addresses, family).ranges;
    return range === undefined ? [] : [range.first];
  });
}
