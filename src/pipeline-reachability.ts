import type { EmittedObject } from "./emitters/networkpolicy.ts";
import type { Snapshot } from "./inventory/snapshot.ts";
import type { PolicyOrigin } from "./ir/origin.ts";
import type { PolicyResult } from "./ir/outcome.ts";
import { OUTCOMES } from "./ir/outcome.ts";
import type { PolicySet } from "./ir/policy.ts";
import { readBack } from "./pipeline-confirm.ts";
import { reportReachability } from "./report/reachability.ts";
import type { ReportReachability } from "./report/reachability.ts";
import { chooseGroups } from "./verify/reach-groups.ts";
import { reachabilityOf } from "./verify/reachability.ts";

/** Rows of the matrix: more could not be read, and each costs a walk for each other. */
const MOST_GROUPS = 40;
const MOST_ADDRESSES = 10;

/** What reachability is computed from: the input and the output of one conversion. */
export interface ConvertedSets {
  readonly source: PolicySet;
  readonly objects: readonly EmittedObject[];
  readonly results: readonly PolicyResult[];
  readonly snapshot: Snapshot;
  readonly enforcer: "vpc-cni" | "generic";
}

/**
 * Who reaches whom before and after a conversion, for the report. The output is read back from its YAML, of the namespaces
 * that are shown: a NetworkPolicy selects pods of its own namespace alone.
 *
 * @param positionOf the position of a policy in the report
 */
export function reachabilityReport(
  { source, objects, results, snapshot, enforcer }: ConvertedSets,
  positionOf: (policy: PolicyOrigin) => number | undefined,
): ReportReachability | undefined {
  const rank = new Map(results.map(({ policy, outcome }) => [policy, -OUTCOMES.indexOf(outcome)]));
  const { groups, basis, leftOut } = chooseGroups(
    source,
    snapshot,
    ({ origin }) => rank.get(origin) ?? 0,
    MOST_GROUPS,
  );
  if (groups.length === 0) return undefined;
  const shown = new Set(groups.map(({ namespace }) => namespace));
  const written = objects.filter(({ namespace }) => shown.has(namespace));
  const outputs = [
    readBack(written, "yes"),
    ...(enforcer === "generic" ? [readBack(written, "no")] : []),
  ];
  const reachability = reachabilityOf(source, outputs, groups, snapshot, {
    mostAddresses: MOST_ADDRESSES,
  });
  const madeFrom = new Map(
    written.map(({ namespace, name, object }) => [`${namespace}/${name}`, object.source]),
  );
  return reportReachability({
    basis,
    reachability,
    groupsLeftOut: leftOut,
    sourceOf: ({ namespace, name }) => madeFrom.get(`${namespace ?? ""}/${name}`),
    positionOf,
  });
}
