import type { Colors } from "picocolors/types.js";
import type { Outcome, Witness } from "../ir/outcome.ts";
import { OUTCOMES } from "../ir/outcome.ts";
import type { ReportDiagnostic, ReportPolicy, RunReport } from "./report.ts";

export interface TerminalOptions {
  readonly colors: Colors;
  /** "quiet": the assessment and what is wrong; "verbose": every finding; else all but the notes. */
  readonly detail: "quiet" | "normal" | "verbose";
  /** Where the objects went, in words: `in out/`, `on standard output`. */
  readonly destination: string;
}

/** How a finding is called in the first column. */
type Level = "stop" | "widened" | "unknown" | "narrowed" | "note";
const LEVELS: readonly Level[] = ["stop", "widened", "unknown", "narrowed", "note"];

function levelOf({ severity, effect }: ReportDiagnostic, isStop: boolean): Level {
  if (isStop) return "stop";
  if (severity === "info" || effect === "none") return "note";
  if (effect === "widens") return "widened";
  return effect === "narrows" ? "narrowed" : "unknown";
}

const plural = (count: number, one: string, many = `${one}s`): string =>
  `${String(count)} ${count === 1 ? one : many}`;

const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  exact: "exact (unproved)",
  conditional: "conditional",
  narrowed: "narrowed",
  unknown: "unknown",
  widened: "widened",
};

/** The assessment in one line, worst first. */
function assessment(report: RunReport, destination: string): string {
  const { summary, result, inputs, policies } = report;
  const engines = new Map<string, number>();
  for (const { source } of policies) engines.set(source.engine, (engines.get(source.engine) ?? 0) + 1);
  const names = [...engines].map(
    ([engine, count]) => `${engine.charAt(0).toUpperCase()}${engine.slice(1)} ${String(count)}`,
  );
  const read = `${plural(policies.length, "policy", "policies")} read from ${plural(inputs.length, "file")}`;
  const counts = [...OUTCOMES]
    .reverse()
    .filter((outcome) => summary.policies[outcome] > 0)
    .map((outcome) => `${String(summary.policies[outcome])} ${OUTCOME_WORDS[outcome]}`);
  if (summary.documents.invalid > 0) counts.unshift(`${String(summary.documents.invalid)} invalid`);
  const what = counts.length === 0 ? "" : `: ${counts.join(", ")}`;
  const written =
    result.stops.length > 0
      ? "nothing written"
      : `${plural(summary.emitted, "NetworkPolicy", "NetworkPolicies")} ${destination}`;
  return `${read}${names.length > 1 ? ` (${names.join(", ")})` : ""}${what} -> ${written}`;
}

/** Why there is nothing to write, where nothing stopped it. */
function emptiness(report: RunReport): string | undefined {
  if (report.result.stops.length > 0 || report.summary.emitted > 0) return undefined;
  const { read, context, ignored } = report.summary.documents;
  if (read === 0) return "The input holds no documents at all.";
  if (report.policies.length === 0) {
    return `The input holds no policy: ${plural(context, "document")} tell of the cluster, ${String(ignored)} decide no traffic.`;
  }
  return "No policy of the input restricts a pod of a known namespace, so there is nothing to isolate.";
}

function witnessText({ from, to, protocol, port, source }: Witness): string {
  const traffic = port === undefined ? protocol : `${protocol} ${String(port)}`;
  const before = source.verdict === "allow" ? "from now on denied" : "from now on allowed";
  return `${before}: ${from} -> ${to}, ${traffic}`;
}

/** The policy that each finding is about, and the flow that shows it. */
function aboutFindings(policies: readonly ReportPolicy[]): {
  readonly policyOf: ReadonlyMap<number, ReportPolicy>;
  readonly witnessOf: ReadonlyMap<number, Witness>;
} {
  const policyOf = new Map<number, ReportPolicy>();
  const witnessOf = new Map<number, Witness>();
  for (const policy of policies) {
    for (const index of policy.diagnostics) policyOf.set(index, policy);
    for (const { diagnostics, witness } of policy.rules) {
      if (witness !== null) for (const index of diagnostics) witnessOf.set(index, witness);
    }
  }
  return { policyOf, witnessOf };
}

function policyText({ source }: ReportPolicy): string {
  const name = source.namespace === null ? source.name : `${source.namespace}/${source.name}`;
  return `${source.kind} ${name}`;
}

/** The summary of a run for a terminal, ending in a newline. */
export function terminalText(report: RunReport, options: TerminalOptions): string {
  const { colors, detail } = options;
  const paint: Readonly<Record<Level, (text: string) => string>> = {
    stop: colors.red,
    widened: colors.red,
    unknown: colors.magenta,
    narrowed: colors.yellow,
    note: colors.dim,
  };
  const lines: string[] = [colors.bold(assessment(report, options.destination))];
  const empty = emptiness(report);
  if (empty !== undefined) lines.push(empty);
  for (const { message, ifFalse, standing, usedBy } of report.assumptions) {
    if (standing || ifFalse !== "widens") continue;
    lines.push(`assumes: ${message} (${plural(usedBy, "policy rests", "policies rest")} on it; wider if it is false)`);
  }

  const stops = new Set(report.result.stops);
  const { policyOf, witnessOf } = aboutFindings(report.policies);
  const found = report.diagnostics
    .map((diagnostic, index) => ({
      diagnostic,
      index,
      level: levelOf(diagnostic, diagnostic.severity === "error" && stops.has(diagnostic.code)),
    }))
    .filter(({ level }) => detail === "verbose" || (level !== "note" && (detail !== "quiet" || level !== "narrowed")))
    .sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || a.index - b.index);
  if (found.length > 0) lines.push("");
  for (const { diagnostic, index, level } of found) {
    const { file, line, column, message, hint, code, path } = diagnostic;
    const place = file === null ? "" : `${file}:${String(line)}:${String(column)}  `;
    const policy = policyOf.get(index);
    const about = policy === undefined ? "" : `${policyText(policy)}${path === null ? "" : ` ${path}`}: `;
    lines.push(`${paint[level](level.padEnd(8))}  ${place}${about}${message}  ${colors.dim(code)}`);
    const witness = witnessOf.get(index);
    if (witness !== undefined && level !== "note") lines.push(`          ${witnessText(witness)}`);
    if (hint !== null) lines.push(`          do: ${hint}`);
  }
  const notes = report.diagnostics.length - found.length;
  lines.push("");
  if (notes > 0 && detail === "normal") lines.push(colors.dim(`${plural(notes, "note")} more with --verbose`));
  const standing = report.assumptions.filter((one) => one.standing).map(({ message }) => message);
  if (detail !== "quiet") lines.push(colors.dim(`taken for granted: ${standing.join("; ")}`));
  lines.push(`verification: off; what is said of outcomes is claimed, not yet proved`);
  return `${lines.join("\n")}\n`;
}
