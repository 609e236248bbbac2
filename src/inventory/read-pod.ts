import { parseAddress } from "../sets/address-set.ts";
import type { PathStep } from "../manifest/manifest-object.ts";
import type { SnapshotBuilder } from "./build.ts";
import { inventoryDiagnostics } from "./diagnostics.ts";
import { clipped } from "./fact-reading.ts";
import type { FactReading } from "./fact-reading.ts";
import type { KnownPod } from "./snapshot.ts";

type Path = readonly PathStep[];

/** A Pod. From a manifest it is as a template is: no pod that was seen. */
export function readPod(reading: FactReading, namespace: string, builder: SnapshotBuilder): void {
  const phase = reading.text(["status", "phase"]);
  const node = reading.text(["spec", "nodeName"]) ?? "";
  const live = phase !== undefined || node !== "";
  const pod = podAt(reading, namespace, []);
  const off =
    phase === "Succeeded" || phase === "Failed"
      ? "finished"
      : node === ""
        ? "unscheduled"
        : undefined;
  const addresses = live ? addressesOf(reading, namespace) : [];
  builder.addPod({
    ...pod,
    live,
    addresses,
    ...(live && off !== undefined ? { off } : {}),
  });
}

/** The pods that a workload will make. A workload without a template (an Argo Rollout that refers to one) makes none. */
export function readTemplate(
  reading: FactReading,
  namespace: string,
  at: Path,
  builder: SnapshotBuilder,
): void {
  builder.coverNamespace(namespace);
  if (reading.mapping(at) !== undefined) builder.addPod(podAt(reading, namespace, at));
}

function podAt(reading: FactReading, namespace: string, at: Path): KnownPod {
  const account =
    reading.text([...at, "spec", "serviceAccountName"]) ??
    // The name of the field before Kubernetes 1.0; the API server still keeps both alike.
    reading.text([...at, "spec", "serviceAccount"]);
  return {
    namespace,
    name: reading.name,
    labels: reading.labels([...at, "metadata", "labels"]),
    account: account === undefined || account === "" ? "default" : account,
    hostNetwork: reading.flag([...at, "spec", "hostNetwork"]),
    addresses: [],
    ports: [
      ...portsOf(reading, [...at, "spec", "containers"], () => true),
      // Of the containers that run before the others only those that go on running beside them can be called.
      ...portsOf(
        reading,
        [...at, "spec", "initContainers"],
        (container) => reading.text([...container, "restartPolicy"]) === "Always",
      ).map((port) => ({ ...port, init: true as const })),
    ],
    live: false,
  };
}

function portsOf(
  reading: FactReading,
  at: Path,
  counts: (container: Path) => boolean,
): KnownPod["ports"] {
  const ports: KnownPod["ports"][number][] = [];
  for (const index of reading.list(at).keys()) {
    const container = [...at, index];
    if (!counts(container)) continue;
    for (const portIndex of reading.list([...container, "ports"]).keys()) {
      const path = [...container, "ports", portIndex];
      const name = reading.text([...path, "name"]) ?? "";
      const port = reading.port([...path, "containerPort"]);
      const protocol = reading.protocol([...path, "protocol"]);
      if (name !== "" && port !== undefined && protocol !== undefined) {
        ports.push({ name, protocol, port });
      }
    }
  }
  return ports;
}

function addressesOf(reading: FactReading, namespace: string): readonly bigint[] {
  const paths: Path[] = [...reading.list(["status", "podIPs"]).keys()].map((index) => [
    "status",
    "podIPs",
    index,
    "ip",
  ]);
  paths.push(["status", "podIP"]);
  const addresses = new Set<bigint>();
  for (const path of paths) {
    const text = reading.text(path) ?? "";
    if (text === "") continue;
    const address = parseAddress(text);
    if (address === undefined) {
      reading.add(
        inventoryDiagnostics.create("INV-N001", {
          at: reading.place(path),
          text: clipped(text),
          kind: reading.kind,
          namespace,
          name: reading.name,
        }),
      );
      return [];
    }
    addresses.add(address);
  }
  return [...addresses];
}
