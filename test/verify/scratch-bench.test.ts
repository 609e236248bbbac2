import { it } from "vitest";
import { prove } from "../../src/verify/prove.ts";
import { proofContext } from "../../src/verify/universe.ts";
import { readBack, runCase, streamOf } from "../support/run-convert.ts";
import { plainPolicies } from "../bench/policies.js";
it("bench", () => {
  for (const n of [1000, 10000, Number(process.env.N ?? 20000)]) {
    const result = runCase({ files: [{ name: "a.yaml", text: plainPolicies(n) }], inventory: [], options: {} });
    const target = readBack(streamOf(result));
    for (let i = 0; i < 2; i++) {
    const t = performance.now();
    const c = process.cpuUsage();
    const proof = prove(result.source, target, proofContext(result.snapshot, new Set()));
    const d = process.cpuUsage(c);
    console.log(n, performance.now() - t, "cpu", (d.user + d.system) / 1000, proof.counts, proof.wider.kind, proof.narrower.kind);
    }
  }
}, 600000);
