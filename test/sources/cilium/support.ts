import { dump } from "js-yaml";
import type { ConvertResult } from "../../../src/pipeline.ts";
import { rawObjects } from "../../support/golden.ts";
import { objectText, type ObjectText } from "../../support/objects-text.ts";
import { runCase, streamOf, type CaseOptions } from "../../support/run-convert.ts";

export type Json = Readonly<Record<string, unknown>>;

/** A CiliumNetworkPolicy ns/p with one rule for pods with app=a, unless the spec says otherwise. */
export function policy(spec: Json, kind = "CiliumNetworkPolicy"): Json {
  return {
    apiVersion: "cilium.io/v2",
    kind,
    metadata: kind === "CiliumNetworkPolicy" ? { name: "p", namespace: "ns" } : { name: "p" },
    spec: { endpointSelector: { matchLabels: { app: "a" } }, ...spec },
  };
}

export const NAMESPACES: readonly Json[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "ns", labels: { env: "p" } } },
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "x", labels: { team: "a" } } },
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system" } },
];

export function convert(
  documents: readonly Json[],
  inventory: readonly Json[] = [],
  options: CaseOptions = {},
): ConvertResult {
  const text = (all: readonly Json[]): string => all.map((one) => dump(one)).join("---\n");
  return runCase({
    files: [{ name: "policies.yaml", text: text(documents) }],
    inventory: inventory.length === 0 ? [] : [{ name: "inventory.yaml", text: text(inventory) }],
    options,
  });
}

export function objectsOf(result: ConvertResult): readonly ObjectText[] {
  return rawObjects(streamOf(result)).map(objectText);
}

export function codesOf(result: ConvertResult): readonly string[] {
  return result.report.diagnostics.map(({ code }) => code);
}

/** The outcome of the only policy. */
export function outcomeOf(result: ConvertResult): string | undefined {
  return result.report.policies[0]?.outcome;
}
