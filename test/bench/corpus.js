// What becomes of a collection of real policies: `node test/bench/corpus.js [FOLDER]`. Each file is converted beside the
// tiers, sets and namespaces of the files that lie with it, with `skip` and with `compile`. Prints outcomes side by side,
// how large the output is for the input (median and worst); with --folders each folder is one set, and with --list the policies below exact, with the reason.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { readInventoryOptions } from "../../dist/inventory/options.js";
import { runConvert } from "../../dist/pipeline.js";

const args = process.argv.slice(2);
const isListed = args.includes("--list");
const byFolder = args.includes("--folders");
const root =
  args.find((arg) => !arg.startsWith("--")) ??
  fileURLToPath(new URL("../../../shared/corpus/", import.meta.url));
const isManifest = (name) => /\.(?:ya?ml|json)$/.test(name);

function filesIn(folder) {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? filesIn(path) : isManifest(name) ? [path] : [];
    });
}

const fileAt = (path) => ({ name: relative(root, path), text: readFileSync(path, "utf8") });

function convert(path, actions) {
  const beside = (byFolder ? [] : readdirSync(dirname(path)))
    .sort()
    .map((name) => join(dirname(path), name))
    .filter((other) => other !== path && isManifest(other) && statSync(other).isFile());
  const { options: facts } = readInventoryOptions({
    knownNamespaces: ["default:", "demo:"],
    podCidrs: [],
    targetPodCidrs: [],
  });
  return runConvert({
    files: byFolder ? besides(path) : [fileAt(path)],
    inventory: beside.map(fileAt),
    unreadable: [],
    options: {
      actions,
      keepKubernetes: false,
      inexact: "narrow",
      unsayableSubjects: "isolate",
      enforcer: "vpc-cni",
      defaultNamespace: "default",
      facts,
      tiers: [],
      from: undefined,
      assume: new Set(),
      verify: true,
      allowIncomplete: true,
      failOn: "widened",
    },
    tool: { name: "netpol-migrate", version: "0" },
    reportedOptions: {},
  });
}

/** The files of the folder, as one set. */
const besides = (path) =>
  filesIn(dirname(path))
    .filter((other) => dirname(other) === dirname(path))
    .map(fileAt);

/** One path for each set to be converted. */
function setsIn(folder) {
  const seen = new Set();
  return filesIn(folder).filter((path) => {
    const key = byFolder ? dirname(path) : path;
    return !seen.has(key) && seen.add(key);
  });
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const OUTCOMES = ["exact", "conditional", "narrowed", "unknown", "widened"];

for (const engine of ["calico", "cilium"]) {
  const counts = { skip: {}, compile: {} };
  const ratios = { skip: [], compile: [] };
  const below = [];
  let refuted = 0;
  let givenUp = 0;
  for (const path of setsIn(join(root, engine))) {
    for (const actions of ["skip", "compile"]) {
      const { report, objects, refuted: wrong } = convert(path, actions);
      refuted += wrong.length;
      givenUp += report.diagnostics.filter(({ code }) => code === "CMP-X001").length;
      const written = new Map();
      for (const { text, object } of objects) {
        written.set(object.source, (written.get(object.source) ?? "") + text);
      }
      for (const policy of report.policies) {
        const proved = policy.outcome !== "exact" || policy.verification.status === "proved";
        const outcome = proved ? policy.outcome : "exact (unproved)";
        counts[actions][outcome] = (counts[actions][outcome] ?? 0) + 1;
        if (actions === "compile" && outcome !== "exact" && outcome !== "conditional") {
          const codes = policy.diagnostics
            .map((at) => report.diagnostics[at])
            .filter(({ severity, effect }) => severity === "error" || effect !== "none")
            .map(({ code }) => code);
          const { file, kind, namespace, name } = policy.source;
          const called = namespace === null ? name : `${namespace}/${name}`;
          below.push(`${outcome} ${file} ${kind} ${called}: ${[...new Set(codes)].join(" ")}`);
        }
      }
      if (report.policies.length === 0 || objects.length === 0) continue;
      const namespaces = new Set(objects.map(({ namespace }) => namespace)).size;
      const text = byFolder
        ? besides(path)
            .map((one) => one.text)
            .join("")
        : fileAt(path).text;
      ratios[actions].push({
        path: relative(root, path),
        bytes: objects.reduce((sum, one) => sum + one.text.length, 0) / text.length,
        objects: objects.length / report.policies.length,
        each: objects.length / report.policies.length / namespaces,
      });
    }
  }
  console.log(`\n${engine}: outcomes of policies (skip, compile)`);
  const names = [...OUTCOMES, "exact (unproved)"];
  for (const outcome of names) {
    const [skip = 0, compile = 0] = [counts.skip[outcome], counts.compile[outcome]];
    if (skip + compile > 0) console.log(`  ${outcome.padEnd(17)} ${skip} ${compile}`);
  }
  console.log(`  claims refuted: ${refuted}; given up (CMP-X001): ${givenUp}`);
  for (const actions of ["skip", "compile"]) {
    for (const key of ["bytes", "objects", "each"]) {
      const values = ratios[actions].map((one) => one[key]);
      const worst = ratios[actions].find((one) => one[key] === Math.max(...values));
      const what = key === "each" ? "objects in one namespace" : key;
      console.log(
        `  ${actions}, ${what} for each of the input: median ${median(values).toFixed(2)}, worst ${worst?.[key].toFixed(2)} (${worst?.path})`,
      );
    }
  }
  if (isListed) for (const line of below) console.log(`  ${line}`);
}
