import type { Direction, Policy, PolicySet, Rule } from "../../src/ir/policy.ts";
import type { AddressSet } from "../../src/sets/address-set.ts";
import type { Cube, LabelKey } from "../../src/sets/cube.ts";
import type { LabelSet } from "../../src/sets/label-set.ts";
import type { TrafficSet } from "../../src/sets/traffic-set.ts";

/** Everything that the policies of some sets name for one end of a flow. */
export interface EndVocabulary {
  /** The values named for each key. */
  readonly values: Map<LabelKey, Set<string>>;
  /** Keys that are asked for a part of their text: for them the values are samples, not all that count. */
  readonly textKeys: Set<LabelKey>;
  /** Where a set of addresses begins, or ends (one past its last). */
  readonly bounds: Set<bigint>;
}

export interface Vocabulary {
  readonly subject: EndVocabulary;
  readonly peer: EndVocabulary;
  readonly trafficBounds: Set<number>;
  readonly portNames: Set<string>;
  readonly sourcePortBounds: Set<number>;
  readonly sourcePortNames: Set<string>;
}

export function emptyVocabulary(): Vocabulary {
  const end = (): EndVocabulary => ({ values: new Map(), textKeys: new Set(), bounds: new Set() });
  return {
    subject: end(),
    peer: end(),
    trafficBounds: new Set(),
    portNames: new Set(),
    sourcePortBounds: new Set(),
    sourcePortNames: new Set(),
  };
}

/** What the sets name for flows of one direction. */
export function vocabularyOf(sets: readonly PolicySet[], direction: Direction): Vocabulary {
  const words = emptyVocabulary();
  for (const set of sets) {
    for (const tier of set.tiers) {
      for (const policy of tier.policies) addPolicy(words, policy, direction);
    }
  }
  return words;
}

function addPolicy(words: Vocabulary, policy: Policy, direction: Direction): void {
  const applied = policy[direction];
  if (applied === undefined) return;
  for (const cube of policy.subject.pods) addCube(words.subject, cube);
  for (const rule of applied.rules) addRule(words, rule);
}

function addRule(words: Vocabulary, rule: Rule): void {
  for (const box of rule.subjectOnly ?? []) {
    addCube(words.subject, box.labels);
    addAddresses(words.subject, box.addresses);
  }
  for (const box of rule.peer) {
    if (box.kind === "pod") addCube(words.peer, box.labels);
    addAddresses(words.peer, box.addresses);
  }
  addTraffic(words, rule.traffic.numbers);
  for (const { name, protocols } of rule.traffic.named) {
    words.portNames.add(name);
    addTraffic(words, protocols);
  }
  for (const condition of rule.opaque) {
    if (condition.kind === "excluded-named-port") {
      for (const name of condition.names) words.portNames.add(name);
    } else if (condition.kind === "source-port") {
      for (const name of condition.names) words.sourcePortNames.add(name);
      for (const { first, last } of condition.ports) {
        words.sourcePortBounds.add(first);
        words.sourcePortBounds.add(last + 1);
      }
      words.sourcePortBounds.add(1);
    }
  }
}

function addCube(end: EndVocabulary, cube: Cube): void {
  for (const { key, set } of cube.constraints) {
    let values = end.values.get(key);
    if (values === undefined) end.values.set(key, (values = new Set()));
    addLabels(values, set);
    if (set.atoms.length > 0) end.textKeys.add(key);
  }
}

function addLabels(values: Set<string>, set: LabelSet): void {
  for (const value of set.values) values.add(value);
  for (const { operator, operand } of set.atoms) {
    values.add(operand);
    if (operator !== "endsWith") values.add(`${operand}-z`);
    if (operator !== "startsWith") values.add(`z-${operand}`);
  }
}

function addAddresses(end: EndVocabulary, set: AddressSet): void {
  for (const { first, last } of set.ranges) {
    end.bounds.add(first);
    end.bounds.add(last + 1n);
  }
}

function addTraffic(words: Vocabulary, set: TrafficSet): void {
  for (const { first, last } of set.ranges) {
    words.trafficBounds.add(first);
    words.trafficBounds.add(last + 1);
  }
}
