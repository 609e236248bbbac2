import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { filesBelow, folderWith, policy, runCli } from "./run-cli.ts";

/** What is not ours must be told, never end in a crash, and never cost the documents beside it. */
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
      "a policy of null",
      "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: null\nspec: null\n",
    ],
  ])("%s is told, and the other policy is converted all the same", async (_, text) => {
    const cwd = folderWith({ "bad.yaml": text, "good.yaml": policy("good") });
    const started = Date.now();
    const { code, stdout, stderr } = await runCli(["convert", ".", "--allow-incomplete"], { cwd });
    expect(Date.now() - started).toBeLessThan(20_000);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("name: good");
    expect(stderr).not.toMatch(/internal error|^\s+at /m);
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

  it("10,000 terms are converted in seconds", async () => {
    const started = Date.now();
    const { code, stderr } = await runCli(["convert", "-"], {
      input: policy().replace("app == 'web'", terms),
    });
    expect(code, stderr).toBe(0);
    expect(Date.now() - started).toBeLessThan(20_000);
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

it("100 MB of text takes seconds and 500 MB", async () => {
  const line =
    "  - this is no policy but a very long list of words, none of which decides any traffic\n";
  const text = `kind: ConfigMap\napiVersion: v1\nmetadata: { name: big }\nitems:\n${line.repeat(Math.ceil(1e8 / line.length))}`;
  const cwd = folderWith({ "big.yaml": text, "p.yaml": policy() });
  const started = Date.now();
  const { code, stdout, stderr } = await runCli(["convert", ".", "--allow-incomplete"], { cwd });
  const seconds = (Date.now() - started) / 1000;
  expect(code, stderr).toBe(0);
  expect(stdout).toContain("name: web");
  expect(seconds).toBeLessThan(30);
}, 60_000);
