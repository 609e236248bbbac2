// Writes the reports of testdata/demo in every format, its two halves apart: the star and the tiered set. With --check it writes
// nothing and says whether what lies here is current.
//
//   npm run docs

import { spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { REPORT_FORMATS } from "../../dist/report/formats.js";
import { VERIFICATION_FORMATS } from "../../dist/report/verification-formats.js";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const DEMO = {
  star: ["testdata/demo/star.yaml"],
  tiered: ["testdata/demo/zones.yaml", "--inventory", "testdata/demo/cluster.yaml"],
};

const scratch = mkdtempSync(join(tmpdir(), "netpol-migrate-examples-"));
const wanted = new Map();

function run(...words) {
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(root, "bin/netpol-migrate.js"), ...words],
    { cwd: root, encoding: "utf8", env: { PATH: process.env.PATH, NO_COLOR: "1" } },
  );
  if (status !== 0) throw new Error(`${words.join(" ")} ends with ${status}:\n${stderr}`);
}

/** A format's file: by its own ending where it has one. */
const fileOf = (name, { name: format, endings }) => `${name}${endings[0] ?? `.${format}.txt`}`;

/** What a run writes in each format. */
function take(folder, name, formats, words) {
  const files = formats.map((format) => [format.name, join(folder, fileOf(name, format))]);
  run(
    ...words,
    ...files.flatMap(([format, file]) => ["--report", `${format}=${join(scratch, file)}`]),
  );
  for (const [, file] of files) wanted.set(file, readFileSync(join(scratch, file), "utf8"));
}

try {
  for (const [name, words] of Object.entries(DEMO)) {
    take(name, "report", REPORT_FORMATS, ["convert", ...words, "--dry-run"]);
  }
  const out = join(scratch, "out");
  run("convert", "testdata/demo", "--out-dir", out);
  const expect = ["--expect", "docs/examples/flows.yaml", "--fail-on", "none"];
  const shown = VERIFICATION_FORMATS.filter(({ name }) => name !== "json");
  take("", "expected-flows", shown, ["verify", "testdata/demo", "--against", out, ...expect]);
  for (const [file, text] of wanted) {
    wanted.set(file, text.replaceAll(/(?:\.\.\/|\/)[^\s"()]*\/out\b/g, "out"));
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

const read = (file) => {
  try {
    return readFileSync(join(here, file), "utf8");
  } catch {
    return undefined;
  }
};
const outdated = [...wanted].filter(([file, text]) => read(file) !== text);
if (process.argv.includes("--check")) {
  for (const [file] of outdated) {
    console.error(`docs/examples/${file} is not current: run \`npm run docs\``);
  }
  process.exitCode = outdated.length > 0 ? 1 : 0;
} else {
  for (const [file, text] of outdated) {
    mkdirSync(dirname(join(here, file)), { recursive: true });
    writeFileSync(join(here, file), text);
  }
}
