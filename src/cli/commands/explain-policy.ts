import process from "node:process";
import { closest, distance } from "fastest-levenshtein";
import { runConvert } from "../../pipeline.ts";
import { loweringText, policiesCalled } from "../../report/lowering-text.ts";
import { wrapLines } from "../../report/screen.ts";
import { EXIT } from "../exit-code.ts";
import { readInputFiles } from "../input-files.ts";
import { readStdin, writeOut } from "../io.ts";
import { UsageError } from "../usage-error.ts";
import { terminalWidth } from "../terminal-settings.ts";
import { toolVersion } from "../version.ts";
import type { ExplainArguments } from "./explain.ts";
import { readFactOptions } from "./fact-options.ts";
import { throwIfRefuted } from "./refuted.ts";

/** Tells how one policy is lowered, rule by rule. Nothing is written. */
export async function explainPolicy(args: ExplainArguments, name: string): Promise<number> {
  const cwd = process.cwd();
  const input = await readInputFiles(args.paths ?? [], { cwd, readStdin });
  const inventory = await readInputFiles(args.inventory ?? [], { cwd, readStdin });
  const result = runConvert({
    files: input.files,
    inventory: inventory.files,
    unreadable: [...input.diagnostics, ...inventory.diagnostics],
    options: {
      ...readFactOptions(args, args.engine),
      actions: args.actions,
      keepKubernetes: false,
      inexact: "narrow",
      unsayableSubjects: "isolate",
      enforcer: "vpc-cni",
      assume: new Set(),
      // What is missing is told at the policies concerned; the policy that is asked about may be whole.
      allowIncomplete: true,
      verify: true,
      failOn: "widened",
    },
    tool: { name: "netpol-migrate", version: toolVersion() },
    reportedOptions: {},
  });
  throwIfRefuted(result);
  const { report, stops } = result;
  const found = policiesCalled(report, name);
  if (found.length === 0) {
    const names = report.policies.flatMap(({ source: { namespace, name: own } }) =>
      namespace === null ? [own] : [own, `${namespace}/${own}`],
    );
    const near = names.length === 0 ? "" : closest(name, names);
    throw new UsageError(`--policy ${name}: the input has no policy of that name`, {
      hint:
        near !== "" && distance(name, near) <= 3
          ? `Did you mean \`${near}\`?`
          : "Give its name, with its namespace if it has one: `--policy shop/web`.",
    });
  }
  if (args.output === "json") await writeOut([`${JSON.stringify(found, undefined, 2)}\n`]);
  else {
    const width = terminalWidth(process.stdout);
    await writeOut(found.map((policy) => wrapLines(loweringText(report, policy), width)));
  }
  return stops.length > 0 ? EXIT.usage : EXIT.done;
}
