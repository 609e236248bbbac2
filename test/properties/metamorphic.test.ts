import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AssumptionCode } from "../../src/ir/assumption.ts";
import type { ConvertResult } from "../../src/pipeline.ts";
import { compareSets, differencesText } from "../support/compare-sets.ts";
import { draws, flowLimit } from "../support/effort.ts";
import { documentsText, randomWorld } from "../support/random-calico.ts";
import type { RandomWorld } from "../support/random-calico.ts";
import { randomCiliumWorld } from "../support/random-cilium.ts";
import { readBack, runCase, streamOf } from "../support/run-convert.ts";

/*
 * What changes nothing in the source changes no verdict of the output, and no file that it does not concern. Nobody has to
 * know what the right output is: two of them are held against each other.
 */

type Document = RandomWorld["documents"][number];
type Json = Readonly<Record<string, unknown>>;
const ACTIONS = ["skip", "compile"] as const;

function convert(
  { inventory, podCidr }: RandomWorld,
  documents: readonly Document[],
  actions: (typeof ACTIONS)[number],
): ConvertResult {
  return runCase({
    files: [{ name: "world.yaml", text: documentsText(documents) }],
    inventory: [{ name: "inventory.yaml", text: documentsText(inventory) }],
    options: { actions, ...(podCidr === undefined ? {} : { "pod-cidr": [podCidr] }) },
  });
}

const isStopped = ({ report }: ConvertResult): boolean => report.result.stops.length > 0;

/** What either run takes for granted: they may differ in flows that it leaves out. */
function assumptionsOf(results: readonly ConvertResult[]): ReadonlySet<AssumptionCode> {
  const used = results.flatMap(({ report }) => report.assumptions);
  return new Set(used.flatMap(({ name, standing }) => (standing ? [] : [name as AssumptionCode])));
}

/** Holds the outputs of two sets against each other, flow by flow. */
function sameVerdicts(before: ConvertResult, after: ConvertResult): void {
  expect(isStopped(after), "both are written, or neither").toBe(isStopped(before));
  if (isStopped(before)) return;
  const [one, two] = [before, after].map((result) => readBack(streamOf(result)));
  if (one === undefined || two === undefined) throw new Error("two outputs");
  const { snapshot } = before;
  const found = compareSets(one, two, {
    snapshot,
    assumptions: assumptionsOf([before, after]),
    limit: flowLimit(500),
  });
  expect(differencesText(found.wider), "wider than before").toBe("");
  expect(differencesText(found.narrower), "narrower than before").toBe("");
}

const json = (value: unknown): Json => value as Json;
const rulesOf = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : [];

function isCalico({ apiVersion, kind }: Json): boolean {
  return apiVersion === "projectcalico.org/v3" && String(kind).endsWith("NetworkPolicy");
}

function isCilium({ kind }: Json): boolean {
  return /^Cilium.*NetworkPolicy$/.test(String(kind));
}

/** A Deny of nobody before all rules of each list. */
function withIdleDeny(document: Document): Document {
  if (!isCalico(document)) return document;
  const spec = json(document["spec"]);
  const lists = ["ingress", "egress"].flatMap((direction): [string, readonly Json[]][] => {
    const rules = rulesOf(spec[direction]);
    if (rules.length === 0) return [];
    const end = direction === "ingress" ? "source" : "destination";
    return [[direction, [{ action: "Deny", [end]: { selector: "!all()" } }, ...rules]]];
  });
  return { ...document, spec: { ...spec, ...Object.fromEntries(lists) } };
}

const without = (object: Json, fields: readonly string[]): Json =>
  Object.fromEntries(Object.entries(object).filter(([field]) => !fields.includes(field)));

/** Two policies with the rules of one, which stand where it stood. */
function inTwo(document: Document, at: number): readonly Document[] {
  const spec = json(document["spec"]);
  const metadata = json(document["metadata"]);
  const types = spec["types"];
  const second = { ...metadata, name: `${String(metadata["name"])}b` };
  const half = (from: boolean): Json =>
    Object.fromEntries(
      Object.entries(spec).map(([field, value]) => {
        if (field !== "ingress" && field !== "egress") return [field, value];
        const rules = rulesOf(value);
        return [field, from ? rules.slice(at) : rules.slice(0, at)];
      }),
    );
  if (isCalico(document)) {
    // Without types they go by the rules, and one half may have none.
    if (!Array.isArray(types) || types.length === 0) return [document];
    return [
      { ...document, spec: half(false) },
      { ...document, metadata: second, spec: half(true) },
    ];
  }
  // The Denies stay with the first half, and either half has an element in each direction that there is.
  const { ingress, egress } = spec as { ingress?: unknown; egress?: unknown };
  const splits = [ingress, egress].every(
    (rules) => rules === undefined || (rulesOf(rules).length > at && at > 0),
  );
  if (!isCilium(document) || !splits) return [document];
  const rest = without(half(true), ["ingressDeny", "egressDeny"]);
  if (rest["ingress"] === undefined && rest["egress"] === undefined) return [document];
  const alone = without(document, ["specs"]);
  return [
    { ...document, spec: half(false) },
    { ...alone, metadata: second, spec: rest },
  ];
}

const TIERS: Readonly<Record<string, string>> = { first: "zebra", second: "apple" };

/** The same tiers in the same order under names that sort the other way round. */
function withTiersRenamed(document: Document): Document {
  const metadata = json(document["metadata"]);
  const name = String(metadata["name"]);
  if (document["kind"] === "Tier") {
    return { ...document, metadata: { ...metadata, name: TIERS[name] ?? name } };
  }
  const spec = json(document["spec"]);
  const tier = TIERS[String(spec["tier"])];
  if (!isCalico(document) || tier === undefined) return document;
  const renamed = name.replace(/^[^.]*\./, `${tier}.`);
  return { ...document, metadata: { ...metadata, name: renamed }, spec: { ...spec, tier } };
}

const runs = draws(60);

describe.each(ACTIONS)("with --actions %s no verdict changes", (actions) => {
  it("when a Deny that matches nobody is put before the rules of each policy of Calico", () => {
    fc.assert(
      fc.property(randomWorld, (world) => {
        const changed = world.documents.map(withIdleDeny);
        sameVerdicts(convert(world, world.documents, actions), convert(world, changed, actions));
      }),
      { numRuns: runs, seed: 41 },
    );
  });

  it("when a policy of Cilium denies nobody, and not a byte either", () => {
    const idle = {
      apiVersion: "cilium.io/v2",
      kind: "CiliumNetworkPolicy",
      metadata: { name: "idle", namespace: "p" },
      spec: {
        endpointSelector: {},
        enableDefaultDeny: { ingress: false, egress: false },
        ingressDeny: [{ fromEndpoints: [] }],
      },
    };
    fc.assert(
      fc.property(randomCiliumWorld, (world) => {
        const before = convert(world, world.documents, actions);
        const after = convert(world, [...world.documents, idle], actions);
        expect(streamOf(after)).toBe(streamOf(before));
      }),
      { numRuns: runs, seed: 43 },
    );
  });

  it.each([
    ["of Calico", randomWorld],
    ["of Cilium", randomCiliumWorld],
  ] as const)("when each policy %s is split in two", (_, worlds) => {
    fc.assert(
      fc.property(worlds, fc.integer({ min: 0, max: 2 }), (world, at) => {
        const changed = world.documents.flatMap((document) => inTwo(document, at));
        sameVerdicts(convert(world, world.documents, actions), convert(world, changed, actions));
      }),
      { numRuns: runs, seed: 47 },
    );
  });

  it("when tiers are renamed and keep their order", () => {
    fc.assert(
      fc.property(randomWorld, (world) => {
        const changed = world.documents.map(withTiersRenamed);
        sameVerdicts(convert(world, world.documents, actions), convert(world, changed, actions));
      }),
      { numRuns: runs, seed: 53 },
    );
  });

  it.each([
    ["of Calico", randomWorld],
    ["of Cilium", randomCiliumWorld],
  ] as const)("when documents %s are shuffled, and not a byte either", (_, worlds) => {
    const shuffled = worlds.chain((world) =>
      fc
        .shuffledSubarray([...world.documents], { minLength: world.documents.length })
        .map((documents) => ({ world, documents })),
    );
    fc.assert(
      fc.property(shuffled, ({ world, documents }) => {
        const before = convert(world, world.documents, actions);
        expect(streamOf(convert(world, documents, actions))).toBe(streamOf(before));
      }),
      { numRuns: runs, seed: 59 },
    );
  });

  it("and no file of another namespace changes a byte when a Deny comes into one", () => {
    const deny = {
      apiVersion: "projectcalico.org/v3",
      kind: "NetworkPolicy",
      metadata: { name: "newcomer", namespace: "q" },
      spec: {
        order: 0,
        selector: "all()",
        types: ["Ingress"],
        ingress: [{ action: "Deny", source: { selector: "a == 'x'" } }],
      },
    };
    const others = ({ objects }: ConvertResult): string =>
      objects
        .filter(({ namespace }) => namespace !== "q")
        .map(({ text }) => text)
        .join("---\n");
    fc.assert(
      fc.property(randomWorld, (world) => {
        const before = convert(world, world.documents, actions);
        const after = convert(world, [...world.documents, deny], actions);
        expect(others(after)).toBe(others(before));
      }),
      { numRuns: runs, seed: 61 },
    );
  });
});
