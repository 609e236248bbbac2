import type { Argv, Options } from "yargs";
import type { SourceEngine } from "../../sources/index.ts";
import { UsageError } from "../usage-error.ts";
import type { FactArguments } from "./fact-options.ts";
import { engineOption, withFactOptions } from "./fact-options.ts";
import { choice, repeated, single } from "./option-kinds.ts";
import { clusterConfigOption } from "./shared-options.ts";

/** The options of `explain` as yargs gives them. */
export interface ExplainArguments extends FactArguments {
  readonly engine?: SourceEngine | undefined;
  readonly paths?: readonly string[] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Asks how one policy is lowered, instead of a flow. */
  readonly policy?: string | undefined;
  readonly actions: "skip" | "compile";
  readonly port?: string | undefined;
  readonly direction: "ingress" | "egress" | "both";
  readonly against?: readonly string[] | undefined;
  readonly output: "text" | "json";
  readonly "allow-incomplete": boolean;
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly color?: boolean | undefined;
}

const flow = "The flow:";
const screen = "On the screen:";

/** Every option but those that tell facts, in the order of `--help` and of the README. */
export const EXPLAIN_OPTIONS = {
  from: {
    ...single("from"),
    group: flow,
    describe: "who connects: NS/POD, NS/app=web,tier=db[,sa=NAME][@ADDRESS], or an address",
  },
  to: { ...single("to"), group: flow, describe: "to whom: as for --from" },
  port: {
    ...single("port"),
    group: flow,
    describe: "443/TCP, 53/UDP, http/TCP, http=8080/TCP, icmp, icmp/8/0, proto/47",
  },
  direction: {
    ...choice("direction", ["ingress", "egress", "both"], "both"),
    group: flow,
    describe: "which end to judge: ingress at the destination, egress at the source",
  },
  engine: engineOption("engine"),
  against: {
    ...repeated,
    group: flow,
    describe: "other policies for the same cluster, such as the output: do both agree?",
  },
  policy: {
    ...single("policy"),
    group: "One policy:",
    describe: "instead of a flow: NAME or NS/NAME, and what each of its rules becomes",
  },
  actions: {
    ...choice("actions", ["skip", "compile"], "compile"),
    group: "One policy:",
    describe: "as for convert: rules decided in part are left out (skip) or cut (compile)",
  },
  "allow-incomplete": {
    type: "boolean",
    default: false,
    group: "Decisions:",
    describe: "exit with 0 although policies could not be read",
  },
  config: clusterConfigOption,
  output: {
    ...choice("output", ["text", "json"], "text"),
    group: screen,
    describe: "text for people or JSON, on standard output",
  },
  verbose: {
    type: "boolean",
    group: screen,
    describe: "every policy and rule that was asked, and why it did not match",
  },
  quiet: { type: "boolean", group: screen, describe: "no warnings" },
  color: {
    type: "boolean",
    group: screen,
    describe: "colours (default: on a terminal, unless NO_COLOR is set)",
  },
} as const satisfies Readonly<Record<string, Options>>;

function builder(yargs: Argv): Argv<ExplainArguments> {
  const described = yargs
    .usage(
      "$0 explain <paths..> --from A --to B --port P\n$0 explain <paths..> --policy NAME\n\n" +
        "Says whether the policies allow one flow, and by which tiers, policies and rules.",
    )
    .positional("paths", {
      type: "string",
      array: true,
      describe: "files, directories, globs, or - for standard input",
    });
  return withFactOptions(described)
    .options(EXPLAIN_OPTIONS)
    .conflicts("policy", ["from", "to", "port", "against"])
    .conflicts("quiet", "verbose")
    .example(
      "$0 explain policies/ --from shop/web-0 --to shop/db-0 --port 5432/TCP --inventory inv.yaml",
      "two pods of the inventory",
    )
    .example(
      "$0 explain policies/ --from shop/app=web --to 203.0.113.7 --port 443/TCP",
      "any pod with that label to an address outside",
    )
    .example(
      "$0 explain policies/ --against out --from shop/app=web --to shop/app=db --port 5432/TCP",
      "before and after",
    )
    .epilogue(
      "Labels: NS/ alone is a pod without any; `pod:sa=x` is a label called sa.\n" +
        "Exit codes: 0 answered; 1 --against gives another verdict; 2 bad usage or\n" +
        "policies that could not be read; 4 a fault of the tool itself.",
    ) as unknown as Argv<ExplainArguments>;
}

async function run(args: ExplainArguments): Promise<number> {
  // Loaded only now: `--help` needs none of it.
  if (args.policy !== undefined) {
    const { explainPolicy } = await import("./explain-policy.ts");
    return explainPolicy(args, args.policy);
  }
  const { from, to } = args;
  if (from === undefined || to === undefined) {
    throw new UsageError("nothing to explain: name a flow by --from and --to, or a policy", {
      hint: "For example `--from shop/app=web --to 203.0.113.7 --port 443/TCP`, or `--policy shop/web`.",
    });
  }
  const { explain } = await import("./explain-run.ts");
  return explain({ ...args, from, to });
}

export const explainCommand = {
  command: "explain <paths..>",
  describe: "say whether the policies allow a flow, and what decides it",
  builder,
  run,
};
