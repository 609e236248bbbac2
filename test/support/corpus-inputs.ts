import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourceFile } from "../../src/diagnostics/source-range.ts";
import type { CaseInput } from "./run-convert.ts";

const CORPORA = fileURLToPath(new URL("../../../shared/corpus/", import.meta.url));

/** Each file of a corpus beside what lies with it; none where the corpora are not at hand. */
export function corpusInputs(
  engine: "calico" | "cilium",
): readonly (readonly [name: string, input: CaseInput])[] {
  const root = join(CORPORA, engine);
  if (!existsSync(root)) return [];
  const all = filesIn(root);
  const fileAt = (path: string): SourceFile => ({ name: path, text: readFileSync(path, "utf8") });
  return all.map((path) => [
    path.slice(CORPORA.length),
    {
      files: [fileAt(path)],
      inventory: all
        .filter((other) => other !== path && dirname(other) === dirname(path))
        .map(fileAt),
      options: {
        "known-namespace": ["default:", "demo:"],
        "allow-incomplete": true,
        "unsayable-subjects": "isolate",
      },
    },
  ]);
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return filesIn(path);
      return /\.(?:ya?ml|json)$/.test(name) ? [path] : [];
    });
}
