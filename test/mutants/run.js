// The mutation run: puts small faults into the code, one at a time, and counts those that the tests notice.
//
//   npm run mutants -- [--per-folder 250] [--seed 4] [--jobs 1] [--resume] [--file PART] [--slowest 100,1000,8000]
//
// Mutants are drawn from each folder by a hash of what they change, so that a change elsewhere leaves the draw as it is.
// Each test runs once as it is and then once for each mutant that it came across and nobody has noticed yet; first the
// quick tests for all, then slower ones for those that are left. No part of `npm test`: it takes an hour or so.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { clearInterval, setInterval } from "node:timers";
import { parseArgs } from "node:util";
import { mutantsOf } from "./mutate.js";
import { printReport } from "./report.js";

const FOLDERS = ["src/sets", "src/sources", "src/compile", "src/verify"];
/** Tables of messages: nothing but texts. */
const LEFT_OUT = /(?:^|\/)(?:diagnostics|validators)(?:\.ts$|\/)/;
const ORDER = [
  "sets",
  "sources",
  "verify",
  "cli",
  "compile",
  "emitters",
  "inventory",
  "manifest",
  "report",
].map((name) => `test/${name}/`);
/** Nothing heard of for so long means a loop outside of the folders: the run is ended and taken up again. */
const SILENCE_MS = 90_000;

const root = fileURLToPath(new URL("../..", import.meta.url));
const out = join(root, "out/mutants");
const { values: options } = parseArgs({
  options: {
    "per-folder": { type: "string", default: "250" },
    seed: { type: "string", default: "4" },
    jobs: { type: "string", default: "1" },
    quickest: { type: "string", default: "0" },
    slowest: { type: "string", default: "100,1000,8000" },
    file: { type: "string", default: "" },
    tests: { type: "string", default: "" },
    resume: { type: "boolean", default: false },
  },
});

function filesBelow(folder) {
  return readdirSync(join(root, folder))
    .sort()
    .flatMap((name) => {
      const path = `${folder}/${name}`;
      if (statSync(join(root, path)).isDirectory()) return filesBelow(path);
      return path.endsWith(".ts") && !path.endsWith(".d.ts") && !LEFT_OUT.test(path) ? [path] : [];
    });
}

/** Names a mutant by what it changes; of several that change the same text in a file, by which of them it is. */
function named(mutants) {
  const seen = new Map();
  return mutants.map((mutant) => {
    const what = [mutant.file, mutant.operator, mutant.original, mutant.replacement].join("\n");
    const count = seen.get(what) ?? 0;
    seen.set(what, count + 1);
    const key = createHash("sha256").update(`${what}\n${count}`).digest("hex").slice(0, 12);
    return { ...mutant, key };
  });
}

const rank = ({ key }) => createHash("sha256").update(`${options.seed} ${key}`).digest("hex");

function drawn() {
  return FOLDERS.flatMap((folder) => {
    const all = filesBelow(folder).flatMap((file) =>
      named(mutantsOf(file, readFileSync(join(root, file), "utf8"))),
    );
    const own = all.filter(({ file }) => file.includes(options.file));
    console.log(`${folder}: ${all.length} mutants`);
    own.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
    return own.slice(0, Number(options["per-folder"])).map((mutant) => ({ ...mutant, folder }));
  });
}

const readLog = (path) =>
  existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line))
    : [];

/** One process over all tests for one share of the mutants; started again where it fell silent. */
async function pass(plan, log, shard, quickest, slowest) {
  for (let tries = 0; tries < 20; tries += 1) {
    const current = join(out, `current-${shard[0]}`);
    writeFileSync(current, `idle    ${Date.now()}\n`);
    const settings = JSON.stringify({ plan, log, current, quickest, slowest, shard });
    const child = spawn(
      process.execPath,
      [
        join(root, "node_modules/vitest/vitest.mjs"),
        "run",
        "--config",
        join(root, "test/mutants/vitest.config.js"),
        ...options.tests.split(",").filter(Boolean),
      ],
      {
        cwd: root,
        env: { ...process.env, MUTANTS: settings },
        stdio: ["ignore", "ignore", "inherit"],
        detached: true,
      },
    );
    let silent;
    const watch = setInterval(() => {
      const [id, time] = readFileSync(current, "utf8").trim().split(/\s+/);
      // Empty while a process starts.
      if (time === undefined || id === "idle" || Date.now() - Number(time) < SILENCE_MS) return;
      silent = Number(id);
      process.kill(-child.pid, "SIGKILL");
    }, 5000);
    await new Promise((resolve) => child.on("exit", resolve));
    clearInterval(watch);
    if (silent === undefined) return;
    writeFileSync(log, `${JSON.stringify({ id: silent, status: "timeout", test: "(no end)" })}\n`, {
      flag: "a",
    });
  }
}

mkdirSync(out, { recursive: true });
const plan = join(out, "plan.json");
const jobs = Number(options.jobs);
const logs = Array.from({ length: jobs }, (_, at) => join(out, `log-${at}.jsonl`));
if (!options.resume) {
  writeFileSync(
    plan,
    JSON.stringify({ order: ORDER, mutants: drawn().map((mutant, id) => ({ id, ...mutant })) }),
  );
  for (const log of logs) writeFileSync(log, "");
}
// A run that is taken up may have more jobs than it had: each of them has to know what was found.
const [first] = logs;
for (const log of logs) if (!existsSync(log)) writeFileSync(log, readFileSync(first, "utf8"));
let quickest = Number(options.quickest);
for (const slowest of options.slowest.split(",").filter(Boolean).map(Number)) {
  console.log(`tests of at most ${slowest} ms`);
  await Promise.all(logs.map((log, at) => pass(plan, log, [at, jobs], quickest, slowest)));
  quickest = slowest;
}
const { mutants } = JSON.parse(readFileSync(plan, "utf8"));
process.exitCode = printReport(mutants, logs.flatMap(readLog), join(out, "survivors.txt"));
