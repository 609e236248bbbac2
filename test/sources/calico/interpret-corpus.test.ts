import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { DIRECTIONS } from "../../../src/ir/policy.ts";
import { interpretCalico } from "../../../src/sources/calico/interpret.ts";
import { calicoMeaningDiagnostics } from "../../../src/sources/calico/interpret-diagnostics.ts";
import type { CalicoInput } from "../../../src/sources/calico/model.ts";
import { read } from "./harness.ts";
import { snapshotOf } from "../../support/snapshot-of-pods.ts";

const CORPUS = join(import.meta.dirname, "../../../../shared/corpus/calico");

const NOTHING_KNOWN = snapshotOf([]);

function inputOf(folder: string, told: Diagnostic[]): CalicoInput {
  const input: CalicoInput = { policies: [], tiers: [], groups: [] };
  for (const name of readdirSync(folder, { recursive: true }).map(String).sort()) {
    if (!/\.(?:ya?ml|json)$/.test(name)) continue;
    const { input: found, findings } = read(readFileSync(join(folder, name), "utf8"), name);
    told.push(...findings);
    input.policies.push(...found.policies);
    input.tiers.push(...found.tiers);
    input.groups.push(...found.groups);
  }
  return input;
}

const folders = existsSync(CORPUS)
  ? readdirSync(CORPUS, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    )
  : [];

describe.skipIf(folders.length === 0)(
  "the meaning of real policies (skipped where the corpus is not beside the checkout)",
  () => {
    it.each(folders)("every policy and rule of %s is accounted for", (folder) => {
      const told: Diagnostic[] = [];
      const input = inputOf(join(CORPUS, folder), told);
      const findings: Diagnostic[] = [];
      const { set, unplaced } = interpretCalico(
        input,
        NOTHING_KNOWN,
        [],
        { tiers: [] },
        (finding) => findings.push(finding),
      );

      const placed = set.tiers.flatMap(({ policies }) => policies);
      expect(
        new Set([...placed.map(({ origin }) => origin), ...unplaced.map(({ origin }) => origin)]),
      ).toEqual(new Set(input.policies.map(({ origin }) => origin)));
      for (const { origin, ingress, egress, inert } of placed) {
        const source = input.policies.find((policy) => policy.origin === origin);
        const rules = [...(ingress?.rules ?? []), ...(egress?.rules ?? [])];
        expect(rules.length + inert.length).toBe(
          DIRECTIONS.reduce((sum, direction) => sum + (source?.[direction].length ?? 0), 0),
        );
        const codes = new Set([...told, ...findings].map(({ code }) => code));
        for (const { opaque, unsaid } of rules) {
          for (const { code } of [...opaque, ...(unsaid ?? [])]) expect([...codes]).toContain(code);
        }
      }
      expect(unplaced.length > 0).toBe(findings.some(({ severity }) => severity === "error"));
    });
  },
);

describe("the table of findings about meaning", () => {
  it.each(Object.entries(calicoMeaningDiagnostics.definitions))(
    "%s says what to do where something is lost",
    (code, definition) => {
      expect(code).toMatch(/^CAL-[PSRNEX]1\d\d$/);
      expect(definition.message).not.toMatch(/[.!]$/);
      expect(definition.explanation).toMatch(/\.$/);
      if (definition.effect !== "none") expect(Object.hasOwn(definition, "hint")).toBe(true);
    },
  );
});
