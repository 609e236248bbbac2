// Measures whole processes, as users run them, beside their floor in the same run: `npm run bench [-- MAX]`.
// Each row is the median of several runs, floor and convert in turn, so that a drift of the machine hits both.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { REPORT_FORMATS } from "../../dist/report/formats.js";
import {
  deniesBeforeAllows,
  narrowedPolicies,
  overlappingPolicies,
  plainCiliumPolicies,
  plainPolicies,
  podsFor,
  tieredPolicies,
} from "./policies.js";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const bin = here("../../bin/netpol-migrate.js");
const largest = Number(process.argv[2] ?? 100_000);
const folder = mkdtempSync(join(tmpdir(), "netpol-migrate-bench-"));

/** Runs node with the arguments given; seconds of the wall clock and of the processor, and peak memory in MB. */
function measure(args, codes = [0]) {
  // The child writes its own usage to a file descriptor of ours when it ends: no shell, no platform tool.
  const hook = `process.on("exit", () => { const u = process.resourceUsage(); require("fs").writeSync(3, JSON.stringify({ cpu: (u.userCPUTime + u.systemCPUTime) / 1e6, memory: u.maxRSS / 1024 })); });`;
  const preload = join(folder, "usage.cjs");
  writeFileSync(preload, hook);
  const start = process.hrtime.bigint();
  const done = spawnSync(process.execPath, ["--require", preload, ...args], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    maxBuffer: 1 << 26,
  });
  const wall = Number(process.hrtime.bigint() - start) / 1e9;
  if (!codes.includes(done.status))
    throw new Error(`${args.join(" ")} ended with ${done.status}\n${done.stderr}`);
  return { wall, ...JSON.parse(done.output[3].toString()) };
}

/** Bytes and files written, for each byte and policy read. */
function sizeRatio(directory, input) {
  const files = readdirSync(directory, { recursive: true }).filter((name) =>
    name.endsWith(".yaml"),
  );
  const bytes = files.reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  const text = readFileSync(input, "utf8");
  const policies = text.split("kind: NetworkPolicy").length - 1;
  return `${(bytes / text.length).toFixed(2)}x bytes, ${(files.length / policies).toFixed(2)}x objects`;
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Rows measured in turn, each `runs` times after one run that does not count. */
function inTurn(rows, runs) {
  const results = new Map(rows.map(([name]) => [name, []]));
  for (let run = -1; run < runs; run += 1) {
    for (const [name, args, codes] of rows) {
      const result = measure(args, codes);
      if (run >= 0) results.get(name).push(result);
    }
  }
  return rows.map(([name]) => {
    const all = results.get(name);
    const of = (key) => median(all.map((result) => result[key]));
    return { name, wall: of("wall"), cpu: of("cpu"), memory: of("memory") };
  });
}

function print(title, rows, floorName) {
  const floor = rows.find(({ name }) => name === floorName);
  console.log(`\n${title}`);
  for (const { name, wall, cpu, memory } of rows) {
    const ratio =
      floor === undefined
        ? ""
        : `${(cpu / floor.cpu).toFixed(2)}x cpu, ${(wall / floor.wall).toFixed(2)}x wall`;
    console.log(
      `  ${name.padEnd(26)} ${wall.toFixed(2).padStart(7)} s wall ${cpu.toFixed(2).padStart(7)} s cpu ${memory.toFixed(0).padStart(6)} MB   ${ratio}`,
    );
  }
}

try {
  const one = join(folder, "one.yaml");
  writeFileSync(one, plainPolicies(1));
  const bare = "node -e 0";
  print(
    "start",
    inTurn(
      [
        [bare, ["-e", "0"]],
        ["--help", [bin, "--help"]],
        ["convert, one policy", [bin, "convert", one, "-o", join(folder, "one")]],
      ],
      5,
    ),
    bare,
  );
  const sizes = [1_000, 10_000, 100_000].filter((size) => size <= largest);
  const engines = [
    ["Calico", plainPolicies],
    ["Cilium", plainCiliumPolicies],
  ];
  for (const [engine, make, count] of engines.flatMap((of) => sizes.map((size) => [...of, size]))) {
    const input = join(folder, `${engine}-${count}.yaml`);
    writeFileSync(input, make(count));
    const floor = "floor: load and dump";
    print(
      `${count.toLocaleString("en")} plain policies of ${engine}`,
      inTurn(
        [
          [floor, [here("floor.js"), input, join(folder, "floor.yaml")]],
          ["convert --no-verify", [bin, "convert", input, "--no-verify"]],
          [
            "  and --report",
            [bin, "convert", input, "--no-verify", "--report", join(folder, "report.json")],
          ],
          ["convert (with proof)", [bin, "convert", input]],
        ],
        count > 10_000 ? 1 : 3,
      ),
      floor,
    );
  }
  for (const keys of [20, 40]) {
    const input = join(folder, `overlapping-${keys}.yaml`);
    const out = join(folder, `overlapping-${keys}`);
    writeFileSync(input, overlappingPolicies(1_000, keys));
    const report = join(folder, `overlapping-${keys}.json`);
    print(
      `1,000 policies over ${keys} label keys, every tenth a Deny, under a default deny`,
      inTurn(
        [
          ["convert --no-verify", [bin, "convert", input, "--no-verify", "-o", out]],
          ["convert (with proof)", [bin, "convert", input, "-o", out, "--prune"]],
          [
            "verify",
            [bin, "verify", input, "--against", out, "--fail-on", "unknown", "--report", report],
          ],
        ],
        1,
      ),
    );
    const { outcome, verification } = JSON.parse(readFileSync(report, "utf8")).result;
    console.log(`  ${outcome}; ${JSON.stringify(verification.counts ?? verification.status)}`);
  }
  // A report may cost at most what the conversion costs, so each row stays below twice the first.
  const narrowed = join(folder, "narrowed.yaml");
  const reported = Math.min(10_000, largest);
  writeFileSync(narrowed, narrowedPolicies(reported));
  const convert = [bin, "convert", narrowed, "--no-verify", "--dry-run"];
  print(
    `${reported.toLocaleString("en")} policies that each lose a rule, in every format`,
    inTurn(
      [
        ["convert --no-verify", convert],
        ...REPORT_FORMATS.map(({ name }) => [
          `  and --report ${name}`,
          [...convert, "--report", `${name}=${join(folder, "report")}`],
        ]),
      ],
      1,
    ),
    "convert --no-verify",
  );
  // The page grows with the policies, by so many bytes for each that has three rules and loses one.
  for (const count of [1_000, 2_000, 10_000].filter((size) => size <= largest)) {
    const page = join(folder, "page.html");
    writeFileSync(narrowed, narrowedPolicies(count));
    measure([...convert, "--report", page]);
    const { size } = statSync(page);
    console.log(
      `  HTML of ${count.toLocaleString("en").padStart(6)}: ${(size / 1e6).toFixed(1).padStart(5)} MB, ${Math.round(size / count)} bytes a policy, ${(size / statSync(narrowed).size).toFixed(1)}x its source`,
    );
  }
  // Two sets of which every policy differs from its other: 1 if so.
  for (const count of sizes) {
    const old = join(folder, "old.yaml");
    const now = join(folder, "new.yaml");
    const text = plainPolicies(count);
    writeFileSync(old, text);
    writeFileSync(now, text.replaceAll("- 8080\n", "- 8081\n").replaceAll("- 443\n", "- 444\n"));
    const diff = (...more) => [bin, "diff", old, "--against", now, "--stat", ...more];
    const floor = "floor: load and dump, once";
    print(
      `diff of ${count.toLocaleString("en")} policies that all differ`,
      inTurn(
        [
          [floor, [here("floor.js"), old, join(folder, "floor.yaml")]],
          ["diff --show text", diff("--show", "text"), [1]],
          // Statements about 100,000 policies are more than anybody reads, so they are not waited for here.
          ...(count > 10_000 ? [] : [["diff --show semantic", diff("--show", "semantic"), [1]]]),
        ],
        1,
      ),
      floor,
    );
  }
  // The pods that exist: nothing changes for them, or every policy decides otherwise on another port.
  for (const [pods, count] of [
    [10_000, 2_000],
    [100_000, 5_000],
  ].filter(([size]) => size <= largest)) {
    const source = join(folder, "source.yaml");
    const changed = join(folder, "changed.yaml");
    const inventory = join(folder, "pods.yaml");
    const text = plainPolicies(count);
    writeFileSync(source, text);
    writeFileSync(changed, text.replaceAll("- 8080\n", "- 8081\n"));
    writeFileSync(inventory, podsFor(pods, count));
    const verify = (target, ...more) => [
      ...[bin, "verify", source, "--against", target, "--fail-on", "none"],
      ...more,
    ];
    print(
      `${pods.toLocaleString("en")} pods and ${count.toLocaleString("en")} policies`,
      inTurn(
        [
          ["the same", verify(source)],
          ["the same, with the pods", verify(source, "--inventory", inventory)],
          ["all differ", verify(changed)],
          ["all differ, with the pods", verify(changed, "--inventory", inventory)],
        ],
        1,
      ),
    );
  }
  for (const count of [1_000, 10_000].filter((size) => size <= largest)) {
    for (const share of [0.1, 0.5]) {
      const input = join(folder, `tiered-${count}-${share}.yaml`);
      writeFileSync(input, tieredPolicies(count, share));
      const skip = "skip, --no-verify";
      const out = join(folder, `tiered-${count}-${share}-out`);
      print(
        `${count.toLocaleString("en")} policies over 5 tiers, ${share * 100} % of them Deny or Pass`,
        inTurn(
          [
            [skip, [bin, "convert", input, "--no-verify"]],
            [
              "compile, --no-verify",
              [bin, "convert", input, "--no-verify", "--actions", "compile"],
            ],
            ["compile (with proof)", [bin, "convert", input, "--actions", "compile", "-o", out]],
          ],
          count > 1_000 ? 1 : 3,
        ),
        skip,
      );
      console.log(`  output to input: ${sizeRatio(out, input)}`);
    }
  }
  if (largest >= 1_000) {
    const input = join(folder, "overlapping.yaml");
    writeFileSync(input, deniesBeforeAllows(1_000));
    const skip = "skip, --no-verify";
    print(
      "1,000 Denies before 1,000 Allows on overlapping keys",
      inTurn(
        [
          [skip, [bin, "convert", input, "--no-verify"]],
          ["compile, --no-verify", [bin, "convert", input, "--no-verify", "--actions", "compile"]],
          ["compile (with proof)", [bin, "convert", input, "--actions", "compile"]],
        ],
        1,
      ),
      skip,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
