import { calicoDiagnostics } from "./diagnostics.ts";
import { checkNoNamespace, readMetadata, readNamespace } from "./metadata.ts";
import type { AddressGroup } from "./model.ts";
import { readNets } from "./nets.ts";
import type { RawDocument, RawNetworkSetSpec } from "./raw.ts";
import type { DocumentReading } from "./reading.ts";

const NAMESPACE_LABEL = "projectcalico.org/namespace";

/** Reads a NetworkSet or GlobalNetworkSet. Undefined when it is invalid; the reading then holds the reason. */
export function readNetworkSet(
  reading: DocumentReading,
  raw: RawDocument<RawNetworkSetSpec>,
  defaultNamespace: string,
): AddressGroup | undefined {
  const kind = raw.kind === "NetworkSet" ? "NetworkSet" : "GlobalNetworkSet";
  const metadata = readMetadata(reading, { ...raw, spec: undefined });
  const nets = readNets(reading, raw.spec?.nets, ["spec"], "nets", false);
  if (metadata === undefined) return undefined;
  if (Object.hasOwn(metadata.labels, NAMESPACE_LABEL)) {
    const at = reading.place(["metadata", "labels", NAMESPACE_LABEL], "key");
    reading.add(calicoDiagnostics.create("CAL-N004", { at, kind }));
  }
  const common = {
    name: metadata.name,
    labels: metadata.labels,
    nets,
    domains: raw.spec?.allowedEgressDomains ?? [],
    place: reading.place([]),
  };
  if (kind === "GlobalNetworkSet") {
    checkNoNamespace(reading, kind, metadata);
    return reading.failed ? undefined : { kind, ...common };
  }
  const namespace = readNamespace(reading, kind, metadata, defaultNamespace);
  return reading.failed || namespace === undefined ? undefined : { kind, namespace, ...common };
}
