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

/** True if the line of a place has `{{` in it, which no manifest has outside of quotes. */
function isTemplated({ document, offset }: SourcePlace): boolean {
  const { text } = document.file;
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  return text.slice(start, end < 0 ? undefined : end).includes("{{");
}
