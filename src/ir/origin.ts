import type { SourcePlace } from "../diagnostics/source-range.ts";
import type { Direction } from "./policy.ts";

/** Whose dialect a policy was written in. */
export type Engine = "calico" | "cilium" | "kubernetes";

/** Where a policy came from. One object for each policy of the input: identity counts. */
export interface PolicyOrigin {
  readonly engine: Engine;
  readonly apiVersion: string;
  readonly kind: string;
  /** Undefined for cluster-wide kinds. */
  readonly namespace?: string;
  readonly name: string;
  /** Undefined where the engine has no tiers. */
  readonly tier?: string;
  /** Labels of the source object, in source order. */
  readonly labels: readonly (readonly [key: string, value: string])[];
  readonly place: SourcePlace;
}

/** Where a rule came from. One object for each rule of the input. */
export interface RuleOrigin {
  readonly direction: Direction;
  /** Position in the source's list, from 0. */
  readonly index: number;
  /** `place.path` is the rule's field path, such as `spec.ingress[2]`. */
  readonly place: SourcePlace;
}
