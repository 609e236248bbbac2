import type { Colors } from "picocolors/types.js";
import { pushPods } from "./pod-changes-text.ts";
import { plural } from "./plural.ts";
import type { ChangedConnection, ChangedSubject, DiffReport } from "./diff-report.ts";
import { Screen, visible } from "./screen.ts";
import type { Paint } from "./screen.ts";
import type { TextChange } from "./text-diff.ts";

export interface DiffTextOptions {
  readonly colors: Colors;
  readonly detail: "quiet" | "normal" | "verbose";
  /** Of the texts only how many lines changed in which policy. */
  readonly stat: boolean;
  /** Columns of the terminal; undefined: lines are not wrapped. */
  readonly width: number | undefined;
}

/** So many statements are shown before the rest is counted. */
const SHOWN = 20;
/** And so many pods by name, exceptions of a statement, and rules that decide it on one side. */
const LISTED = 3;
/** So many changes for single pods. */
const POD_CHANGES = 10;
/** So many lines of texts. */
const TEXT_LINES = 400;

/**
 * What differs, for a terminal, ending in a newline: the connections, which a review is about, then the texts that make the
 * difference, then both in a line.
 */
export function diffText(report: DiffReport, options: DiffTextOptions): string {
  const { colors, detail } = options;
  const parts = [connectionText(report, options)];
  if (detail !== "quiet" && report.texts !== null) {
    const limit = detail === "verbose" ? Infinity : TEXT_LINES;
    parts.push(
      options.stat ? statText(report.texts, options) : unifiedText(report.texts, colors, limit),
    );
  }
  const summary = new Screen(colors, options.width);
  pushSummary(report, summary, colors);
  parts.push(summary.toString());
  return parts.filter((part) => part.trim() !== "").join("\n");
}

function connectionText(report: DiffReport, options: DiffTextOptions): string {
  const { colors, detail } = options;
  const screen = new Screen(colors, options.width);
  if (detail !== "quiet") pushSubjects(report, screen, options);
  for (const text of report.unanswered) {
    screen.entry("unclear", text, { paint: colors.magenta });
  }
  if (detail !== "quiet" && report.pods !== null && report.pods.pods > 0) {
    screen.blank();
    const limit = detail === "verbose" ? Infinity : POD_CHANGES;
    pushPods(report.pods, limit, screen, colors);
  }
  return screen.toString();
}

// ---------------------------------------------------------------- texts

/** As `git diff` shows it, a policy for a file. Long lines stay whole: they are what stands in the files. */
function unifiedText(changes: readonly TextChange[], colors: Colors, limit: number): string {
  const lines: string[] = [];
  let left = 0;
  for (const [at, change] of changes.entries()) {
    if (lines.length >= limit) {
      left = changes.length - at;
      break;
    }
    const { old, new: now } = change;
    const name = nameOf(change);
    lines.push(
      colors.bold(
        visible(`diff ${name}${change.change === "changed" ? "" : ` (${headOf(change)})`}`),
      ),
    );
    lines.push(colors.bold(visible(`--- ${old === null ? "/dev/null" : placeOf(old)}`)));
    lines.push(colors.bold(visible(`+++ ${now === null ? "/dev/null" : placeOf(now)}`)));
    for (const hunk of change.hunks) {
      lines.push(
        colors.cyan(
          `@@ -${span(hunk.oldStart, hunk.oldLines)} +${span(hunk.newStart, hunk.newLines)} @@`,
        ),
      );
      for (const line of hunk.lines) lines.push(paintOf(line, colors)(visible(line)));
    }
  }
  if (lines.length > limit) {
    const cut = lines.length - limit;
    lines.splice(limit, cut, `... and ${plural(cut, "line")} more (--verbose shows them)`);
  }
  if (left > 0) {
    lines.push(
      `... and ${plural(left, "policy", "policies")} more (--verbose shows them, --stat counts their lines)`,
    );
  }
  return lines.map((line) => `${line}\n`).join("");
}

const span = (start: number, count: number): string =>
  count === 1 ? String(start) : `${String(start)},${String(count)}`;

const placeOf = ({ file, line }: { readonly file: string; readonly line: number }): string =>
  `${file}:${String(line)}`;

function paintOf(line: string, colors: Colors): Paint {
  if (line.startsWith("+")) return colors.green;
  return line.startsWith("-") ? colors.red : (text) => text;
}

function nameOf({ kind, namespace, name }: TextChange): string {
  return `${kind} ${namespace === null ? name : `${namespace}/${name}`}`;
}

function headOf({ change, old }: TextChange): string {
  return change === "renamed" ? `renamed from ${old?.name ?? ""}` : change;
}

/** As `git diff --stat` shows it. */
function statText(
  changes: readonly TextChange[],
  { colors, width = 100 }: DiffTextOptions,
): string {
  const names = changes.map((change) =>
    visible(
      change.change === "renamed"
        ? `${nameOf(change)} (${headOf(change)})`
        : change.change === "changed"
          ? nameOf(change)
          : `${nameOf(change)} (${change.change})`,
    ),
  );
  const counts = changes.map(({ linesAdded, linesRemoved }) => linesAdded + linesRemoved);
  const nameWidth = Math.max(0, ...names.map(({ length }) => length));
  const countWidth = String(Math.max(0, ...counts)).length;
  const room = Math.max(8, Math.min(60, width - nameWidth - countWidth - 5));
  const scale = Math.min(1, room / Math.max(1, ...counts));
  return changes
    .map(({ linesAdded, linesRemoved }, at) => {
      const bar = (sign: string, count: number): string =>
        sign.repeat(count === 0 ? 0 : Math.max(1, Math.floor(count * scale)));
      const name = (names[at] ?? "").padEnd(nameWidth);
      const count = String(counts[at] ?? 0).padStart(countWidth);
      const bars = colors.green(bar("+", linesAdded)) + colors.red(bar("-", linesRemoved));
      return ` ${name} | ${count} ${bars}\n`;
    })
    .join("");
}

// ---------------------------------------------------------------- connections

function pushSubjects({ subjects }: DiffReport, screen: Screen, options: DiffTextOptions): void {
  const { colors, detail } = options;
  const limit = detail === "verbose" ? Infinity : SHOWN;
  let shown = 0;
  let left = 0;
  let leftPods = 0;
  for (const subject of subjects) {
    if (shown >= limit) {
      left += subject.connections.length;
      leftPods += 1;
      continue;
    }
    screen.blank();
    screen.text(`${subject.pods}${existingWords(subject, detail === "verbose")}`, colors.bold);
    for (const connection of subject.connections) {
      if (shown >= limit) left += 1;
      else pushConnection(connection, screen, options);
      shown += 1;
    }
  }
  if (left > 0) {
    const pods = leftPods === 0 ? "" : `, for ${plural(leftPods, "more group")} of pods`;
    screen.text(`... and ${plural(left, "statement")} more${pods} (--verbose shows them)`);
  }
}

/** ` (3 pods: web-0, web-1, web-2)` */
function existingWords({ existing }: ChangedSubject, isVerbose: boolean): string {
  if (existing === null) return "";
  const { kind, names } = existing;
  if (names.length === 0) return ` (no ${kind} of the inventory)`;
  const shown = isVerbose ? names : names.slice(0, LISTED);
  const more = names.length > shown.length ? ", ..." : "";
  return ` (${plural(names.length, kind.slice(0, -1))}: ${shown.join(", ")}${more})`;
}

function pushConnection(
  connection: ChangedConnection,
  screen: Screen,
  { colors, detail }: DiffTextOptions,
): void {
  const { effect, direction, certain, peer, traffic, except, given } = connection;
  const isVerbose = detail === "verbose";
  const preposition = direction === "ingress" ? "from" : "to";
  const sign = effect === "added" ? "+" : "-";
  const paint = effect === "added" ? colors.green : colors.red;
  const may = certain ? "" : "may: ";
  const condition = given.length === 0 ? "" : `, ${given.join(" and ")}`;
  screen.item(
    paint(sign),
    `${may}${direction} ${preposition} ${peer}: ${traffic}${condition}`,
    1,
    paint,
  );
  const exceptions = isVerbose ? except : except.slice(0, LISTED);
  for (const one of exceptions) screen.item("", `except ${preposition} ${one}`, 2);
  if (except.length > exceptions.length) {
    screen.item("", `and ${plural(except.length - exceptions.length, "exception")} more`, 2);
  }
  for (const side of ["old", "new"] as const) {
    const verdict = connection.example[side === "old" ? "source" : "target"].verdict;
    const by = connection[side];
    const shown = isVerbose ? by : by.slice(0, LISTED - 1);
    const more = by.length > shown.length ? `; and ${String(by.length - shown.length)} more` : "";
    screen.item("", `${side}: ${verdict}, ${shown.join("; ")}${more}`, 2, colors.dim);
  }
  if (!isVerbose) return;
  const { from, to, protocol, port, explain } = connection.example;
  const value = port === undefined ? protocol : `${protocol} ${String(port)}`;
  screen.item("", `such as ${from} -> ${to}, ${value}`, 2, colors.dim);
  screen.item("", `see: netpol-migrate explain OLD --against NEW ${explain}`, 2, colors.dim);
}

// ---------------------------------------------------------------- summary

function pushSummary(
  { result, summary, assumptions }: DiffReport,
  screen: Screen,
  colors: Colors,
): void {
  const { texts, connections, policies } = summary;
  const parts: string[] = [];
  if (connections !== null) {
    const { added, removed, perhapsAdded, perhapsRemoved } = connections;
    if (added > 0) parts.push(plural(added, "addition"));
    if (removed > 0) parts.push(plural(removed, "removal"));
    if (perhapsAdded > 0) parts.push(plural(perhapsAdded, "possible addition"));
    if (perhapsRemoved > 0) parts.push(plural(perhapsRemoved, "possible removal"));
  }
  const sets = `${plural(policies.old, "policy", "policies")} before, ${String(policies.new)} after`;
  const what =
    connections === null
      ? ""
      : result.same
        ? "the same connections are allowed"
        : parts.length > 0
          ? `connections differ: ${parts.join(", ")}`
          : "whether the same connections are allowed is not known";
  const inText =
    texts === null && connections === null
      ? "no text to compare: the two have no kind of policy in common, see --show semantic"
      : textWords(texts);
  const words = [what, inText].filter((part) => part !== "").join("; ");
  const paint = result.same ? colors.green : colors.bold;
  if (!result.complete && result.stops.length > 0) {
    screen.text("not all policies could be read: what is said here may be wrong", colors.red);
  }
  screen.text(`${words} (${sets})`, paint);
  if (connections !== null && assumptions.length > 0) {
    screen.text(`under: ${assumptions.map(({ message }) => message).join("; ")}`, colors.dim);
  }
}

function textWords(texts: DiffReport["summary"]["texts"]): string {
  if (texts === null) return "";
  const parts = (["changed", "added", "removed", "renamed"] as const).flatMap((change) =>
    texts[change] === 0 ? [] : [`${String(texts[change])} ${change}`],
  );
  return parts.length === 0 ? "no text differs" : `texts: ${parts.join(", ")}`;
}
