import type { PodEndpoint } from "../ir/flow.ts";
import type { Direction } from "../ir/policy.ts";
import { constraintOf, cubeContains, cubesMeet, NAMESPACE_NAME } from "../sets/cube.ts";
import type { Cube } from "../sets/cube.ts";
import { labelSetContains } from "../sets/label-set.ts";
import type { Change } from "./changes.ts";
import { labelsOf } from "./evaluate.ts";

/** The pods that somebody wants to know of. */
export type Focus =
  /** Pods of one namespace whose labels may lie in a cube. */
  | { readonly kind: "pods"; readonly namespace: string; readonly labels: Cube }
  /** One workload, of which everything is known that policies ask. */
  | { readonly kind: "workload"; readonly pod: PodEndpoint };

/** The change without what is not about the focus, neither at its own end nor at the other; none if nothing is left. */
export function inFocus(
  change: Change,
  focus: Focus | undefined,
  directions: readonly Direction[],
): readonly Change[] {
  if (!directions.includes(change.direction)) return [];
  if (focus === undefined || isSubject(change, focus)) return [change];
  const flows = change.flows.filter(({ ends }) =>
    ends.some(({ peer }) => peer !== undefined && isAmong(peer, focus)),
  );
  return flows.length === 0 ? [] : [{ ...change, flows }];
}

function isSubject({ scope, pods }: Change, focus: Focus): boolean {
  const namespace = focus.kind === "pods" ? focus.namespace : focus.pod.namespace;
  if (scope.name !== undefined && scope.name !== namespace) return false;
  return pods.some((one) => isAmong(one, focus));
}

function isAmong(pods: Cube, focus: Focus): boolean {
  if (focus.kind === "workload") return cubeContains(pods, labelsOf(focus.pod));
  const names = constraintOf(pods, NAMESPACE_NAME);
  if (names !== undefined && !labelSetContains(names, focus.namespace)) return false;
  return cubesMeet(pods, focus.labels);
}
