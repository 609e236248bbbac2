import type { Report } from "../diagnostics/diagnostic.ts";
import type { ManifestObject, PathStep } from "../manifest/manifest-object.ts";
import { parseCidr } from "../sets/address-set.ts";
import type { SnapshotBuilder } from "./build.ts";
import { inventoryDiagnostics } from "./diagnostics.ts";
import { FactReading, asMapping } from "./fact-reading.ts";
import { isNamespaceName, isObjectName } from "./label-syntax.ts";
import { readEndpoint, readEndpointsOfCilium, readIdentity } from "./read-endpoint.ts";
import { readCiliumNode, readNode } from "./read-node.ts";
import { readPod, readTemplate } from "./read-pod.ts";
import { readEndpointSlice, readService } from "./read-service.ts";

interface FactKind {
  readonly namespaced: boolean;
  read(reading: FactReading, namespace: string, builder: SnapshotBuilder): void;
}

/** Kinds by API group and kind. A version says nothing about the fields read here, which never changed. */
const FACT_KINDS: ReadonlyMap<string, FactKind> = new Map<string, FactKind>([
  ["/Namespace", { namespaced: false, read: readNamespace }],
  ["/Pod", { namespaced: true, read: readPod }],
  ["/ServiceAccount", { namespaced: true, read: readAccount }],
  ["/Service", { namespaced: true, read: readService }],
  ["discovery.k8s.io/EndpointSlice", { namespaced: true, read: readEndpointSlice }],
  // The older form of EndpointSlices, of which each cluster has both.
  ["/Endpoints", { namespaced: true, read: coverOnly }],
  ["/Node", { namespaced: false, read: readNode }],
  ["/ReplicationController", templateAt("spec", "template")],
  ["/PodTemplate", templateAt("template")],
  ...["apps", "extensions"].flatMap((group): [string, FactKind][] =>
    ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].map((kind) => [
      `${group}/${kind}`,
      templateAt("spec", "template"),
    ]),
  ),
  ["batch/Job", templateAt("spec", "template")],
  ["batch/CronJob", templateAt("spec", "jobTemplate", "spec", "template")],
  ["argoproj.io/Rollout", templateAt("spec", "template")],
  ["projectcalico.org/IPPool", { namespaced: false, read: readPool }],
  ["crd.projectcalico.org/IPPool", { namespaced: false, read: readPool }],
  ["cilium.io/CiliumNode", { namespaced: false, read: readCiliumNode }],
  ["cilium.io/CiliumEndpoint", { namespaced: true, read: readEndpoint }],
  ["cilium.io/CiliumEndpointSlice", { namespaced: false, read: readEndpointsOfCilium }],
  ["cilium.io/CiliumIdentity", { namespaced: false, read: readIdentity }],
]);

/**
 * Takes from an object what it tells of the cluster. False if objects of this kind tell nothing; true says nothing of
 * whether this one told anything. What is wrong with it is reported: never as an error, since no fact is needed.
 */
export function readFact(
  object: ManifestObject,
  builder: SnapshotBuilder,
  report: Report,
): boolean {
  const root = asMapping(object.value);
  const apiVersion = root?.["apiVersion"];
  const kind = root?.["kind"];
  if (typeof apiVersion !== "string" || typeof kind !== "string") return false;
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  const fact = FACT_KINDS.get(`${group}/${kind}`);
  if (fact === undefined) return false;

  const reading = new FactReading(object, kind, report);
  const name = reading.text(["metadata", "name"]) ?? "";
  // A Job, say, may leave it to the API server to complete its name.
  const start = name === "" ? (reading.text(["metadata", "generateName"]) ?? "") : "";
  const isValid = kind === "Namespace" ? isNamespaceName : isObjectName;
  if (!isValid(start === "" ? name : `${start}x`)) {
    const at = object.placeOf(["metadata", "name"]);
    report(inventoryDiagnostics.create("INV-E001", { at, kind, field: "name" }));
    return true;
  }
  reading.setName(start === "" ? name : `${start}*`);
  const namespace = fact.namespaced ? namespaceOf(reading, builder) : "";
  if (namespace !== undefined) fact.read(reading, namespace, builder);
  return true;
}

function namespaceOf(reading: FactReading, builder: SnapshotBuilder): string | undefined {
  const path = ["metadata", "namespace"];
  const given = reading.text(path) ?? "";
  const { kind, name } = reading;
  if (!reading.sound || (given !== "" && !isNamespaceName(given))) {
    const at = reading.place(path);
    reading.add(inventoryDiagnostics.create("INV-E001", { at, kind, field: "namespace" }));
    return undefined;
  }
  if (given !== "") return given;
  const namespace = builder.defaultNamespace;
  const at = reading.place(["metadata"]);
  reading.add(inventoryDiagnostics.create("INV-E002", { at, kind, name, namespace }));
  return namespace;
}

function templateAt(...path: readonly PathStep[]): FactKind {
  return {
    namespaced: true,
    read: (reading, namespace, builder) => {
      readTemplate(reading, namespace, path, builder);
    },
  };
}

function readNamespace(reading: FactReading, _: string, builder: SnapshotBuilder): void {
  const labels = reading.labels(["metadata", "labels"]);
  builder.addNamespace(reading.name, reading.sound ? labels : undefined, reading.place([]));
}

function readAccount(reading: FactReading, namespace: string, builder: SnapshotBuilder): void {
  builder.coverNamespace(namespace);
  const labels = reading.labels(["metadata", "labels"]);
  if (reading.sound) {
    builder.addAccount({ namespace, name: reading.name, labels }, reading.place([]));
  }
}

function coverOnly(_: FactReading, namespace: string, builder: SnapshotBuilder): void {
  builder.coverNamespace(namespace);
}

/**
 * A pool of pod addresses. A disabled one gives out no more of them, but pods keep those that they have, so it counts. A
 * pool for load balancers alone never gave any to pods.
 */
function readPool(reading: FactReading, _: string, builder: SnapshotBuilder): void {
  const uses = reading.list(["spec", "allowedUses"]);
  if (uses.length > 0 && uses.every((use) => use === "LoadBalancer")) return;
  const cidr = parseCidr(reading.text(["spec", "cidr"]) ?? "");
  if (cidr !== undefined) {
    builder.addPool(cidr);
    return;
  }
  const at = reading.place(["spec", "cidr"]);
  reading.add(inventoryDiagnostics.create("INV-N002", { at, name: reading.name }));
  builder.spoilPools();
}
