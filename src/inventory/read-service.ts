import { parseAddress } from "../sets/address-set.ts";
import type { SnapshotBuilder } from "./build.ts";
import { inventoryDiagnostics } from "./diagnostics.ts";
import { clipped } from "./fact-reading.ts";
import type { FactReading } from "./fact-reading.ts";
import type { KnownEndpointSlice, KnownService } from "./snapshot.ts";

/** A Service. One with a field that cannot be right is not used at all: a part of its ports would be wrong ports. */
export function readService(
  reading: FactReading,
  namespace: string,
  builder: SnapshotBuilder,
): void {
  builder.coverNamespace(namespace);
  // The selector of an ExternalName service means nothing to Kubernetes, whatever it says.
  const isName = reading.text(["spec", "type"]) === "ExternalName";
  const selector = isName ? {} : reading.labels(["spec", "selector"]);
  const ports: KnownService["ports"][number][] = [];
  for (const index of reading.list(["spec", "ports"]).keys()) {
    const path = ["spec", "ports", index];
    const name = reading.text([...path, "name"]) ?? "";
    const port = reading.port([...path, "port"]);
    const protocol = reading.protocol([...path, "protocol"]);
    const targetPort = reading.portOrName([...path, "targetPort"]) ?? port;
    if (port === undefined || protocol === undefined || targetPort === undefined) return;
    ports.push({ ...(name === "" ? {} : { name }), protocol, port, targetPort });
  }
  if (!reading.sound) return;
  builder.addService(
    {
      namespace,
      name: reading.name,
      labels: reading.labels(["metadata", "labels"]),
      selector,
      ports,
      document: reading.document,
    },
    reading.place([]),
  );
}

/**
 * An EndpointSlice. If one of a service's slices cannot be read, none is used: with a part of its addresses a Deny would
 * deny too little.
 */
export function readEndpointSlice(
  reading: FactReading,
  namespace: string,
  builder: SnapshotBuilder,
): void {
  builder.coverNamespace(namespace);
  const service = reading.labels(["metadata", "labels"])["kubernetes.io/service-name"] ?? "";
  if (service === "") return;
  // Names are no addresses. The engines leave such slices alone.
  if (reading.text(["addressType"]) === "FQDN") return;

  const addresses = addressesOf(reading, namespace);
  const ports: KnownEndpointSlice["ports"][number][] = [];
  for (const index of reading.list(["ports"]).keys()) {
    const protocol = reading.protocol(["ports", index, "protocol"]);
    const port = reading.port(["ports", index, "port"]);
    if (protocol !== undefined) ports.push({ protocol, port });
  }
  if (addresses === undefined || !reading.sound) builder.spoilSlices(namespace, service);
  else {
    builder.addSlice(reading.name, { namespace, service, addresses, ports }, reading.place([]));
  }
}

function addressesOf(reading: FactReading, namespace: string): readonly bigint[] | undefined {
  const addresses: bigint[] = [];
  for (const index of reading.list(["endpoints"]).keys()) {
    const path = ["endpoints", index, "addresses"];
    for (const at of reading.list(path).keys()) {
      const text = reading.text([...path, at]) ?? "";
      const address = parseAddress(text);
      if (address !== undefined) {
        addresses.push(address);
        continue;
      }
      reading.add(
        inventoryDiagnostics.create("INV-N001", {
          at: reading.place([...path, at]),
          text: clipped(text),
          kind: reading.kind,
          namespace,
          name: reading.name,
        }),
      );
      return undefined;
    }
  }
  return addresses;
}
