import type { SourceFile } from "../../src/diagnostics/source-range.ts";
import { runVerify } from "../../src/pipeline-verify.ts";
import type { VerificationReport } from "../../src/report/verification.ts";
import { convertInput } from "./run-convert.ts";
import type { CaseOptions } from "./run-convert.ts";

/** Two sets for one cluster. */
export interface PairInput {
  readonly source: readonly SourceFile[];
  readonly target: readonly SourceFile[];
  readonly inventory?: readonly SourceFile[];
  readonly options?: CaseOptions;
}

/** What `verify` says of them. */
export function runPair({
  source,
  target,
  inventory = [],
  options = {},
}: PairInput): VerificationReport {
  const { options: read, tool, reportedOptions } = convertInput({ files: [], inventory, options });
  const set = { unreadable: [], ownOutput: "input", ipBlockMatchesPods: "yes" } as const;
  return runVerify({
    source: { ...set, engine: "as told", files: source },
    target: { ...set, engine: "by its policies", files: target },
    inventory,
    unreadable: [],
    options: { ...read, failOn: "narrowed" },
    tool,
    reportedOptions,
  });
}
