import { describe, expect, it } from "vitest";
import type { RunReport } from "../../src/report/report.ts";
import {
  INVALID,
  SERVICE_ACCOUNT_RULE,
  filesBelow,
  folderWith,
  policy,
  runCli,
  textOf,
} from "./run-cli.ts";

const NAMESPACES = `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { team: a } }
---
apiVersion: v1
kind: Namespace
metadata: { name: infra, labels: { team: b } }
`;

const GLOBAL = `apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: { name: closed }
spec: { namespaceSelector: team == 'a', types: [Ingress] }
`;

/** Kept as it is, although a policy before it takes part of it away. */
const WIDENING = `${policy(
  "first",
  "shop",
  SERVICE_ACCOUNT_RULE.replace("Allow", "Deny").replace(/ {6}source[^]*/, ""),
)
  .replace("app == 'web'", "all()")
  .replace("spec:", "spec:\n  order: 10")}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: own, namespace: shop }
spec: { podSelector: {}, policyTypes: [Ingress], ingress: [{}] }
`;

describe.concurrent("convert", () => {
  it("writes objects to standard output and nothing else there", async () => {
    const cwd = folderWith({ "p.yaml": policy() });
    const { code, stdout, stderr } = await runCli(["convert", "p.yaml"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toBe(`---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
  annotations:
    netpol-migrate.dev/source: calico NetworkPolicy shop/web
    netpol-migrate.dev/outcome: exact
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes:
  - Ingress
  ingress:
  - from:
    - podSelector:
        matchLabels:
          role: client
    ports:
    - protocol: TCP
      port: 80
`);
    expect(stderr).toMatch(
      /^1 policy read from 1 file: 1 exact -> 1 NetworkPolicy on standard output\n/,
    );
  });

  it("reads standard input, named or not", async () => {
    const named = await runCli(["convert", "-"], { input: policy() });
    const piped = await runCli(["convert"], { input: policy() });
    expect(named.stdout).toContain("name: web");
    expect(piped).toEqual(named);
  });

  it("takes the path after an option that may be repeated for a path", async () => {
    const cwd = folderWith({ "p.yaml": GLOBAL });
    const { stdout, code } = await runCli(
      [
        "convert",
        "--known-namespace",
        "shop:team=a",
        "--known-namespace",
        "infra:team=a",
        "p.yaml",
      ],
      { cwd },
    );
    expect(code).toBe(0);
    expect(stdout.match(/namespace: \w+$/gm)).toEqual(["namespace: infra", "namespace: shop"]);
  });

  it("reads directories, patterns and files in any mixture once", async () => {
    const cwd = folderWith({
      "a/p.yaml": policy("one"),
      "a/b/q.yml": policy("two"),
      "c.json": "[]",
    });
    const { stdout, stderr } = await runCli(["convert", "a", "a/**/*.yml", "a/p.yaml"], { cwd });
    expect(stdout.match(/ {2}name: (\w+)/g)).toEqual(["  name: one", "  name: two"]);
    expect(stderr).toContain("2 policies read from 2 files");
  });

  it("takes facts from an inventory without converting it", async () => {
    const cwd = folderWith({
      "p.yaml": GLOBAL,
      "inv.yaml": `${NAMESPACES}---\n${policy("elsewhere")}`,
    });
    const { stdout, stderr, code } = await runCli(
      ["convert", "p.yaml", "--inventory", "inv.yaml"],
      { cwd },
    );
    expect(code).toBe(0);
    expect(stdout.match(/name: (\w+)\n {2}namespace: (\w+)/g)).toEqual([
      "name: closed\n  namespace: shop",
    ]);
    expect(stderr).toContain("ASM-E001");
  });

  it("an empty input is an error, not a conversion to nothing", async () => {
    const { code, stderr } = await runCli(["convert", "-", "-o", "out", "--prune"], {
      input: "",
      cwd: folderWith(),
    });
    expect(code).toBe(2);
    expect(stderr).toContain("the input holds no documents at all");
  });

  it("an empty file beside others is told of, since a dump may have failed", async () => {
    const cwd = folderWith({ "p/p.yaml": policy(), "p/tiers.yaml": "\n", "p/c.yaml": "# later\n" });
    const { code, stderr } = await runCli(["convert", "p", "--dry-run"], { cwd });
    expect(code).toBe(0);
    expect(stderr.match(/^warning .*/gm)).toEqual([
      "warning     p/tiers.yaml:1:1  the file is empty; a dump that failed leaves such a file  YML-X027",
    ]);
  });

  it("says why nothing came out", async () => {
    const cwd = folderWith({ "p.yaml": NAMESPACES });
    const { code, stdout, stderr } = await runCli(["convert", "p.yaml"], { cwd });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toContain("none of the 2 documents is a policy");
  });

  it("a reader that goes away is no failure", async () => {
    const many = Array.from({ length: 3000 }, (_, index) => policy(`p${String(index)}`)).join(
      "---\n",
    );
    const cwd = folderWith({ "p.yaml": many });
    const { runPiped } = await import("./run-piped.ts");
    const { code, stderr } = await runPiped(["convert", "p.yaml"], cwd);
    expect(stderr).not.toContain("EPIPE");
    expect(stderr).toContain("3000 policies read");
    expect(code).toBe(0);
  });
});

describe.concurrent("exit codes", () => {
  it.each([
    ["0: exact", policy(), [], 0],
    ["0: narrowed, by default", policy("web", "shop", SERVICE_ACCOUNT_RULE), [], 0],
    [
      "1: narrowed, if asked",
      policy("web", "shop", SERVICE_ACCOUNT_RULE),
      ["--fail-on", "narrowed"],
      1,
    ],
    [
      "1: conditional, if asked",
      GLOBAL,
      ["--known-namespace", "shop:team=a", "--fail-on", "conditional"],
      1,
    ],
    [
      "0: conditional, where narrowed is asked",
      GLOBAL,
      ["--known-namespace", "shop:team=a", "--fail-on", "narrowed"],
      0,
    ],
    ["1: widened, whatever is asked", WIDENING, ["--fail-on", "none"], 1],
    [
      "0: widened by will, where nothing is asked",
      policy("web", "shop", SERVICE_ACCOUNT_RULE),
      ["--inexact", "widen", "--fail-on", "none"],
      0,
    ],
    ["1: widened by will", policy("web", "shop", SERVICE_ACCOUNT_RULE), ["--inexact", "widen"], 1],
    ["2: an invalid policy", `${INVALID}---\n${policy()}`, [], 2],
    ["0: an invalid policy, allowed", `${INVALID}---\n${policy()}`, ["--allow-incomplete"], 0],
    [
      "1: an invalid policy, allowed, but unknown",
      `${INVALID}---\n${policy()}`,
      ["--allow-incomplete", "--fail-on", "unknown"],
      1,
    ],
    ["2: a global policy without a namespace", GLOBAL, [], 2],
    ["2: an unknown tier", policy("t.web").replace("spec:", "spec:\n  tier: t"), [], 2],
    [
      "0: a tier that is told",
      policy("t.web").replace("spec:", "spec:\n  tier: t"),
      ["--tier", "t=5"],
      0,
    ],
    [
      "2: pods that cannot be selected",
      policy().replace("app == 'web'", "app contains 'web'"),
      [],
      2,
    ],
    [
      "2: pods that cannot be selected, whatever is allowed",
      policy().replace("app == 'web'", "app contains 'web'"),
      ["--allow-incomplete"],
      2,
    ],
    [
      "0: pods that cannot be selected, isolated",
      policy().replace("app == 'web'", "app contains 'web'"),
      ["--unsayable-subjects", "isolate"],
      0,
    ],
    [
      "1: pods that cannot be selected, left open",
      policy().replace("app == 'web'", "app contains 'web'"),
      ["--unsayable-subjects", "leave-open"],
      1,
    ],
  ] as const)("%s", async (_, text, args, expected) => {
    const cwd = folderWith({ "p.yaml": text });
    const { code, stderr, stdout } = await runCli(
      ["convert", "p.yaml", "--report", "r.json", ...args],
      { cwd },
    );
    expect(code, stderr).toBe(expected);
    const report = JSON.parse(textOf(cwd, "r.json")) as RunReport;
    expect(report.result.exitCode).toBe(expected);
    if (expected === 2) {
      expect(stdout).toBe("");
      expect(report.result.stops).not.toEqual([]);
      expect(stderr).toContain("nothing written");
      expect(stderr).toMatch(/do: .+/);
    }
  });
});

describe.concurrent("reports", () => {
  it("json=FILE, FILE.json and - say the same", async () => {
    const cwd = folderWith({ "p.yaml": policy() });
    const { stdout } = await runCli(
      [
        "convert",
        "p.yaml",
        "-o",
        "out",
        "--report",
        "json=a",
        "--report",
        "deep/b.json",
        "--report",
        "-",
      ],
      { cwd },
    );
    expect(textOf(cwd, "a")).toBe(stdout);
    expect(textOf(cwd, "deep/b.json")).toBe(stdout);
    expect((JSON.parse(stdout) as RunReport).schemaVersion).toBe(1);
  });

  it("name paths relative to the current directory", async () => {
    const cwd = folderWith({ "in/p.yaml": policy() });
    const { stdout } = await runCli(["convert", `${cwd}/in`, "--dry-run", "--report", "-"], {
      cwd,
    });
    const report = JSON.parse(stdout) as RunReport;
    expect(report.options["paths"]).toEqual(["in"]);
    expect(report.inputs.map(({ file }) => file)).toEqual(["in/p.yaml"]);
    expect(stdout).not.toContain(cwd);
  });

  it("go straight into what is no file", async () => {
    const cwd = folderWith({ "p.yaml": policy() });
    const { code, stderr } = await runCli(
      ["convert", "p.yaml", "-o", "out", "--report", "json=/dev/null"],
      { cwd },
    );
    expect(code, stderr).toBe(0);
  });
});

describe.concurrent("the screen", () => {
  const many = Array.from({ length: 40 }, (_, index) =>
    policy(`p${String(index)}`, "shop", SERVICE_ACCOUNT_RULE),
  ).join("---\n");

  it("has no colour in a pipe, with NO_COLOR or with --no-color, and has it if asked", async () => {
    const cwd = folderWith({ "p.yaml": policy() });
    const escapes = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
      (await runCli(["convert", "p.yaml", ...args], { cwd, env })).stderr.includes("\u001b[");
    expect(await escapes([])).toBe(false);
    expect(await escapes([], { CI: "true" })).toBe(false);
    expect(await escapes([], { FORCE_COLOR: "1" })).toBe(true);
    expect(await escapes([], { FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(false);
    expect(await escapes(["--no-color"], { FORCE_COLOR: "1" })).toBe(false);
    expect(await escapes(["--color"], { NO_COLOR: "1" })).toBe(true);
  });

  it("counts findings that repeat, and shows all of them with --verbose", async () => {
    const cwd = folderWith({ "p.yaml": many });
    const usual = await runCli(["convert", "p.yaml"], { cwd });
    expect(usual.stderr.match(/^narrowed/gm)).toHaveLength(3);
    expect(usual.stderr).toContain("... and 37 more of CMP-R004 in 1 file (--verbose shows them)");
    expect(usual.stderr.match(/do: /g)).toHaveLength(1);
    const verbose = await runCli(["convert", "p.yaml", "--verbose"], { cwd });
    expect(verbose.stderr.match(/^narrowed .*CMP-R004$/gm)).toHaveLength(40);
  });

  it("--quiet keeps the assessment", async () => {
    const cwd = folderWith({ "p.yaml": many });
    const { stderr } = await runCli(["convert", "p.yaml", "--quiet"], { cwd });
    expect(stderr).toMatch(/^40 policies read from 1 file: 40 narrowed/);
    expect(stderr).not.toContain("CMP-R004");
  });

  it("is wrapped to the columns of the terminal", async () => {
    const cwd = folderWith({ "p.yaml": many });
    for (const COLUMNS of ["60", "80", "200"]) {
      const { stderr } = await runCli(["convert", "p.yaml"], { cwd, env: { COLUMNS } });
      expect(
        stderr.split("\n").filter((line) => line.length > Math.min(160, Number(COLUMNS))),
      ).toEqual([]);
    }
  });

  it("tells in words of and and or what was written", async () => {
    const text = policy()
      .replace("app == 'web'", "app == 'web' && env in {'a', 'b'}")
      .replace("[80]", "[80, '90:95']");
    const { stderr } = await runCli(["convert", "-", "--verbose"], { input: text });
    expect(stderr).toContain("isolates pods with app=web and env=(a or b) for ingress");
    expect(stderr).toContain(
      "allows ingress from pods with role=client of its namespace, on TCP 80 or TCP 90 to 95",
    );
  });

  it("shows text of the input without what a terminal would act on", async () => {
    const text = policy().replace("app == 'web'", `"app == '\\e]0;owned\\a\\u009b31m\\u202e'"`);
    const { stderr } = await runCli(["convert", "-"], { input: text });
    // eslint-disable-next-line no-control-regex
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(stderr).toContain("owned");
  });

  it("names stops before what narrows, and what widens before both", async () => {
    const cwd = folderWith({
      "p.yaml": `${many}---\n${WIDENING.replaceAll("shop", "other")}---\n${INVALID}`,
    });
    const { stderr } = await runCli(["convert", "p.yaml"], { cwd });
    const levels: readonly string[] = stderr.match(/^(?:invalid|stop|widened|narrowed)\b/gm) ?? [];
    expect(levels[0]).toBe("invalid");
    expect(levels.indexOf("widened")).toBeGreaterThan(0);
    expect(levels.indexOf("widened")).toBeLessThan(levels.indexOf("narrowed"));
  });

  it("writes nothing of objects where a stop was met, and leaves the folder alone", async () => {
    const cwd = folderWith({ "p.yaml": `${policy()}---\n${INVALID}` });
    await runCli(["convert", "p.yaml", "-o", "out", "--report", "r.json"], { cwd });
    expect(filesBelow(cwd)).toEqual(["p.yaml", "r.json"]);
  });
});
