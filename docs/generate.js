// Writes the parts of the documentation that the code knows best: docs/DIAGNOSTICS.md, and in the READMEs and docs/DIFF.md
// everything between `generated` marks. With --check it writes nothing and says whether what lies there is current.
//
//   npm run docs

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { CONFIGURABLE, CONVERT_OPTIONS } from "../dist/cli/commands/convert.js";
import { DIFF_OPTIONS } from "../dist/cli/commands/diff.js";
import { EXPLAIN_OPTIONS } from "../dist/cli/commands/explain.js";
import { NOT_IN_CONFIG } from "../dist/cli/config-file.js";
import { REPORT_OPTIONS } from "../dist/cli/commands/report.js";
import { FACT_OPTIONS } from "../dist/cli/commands/fact-options.js";
import { VERIFY_OPTIONS } from "../dist/cli/commands/verify.js";
import { ASSUMPTIONS, CATALOGUE, readInventoryOptions, runConvert } from "../dist/index.js";
import { objectWords } from "../dist/report/object-words.js";
import { templateHint, templateText } from "../dist/report/template-text.js";
import { AROUND, CONSTRUCTS } from "./constructs.js";
import { KOREAN } from "./korean-options.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A cell of a table: one line, no column of its own. */
const cell = (text) => text.replace(/\s+/g, " ").replaceAll("|", "\\|").replaceAll("<", "&lt;");

const sentence = (text) => {
  const upper = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
};

const inBraces = (name) => `{${name}}`;

// --- DIAGNOSTICS.md --------------------------------------------------------------------------------------------------

function diagnosticsText() {
  const parts = [
    `# Findings

Generated from the tables in the code by \`npm run docs\`. Every finding of a run has a code; \`{name}\` in a message stands for what
the run puts there. The *effect* says what the finding does to the flows that are allowed after the conversion.
`,
  ];
  for (const { title, definitions } of CATALOGUE) {
    parts.push(`\n## ${title}\n`);
    for (const [code, definition] of Object.entries(definitions).sort(byCode)) {
      const { severity, effect, message, hint, explanation, retired } = definition;
      parts.push(`\n### ${code}\n`);
      if (retired) parts.push("\nNo longer given.\n");
      parts.push(`\n${severity}, effect: ${effect}\n`);
      parts.push(`\n> ${sentence(templateText(message, inBraces))}\n`);
      if (hint !== undefined)
        parts.push(
          `\nDo: ${sentence(templateHint(hint, inBraces) ?? "what the finding itself says: it depends on the case")}\n`,
        );
      parts.push(`\n${sentence(explanation)}\n`);
    }
  }
  parts.push(`
## Assumptions

What a run takes for granted. *Standing* ones hold for every run and change no outcome; the others make the outcomes that rest on
them \`conditional\`. \`--assume NAME\` takes the name; a standing one cannot be given.
`);
  for (const [name, { code, sentence: text, ifFalse, standing }] of Object.entries(
    ASSUMPTIONS,
  ).sort(([, a], [, b]) => (a.code < b.code ? -1 : 1))) {
    parts.push(`\n### ${code}\n`);
    parts.push(`\n\`${name}\`${standing ? ", standing" : ""}; if false, the result ${ifFalse}\n`);
    parts.push(`\n> ${sentence(text)}\n`);
  }
  return parts.join("");
}

const byCode = ([a], [b]) => (a < b ? -1 : a > b ? 1 : 0);

// --- README.md -------------------------------------------------------------------------------------------------------

function optionsTable(options) {
  const rows = optionRows(options, (name) => cell(options[name].describe), "repeatable");
  return ["| option | meaning | default |", "| --- | --- | --- |", ...rows].join("\n");
}

function optionRows(options, meaningOf, repeatable) {
  return Object.entries(options).map(([name, option]) => {
    const { alias, choices, default: preset, array, type } = option;
    const value = choices ? ` ${choices.join("\\|")}` : type === "boolean" ? "" : " VALUE";
    const flag = `${alias === undefined ? "" : `\`-${alias}\`, `}\`--${name}\`${value}`;
    const given = preset === undefined || preset === false ? "" : `\`${String(preset)}\``;
    return `| ${flag} | ${meaningOf(name)}${array ? `; ${repeatable}` : ""} | ${given} |`;
  });
}

/** What the converter makes of each example of docs/constructs.js. */
function constructsTable() {
  const rows = ["| | becomes | outcome | findings |", "| --- | --- | --- | --- |"];
  for (const { group, rows: examples } of CONSTRUCTS) {
    rows.push(`| **${group}** | | | |`);
    const shown = group === "Which pods" ? "isolates" : "allows";
    for (const [construct, documents] of examples) {
      rows.push(`| ${construct} | ${verdict(documents, shown)} |`);
    }
  }
  return rows.join("\n");
}

function verdict(documents, shown) {
  const { options: facts } = readInventoryOptions({
    knownNamespaces: [],
    podCidrs: [],
    targetPodCidrs: [],
  });
  const { objects, stops, report } = runConvert({
    files: [{ name: "input.yaml", text: `${AROUND}---${documents}` }],
    inventory: [],
    unreadable: [],
    options: {
      inexact: "narrow",
      unsayableSubjects: "stop",
      enforcer: "vpc-cni",
      defaultNamespace: "default",
      facts,
      tiers: [],
      assume: new Set(),
      allowIncomplete: false,
      verify: true,
      failOn: "widened",
    },
    tool: { name: "netpol-migrate", version: "" },
    reportedOptions: {},
  });
  const codes = [...new Set(report.diagnostics.map(({ code }) => code))]
    .map((code) => `[${code}](docs/DIAGNOSTICS.md#${code.toLowerCase()})`)
    .join(" ");
  if (stops.length > 0) return `nothing: the run stops | stop | ${codes}`;
  if (report.policies.length === 0) return `nothing: it is not in force | ignored | ${codes}`;
  const worst = report.result.outcome;
  return `${cell(becomes(objects, shown))} | ${worst} | ${codes}`;
}

/** In words what the objects select or allow, and how many of them it takes. */
function becomes(objects, shown) {
  if (objects.length === 0) return "nothing to write";
  if (objects.some(({ object }) => "verbatim" in object)) return "kept byte for byte";
  const words = new Set(
    objects.flatMap(({ object }) => objectWords(object).filter((line) => line.startsWith(shown))),
  );
  const count = objects.length === 1 ? "" : `${objects.length} objects: `;
  return count + [...words].join("; ");
}

/** What the terminal shows of a command, 100 columns wide: `out` stands for a folder that is gone afterwards. */
function shown(command) {
  const out = join(mkdtempSync(join(tmpdir(), "netpol-migrate-docs-")), "out");
  const run = (words) =>
    spawnSync(
      process.execPath,
      [join(root, "bin/netpol-migrate.js"), ...words.map((word) => (word === "out" ? out : word))],
      { cwd: root, encoding: "utf8", env: { ...process.env, COLUMNS: "100", NO_COLOR: "1" } },
    );
  try {
    if (command.includes("--against")) run(["convert", DEMO, "--out-dir", "out"]);
    const { stdout, stderr, status } = run(command);
    if (status !== 0) throw new Error(`${command.join(" ")} ends with ${status}:\n${stderr}`);
    // The place of the folder is one of this machine.
    const text = `${stderr}${stdout}`.replaceAll(relative(root, out), "out").replaceAll(out, "out");
    return `$ netpol-migrate ${command.map(quoted).join(" ")}\n${text}`;
  } finally {
    rmSync(dirname(out), { recursive: true, force: true });
  }
}

const DEMO = "testdata/demo";
const quoted = (word) => (/[^\w=,./:-]/.test(word) ? `'${word}'` : word);

const demoRun = () => fence(shown(["convert", DEMO, "--out-dir", "out"]));

const demoExplained = () =>
  fence(
    shown(["explain", DEMO, "--from", "dmz/app=web", "--to", "198.51.100.7", "--port", "443/TCP"]),
  );

/** One policy of the demo, before and after. */
function demoPair() {
  const source = readFileSync(join(root, "testdata/demo/zones.yaml"), "utf8")
    .split(/^---\n/m)
    .find((text) => text.includes("name: api, namespace: trusted"));
  const stream = execFileSync(
    process.execPath,
    [join(root, "bin/netpol-migrate.js"), "convert", "testdata/demo", "--quiet"],
    { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
  const result = stream
    .split(/^---\n/m)
    .find((text) => /name: api\n {2}namespace: trusted/.test(text));
  if (source === undefined || result === undefined) throw new Error("the demo has no trusted/api");
  return `${fence(source, "yaml")}\n\nbecomes\n\n${fence(result, "yaml")}`;
}

const fence = (text, language = "text") => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

const PARTS = {
  run: demoRun,
  pair: demoPair,
  constructs: constructsTable,
  explained: demoExplained,
  "options-facts": () => optionsTable(FACT_OPTIONS),
  "options-convert": () => optionsTable(CONVERT_OPTIONS),
  "options-report": () => optionsTable(REPORT_OPTIONS),
  "options-verify": () => optionsTable(VERIFY_OPTIONS),
  "options-explain": () => optionsTable(EXPLAIN_OPTIONS),
  "options-diff": () => optionsTable(DIFF_OPTIONS),
  diff: () => diffOf("in-not-in", ["diff", "old", "--against", "new"]),
};

// --- README.ko.md ----------------------------------------------------------------------------------------------------

/** The same options with Korean words, of which none may be missing and none may be left over. */
function koreanTable(command, options) {
  const words = KOREAN[command];
  const names = Object.keys(options);
  const wrong = [
    ...names.filter((name) => !Object.hasOwn(words, name)),
    ...Object.keys(words).filter((name) => !names.includes(name)),
  ];
  if (wrong.length > 0) throw new Error(`docs/korean-options.js, ${command}: ${wrong.join(", ")}`);
  const rows = optionRows(options, (name) => cell(words[name]), "여러 번 쓸 수 있음");
  return ["| 옵션 | 뜻 | 기본값 |", "| --- | --- | --- |", ...rows].join("\n");
}

const KOREAN_PARTS = {
  "options-facts": () => koreanTable("facts", FACT_OPTIONS),
  "options-convert": () => koreanTable("convert", CONVERT_OPTIONS),
  "options-verify": () => koreanTable("verify", VERIFY_OPTIONS),
  "options-diff": () => koreanTable("diff", DIFF_OPTIONS),
  "options-report": () => koreanTable("report", REPORT_OPTIONS),
  "options-explain": () => koreanTable("explain", EXPLAIN_OPTIONS),
};

// --- DIFF.md ---------------------------------------------------------------------------------------------------------

/** What the screen shows after one edit of testdata/diff/base, 100 columns wide. */
function diffOf(name, command, more = {}) {
  const folder = mkdtempSync(join(tmpdir(), "netpol-migrate-docs-"));
  try {
    for (const side of ["old", "new"])
      cpSync(join(root, "testdata/diff/base"), join(folder, side), { recursive: true });
    for (const [file, text] of Object.entries(more)) writeFileSync(join(folder, file), text);
    EDITS[name]((file, edit) => {
      const path = join(folder, "new", file);
      const text = readFileSync(path, "utf8");
      const after = edit(text);
      if (after === text) throw new Error(`the edit ${name} changes nothing`);
      if (after === "") rmSync(path);
      else writeFileSync(path, after);
    });
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [join(root, "bin/netpol-migrate.js"), ...command],
      { cwd: folder, encoding: "utf8", env: { ...process.env, COLUMNS: "100", NO_COLOR: "1" } },
    );
    if (status > 1 || stderr !== "")
      throw new Error(`${command.join(" ")} ends with ${status}:\n${stderr}`);
    return fence(`$ netpol-migrate ${command.map(quoted).join(" ")}\n${stdout}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each edits files of the new side. */
const EDITS = {
  "in-not-in": (edit) =>
    edit("web.yaml", (text) => text.replace("operator: In,", "operator: NotIn,")),
  port: (edit) =>
    edit("web.yaml", (text) =>
      text.replace("port: 8080 }", "port: 8080 }\n        - { protocol: TCP, port: 8443 }"),
    ),
  split: (edit) =>
    edit("web.yaml", (text) => text.replace("          podSelector:", "        - podSelector:")),
  except: (edit) => edit("web.yaml", (text) => text.replace(/ +except: .*\n/, "")),
  types: (edit) => edit("db.yaml", (text) => text.replace("[Ingress]", "[Ingress, Egress]")),
  removed: (edit) => edit("db.yaml", () => ""),
  renamed: (edit) => edit("db.yaml", (text) => text.replace("name: db", "name: database")),
};

const SEMANTIC = ["diff", "old", "--against", "new", "--show", "semantic"];

const PODS = `apiVersion: v1
kind: Pod
metadata: { name: db-0, namespace: shop, labels: { app: db } }
spec: { nodeName: a, containers: [ { name: db } ] }
status: { phase: Running, podIP: 10.2.0.7, podIPs: [ { ip: 10.2.0.7 } ] }
---
apiVersion: v1
kind: Pod
metadata: { name: web-0, namespace: shop, labels: { app: web } }
spec: { nodeName: a, containers: [ { name: web } ] }
status: { phase: Running, podIP: 10.2.0.8, podIPs: [ { ip: 10.2.0.8 } ] }
`;

const DIFF_PARTS = {
  base: () =>
    ["web", "db"]
      .map((name) =>
        fence(readFileSync(join(root, `testdata/diff/base/${name}.yaml`), "utf8"), "yaml"),
      )
      .join("\n\n"),
  "in-not-in": () => diffOf("in-not-in", ["diff", "old", "--against", "new"]),
  port: () => diffOf("port", SEMANTIC),
  split: () => diffOf("split", SEMANTIC),
  "split-known": () => diffOf("split", [...SEMANTIC, "--known-namespace", "shop:team=store"]),
  except: () => diffOf("except", SEMANTIC),
  types: () => diffOf("types", SEMANTIC),
  removed: () =>
    diffOf("removed", [...SEMANTIC, "--inventory", "pods.yaml"], { "pods.yaml": PODS }),
  renamed: () => diffOf("renamed", ["diff", "old", "--against", "new"]),
  stat: () => diffOf("removed", ["diff", "old", "--against", "new", "--stat"]),
};

function withParts(current, parts) {
  return current.replace(
    /(<!-- generated: ([\w-]+) -->)[\s\S]*?(<!-- end -->)/g,
    (_, start, name, end) => `${start}\n${parts[name]()}\n${end}`,
  );
}

// ---------------------------------------------------------------------------------------------------------------------

// --- schemas/config.schema.json --------------------------------------------------------------------------------------

/** The schema of a file of options: what the table of the command says of each. */
function configSchema() {
  const list = {
    anyOf: [
      { type: "string", minLength: 1 },
      { type: "array", items: { type: "string", minLength: 1 } },
    ],
  };
  const properties = {
    paths: {
      ...list,
      description: "files, directories or globs to read; the command line's stand in their place",
    },
  };
  for (const [name, { type, choices, array, describe }] of Object.entries(CONFIGURABLE)) {
    if (NOT_IN_CONFIG.has(name)) continue;
    const form = array
      ? list
      : type === "boolean"
        ? { type }
        : choices
          ? { enum: choices }
          : { type: "string", minLength: 1 };
    properties[name] = { ...form, description: describe };
  }
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: "https://netpol-migrate.dev/schemas/config.schema.json",
    title: "netpol-migrate.config.yaml",
    description:
      "Options of `netpol-migrate convert`; what they say of the cluster holds for verify, explain and diff, too. Paths are meant from where the file lies.",
    type: "object",
    additionalProperties: false,
    properties,
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

// ---------------------------------------------------------------------------------------------------------------------

const readme = join(root, "README.md");
const korean = join(root, "README.ko.md");
const diffPage = join(root, "docs/DIFF.md");
const wanted = new Map([
  [join(root, "docs/DIAGNOSTICS.md"), diagnosticsText()],
  [join(root, "schemas/config.schema.json"), configSchema()],
  [readme, withParts(readFileSync(readme, "utf8"), PARTS)],
  [korean, withParts(readFileSync(korean, "utf8"), KOREAN_PARTS)],
  [diffPage, withParts(readFileSync(diffPage, "utf8"), DIFF_PARTS)],
]);

const outdated = [...wanted].filter(([path, text]) => read(path) !== text);
if (process.argv.includes("--check")) {
  for (const [path] of outdated) console.error(`${path} is not current: run \`npm run docs\``);
  process.exitCode = outdated.length > 0 ? 1 : 0;
} else for (const [path, text] of outdated) writeFileSync(path, text);

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
