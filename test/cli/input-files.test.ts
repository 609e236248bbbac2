import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readInputFiles } from "../../src/cli/input-files.ts";
import { UsageError } from "../../src/cli/usage-error.ts";

let cwd = "";

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "input-files-"));
});

afterEach(async () => {
  await rm(cwd, { recursive: true, force: true });
});

async function put(name: string, content: string | Uint8Array = `from: ${name}\n`): Promise<void> {
  await mkdir(dirname(join(cwd, name)), { recursive: true });
  await writeFile(join(cwd, name), content);
}

async function names(...paths: string[]): Promise<readonly string[]> {
  const readStdin = (): Promise<Uint8Array> => Promise.resolve(Buffer.from("from: stdin\n"));
  const { files } = await readInputFiles(paths, { cwd, readStdin });
  return files.map((file) => file.name);
}

async function failure(...paths: string[]): Promise<string> {
  try {
    await names(...paths);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return error instanceof Error ? error.message : "";
  }
  return "no failure";
}

describe("input files", () => {
  it("of a directory are all manifests below it, sorted by code units", async () => {
    for (const name of [
      "p/b.yaml",
      "p/B.yml",
      "p/a/c.json",
      "p/.hidden/d.yaml",
      "p/x.txt",
      "p/UP.YAML",
    ]) {
      await put(name);
    }
    await put("p/node_modules/e.yaml");
    await put("p/.git/f.yaml");
    expect(await names("p")).toEqual([
      "p/.hidden/d.yaml",
      "p/B.yml",
      "p/UP.YAML",
      "p/a/c.json",
      "p/b.yaml",
    ]);
  });

  it("that are named are read whatever their name ends in", async () => {
    await put("dump.txt");
    await put("[odd] name*.yaml");
    expect(await names("dump.txt", "./[odd] name*.yaml")).toEqual(["[odd] name*.yaml", "dump.txt"]);
  });

  it("of a glob are those that match, whatever they end in", async () => {
    for (const name of ["a/x.yaml", "a/b/x.yaml", "a/b/y.txt", "a/node_modules/x.yaml"])
      await put(name);
    expect(await names("a/**/x.yaml")).toEqual(["a/b/x.yaml", "a/x.yaml"]);
    expect(await names("a/{b,c}/*")).toEqual(["a/b/x.yaml", "a/b/y.txt"]);
  });

  it("come once, however often and by whatever link they are named", async () => {
    await put("a/x.yaml");
    await symlink(join(cwd, "a"), join(cwd, "link"));
    await symlink(join(cwd, "a/x.yaml"), join(cwd, "y.yaml"));
    expect(await names(".", "a", "a/x.yaml", "a/*.yaml", "link")).toEqual(["a/x.yaml"]);
  });

  it("behind a link are read, and links in a circle end", async () => {
    await put("real/x.yaml");
    await mkdir(join(cwd, "p"));
    await symlink(join(cwd, "real"), join(cwd, "p/link"));
    await symlink(join(cwd, "p"), join(cwd, "p/self"));
    await symlink(join(cwd, "p"), join(cwd, "real/back"));
    expect(await names("p")).toEqual(["p/link/x.yaml"]);
  });

  it("outside of the current directory have relative names too", async () => {
    await put("x.yaml");
    await mkdir(join(cwd, "inner"));
    const readStdin = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array());
    const { files } = await readInputFiles(["../x.yaml"], { cwd: join(cwd, "inner"), readStdin });
    expect(files.map((file) => [file.name, file.text])).toEqual([["../x.yaml", "from: x.yaml\n"]]);
  });

  it("include standard input, which is read once", async () => {
    await put("x.yaml");
    expect(await names("-", "x.yaml", "-")).toEqual(["-", "x.yaml"]);
  });

  it("that are no UTF-8 are findings, and the others are read", async () => {
    await put("a.yaml", Uint8Array.from([97, 0xff]));
    await put("b.yaml");
    const readStdin = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array());
    const { files, diagnostics } = await readInputFiles(["."], { cwd, readStdin });
    expect(files.map((file) => file.name)).toEqual(["b.yaml"]);
    expect(diagnostics.map((finding) => [finding.code, finding.at?.document.file.name])).toEqual([
      ["YML-X021", "a.yaml"],
    ]);
  });
});

describe("an error names the path and what is wrong with it", () => {
  it("when there is nothing", async () => {
    expect(await failure("absent.yaml")).toBe("there is no file or directory `absent.yaml`");
    expect(await failure("absent/*.yaml")).toBe("no file matches `absent/*.yaml`");
  });

  it("when a file is taken for a directory", async () => {
    await put("x.yaml");
    expect(await failure("x.yaml/y.yaml")).toBe("there is no file or directory `x.yaml/y.yaml`");
  });

  it("when a directory holds no manifest", async () => {
    await put("p/readme.md");
    expect(await failure("p")).toBe(
      "the directory `p` holds no file that ends in .yaml, .yml or .json",
    );
  });

  it("when a link leads nowhere or to itself", async () => {
    await mkdir(join(cwd, "p"));
    await symlink(join(cwd, "gone"), join(cwd, "p/x.yaml"));
    expect(await failure("p")).toBe("cannot read `p/x.yaml`: it is not there");
    await rm(join(cwd, "p/x.yaml"));
    await symlink("x.yaml", join(cwd, "p/x.yaml"));
    expect(await failure("p")).toBe("cannot read `p/x.yaml`: its symbolic links lead in a circle");
  });

  // Root may read everything, so there is nothing to refuse.
  it.skipIf(process.getuid?.() === 0)("when permission is denied", async () => {
    await put("x.yaml");
    await chmod(join(cwd, "x.yaml"), 0);
    expect(await failure("x.yaml")).toBe("cannot read `x.yaml`: permission is denied");
  });
});
