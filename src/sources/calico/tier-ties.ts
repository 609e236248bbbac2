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
 * on the release. One finding tells of all that hang together: each disagrees with another one of them. `policies` are
 * those of one tier, in order.
 */
export function reportTies(tier: string, policies: readonly Policy[], report: Report): void {
  let pairs = 0;
  let reports = 0;
  for (const tie of ties(policies)) {
    const groups = new Groups(tie.length);
    for (const [cutter, other] of pairsToCompare(tie)) {
      pairs += 1;
      if (pairs > PAIR_LIMIT) break;
      if (groups.areOne(cutter, other)) continue;
      const [one, two] = [tie[cutter], tie[other]];
      if (one === undefined || two === undefined || isSamePolicy(one, two)) continue;
      if (policiesDisagree(one, two)) groups.join(cutter, other);
    }
    for (const group of groups.large()) {
      reports += 1;
      if (reports <= REPORT_LIMIT)
        reportTie(
          tier,
          group.flatMap((at) => tie[at] ?? []),
          report,
        );
    }
    const [first] = tie;
    if ((pairs > PAIR_LIMIT || reports > REPORT_LIMIT) && first !== undefined) {
      const count = Math.min(pairs, PAIR_LIMIT);
      report(calicoMeaningDiagnostics.create("CAL-P107", { at: first.origin.place, tier, count }));
      return;
    }
  }
}

/** At the second of them: what it says is overruled by the first. */
function reportTie(
  tier: string,
  [first, second, ...more]: readonly Policy[],
  report: Report,
): void {
  if (first === undefined || second === undefined) return;
  const names = [first, second, ...more].map((policy) => `\`${policyName(policy)}\``);
  const last = names.pop() ?? "";
  const related = [
    { message: "asked first", at: first.origin.place },
    ...more.map(({ origin }) => ({ message: "asked later", at: origin.place })),
  ];
  report(
    calicoMeaningDiagnostics.create("CAL-P103", {
      at: second.origin.place,
      related,
      tier,
      policies: `${names.join(", ")} and ${last}`,
      asked:
        more.length === 0
          ? `\`${policyName(first)}\` is asked first because of its name`
          : "they are asked in this order because of their names",
    }),
  );
}

/** Positions of two policies that may meet, one of which denies or passes something; each pair once. */
function* pairsToCompare(tie: readonly Policy[]): Generator<readonly [number, number]> {
  const places = tie.map(({ origin }, at) => ({ at, namespace: origin.namespace ?? "" }));
  const byNamespace = groupBy(places, ({ namespace }) => namespace);
  const cutters = new Set(places.filter(({ at }) => isCutter(tie[at])).map(({ at }) => at));
  for (const { at, namespace } of places) {
    if (!cutters.has(at)) continue;
    const others =
      namespace === ""
        ? places
        : [...(byNamespace.get(namespace) ?? []), ...(byNamespace.get("") ?? [])];
    for (const other of others) {
      if (other.at === at || (other.at < at && cutters.has(other.at))) continue;
      yield [at, other.at];
    }
  }
}

const isCutter = (policy: Policy | undefined): boolean => policy !== undefined && cuts(policy);

/** Positions that hang together. */
class Groups {
  readonly #above: number[];

  constructor(size: number) {
    this.#above = Array.from({ length: size }, (_, at) => at);
  }

  areOne(a: number, b: number): boolean {
    return this.#top(a) === this.#top(b);
  }

  join(a: number, b: number): void {
    const [one, two] = [this.#top(a), this.#top(b)];
    this.#above[Math.max(one, two)] = Math.min(one, two);
  }

  /** Those of more than one position, each in order. */
  large(): readonly (readonly number[])[] {
    const groups = groupBy([...this.#above.keys()], (at) => String(this.#top(at)));
    return [...groups.values()].filter(({ length }) => length > 1);
  }

  #top(at: number): number {
    let top = at;
    for (let next = this.#above[top] ?? top; next !== top; next = this.#above[top] ?? top)
      top = next;
    this.#above[at] = top;
    return top;
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
