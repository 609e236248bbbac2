import { canonicalJson } from "../../base/canonical-json.ts";
import type { Direction } from "../../ir/policy.ts";
import type { PathStep } from "../../manifest/manifest-object.ts";
import { TCP } from "../../sets/traffic-set.ts";
import { clip } from "../schema-check.ts";
import { calicoDiagnostics } from "./diagnostics.ts";
import type { CalicoRule } from "./model.ts";
import { isNumeric } from "./protocol.ts";
import type { RawHttp, RawRule } from "./raw.ts";
import type { DocumentReading } from "./reading.ts";

/** What the L7 part asks for. Undefined when there is none, when it asks for nothing, and when it is broken. */
export function readHttp(
  reading: DocumentReading,
  raw: RawRule,
  direction: Direction,
  protocol: number | undefined,
  path: readonly PathStep[],
): CalicoRule["http"] {
  const http = raw.http;
  if (http === null || http === undefined) return undefined;
  const hasProtocol = raw.protocol !== null && raw.protocol !== undefined;
  const tcp = protocol === TCP && (reading.stored || !isNumeric(raw.protocol));
  const misplaced =
    raw.action?.toLowerCase() !== "allow"
      ? "it belongs to Allow rules"
      : direction === "egress"
        ? "it belongs to ingress rules"
        : hasProtocol && !tcp
          ? "it needs `protocol: TCP`, or none"
          : undefined;
  const reason = (reading.stored ? undefined : misplaced) ?? contentProblem(http);
  const at = reading.place([...path, "http"], "key");
  if (reason !== undefined) {
    reading.add(calicoDiagnostics.create("CAL-R012", { at, reason }));
    return undefined;
  }
  if (misplaced !== undefined)
    reading.add(calicoDiagnostics.create("CAL-R017", { at, reason: misplaced }));
  const words: string[] = [];
  const methods = http.methods ?? [];
  if (methods.length > 0) words.push(`methods ${methods.join(", ")}`);
  const paths = (http.paths ?? []).map(({ exact, prefix }) =>
    (exact ?? "") === "" ? `${prefix ?? ""}*` : (exact ?? ""),
  );
  if (paths.length > 0) words.push(`paths ${paths.join(", ")}`);
  const headers = (http.headers ?? []).map((one) => one.header ?? "");
  if (headers.length > 0) words.push(`headers ${headers.join(", ")}`);
  if (words.length === 0) return undefined;
  return { words: `http ${clip(words.join("; "))}`, whole: canonicalJson(http) };
}

function contentProblem(http: RawHttp): string | undefined {
  const methods = http.methods ?? [];
  if (new Set(methods).size < methods.length) return "a method is given twice";
  for (const { exact, prefix } of http.paths ?? []) {
    const given = [exact ?? "", prefix ?? ""].filter((text) => text !== "");
    if (given.length !== 1) return "each path is either `exact` or a `prefix`";
    const [text = ""] = given;
    if (!text.startsWith("/") || /[? #]/.test(text))
      return `the path \`${clip(text)}\` must begin with \`/\` and hold no \`?\`, \`#\` or space`;
  }
  return undefined;
}
