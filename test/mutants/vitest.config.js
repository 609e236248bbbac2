import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";
import { ENGINE_SETTINGS } from "../engine-settings.js";
import { instrument } from "./mutate.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { plan } = JSON.parse(process.env.MUTANTS);
const { mutants, order } = JSON.parse(readFileSync(plan, "utf8"));
const folders = /^src\/(?:sources|sets|compile|verify)\//;

/** Builds the mutants in before types are stripped. */
const switches = {
  name: "mutants",
  enforce: "pre",
  transform(code, id) {
    const file = id.split("?")[0].slice(root.length);
    if (!folders.test(file) || !file.endsWith(".ts")) return undefined;
    const own = mutants.filter((mutant) => mutant.file === file);
    return { code: instrument(file, code, own), map: null };
  },
};

/** Tests that tell most in the least time come first. */
class Order extends BaseSequencer {
  async sort(files) {
    const place = ({ moduleId }) => {
      const at = order.findIndex((start) => moduleId.slice(root.length).startsWith(start));
      return at < 0 ? order.length : at;
    };
    return [...files].sort((a, b) => place(a) - place(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

export default defineConfig({
  plugins: [switches],
  test: {
    root,
    include: ["test/**/*.test.ts"],
    exclude: ["test/bench/**", "test/schemas/**", "test/*.test.ts", "node_modules/**"],
    runner: fileURLToPath(new URL("runner.js", import.meta.url)),
    pool: "forks",
    execArgv: [...ENGINE_SETTINGS],
    fileParallelism: false,
    globalSetup: "test/support/temporary-folder.ts",
    testTimeout: 3_600_000,
    hookTimeout: 3_600_000,
    teardownTimeout: 1000,
    disableConsoleIntercept: true,
    reporters: ["dot"],
    sequence: { sequencer: Order },
  },
});
