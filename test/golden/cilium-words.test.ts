import pc from "picocolors";
import { describe, expect, it } from "vitest";
import { compileDiagnostics } from "../../src/compile/diagnostics.ts";
import type { DiagnosticDefinition } from "../../src/diagnostics/define.ts";
import { terminalText } from "../../src/report/terminal.ts";
import { goldenCases } from "../support/golden.ts";
import { runCase } from "../support/run-convert.ts";

/** Words for what Cilium does not have. Policies of it have no order, and no rule is passed on. */
const FOREIGN =
  /(?<!\bany )\btiers?\b(?!=)|\bPass(?:es)?\b|\bearlier\b|\bcame before\b|\bthe order of\b/i;

const cases = goldenCases("cilium").filter(({ name }) => !name.startsWith("mixed-engines"));

describe.each(["skip", "compile"] as const)("what is said of policies of Cilium, %s", (actions) => {
  it.each(cases.map((one) => [one.name, one] as const))("%s", (_, { input }) => {
    const { report, objects } = runCase({ ...input, options: { ...input.options, actions } });
    const summary = terminalText(report, {
      colors: pc.createColors(false),
      detail: "verbose",
      destination: "",
      width: undefined,
      objects,
    });
    // What is taken for granted in every run is one sentence for all engines.
    const said = summary.split("\n").filter((line) => !line.startsWith("always"));
    expect(said.filter((line) => FOREIGN.test(line))).toEqual([]);
  });
});

/** Of a rule that is a Pass itself. */
const OF_A_PASS = ["CMP-R007"];

it("no message or advice of lowering speaks of one engine alone", () => {
  const table: Readonly<Record<string, DiagnosticDefinition>> = compileDiagnostics.definitions;
  const wrong = Object.entries(table)
    .filter(([, { message, hint = "" }]) => FOREIGN.test(`${message} ${hint}`))
    .map(([code]) => code);
  expect(wrong).toEqual(OF_A_PASS);
});
