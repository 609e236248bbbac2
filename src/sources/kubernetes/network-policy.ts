import type { Report } from "../../diagnostics/diagnostic.ts";
import type { KeptObject } from "../../ir/kept-object.ts";
import type { PolicyOrigin, RuleOrigin } from "../../ir/origin.ts";
import type {
  Direction,
  DirectionRules,
  OpaqueCondition,
  Policy,
  Rule,
  TrafficPredicate,
} from "../../ir/policy.ts";
import { DIRECTIONS } from "../../ir/policy.ts";
import type { ManifestObject } from "../../manifest/manifest-object.ts";
import { maxDocumentLength } from "../../manifest/read-long-list.ts";
import { NetworkPolicy as validateNetworkPolicy, ERROR_LIMIT } from "../validators/kubernetes.js";
import { checkStructure } from "../schema-check.ts";
import { kubernetesDiagnostics } from "./diagnostics.ts";
import {
  type Findings,
  type Mapping,
  type Path,
  asList,
  asMapping,
  asText,
  findingsOf,
  quoted,
} from "./findings.ts";
import { keepObject } from "./kept-object.ts";
import { readLabelSelector } from "./label-selector.ts";
import { type Metadata, readMetadata } from "./metadata.ts";
import { type Scope, podsOf, readPeers, warnOfEmptyList } from "./peers.ts";
import { readPorts } from "./ports.ts";
import { structureFindings } from "./structure-findings.ts";

export interface KubernetesPolicy {
  readonly policy: Policy;
  readonly kept: KeptObject;
}

export interface ReadOptions {
  /** For documents that name none. */
  readonly defaultNamespace: string;
  /**
   * Whether an `ipBlock` matches pods by their addresses. The API leaves it open: the source engine or the enforcer
   * decides.
   */
  readonly ipBlockMatchesPods: "yes" | "no";
}

/** The place that Calico gives Kubernetes policies in its default tier. */
const KUBERNETES_ORDER = 1000;

/** A named port is one of the destination pod's: for an egress rule to addresses it says nothing. */
function noteNamesForBlocks(
  rule: Mapping,
  traffic: TrafficPredicate,
  path: Path,
  findings: Findings,
): void {
  const block = asList(rule["to"])?.findIndex(
    (peer) => asMapping(asMapping(peer)?.["ipBlock"]) !== undefined,
  );
  const [named] = traffic.named;
  if (block === undefined || block < 0 || named === undefined) return;
  const at = findings.at([...path, "to", block]);
  findings.add(kubernetesDiagnostics.create("K8S-R013", { at, port: named.name }));
}

function readRule(value: unknown, direction: Direction, index: number, scope: Scope): Rule {
  const { findings } = scope;
  const path: Path = ["spec", direction, index];
  const place = findings.at(path);
  if (value === null) {
    const meaning = "allows everything in this direction";
    findings.add(kubernetesDiagnostics.create("K8S-R011", { at: place, what: "rule", meaning }));
  }
  const rule = asMapping(value) ?? {};
  const opaque: OpaqueCondition[] = [];
  const peer = readPeers(rule, direction === "ingress" ? "from" : "to", path, opaque, scope);
  const items = asList(rule["ports"]);
  if (items?.length === 0) warnOfEmptyList("ports", "every protocol and port", path, findings);
  const traffic = readPorts(items, [...path, "ports"], findings);
  if (direction === "egress" && traffic.named.length > 0)
    noteNamesForBlocks(rule, traffic, path, findings);
  const origin: RuleOrigin = { direction, index, place };
  return { action: "allow", origin, peer, traffic, opaque, assumptions: [] };
}

/** The directions that the policy applies to: `policyTypes`, or what the API server fills in for it. */
function readTypes(spec: Mapping, findings: Findings): readonly Direction[] {
  const items = asList(spec["policyTypes"]) ?? [];
  if (items.length === 0) {
    const egress = asList(spec["egress"]);
    if (egress?.length === 0) {
      const at = findings.at(["spec", "egress"], "key");
      findings.add(kubernetesDiagnostics.create("K8S-P015", { at }));
    }
    return egress === undefined || egress.length === 0 ? ["ingress"] : ["ingress", "egress"];
  }
  const path = ["spec", "policyTypes"];
  if (items.length > 2) {
    findings.add(
      kubernetesDiagnostics.create("K8S-P008", { at: findings.at(path), count: items.length }),
    );
  }
  for (const [index, item] of items.entries()) {
    if (item === "Ingress" || item === "Egress") continue;
    const at = findings.at([...path, index]);
    findings.add(kubernetesDiagnostics.create("K8S-P007", { at, type: quoted(item) }));
  }
  return DIRECTIONS.filter((direction) =>
    items.includes(direction === "ingress" ? "Ingress" : "Egress"),
  );
}

/**
 * True for documents that mean a NetworkPolicy of Kubernetes, also with a version or spelling that kubectl refuses: those
 * are for {@link readNetworkPolicy} to refuse, and not to be ignored as unknown kinds.
 */
export function isNetworkPolicy(apiVersion: string, kind: string): boolean {
  if (kind.length > 20 || kind.toLowerCase() !== "networkpolicy") return false;
  return !apiVersion.includes("/") || /^(?:networking\.k8s\.io|extensions)\//.test(apiVersion);
}

/** Groups, versions and kinds are spelled exactly so, or not known to the API server. */
function checkKind(root: Mapping, findings: Findings): void {
  const apiVersion = asText(root["apiVersion"]) ?? "";
  const kind = asText(root["kind"]) ?? "";
  if (kind === "NetworkPolicy" && apiVersion === "networking.k8s.io/v1") return;
  const at = findings.at(["apiVersion"]);
  if (kind !== "NetworkPolicy") {
    findings.add(
      kubernetesDiagnostics.create("K8S-P019", { at: findings.at(["kind"]), kind: quoted(kind) }),
    );
  }
  if (apiVersion === "") findings.add(kubernetesDiagnostics.create("K8S-P020", { at }));
  else if (apiVersion !== "networking.k8s.io/v1") {
    const code = apiVersion.startsWith("extensions/") ? "K8S-P001" : "K8S-P002";
    findings.add(kubernetesDiagnostics.create(code, { at, apiVersion: quoted(apiVersion) }));
  }
}

function readPolicy(spec: Mapping, origin: PolicyOrigin, scope: Scope): Policy {
  const { findings, namespace } = scope;
  const pods = podsOf(
    namespace,
    readLabelSelector(spec["podSelector"], "pod", ["spec", "podSelector"], findings),
  );
  const types = readTypes(spec, findings);
  const applied: { ingress?: DirectionRules; egress?: DirectionRules } = {};
  const inert: Policy["inert"][number][] = [];
  for (const direction of DIRECTIONS) {
    const rules = (asList(spec[direction]) ?? []).map((rule, index) =>
      readRule(rule, direction, index, scope),
    );
    if (types.includes(direction)) {
      applied[direction] = { isolates: true, rules };
      continue;
    }
    if (rules.length === 0) continue;
    for (const { origin, action } of rules) inert.push({ origin, action });
    const at = findings.at(["spec", direction], "key");
    const type = direction === "ingress" ? "Ingress" : "Egress";
    findings.add(kubernetesDiagnostics.create("K8S-P009", { at, direction, type }));
  }
  return {
    origin,
    order: KUBERNETES_ORDER,
    subject: { pods: pods === undefined ? [] : [pods], hosts: false },
    ...applied,
    inert,
  };
}

function originOf(object: ManifestObject, metadata: Metadata): PolicyOrigin {
  return {
    engine: "kubernetes",
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    namespace: metadata.namespace,
    name: metadata.name,
    labels: metadata.labels,
    place: object.placeOf([]),
  };
}

/**
 * Reads a NetworkPolicy as the API server does, defaults and all. Undefined if the API server would refuse it: then an
 * error was reported.
 */
export function readNetworkPolicy(
  object: ManifestObject,
  options: ReadOptions,
  report: Report,
): KubernetesPolicy | undefined {
  const findings = findingsOf(object, report);
  const root = asMapping(object.value) ?? {};
  checkKind(root, findings);
  if (findings.hasFailed()) return undefined;
  const structure = checkStructure(
    object,
    validateNetworkPolicy,
    ERROR_LIMIT,
    structureFindings,
    report,
  );
  if (!structure.valid) return undefined;

  const metadata = readMetadata(root, options.defaultNamespace, findings);
  const spec = asMapping(root["spec"]);
  if (spec === undefined) {
    const namespace = metadata?.namespace ?? options.defaultNamespace;
    findings.add(kubernetesDiagnostics.create("K8S-P010", { at: findings.at([]), namespace }));
  }
  const policy = readPolicy(spec ?? {}, originOf(object, metadata ?? NAMELESS), {
    findings,
    namespace: metadata?.namespace ?? options.defaultNamespace,
    ipBlockMatchesPods: options.ipBlockMatchesPods,
  });
  if (findings.hasFailed() || metadata === undefined) return undefined;
  const kept = keepObject(object, policy, metadata.named);
  if (kept.text.length > maxDocumentLength) {
    const limit = maxDocumentLength / 1024 / 1024;
    findings.add(kubernetesDiagnostics.create("K8S-X007", { at: findings.at([]), limit }));
    return undefined;
  }
  return { policy, kept };
}

/** Stands in while the rest of an object without a name is still looked through for findings. */
const NAMELESS: Metadata = { name: "", namespace: "", named: true, labels: [] };
