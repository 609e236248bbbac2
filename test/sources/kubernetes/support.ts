import type { Diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { lineAndColumn } from "../../../src/diagnostics/source-range.ts";
import type { DirectionRules, Policy, Rule } from "../../../src/ir/policy.ts";
import type { ManifestObject } from "../../../src/manifest/manifest-object.ts";
import { readManifests } from "../../../src/manifest/read.ts";
import { addressSetText } from "../../../src/sets/address-set.ts";
import { ANY_PEER, type PeerBox } from "../../../src/sets/box.ts";
import { cubeText } from "../../../src/sets/cube.ts";
import { predicateText } from "../../../src/sets/label-predicate.ts";
import { trafficText } from "../../../src/sets/traffic-set.ts";
import {
  type KubernetesPolicy,
  type ReadOptions,
  readNetworkPolicy,
} from "../../../src/sources/kubernetes/network-policy.ts";

export interface Reading {
  readonly policies: readonly KubernetesPolicy[];
  readonly found: readonly Diagnostic[];
}

export function objectsOf(
  text: string,
  report: (one: Diagnostic) => void,
  name = "policies.yaml",
): ManifestObject[] {
  return [...readManifests({ name, text }, report)];
}

/** Reads a text of NetworkPolicies. */
export function read(text: string, options: Partial<ReadOptions> = {}): Reading {
  const found: Diagnostic[] = [];
  const report = (one: Diagnostic): void => void found.push(one);
  const all = { defaultNamespace: "default", ipBlockMatchesPods: "yes", ...options } as const;
  const policies = objectsOf(text, report).flatMap(
    (object) => readNetworkPolicy(object, all, report) ?? [],
  );
  return { policies, found };
}

/** A policy `shop/web` with the given `spec`, which is indented for it. */
export function withSpec(spec: string): string {
  const lines = spec.split("\n").map((line) => `  ${line}`);
  return `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
${lines.join("\n")}
`;
}

/** Findings as `CODE line:column path`. */
export function findingTexts(found: readonly Diagnostic[]): readonly string[] {
  return found.map(({ code, at }) => {
    if (at === undefined) return code;
    const { line, column } = lineAndColumn(at.document.file, at.offset);
    return `${code} ${String(line)}:${String(column)} ${at.path}`;
  });
}

function peerText(boxes: readonly PeerBox[]): string {
  if (boxes === ANY_PEER) return "any";
  return boxes
    .map((box) =>
      box.kind === "pod"
        ? `pods ${cubeText(box.labels)} at ${addressSetText(box.addresses)}`
        : `addresses ${addressSetText(box.addresses)}`,
    )
    .join(" | ");
}

function ruleText({ peer, traffic, opaque }: Rule): string {
  const names = traffic.named.map(({ name, protocols }) => `${name}/${trafficText(protocols)}`);
  const unknown = opaque.map(({ code }) => ` ?${code}`);
  return `${peerText(peer)} : ${[trafficText(traffic.numbers), ...names].join(" + ")}${unknown.join("")}`;
}

function directionText(rules: DirectionRules | undefined): readonly string[] | undefined {
  return rules?.rules.map(ruleText);
}

/** What a policy means, as short text. */
export function meaning(policy: Policy | undefined): unknown {
  if (policy === undefined) return undefined;
  const { subject, ingress, egress } = policy;
  return {
    subject: predicateText(subject.pods),
    ingress: directionText(ingress),
    egress: directionText(egress),
  };
}

/** The meaning of a policy `shop/web` with this `spec`. */
export function meaningOf(spec: string, options: Partial<ReadOptions> = {}): unknown {
  return meaning(read(withSpec(spec), options).policies[0]?.policy);
}
