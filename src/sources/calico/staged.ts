import { clip } from "../schema-check.ts";
import { calicoDiagnostics } from "./diagnostics.ts";
import type { RawDocument } from "./raw.ts";
import type { DocumentReading } from "./reading.ts";

/** A staged policy is a proposal that is never enforced: it is named, and nothing of it is read. */
export function readStagedPolicy(reading: DocumentReading, raw: RawDocument<unknown>): void {
  // Its structure was not held against it, so the name may be anything.
  const name: unknown = raw.metadata?.name;
  reading.add(
    calicoDiagnostics.create("CAL-P008", {
      at: reading.place([]),
      kind: raw.kind,
      name: typeof name === "string" ? clip(name) : "",
    }),
  );
}
