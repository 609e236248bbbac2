import { append } from "../base/append.ts";
import type { Flow } from "../ir/flow.ts";
import type { OpaqueCondition, Rule } from "../ir/policy.ts";
import type { PeerBox } from "../sets/box.ts";
import { trafficPoint } from "../sets/traffic-set.ts";

/**
 * The rules of one policy that may match a flow, without a look at all of thousands. Each is found by the ports that it
 * lists, if these are few; for each of its peers, by a label whose values the peer lists, or by where its addresses
 * begin; or by a condition that nobody can check: by that of them which it shares with fewest rules. A rule of which none
 * can be told is looked at for every flow.
 */
export class RuleSlices {
  readonly #rules: readonly Rule[];
  readonly #anywhere: number[] = [];
  readonly #byMark = new Map<Mark, number[]>();
  readonly #hasBlocks: boolean;

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
    const waysOf = rules.map((rule) =>
      [portMarks(rule), peerMarks(rule), conditionMarks(rule)].flatMap((marks) =>
        marks === undefined ? [] : [new Set<Mark>(marks)],
      ),
    );
    const uses = new Map<Mark, number>();
    for (const marks of waysOf.flat()) {
      for (const mark of marks) uses.set(mark, (uses.get(mark) ?? 0) + 1);
    }
    const most = (marks: ReadonlySet<Mark>): number => {
      let count = 0;
      for (const mark of marks) count = Math.max(count, uses.get(mark) ?? 0);
      return count;
    };
    for (const [at, [first, ...others]] of waysOf.entries()) {
      if (first === undefined) {
        this.#anywhere.push(at);
        continue;
      }
      const marks = others.reduce((one, other) => (most(other) < most(one) ? other : one), first);
      for (const mark of marks) {
        const own = this.#byMark.get(mark);
        if (own === undefined) this.#byMark.set(mark, [at]);
        else own.push(at);
      }
    }
    this.#hasBlocks = [...this.#byMark.keys()].some(
      (mark) => typeof mark === "string" && mark.startsWith(BLOCK),
    );
  }

  /** In their order. @param holding the conditions of kind "unknown" that hold */
  of({ peer, protocol, value }: Flow, holding: Iterable<OpaqueCondition>): readonly Rule[] {
    const marks: Mark[] = [...holding, portMark(trafficPoint(protocol, value))];
    if (peer.kind === "pod") {
      for (const [name, label] of Object.entries(peer.labels)) marks.push(labelMark(name, label));
    }
    if (this.#hasBlocks) for (const level of LEVELS) marks.push(blockMark(peer.address, level));
    const found = new Set(this.#anywhere);
    for (const mark of marks) for (const at of this.#byMark.get(mark) ?? []) found.add(at);
    return [...found]
      .sort((a, b) => a - b)
      .flatMap((at) => {
        const rule = this.#rules[at];
        return rule === undefined ? [] : [rule];
      });
  }
}

/** What a rule is found by: a condition stands for itself. */
type Mark = string | OpaqueCondition;

/** A list of more than this is looked at for every flow. */
const FEW = 4;

/** By a name the port may be any number. */
function portMarks({ traffic: { numbers, named } }: Rule): readonly string[] | undefined {
  const count = numbers.ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  if (named.length > 0 || count > FEW) return undefined;
  return numbers.ranges.flatMap(({ first, last }) =>
    Array.from({ length: last - first + 1 }, (_, at) => portMark(first + at)),
  );
}

function conditionMarks({ opaque }: Rule): readonly OpaqueCondition[] | undefined {
  const condition = opaque.find(({ kind }) => kind === "unknown");
  return condition === undefined ? undefined : [condition];
}

function peerMarks({ peer }: Rule): readonly string[] | undefined {
  const marks: string[] = [];
  for (const box of peer) {
    const own = labelMarks(box) ?? blockMarks(box);
    if (own === undefined) return undefined;
    append(marks, own);
  }
  return marks;
}

function labelMarks(box: PeerBox): readonly string[] | undefined {
  if (box.kind === "address") return undefined;
  const listed = box.labels.constraints.find(
    ({ key, set }) => key.startsWith(POD) && !set.absent && !set.complement,
  );
  return listed?.set.values.map((value) => labelMark(listed.key.slice(POD.length), value));
}

function blockMarks({ addresses: { ranges } }: PeerBox): readonly string[] | undefined {
  if (ranges.length > FEW) return undefined;
  const level = LEVELS.find((shift) =>
    ranges.every(({ first, last }) => first >> shift === last >> shift),
  );
  return level === undefined ? undefined : ranges.map(({ first }) => blockMark(first, level));
}

const POD = "pod:";
/** Blocks of one address, of 2^8, of 2^16 and so on; those of IPv6 are as large as a network, and larger. */
const LEVELS = [0n, 8n, 16n, 24n, 64n, 80n, 96n] as const;

const portMark = (point: number): string => `port ${String(point)}`;
const labelMark = (name: string, value: string): string => `label ${name}\n${value}`;
const BLOCK = "block ";
const blockMark = (address: bigint, shift: bigint): string =>
  `${BLOCK}${String(shift)} ${String(address >> shift)}`;
