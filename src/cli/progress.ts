import process from "node:process";

/** How long a run may take before a spinner is worth its flicker, in milliseconds. */
const WORTH_SHOWING = 500;
/** About how many characters of input a run gets through in a millisecond. */
const PACE = 5_000;

export interface Progress {
  /** To be called before work that leaves no time to draw, with the size of the input in characters. */
  beforeWork(size: number): void;
  stop(): void;
}

const SILENT: Progress = { beforeWork: () => undefined, stop: () => undefined };

/** A spinner on a terminal, for runs that take a while; silent in pipes and in CI. */
export async function startProgress(isQuiet: boolean): Promise<Progress> {
  const { CI } = process.env;
  if (!process.stderr.isTTY || isQuiet || (CI !== undefined && CI !== "" && CI !== "false"))
    return SILENT;
  const started = Date.now();
  const { default: ora } = await import("ora");
  const spinner = ora({ text: "reading", stream: process.stderr, discardStdin: false });
  const timer = setTimeout(() => spinner.start(), WORTH_SHOWING);
  return {
    beforeWork(size) {
      clearTimeout(timer);
      // The work ahead does not pause, so the time it will take has to be guessed before it begins.
      if (Date.now() - started + size / PACE < WORTH_SHOWING) return;
      spinner.start("converting");
    },
    stop() {
      clearTimeout(timer);
      spinner.stop();
    },
  };
}
