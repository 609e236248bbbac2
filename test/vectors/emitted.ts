import { evaluate } from "../../src/verify/evaluate.ts";
import type { ConvertResult } from "../../src/pipeline.ts";
import type { CaseOptions } from "../support/run-convert.ts";
import { readBack, runCase, streamOf } from "../support/run-convert.ts";
import type { KnownDifferences } from "./known-differences.ts";
import type { RecordedWorld } from "./recording.ts";
import { columnReader } from "./recording.ts";
import { flowOf, podList, readWorld, withoutRefused } from "./world.ts";

/** What is written for a recorded world, beside what the engine said of its flows. */
export interface EmittedWorld {
  readonly source: RecordedWorld;
  /** The same pods, addresses and flows, with the namespaces and what was written as the manifests. */
  readonly emitted: RecordedWorld;
  readonly result: ConvertResult;
}

/**
 * Converts a recorded world as its owner would, with its pods as an inventory; undefined where the input stops the run.
 *
 * @param given the pods' addresses are said to be all that pods have, as `--pod-cidr` does
 */
export function emit(
  world: RecordedWorld,
  known: KnownDifferences,
  actions: "skip" | "compile",
  given: "ranges" | "no ranges",
  inexact: "narrow" | "widen",
): EmittedWorld | undefined {
  if (known.stricter.has(world.name)) return undefined;
  const tiers = (known.tiers.get(world.name) ?? []).map(
    ({ name, order, defaultAction }) =>
      `${name}=${String(order)}${defaultAction === "pass" ? ":Pass" : ""}`,
  );
  const ranges = world.pods.flatMap(({ addresses }) =>
    addresses.map((address) => `${address}/${address.includes(":") ? "128" : "32"}`),
  );
  const options: CaseOptions = {
    actions,
    tier: tiers,
    inexact,
    "unsayable-subjects": inexact === "narrow" ? "isolate" : "leave-open",
    ...(given === "ranges" ? { "pod-cidr": ranges } : {}),
  };
  const result = runCase({
    files: [{ name: "world.yaml", text: withoutRefused(world.manifests, world.refused ?? []) }],
    inventory: [{ name: "pods.json", text: podList(world.pods) }],
    options,
  });
  const isAskedFor = inexact === "narrow" ? result.report.result.exitCode === 0 : true;
  if (result.stops.length > 0 || !isAskedFor) return undefined;
  const namespaces = [...result.snapshot.namespaces].map(([name, { labels }]) =>
    JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } }),
  );
  const manifests = [...namespaces, streamOf(result)].join("\n---\n");
  return {
    source: world,
    emitted: {
      ...world,
      name: `${world.name} ${actions} ${given} ${inexact}`,
      manifests,
      refused: [],
    },
    result,
  };
}

/** How the target judges each flow of what was written, by `evaluate`. */
export function targetVerdicts(
  { source, result }: EmittedWorld,
  columns: readonly string[],
): readonly number[] {
  const set = readBack(streamOf(result));
  const column = columnReader(columns);
  const { endpoint } = readWorld(source);
  return source.flows.map((row) => {
    const { verdict } = evaluate(set, flowOf(row, column, endpoint), (_rule, { code }) => {
      throw new Error(`what was written leaves a flow open: ${code}`);
    });
    return verdict === "allow" ? 1 : 0;
  });
}
