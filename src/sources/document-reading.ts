import type { Diagnostic, Report, Severity } from "../diagnostics/diagnostic.ts";
import type { SourcePlace } from "../diagnostics/source-range.ts";
import type { ManifestObject, PathStep } from "../manifest/manifest-object.ts";
import { internText } from "./intern.ts";

/** Findings of one severity told one by one; the rest is counted. */
const TOLD = 20;

/** The finding that counts those which are not told one by one. */
export type MoreFindings = (of: { readonly at: SourcePlace; readonly count: number }) => Diagnostic;

/**
 * One document while it is read. Everything that reads a part of it adds its findings here: an error among them makes
 * the document invalid, but the rest is still looked at, so that one run names all that is wrong.
 */
export class DocumentReading {
  readonly object: ManifestObject;
  readonly #report: Report;
  readonly #more: MoreFindings;
  readonly #counts: Record<Severity, number> = { error: 0, warning: 0, info: 0 };

  constructor(object: ManifestObject, more: MoreFindings, report: Report) {
    this.object = object;
    this.#more = more;
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
    if (rest > 0) this.#report(this.#more({ at: this.place([]), count: rest }));
  }
}
