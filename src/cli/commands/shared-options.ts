import type { Options } from "yargs";
import { ASSUMPTIONS } from "../../ir/assumption.ts";
import type { FailOn } from "../../pipeline.ts";
import type { Config } from "../config-file.ts";
import { CONFIG_FILE } from "../config-file.ts";
import { choice, repeated, single } from "./option-kinds.ts";

/* Options that several commands have in common. */

export const decisions = "Decisions:";

/** What `--assume` takes. */
export const ASSUMABLE: readonly string[] = Object.entries(ASSUMPTIONS)
  .filter(([, { standing }]) => !standing)
  .map(([name]) => name);

export const assumeOption = {
  ...repeated,
  group: decisions,
  describe: `take for granted: ${ASSUMABLE.join(", ")}`,
} as const satisfies Options;

export function failOnOption(preset: FailOn) {
  const levels = ["none", "conditional", "narrowed", "unknown", "widened"] as const;
  return {
    ...choice("fail-on", levels, preset),
    group: decisions,
    describe: "exit with 1 at that outcome or a worse one",
  } as const satisfies Options;
}

export function reportOption(group: string, formats: readonly string[]) {
  return {
    ...repeated,
    group,
    describe: `write the report to [FORMAT=]FILE (${formats.join(", ")}; by default as the name ends); - is standard output`,
  } as const satisfies Options;
}

/** `--config` of the commands that take from the file what it says of the cluster. */
export const clusterConfigOption = {
  ...single("config"),
  group: "Facts about the cluster:",
  describe: `a file whose options about the cluster hold here, too (default: ${CONFIG_FILE}, if it is there); --no-config: none`,
} as const satisfies Options;

export interface ConfiguredArguments {
  /** What comes from a file of options. */
  readonly configured?: Config | undefined;
}

/** The file of options as reports name it. */
export function reportedConfigFile({ configured }: ConfiguredArguments): { config?: string } {
  return configured === undefined ? {} : { config: configured.file };
}

/** What of a run is shown. */
export interface ScreenArguments {
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly color?: boolean | undefined;
}

export function screenOptions(everything: string) {
  const group = "On the screen:";
  return {
    quiet: { type: "boolean", group, describe: "only the assessment and what is wrong" },
    verbose: { type: "boolean", group, describe: everything },
    color: {
      type: "boolean",
      group,
      describe: "colours (default: on a terminal, unless NO_COLOR is set)",
    },
  } as const satisfies Readonly<Record<string, Options>>;
}

export function detailOf({ quiet, verbose }: ScreenArguments): "quiet" | "normal" | "verbose" {
  return quiet === true ? "quiet" : verbose === true ? "verbose" : "normal";
}
