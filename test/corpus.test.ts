import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { loadAll } from "js-yaml";
import { describe, expect, it } from "vitest";
import type { SourceFile } from "../src/diagnostics/source-range.ts";
import { OUTCOMES } from "../src/ir/outcome.ts";
import type { Policy } from "../src/ir/policy.ts";
import type { ConvertResult } from "../src/pipeline.ts";
import { REPORT_FORMATS } from "../src/report/formats.ts";
import type { ReportPolicy } from "../src/report/report.ts";
import { ceilingOf, constructsOf, touchedPolicies } from "./support/ceiling.ts";
import { ciliumCeilingOf, ciliumConstructsOf } from "./support/cilium-ceiling.ts";
import type { Companions, Json } from "./support/ceiling.ts";
import { judge } from "./support/judge.ts";
import { checkReport } from "./support/report-invariants.ts";
import { runCase } from "./support/run-convert.ts";

const CORPUS = fileURLToPath(new URL("../../shared/corpus/", import.meta.url));
const present = existsSync(CORPUS);

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return filesIn(path);
      return /\.(?:ya?ml|json)$/.test(name) ? [path] : [];
    });
}

const nameOf = (path: string): string => relative(CORPUS, path).split(sep).join("/");
const fileAt = (path: string): SourceFile => ({
  name: nameOf(path),
  text: readFileSync(path, "utf8"),
});

/** One file of the corpus, beside the tiers, sets and namespaces of the files that lie with it. */
interface World {
  readonly name: string;
  readonly file: SourceFile;
  readonly result: ConvertResult;
}

function worldsOf(engine: string, actions: "skip" | "compile" = "skip"): readonly World[] {
  return filesIn(join(CORPUS, engine)).map((path) => {
    const file = fileAt(path);
    const beside = readdirSync(dirname(path))
      .map((name) => join(dirname(path), name))
      .filter(
        (other) => other !== path && /\.(?:ya?ml|json)$/.test(other) && statSync(other).isFile(),
      );
    const result = runCase({
      files: [file],
      inventory: beside.sort().map(fileAt),
      options: {
        actions,
        "known-namespace": ["default:", "demo:"],
        "allow-incomplete": true,
        "unsayable-subjects": "isolate",
      },
    });
    return { name: nameOf(path), file, result };
  });
}

/** Policies below their ceiling, and why. */
const BELOW: Readonly<Record<string, string>> = {
  "calico/ocp-hipaa-compliance/1.13-trusted-domains-policy.yaml GlobalNetworkPolicy security.global-trusted-domains":
    "the network set that its selector means consists of DNS names",
  "cilium/upstream-docs/ciliumcidrgroup.yaml CiliumNetworkPolicy default/from-vpn-example":
    "the group of CIDRs lies in private ranges, where pods may be",
  "cilium/upstream-docs/ciliumcidrgroup-selector.yaml CiliumNetworkPolicy default/from-vpn-example":
    "the groups of CIDRs are not in the file",
};

interface Judged {
  readonly policy: string;
  readonly outcome: string;
  readonly ceiling: string;
  readonly constructs: string;
}

/** @param cut whether rules are cut: then those are judged as well that a Deny or Pass touches */
function judgeCeiling({ name, file, result }: World, cut = false): readonly Judged[] {
  const touched = new Set(
    [...touchedPolicies(result.source)].map(({ origin }) =>
      keyOf(origin.kind, origin.namespace, origin.name),
    ),
  );
  const raw = rawPolicies(file.text);
  const companions: Companions = {
    hasGroups: hasGroups(result),
    services: new Set(
      result.snapshot.services.map((service) => `${service.namespace}/${service.name}`),
    ),
  };
  const judged: Judged[] = [];
  for (const policy of result.report.policies) {
    const { source, outcome } = policy;
    const key = keyOf(source.kind, source.namespace ?? undefined, source.name);
    const own = raw.get(key);
    if (own === undefined || (!cut && touched.has(key)) || isUnplaced(policy)) continue;
    if (source.engine === "kubernetes") continue;
    const rated =
      source.engine === "cilium" ? rateCilium(own) : rateCalico(constructsOf(own, companions));
    judged.push({ policy: `${name} ${key}`, outcome, ...rated });
  }
  return judged;
}

type Rated = Pick<Judged, "ceiling" | "constructs">;

function rateCalico(constructs: ReturnType<typeof constructsOf>): Rated {
  return { ceiling: ceilingOf(constructs), constructs: [...constructs].join(", ") };
}

function rateCilium(policy: Json): Rated {
  const constructs = ciliumConstructsOf(policy);
  return { ceiling: ciliumCeilingOf(constructs), constructs: [...constructs].join(", ") };
}

const keyOf = (kind: string, namespace: string | undefined, name: string): string =>
  `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;

/** Its tier is not in the corpus: nothing can be said. */
const isUnplaced = (policy: ReportPolicy): boolean => policy.outcome === "unknown";

function hasGroups({ source }: ConvertResult): boolean {
  const usesSets = (policy: Policy): boolean =>
    [...(policy.ingress?.rules ?? []), ...(policy.egress?.rules ?? [])].some((rule) =>
      rule.assumptions.includes("set-contents"),
    );
  return source.tiers.some((tier) => tier.policies.some(usesSets));
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** Every format finds an end with what people write around their policies. */
function tellEach(worlds: readonly World[]): void {
  for (const { name, result } of worlds) {
    for (const { name: format, texts } of REPORT_FORMATS) {
      let length = 0;
      for (const text of texts(result.report)) length += text.length;
      expect(length, `${name} as ${format}`).toBeLessThan(10_000_000);
    }
  }
}

/** As a YAML reader that knows nothing of ours gives them; nothing of a file that it cannot read. */
function rawPolicies(text: string): ReadonlyMap<string, Json> {
  const found = new Map<string, Json>();
  const add = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const object = value as Json;
    const items = object["items"];
    if (Array.isArray(items)) items.forEach(add);
    const metadata = (object["metadata"] ?? {}) as Json;
    const kind = textOf(object["kind"]);
    const isNamespaced = kind === "NetworkPolicy" || kind === "CiliumNetworkPolicy";
    if (!isNamespaced && !/^(?:Global|CiliumClusterwide)NetworkPolicy$/.test(kind)) return;
    const namespace = isNamespaced ? textOf(metadata["namespace"]) || "default" : undefined;
    const name = textOf(metadata["name"]).replace(/^default\./, "");
    for (const called of [name, `default.${name}`])
      found.set(keyOf(kind, namespace, called), object);
  };
  try {
    loadAll(text).forEach(add);
  } catch {
    return new Map();
  }
  return found;
}

describe.skipIf(!present).each(["calico", "cilium"])(
  "the corpus of %s (skipped where it is not beside the checkout)",
  (engine) => {
    const worlds = present ? worldsOf(engine) : [];

    it("gives every rule one disposition, and every count its sum", () => {
      for (const { name, result } of worlds) {
        try {
          checkReport(result);
        } catch (error) {
          throw new Error(`${name}: ${String(error)}`, { cause: error });
        }
      }
    });

    it("is told in every format", () => {
      tellEach(worlds);
    });

    it("is nowhere wider, and equal where the report says so", () => {
      for (const { name, result } of worlds) {
        try {
          judge(result, { limit: 150 });
        } catch (error) {
          throw new Error(`${name}: ${String(error)}`, { cause: error });
        }
      }
    }, 300_000);

    it("comes out as well as its constructs allow, where no Deny or Pass touches it", () => {
      const judged = worlds.flatMap((world) => judgeCeiling(world));
      const rank = (outcome: string): number => OUTCOMES.findIndex((one) => one === outcome);
      const below = judged.filter(
        ({ policy, outcome, ceiling }) =>
          rank(outcome) > rank(ceiling) && BELOW[policy] === undefined,
      );
      expect(below).toEqual([]);
      const listed = judged.filter(({ policy }) => BELOW[policy] !== undefined).length;
      expect(listed / judged.length).toBeLessThanOrEqual(0.05);
      expect(judged.length).toBeGreaterThan(100);
    });

    it("comes out as well as its constructs allow, nineteen of twenty, where rules are cut", () => {
      const compiled = worldsOf(engine, "compile");
      for (const { name, result } of compiled) {
        expect(result.refuted, name).toEqual([]);
        const codes = result.report.diagnostics.map(({ code }) => code);
        expect(codes, `${name} is cut without giving up`).not.toContain("CMP-X001");
      }
      const judged = compiled.flatMap((world) => judgeCeiling(world, true));
      const rank = (outcome: string): number => OUTCOMES.findIndex((one) => one === outcome);
      const below = judged.filter(({ outcome, ceiling }) => rank(outcome) > rank(ceiling));
      const told = below.map(({ policy, outcome }) => `${policy}: ${outcome}`).join("\n");
      expect(below.length / judged.length, told).toBeLessThanOrEqual(0.05);
      expect(judged.length).toBeGreaterThan(worlds.flatMap((world) => judgeCeiling(world)).length);
    }, 300_000);
  },
);

describe.skipIf(!present)("the corpus of Kubernetes", () => {
  it("reads and keeps real Kubernetes policies", () => {
    const worlds = worldsOf("kubernetes");
    tellEach(worlds);
    for (const { name, result } of worlds) {
      expect(judge(result, { limit: 100 })?.wider ?? [], name).toEqual([]);
    }
  }, 120_000);
});
