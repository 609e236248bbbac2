import { afterAll, describe, expect, it } from "vitest";
import type { PolicySet } from "../../src/ir/policy.ts";
import type { Engine } from "./engines.ts";
import { readRecording, recordingNames } from "./recording.ts";
import type { RecordedWorld, Recording } from "./recording.ts";
import { replayWorld } from "./replay.ts";
import { errorsOf, readWorld } from "./world.ts";

/** Seconds of computing that the replay of one engine may take, whatever else the machine does. */
const SECONDS = 20;

/** Replays every recording of an engine on our readers and `evaluate`. */
export function describeReplay(engine: Engine): void {
  describe(`verdicts recorded from ${engine.name}`, () => {
    const { known } = engine;
    const run = new Run();

    it.each(recordingNames(engine.name))(
      "%s: readers and evaluate give every verdict, for the same reason",
      (name) => {
        const recording = readRecording(engine.name, name);
        expect(recording.engine.name).toBe(engine.name);
        const wrong: string[] = [];
        for (const world of recording.worlds) wrong.push(...run.replay(engine, world, recording));
        expect(wrong.slice(0, 10).join("\n"), `${String(wrong.length)} differ`).toBe("");
      },
      60_000,
    );

    it("known differences are all still there", () => {
      const { stricter, taken, flows, everywhere, open, tiers } = known;
      const listed = [stricter, taken, flows, everywhere, open, tiers].flatMap((list) => [
        ...list.keys(),
      ]);
      expect(listed.filter((key) => !run.used.has(key))).toEqual([]);
    });

    it("few flows hang on what the model leaves open", () => {
      expect(run.openFlows).toBeLessThanOrEqual(run.flows * engine.openShare);
    });

    it(`takes less than ${String(SECONDS)} s`, () => {
      expect(run.seconds).toBeLessThan(SECONDS);
    });

    afterAll(() => {
      process.stdout.write(`${engine.name}: ${run.summary()}\n`);
    });
  });
}

/** What the replay of one engine adds up to. */
class Run {
  flows = 0;
  readonly used = new Set<string>();
  readonly #open = new Map<string, number>();
  #worlds = 0;
  #milliseconds = 0;

  get openFlows(): number {
    return [...this.#open.values()].reduce((sum, count) => sum + count, 0);
  }

  get seconds(): number {
    return this.#milliseconds / 1000;
  }

  summary(): string {
    const open = [...this.#open].sort().map(([code, count]) => `${code} ${String(count)}`);
    const what = open.length === 0 ? "none open" : `open: ${open.join(", ")}`;
    return `${String(this.#worlds)} worlds, ${String(this.flows)} flows, ${what}; ${this.seconds.toFixed(1)} s`;
  }

  /** What is wrong in a world, as texts. */
  replay({ known, order }: Engine, world: RecordedWorld, { columns }: Recording): string[] {
    const started = process.cpuUsage();
    const wrong: string[] = [];
    for (const document of world.refused ?? []) {
      const key = `${world.name} ${document.name}`;
      if (known.taken.has(key)) this.used.add(key);
      const isTaken = errorsOf(world, document).length === 0;
      if (isTaken !== known.taken.has(key)) {
        wrong.push(`${key}: ${isTaken ? "read" : "refused"}, the engine says: ${document.error}`);
      }
    }
    const tiers = known.tiers.get(world.name);
    if (tiers !== undefined && readWorld(world).errors.includes("CAL-P101")) {
      this.used.add(world.name);
    }
    const read = readWorld(world, tiers);
    const stricter = known.stricter.get(world.name);
    if (stricter !== undefined) {
      this.used.add(world.name);
      if (read.errors.join() !== stricter.codes.join()) {
        wrong.push(`${world.name}: refused with ${read.errors.join()}`);
      }
    } else if (read.errors.length > 0) {
      wrong.push(`${world.name}: refused with ${read.errors.join()}`);
    } else {
      const set = order === "written" ? asWritten(read.set) : read.set;
      const result = replayWorld(world, { ...read, set }, columns);
      const otherwise = known.flows.get(world.name);
      for (const flow of result.wrong) {
        const [everywhere] = [...known.everywhere].find(([, { is }]) => is(flow, set)) ?? [];
        if (otherwise?.is(flow) === true) this.used.add(world.name);
        else if (everywhere !== undefined) this.used.add(everywhere);
        else wrong.push(flow.text);
      }
      for (const [code, count] of result.undecided) {
        this.#open.set(code, (this.#open.get(code) ?? 0) + count);
        if (known.open.has(code)) this.used.add(code);
        else wrong.push(`${world.name}: ${String(count)} flows hang on ${code}`);
      }
      this.flows += result.flows;
    }
    this.#worlds += 1;
    this.#milliseconds += process.cpuUsage(started).user / 1000;
    return wrong;
  }
}

function asWritten({ tiers }: PolicySet): PolicySet {
  return {
    tiers: tiers.map((tier) => ({
      ...tier,
      policies: [...tier.policies].sort(
        (a, b) => a.origin.place.document.index - b.origin.place.document.index,
      ),
    })),
  };
}
