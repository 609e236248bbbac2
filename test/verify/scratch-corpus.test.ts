import { it } from "vitest";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { prove } from "../../src/verify/prove.ts";
import { proofContext } from "../../src/verify/universe.ts";
import { readBack, runCase, streamOf } from "../support/run-convert.ts";
function filesIn(folder: string): string[] { return readdirSync(folder).sort().flatMap((n) => { const p = join(folder, n); return statSync(p).isDirectory() ? filesIn(p) : /\.(?:ya?ml|json)$/.test(n) ? [p] : []; }); }
it("corpus", () => {
  for (const engine of ["calico", "kubernetes"]) {
    const all = filesIn("/work/shared/corpus/" + engine);
    const stats: any = {}; let ms = 0, slow = 0;
    for (const path of all) {
      const f = (p: string) => ({ name: p, text: readFileSync(p, "utf8") });
      const result = runCase({ files: [f(path)], inventory: all.filter((o) => o !== path && dirname(o) === dirname(path)).map(f), options: { "known-namespace": ["default:", "demo:"], "allow-incomplete": true, "unsayable-subjects": "isolate" } });
      const as = new Set<any>(result.report.assumptions.filter((a) => !a.standing).map((a) => a.name));
      const target = readBack(streamOf(result));
      const t = performance.now();
      const proof = prove(result.source, target, proofContext(result.snapshot, as));
      const d = performance.now() - t; ms += d; slow = Math.max(slow, d);
      for (const r of result.report.policies) { const k = r.outcome + " " + (r as any).verification?.status; stats[k] = (stats[k] ?? 0) + 1; }
      const k = `SET ${result.report.result.outcome} wider ${proof.wider.kind} narrower ${proof.narrower.kind} ${proof.onlyOther}`;
      stats[k] = (stats[k] ?? 0) + 1;
      if (proof.wider.kind !== "none" || proof.narrower.kind === "unknown") console.log(path, JSON.stringify(proof.wider.kind), JSON.stringify(proof.narrower).slice(0, 300));
    }
    console.log(engine, stats, ms, slow);
  }
}, 600000);
