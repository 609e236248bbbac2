import type { PolicyOrigin } from "../ir/origin.ts";
import type { Cube } from "../sets/cube.ts";
import { cubeText } from "../sets/cube.ts";
import type { Limit } from "./effort.ts";
import { ETCD_SIZE, headLength, peerLength, ruleLength } from "./object-size.ts";
import type { SaidRule } from "./say-rule.ts";

/** How much may be written of what is cut. Rules that nothing cuts are as large as in the source, and take no room. */
export interface RoomLimits {
  /** Objects of a namespace besides one for each policy, for pods that get more than others of their policy. */
  readonly objects: number;
  /** And so many more for each policy that selects pods there. */
  readonly objectsEach: number;
  /** Length of all rules of a namespace that were cut. */
  readonly text: number;
  /** Length of what cannot be parted: one peer with the ports of its rule. */
  readonly peer: number;
}

export const ROOM_LIMITS: RoomLimits = {
  objects: 512,
  objectsEach: 8,
  text: 32 * 1024 * 1024,
  peer: ETCD_SIZE,
};

/** What is left of the room of one namespace. Rules come in evaluation order, however the input is sorted. */
export class ObjectRoom {
  readonly #limits: RoomLimits;
  readonly #known = new Map<PolicyOrigin, Set<string>>();
  #objects: number;
  #text: number;

  /** @param policies how many select pods of the namespace */
  constructor(policies: number, limits: RoomLimits = ROOM_LIMITS) {
    this.#limits = limits;
    this.#objects = limits.objects + limits.objectsEach * policies;
    this.#text = limits.text;
  }

  /** Takes room for the objects that isolate the pods of a policy; false if there is not enough. */
  isolates(origin: PolicyOrigin, subjects: readonly Cube[]): boolean {
    return this.#takeObjects(origin, subjects);
  }

  /** Takes room for what is written of a rule that was cut. Returns what there is not enough of: then none is taken. */
  take(origin: PolicyOrigin, { groups }: SaidRule): Limit | undefined {
    let text = 0;
    for (const { subjects, rules } of groups) {
      for (const rule of rules) {
        text += subjects.length * ruleLength(rule);
        const head = headLength(rule);
        const isTooLarge = (rule.peers ?? []).some(
          (peer) => head + peerLength(peer) > this.#limits.peer,
        );
        if (isTooLarge) return "object";
      }
    }
    if (text > this.#text) return "text";
    if (
      !this.#takeObjects(
        origin,
        groups.flatMap(({ subjects }) => subjects),
      )
    )
      return "objects";
    this.#text -= text;
    return undefined;
  }

  /** The first object of a policy takes no room. */
  #takeObjects(origin: PolicyOrigin, subjects: readonly Cube[]): boolean {
    const known = this.#known.get(origin) ?? new Set<string>();
    const more = new Set(subjects.map(cubeText).filter((text) => !known.has(text)));
    const count = known.size === 0 ? more.size - 1 : more.size;
    if (count > this.#objects) return false;
    this.#objects -= Math.max(0, count);
    for (const text of more) known.add(text);
    this.#known.set(origin, known);
    return true;
  }
}
