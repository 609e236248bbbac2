import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const FOLDERS = readdirSync(join(ROOT, "schemas/crd")).filter((folder) =>
  readdirSync(join(ROOT, "schemas/crd", folder)).some((name) => name.endsWith(".schema.json")),
);

interface Schema {
  readonly $id?: string;
  readonly title?: string;
}

function schemasOf(folder: string): readonly (Schema & { readonly file: string })[] {
  const path = join(ROOT, "schemas/crd", folder);
  return readdirSync(path)
    .filter((name) => name.endsWith(".schema.json"))
    .map((file) => ({ file, ...(JSON.parse(readFileSync(join(path, file), "utf8")) as Schema) }));
}

describe.each(FOLDERS)("the schemas of %s", (folder) => {
  it("say where their facts are from", () => {
    expect(readdirSync(join(ROOT, "schemas/crd", folder))).toContain("ORIGIN.md");
  });

  it("are named for their file", () => {
    for (const { file, $id, title } of schemasOf(folder)) {
      expect($id).toBe(`https://netpol-migrate.dev/schemas/crd/${folder}/${file}`);
      if (title !== undefined) expect(file).toBe(`${title.toLowerCase()}.schema.json`);
    }
  });

  it("become a module that imports nothing and exports a validator for each kind", async () => {
    const path = join(ROOT, "src/sources/validators", `${folder}.js`);
    expect(readFileSync(path, "utf8")).not.toMatch(/\brequire\(|^\s*import\b|\bimport\(/m);
    const module = (await import(path)) as Readonly<Record<string, unknown>>;
    for (const { title } of schemasOf(folder))
      if (title !== undefined) expect(module[title]).toBeTypeOf("function");
  });
});

describe("a validator", () => {
  it("keeps a bounded number of errors of a document of any size", async () => {
    const { NetworkPolicy, ERROR_LIMIT } = await import("../../src/sources/validators/calico.js");
    const rules = Array.from({ length: 50_000 }, () => ({
      action: "Allow",
      source: { nets: [1] },
    }));
    expect(NetworkPolicy({ metadata: {}, spec: { ingress: rules, egress: rules } })).toBe(false);
    expect(NetworkPolicy.errors?.length).toBe(ERROR_LIMIT);
  });

  it("takes the keys of a prototype for fields like others", async () => {
    const { NetworkPolicy } = await import("../../src/sources/validators/calico.js");
    const spec: unknown = JSON.parse('{"__proto__": 1, "hasOwnProperty": 1}');
    expect(NetworkPolicy({ metadata: {}, spec })).toBe(false);
    expect(NetworkPolicy.errors?.map(({ params }) => params["additionalProperty"])).toEqual([
      "__proto__",
      "hasOwnProperty",
    ]);
  });
});
