import type { DocumentReading } from "../document-reading.ts";
import { readCidrs } from "./cidrs.ts";
import { readMetadata } from "./metadata.ts";
import type { CidrGroup } from "./model.ts";
import type { RawCidrGroup, RawDocument } from "./raw.ts";

/** Reads a CiliumCIDRGroup. Undefined when it is invalid; the reading then holds the reason. */
export function readCidrGroup(reading: DocumentReading, raw: RawDocument): CidrGroup | undefined {
  const metadata = readMetadata(reading, raw.kind, raw.metadata, "cluster");
  // The schema of the kind has been held to, so the spec is that of a group.
  const spec = (raw.spec ?? {}) as RawCidrGroup;
  const cidrs = readCidrs(reading, spec.externalCIDRs ?? [], ["spec", "externalCIDRs"]);
  if (metadata === undefined || reading.failed) return undefined;
  const { name, labels } = metadata;
  return { name, labels, cidrs, place: reading.keptPlace([]) };
}
