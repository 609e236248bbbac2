import { jsonText } from "../../src/report/json.ts";
import type { RunReport } from "../../src/report/report.ts";
import { storedReport } from "../../src/report/stored.ts";

/** Texts that act where they are not escaped: end an element, an attribute, a comment, a script, a JSON text. */
export const HOSTILE =
  `</script></style></pre><img src=x onerror="document.title='hit'"><!--<script>document.title='hit'</script>` +
  `" autofocus onfocus="document.title='hit'" ' onmouseover='document.title=1' \u202e\u2028&lt;b&gt; ]]> \${1} \``;

/** Fields that hold words of ours, which the schema of a stored report insists on. */
const OURS = new Set([
  "code",
  "disposition",
  "outcome",
  "severity",
  "effect",
  "direction",
  "action",
  "engine",
  "status",
  "ingress",
  "egress",
  "verdict",
  "ifFalse",
  "basis",
  "kind",
  "level",
  "assumptions",
  "stops",
  "path",
]);

/** The report with a hostile text in every field that can come from elsewhere. */
export function hostileReport(report: RunReport): RunReport {
  const plain: unknown = JSON.parse(jsonText(report));
  return storedReport(taint(plain, "") as Parameters<typeof storedReport>[0]);
}

function taint(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value.map((one) => taint(one, key));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [
        key === "labels" ? `${name}${HOSTILE}` : name,
        taint(inner, name),
      ]),
    );
  }
  if (typeof value !== "string" || (OURS.has(key) && key !== "path")) return value;
  // Places of rules in the output are found by their path.
  return value.startsWith("/spec/") ? value : `${value}${HOSTILE}`;
}
