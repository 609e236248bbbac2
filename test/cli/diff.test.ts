import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import type { DiffReport } from "../../src/report/diff-report.ts";
import { CLUSTER, SHOP } from "./policy-files.ts";
import { folderWith, INVALID, policy, ROOT, runCli, textOf } from "./run-cli.ts";
import type { CliResult } from "./run-cli.ts";

const schema = JSON.parse(readFileSync(`${ROOT}/schemas/diff.schema.json`, "utf8")) as object;
const isValid = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(
  schema,
);

interface Compared extends CliResult {
  readonly report: DiffReport;
  /** The statements, without what decides them. */
  readonly lines: readonly string[];
}

/** Compares two sets; their report is checked against its schema. */
async function diff(
  files: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Compared> {
  const folder = folderWith(files);
  const result = await runCli(["diff", ...args, "--report", "report.json"], { cwd: folder });
  const report = JSON.parse(textOf(folder, "report.json")) as DiffReport;
  expect(isValid(report), JSON.stringify(isValid.errors, undefined, 2)).toBe(true);
  expect(report.result.exitCode).toBe(result.code);
  return { ...result, report, lines: statements(result.stdout) };
}

const statements = (text: string): readonly string[] =>
  text
    .split("\n")
    .filter((line) => /^(?: {2}[-+] | {6}except |\S.* in .*)/.test(line) && !/\(\d+ pol/.test(line))
    .map((line) => line.trim());

const BASE: Readonly<Record<string, string>> = {
  "old/web.yaml": textOf(ROOT, "testdata/diff/base/web.yaml"),
  "old/db.yaml": textOf(ROOT, "testdata/diff/base/db.yaml"),
};

/** The base and the base after an edit of one file; an empty text leaves the file out. */
function edited(
  name: "web" | "db",
  edit: (text: string) => string,
): Readonly<Record<string, string>> {
  const other = name === "web" ? "db" : "web";
  const text = BASE[`old/${name}.yaml`] ?? "";
  const after = edit(text);
  expect(after, "the edit changes something").not.toBe(text);
  return {
    ...BASE,
    [`new/${other}.yaml`]: BASE[`old/${other}.yaml`] ?? "",
    ...(after === "" ? {} : { [`new/${name}.yaml`]: after }),
  };
}

const PORT = "        - { protocol: TCP, port: 8080 }\n";
const SELECTOR = "        - namespaceSelector:\n            matchLabels: { team: edge }\n";

const swapped = (text: string): string => {
  const [head = "", first = "", second = ""] = text.split("    - from:\n");
  return `${head}    - from:\n${second}    - from:\n${first}`;
};

const OPEN = [
  "+ ingress from anywhere: any traffic",
  "except from pods with app=web in shop: TCP 5432",
];

describe("diff says what an edit means", () => {
  it.each<
    readonly [
      title: string,
      file: "web" | "db",
      edit: (text: string) => string,
      said: readonly string[],
    ]
  >([
    [
      "a port is added",
      "web",
      (text) => text.replace(PORT, `${PORT}${PORT.replace("8080", "8443")}`),
      [
        "pods with app=web in shop",
        "+ ingress from pods where role in (frontend, gateway), in namespaces with team=edge: TCP 8443",
      ],
    ],
    [
      "a peer is split in two",
      "web",
      (text) => text.replace("          podSelector:", "        - podSelector:"),
      [
        "pods with app=web in shop",
        "+ ingress from pods where role in (frontend, gateway), in shop, if among its labels team is absent or not edge: TCP 8080",
        "+ ingress from pods where role is absent or not in (frontend, gateway), in namespaces with team=edge: TCP 8080",
      ],
    ],
    [
      "In becomes NotIn",
      "web",
      (text) => text.replace("operator: In,", "operator: NotIn,"),
      [
        "pods with app=web in shop",
        "+ ingress from pods where role is absent or not in (frontend, gateway), in namespaces with team=edge: TCP 8080",
        "- ingress from pods where role in (frontend, gateway), in namespaces with team=edge: TCP 8080",
      ],
    ],
    [
      "a namespaceSelector is dropped",
      "web",
      (text) => text.replace(`${SELECTOR}          podSelector`, "        - podSelector"),
      [
        "pods with app=web in shop",
        "+ ingress from pods where role in (frontend, gateway), in shop, if among its labels team is absent or not edge: TCP 8080",
        "- ingress from pods where role in (frontend, gateway), in namespaces with team=edge, other than shop: TCP 8080",
      ],
    ],
    [
      "an exception is removed",
      "web",
      (text) => text.replace(/ +except: .*\n/, ""),
      ["pods with app=web in shop", "+ ingress from 10.1.0.0/16: TCP 9090"],
    ],
    [
      "policyTypes gets Egress",
      "db",
      (text) => text.replace("[Ingress]", "[Ingress, Egress]"),
      ["pods with app=db in shop", "- egress to anywhere: any traffic"],
    ],
    ["a policy is removed", "db", () => "", ["pods with app=db in shop", ...OPEN]],
    ["a policy gets another name", "db", (text) => text.replace("name: db", "name: data"), []],
    ["rules change places", "web", swapped, []],
    [
      "a catch-all is added",
      "db",
      (text) => `${text}    - {}\n`,
      ["pods with app=db in shop", ...OPEN],
    ],
  ])("%s", async (_, file, edit, said) => {
    const { code, lines, report, stdout } = await diff(
      edited(file, edit),
      "old",
      "--against",
      "new",
      "--show",
      "semantic",
    );
    expect(lines).toEqual(said);
    expect(code).toBe(said.length === 0 ? 0 : 1);
    expect(report.result.same).toBe(said.length === 0);
    if (said.length === 0) expect(stdout).toContain("the same connections are allowed");
  });

  it("and says the opposite of the opposite edit", async () => {
    const files = edited("web", (text) => text.replace("operator: In,", "operator: NotIn,"));
    const there = await diff(files, "old", "--against", "new", "--show", "semantic");
    const back = await diff(files, "new", "--against", "old", "--show", "semantic");
    const turned = (lines: readonly string[]): readonly string[] =>
      lines.map((line) => line.replace(/^[-+]/, (sign) => (sign === "+" ? "-" : "+"))).sort();
    expect(turned(back.lines)).toEqual([...there.lines].sort());
  });
});

describe("diff", () => {
  const notIn = edited("web", (text) => text.replace("operator: In,", "operator: NotIn,"));

  it("names the rules that decide on both sides, with file and line", async () => {
    const { stdout } = await diff(notIn, "old", "--against", "new");
    expect(stdout).toContain(
      "      old: deny, NetworkPolicy shop/web isolates the pod (old/web.yaml:1)\n" +
        "      new: allow, NetworkPolicy shop/web ingress[0] (new/web.yaml:11)\n",
    );
  });

  it("shows texts policy by policy, renamed ones as such", async () => {
    const { stdout, code, report } = await diff(
      edited("db", (text) => text.replace("name: db", "name: data")),
      "old",
      "--against",
      "new",
      "--show",
      "text",
    );
    expect(stdout).toContain("diff NetworkPolicy shop/data (renamed from db)");
    expect(stdout).toContain("--- old/db.yaml:1\n+++ new/db.yaml:1\n@@ -1,7 +1,7 @@\n");
    expect(stdout).toContain("\n-  name: db\n+  name: data\n");
    expect(report.summary.texts).toEqual({ added: 0, removed: 0, renamed: 1, changed: 0, same: 1 });
    // Asked about texts alone, it answers about texts.
    expect(code).toBe(1);
  });

  it("says so where there is no text to compare, and calls that different", async () => {
    const files = {
      ...BASE,
      "calico/web.yaml": `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec: { selector: app == 'web', types: [Ingress] }
`,
    };
    const { stdout, code } = await diff(files, "calico", "--against", "old", "--show", "text");
    expect(stdout).toBe(
      "no text to compare: the two have no kind of policy in common, see --show semantic (1 policy before, 2 after)\n",
    );
    expect(code).toBe(1);
  });

  it("--stat counts lines", async () => {
    const { stdout } = await diff(notIn, "old", "--against", "new", "--stat");
    expect(stdout).toMatch(/^ NetworkPolicy shop\/web \| 2 \+-\n/m);
    // What a review is about comes first.
    expect(stdout.indexOf("pods with app=web")).toBe(0);
    expect(stdout).not.toContain("@@");
  });

  it("compares sets of different kinds by what they allow", async () => {
    const folder = folderWith({ "calico.yaml": policy() });
    await runCli(["convert", "calico.yaml", "--out-dir", "out"], { cwd: folder });
    const { code, stdout } = await runCli(["diff", "calico.yaml", "--against", "out"], {
      cwd: folder,
    });
    expect(stdout).toBe("the same connections are allowed (1 policy before, 1 after)\n");
    expect(code).toBe(0);
  });

  it("finds a Calico set with conditions that nobody can check equal to itself", async () => {
    const { code, stdout, report } = await diff(
      { "a.yaml": SHOP, "b.yaml": SHOP },
      "a.yaml",
      "--against",
      "b.yaml",
    );
    expect(stdout).toContain("the same connections are allowed; no text differs");
    expect(report.unanswered).toEqual([]);
    expect(code).toBe(0);
  });

  it.each(["GET", "POST"])(
    "takes Cilium's HTTP rules for the same if they are: %s",
    async (method) => {
      const set = (of: string): string => `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: api, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: api } }
  ingress:
    - fromEndpoints: [ { matchLabels: { app: web } } ]
      toPorts: [ { ports: [ { port: "80", protocol: TCP } ], rules: { http: [ { method: ${of}, path: / } ] } } ]
`;
      const files = { "a.yaml": set("GET"), "b.yaml": set(method) };
      const { code } = await diff(files, "a.yaml", "--against", "b.yaml");
      expect(code).toBe(method === "GET" ? 0 : 1);
    },
  );

  it("says `may` where it depends on a condition that nobody can check", async () => {
    const { code, lines, report } = await diff(
      { "a.yaml": SHOP, "b.yaml": SHOP.replace("methods: [GET]", "methods: [GET, POST]") },
      "a.yaml",
      "--against",
      "b.yaml",
      "--show",
      "semantic",
    );
    expect(lines.join("\n")).toContain("may: ingress from pods with app=report in shop: TCP 5432");
    expect(lines.join("\n")).toContain("if `http methods GET, POST` holds");
    expect(
      report.subjects.flatMap(({ connections }) => connections.map((one) => one.certain)),
    ).toEqual(report.subjects.flatMap(({ connections }) => connections.map(() => false)));
    expect(code).toBe(1);
  });

  it("names the pods of an inventory that are touched, and their connections", async () => {
    const { stdout, report } = await diff(
      { "a.yaml": SHOP, "b.yaml": SHOP.replace("[5432, metrics]", "[5432]"), "inv.yaml": CLUSTER },
      "a.yaml",
      "--against",
      "b.yaml",
      "--show",
      "semantic",
      "--inventory",
      "inv.yaml",
    );
    expect(stdout).toContain("pods with app=db in shop (1 pod: shop/db-0)");
    expect(stdout).toContain(
      "- ingress from pods with app=web in shop: TCP but 5432, where the port is named metrics",
    );
    expect(stdout).toContain("can no longer reach pods with app=db in shop (1: db-0): TCP 9187");
    expect(report.pods?.pods).toBe(3);
  });

  it.each([
    ["shop/db-0", 1],
    ["shop/web-0", 1],
    ["shop/app=db", 1],
    ["shop", 1],
    ["shop/app=cache", 0],
  ])("--focus %s shows what concerns it", async (focus, count) => {
    const { report, code } = await diff(
      { "a.yaml": SHOP, "b.yaml": SHOP.replace("[5432, metrics]", "[5432]"), "inv.yaml": CLUSTER },
      "a.yaml",
      "--against",
      "b.yaml",
      "--inventory",
      "inv.yaml",
      "--focus",
      focus,
    );
    expect(report.subjects).toHaveLength(count);
    expect(code).toBe(count);
  });

  it("--focus on a workload or namespace that nobody knows is a usage error with a hint", async () => {
    const folder = folderWith({ "a.yaml": SHOP, "inv.yaml": CLUSTER });
    const args = ["diff", "a.yaml", "--against", "a.yaml", "--inventory", "inv.yaml", "--focus"];
    const { code, stderr } = await runCli([...args, "shop/web-9"], { cwd: folder });
    expect(stderr).toContain("the input knows no pod or workload `web-9` in `shop`");
    expect(stderr).toContain("Did you mean `web-0`?");
    expect(code).toBe(2);
    // Whatever is about anywhere is about a namespace that does not exist, too.
    const typo = await runCli([...args, "shpo"], { cwd: folder });
    expect(typo.stderr).toContain("--focus shpo: the input knows no namespace of that name");
    expect(typo.stderr).toContain("Did you mean `shop`?");
    expect(typo.code).toBe(2);
    const known = await runCli([...args, "later", "--known-namespace", "later"], { cwd: folder });
    expect(known.code).toBe(0);
  });

  it("--direction leaves the other end out", async () => {
    const both = edited("db", (text) =>
      text.replace("[Ingress]", "[Ingress, Egress]").replace("port: 5432", "port: 5433"),
    );
    const args = ["old", "--against", "new", "--show", "semantic", "--direction"];
    const { lines } = await diff(both, ...args, "egress");
    expect(lines).toEqual(["pods with app=db in shop", "- egress to anywhere: any traffic"]);
  });

  it("tells what is the same in several namespaces once", async () => {
    const everywhere = (port: string): string =>
      ["a", "b", "c"]
        .map((namespace) =>
          (BASE["old/db.yaml"] ?? "").replace("shop", namespace).replace("5432", port),
        )
        .join("---\n");
    const { lines } = await diff(
      { "old.yaml": everywhere("5432"), "new.yaml": everywhere("5433") },
      "old.yaml",
      "--against",
      "new.yaml",
      "--show",
      "semantic",
    );
    expect(lines).toEqual([
      "pods with app=db in a, b and c",
      "+ ingress from pods with app=web in the same namespace: TCP 5433",
      "- ingress from pods with app=web in the same namespace: TCP 5432",
    ]);
  });

  it("writes the report to standard output, and the text beside it", async () => {
    const folder = folderWith(notIn);
    const { stdout, stderr } = await runCli(["diff", "old", "--against", "new", "--report", "-"], {
      cwd: folder,
    });
    expect(isValid(JSON.parse(stdout))).toBe(true);
    expect(stderr).toContain("connections differ: 1 addition, 1 removal");
  });

  it("reads standard input", async () => {
    const folder = folderWith(BASE);
    const { code, stdout } = await runCli(["diff", "-", "--against", "old/db.yaml"], {
      cwd: folder,
      input: BASE["old/db.yaml"] ?? "",
    });
    expect(stdout).toContain("the same connections are allowed");
    expect(code).toBe(0);
  });

  it("colours on demand only", async () => {
    const folder = folderWith(notIn);
    const plain = await runCli(["diff", "old", "--against", "new"], { cwd: folder });
    expect(plain.stdout).not.toContain("\u001b");
    const painted = await runCli(["diff", "old", "--against", "new", "--color"], { cwd: folder });
    expect(painted.stdout).toContain("\u001b[32m+");
    // eslint-disable-next-line no-control-regex
    expect(painted.stdout.replace(/\u001b\[\d+m/g, "")).toBe(plain.stdout);
  });
});

describe("diff of what is not as it should be", () => {
  it("shows what could be read, says so, and ends with 2", async () => {
    const { code, stderr, stdout, report } = await diff(
      { "a.yaml": policy(), "b.yaml": `${policy()}---\n${INVALID}` },
      "a.yaml",
      "--against",
      "b.yaml",
    );
    expect(code).toBe(2);
    expect(stderr).toContain("incomplete: not all policies could be read");
    expect(stderr).toMatch(/b\.yaml:\d+:\d+ {2}/);
    expect(stdout).toContain("not all policies could be read: what is said here may be wrong");
    expect(report.result).toMatchObject({ same: false, complete: false });
  });

  it("goes on with --allow-incomplete", async () => {
    const files = { "a.yaml": policy(), "b.yaml": `${policy()}---\n${INVALID}` };
    const { code } = await diff(files, "a.yaml", "--against", "b.yaml", "--allow-incomplete");
    expect(code).toBe(0);
  });

  it("takes a file that is no YAML for a finding", async () => {
    const { code, stderr } = await diff(
      { "a.yaml": policy(), "b.yaml": "a: [\u0000\n" },
      "a.yaml",
      "--against",
      "b.yaml",
    );
    expect(code).toBe(2);
    expect(stderr).toContain("b.yaml:1:");
  });

  it("names a path that does not exist", async () => {
    const folder = folderWith({ "a.yaml": policy() });
    const { code, stderr } = await runCli(["diff", "a.yaml", "--against", "nowhere"], {
      cwd: folder,
    });
    expect(code).toBe(2);
    expect(stderr).toContain("there is no file or directory `nowhere`");
  });

  it("writes no control characters of names, labels and comments", async () => {
    const evil = (port: string): string =>
      (BASE["old/db.yaml"] ?? "")
        .replace("5432", port)
        .replace("spec:", `# \u009b31m\u202e evil\nspec:`)
        .replace("name: db", `name: db\n  annotations: { note: "\\e]0;owned\\a\\e[31m" }`);
    const { stdout, stderr } = await diff(
      { "a\u001b[31m.yaml": evil("1"), "b.yaml": evil("2") },
      "a\u001b[31m.yaml",
      "--against",
      "b.yaml",
    );
    // eslint-disable-next-line no-control-regex
    expect(`${stdout}${stderr}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it("bounds what it prints of a huge difference, and tells how much is left", async () => {
    const many = (port: number): string =>
      Array.from({ length: 120 }, (_, at) =>
        (BASE["old/db.yaml"] ?? "")
          .replace("name: db", `name: db-${String(at)}`)
          .replace("app: db", `app: db-${String(at)}`)
          .replace("5432", String(port + at)),
      ).join("---\n");
    const files = { "a.yaml": many(1000), "b.yaml": many(3000) };
    const { stdout, report } = await diff(files, "a.yaml", "--against", "b.yaml");
    expect(stdout.split("\n").length).toBeLessThan(520);
    expect(stdout).toMatch(/\.\.\. and \d+ statements more, for \d+ more groups of pods/);
    expect(stdout).toMatch(/\.\.\. and \d+ policies more \(--verbose shows them/);
    expect(report.summary.connections).toMatchObject({ added: 120, removed: 120 });
    const whole = await diff(files, "a.yaml", "--against", "b.yaml", "--verbose");
    expect(whole.lines.filter((line) => line.startsWith("+ ingress"))).toHaveLength(120);
  }, 60_000);
});

describe("the recipes of docs/DIFF.md", () => {
  const git = (folder: string, ...args: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });

  it("compare the working tree with the last commit", async () => {
    const folder = folderWith({ "out/shop/db.yaml": BASE["old/db.yaml"] ?? "" });
    git(folder, "init", "--quiet");
    git(folder, "add", ".");
    git(folder, "commit", "--quiet", "-m", "yesterday");
    execFileSync("sed", ["-i", "s/5432/5433/", join(folder, "out/shop/db.yaml")]);

    git(folder, "worktree", "add", "--detach", "before", "HEAD");
    const tree = await runCli(["diff", "before/out", "--against", "out", "--show", "semantic"], {
      cwd: folder,
    });
    expect(tree.code).toBe(1);
    expect(statements(tree.stdout)).toEqual([
      "pods with app=db in shop",
      "+ ingress from pods with app=web in shop: TCP 5433",
      "- ingress from pods with app=web in shop: TCP 5432",
    ]);
    git(folder, "worktree", "remove", "before");

    const file = await runCli(
      ["diff", "-", "--against", "out/shop/db.yaml", "--show", "semantic"],
      {
        cwd: folder,
        input: git(folder, "show", "HEAD:out/shop/db.yaml"),
      },
    );
    expect(statements(file.stdout)).toEqual(statements(tree.stdout));
  });
});
