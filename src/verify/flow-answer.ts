import { invariant } from "../base/invariant.ts";
import type { Flow } from "../ir/flow.ts";
import type { PolicySet } from "../ir/policy.ts";
import type { AddressSet } from "../sets/address-set.ts";
import { addressSetContains } from "../sets/address-set.ts";
import type { PeerBox } from "../sets/box.ts";
import { predicateContains } from "../sets/label-predicate.ts";
import { labelsOf } from "./evaluate.ts";
import { readings } from "./walkthrough.ts";
import type { Walkthrough } from "./walkthrough.ts";

/** A flow, and what of it is not known. */
export interface AskedFlow {
  readonly flow: Flow;
  /** Where the address of an end may lie, the one in the flow being an example. Absent: the address is known. */
  readonly freeSubject?: AddressSet;
  readonly freePeer?: AddressSet;
}

/** One verdict that is possible, and what it depends on: the suppositions of the walk, or another address of an end. */
export interface AnswerCase {
  readonly walk: Walkthrough;
  readonly elsewhere?: { readonly end: "subject" | "peer"; readonly address: bigint };
}

export interface FlowAnswer {
  readonly asked: AskedFlow;
  readonly verdict: "allow" | "deny" | "depends";
  /** At least one a verdict; several where it may come about in several ways. */
  readonly cases: readonly AnswerCase[];
  /** False if not everything could be tried, so that another verdict may be possible, too. */
  readonly complete: boolean;
}

/** How many addresses are tried for an end whose address is not known. */
const ADDRESSES = 512;

/** Every verdict that the policies can give to the flow, whatever is true of what is not known. */
export function answerFlow(set: PolicySet, asked: AskedFlow): FlowAnswer {
  const { flow } = asked;
  const { walks, complete } = readings(set, flow);
  const cases: AnswerCase[] = walks.map((walk) => ({ walk }));
  const verdicts = new Set(walks.map(({ decision }) => decision.verdict));
  let isComplete = complete;
  for (const { end, address, last } of otherAddresses(set, asked)) {
    if (verdicts.size === 2) break;
    const moved: Flow =
      end === "subject"
        ? { ...flow, subject: { ...flow.subject, address } }
        : { ...flow, peer: { ...flow.peer, address } };
    const elsewhere = readings(set, moved);
    isComplete &&= elsewhere.complete && !last;
    for (const walk of elsewhere.walks) {
      if (verdicts.has(walk.decision.verdict)) continue;
      cases.push({ walk, elsewhere: { end, address } });
    }
    for (const { decision } of elsewhere.walks) verdicts.add(decision.verdict);
  }
  const [first] = verdicts;
  invariant(first !== undefined, "a flow without a verdict");
  return {
    asked,
    verdict: verdicts.size === 2 ? "depends" : first,
    cases,
    complete: verdicts.size === 2 || isComplete,
  };
}

/**
 * Addresses at which a rule may say something else: the ends of every range that a rule for the subject names and the
 * addresses beside them. `last` marks the one after which no more are tried although there are.
 */
function* otherAddresses(
  set: PolicySet,
  { flow, freeSubject, freePeer }: AskedFlow,
): Generator<{
  readonly end: "subject" | "peer";
  readonly address: bigint;
  readonly last: boolean;
}> {
  for (const [end, within] of [
    ["subject", freeSubject],
    ["peer", freePeer],
  ] as const) {
    if (within === undefined) continue;
    const points = boundaries(boxesFor(set, flow, end), within);
    const tried = [...points].slice(0, ADDRESSES);
    for (const [at, address] of tried.entries()) {
      yield { end, address, last: points.size > ADDRESSES && at === ADDRESSES - 1 };
    }
  }
}

function* boxesFor(set: PolicySet, flow: Flow, end: "subject" | "peer"): Generator<PeerBox> {
  const valueOf = labelsOf(flow.subject);
  for (const { policies } of set.tiers) {
    for (const policy of policies) {
      const rules = policy[flow.direction]?.rules ?? [];
      if (rules.length === 0 || !predicateContains(policy.subject.pods, valueOf)) continue;
      for (const { subjectOnly = [], peer } of rules) yield* end === "subject" ? subjectOnly : peer;
    }
  }
}

function boundaries(boxes: Iterable<PeerBox>, within: AddressSet): ReadonlySet<bigint> {
  const points = new Set<bigint>();
  for (const { kind, addresses } of boxes) {
    if (kind !== "pod") continue;
    for (const { first, last } of addresses.ranges) {
      for (const point of [first, last, first - 1n, last + 1n]) {
        if (addressSetContains(within, point)) points.add(point);
      }
    }
    // More than can be tried is enough to know.
    if (points.size > ADDRESSES) break;
  }
  // Ranges of a rule may cover all of those where the end can be; its own ends are tried for that.
  for (const { first, last } of within.ranges) points.add(first).add(last);
  return points;
}
