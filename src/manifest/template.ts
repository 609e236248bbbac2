import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourcePlace } from "../diagnostics/source-range.ts";
import { manifestDiagnostics } from "./diagnostics.ts";

/** What is wrong with a document that is no YAML. Of a template that is said first: no reason of the parser would help. */
export function syntaxFinding(at: SourcePlace, reason: string): Diagnostic {
  return isTemplated(at)
    ? manifestDiagnostics.create("YML-X026", { at })
    : manifestDiagnostics.create("YML-X001", { at, reason });
}

/** What is wrong with a key that is no text; `{{ .Values.name }}` is a mapping with a mapping for its key. */
export function keyFinding(at: SourcePlace, what: string): Diagnostic {
  return isTemplated(at)
    ? manifestDiagnostics.create("YML-X026", { at })
    : manifestDiagnostics.create("YML-X003", { at, what });
}

/** A line may be as long as the file, so only what is near the place is looked at. */
const NEAR = 200;

/** True if the line of a place has `{{` near it, which no manifest has outside of quotes. */
function isTemplated({ document, offset }: SourcePlace): boolean {
  const { text } = document.file;
  const before = text.slice(Math.max(0, offset - NEAR), offset);
  const [after = ""] = text.slice(offset, offset + NEAR).split("\n", 1);
  return `${before.slice(before.lastIndexOf("\n") + 1)}${after}`.includes("{{");
}
