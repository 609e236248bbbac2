import type { Argv } from "yargs";
import type { InventoryOptions } from "../../inventory/options.ts";
import { readInventoryOptions } from "../../inventory/options.ts";
import type { ReadOptions } from "../../pipeline-read.ts";
import type { CalicoTier } from "../../sources/calico/model.ts";
import { UsageError } from "../usage-error.ts";

/** The options by which facts reach a command that reads policies. */
export interface FactArguments {
  readonly inventory?: readonly string[] | undefined;
  readonly "known-namespace"?: readonly string[] | undefined;
  readonly namespace: string;
  readonly "pod-cidr"?: readonly string[] | undefined;
  readonly "target-pod-cidr"?: readonly string[] | undefined;
  readonly tier?: readonly string[] | undefined;
}

/** One value each, so that a path may follow. */
export const repeated = { type: "string", array: true, nargs: 1, requiresArg: true } as const;

export function withFactOptions<Before>(yargs: Argv<Before>): Argv<Before & FactArguments> {
  return yargs
    .option("inventory", {
      ...repeated,
      describe: "namespaces, pods, services...: facts, not converted",
    })
    .option("known-namespace", {
      ...repeated,
      describe: "a covered namespace, NAME[:key=value,..]; NAME alone: labels unknown; NAME: has none",
    })
    .option("namespace", {
      alias: "n",
      type: "string",
      nargs: 1,
      default: "default",
      describe: "namespace of documents that name none",
    })
    .option("pod-cidr", { ...repeated, describe: "where pod addresses lie before the switch" })
    .option("target-pod-cidr", { ...repeated, describe: "and after it, if elsewhere" })
    .option("tier", { ...repeated, describe: "a tier that the input lacks, NAME=ORDER[:Pass]" });
}

/** The facts, checked. Throws UsageError for what is wrong with them. */
export function readFactOptions(args: FactArguments): ReadOptions {
  return {
    defaultNamespace: args.namespace,
    facts: readFacts(args),
    tiers: (args.tier ?? []).map(readTier),
  };
}

function readFacts(args: FactArguments): InventoryOptions {
  const { options, errors } = readInventoryOptions({
    knownNamespaces: args["known-namespace"] ?? [],
    podCidrs: args["pod-cidr"] ?? [],
    targetPodCidrs: args["target-pod-cidr"] ?? [],
  });
  if (errors.length > 0) throw new UsageError(errors.join("\n"), {});
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
export function reportedFacts(args: FactArguments): Readonly<Record<string, unknown>> {
  return {
    namespace: args.namespace,
    inventory: args.inventory ?? [],
    "known-namespace": args["known-namespace"] ?? [],
    "pod-cidr": args["pod-cidr"] ?? [],
    "target-pod-cidr": args["target-pod-cidr"] ?? [],
    tier: args.tier ?? [],
  };
}
