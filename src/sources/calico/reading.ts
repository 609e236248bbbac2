import type { Diagnostic, Report, Severity } from "../../diagnostics/diagnostic.ts";
import type { SourcePlace } from "../../diagnostics/source-range.ts";
import type { ManifestObject, PathStep } from "../../manifest/manifest-object.ts";
import { calicoDiagnostics } from "./diagnostics.ts";
import { internText } from "./intern.ts";

/** Findings of one severity told one by one; the rest is counted. */
const TOLD = 20;

/**
 * One document while it is read. Everything that reads a part of it adds its findings here: an error among them makes
 * the document invalid, but the rest is still looked at, so that one run names all that is wrong.
 */
export class DocumentReading {
  readonly object: ManifestObject;
  /** True for the storage form, which passed none of the API's validation: it is read as Calico's agent does. */
  readonly stored: boolean;
  readonly #report: Report;
  readonly #counts: Record<Severity, number> = { error: 0, warning: 0, info: 0 };

  constructor(object: ManifestObject, stored: boolean, report: Report) {
    this.object = object;
    this.stored = stored;
    this.#report = report;
  }

  get failed(): boolean {
    return this.#counts.error > 0;
  }

  place(path: readonly PathStep[], part?: "key" | "value"): SourcePlace {
    return this.object.placeOf(path, part);
  }

  /** A place that is kept as long as the policy is: its path shares its text with other policies. */
  keptPlace(path: readonly PathStep[]): SourcePlace {
    const { document, offset, path: text } = this.object.placeOf(path);
    return { document, offset, path: internText(text) };
  }

  add(finding: Diagnostic): void {
    if (++this.#counts[finding.severity] <= TOLD) this.#report(finding);
  }

  /** To be called once, when everything has been read. */
  finish(): void {
    let rest = 0;
    for (const count of Object.values(this.#counts)) rest += Math.max(0, count - TOLD);
    if (rest > 0)
      this.#report(calicoDiagnostics.create("CAL-X004", { at: this.place([]), count: rest }));
  }
}
