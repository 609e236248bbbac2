import { describe, expect, it } from "vitest";
import {
  absentOrOneValue,
  allowsBehindTwoKeyDenies,
  everythingCut,
  keysOnBothSides,
  pairsOfKeys,
  passesThroughTiers,
  tiersThatPass,
} from "../support/tangled-policies.ts";
import { someOf } from "../support/effort.ts";
import { filesBelow, folderWith, textOf } from "./run-cli.ts";
import { runMeasured } from "./run-measured.ts";

/** What cutting may cost with its proof, whatever is to be cut: time of the processor, and memory. */
const LIMITS = { seconds: 40, megabytes: 700 };

interface Converted {
  readonly summary: Readonly<Record<string, number>>;
  readonly codes: ReadonlySet<string>;
  readonly outcome: string;
}

async function converted(text: string, ...options: readonly string[]): Promise<Converted> {
  const cwd = folderWith({ "in.yaml": text });
  const args = ["convert", "in.yaml", "--actions", "compile", "--fail-on", "none", ...options];
  const { code, stderr, seconds, megabytes } = await runMeasured(
    [...args, "--report", "report.json", "-o", "out"],
    { cwd },
  );
  expect(stderr).not.toMatch(/internal error/);
  expect(code, stderr).toBe(0);
  expect(seconds, "seconds of the processor").toBeLessThan(LIMITS.seconds);
  expect(megabytes, "megabytes").toBeLessThan(LIMITS.megabytes);
  const { result, summary, diagnostics } = JSON.parse(textOf(`${cwd}/report.json`)) as {
    readonly result: { readonly outcome: string };
    readonly summary: { readonly policies: Converted["summary"] };
    readonly diagnostics: readonly { readonly code: string }[];
  };
  return {
    outcome: result.outcome,
    summary: summary.policies,
    codes: new Set(diagnostics.map((one) => one.code)),
  };
}

/** By name, length, and whether something of it has to be given up. */
const SETS: readonly (readonly [string, (count: number) => string, number, boolean])[] = [
  ["keys on both sides", keysOnBothSides, 50, true],
  ["keys on both sides", keysOnBothSides, 200, true],
  ["Denies and Allows in turn", pairsOfKeys, 50, true],
  ["Allows behind Denies of two keys", allowsBehindTwoKeyDenies, 1_000, true],
  ["Passes through tiers", passesThroughTiers, 50, true],
  ["Passes through tiers", passesThroughTiers, 200, true],
  ["tiers that pass", tiersThatPass, 10, true],
  ["pods, peers and ports at once", everythingCut, 200, true],
  ["tiers that pass", tiersThatPass, 50, true],
  ["pods, peers and ports at once", everythingCut, 50, false],
  ["tiers that pass", tiersThatPass, 200, true],
  ["Allows behind Denies of two keys", allowsBehindTwoKeyDenies, 100, true],
  ["keys that are absent or one value", absentOrOneValue, 50, true],
];

describe("what grows when it is cut", () => {
  it.each(someOf(SETS, 6))(
    "%s: it ends, nothing is wider, and what is given up is said",
    async (_, make, count, gaveUp) => {
      const { outcome, codes, summary } = await converted(make(count));
      expect(["narrowed", "conditional", "exact"]).toContain(outcome);
      expect(codes.has("CMP-X001")).toBe(gaveUp);
      expect(codes.has("CMP-R013")).toBe(gaveUp);
      expect(summary["widened"]).toBe(0);
    },
    240_000,
  );

  it("is written whole with `--inexact widen`, and never less", async () => {
    const { outcome, codes, summary } = await converted(
      passesThroughTiers(20),
      "--inexact",
      "widen",
    );
    expect(outcome).toBe("widened");
    expect(codes.has("CMP-R005")).toBe(true);
    expect(codes.has("CMP-R013")).toBe(false);
    expect(summary["narrowed"]).toBe(0);
  }, 240_000);

  it("gives up the same, however the documents are sorted", async () => {
    const documents = passesThroughTiers(20).split(/^---$/m);
    const written = async (text: string): Promise<readonly string[]> => {
      const cwd = folderWith({ "in.yaml": text });
      await runMeasured(["convert", "in.yaml", "--actions", "compile", "-o", "out"], { cwd });
      return filesBelow(`${cwd}/out`).map((file) =>
        textOf(cwd, "out", file).replace(/:\d+:\d+/g, ""),
      );
    };
    const once = await written(documents.join("---\n"));
    expect(once.length).toBeGreaterThan(10);
    expect(await written([...documents].reverse().join("---\n"))).toEqual(once);
  }, 240_000);

  it.each(someOf([4, 50], 2))(
    "costs no more for many namespaces than for a few: %d",
    async (count) => {
      const everywhere = keysOnBothSides(14)
        .replaceAll("kind: NetworkPolicy", "kind: GlobalNetworkPolicy")
        .replaceAll(", namespace: shop", "");
      const namespaces = Array.from({ length: count }, (_, at) => [
        "--known-namespace",
        `ns-${String(at)}:`,
      ]).flat();
      const { outcome } = await converted(everywhere, ...namespaces);
      expect(outcome).toBe("narrowed");
    },
    240_000,
  );
});

describe("a rule of many peers", () => {
  const peers = Array.from({ length: 20_000 }, (_, at) => ({
    matchLabels: { app: `a${String(at)}` },
  }));
  const text = JSON.stringify({
    apiVersion: "cilium.io/v2",
    kind: "CiliumNetworkPolicy",
    metadata: { name: "p", namespace: "shop" },
    spec: { endpointSelector: {}, ingress: [{ fromEndpoints: peers }] },
  });

  it("is written whole, in as many objects as `kubectl apply` takes it, and proved", async () => {
    const { outcome, codes } = await converted(text);
    expect(outcome).toBe("exact");
    expect(codes.has("CMP-P006")).toBe(true);
  }, 120_000);
});
