import { Ajv } from "ajv";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import {
  filesBelow,
  folderWith,
  policy,
  runCli,
  SERVICE_ACCOUNT_RULE,
  textOf,
  ROOT,
} from "./run-cli.ts";

const NAME = "netpol-migrate.config.yaml";
const isConfig = new Ajv({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(textOf(ROOT, "schemas/config.schema.json")) as object,
);

describe.concurrent("a file of options", () => {
  it("holds for the run, and is named in the first line of the summary", async () => {
    const cwd = folderWith({
      "p/web.yaml": policy("web", "shop", SERVICE_ACCOUNT_RULE),
      [NAME]: "paths: [p]\nout-dir: out\nreport: r.json\nfail-on: narrowed\n",
    });
    const { code, stderr } = await runCli(["convert"], { cwd });
    expect(code).toBe(1);
    expect(stderr.split("\n")[0]).toContain(`with options of ${NAME}`);
    expect(filesBelow(cwd)).toEqual([NAME, "out/shop/web.yaml", "p/web.yaml", "r.json"]);
  });

  it("gives way to the command line", async () => {
    const cwd = folderWith({
      "p.yaml": policy("web", "shop", SERVICE_ACCOUNT_RULE),
      "q.yaml": policy("q"),
      [NAME]: "paths: [p.yaml]\nout-dir: out\nfail-on: narrowed\n",
    });
    const { code } = await runCli(
      ["convert", "p.yaml", "q.yaml", "--fail-on", "none", "-o", "other"],
      {
        cwd,
      },
    );
    expect(code).toBe(0);
    expect(filesBelow(cwd)).toEqual([
      NAME,
      "other/shop/q.yaml",
      "other/shop/web.yaml",
      "p.yaml",
      "q.yaml",
    ]);
  });

  it("is left aside by --no-config", async () => {
    const cwd = folderWith({ "p.yaml": policy(), [NAME]: "nonsense: 1\n" });
    const { code, stderr } = await runCli(["convert", "p.yaml", "--no-config"], { cwd });
    expect(code).toBe(0);
    expect(stderr).not.toContain(NAME);
  });

  it("gives verify, explain and diff what it says of the cluster, and nothing else", async () => {
    const cwd = folderWith({
      "p/web.yaml": policy("web", "shop"),
      "inv/ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: { name: other }\n",
      [NAME]:
        "paths: [nowhere]\nout-dir: nowhere\ninventory: inv\npod-cidr: 10.9.0.0/16\nfrom: calico\nfail-on: none\nprune: true\n",
    });
    const from = `with inventory, pod-cidr, from of ${NAME}`;
    const verify = ["verify", "p", "--against", "p", "--report", "-"];
    const verified = await runCli(verify, { cwd });
    expect(verified.code).toBe(0);
    expect(verified.stderr.split("\n")[0]).toBe(from);
    expect((JSON.parse(verified.stdout) as { options: object }).options).toMatchObject({
      config: NAME,
      inventory: ["inv"],
      "pod-cidr": ["10.9.0.0/16"],
      from: "calico",
      "fail-on": "narrowed",
    });
    const diff = await runCli(["diff", "p", "--against", "p", "--report", "-"], { cwd });
    expect(diff.code).toBe(0);
    expect((JSON.parse(diff.stdout) as { options: object }).options).toMatchObject({
      config: NAME,
      "pod-cidr": ["10.9.0.0/16"],
    });
    const flow = ["--from", "other/a=b", "--to", "shop/app=web", "--port", "80/TCP"];
    const explained = await runCli(["explain", "p", ...flow], { cwd });
    expect(explained.stderr).toContain(from);
    expect(explained.code).toBe(0);
    const without = await runCli([...verify, "--no-config", "--pod-cidr", "10.8.0.0/16"], { cwd });
    expect(without.stderr).not.toContain(NAME);
    const other = await runCli([...verify, "--pod-cidr", "10.8.0.0/16"], { cwd });
    expect((JSON.parse(other.stdout) as { options: object }).options).toMatchObject({
      "pod-cidr": ["10.8.0.0/16"],
    });
  });

  it("elsewhere means its paths from where it lies", async () => {
    const cwd = folderWith({
      "ci/p.yaml": policy(),
      "ci/c.yaml": "paths: p.yaml\nout-dir: ../out\nreport: [md=r.txt, gitlab=/dev/null]\n",
    });
    const { code } = await runCli(["convert", "--config", "ci/c.yaml"], { cwd });
    expect(code).toBe(0);
    expect(filesBelow(cwd)).toEqual(["ci/c.yaml", "ci/p.yaml", "ci/r.txt", "out/shop/web.yaml"]);
  });

  it.each(["inexact: widen", "unsayable-subjects: leave-open"])(
    "is told in each run, also in quiet ones and in reports, when it decides what is safe: %s",
    async (line) => {
      const cwd = folderWith({ "p.yaml": policy(), [NAME]: `# why\n${line}\n` });
      const args = ["convert", "p.yaml", "-o", "out", "--report", "md=-"];
      for (const more of [[], ["--quiet"]]) {
        const { stderr, stdout } = await runCli([...args, ...more], { cwd });
        expect(stderr).toContain(`warning     decided by a file, not by you: ${NAME}:2:1: ${line}`);
        expect(stdout).toContain(`it decides: \`${NAME}:2:1: ${line}\``);
      }
      const name = line.slice(0, line.indexOf(":"));
      const preset = name === "inexact" ? "narrow" : "stop";
      const { stderr } = await runCli([...args, `--${name}`, preset], { cwd });
      expect(stderr).not.toContain("decided by a file");
    },
  );

  it.each([
    ["fail_on: none", "1:1: there is no option `fail_on`", "Write `fail-on`"],
    ["fail-on: bad", "1:10: `fail-on` has to be one of `none`", ""],
    ["\nprune: 1", "2:8: `prune` has to be `true` or `false`", ""],
    ["report: [1]", "1:9: `report` has to be a list of texts", ""],
    ["out-dir: ''", "1:10: `out-dir` has to be a text", ""],
    ["color: true", "1:1: `color` is for the command line alone", "Known are"],
    ["config: x", "1:1: `config` is for the command line alone", ""],
    ["__proto__: 1", "1:1: there is no option `__proto__`", ""],
    ["constructor: 1", "1:1: there is no option `constructor`", ""],
    ["a: [", "not valid YAML", ""],
    ["{}\n---\n{}", "more than one document", ""],
  ])("that is wrong ends the run with its place: %j", async (text, message, hint) => {
    const cwd = folderWith({ "p.yaml": policy(), [NAME]: text });
    const { code, stdout, stderr } = await runCli(["convert", "p.yaml"], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    if (!text.includes("---") && !text.includes("[\n") && text !== "a: [") {
      expect(isConfig(load(text))).toBe(false);
    }
  });

  it.each([
    "",
    "# nothing",
    "{}",
    "fail-on: none",
    "paths: p.yaml",
    "report: [json=a, b.md]",
    "prune: true\nout-dir: o",
  ])("that is right is right by its schema, too: %j", async (text) => {
    const cwd = folderWith({ "p.yaml": policy(), [NAME]: text });
    const { code } = await runCli(["convert", "p.yaml"], { cwd });
    expect(code).toBe(0);
    if (text.includes(":") || text === "{}") expect(isConfig(load(text))).toBe(true);
  });
});
