import type { Diagnostic, Report } from "../diagnostics/diagnostic.ts";
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

/** How tools write what they are yet to fill in: Helm and Jinja, envsubst and Flux, kustomize. */
const PLACEHOLDER = /\{\{.*\}\}|\$\{[^}]*\}|\$\([\w.-]+\)/;
const SCALAR = String.raw`"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^"'\s,[{](?:[^\n,#]|(?<=\S)#)*`;
/** A value, or a key with its value. */
const VALUE = new RegExp(`(?:${SCALAR})(?:[ \\t]*:[ \\t]*(?:${SCALAR}))?`, "y");

/**
 * Gives findings about a value that a tool has yet to fill in the advice to let it: `"${CIDR}"` is well-formed YAML, and
 * wrong wherever a value has a form of its own. Whoever finds it wrong need not think of that.
 */
export function withTemplateAdvice(report: Report): Report {
  return (diagnostic) => {
    const { at, severity } = diagnostic;
    const placeholder = at === undefined || severity === "info" ? undefined : placeholderAt(at);
    if (placeholder === undefined) report(diagnostic);
    else report({ ...diagnostic, hint: adviceOn(placeholder) });
  };
}

const adviceOn = (placeholder: string): string =>
  `\`${placeholder}\` stands for text that a tool has yet to fill in: render the template (\`helm template\`, \`envsubst\`, \`kustomize build\`), and convert what comes out.`;

/** The placeholder in the value at a place; undefined if it has none. */
function placeholderAt({ document, offset, path }: SourcePlace): string | undefined {
  // A finding about an object as a whole is about no value.
  if (path === "") return undefined;
  VALUE.lastIndex = 0;
  const [value] = VALUE.exec(document.file.text.slice(offset, offset + NEAR)) ?? [];
  return value === undefined ? undefined : PLACEHOLDER.exec(value)?.[0];
}
