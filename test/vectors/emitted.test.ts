import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { someOf } from "../support/effort.ts";
import { emit, targetVerdicts } from "./emitted.ts";
import { CALICO } from "./known-differences.ts";
import type { RecordedWorld, Recording } from "./recording.ts";
import { columnReader, readRecording, recordingNames } from "./recording.ts";

/*
 * From Calico's own verdicts to the YAML that is written: every flow that the output lets in, Calico let in (with
 * `--inexact widen` the other way round); and where all outcomes are exact or conditional, both. The output is judged by `evaluate`; recorder/judge-emitted.sh
 * has every flow of every world judged by an engine that shares nothing with us, which has to agree.
 */
const WRITE_TO = process.env["NETPOL_MIGRATE_EMITTED"];
const JUDGED = process.env["NETPOL_MIGRATE_JUDGED"];

const judged = new Map<string, RecordedWorld>();
if (JUDGED !== undefined) {
  for (const name of readdirSync(JUDGED)) {
    const text = gunzipSync(readFileSync(join(JUDGED, name))).toString("utf8");
    for (const world of (JSON.parse(text) as Recording).worlds) judged.set(world.name, world);
  }
}

const files = recordingNames("calico").map((name) => readRecording("calico", name));
const every = files.flatMap(({ worlds }) => worlds);
const worlds = (WRITE_TO ?? JUDGED) ? every : someOf(every, 40);
const columns = files[0]?.columns ?? [];
const column = columnReader(columns);

const WAYS = [
  ["compile", "ranges", "narrow"],
  ["compile", "no ranges", "narrow"],
  ["skip", "no ranges", "narrow"],
  ["compile", "no ranges", "widen"],
] as const;

describe.each((WRITE_TO ?? JUDGED) ? WAYS : someOf(WAYS, 4))(
  "what is written with --actions %s, %s given, and --inexact %s",
  (actions, given, inexact) => {
    const written: RecordedWorld[] = [];
    const counts = { worlds: 0, stopped: 0, flows: 0, same: 0, otherwise: 0, exact: 0 };

    it("is never on the other side of what Calico said, and the same where it is called exact", () => {
      const wrong: string[] = [];
      for (const world of worlds) {
        const one = emit(world, CALICO, actions, given, inexact);
        if (one === undefined) {
          counts.stopped += 1;
          continue;
        }
        counts.worlds += 1;
        written.push(one.emitted);
        const verdicts = targetVerdicts(one, columns);
        const foreign = judged.get(one.emitted.name);
        const isExact = one.result.report.policies.every(
          ({ outcome }) => outcome === "exact" || outcome === "conditional",
        );
        if (isExact) counts.exact += 1;
        // What the model leaves open is left out of what is wider, too, and said.
        const isOpen =
          inexact === "widen" &&
          one.result.report.diagnostics.some(({ code }) => CALICO.open.has(code));
        const isKnown = CALICO.flows.has(world.name) || isOpen;
        world.flows.forEach((row, index) => {
          const ours = verdicts[index] ?? 0;
          const theirs = foreign?.flows[index];
          const target = theirs === undefined ? ours : column(theirs, "verdict");
          const source = column(row, "verdict");
          const place = `${one.emitted.name} flow ${String(index)} [${row.join()}]`;
          counts.flows += 1;
          if (JUDGED !== undefined) expect(theirs, place).toBeDefined();
          if (target !== ours) wrong.push(`${place}: the engines of the target disagree`);
          if (target === source) counts.same += 1;
          else if (isKnown) return;
          else if (isExact) wrong.push(`${place}: called exact, and it is not`);
          else if ((target === 1) === (inexact === "narrow"))
            wrong.push(`${place}: not ${inexact}`);
          else counts.otherwise += 1;
        });
      }
      expect(wrong.slice(0, 20).join("\n"), `${String(wrong.length)} differ`).toBe("");
    }, 600_000);

    afterAll(() => {
      process.stdout.write(`${actions}, ${given}, ${inexact}: ${JSON.stringify(counts)}\n`);
      if (WRITE_TO === undefined) return;
      const file = { ...files[0], leftOut: [], worlds: written };
      const name = `${actions}-${given.replace(" ", "-")}-${inexact}.json.gz`;
      writeFileSync(join(WRITE_TO, name), gzipSync(JSON.stringify(file)));
    });
  },
);
