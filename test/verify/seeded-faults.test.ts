import process from "node:process";
import { describe, expect, it } from "vitest";
import type { AssumptionCode } from "../../src/ir/assumption.ts";
import type { PolicySet } from "../../src/ir/policy.ts";
import type { ConvertResult } from "../../src/pipeline.ts";
import { proofContext } from "../../src/verify/universe.ts";
import { compareSets, differencesText } from "../support/compare-sets.ts";
import { corpusInputs } from "../support/corpus-inputs.ts";
import { flowLimit } from "../support/effort.ts";
import { faultsOf } from "../support/faults.ts";
import type { Fault, PolicyObject } from "../support/faults.ts";
import { goldenCases, rawObjects } from "../support/golden.ts";
import { checkedProof } from "../support/prove-sets.ts";
import { seededRandom } from "../support/random.ts";
import { readBack, runCase, streamOf } from "../support/run-convert.ts";
import type { CaseInput } from "../support/run-convert.ts";

/*
 * Faults put into what was written, one at a time: a rule, peer, port, exception, expression, value or policyTypes entry
 * dropped, added or turned round. The prover must show a flow for each, or all flows of the small world must show that
 * the fault changes nothing.
 */

const WANTED = 1000;
const ENGINES = ["calico", "cilium"] as const;

interface Site {
  readonly name: string;
  readonly result: ConvertResult;
  readonly objects: readonly PolicyObject[];
  readonly at: number;
  readonly fault: Fault;
}

/** A field that is null is as one that is absent. */
function withoutNulls(object: unknown): PolicyObject {
  const text = JSON.stringify(object);
  return JSON.parse(text, (_, value: unknown) => value ?? undefined) as PolicyObject;
}

/** Every fault that can be made in what a case gives, with rules left out and with rules cut. */
function sitesOf(name: string, { files, inventory, options }: CaseInput): readonly Site[] {
  const seen = new Set<string>();
  return (["skip", "compile"] as const).flatMap((actions) => {
    const result = runCase({ files, inventory, options: { ...options, actions } });
    const text = streamOf(result);
    if (seen.has(text)) return [];
    seen.add(text);
    const objects = rawObjects(text).map(withoutNulls);
    return objects.flatMap((object, at) =>
      [...faultsOf(object)].map((fault) => ({
        name: `${name}, ${actions}`,
        result,
        objects,
        at,
        fault,
      })),
    );
  });
}

/** So many sites, the same on every run, each kind of fault as often as it can be had. */
function chosen(sites: readonly Site[], count: number): readonly Site[] {
  const random = seededRandom(4);
  const byKind = new Map<string, Site[]>();
  for (const site of sites) {
    const list = byKind.get(site.fault.kind);
    if (list === undefined) byKind.set(site.fault.kind, [site]);
    else list.push(site);
  }
  const picked: Site[] = [];
  while (picked.length < count && byKind.size > 0) {
    for (const [kind, list] of byKind) {
      if (picked.length === count) break;
      const [site] = list.splice(random.int(list.length), 1);
      if (site !== undefined) picked.push(site);
      if (list.length === 0) byKind.delete(kind);
    }
  }
  return picked;
}

/** Undefined for a fault that no API server would take. */
function readFaulty({ objects, at, fault }: Site): PolicySet | undefined {
  const texts = objects.map((object, index) =>
    JSON.stringify(index === at ? fault.object : object),
  );
  try {
    return readBack(texts.join("\n---\n"));
  } catch {
    return undefined;
  }
}

interface Counts {
  refuted: number;
  equal: number;
  /** Of the equal ones those whose small world is too large to be gone through whole. */
  sampled: number;
  refused: number;
}

function judge(site: Site, counts: Counts): void {
  const { result, name, fault } = site;
  const faulty = readFaulty(site);
  if (faulty === undefined) {
    counts.refused += 1;
    return;
  }
  const written = readBack(streamOf(result));
  const none = new Set<AssumptionCode>();
  const proof = checkedProof(written, faulty, proofContext(result.snapshot, none));
  const about = `${name}: ${fault.kind} in ${JSON.stringify(fault.object.spec)}`;
  expect(proof.counts.unknown, about).toBe(0);
  if (proof.wider.kind === "witness" || proof.narrower.kind === "witness") {
    counts.refuted += 1;
  } else {
    const found = compareSets(written, faulty, {
      snapshot: result.snapshot,
      assumptions: none,
      limit: flowLimit(8000),
    });
    if (!found.complete) counts.sampled += 1;
    expect(differencesText([...found.wider, ...found.narrower]), about).toBe("");
    counts.equal += 1;
  }
  checkAgainstSource(site, faulty, about);
}

/** Where the output is equal to its source whatever one assumes, a fault shows as well in a comparison with the source. */
function checkAgainstSource({ result }: Site, faulty: PolicySet, about: string): void {
  if (result.report.result.outcome !== "exact") return;
  const context = proofContext(result.snapshot, new Set());
  const fromSource = checkedProof(result.source, faulty, context);
  const fromOutput = checkedProof(readBack(streamOf(result)), faulty, context);
  for (const effect of ["wider", "narrower"] as const) {
    expect(fromSource[effect].kind, `${effect}, ${about}`).toBe(fromOutput[effect].kind);
  }
}

describe("faults in what was written", () => {
  const goldens = ENGINES.flatMap((engine) =>
    goldenCases(engine).flatMap(({ name, input }) => sitesOf(`${engine}/${name}`, input)),
  );
  const corpora = new Map(
    ENGINES.map((engine) => [
      engine,
      corpusInputs(engine).flatMap(([name, input]) => sitesOf(name, input)),
    ]),
  );
  const isHere = ENGINES.every((engine) => corpora.get(engine)?.length !== 0);

  it.each([
    // Without the corpora beside the checkout the golden cases have all of them.
    { where: "of the golden cases", sites: chosen(goldens, isHere ? WANTED / 2 : WANTED) },
    ...ENGINES.map((engine) => ({
      where: `of the ${engine} corpus`,
      sites: chosen(corpora.get(engine) ?? [], WANTED / 4),
    })),
  ])(
    "are each refuted by a flow, or change none ($where)",
    ({ where, sites }) => {
      const counts: Counts = { refuted: 0, equal: 0, sampled: 0, refused: 0 };
      for (const site of sites) judge(site, counts);
      process.stdout.write(`faults ${where}: ${JSON.stringify(counts)}\n`);
      expect(counts.refuted + counts.equal + counts.refused).toBe(sites.length);
    },
    480_000,
  );

  it("are a thousand, of both engines, with rules left out and with rules cut", () => {
    const some = chosen(goldens, WANTED).filter((site) => readFaulty(site) !== undefined);
    expect(some.length).toBeGreaterThan(900);
    for (const kind of [
      /^calico.*skip$/,
      /^calico.*compile$/,
      /^cilium.*skip$/,
      /^cilium.*compile$/,
    ])
      expect(some.filter(({ name }) => kind.test(name)).length, String(kind)).toBeGreaterThan(20);
  });
});
