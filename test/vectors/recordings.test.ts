import { describe, expect, it } from "vitest";
import { ENGINES, type Engine } from "./engines.ts";
import {
  columnReader,
  readConstructs,
  readRecording,
  recordingNames,
  type RecordedWorld,
  type Recording,
} from "./recording.ts";

/* What a recording has to hold, so that another one cannot hold less unnoticed. */

/** Flows that a construct has to decide, for each verdict that it can give. */
const DECIDED = 200;

/** Worlds made for one question only, so that verdict and deciders are one-sided in them. */
const APART: readonly string[] = ["ipblock-pods.json.gz"];

describe.each<Engine>(Object.values(ENGINES))("what was recorded from $name", (engine) => {
  const all = recordingNames(engine.name).map(
    (name) => [name, readRecording(engine.name, name)] as const,
  );
  const recordings = all.filter(([name]) => !APART.includes(name)).map(([, one]) => one);
  const worlds = recordings.flatMap((recording) => recording.worlds);
  const flows = worlds.reduce((sum, world) => sum + world.flows.length, 0);
  const { constructs, short, ...totals } = readConstructs(engine.name);

  it("says which engine, when, and what was left out why", () => {
    for (const { engine: of, recorded, recorder, leftOut, format } of recordings) {
      expect({ format, name: of.name }).toEqual({ format: 1, name: engine.name });
      expect(of.version).toMatch(/^v\d/);
      expect(recorded).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      expect(recorder).not.toBe("");
      expect(leftOut.filter(({ construct, why }) => construct === "" || why === "")).toEqual([]);
    }
    const versions = new Set(recordings.map((one) => `${one.engine.version} ${one.recorded}`));
    expect(versions.size).toBe(1);
  });

  it("has worlds and flows enough, each world once", () => {
    expect(worlds.length).toBeGreaterThanOrEqual(engine.least.worlds);
    expect(flows).toBeGreaterThanOrEqual(engine.least.flows);
    expect(new Set(worlds.map(({ name }) => name)).size).toBe(worlds.length);
  });

  it("has a table of constructs that is about these worlds", () => {
    const counted = all.reduce(
      (sum, [, one]) => ({
        worlds: sum.worlds + one.worlds.length,
        flows: sum.flows + one.worlds.reduce((all, world) => all + world.flows.length, 0),
        allowed: sum.allowed + flowsWith(one, 1),
        redirected: sum.redirected + flowsWith(one, 2),
      }),
      { worlds: 0, flows: 0, allowed: 0, redirected: 0 },
    );
    expect({ redirected: 0, ...totals }).toMatchObject(counted);
  });

  it("allows about half of the flows", () => {
    const share = recordings.reduce((sum, one) => sum + flowsWith(one, 1, 2), 0) / flows;
    expect(share).toBeGreaterThanOrEqual(0.35);
    expect(share).toBeLessThanOrEqual(0.65);
  });

  it.skipIf(engine.twoTiers === undefined)("has tiers that decide beside each other", () => {
    const several = worlds.filter((world) => tiersOf(world).size >= 2).length;
    expect(several / worlds.length).toBeGreaterThanOrEqual(engine.twoTiers ?? 0);
  });

  it("has constructs enough", () => {
    expect(short).toEqual([]);
    expect(Object.keys(constructs).length).toBeGreaterThanOrEqual(engine.least.constructs);
    expect(Object.keys(engine.oneSided).filter((name) => !(name in constructs))).toEqual([]);
  });

  it.each(Object.keys(constructs))("has flows that %s decides", (name) => {
    const counts = constructs[name];
    const sides = engine.oneSided[name] ?? "both";
    if (sides === "neither") {
      expect(counts).toMatchObject({ allow: 0, deny: 0 });
      return;
    }
    if (sides !== "deny") expect(counts?.allow).toBeGreaterThanOrEqual(DECIDED);
    if (sides !== "allow") expect(counts?.deny).toBeGreaterThanOrEqual(DECIDED);
  });
});

/** How many flows have one of the verdicts. */
function flowsWith({ worlds, columns }: Recording, ...verdicts: readonly number[]): number {
  const column = columnReader(columns);
  return worlds.reduce(
    (sum, { flows }) =>
      sum + flows.filter((row) => verdicts.includes(column(row, "verdict"))).length,
    0,
  );
}

function tiersOf({ deciders }: RecordedWorld): ReadonlySet<string> {
  return new Set(deciders.flatMap(({ tier }) => (tier === undefined ? [] : [tier])));
}
