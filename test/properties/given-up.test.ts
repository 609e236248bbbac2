import process from "node:process";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { StepLimits } from "../../src/compile/effort.ts";
import { STEP_LIMITS } from "../../src/compile/effort.ts";
import { draws, flowLimit } from "../support/effort.ts";
import { documentsText, randomWorld } from "../support/random-calico.ts";
import { randomCiliumWorld } from "../support/random-cilium.ts";
import { judge } from "../support/judge.ts";
import { checkReport } from "../support/report-invariants.ts";
import { runCase } from "../support/run-convert.ts";

/*
 * What is claimed of rules that are given up: the same small worlds as elsewhere, while a question may take next to no
 * steps. No flow is let in for it, none is taken away with `--inexact widen`, and no rule is called better than it is.
 */

const limits: { -readonly [Name in keyof StepLimits]: number } = STEP_LIMITS;
const usual = { ...STEP_LIMITS };
afterEach(() => {
  Object.assign(limits, usual);
});

/** From one at which nearly everything is given up to one at which few things are. */
const tight = fc
  .tuple(
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 0, max: 12 }),
  )
  .map(([question, tasks, free]): StepLimits => {
    const task = question * tasks;
    return { question, task, namespace: task * 3, run: task * 5, runEach: 0, free };
  });

const count = Number(process.env["WORLDS"] ?? 0) || draws(120);

describe.each([
  ["of several tiers", randomWorld, 31],
  ["as Cilium users write them", randomCiliumWorld, 37],
] as const)("random small worlds %s, with next to no steps", (_, worlds, seed) => {
  it.each(["narrow", "widen"] as const)(
    "claim no more than is true with --inexact %s",
    (inexact) => {
      let limited = 0;
      fc.assert(
        fc.property(worlds, tight, (world, own) => {
          Object.assign(limits, own);
          const result = runCase({
            files: [{ name: "world.yaml", text: documentsText(world.documents) }],
            inventory: [{ name: "inventory.yaml", text: documentsText(world.inventory) }],
            options: {
              actions: "compile",
              inexact,
              ...(world.podCidr === undefined ? {} : { "pod-cidr": [world.podCidr] }),
            },
          });
          Object.assign(limits, usual);
          const told = result.diagnostics.find(({ code }) => code === "CMP-X001");
          if (told !== undefined) {
            limited += 1;
            expect(told.message).toMatch(inexact === "narrow" ? /is left out/ : /is let in, as/);
          }
          expect(result.refuted).toEqual([]);
          checkReport(result);
          judge(result, {
            limit: flowLimit(800),
            ...(inexact === "widen" ? { asked: new Set(["widened"] as const) } : {}),
          });
        }),
        { numRuns: count, seed },
      );
      expect(limited, "something is given up in many of them").toBeGreaterThan(count / 4);
    },
    100_000_000,
  );
});
