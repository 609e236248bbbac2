import type { PathStep } from "./manifest-object.ts";

/**
 * Where the parts of one mapping or sequence lie in the text. It runs beside the value and has its shape, so values stay
 * plain. What an alias or a merge brought in keeps the place where it was written.
 */
export class Positions {
  /** The keys of a mapping as they came; undefined for a sequence. Of two equal keys the later counts. */
  readonly names: string[] | undefined;
  /** Offsets of the keys; empty for a sequence. */
  readonly keyAt: number[] = [];
  readonly valueAt: number[] = [];
  /** The positions inside a value; a hole where it is a scalar. */
  readonly inside: (Positions | undefined)[] = [];
  private indexOf: Map<string, number> | undefined = undefined;

  constructor(names: string[] | undefined) {
    this.names = names;
  }

  /** The index of a step in the lists above, or -1. */
  find(step: PathStep): number {
    if (this.names === undefined) {
      return typeof step === "number" && step >= 0 && step < this.valueAt.length ? step : -1;
    }
    const name = String(step);
    // A mapping of thousands of keys must not be searched once for each of them.
    if (this.names.length <= 16) return this.names.lastIndexOf(name);
    this.indexOf ??= new Map(this.names.map((key, index) => [key, index]));
    return this.indexOf.get(name) ?? -1;
  }
}

/** The offset of what a path names: its value or its key, or else the value of the nearest ancestor that is there. */
export function offsetOf(
  root: Positions | undefined,
  rootAt: number,
  path: readonly PathStep[],
  part: "key" | "value",
): number {
  let at = rootAt;
  let positions = root;
  for (const [depth, step] of path.entries()) {
    const index = positions === undefined ? -1 : positions.find(step);
    if (positions === undefined || index < 0) return at;
    const isKey = part === "key" && depth === path.length - 1 && positions.names !== undefined;
    at = (isKey ? positions.keyAt[index] : positions.valueAt[index]) ?? at;
    positions = positions.inside[index];
  }
  return at;
}
