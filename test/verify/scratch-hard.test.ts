import { writeSync } from "node:fs";
import { it } from "vitest";
import { prove } from "../../src/verify/prove.ts";
import { proofContext } from "../../src/verify/universe.ts";
import { seededRandom } from "../support/random.ts";
import { SourceReader } from "../../src/sources/index.ts";
import { SnapshotBuilder } from "../../src/inventory/build.ts";
import { interpretCalico } from "../../src/sources/calico/interpret.ts";
import { readManifests } from "../../src/manifest/read.ts";
import { intersectPredicates } from "../../src/sets/label-predicate.ts";
import { cubesMeet } from "../../src/sets/cube.ts";
import { peerText, intersectPeers } from "../../src/sets/box.ts";
import { trafficMeets } from "../../src/sets/traffic-set.ts";
import type { PolicySet, Rule, Policy } from "../../src/ir/policy.ts";
function read(text: string) {
  const facts = new SnapshotBuilder("default");
  const bad: any[] = [];
  const reader = new SourceReader(facts, { defaultNamespace: "default", ipBlockMatchesPods: "yes" }, (d) => bad.push(d));
  for (const o of readManifests({ name: "a.yaml", text }, (d) => bad.push(d))) reader.read(o);
  const policies = reader.finish();
  const snapshot = facts.build({ knownNamespaces: new Map(), podCidrs: [], targetPodCidrs: [] } as any, (d) => bad.push(d));
  const { set } = interpretCalico(policies.calico, snapshot, [], { tiers: [] }, (d) => bad.push(d));
  return { set, snapshot, bad };
}
function skipped(set: PolicySet): PolicySet {
  const before: { policy: Policy; rule: Rule }[] = [];
  const meets = (a: { policy: Policy; rule: Rule }, b: { policy: Policy; rule: Rule }) => a.policy.subject.pods.some((x) => b.policy.subject.pods.some((y) => cubesMeet(x, y))) && a.rule.peer.some((x) => b.rule.peer.some((y) => intersectPeers(x, y) !== undefined)) && trafficMeets(a.rule.traffic.numbers, b.rule.traffic.numbers);
  const policies: Policy[] = [];
  for (const policy of set.tiers[0]!.policies) {
    const rules: Rule[] = [];
    for (const rule of policy.ingress?.rules ?? []) {
      if (rule.action === "deny") before.push({ policy, rule });
      else if (!before.some((b) => meets(b, { policy, rule }))) rules.push(rule);
    }
    policies.push({ ...policy, ...(policy.ingress ? { ingress: { isolates: true, rules } } : {}) });
  }
  return { tiers: [{ name: "k", order: 0, defaultAction: "deny", policies }] };
}
function text(keys: number, nss: number, n: number, denyShare: number, orders: boolean, mixed = 0.7) {
  const r = seededRandom(keys * 7 + nss);
  const sel = () => { const c = 1 + r.int(2); const parts: string[] = []; for (let i = 0; i < c; i++) { const k = r.int(keys); const v = r.int(4); parts.push(r.int(10) < mixed * 10 ? `k${k} == 'v${v}'` : r.int(2) ? `k${k} != 'v${v}'` : `has(k${k})`); } return parts.join(" && "); };
  const docs: string[] = [];
  if (!process.env.OPEN) docs.push(`apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: default-deny}
spec:
  order: 100000
  selector: all()
  types: [Ingress, Egress]
`);
  for (let i = 0; i < nss; i++) docs.push(`apiVersion: v1\nkind: Namespace\nmetadata: {name: ns-${i}, labels: {env: e${i % 3}}}\n`);
  for (let i = 0; i < n; i++) {
    const rules: string[] = [];
    const c = 1 + r.int(3);
    for (let j = 0; j < c; j++) rules.push(`  - action: ${r.int(1000) < denyShare * 1000 ? "Deny" : "Allow"}
    protocol: TCP
    source: {selector: "${sel()}"}
    destination: {ports: [${[80, 443, 8080, 5432][r.int(4)]}]}`);
    docs.push(`apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: p${i}, namespace: ns-${r.int(nss)}}
spec:
  ${orders ? `order: ${r.int(1000)}` : "order: 10"}
  selector: "${sel()}"
  types: [Ingress]
  ingress:
${rules.join("\n")}
`);
  }
  return docs.join("---\n");
}
import { subtractBoxes, type Box } from "../../src/sets/box.ts";
function cut(set: PolicySet): PolicySet | undefined {
  const before: Box[] = [];
  const policies: Policy[] = [];
  let n = 0;
  for (const policy of set.tiers[0]!.policies) {
    policies.push({ ...policy, ...(policy.ingress ? { ingress: { isolates: true, rules: [] } } : {}) });
    for (const rule of policy.ingress?.rules ?? []) {
      const boxes: Box[] = policy.subject.pods.flatMap((x) => rule.peer.map((peer): Box => ({ subject: { kind: "pod", labels: x, addresses: ANY_ADDRESS }, peer, traffic: { numbers: rule.traffic.numbers, named: [] } })));
      if (rule.action === "deny") { before.push(...boxes); continue; }
      const pieces = subtractBoxes(boxes, before, "over", 2000);
      if (pieces === undefined) continue;
      for (const piece of pieces) { n++; policies.push({ ...policy, subject: { pods: [piece.subject.labels], hosts: false }, ingress: { isolates: true, rules: [{ ...rule, peer: [piece.peer], traffic: { numbers: piece.traffic.numbers, named: [] } }] } }); }
    }
  }
  writeSync(2, `pieces ${n}\n`);
  return { tiers: [{ name: "k", order: 0, defaultAction: "deny", policies }] };
}
import { ANY_ADDRESS } from "../../src/sets/address-set.ts";
it("cut", () => {
  for (const keys of [20, 40]) for (const nss of [20]) for (const mixed of [1, 0.7]) {
    const { set, snapshot } = read(text(keys, nss, 1000, 0.1, true, mixed));
    const target = cut(set)!;
    const t = performance.now();
    const proof = prove(set, target, proofContext(snapshot, new Set()));
    writeSync(2, [keys, nss, mixed, Math.round(performance.now() - t), "ms", JSON.stringify(proof.counts), proof.wider.kind, proof.narrower.kind].join(" ") + "\n");
  }
}, 600000);
it("hard", () => {
  for (const keys of [20, 40]) for (const nss of [10, 1]) for (const mixed of [1, 0.7]) {
    const { set, snapshot, bad } = read(text(keys, nss, 1000, 0.1, true, mixed));
    if (bad.some((d) => d.severity === "error")) console.log(bad[0]);
    const target = skipped(set);
    const count = (s: PolicySet) => s.tiers[0]!.policies.flatMap((p) => p.ingress?.rules ?? []).length;
    const t = performance.now();
    const proof = prove(set, target, proofContext(snapshot, new Set()));
    writeSync(2, [keys, nss, mixed, Math.round(performance.now() - t), "ms", JSON.stringify(proof.counts), proof.wider.kind, proof.narrower.kind].join(" ") + "\n");
  }
}, 600000);
