import type { Report } from "../../diagnostics/diagnostic.ts";
import { DIRECTIONS, type Policy, type Rule } from "../../ir/policy.ts";
import { intersectPeers } from "../../sets/box.ts";
import { intersectCubes } from "../../sets/cube.ts";
import { intersectTraffic, unionTraffic, type TrafficSet } from "../../sets/traffic-set.ts";
import { calicoMeaningDiagnostics } from "./interpret-diagnostics.ts";

/** Pairs of policies compared in a tier. Ties are rare where they matter; a tier that has more gets one remark. */
const PAIR_LIMIT = 20_000;
const REPORT_LIMIT = 50;
/** Rules compared for one pair. */
const RULE_LIMIT = 400;

function policyName({ origin }: Policy): string {
  const kind = origin.kind;
  return origin.namespace === undefined
    ? `${kind} ${origin.name}`
    : `${kind} ${origin.namespace}/${origin.name}`;
}

function someMeet<T>(a: readonly T[], b: readonly T[], meet: (a: T, b: T) => unknown): boolean {
  return a.some((left) => b.some((right) => meet(left, right) !== undefined));
}

function trafficOf({ traffic }: Rule): TrafficSet {
  if (traffic.named.length === 0) return traffic.numbers;
  return unionTraffic(traffic.numbers, ...traffic.named.map(({ protocols }) => protocols));
}

/** One policy that is there twice ties with itself; reading tells of that. */
function isSamePolicy({ origin: a }: Policy, { origin: b }: Policy): boolean {
  return (
    a.engine === b.engine && a.kind === b.kind && a.namespace === b.namespace && a.name === b.name
  );
}

/** Two rules that can match one flow and say different things about it. What is not known of them is taken to hold. */
function disagree(a: Rule, b: Rule): boolean {
  if (a.action === b.action || a.action === "log" || b.action === "log") return false;
  if (intersectTraffic(trafficOf(a), trafficOf(b)).ranges.length === 0) return false;
  if (
    a.subjectOnly !== undefined &&
    b.subjectOnly !== undefined &&
    !someMeet(a.subjectOnly, b.subjectOnly, intersectPeers)
  ) {
    return false;
  }
  return someMeet(a.peer, b.peer, intersectPeers);
}

function policiesDisagree(a: Policy, b: Policy): boolean {
  let budget = RULE_LIMIT;
  for (const direction of DIRECTIONS) {
    for (const left of a[direction]?.rules ?? []) {
      for (const right of b[direction]?.rules ?? []) {
        if (budget-- <= 0) return false;
        if (disagree(left, right)) return someMeet(a.subject.pods, b.subject.pods, intersectCubes);
      }
    }
  }
  return false;
}

function cuts(policy: Policy): boolean {
  return DIRECTIONS.some((direction) =>
    policy[direction]?.rules.some(({ action }) => action === "deny" || action === "pass"),
  );
}

/** Runs of equal order, with the positions of their members. */
function* ties(policies: readonly Policy[]): Generator<readonly Policy[]> {
  let start = 0;
  for (let end = 1; end <= policies.length; end++) {
    if (end < policies.length && policies[end]?.order === policies[start]?.order) continue;
    if (end - start > 1) yield policies.slice(start, end);
    start = end;
  }
}

/**
 * Warns of policies of one order that disagree about some flow: which of them is asked first depends on their names, and
 * on the release. `policies` are those of one tier, in order.
 */
export function reportTies(tier: string, policies: readonly Policy[], report: Report): void {
  let pairs = 0;
  let reports = 0;
  for (const tie of ties(policies)) {
    const namespaceOf = ({ origin }: Policy): string => origin.namespace ?? "";
    const position = new Map(tie.map((policy, index) => [policy, index]));
    const byNamespace = groupBy(tie, namespaceOf);
    const seen = new Set<string>();
    for (const [index, cutter] of tie.entries()) {
      if (!cuts(cutter)) continue;
      const namespace = namespaceOf(cutter);
      const others =
        namespace === ""
          ? tie
          : [...(byNamespace.get(namespace) ?? []), ...(byNamespace.get("") ?? [])];
      for (const other of others) {
        const at = position.get(other) ?? 0;
        const [first, second] = at < index ? [other, cutter] : [cutter, other];
        const pair = `${String(Math.min(at, index))} ${String(Math.max(at, index))}`;
        if (at === index || seen.has(pair)) continue;
        seen.add(pair);
        if (++pairs > PAIR_LIMIT || reports >= REPORT_LIMIT) {
          const count = Math.min(pairs - 1, PAIR_LIMIT);
          report(
            calicoMeaningDiagnostics.create("CAL-P107", { at: cutter.origin.place, tier, count }),
          );
          return;
        }
        if (isSamePolicy(first, second) || !policiesDisagree(first, second)) continue;
        reports++;
        const related = [{ message: "asked first", at: first.origin.place }];
        report(
          calicoMeaningDiagnostics.create("CAL-P103", {
            at: second.origin.place,
            related,
            tier,
            first: policyName(first),
            second: policyName(second),
          }),
        );
      }
    }
  }
}

function groupBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
