import { describe, expect, it } from "vitest";
import { folderWith } from "./run-cli.ts";
import { runWithinLimits } from "./run-measured.ts";

const many = <Item>(count: number, make: (at: number) => Item): readonly Item[] =>
  Array.from({ length: count }, (_, at) => make(at));
const metadata = { name: "p", namespace: "shop" };
const cilium = (spec: object): object => ({
  apiVersion: "cilium.io/v2",
  kind: "CiliumNetworkPolicy",
  metadata,
  spec: { endpointSelector: {}, ...spec },
});
const calico = (...ingress: readonly object[]): object => ({
  apiVersion: "projectcalico.org/v3",
  kind: "NetworkPolicy",
  metadata,
  spec: { selector: "all()", types: ["Ingress"], ingress },
});
const kubernetes = (...ingress: readonly object[]): object => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata,
  spec: { podSelector: {}, policyTypes: ["Ingress"], ingress },
});
const app = (at: number): object => ({ matchLabels: { app: `a${String(at)}` } });
const not = (...keys: readonly string[]): object => ({
  matchExpressions: keys.map((key) => ({ key, operator: "NotIn", values: ["x"] })),
});
const selectors = (all: readonly object[]): object => ({
  from: all.map((podSelector) => ({ podSelector })),
});
const address = (at: number): string =>
  `203.${String(at >> 12)}.${String((at >> 4) & 255)}.${String((at & 15) * 4)}/32`;

/** Sets that differ in thousands of places: the differences are told, not each of them looked for in all of the others. */
describe.concurrent("what is lost of thousands", () => {
  it.each<readonly [title: string, source: object, target: object]>([
    [
      "peers, of which none is left",
      cilium({ ingress: [{ fromEndpoints: many(20_000, app) }] }),
      kubernetes(),
    ],
    [
      "peers, of which every other one is left",
      cilium({ ingress: [{ fromEndpoints: many(10_000, app) }] }),
      kubernetes(selectors(many(5_000, (at) => app(2 * at)))),
    ],
    [
      "rules, of which every other one is left",
      calico(
        ...many(5_000, (at) => ({
          action: "Allow",
          protocol: "TCP",
          source: { nets: [address(at)] },
        })),
      ),
      kubernetes(
        ...many(2_500, (at) => ({
          from: [{ ipBlock: { cidr: address(2 * at) } }],
          ports: [{ protocol: "TCP" }],
        })),
      ),
    ],
    [
      "peers that overlap, of which every other one is left",
      cilium({
        ingress: [{ fromEndpoints: many(3_000, (at) => not(`k${String(at)}`)) }],
      }),
      kubernetes(selectors(many(1_500, (at) => not(`k${String(2 * at)}`)))),
    ],
  ])("%s, is told", async (_, source, target) => {
    const cwd = folderWith({
      "source.json": JSON.stringify(source),
      "target.json": JSON.stringify(target),
    });
    const { code, stderr } = await runWithinLimits(
      ["verify", "source.json", "--against", "target.json"],
      { cwd },
    );
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(/^narrower: 1 policy/m);
  });

  it("terms of one selector, is told as what is let in", async () => {
    const keys = many(6_000, (at) => `k${String(at)}`);
    const cwd = folderWith({
      "source.json": JSON.stringify(cilium({ ingress: [{ fromEndpoints: [not(...keys)] }] })),
      "target.json": JSON.stringify(kubernetes(selectors([not(...keys.slice(0, 3_000))]))),
    });
    const { code, stderr } = await runWithinLimits(
      ["verify", "source.json", "--against", "target.json"],
      { cwd },
    );
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(/^wider: 1 policy/m);
  });
});
