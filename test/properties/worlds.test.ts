import process from "node:process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConvertResult } from "../../src/pipeline.ts";
import { draws, flowLimit } from "../support/effort.ts";
import { documentsText, randomWorld } from "../support/random-calico.ts";
import type { RandomWorld } from "../support/random-calico.ts";
import { randomCiliumWorld } from "../support/random-cilium.ts";
import { judge } from "../support/judge.ts";
import { checkReport } from "../support/report-invariants.ts";
import type { CaseOptions } from "../support/run-convert.ts";
import { runCase, streamOf } from "../support/run-convert.ts";

function convert(
  world: RandomWorld,
  documents = world.documents,
  options: CaseOptions = {},
): ConvertResult {
  return runCase({
    files: [{ name: "world.yaml", text: documentsText(documents) }],
    inventory: [{ name: "inventory.yaml", text: documentsText(world.inventory) }],
    options: {
      ...options,
      ...(world.podCidr === undefined ? {} : { "pod-cidr": [world.podCidr] }),
    },
  });
}

// `npm run worlds -- 20000 --seed S` asks for so many in all, shared out as in the ordinary run.
const asked = process.env["WORLDS"];
const OF_BOTH_ENGINES = 2 * (300 + 200 + 200);
const count = (few: number): number =>
  asked === undefined ? draws(few) : Math.ceil((Number(asked) * few) / OF_BOTH_ENGINES);
const seedOf = (usual: number): number => Number(process.env["WORLDS_SEED"] ?? usual);
const timeout = asked === undefined ? 300_000 : 100_000_000;

/** Pods of two namespaces, some of which run as `ci`, with its accounts. */
const podsOfAccounts = fc
  .array(
    fc.record({
      namespace: fc.constantFrom("p", "q"),
      account: fc.constantFrom("ci", "default"),
      labels: fc.record(
        { a: fc.constantFrom("x", "y", "z"), b: fc.constantFrom("x", "y"), c: fc.constant("x") },
        { requiredKeys: ["b"] },
      ),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((pods) => [
    ...pods.map(({ namespace, account, labels }, at) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: `known-${String(at)}`, namespace, labels },
      spec: { serviceAccountName: account, containers: [{ name: "c", image: "i" }] },
    })),
    ...["p", "q"].flatMap((namespace) =>
      ["ci", "default"].map((name) => ({
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name, namespace, labels: { team: name === "ci" ? "x" : "y" } },
      })),
    ),
  ]);

describe.each([
  ["of several tiers", randomWorld, 11],
  ["as Cilium users write them", randomCiliumWorld, 17],
] as const)("random small worlds %s", (_, worlds, seed) => {
  it("lets in nothing unasked, and is equal where it says so", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const result = convert(world);
        const refused = result.report.diagnostics.filter(
          ({ severity, code }) => severity === "error" && !code.startsWith("CMP-"),
        );
        expect(refused, "the worlds are valid").toEqual([]);
        checkReport(result);
        judge(result, { limit: flowLimit(1200) });
      }),
      { numRuns: draws(200), seed },
    );
  }, 180_000);

  it(
    "is cut exactly by --actions compile, and lets in nothing unasked",
    () => {
      fc.assert(
        fc.property(worlds, (world) => {
          const result = convert(world, world.documents, { actions: "compile" });
          expect(result.refuted).toEqual([]);
          checkReport(result);
          judge(result, { limit: flowLimit(1200) });
        }),
        { numRuns: count(300), seed: seedOf(seed + 4) },
      );
    },
    timeout,
  );

  it(
    "loses nothing with --actions compile --inexact widen, but where it says so",
    () => {
      fc.assert(
        fc.property(worlds, (world) => {
          const result = convert(world, world.documents, { actions: "compile", inexact: "widen" });
          expect(result.refuted).toEqual([]);
          checkReport(result);
          judge(result, { limit: flowLimit(800), asked: new Set(["widened"]) });
        }),
        { numRuns: count(200), seed: seedOf(seed + 6) },
      );
    },
    timeout,
  );

  it(
    "is conditional, and equal where no pod has two of them, once labels are said never to meet",
    () => {
      const disjoint = fc.constantFrom("a=x|b=x", "a|b", "a=x|b=x|a=y", "b|a=y");
      const actions = fc.constantFrom("compile" as const, "compile" as const, "skip" as const);
      const used = { disjoint: 0 };
      fc.assert(
        fc.property(worlds, disjoint, actions, (world, one, how) => {
          const result = convert(world, world.documents, { actions: how, disjoint: [one] });
          expect(result.refuted).toEqual([]);
          checkReport(result);
          judge(result, { limit: flowLimit(800) });
          if (result.report.assumptions.some(({ name }) => name === "disjoint")) used.disjoint += 1;
        }),
        { numRuns: count(200), seed: seedOf(seed + 8) },
      );
      expect(used.disjoint, "the assumption is used at times").toBeGreaterThan(0);
    },
    timeout,
  );

  it(
    "is conditional, and equal where pods run as their labels say, once labels tell the pods of an account",
    () => {
      const how = fc.record({
        actions: fc.constantFrom("compile" as const, "compile" as const, "skip" as const),
        inexact: fc.constantFrom("narrow" as const, "narrow" as const, "widen" as const),
      });
      const used = { accounts: 0 };
      fc.assert(
        fc.property(worlds, podsOfAccounts, how, (world, pods, options) => {
          const known = { ...world, inventory: [...world.inventory, ...pods] };
          const result = convert(known, world.documents, options);
          expect(result.refuted).toEqual([]);
          checkReport(result);
          const isWide = options.inexact === "widen";
          judge(result, {
            limit: flowLimit(800),
            ...(isWide ? { asked: new Set(["widened"]) } : {}),
          });
          if (result.report.assumptions.some(({ name }) => name === "account-labels"))
            used.accounts += 1;
        }),
        { numRuns: count(200), seed: seedOf(seed + 10) },
      );
      expect(used.accounts, "the assumption is used at times").toBeGreaterThan(0);
    },
    timeout,
  );

  it("gives the same bytes again, and with the documents shuffled", () => {
    const shuffled = worlds.chain((world) =>
      fc
        .shuffledSubarray([...world.documents], { minLength: world.documents.length })
        .map((documents) => ({ world, documents })),
    );
    fc.assert(
      fc.property(shuffled, ({ world, documents }) => {
        const first = streamOf(convert(world));
        expect(streamOf(convert(world))).toBe(first);
        expect(streamOf(convert(world, documents))).toBe(first);
      }),
      { numRuns: 60, seed: seed + 2 },
    );
  }, 60_000);
});
