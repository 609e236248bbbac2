// Runs each test as it is, and then once more for each mutant that it comes across and that is still alive.
import { appendFileSync, openSync, readFileSync, writeSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { TestRunner } from "vitest";

const { plan: planFile, log, current, quickest, slowest, shard } = JSON.parse(process.env.MUTANTS);
const plan = JSON.parse(readFileSync(planFile, "utf8"));
const alive = new Set(plan.mutants.map(({ id }) => id).filter((id) => id % shard[1] === shard[0]));
/** Mutants of which it is written down that some test came across them. */
const known = new Set();
for (const line of readFileSync(log, "utf8").split("\n")) {
  if (line === "") continue;
  const { id, status } = JSON.parse(line);
  if (status === "met") known.add(id);
  if (status === "killed" || status === "timeout") alive.delete(id);
}
const currentFile = openSync(current, "w");

/** What never ends is ended by this, whichever loop it is in. */
class OutOfTime extends Error {}

let active = -1;
let deadline = Infinity;
let ticks = 0;
const hits = new Uint8Array(plan.mutants.length);
const switched = [];

function tick() {
  ticks += 1;
  if ((ticks & 0x3fff) === 0 && performance.now() > deadline) throw new OutOfTime();
}

globalThis.__mutants = {
  on(id) {
    hits[id] = 1;
    tick();
    return id === active;
  },
  tick,
  onSwitch: (clear) => switched.push(clear),
};

function activate(id, time) {
  active = id;
  deadline = performance.now() + time;
  for (const clear of switched) clear();
}

async function run(test) {
  try {
    await TestRunner.getTestFn(test)();
    return undefined;
  } catch (error) {
    return error ?? new Error("failed");
  }
}

const put = (entry) => appendFileSync(log, `${JSON.stringify(entry)}\n`);

/** Each test, then the test under each mutant. What a file works out while it is loaded is not done again. */
export default class MutantRunner extends TestRunner {
  async runTask(test) {
    hits.fill(0);
    const start = performance.now();
    const failure = await run(test);
    const duration = performance.now() - start;
    const name = `${test.file.name} > ${test.name}`;
    if (failure !== undefined) {
      put({ status: "broken", test: name, message: String(failure.message).slice(0, 300) });
      throw failure;
    }
    const met = [...alive].filter((id) => hits[id] === 1);
    for (const id of met) if (!known.has(id)) put({ id, status: "met" });
    for (const id of met) known.add(id);
    // An earlier pass tried what was quick enough for it; times vary.
    if (duration < quickest / 2) return;
    if (duration > slowest) {
      if (met.length > 0) put({ status: "slow", test: name, duration, met: met.length });
      return;
    }
    for (const id of met) {
      writeSync(currentFile, `${String(id).padEnd(8)}${Date.now()}\n`, 0);
      activate(id, 2000 + 10 * duration);
      const error = await run(test);
      activate(-1, Infinity);
      if (error === undefined) continue;
      alive.delete(id);
      put({ id, status: error instanceof OutOfTime ? "timeout" : "killed", test: name });
      // Nothing of the mutant may be left behind, or the next one would be killed by it.
      const again = duration < 300 ? await run(test) : undefined;
      if (again !== undefined) {
        put({ id, status: "tainted", test: name, message: String(again.message).slice(0, 300) });
        throw again;
      }
    }
    writeSync(currentFile, `idle    ${Date.now()}\n`, 0);
  }
}
