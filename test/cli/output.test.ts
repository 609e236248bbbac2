import {
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { INVALID, filesBelow, folderWith, policy, runCli, textOf } from "./run-cli.ts";

const KEPT = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: own, namespace: shop }
spec: { podSelector: {}, policyTypes: [Ingress] }
`;

const two = `${policy("one")}---\n${policy("two", "infra")}`;

describe.concurrent("--out-dir", () => {
  it("takes one file an object, by namespace and name", async () => {
    const cwd = folderWith({ "p.yaml": two });
    const { code, stdout, stderr } = await runCli(["convert", "p.yaml", "-o", "out"], { cwd });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(filesBelow(join(cwd, "out"))).toEqual(["infra/two.yaml", "shop/one.yaml"]);
    expect(stderr).toContain("files in out: 2 new, 0 changed, 0 as before");
  });

  it("leaves a file alone that says the same already", async () => {
    const cwd = folderWith({ "p.yaml": two });
    await runCli(["convert", "p.yaml", "-o", "out"], { cwd });
    const file = join(cwd, "out/shop/one.yaml");
    utimesSync(file, 1, 1);
    const { stderr } = await runCli(["convert", "p.yaml", "-o", "out"], { cwd });
    expect(stderr).toContain("0 new, 0 changed, 2 as before");
    expect(statSync(file).mtimeMs).toBe(1000);
  });

  it("replaces what an earlier run wrote", async () => {
    const cwd = folderWith({ "p.yaml": two });
    await runCli(["convert", "p.yaml", "-o", "out"], { cwd });
    writeFileSync(join(cwd, "p.yaml"), two.replaceAll("[80]", "[81]"));
    const { stderr } = await runCli(["convert", "p.yaml", "-o", "out"], { cwd });
    expect(stderr).toContain("0 new, 2 changed, 0 as before");
    expect(textOf(cwd, "out/shop/one.yaml")).toContain("port: 81");
  });

  it("names manifests in it that are not of this run, since they would be applied with the rest", async () => {
    const cwd = folderWith({ "p.yaml": two, "out/shop/old.yaml": KEPT });
    const { code, stderr } = await runCli(["convert", "p.yaml", "-o", "out"], { cwd });
    expect(code).toBe(0);
    expect(stderr).toContain("not of this tool, or kept by an earlier run (1): shop/old.yaml");
  });

  it("never replaces a file that it did not write, and then writes nothing at all", async () => {
    const cwd = folderWith({ "p.yaml": two, "out/shop/one.yaml": "mine: true\n" });
    const { code, stderr } = await runCli(
      ["convert", "p.yaml", "-o", "out", "--report", "r.json"],
      { cwd },
    );
    expect(code).toBe(2);
    expect(stderr).toContain(
      "`out/shop/one.yaml` is there already and was not written by netpol-migrate",
    );
    expect(filesBelow(cwd)).toEqual(["out/shop/one.yaml", "p.yaml"]);
    expect(textOf(cwd, "out/shop/one.yaml")).toBe("mine: true\n");
  });

  it("never replaces its own input", async () => {
    const cwd = folderWith({ "shop/web.yaml": policy() });
    const { code } = await runCli(["convert", ".", "-o", "."], { cwd });
    expect(code).toBe(2);
    expect(textOf(cwd, "shop/web.yaml")).toBe(policy());
  });

  it("keeps a Kubernetes policy byte for byte, and replaces an older copy of it", async () => {
    const cwd = folderWith({ "k.yaml": KEPT });
    await runCli(["convert", "k.yaml", "-o", "out"], { cwd });
    expect(textOf(cwd, "out/shop/own.yaml")).toBe(KEPT);
    const newer = KEPT.replace("[Ingress]", "[Ingress, Egress]");
    writeFileSync(join(cwd, "k.yaml"), newer);
    const { code } = await runCli(["convert", "k.yaml", "-o", "out"], { cwd });
    expect(code).toBe(0);
    expect(textOf(cwd, "out/shop/own.yaml")).toBe(newer);
  });

  it("a kept policy does not replace a file that holds something else besides", async () => {
    const both = `${KEPT.replace("Ingress", "Egress")}---\nkind: Secret\n`;
    const cwd = folderWith({ "k.yaml": KEPT, "out/shop/own.yaml": both });
    expect((await runCli(["convert", "k.yaml", "-o", "out"], { cwd })).code).toBe(2);
    expect(textOf(cwd, "out/shop/own.yaml")).toBe(both);
  });

  it.each([["../../evil"], ["/etc/passwd"], ["..%2f..%2fevil"], ["a/b"], ["nul\\u0000"], [".."]])(
    "a policy called %s writes nothing outside of it",
    async (name) => {
      const cwd = folderWith({
        "in/p.yaml": `${policy().replace("name: web", `name: "${name}"`)}---\n${policy("ok")}`,
      });
      for (const args of [[], ["--allow-incomplete"]]) {
        await runCli(["convert", "in/p.yaml", "-o", "in/out", ...args], { cwd });
      }
      const outside = filesBelow(cwd).filter((file) => !file.startsWith("in/out/shop/"));
      expect(outside).toEqual(["in/p.yaml"]);
    },
  );

  it.each([["../../evil"], [".."], ["/tmp"]])(
    "a namespace called %s writes nothing outside of it",
    async (name) => {
      const cwd = folderWith({
        "in/p.yaml": policy().replace("namespace: shop", `namespace: "${name}"`),
      });
      await runCli(["convert", "in/p.yaml", "-o", "in/out", "--allow-incomplete"], { cwd });
      expect(filesBelow(cwd).filter((file) => !file.startsWith("in/out/"))).toEqual(["in/p.yaml"]);
    },
  );

  it("does not follow a link that stands for a namespace", async () => {
    const cwd = folderWith({ "p.yaml": two, "elsewhere/readme": "" });
    mkdirSync(join(cwd, "out"));
    symlinkSync("../elsewhere", join(cwd, "out/shop"));
    const { code, stderr } = await runCli(["convert", "p.yaml", "-o", "out"], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain("`out/shop`");
    expect(stderr).toContain("symbolic link");
    expect(filesBelow(cwd)).not.toContain("out/infra/two.yaml");
    expect(filesBelow(join(cwd, "elsewhere"))).toEqual(["readme"]);
  });

  it("does not write through a link that stands for a file", async () => {
    const cwd = folderWith({ "p.yaml": policy(), "victim.yaml": "mine: true\n" });
    mkdirSync(join(cwd, "out/shop"), { recursive: true });
    symlinkSync("../../victim.yaml", join(cwd, "out/shop/web.yaml"));
    expect((await runCli(["convert", "p.yaml", "-o", "out"], { cwd })).code).toBe(2);
    expect(textOf(cwd, "victim.yaml")).toBe("mine: true\n");
  });

  it.each([
    ["a file", ["-o", "p.yaml"]],
    ["below a file", ["-o", "p.yaml/out"]],
    ["a report below a file", ["-o", "out", "--report", "p.yaml/r.json"]],
    ["a report that is a folder", ["-o", "out", "--report", "folder.json"]],
  ])("an impossible place leaves nothing half-written: %s", async (_, args) => {
    const cwd = folderWith({ "p.yaml": two, "folder.json/x": "" });
    const { code, stderr } = await runCli(["convert", "p.yaml", ...args], { cwd });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: cannot write/);
    expect(filesBelow(cwd)).toEqual(["folder.json/x", "p.yaml"]);
    expect(existsSync(join(cwd, "out"))).toBe(false);
  });
});

describe.concurrent("--prune", () => {
  const prepare = async (): Promise<string> => {
    const cwd = folderWith({ "p.yaml": two });
    await runCli(["convert", "p.yaml", "-o", "out"], { cwd });
    writeFileSync(join(cwd, "p.yaml"), policy("one"));
    return cwd;
  };

  it("without it, files of an earlier run are named and stay", async () => {
    const cwd = await prepare();
    const { stderr } = await runCli(["convert", "p.yaml", "-o", "out"], { cwd });
    expect(stderr).toContain("left from an earlier run (1): infra/two.yaml");
    expect(filesBelow(join(cwd, "out"))).toContain("infra/two.yaml");
  });

  it("removes files of an earlier run and nothing else", async () => {
    const cwd = await prepare();
    const others = {
      "infra/theirs.yaml": KEPT,
      "infra/mixed.yaml": `${textOf(cwd, "out/infra/two.yaml")}---\n${KEPT}`,
      "infra/mentions.yaml": "# netpol-migrate.dev/source: see there\na: 1\n",
      "infra/notes.txt": "netpol-migrate.dev/source: x",
      "two.yaml": textOf(cwd, "out/infra/two.yaml"),
    };
    for (const [name, text] of Object.entries(others)) writeFileSync(join(cwd, "out", name), text);
    const { stderr } = await runCli(["convert", "p.yaml", "-o", "out", "--prune"], { cwd });
    expect(stderr).toContain("removed: infra/two.yaml");
    expect(filesBelow(join(cwd, "out"))).toEqual([...Object.keys(others), "shop/one.yaml"].sort());
  });

  it("does not reach through links", async () => {
    const cwd = await prepare();
    mkdirSync(join(cwd, "elsewhere"));
    writeFileSync(join(cwd, "elsewhere/two.yaml"), textOf(cwd, "out/infra/two.yaml"));
    symlinkSync("../elsewhere", join(cwd, "out/linked"));
    await runCli(["convert", "p.yaml", "-o", "out", "--prune"], { cwd });
    expect(filesBelow(join(cwd, "elsewhere"))).toEqual(["two.yaml"]);
  });

  it("removes nothing where the run stops or is dry", async () => {
    const cwd = await prepare();
    await runCli(["convert", "p.yaml", "-o", "out", "--prune", "--dry-run"], { cwd });
    writeFileSync(join(cwd, "p.yaml"), INVALID);
    await runCli(["convert", "p.yaml", "-o", "out", "--prune"], { cwd });
    expect(filesBelow(join(cwd, "out"))).toEqual(["infra/two.yaml", "shop/one.yaml"]);
  });
});

describe.concurrent("--dry-run", () => {
  it("writes reports and no objects, and says what would change", async () => {
    const cwd = folderWith({ "p.yaml": two });
    const { code, stderr } = await runCli(
      ["convert", "p.yaml", "-o", "out", "--dry-run", "--report", "r.json"],
      { cwd },
    );
    expect(code).toBe(0);
    expect(filesBelow(cwd)).toEqual(["p.yaml", "r.json"]);
    expect(stderr).toContain("files in out, if written: 2 new");
  });

  it("says nothing on standard output", async () => {
    const { stdout } = await runCli(["convert", "-", "--dry-run"], { input: two });
    expect(stdout).toBe("");
  });
});

describe.concurrent("the same input", () => {
  it("gives the same bytes, whatever the order of files and the place", async () => {
    const files = { "a.yaml": policy("one"), "b.yaml": policy("two", "infra"), "c.yaml": KEPT };
    const folders = [
      folderWith(files),
      folderWith(Object.fromEntries(Object.entries(files).reverse())),
    ];
    const [first, second] = await Promise.all(
      folders.map((cwd, index) =>
        runCli(
          [
            "convert",
            ...(index === 0 ? ["a.yaml", "b.yaml", "c.yaml"] : ["."]),
            "--report",
            "r.json",
          ],
          { cwd },
        ),
      ),
    );
    expect(second?.stdout).toBe(first?.stdout);
    const reports = folders.map(
      (cwd) =>
        JSON.parse(readFileSync(join(cwd, "r.json"), "utf8")) as { options: { paths: unknown } },
    );
    for (const report of reports) report.options.paths = [];
    expect(reports[1]).toEqual(reports[0]);
  });
});
