import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../src/catalogue.ts";
import { CONVERT_OPTIONS } from "../src/cli/commands/convert.ts";
import { FACT_OPTIONS } from "../src/cli/commands/fact-options.ts";
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
});

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

  const pages = ["README.md", "CHANGELOG.md"].concat(
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
