import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { someOf } from "../support/effort.ts";
import { emit, targetVerdicts } from "./emitted.ts";
import { ENGINES } from "./engines.ts";
import type { RecordedWorld, Recording } from "./recording.ts";
import { columnReader, readRecording, recordingNames } from "./recording.ts";
import type { WrongFlow } from "./replay.ts";
import type { ReadWorld } from "./world.ts";
import { flowOf, readWorld } from "./world.ts";

/*
 * From an engine's own verdicts to the YAML that is written: every flow that the output lets in, the engine let in (with
 * `--inexact widen` the other way round); and where all outcomes are exact or conditional, both. What was left to a proxy or
 * an authentication counts as denied where nothing may be wider, and as allowed where nothing may be lost. The output is
 * judged by `evaluate`; recorder/judge-emitted.sh has every flow of every world judged by an engine that shares nothing
 * with us, which has to agree.
 */
const WRITE_TO = process.env["NETPOL_MIGRATE_EMITTED"];
const JUDGED = process.env["NETPOL_MIGRATE_JUDGED"];
const isWhole = (WRITE_TO ?? JUDGED) !== undefined;

/** By the name of the file and that of the world. */
const judged = new Map<string, RecordedWorld>();
if (JUDGED !== undefined) {
  for (const name of readdirSync(JUDGED)) {
    const text = gunzipSync(readFileSync(join(JUDGED, name))).toString("utf8");
    for (const world of (JSON.parse(text) as Recording).worlds)
      judged.set(`${name} ${world.name}`, world);
  }
}

const WAYS = [
  ["compile", "ranges", "narrow"],
  ["compile", "no ranges", "narrow"],
  ["skip", "no ranges", "narrow"],
  ["compile", "no ranges", "widen"],
] as const;
const VERDICTS = ["deny", "allow", "redirect"] as const;

/** What tells of a Kubernetes policy that the engine passes over, and that is kept: it closes more than before. */
const PASSED_OVER: ReadonlySet<string> = new Set(["CIL-X009", "CIL-S107"]);

describe.each([ENGINES.calico, ENGINES.cilium])("from verdicts of $name", ({ name, known }) => {
  const files = recordingNames(name).map((one) => readRecording(name, one));
  const every = files.flatMap(({ worlds }) => worlds);
  const worlds = isWhole ? every : someOf(every, 40);
  const columns = files[0]?.columns ?? [];
  const column = columnReader(columns);

  describe.each(isWhole ? WAYS : someOf(WAYS, 4))(
    "what is written with --actions %s, %s given, and --inexact %s",
    (actions, given, inexact) => {
      const file = `${name}-${actions}-${given.replace(" ", "-")}-${inexact}.json.gz`;
      const written: RecordedWorld[] = [];
      const counts = { worlds: 0, stopped: 0, flows: 0, same: 0, otherwise: 0, exact: 0 };

      it("is never on the other side of what the engine said, and the same where it is called exact", () => {
        const wrong: string[] = [];
        for (const world of worlds) {
          const one = emit(world, known, actions, given, inexact);
          if (one === undefined) {
            counts.stopped += 1;
            continue;
          }
          counts.worlds += 1;
          written.push(one.emitted);
          const verdicts = targetVerdicts(one, columns);
          const foreign = judged.get(`${file} ${one.emitted.name}`);
          const isExact = one.result.report.policies.every(
            ({ outcome }) => outcome === "exact" || outcome === "conditional",
          );
          if (isExact) counts.exact += 1;
          // What the model leaves open is left out of what is wider, too, and said.
          const isOpen =
            inexact === "widen" &&
            one.result.report.diagnostics.some(
              ({ code }) => known.open.has(code) || PASSED_OVER.has(code),
            );
          const { set, endpoint } = readWorld(world);
          world.flows.forEach((row, index) => {
            const ours = verdicts[index] ?? 0;
            const theirs = foreign?.flows[index];
            const target = theirs === undefined ? ours : column(theirs, "verdict");
            const source = VERDICTS[column(row, "verdict")] ?? "deny";
            const verdict = VERDICTS[target] ?? "deny";
            const place = `${one.emitted.name} flow ${String(index)} [${row.join()}]`;
            counts.flows += 1;
            if (JUDGED !== undefined) expect(theirs, place).toBeDefined();
            if (target !== ours) wrong.push(`${place}: the engines of the target disagree`);
            if (verdict === source) counts.same += 1;
            else if (isOpen || isKnown(world, row, source, verdict, { set, endpoint })) return;
            else if (isExact) wrong.push(`${place}: called exact, and it is not`);
            else if ((verdict === "allow") === (inexact === "narrow"))
              wrong.push(`${place}: not ${inexact}`);
            else counts.otherwise += 1;
          });
        }
        expect(wrong.slice(0, 20).join("\n"), `${String(wrong.length)} differ`).toBe("");
      }, 600_000);

      afterAll(() => {
        const way = `${name}, ${actions}, ${given}, ${inexact}`;
        process.stdout.write(`${way}: ${JSON.stringify(counts)}\n`);
        if (WRITE_TO === undefined) return;
        const recording = { ...files[0], leftOut: [], worlds: written };
        writeFileSync(join(WRITE_TO, file), gzipSync(JSON.stringify(recording)));
      });
    },
  );

  /** Whether a flow is one of those of which the model says something else than the engine, on purpose. */
  function isKnown(
    world: RecordedWorld,
    row: readonly number[],
    recorded: (typeof VERDICTS)[number],
    verdict: (typeof VERDICTS)[number],
    { set, endpoint }: Pick<ReadWorld, "set" | "endpoint">,
  ): boolean {
    const at = column(row, "peer");
    const peer = (world.pods[at] ?? world.externals[at - world.pods.length])?.id ?? "";
    const wrong: WrongFlow = {
      flow: flowOf(row, column, endpoint),
      peer,
      recorded,
      ours: [verdict === "allow" ? "allow" : "deny"],
      text: "",
    };
    if (known.flows.has(world.name)) return true;
    return [...known.everywhere.values()].some(({ is }) => is(wrong, set));
  }
});
