import { relative, resolve, sep } from "node:path";
import type { Argv, Options } from "yargs";
import { isNamespaceName } from "../../inventory/label-syntax.ts";
import type { InventoryOptions } from "../../inventory/options.ts";
import { readInventoryOptions } from "../../inventory/options.ts";
import type { ReadOptions } from "../../pipeline-read.ts";
import type { CalicoTier } from "../../sources/calico/model.ts";
import type { SourceEngine } from "../../sources/index.ts";
import { UsageError } from "../usage-error.ts";
import { repeated, single } from "./option-kinds.ts";

export { repeated } from "./option-kinds.ts";

/** The options by which facts reach a command that reads policies. */
export interface FactArguments {
  readonly inventory?: readonly string[] | undefined;
  readonly "known-namespace"?: readonly string[] | undefined;
  readonly namespace: string;
  readonly "pod-cidr"?: readonly string[] | undefined;
  readonly "target-pod-cidr"?: readonly string[] | undefined;
  readonly disjoint?: readonly string[] | undefined;
  readonly tier?: readonly string[] | undefined;
}

const group = "Facts about the cluster:";

export const FACT_OPTIONS = {
  inventory: {
    ...repeated,
    group,
    describe: "file or folder with namespaces, pods, services, ...: facts, not policies",
  },
  "known-namespace": {
    ...repeated,
    group,
    describe:
      "a namespace to cover, NAME[:key=value,..]; NAME alone: labels unknown; NAME: has none",
  },
  namespace: {
    ...single("namespace"),
    alias: "n",
    default: "default",
    group,
    describe: "namespace of documents that name none",
  },
  "pod-cidr": { ...repeated, group, describe: "where pod addresses lie before the switch" },
  "target-pod-cidr": { ...repeated, group, describe: "and after it, if elsewhere" },
  disjoint: {
    ...repeated,
    group,
    describe: "labels of which no pod has two, KEY=VALUE|KEY=VALUE|..; KEY alone: any value",
  },
  tier: { ...repeated, group, describe: "a tier that the input lacks, NAME=ORDER[:Pass]" },
} as const satisfies Readonly<Record<string, Options>>;

/** `--from` of most commands; where a flow is asked about, that word says where it comes from. */
export function engineOption(name: string) {
  return {
    ...single(name),
    choices: ["calico", "cilium"],
    group,
    describe: "the engine that enforces, where the input has policies of both",
  } as const;
}

export function withFactOptions<Before>(yargs: Argv<Before>): Argv<Before & FactArguments> {
  return yargs.options(FACT_OPTIONS) as unknown as Argv<Before & FactArguments>;
}

/** The facts, checked. Throws UsageError for what is wrong with them. */
export function readFactOptions(
  args: FactArguments,
  engine: SourceEngine | undefined,
): ReadOptions {
  if (!isNamespaceName(args.namespace)) {
    throw new UsageError(`--namespace ${args.namespace}: this is not a valid name of a namespace`, {
      hint: "Use lower-case letters, digits and `-`, at most 63 of them.",
    });
  }
  return {
    defaultNamespace: args.namespace,
    facts: readFacts(args),
    tiers: (args.tier ?? []).map(readTier),
    from: engine,
  };
}

function readFacts(args: FactArguments): InventoryOptions {
  const { options, errors } = readInventoryOptions({
    knownNamespaces: args["known-namespace"] ?? [],
    podCidrs: args["pod-cidr"] ?? [],
    targetPodCidrs: args["target-pod-cidr"] ?? [],
    disjoint: args.disjoint ?? [],
  });
  if (errors.length > 0) {
    throw new UsageError(errors.join("\n"), {
      hint: "For example `--known-namespace shop:team=a,env=prod`, `--pod-cidr 10.0.0.0/16`, `--disjoint team=a|team=b`.",
    });
  }
  return options;
}

/** `NAME=ORDER[:Pass]`. */
function readTier(text: string): CalicoTier {
  const match = /^([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)=(-?\d+(?:\.\d+)?)(?::(Pass|Deny))?$/.exec(text);
  const [, name, order, action] = match ?? [];
  if (name === undefined || order === undefined) {
    throw new UsageError(`--tier ${text}: not of the form NAME=ORDER or NAME=ORDER:Pass`, {
      hint: "For example `--tier security=100`.",
    });
  }
  return { name, order: Number(order), defaultAction: action === "Pass" ? "pass" : "deny" };
}

/** The facts as reports show them. */
export function reportedFacts(args: FactArguments, cwd: string): Readonly<Record<string, unknown>> {
  return {
    namespace: args.namespace,
    inventory: reportedPaths(args.inventory ?? [], cwd),
    "known-namespace": args["known-namespace"] ?? [],
    "pod-cidr": args["pod-cidr"] ?? [],
    "target-pod-cidr": args["target-pod-cidr"] ?? [],
    disjoint: args.disjoint ?? [],
    tier: args.tier ?? [],
  };
}

/** Relative to the current directory, with "/": reports name no places of one machine. */
export function reportedPaths(paths: readonly string[], cwd: string): readonly string[] {
  return paths.map((path) =>
    path === "-" ? path : relative(cwd, resolve(cwd, path)).split(sep).join("/") || ".",
  );
}
