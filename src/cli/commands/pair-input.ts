import process from "node:process";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { SourceFile } from "../../diagnostics/source-range.ts";
import type { SetFiles } from "../../pipeline-read.ts";
import { readInputFiles } from "../input-files.ts";
import { readStdin } from "../io.ts";
import { UsageError } from "../usage-error.ts";
import { reportedPaths } from "./fact-options.ts";

/** Files of a command that reads one set of policies, or two to compare. */
export interface PairFiles {
  /** The source, and with `--against` the other set. */
  readonly sets: readonly SetFiles[];
  readonly inventory: readonly SourceFile[];
  /** Findings about files that could not be read at all. */
  readonly unreadable: readonly Diagnostic[];
  /** How reports call the other set. */
  readonly targetName: string;
}

export interface PairArguments {
  readonly paths?: readonly string[] | undefined;
  readonly against?: readonly string[] | undefined;
  readonly inventory?: readonly string[] | undefined;
}

export async function readPair({
  paths = [],
  against = [],
  inventory = [],
}: PairArguments): Promise<PairFiles> {
  const every = [...paths, ...against, ...inventory];
  if (every.filter((path) => path === "-").length > 1) {
    throw new UsageError("standard input is named twice, and can be read once", {
      hint: "Put one of the two into a file.",
    });
  }
  const cwd = process.cwd();
  const source = await readInputFiles(paths, { cwd, readStdin });
  const target = against.length > 0 ? await readInputFiles(against, { cwd, readStdin }) : undefined;
  const facts = await readInputFiles(inventory, { cwd, readStdin });
  const unreadable = [source, target, facts].flatMap((one) => one?.diagnostics ?? []);
  const common = { ipBlockMatchesPods: "yes" } as const;
  const sets: SetFiles[] = [
    {
      files: source.files,
      unreadable: source.diagnostics,
      ownOutput: "context-beside-others",
      engine: "as told",
      ...common,
    },
  ];
  if (target !== undefined) {
    // What our own annotation marks is what is asked about here.
    sets.push({
      files: target.files,
      unreadable: target.diagnostics,
      ownOutput: "input",
      engine: "by its policies",
      ...common,
    });
  }
  return {
    sets,
    inventory: facts.files,
    unreadable,
    targetName: reportedPaths(against, cwd).join(", "),
  };
}
