import type { SourceFile } from "../../src/diagnostics/source-range.ts";
import { readInventoryOptions } from "../../src/inventory/options.ts";
import type { AssumptionCode } from "../../src/ir/assumption.ts";
import type { PolicySet } from "../../src/ir/policy.ts";
import { readManifests } from "../../src/manifest/read.ts";
import { runConvert } from "../../src/pipeline.ts";
import type { ConvertInput, ConvertOptions, ConvertResult } from "../../src/pipeline.ts";
import { readNetworkPolicy } from "../../src/sources/kubernetes/network-policy.ts";

/** Options as the command line calls them; what is not given is the default there. */
export interface CaseOptions {
  readonly actions?: ConvertOptions["actions"];
  readonly "keep-kubernetes"?: boolean;
  readonly inexact?: ConvertOptions["inexact"];
  readonly enforcer?: ConvertOptions["enforcer"];
  readonly namespace?: string;
  readonly "known-namespace"?: readonly string[];
  readonly "pod-cidr"?: readonly string[];
  readonly "target-pod-cidr"?: readonly string[];
  readonly disjoint?: readonly string[];
  /** `NAME=ORDER` or `NAME=ORDER:Pass`. */
  readonly tier?: readonly string[];
  readonly from?: ConvertOptions["from"];
  readonly assume?: readonly AssumptionCode[];
  readonly "unsayable-subjects"?: ConvertOptions["unsayableSubjects"];
  readonly "allow-incomplete"?: boolean;
}

export interface CaseInput {
  readonly files: readonly SourceFile[];
  readonly inventory: readonly SourceFile[];
  readonly options: CaseOptions;
}

export function convertInput({ files, inventory, options }: CaseInput): ConvertInput {
  const facts = readInventoryOptions({
    knownNamespaces: options["known-namespace"] ?? [],
    podCidrs: options["pod-cidr"] ?? [],
    targetPodCidrs: options["target-pod-cidr"] ?? [],
    disjoint: options.disjoint ?? [],
  });
  if (facts.errors.length > 0) throw new Error(facts.errors.join("\n"));
  return {
    files,
    inventory,
    unreadable: [],
    options: {
      actions: options.actions ?? "skip",
      keepKubernetes: options["keep-kubernetes"] ?? false,
      inexact: options.inexact ?? "narrow",
      unsayableSubjects: options["unsayable-subjects"] ?? "stop",
      enforcer: options.enforcer ?? "vpc-cni",
      defaultNamespace: options.namespace ?? "default",
      facts: facts.options,
      tiers: (options.tier ?? []).map(readTier),
      from: options.from,
      assume: new Set(options.assume ?? []),
      verify: true,
      allowIncomplete: options["allow-incomplete"] ?? false,
      failOn: "widened",
    },
    tool: { name: "netpol-migrate", version: "0.0.0" },
    reportedOptions: { ...options },
  };
}

function readTier(text: string): ConvertOptions["tiers"][number] {
  const match = /^([^=]+)=([^:]+)(:Pass)?$/.exec(text);
  if (match === null) throw new Error(`--tier ${text}`);
  const [, name = "", order = "", pass] = match;
  return { name, order: Number(order), defaultAction: pass === undefined ? "deny" : "pass" };
}

export function runCase(input: CaseInput): ConvertResult {
  return runConvert(convertInput(input));
}

/** What is written to standard output. */
export function streamOf(result: ConvertResult): string {
  return result.objects.map(({ text }) => text).join("---\n");
}

/** The meaning of what was written, through the reader of Kubernetes policies. */
export function readBack(text: string): PolicySet {
  const policies: PolicySet["tiers"][number]["policies"][number][] = [];
  const objects = readManifests({ name: "networkpolicies.yaml", text }, ({ message }) => {
    throw new Error(`what was written does not read back: ${message}`);
  });
  for (const object of objects) {
    const read = readNetworkPolicy(
      object,
      { defaultNamespace: "default", ipBlockMatchesPods: "yes" },
      ({ severity, message }) => {
        if (severity === "error")
          throw new Error(`what was written does not read back: ${message}`);
      },
    );
    if (read === undefined) throw new Error("what was written is no NetworkPolicy");
    policies.push(read.policy);
  }
  return { tiers: [{ name: "kubernetes", order: 0, defaultAction: "deny", policies }] };
}
