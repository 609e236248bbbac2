import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { lineAndColumn } from "../../../src/diagnostics/source-range.ts";
import { readManifests } from "../../../src/manifest/read.ts";
import { dropDuplicates } from "../../../src/sources/calico/duplicates.ts";
import type { CalicoInput } from "../../../src/sources/calico/model.ts";
import { readCalicoObject } from "../../../src/sources/calico/read.ts";

const CORPUS = join(import.meta.dirname, "../../../../shared/corpus/calico");

function files(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? files(path) : /\.(ya?ml|json)$/.test(name) ? [path] : [];
    });
}

it("corpus", () => {
  const input: CalicoInput = { policies: [], tiers: [], groups: [] };
  const out: string[] = [];
  const counts: Record<string, number> = {};
  const show = (d: Diagnostic): void => {
    const p = d.at;
    const lc = p === undefined ? undefined : lineAndColumn(p.document.file, p.offset);
    out.push(`${d.code} ${d.severity} ${p?.document.file.name}:${lc?.line}:${lc?.column} ${p?.path} | ${d.message}`);
  };
  for (const path of files(CORPUS)) {
    const file = { name: relative(CORPUS, path), text: readFileSync(path, "utf8") };
    for (const object of readManifests(file, show)) {
      const d = readCalicoObject(object, input, { defaultNamespace: "default" }, show);
      counts[d] = (counts[d] ?? 0) + 1;
    }
  }
  const dup = dropDuplicates(input, show);
  console.log(out.join("\n"), counts, dup.repeated.length, dup.conflicting.length, input.policies.length);
});
