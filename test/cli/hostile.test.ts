import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { someOf } from "../support/effort.ts";
import { filesBelow, folderWith, policy, runCli } from "./run-cli.ts";
import { runWithinLimits } from "./run-measured.ts";

/**
 * What is not ours must be told, never end in a crash, and never cost the documents beside it, nor more than
 * `LIMITS`: five seconds of the processor and 500 MB.
 */
describe.concurrent("hostile input", () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghij"
    .split("")
    .map(
      (name, index) =>
        `${name}: &${name} [${Array<string>(9)
          .fill(`*${"abcdefghij".charAt(index)}`)
          .join(",")}]`,
    )
    .join("\n")}\n`;
  const latin = Buffer.from(policy().replace("app == 'web'", "app == 'w\u00e9b'"), "latin1");
  const terms = Array.from({ length: 10_000 }, (_, index) => `app == 'a${String(index)}'`).join(
    " || ",
  );

  it.each([
    ["an alias bomb", bomb],
    ["an alias inside of itself", "a: &a [*a]\n"],
    ["deep nesting", "[".repeat(100_000)],
    [
      "deep mappings",
      `${Array.from({ length: 3000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")}\n`,
    ],
    ["duplicate keys", policy().replace("spec:", "spec: {}\nspec:")],
    ["bytes that are not UTF-8", latin],
    ["zero bytes", Buffer.from([0, 0, 0, 0])],
    ["UTF-16", Buffer.from(policy(), "utf16le")],
    ["a tab where a space belongs", "a:\n\t- b\n"],
    ["a selector that does not end", policy().replace("app == 'web'", '"app == \'web"')],
    ["a selector of open parentheses", policy().replace("app == 'web'", `"${"(".repeat(5000)}"`)],
    ["a selector of negations", policy().replace("app == 'web'", `"${"!".repeat(5000)}has(a)"`)],
    ["wrong types everywhere", policy().replace("[Ingress]", "7").replace("[80]", "{ a: [null] }")],
    ["a prototype for a kind", policy().replace("kind: NetworkPolicy", "kind: constructor")],
    ["a number for a document", "42\n"],
    [
      "wrong types in every field",
      policy()
        .replace("name: web", "name: [web]")
        .replace("selector: app == 'web'", "selector: { a: 1 }")
        .replace("- action: Allow", "- action: 7")
        .replace("protocol: TCP", "protocol: [TCP]")
        .replace("source:", "source: text\n      unknown:"),
    ],
    [
      "selectors that make a slow match of a pattern",
      policy().replace(
        "app == 'web'",
        `app contains '${"a".repeat(50_000)}' && ${"(".repeat(90)}has(a)${")".repeat(90)}`,
      ),
    ],
    [
      "a policy of null",
      "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: null\nspec: null\n",
    ],
  ])("%s is told, and the other policy is converted all the same", async (_, text) => {
    const cwd = folderWith({ "bad.yaml": text, "good.yaml": policy("good") });
    const { code, stdout, stderr } = await runWithinLimits(
      ["convert", ".", "--allow-incomplete", "--fail-on", "none"],
      { cwd },
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("name: good");
  });

  it("prototype keys are keys like others", async () => {
    const text = policy()
      .replace(
        "  name: web",
        "  name: web\n  labels: { __proto__: x, constructor: y, toString: z }",
      )
      .replace("app == 'web'", "__proto__ == 'x' && has(constructor)");
    const { code, stdout, stderr } = await runCli(["convert", "-"], { input: text });
    expect(stderr).not.toContain("internal error");
    expect([0, 2]).toContain(code);
    if (code === 0) expect(stdout).toContain("constructor");
  });

  it("a namespace and a label called __proto__ do not disturb others", async () => {
    const { code } = await runCli(
      ["convert", "-", "--known-namespace", "shop:constructor=a", "--known-namespace", "proto"],
      { input: policy() },
    );
    expect(code).toBe(0);
  });

  it.each([
    ["of one key, any of which may hold", terms, "values:"],
    [
      "of one key, all of which must not hold",
      terms.replaceAll("==", "!=").replaceAll("||", "&&"),
      "NotIn",
    ],
    ["of keys of their own", terms.replaceAll(/app == '(a\d+)'/g, "has($1)"), ""],
    ["in parentheses", terms.replaceAll(/(app == 'a\d+')/g, "($1)"), "values:"],
  ])("10,000 terms %s are converted or told", async (_, selector, found) => {
    const { code, stdout, stderr } = await runWithinLimits(["convert", "-"], {
      input: policy().replace("app == 'web'", selector),
    });
    expect([0, 2], stderr).toContain(code);
    expect(stdout).toContain(found);
  });

  it("a field that nobody knows makes its rule inexact, and the file is read on", async () => {
    const { code, stderr } = await runWithinLimits(["convert", "-", "--fail-on", "none"], {
      input: policy().replace("protocol: TCP", "protocol: TCP\n      sorce: {}"),
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(/sorce[^]*source/);
  });

  it("names that climb out of the folder write nothing there", async () => {
    const cwd = folderWith({ "in/p.yaml": policy("../../evil", "..") });
    await runWithinLimits(["convert", "in", "-o", "out", "--allow-incomplete"], { cwd });
    expect(filesBelow(cwd)).toEqual(["in/p.yaml"]);
  });

  it("CRLF means what LF means", async () => {
    const unix = await runCli(["convert", "-"], { input: policy() });
    const windows = await runCli(["convert", "-"], { input: policy().replaceAll("\n", "\r\n") });
    expect(windows.stdout).toBe(unix.stdout);
  });

  it("a byte order mark is no part of the text", async () => {
    const { stdout } = await runCli(["convert", "-"], { input: `\ufeff${policy()}` });
    expect(stdout).toContain("name: web");
  });

  it("links in a circle end, and files are read once", async () => {
    const cwd = folderWith({ "in/p.yaml": policy() });
    symlinkSync(".", join(cwd, "in/self"));
    symlinkSync("../in", join(cwd, "in/up"));
    symlinkSync("p.yaml", join(cwd, "in/q.yaml"));
    const { code, stderr } = await runCli(["convert", "in"], { cwd });
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("1 policy read from 1 file");
  });

  it("a link to itself is an error that says so", async () => {
    const cwd = folderWith({ "in/p.yaml": policy() });
    symlinkSync("loop.yaml", join(cwd, "in/loop.yaml"));
    const { code, stderr } = await runCli(["convert", "in", "-o", "out"], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain("loop.yaml");
    expect(filesBelow(cwd).some((file) => file.startsWith("out"))).toBe(false);
  });
});

/** Objects that are nobody's business, as a list or as documents, about 100 MB of them. */
const BALLAST = 'text: "of a config map that is long and does not decide any traffic at all"';
const SIZE = 1e8;
const times = (part: string): string => part.repeat(Math.ceil(SIZE / part.length));
const configMap = (indent: string): string =>
  [
    "apiVersion: v1",
    "kind: ConfigMap",
    "metadata: { name: big }",
    "data:",
    ...Array<string>(20).fill(""),
  ]
    .map((line, at) => `${indent}${at < 4 ? line : `  n${String(at)}${BALLAST}`}`)
    .join("\n");

/** What makes a reader of YAML think, in each of a million small objects. */
const ODDITIES: readonly (readonly [string, string])[] = [
  ["a tag", "  name: !!str big"],
  ["a tag of its own", "  name: !own big"],
  ["an anchor", "  name: &a big"],
  ["an alias", "  name: &a big\n  namespace: *a"],
  ["a merge key", "  name: big\n  labels: { <<: { a: b } }"],
  ["a key that is a number", "  name: big\n  labels:\n    1: b"],
  ["a key behind a question mark", "  ? name\n  : big"],
  ["a key given twice", "  name: big\n  name: big"],
  ["no number", "  name: big\n  labels:\n    a: .inf"],
  ["an old line break", '  name: big\n  labels:\n    a: "x\u0085y"'],
  [
    "tabs and escapes",
    '  name: "b\\u0069g"\n  annotations:\n    a: |\n      x\ty\n    b: "x\\n\\ty"',
  ],
  [
    "texts over several lines",
    "  name: big\n  annotations:\n    a: it goes\n      on\n    b: 'and\n      on'\n    c: >\n      a\n      b",
  ],
  ["brackets over several lines", "  name: big\n  labels: {\n    a: b,\n    c: d }"],
];
const CONFIG_MAP = `apiVersion: v1\nkind: ConfigMap\ndata: { ${BALLAST} }\nmetadata:\n`;

describe.concurrent("100 MB of small objects", () => {
  const list = (text: string): string =>
    `apiVersion: v1\nkind: List\nitems:\n${times(`- ${text.replaceAll("\n", "\n  ")}\n`)}`;
  const documents = (text: string): string => times(`${text}\n---\n`);
  const cases: readonly (readonly [string, () => string])[] = [
    ["with line ends of Windows", () => list(`${CONFIG_MAP}  name: big`).replaceAll("\n", "\r\n")],
    ...ODDITIES.flatMap(([what, metadata]): [string, () => string][] => [
      [`with ${what}, in a list`, () => list(CONFIG_MAP + metadata)],
      [`with ${what}, as documents`, () => documents(CONFIG_MAP + metadata)],
    ]),
    [
      "half of which have a tag",
      () => documents(`${CONFIG_MAP}  name: big\n---\n${CONFIG_MAP}  name: !!str big`),
    ],
  ];
  it.each(someOf(cases, 9))(
    "%s, are read or refused with a line, within seconds and 500 MB",
    async (_, make) => {
      const cwd = folderWith({ "big.yaml": make(), "p.yaml": policy() });
      const { code, stdout, stderr } = await runWithinLimits(
        ["convert", ".", "--allow-incomplete", "--fail-on", "none"],
        { cwd },
      );
      expect(code, stderr).toBe(0);
      expect(stdout).toContain("name: web");
      expect(stderr).toMatch(/big\.yaml:\d+|1 policy read from 2 files/);
    },
    240_000,
  );
});

describe("100 MB", () => {
  const line =
    "  - this is no policy but a very long list of words, none of which decides any traffic\n";
  it.each<[string, string, () => string]>([
    [
      "of one document",
      "yaml",
      () => `kind: ConfigMap\napiVersion: v1\nmetadata: { name: big }\nitems:\n${times(line)}`,
    ],
    [
      "of a list, as kubectl prints it",
      "yaml",
      () =>
        `apiVersion: v1\nkind: List\nitems:\n${times(`${configMap("  ").replace("  a", "- a")}\n`)}`,
    ],
    ["of documents", "yaml", () => times(`---\n${configMap("")}\n`)],
    [
      "of a list in JSON",
      "json",
      () =>
        `{"apiVersion":"v1","kind":"List","items":[${times(
          `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"${"b".repeat(900)}"}},`,
        )}{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"}}]}`,
    ],
    ["of one word", "yaml", () => times("a")],
    ["of an open quote", "yaml", () => `a: "${times("b")}`],
    ["of line feeds", "yaml", () => times("\n")],
    ["of comments", "yaml", () => times("# a comment that says nothing of any interest\n")],
    ["of separators", "yaml", () => times("---\n")],
  ])(
    "%s cost seconds and 500 MB, and the other policy is converted",
    async (_, ending, make) => {
      const cwd = folderWith({ [`big.${ending}`]: make(), "p.yaml": policy() });
      const { code, stdout, stderr } = await runWithinLimits(
        ["convert", ".", "--allow-incomplete", "--fail-on", "none"],
        { cwd },
      );
      expect(code, stderr).toBe(0);
      expect(stdout).toContain("name: web");
    },
    120_000,
  );
});
