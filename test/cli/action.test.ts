import { execFile } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { filesBelow, folderWith, policy, ROOT, SERVICE_ACCOUNT_RULE, textOf } from "./run-cli.ts";

interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<
    Record<string, { readonly default?: string; readonly required?: boolean }>
  >;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const action = load(textOf(ROOT, "action.yml")) as Action;

interface Ran {
  /** Exit code of the last step that ran. */
  readonly code: number;
  readonly log: string;
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly uploads: boolean;
}

/** Runs the action's own steps as GitHub does, those of other actions and the installation left out. */
async function runAction(cwd: string, inputs: Readonly<Record<string, string>>): Promise<Ran> {
  const given: Record<string, string> = {};
  for (const [name, { default: preset = "" }] of Object.entries(action.inputs)) {
    given[name] = inputs[name] ?? preset;
  }
  const outputs: Record<string, string> = {};
  const resolve = (text: string): string =>
    text.replace(/\$\{\{ *([\w.-]+) *\}\}/g, (_, path: string) => {
      if (path === "github.action_path") return ROOT;
      if (path.startsWith("inputs.")) return given[path.slice("inputs.".length)] ?? "";
      const output = /^steps\.convert\.outputs\.([\w-]+)$/.exec(path)?.[1];
      if (output === undefined) throw new Error(`the expression ${path}`);
      return outputs[output] ?? "";
    });
  const files = { GITHUB_OUTPUT: join(cwd, ".output"), GITHUB_STEP_SUMMARY: join(cwd, ".summary") };
  for (const file of Object.values(files)) appendFileSync(file, "");
  let log = "";
  let code = 0;
  let uploads = false;
  for (const { name, if: condition, uses, run, env = {} } of action.runs.steps) {
    if (condition?.startsWith("inputs.")) {
      const [, input = "", wanted] = /^inputs\.([\w-]+) == '(\w+)'/.exec(condition) ?? [];
      if (given[input] !== wanted) continue;
    }
    if (uses !== undefined) {
      if (uses.includes("upload-sarif"))
        uploads = existsSync(join(cwd, given["reports"] ?? "", "report.sarif"));
      continue;
    }
    if (run === undefined || name?.startsWith("Build") === true) continue;
    const values = Object.fromEntries(
      Object.entries(env).map(([key, value]) => [key, resolve(value)]),
    );
    // Only the environment is filled in: nothing that a user gives becomes part of a script.
    expect(run).not.toContain("${{");
    const step = await new Promise<{ code: number; text: string }>((done) => {
      execFile(
        "bash",
        ["--noprofile", "--norc", "-eo", "pipefail", "-c", run],
        { cwd, env: { PATH: process.env["PATH"] ?? "", CI: "true", ...files, ...values } },
        (error, stdout, stderr) => {
          done({ code: error === null ? 0 : Number(error.code), text: stdout + stderr });
        },
      );
    });
    log += step.text;
    code = step.code;
    for (const line of readFileSync(files.GITHUB_OUTPUT, "utf8").split("\n")) {
      const equals = line.indexOf("=");
      if (equals > 0) outputs[line.slice(0, equals)] = line.slice(equals + 1);
    }
    if (code !== 0) break;
  }
  return { code, log, summary: readFileSync(files.GITHUB_STEP_SUMMARY, "utf8"), outputs, uploads };
}

describe.concurrent("the action", () => {
  it("names every input, and builds what it runs", () => {
    const used = new Set(
      [...textOf(ROOT, "action.yml").matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name),
    );
    expect([...used].sort()).toEqual(Object.keys(action.inputs).sort());
    expect(action.runs.using).toBe("composite");
    const { scripts } = JSON.parse(textOf(ROOT, "package.json")) as {
      scripts: Record<string, string>;
    };
    expect(action.runs.steps.find(({ name }) => name?.startsWith("Build"))?.run).toBe("npm ci");
    expect(scripts["prepare"]).toBe("node .ci/prepare.js");
    for (const { run, shell } of action.runs.steps)
      if (run !== undefined) expect(shell).toBe("bash");
  });

  it("converts, reports in every way, and passes", async () => {
    const cwd = folderWith({ "policies/web.yaml": policy() });
    const { code, log, summary, outputs, uploads } = await runAction(cwd, { paths: "policies" });
    expect(code).toBe(0);
    expect(log).toContain("::notice title=netpol-migrate::the whole set is exact");
    expect(summary).toMatch(/^## netpol-migrate: nothing changes\n/);
    expect(outputs).toEqual({ "exit-code": "0", outcome: "exact" });
    expect(uploads).toBe(true);
    expect(filesBelow(cwd).filter((file) => !file.startsWith("."))).toEqual([
      "netpol-migrate-reports/junit.xml",
      "netpol-migrate-reports/report.json",
      "netpol-migrate-reports/report.md",
      "netpol-migrate-reports/report.sarif",
      "networkpolicies/shop/web.yaml",
      "policies/web.yaml",
    ]);
  });

  it("fails at --fail-on, with everything reported before", async () => {
    const cwd = folderWith({ "p.yaml": policy("web", "shop", SERVICE_ACCOUNT_RULE) });
    const { code, log, summary, outputs, uploads } = await runAction(cwd, {
      paths: "p.yaml",
      "fail-on": "narrowed",
    });
    expect(code).toBe(1);
    expect(log).toMatch(/^::error file=p\.yaml,line=\d+,/m);
    expect(summary).toContain("**Fails**");
    expect(outputs).toEqual({ "exit-code": "1", outcome: "narrowed" });
    expect(uploads).toBe(true);
  });

  it("passes what the baseline has", async () => {
    const cwd = folderWith({ "p.yaml": policy("web", "shop", SERVICE_ACCOUNT_RULE) });
    const inputs = { paths: "p.yaml", "fail-on": "narrowed" };
    await runAction(cwd, { ...inputs, reports: "before" });
    const { code, log } = await runAction(cwd, { ...inputs, baseline: "before/report.json" });
    expect(code).toBe(0);
    expect(log).not.toContain("::error");
  });

  it("ends with the code of a stop", async () => {
    const cwd = folderWith({ "p.yaml": "a: [\n" });
    const { code, outputs } = await runAction(cwd, { paths: "p.yaml", summary: "false" });
    expect(code).toBe(2);
    expect(outputs["exit-code"]).toBe("2");
  });

  it("takes paths and arguments with blanks, and runs nothing that stands in them", async () => {
    const cwd = folderWith({
      "my policies/web.yaml": policy(),
      "$(touch pwned).yaml": policy("b"),
    });
    const { code } = await runAction(cwd, {
      paths: "my policies\n$(touch pwned).yaml\n",
      args: "--known-namespace\nshop:env=prod\n--quiet",
      "out-dir": "`touch pwned`; out",
    });
    expect(code).toBe(0);
    expect(filesBelow(cwd)).not.toContain("pwned");
    expect(filesBelow(cwd)).toContain("`touch pwned`; out/shop/b.yaml");
  });
});

describe("the hooks for pre-commit", () => {
  const hooks = load(textOf(ROOT, ".pre-commit-hooks.yaml")) as readonly Readonly<
    Record<string, unknown>
  >[];
  it.each(hooks.map((hook) => [String(hook["id"]), hook] as const))(
    "%s starts a command of the package",
    (_, hook) => {
      const [binary = "", command = ""] = String(hook["entry"]).split(" ");
      const { bin } = JSON.parse(textOf(ROOT, "package.json")) as { bin: Record<string, string> };
      expect(Object.keys(bin)).toContain(binary);
      expect(["convert", "verify"]).toContain(command);
      expect(hook).toMatchObject({ language: "node", pass_filenames: false });
    },
  );
});

describe("the examples of CI", () => {
  const job = textOf(ROOT, "docs/ci/gitlab-ci.yaml");
  const { jobs } = load(textOf(ROOT, "docs/ci/github-workflow.yaml")) as {
    readonly jobs: {
      readonly convert: {
        readonly steps: readonly {
          readonly uses?: string;
          readonly with?: Readonly<Record<string, string>>;
        }[];
      };
    };
  };

  it("take the tool from where docs/CI.md says, and from no registry by its name", () => {
    const docs = textOf(ROOT, "docs/CI.md");
    const { steps } = jobs.convert;
    const checkout = steps.find((step) => step.with?.["repository"] !== undefined);
    expect(checkout?.with).toMatchObject({
      repository: "${{ vars.NETPOL_MIGRATE_REPOSITORY }}",
      ref: "${{ vars.NETPOL_MIGRATE_REF }}",
    });
    const action = steps.find(({ uses }) => uses === `./${checkout?.with?.["path"] ?? ""}`);
    for (const name of ["REPOSITORY", "REF", "PACKAGE"])
      expect(docs).toContain(`\`NETPOL_MIGRATE_${name}\``);
    expect(job).toContain('npm install --global "$NETPOL_MIGRATE_PACKAGE"');
    expect(job).not.toMatch(/npm install .*netpol-migrate/);
    expect(action?.with).toBeDefined();
  });

  it("give the action inputs that it has", () => {
    const { steps } = jobs.convert;
    const given = Object.keys(steps.find(({ uses }) => uses === "./.netpol-migrate")?.with ?? {});
    expect(given).not.toEqual([]);
    for (const name of given) expect(Object.keys(action.inputs)).toContain(name);
  });
});
