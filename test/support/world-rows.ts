import type { Direction, PolicySet, Rule } from "../../src/ir/policy.ts";
import { addressSetContains } from "../../src/sets/address-set.ts";
import type { AddressSet } from "../../src/sets/address-set.ts";
import { NAMESPACE_NAME } from "../../src/sets/cube.ts";
import type { Cube } from "../../src/sets/cube.ts";
import { labelSetContains } from "../../src/sets/label-set.ts";
import { trafficContains } from "../../src/sets/traffic-set.ts";
import { seededRandom } from "./random.ts";
import type { Random } from "./random.ts";
import { sizeOf } from "./world-space.ts";
import type { AddressChoice, End, NamespaceChoice, Space, WorldOptions } from "./world-space.ts";

export const DEFAULT_LIMIT = 4000;

export type Row = readonly number[];

export function* allRows(space: Space): Generator<Row> {
  const size = sizeOf(space);
  for (let index = 0; index < size; index += 1) {
    let rest = index;
    yield space.factors.map(({ choices }) => {
      const at = rest % choices.length;
      rest = Math.floor(rest / choices.length);
      return at;
    });
  }
}

export function* sampledRows(
  space: Space,
  sets: readonly PolicySet[],
  options: WorldOptions,
): Generator<Row> {
  if (sizeOf(space) === 0) return;
  const random = seededRandom(options.seed ?? 1);
  let left = options.limit ?? DEFAULT_LIMIT;
  const targets = targetsOf(sets, space.direction);
  // A third each: pairs, what rules match, anything. What pairs do not use up goes to the others.
  const pairs = Math.floor(left / 3);
  let used = 0;
  for (const row of pairRows(space, random)) {
    if (used >= pairs) break;
    used += 1;
    yield row;
  }
  left -= used;
  for (; left > 0; left -= 1) {
    const target = left % 2 === 0 && targets.length > 0 ? random.pick(targets) : undefined;
    yield target === undefined ? blindRow(space, random) : rowTowards(space, target, random);
  }
}

function blindRow(space: Space, random: Random): Row {
  return space.factors.map(({ choices }) => random.int(choices.length));
}

/** Rows so that each two choices of two factors meet in one of them. */
function* pairRows(space: Space, random: Random): Generator<Row> {
  const { factors } = space;
  // Choices are numbered through, so that a pair of them is one number.
  const starts: number[] = [];
  let total = 0;
  for (const { choices } of factors) {
    starts.push(total);
    total += choices.length;
  }
  const seen = new Set<number>();
  const pairKey = (f: number, i: number, g: number, j: number): number =>
    ((starts[f] ?? 0) + i) * total + (starts[g] ?? 0) + j;
  for (const [f, factor] of factors.entries()) {
    for (let g = f + 1; g < factors.length; g += 1) {
      const other = factors[g];
      if (other === undefined || factor.choices.length * other.choices.length === 1) continue;
      for (let i = 0; i < factor.choices.length; i += 1) {
        for (let j = 0; j < other.choices.length; j += 1) {
          if (seen.has(pairKey(f, i, g, j))) continue;
          const row = [...blindRow(space, random)];
          row[f] = i;
          row[g] = j;
          for (let a = 0; a < row.length; a += 1) {
            for (let b = a + 1; b < row.length; b += 1) {
              seen.add(pairKey(a, row[a] ?? 0, b, row[b] ?? 0));
            }
          }
          yield row;
        }
      }
    }
  }
}

interface Target {
  readonly subject: Cube | undefined;
  readonly rule: Rule;
}

function targetsOf(sets: readonly PolicySet[], direction: Direction): readonly Target[] {
  const targets: Target[] = [];
  for (const set of sets) {
    for (const tier of set.tiers) {
      for (const policy of tier.policies) {
        for (const rule of policy[direction]?.rules ?? []) {
          for (const subject of policy.subject.pods) targets.push({ subject, rule });
        }
      }
    }
  }
  return targets;
}

/** A row that the rule matches, as far as the choices factor by factor can see to it. */
function rowTowards(space: Space, target: Target, random: Random): Row {
  const wishes = new Map<string, (choice: unknown) => boolean>();
  if (target.subject !== undefined) wishLabels("subject", target.subject, wishes);
  const own = target.rule.subjectOnly;
  if (own !== undefined && own.length > 0) {
    const box = random.pick(own);
    wishLabels("subject", box.labels, wishes);
    wishAddress("subject", box.addresses, wishes);
  }
  const boxes = target.rule.peer.filter((box) => (box.kind === "address") === space.external);
  if (boxes.length > 0) {
    const box = random.pick(boxes);
    if (box.kind === "pod") wishLabels("peer", box.labels, wishes);
    wishAddress("peer", box.addresses, wishes);
  }
  const { numbers, named } = target.rule.traffic;
  const name = named.length > 0 && random.int(2) === 0 ? random.pick(named) : undefined;
  if (name === undefined) {
    wishes.set("traffic", (choice) => trafficContains(numbers, choice as number));
  } else {
    wishes.set("traffic", (choice) => trafficContains(name.protocols, choice as number));
    wishes.set("names", (choice) => (choice as readonly string[]).includes(name.name));
  }
  return space.factors.map(({ name: factor, choices }) => {
    const wish = wishes.get(factor);
    if (wish === undefined) return random.int(choices.length);
    const good: number[] = [];
    for (let index = 0; index < choices.length; index += 1) {
      if (wish(choices[index])) good.push(index);
    }
    return good.length > 0 ? random.pick(good) : random.int(choices.length);
  });
}

function wishLabels(end: End, cube: Cube, wishes: Map<string, (choice: unknown) => boolean>): void {
  wishes.set(`${end} namespace`, (choice) => {
    const { name, labels } = choice as NamespaceChoice;
    return cube.constraints.every(({ key, set }) => {
      if (key === NAMESPACE_NAME) return labelSetContains(set, name);
      if (!key.startsWith("namespace:") || labels === undefined) return true;
      return labelSetContains(set, ownLabel(labels, key.slice("namespace:".length)));
    });
  });
  for (const { key, set } of cube.constraints) {
    wishes.set(`${end} ${key}`, (choice) => labelSetContains(set, choice as string | undefined));
  }
}

function wishAddress(
  end: End,
  addresses: AddressSet,
  wishes: Map<string, (choice: unknown) => boolean>,
): void {
  wishes.set(`${end} address`, (choice) =>
    addressSetContains(addresses, (choice as AddressChoice).before),
  );
}

function ownLabel(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
