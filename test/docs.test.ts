import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { describe, expect, it } from "vitest";
import type { Options } from "yargs";
import { CATALOGUE } from "../src/catalogue.ts";
import { CONVERT_OPTIONS } from "../src/cli/commands/convert.ts";
import { DIFF_OPTIONS } from "../src/cli/commands/diff.ts";
import { EXPLAIN_OPTIONS } from "../src/cli/commands/explain.ts";
import { FACT_OPTIONS } from "../src/cli/commands/fact-options.ts";
import { REPORT_OPTIONS } from "../src/cli/commands/report.ts";
import { VERIFY_OPTIONS } from "../src/cli/commands/verify.ts";
import { ASSUMPTIONS } from "../src/ir/assumption.ts";
import { ROOT, textOf } from "./cli/run-cli.ts";

const definitions = CATALOGUE.flatMap(({ definitions: table }) => Object.entries(table));
const codes = [
  ...definitions.map(([code]) => code),
  ...Object.values(ASSUMPTIONS).map(({ code }) => code),
];

describe("the catalogue", () => {
  it("holds every table that the code defines", () => {
    const tables = (readdirSync(join(ROOT, "src"), { recursive: true }) as string[])
      .filter((file) => file.endsWith(".ts") && !file.endsWith("define.ts"))
      .filter((file) => textOf(ROOT, "src", file).includes("defineDiagnostics("));
    expect(tables).toHaveLength(CATALOGUE.length);
  });

  it("has each code once", () => {
    const twice = codes.filter((code, index) => codes.indexOf(code) !== index);
    expect(twice).toEqual([]);
  });

  it("has codes of the one form", () => {
    expect(
      codes.filter(
        (code) => !/^(?:CAL|CIL|K8S|INV|CMP|EMT|VER|CLU|CLI|YML|ASM)-[PSRNEX]\d{3}$/.test(code),
      ),
    ).toEqual([]);
  });

  it.each(definitions)(
    "%s explains itself, and speaks of nobody",
    (_, { message, hint = "", explanation }) => {
      expect(explanation.length).toBeGreaterThan(20);
      for (const text of [message, hint, explanation]) {
        expect(text.trim()).toBe(text);
        expect(text).not.toMatch(/\n|\b(?:undefined|null pointer|AllowPolicy|PolicyOrigin)\b/);
      }
    },
  );

  it("names only options of the command line that exist, and values that they take", () => {
    expect(
      optionsIn("`--no-such x`, `kubectl get --all x`, `--inexact broaden`, `--pod-cidr`"),
    ).toEqual(["--no-such", "--inexact broaden"]);
    const wrong = definitions.flatMap(([code, { message, hint = "", explanation }]) =>
      optionsIn(`${message} ${hint} ${explanation}`).map((option) => `${code}: ${option}`),
    );
    expect(wrong).toEqual([]);
  });

  it("names only options that exist where a finding fills its text in", () => {
    // Not the file that sets options of V8.
    const files = (readdirSync(join(ROOT, "src"), { recursive: true }) as string[]).filter(
      (file) =>
        /^(?:compile|sources|inventory|manifest|emitters|report|verify|cli)\/.*\.ts$/.test(file) &&
        file !== "cli/tune-engine.ts",
    );
    expect(files.length).toBeGreaterThan(100);
    const wrong = files.flatMap((file) =>
      optionsIn(textOf(ROOT, "src", file).replaceAll("\\`", "`")).map(
        (option) => `${file}: ${option}`,
      ),
    );
    expect(wrong).toEqual([]);
  });
});

const OPTION_TABLES: readonly Readonly<Record<string, Options>>[] = [
  ...[FACT_OPTIONS, CONVERT_OPTIONS, VERIFY_OPTIONS, EXPLAIN_OPTIONS, DIFF_OPTIONS],
  ...[REPORT_OPTIONS, { help: {}, version: {} }],
];

/** The options that a text names in backticks and that no command has, and the values that the option does not take. */
function optionsIn(text: string): readonly string[] {
  return [...text.matchAll(/`--([a-z][a-z-]*)(?:[ =]([a-z-]+))?/g)].flatMap(
    ([, name = "", value]) => {
      const options = OPTION_TABLES.flatMap(
        (table) => table[name] ?? table[name.replace(/^no-/, "")] ?? [],
      );
      if (options.length === 0) return [`--${name}`];
      const isTaken =
        value === undefined ||
        options.some(({ choices }) => choices === undefined || choices.includes(value));
      return isTaken ? [] : [`--${name} ${value}`];
    },
  );
}

describe("the documentation", () => {
  it("is what `npm run docs` makes of the code", () => {
    const check = (): string =>
      execFileSync(process.execPath, [join(ROOT, "docs/generate.js"), "--check"], {
        encoding: "utf8",
        stdio: "pipe",
      });
    expect(check).not.toThrow();
  });

  it("has the reports of the demo as they are now", () => {
    expect(() =>
      execFileSync(process.execPath, [join(ROOT, "docs/examples/generate.js"), "--check"], {
        stdio: "pipe",
      }),
    ).not.toThrow();
  }, 60_000);

  it("has an anchor for every code", () => {
    const text = textOf(ROOT, "docs/DIAGNOSTICS.md");
    expect(codes.filter((code) => !text.includes(`\n### ${code}\n`))).toEqual([]);
  });

  it("names every option in the README", () => {
    const text = textOf(ROOT, "README.md");
    const names = Object.keys({ ...CONVERT_OPTIONS, ...FACT_OPTIONS });
    expect(names.filter((name) => !text.includes(`\`--${name}\``))).toEqual([]);
  });

  it("says in Korean what it says in English, step by step", () => {
    const shape = (file: string): unknown => {
      const text = textOf(ROOT, "docs", file);
      return {
        code: text.match(/^ *```[^]*?^ *```/gm),
        steps: text.match(/^#+ \d\./gm),
        rows: text.match(/^\|/gm)?.length,
        points: text.match(/^(?:-|\d\.) /gm),
      };
    };
    expect(shape("MIGRATION.ko.md")).toEqual(shape("MIGRATION.md"));
  });

  const pages = ["README.md", "README.ko.md", "CHANGELOG.md"].concat(
    (readdirSync(join(ROOT, "docs"), { recursive: true }) as string[])
      .filter((file) => file.endsWith(".md"))
      .map((file) => join("docs", file)),
  );

  it.each(pages)("%s has no link that leads nowhere", (page) => {
    const text = readFileSync(join(ROOT, page), "utf8").replace(/```[^]*?```/g, "");
    const targets = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(
      ([, target = ""]) => target,
    );
    const broken = targets
      .filter((target) => !/^https?:/.test(target))
      .filter((target) => !existsSync(join(ROOT, dirname(page), target)));
    expect(broken).toEqual([]);
  });
});
