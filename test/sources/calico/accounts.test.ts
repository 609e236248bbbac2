import { describe, expect, it } from "vitest";
import { runCase, streamOf } from "../../support/run-convert.ts";

const pod = (name: string, account: string): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, labels: { role: x, app: ${name} } }
spec: { serviceAccountName: ${account}, containers: [{ name: c }] }
`;
const rule = (account: string, port: number): string =>
  `{ action: Allow, protocol: TCP, source: { selector: "role == 'x'", serviceAccounts: { names: [${account}] } }, destination: { ports: [${String(port)}] } }`;

describe("two rules with one selector", () => {
  it("are about the accounts that each of them names", () => {
    const policy = `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: { name: p, namespace: shop }
spec: { selector: "app == 'db'", types: [Ingress], ingress: [${rule("a", 80)}, ${rule("b", 81)}] }
`;
    const inventory = [pod("one", "a"), pod("two", "b")].join("---\n");
    const result = runCase({
      files: [{ name: "in.yaml", text: policy }],
      inventory: [{ name: "inventory.yaml", text: inventory }],
      options: {},
    });
    const text = streamOf(result).replaceAll(/\s+/g, " ");
    expect(text).toContain("app: one role: x ports: - protocol: TCP port: 80");
    expect(text).toContain("app: two role: x ports: - protocol: TCP port: 81");
  });
});
