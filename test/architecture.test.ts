import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

/** Steps of the stairs; imports go to lower ones. Names on one step do not know each other. */
const STEPS: readonly (readonly string[])[] = [
  ["base"],
  ["diagnostics"],
  ["manifest", "sets"],
  ["ir"],
  ["inventory"],
  ["sources", "compile", "verify", "emitters"],
  ["catalogue"],
  ["report", "cluster"],
  ["pipeline"],
  ["index"],
  ["cli"],
];

/** Modules that reach the world outside: disk, network, clock, environment, process. */
const WORLD =
  /^(?:node:)?(?:fs|fs\/promises|os|process|child_process|http|https|net|dns|worker_threads|readline|tty)$/;
const WORLD_PACKAGES = new Set(["yargs", "ora", "tinyglobby"]);
const MAY_TOUCH_THE_WORLD = new Set(["cli", "cluster"]);
const WORLD_NAMES =
  /\b(?:console\.|process\.|Date\.now|new Date\b|performance\.|Math\.random|setTimeout|globalThis\.)/;

interface Source {
  readonly file: string;
  /** The name on the stairs. */
  readonly part: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const sources: readonly Source[] = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /(?<!\.d)\.ts$/.test(entry.name))
  .map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const file = relative(SRC, path);
    const text = readFileSync(path, "utf8");
    const imports = ts
      .preProcessFile(text, true, true)
      .importedFiles.map(({ fileName }) =>
        fileName.startsWith(".") ? relative(SRC, resolve(dirname(path), fileName)) : fileName,
      );
    return { file, part: partOf(file), text, imports };
  });

function partOf(file: string): string {
  // The runs of the commands lie beside each other: pipeline.ts, pipeline-read.ts, ...
  return (file.split("/")[0] ?? file).replace(/\.ts$/, "").replace(/^pipeline-.*$/, "pipeline");
}

/** Without comments. */
const codeOf = (text: string): string => text.replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, "");
const isOurs = (name: string): boolean => /\.(?:ts|js)$/.test(name) && !name.startsWith("node:");
const stepOf = (part: string): number => STEPS.findIndex((step) => step.includes(part));
const isWorld = (name: string): boolean => WORLD.test(name) || WORLD_PACKAGES.has(name);

describe("the architecture", () => {
  it("has no part without a step", () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.filter(({ part }) => stepOf(part) < 0).map(({ file }) => file)).toEqual([]);
  });

  it("imports go down the steps, and never between names on one step", () => {
    const wrong = sources.flatMap(({ file, part, imports }) =>
      imports
        .filter(isOurs)
        .filter((name) => partOf(name) !== part && stepOf(partOf(name)) >= stepOf(part))
        .map((name) => `${file} -> ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it("sources of one dialect do not import another's", () => {
    const dialectOf = (file: string): string | undefined => /^sources\/(\w+)\//.exec(file)?.[1];
    const shared = new Set(["validators"]);
    const wrong = sources.flatMap(({ file, imports }) =>
      imports
        .map((name) => [dialectOf(file), dialectOf(name), name] as const)
        .filter(
          ([own, other]) =>
            own !== undefined && other !== undefined && own !== other && !shared.has(other),
        )
        .map(([, , name]) => `${file} -> ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it("only cli and cluster import what reaches the world", () => {
    const wrong = sources
      .filter(({ part }) => !MAY_TOUCH_THE_WORLD.has(part))
      .flatMap(({ file, imports }) => imports.filter(isWorld).map((name) => `${file} -> ${name}`));
    expect(wrong).toEqual([]);
  });

  it("only cli and cluster use the clock, the environment, chance or the console", () => {
    const wrong = sources
      .filter(({ part }) => !MAY_TOUCH_THE_WORLD.has(part))
      .flatMap(({ file, text }) => {
        const found = WORLD_NAMES.exec(codeOf(text));
        return found === null ? [] : [`${file}: ${found[0]}`];
      });
    expect(wrong).toEqual([]);
  });

  it("nothing but the live commands loads cluster", () => {
    const live = /^cli\/commands\/(?:collect|check|apply|rollback|cleanup|diff)/;
    const wrong = sources
      .filter(({ file, part }) => part !== "cluster" && !live.test(file))
      .filter(({ imports }) => imports.some((name) => partOf(name) === "cluster"));
    expect(wrong.map(({ file }) => file)).toEqual([]);
  });

  /**
   * What a policy means is in the model, in whosever dialect it was written. The words of findings may name an engine; labels
   * of owners and objects that tell facts bear an engine's name.
   */
  it("no stage after the readers knows which engine a policy came from", () => {
    const after = new Set(["compile", "verify", "emitters", "report", "sets"]);
    const isProse = (file: string): boolean =>
      file.endsWith("diagnostics.ts") || file.startsWith("report/validators/");
    const wrong = sources
      .filter(({ file, part }) => after.has(part) && !isProse(file))
      .flatMap(({ file, text }) =>
        [...codeOf(text).matchAll(/calico|cilium|\bC(?:AL|IL)-[A-Z]/gi)].map(
          ([found]) => `${file}: ${found}`,
        ),
      );
    expect(wrong).toEqual(["emitters/labels.ts: calico"]);
  });

  it("tells policies of Kubernetes from others only where an object of the input is kept", () => {
    const asked = sources
      .filter(({ part }) => ["compile", "verify", "emitters", "report", "pipeline"].includes(part))
      .filter(({ text }) => /engine\s*[!=]==/.test(codeOf(text)))
      .map(({ file }) => file)
      .sort();
    expect(asked).toEqual([
      // A Kubernetes policy of the input is written as it is, or replaced by one of its name.
      "compile/diagnose.ts",
      "compile/draft-rule.ts",
      "compile/index.ts",
      "compile/replaced.ts",
      // Its name is reserved before any is given out.
      "emitters/naming.ts",
      // Whose words give a policy its meaning is chosen once, when it is read.
      "pipeline-read.ts",
      // Whether both sets of a comparison are the same engine's.
      "pipeline-verify.ts",
      "verify/comparison.ts",
    ]);
  });

  it("exports names, never a default", () => {
    const wrong = sources.filter(({ text }) => /^export default\b/m.test(text));
    expect(wrong.map(({ file }) => file)).toEqual([]);
  });
});
