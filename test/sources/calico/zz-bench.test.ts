import { it } from "vitest";
import { readManifests } from "../../../src/manifest/read.ts";
import type { CalicoInput } from "../../../src/sources/calico/model.ts";
import { readCalicoObject } from "../../../src/sources/calico/read.ts";
import { dropDuplicates } from "../../../src/sources/calico/duplicates.ts";
it("bench", () => {
  const parts: string[] = [];
  for (let i = 0; i < 100000; i++) parts.push(`apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: allow-web-${i}
  namespace: team-${i % 500}
  labels:
    app: web-${i % 100}
spec:
  order: ${i % 1000}
  selector: app == 'web-${i % 1000}'
  types: [Ingress, Egress]
  ingress:
    - action: Allow
      protocol: TCP
      source:
        selector: app == 'front-${i % 1000}'
      destination:
        ports: [80, 443]
  egress:
    - action: Allow
      protocol: UDP
      destination:
        nets: [10.${i % 256}.0.0/16]
        ports: [53]
`);
  const file = { name: "x.yaml", text: parts.join("---\n") };
  let yaml = 0, read = 0;
  let d: Record<string, number> = {};
  const input: CalicoInput = { policies: [], tiers: [], groups: [] };
  let t0 = performance.now();
  const report = (x: unknown): void => { if (d["f"] === undefined) console.log(JSON.stringify((x as {message: string}).message)); d["f"] = (d["f"] ?? 0) + 1; };
  const batch = [];
  for (const o of readManifests(file, report)) {
    batch.push(o);
    if (batch.length === 500) {
      const t1 = performance.now(); yaml += t1 - t0;
      for (const b of batch) { const r = readCalicoObject(b, input, { defaultNamespace: "default" }, report); d[r] = (d[r] ?? 0) + 1; }
      batch.length = 0;
      t0 = performance.now(); read += t0 - t1;
    }
  }
  const t2 = performance.now();
  dropDuplicates(input, report);
  const t3 = performance.now();
  console.log("yaml", yaml | 0, "read", read | 0, "dups", (t3 - t2) | 0, d, (process.memoryUsage().heapUsed / 1e6) | 0);
}, 120000);
