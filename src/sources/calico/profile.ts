import { clip } from "../schema-check.ts";
import { calicoDiagnostics } from "./diagnostics.ts";
import type { RawDocument } from "./raw.ts";
import type { DocumentReading } from "./reading.ts";

/** Made by Calico itself, from namespaces and service accounts, and the one that allows everything. */
const MADE_BY_CALICO = /^(?:kns\.|ksa\.|projectcalico-default-allow$)/;

/** A Profile tells nothing on Kubernetes: those of pods are made from other objects, and no others are read. */
export function readProfile(reading: DocumentReading, raw: RawDocument<unknown>): void {
  // Its structure has not been checked.
  const given: unknown = raw.metadata?.name;
  const name = typeof given === "string" ? given : "";
  if (MADE_BY_CALICO.test(name)) return;
  reading.add(calicoDiagnostics.create("CAL-E003", { at: reading.place([]), name: clip(name) }));
}
