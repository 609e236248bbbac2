import { resolve } from "node:path";
import type { ReportFormat } from "../../report/formats.ts";
import type { RunReport } from "../../report/report.ts";
import type { StagedFiles } from "../staged-files.ts";
import { UsageError } from "../usage-error.ts";

/** What a table of formats says of each. */
interface NamedFormat {
  readonly name: string;
  readonly endings: readonly string[];
}

/** Where a report goes, and in which form. */
export interface ReportTarget<Format> {
  readonly format: Format;
  /** A path, or "-" for standard output. */
  readonly file: string;
}

/** Reads `[FORMAT=]FILE`: a format by its name, else by the file's ending; a lone `-` is the first of the table. */
export function readReportTarget<Format extends NamedFormat>(
  text: string,
  formats: readonly Format[],
): ReportTarget<Format> {
  const [, name, target] = /^([a-z]+)=(.+)$/s.exec(text) ?? [];
  if (name !== undefined && target !== undefined) {
    const format = formats.find((one) => one.name === name);
    if (format !== undefined) return { format, file: target };
    throw unknownFormat(text, `the format \`${name}\` is not known`, formats);
  }
  const format = text === "-" ? formats[0] : formatOfFile(text, formats);
  if (format !== undefined) return { format, file: text };
  throw unknownFormat(text, "the ending of the name stands for no format", formats);
}

/** The format that the ending of a file's name means; of several the longest ending counts. */
function formatOfFile<Format extends NamedFormat>(
  file: string,
  formats: readonly Format[],
): Format | undefined {
  const lower = file.toLowerCase();
  let found: Format | undefined;
  let longest = 0;
  for (const format of formats) {
    for (const ending of format.endings) {
      if (!lower.endsWith(ending) || ending.length <= longest) continue;
      found = format;
      longest = ending.length;
    }
  }
  return found;
}

function unknownFormat(text: string, why: string, formats: readonly NamedFormat[]): UsageError {
  const names = formats.map(({ name }) => name).join(", ");
  const endings = formats.flatMap(({ endings: ends }) => ends).join(", ");
  return new UsageError(`--report ${text}: ${why}`, {
    hint: `Name a file that ends in one of ${endings}, or write FORMAT=FILE with one of ${names}.`,
  });
}

/** Throws if more than one thing would go to standard output. */
export function checkStreams(
  targets: readonly { readonly file: string }[],
  isTaken: boolean,
): void {
  const streams = targets.filter(({ file }) => file === "-").length;
  if (streams > 1 || (streams === 1 && isTaken)) {
    throw new UsageError("--report -: standard output is taken already", {
      hint: isTaken
        ? "Write the objects into a folder by --out-dir, or the report to a file."
        : "Write one of the reports to a file.",
    });
  }
}

/** A report in the place of a file that was read would destroy it. */
export function keepInputs(
  inputs: readonly { readonly file: string }[],
  targets: readonly { readonly file: string }[],
): void {
  const read = new Set(inputs.map(({ file }) => resolve(file)));
  for (const { file } of targets) {
    if (file !== "-" && read.has(resolve(file))) {
      throw new UsageError(`--report ${file}: this is a file of the input`, {
        hint: "Name another file; nothing was changed.",
      });
    }
  }
}

/** Puts reports among the files to be written, but for the one that goes to standard output. */
export function stageReports(
  report: RunReport,
  targets: readonly ReportTarget<ReportFormat>[],
  files: StagedFiles,
): void {
  for (const { format, file } of targets) {
    if (file !== "-") files.add(file, format.texts(report));
  }
}
