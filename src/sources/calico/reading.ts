import type { Report } from "../../diagnostics/diagnostic.ts";
import type { ManifestObject } from "../../manifest/manifest-object.ts";
import { DocumentReading as AnyReading } from "../document-reading.ts";
import { calicoDiagnostics } from "./diagnostics.ts";

/** One of Calico's documents while it is read. */
export class DocumentReading extends AnyReading {
  /** True for the storage form, which passed none of the API's validation: it is read as Calico's agent does. */
  readonly stored: boolean;

  constructor(object: ManifestObject, stored: boolean, report: Report) {
    super(object, (of) => calicoDiagnostics.create("CAL-X004", of), report);
    this.stored = stored;
  }
}
