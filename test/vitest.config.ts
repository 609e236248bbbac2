import { defineConfig } from "vitest/config";
import { ENGINE_SETTINGS } from "./engine-settings.js";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["test/**/*.test.ts"],
    exclude: ["test/bench/**", "node_modules/**"],
    globalSetup: "test/support/temporary-folder.ts",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Files share a process and what it has loaded, which halves the time. Whoever changes something of the process
    // (its folder, its streams) puts it back.
    pool: "forks",
    isolate: false,
    maxWorkers: "100%",
    execArgv: [...ENGINE_SETTINGS],
    // Some tests look at what the program prints by the console.
    disableConsoleIntercept: true,
  },
});
