import { describe, expect, it } from "vitest";
import { folderWith, policy, runCli } from "./run-cli.ts";

const CILIUM = `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: c, namespace: shop }
spec:
  endpointSelector: {}
  ingress: [{ fromCIDR: [10.0.0.0/8] }]
`;
/** The words of the policy above; a block of the target matches pods too. */
const KUBERNETES = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: c, namespace: shop }
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/8 } }] }]
`;
const SETTINGS = `apiVersion: v1
kind: ConfigMap
metadata: { name: cilium-config, namespace: kube-system }
data: { enable-policy: default }
`;

/** Runs in a folder with a policy of each engine. */
const run = (...args: readonly string[]) =>
  runCli(args, {
    cwd: folderWith({
      "both/calico.yaml": policy("web"),
      "both/cilium.yaml": CILIUM,
      "cilium.yaml": CILIUM,
      "kubernetes.yaml": KUBERNETES,
      "settings.yaml": SETTINGS,
    }),
  });

const FLOW = ["--from", "shop/app=web@10.1.0.1", "--to", "shop/app=db@10.1.0.2"];
const PORT = ["--port", "80/TCP", "--direction", "ingress"];

describe("policies of Calico and of Cilium in one input", () => {
  it.each([
    [["convert", "both"]],
    [["verify", "both", "--against", "kubernetes.yaml"]],
    [["diff", "both", "--against", "kubernetes.yaml"]],
    [["explain", "both", ...FLOW, ...PORT]],
  ])(
    "are refused, or told to be incomplete, unless someone says who enforces: %j",
    async (args) => {
      const { code, stderr } = await run(...args);
      expect(stderr).toContain("CIL-X007");
      if (args[0] !== "explain") expect(code).toBe(2);
    },
  );

  it.each([["calico"], ["cilium"]])("are those of %s where that is said", async (engine) => {
    const { code, stdout, stderr } = await run("convert", "both", "--from", engine, "--verbose");
    expect(code, stderr).toBe(0);
    expect(stderr).not.toContain("CIL-X007");
    const names = [...stdout.matchAll(/^ {2}name: (\S+)$/gm)].map(([, name]) => name);
    expect(names).toEqual([engine === "calico" ? "web" : "c"]);
  });

  it("explains with the engine that is said", async () => {
    const of = async (engine: string): Promise<string> =>
      (await run("explain", "both", "--engine", engine, ...FLOW, ...PORT)).stdout;
    expect(await of("cilium")).toMatch(/CiliumNetworkPolicy shop\/c/);
    expect(await of("calico")).not.toContain("Cilium");
  });
});

/** Once the target was read as the source's engine reads Kubernetes policies, and found to be the same. */
describe("a target of Kubernetes policies", () => {
  const RANGE = ["--pod-cidr", "10.0.0.0/8"];
  const PAIR = ["cilium.yaml", "--against", "kubernetes.yaml", ...RANGE];

  it.each([
    ["what the policies tell", []],
    ["--from", ["--from", "cilium"]],
    ["settings", ["--inventory", "settings.yaml"]],
  ])("is judged as the target enforces it, whoever enforced the source by %s", async (_, more) => {
    const verified = await run("verify", ...PAIR, ...more);
    expect(verified.code).toBe(1);
    expect(verified.stderr).toContain("wider");
    const differing = await run("diff", ...PAIR, ...more);
    expect(differing.code).toBe(1);
  });

  it("is so for one flow as well", async () => {
    const { stdout } = await run("explain", ...PAIR, "--engine", "cilium", ...FLOW, ...PORT);
    expect(stdout).toMatch(/source: deny/);
    expect(stdout).toMatch(/kubernetes\.yaml: allow/);
  });
});

describe("Kubernetes policies alone", () => {
  it("are read as Cilium does where its settings or --from say that it enforces them", async () => {
    const range = ["--pod-cidr", "10.0.0.0/8"];
    expect((await run("convert", "kubernetes.yaml", ...range)).code).toBe(0);
    for (const more of [
      ["--inventory", "settings.yaml"],
      ["--from", "cilium"],
    ]) {
      const { code, stderr } = await run("convert", "kubernetes.yaml", ...range, ...more);
      expect(code).toBe(1);
      expect(stderr).toContain("CMP-R012");
    }
  });
});
