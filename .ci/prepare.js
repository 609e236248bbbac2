// Builds what the package runs, in a checkout.
//
// `npm install --global` of a git address, which is how pre-commit installs its hooks, comes here in a fresh clone that has no
// packages yet: npm hands `--global` on to the step that should install them, which then installs nothing into the clone.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param {string} words */
function npm(words) {
  // What is said on standard output would be taken for the name of the package by those who pack it.
  execFileSync(`npm ${words}`, { cwd: root, stdio: ["ignore", "ignore", "inherit"], shell: true });
}

if (!existsSync(join(root, "node_modules/ajv"))) {
  npm("ci --no-global --include=dev --ignore-scripts --no-audit --no-fund --loglevel=error");
}
npm("run --silent build");
