// Puts the command line and all that it needs into a few files, dist/program, which bin/ starts: loading some three hundred
// modules one by one takes longer than a small conversion (docs/adr/0011-program-in-few-files.md). Whatever a command loads
// when it runs (`await import`) stays a file of its own. dist itself holds the modules of the library, one for one.
//
//   node .ci/bundle.js

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

await build({
  input: join(root, "dist/cli/main.js"),
  platform: "node",
  output: {
    dir: join(root, "dist/program"),
    format: "esm",
    cleanDir: true,
    // Names of functions and files without hashes: a stack in a report of a fault should say something.
    minify: false,
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
  },
  plugins: [licenses()],
});

/** Packages may be copied with their licences alone, so these lie beside the files. */
function licenses() {
  return {
    name: "licenses",
    /** @param {unknown} _ @param {Record<string, { modules?: Record<string, unknown> }>} files */
    generateBundle(_, files) {
      const ids = Object.values(files).flatMap(({ modules = {} }) => Object.keys(modules));
      const folders = new Set(ids.map(packageFolder).filter((folder) => folder !== undefined));
      const source = [...folders]
        .sort()
        .map(licenseText)
        .join(`\n${"-".repeat(80)}\n\n`);
      this.emitFile({ type: "asset", fileName: "LICENSES.txt", source });
    },
  };
}

/** @param {string} id the path of a module */
function packageFolder(id) {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.replaceAll("\\", "/"))?.[0];
}

/** @param {string} folder */
function licenseText(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) {
    throw new Error(`${name} has no file with its licence (${license})`);
  }
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}
