import { describe, expect, it } from "vitest";
import { folderWith, policy, runCli, runProcess, textOf, ROOT } from "./run-cli.ts";

describe.concurrent("the command line", () => {
  it("without arguments shows the help and fails", async () => {
    const { code, stdout, stderr } = await runCli([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("netpol-migrate convert [paths..]");
  });

  it.each([["--help"], ["-h"], ["convert", "--help"]])(
    "%s %s: help goes to standard output",
    async (...args) => {
      const { code, stdout, stderr } = await runProcess(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain("netpol-migrate convert");
    },
  );

  it("the help of convert has examples and fits 80 columns", async () => {
    const { stdout } = await runCli(["convert", "--help"]);
    expect(stdout).toContain("Examples:");
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it("lists no option that is not built", async () => {
    const { stdout } = await runCli(["convert", "--help"]);
    for (const name of ["--live", "--profile", "--target "]) {
      expect(stdout).not.toContain(name);
    }
  });

  it("--version is that of package.json", async () => {
    const { version } = JSON.parse(textOf(ROOT, "package.json")) as { version: string };
    expect(await runProcess(["--version"])).toEqual({
      code: 0,
      stdout: `${version}\n`,
      stderr: "",
    });
  });

  it("speaks English whatever the locale is", async () => {
    const { stdout } = await runProcess(["--help"], {
      env: { LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8" },
    });
    expect(stdout).toContain("Options:");
  });
});

describe.concurrent("bad usage ends with 2 and says what to do", () => {
  it.each([
    [
      "an unknown command",
      ["convrt", "x"],
      "there is no command `convrt`",
      "Did you mean `convert`?",
    ],
    [
      "a report that is not named",
      ["report"],
      "no report: name the JSON report of a run",
      "--report report.json",
    ],
    [
      "an unknown option",
      ["convert", "p.yaml", "--inventroy", "x"],
      "there is no option `--inventroy`",
      "Did you mean `--inventory`?",
    ],
    [
      "an option of one letter",
      ["convert", "p.yaml", "-q"],
      "there is no option `-q`",
      "Did you mean `--quiet`?",
    ],
    [
      "the beginning of an option",
      ["convert", "p.yaml", "--unsayable", "isolate"],
      "there is no option `--unsayable`",
      "Did you mean `--unsayable-subjects`?",
    ],
    [
      "an option of another command",
      ["verify", "p.yaml", "--against", "q.yaml", "--out-dir", "x"],
      "there is no option `--out-dir`",
      "See `netpol-migrate verify --help`.",
    ],
    ["no input", ["convert"], "no input", "netpol-migrate convert policies/"],
    [
      "a path that is not there",
      ["convert", "nope.yaml"],
      "there is no file or directory `nope.yaml`",
      "Check the path",
    ],
    [
      "a pattern that matches nothing",
      ["convert", "x/**/*.yaml"],
      "no file matches",
      "Check the pattern",
    ],
    [
      "a choice that there is not",
      ["convert", "p.yaml", "--fail-on", "bad"],
      "--fail-on bad",
      "conditional, narrowed, unknown, widened",
    ],
    [
      "actions that there are not",
      ["convert", "p.yaml", "--actions", "cut"],
      "--actions cut",
      "skip",
    ],
    [
      "one value given twice",
      ["convert", "p.yaml", "-o", "a", "--out-dir", "b"],
      "--out-dir is given more than once",
      "",
    ],
    ["an empty value", ["convert", "p.yaml", "-o", ""], "--out-dir has an empty value", ""],
    ["a missing value", ["convert", "p.yaml", "--tier"], "--tier needs a value", ""],
    ["a tier of another form", ["convert", "p.yaml", "--tier", "x"], "--tier x", "security=100"],
    [
      "a range that is none",
      ["convert", "p.yaml", "--pod-cidr", "10.0.0.0"],
      "--pod-cidr 10.0.0.0",
      "",
    ],
    ["a namespace that cannot be", ["convert", "p.yaml", "-n", "../x"], "--namespace ../x", ""],
    [
      "a known namespace that cannot be",
      ["convert", "p.yaml", "--known-namespace", "A"],
      "--known-namespace A",
      "",
    ],
    [
      "an unknown assumption",
      ["convert", "p.yaml", "--assume", "luck"],
      "--assume luck",
      "pod-range",
    ],
    [
      "a standing assumption",
      ["convert", "p.yaml", "--assume", "settings"],
      "--assume settings",
      "",
    ],
    [
      "a format of reports that there is not",
      ["convert", "p.yaml", "--report", "r.pdf"],
      "--report r.pdf",
      "json",
    ],
    [
      "two things on standard output",
      ["convert", "p.yaml", "--report", "-"],
      "standard output is taken",
      "--out-dir",
    ],
    ["pruning a stream", ["convert", "p.yaml", "--prune"], "--prune needs --out-dir", ""],
    ["nothing to compare with", ["verify", "p.yaml"], "--against is missing", "--against out"],
    ["a range that is none", ["convert", "p.yaml", "--pod-cidr", "10/8"], "10/8", "10.0.0.0/16"],
    ["quiet and verbose", ["convert", "p.yaml", "--quiet", "--verbose"], "quiet and verbose", ""],
    [
      "one stream for two things",
      ["convert", "-", "--inventory", "-"],
      "standard input cannot be both",
      "file",
    ],
    [
      "a report over the input",
      ["convert", "p.yaml", "--report", "json=./p.yaml", "-o", "out"],
      "this is a file of the input",
      "",
    ],
    [
      "two reports in one file",
      ["convert", "p.yaml", "--report", "r.json", "--report", "json=r.json", "-o", "out"],
      "two things would be written to `r.json`",
      "",
    ],
    [
      "a report over an object",
      ["convert", "p.yaml", "--report", "json=out/shop/web.yaml", "-o", "out"],
      "two things would be written",
      "",
    ],
    ["a broken inventory path", ["convert", "p.yaml", "--inventory", "nope"], "`nope`", ""],
  ] as const)("%s", async (_, args, message, hint) => {
    const cwd = folderWith({ "p.yaml": policy() });
    // Whether there is a standard input to read, without a path, is a matter of the process.
    const run = args.length === 1 ? runProcess : runCli;
    const { code, stdout, stderr } = await run(args, { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    // Whatever is wrong, there is something to do about it.
    expect(stderr).toMatch(/^do: ./m);
    expect(stderr).not.toContain("    at ");
  });

  it("names with escapes in them cannot steer the terminal", async () => {
    const { stderr } = await runCli(["convert", "no\u001b[31mpe"]);
    expect(stderr).not.toContain("\u001b");
  });
});
