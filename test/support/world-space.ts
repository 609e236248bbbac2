import type { Snapshot } from "../../src/inventory/snapshot.ts";
import type { AssumptionCode } from "../../src/ir/assumption.ts";
import type { Direction } from "../../src/ir/policy.ts";

export interface WorldOptions {
  readonly snapshot: Snapshot;
  /** Taken for granted: flows that contradict them are left out. */
  readonly assumptions: ReadonlySet<AssumptionCode>;
  /** At most so many flows for each direction, family and kind of peer. */
  readonly limit?: number;
  readonly seed?: number;
}

export interface Factor {
  readonly name: string;
  readonly choices: readonly unknown[];
}

export interface NamespaceChoice {
  readonly name: string;
  /** Undefined: each label is a choice of its own. */
  readonly labels: Readonly<Record<string, string>> | undefined;
}

export interface AddressChoice {
  readonly before: bigint;
  readonly after: bigint;
}

export type Family = 4 | 6;
export type End = "subject" | "peer";

/** One product of choices. */
export interface Space {
  readonly direction: Direction;
  readonly family: Family;
  readonly external: boolean;
  readonly factors: readonly Factor[];
}

export function sizeOf(space: Space): number {
  let size = 1;
  for (const { choices } of space.factors) size *= choices.length;
  return size;
}
