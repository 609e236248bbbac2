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

/** Where a rule came from. One object for each rule of the input: rules of the model that share it are parts of one. */
export interface RuleOrigin {
  readonly direction: Direction;
  /** Position among the policy's rules of the direction, from 0. */
  readonly index: number;
  /** `place.path` is the rule's field path, such as `spec.ingress[2]`. */
  readonly place: SourcePlace;
}

/** A rule as people call it: `ingress[2]`, or the field path where that says more. */
export function ruleName({ direction, index, place: { path } }: RuleOrigin): string {
  const name = path.startsWith("spec.") ? path.slice("spec.".length) : path;
  return name === "" ? `${direction}[${String(index)}]` : name;
}
