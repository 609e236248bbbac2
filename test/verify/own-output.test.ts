import { describe, expect, it } from "vitest";
import { goldenCases } from "../support/golden.ts";
import { runCase, streamOf } from "../support/run-convert.ts";
import { runPair } from "../support/run-verify.ts";

const cases = ["calico", "cilium"].flatMap((engine) =>
  goldenCases(engine).map(({ name, input }) => ({ name: `${engine}/${name}`, input })),
);
const EQUAL = ["exact", "conditional"];

describe.each(["skip", "compile"] as const)("what convert --actions %s writes", (actions) => {
  it.each(cases)("is to verify what it was to convert: $name", ({ input }) => {
    const options = { ...input.options, actions };
    const converted = runCase({ ...input, options });
    if (converted.report.result.exitCode === 2) return;
    const claimed = converted.report.result.outcome;
    const { result, diagnostics } = runPair({
      source: input.files,
      target: [{ name: "out.yaml", text: streamOf(converted) }],
      inventory: input.inventory,
      options,
    });
    // A source that is whole only by `--allow-incomplete` proves nothing.
    if (diagnostics.some(({ severity }) => severity === "error")) return;
    const found = EQUAL.includes(result.outcome) ? "equal" : result.outcome;
    if (EQUAL.includes(claimed)) expect(found).toBe("equal");
    else if (claimed !== "widened") expect(found).not.toBe("widened");
    expect(result.outcome).not.toBe("unknown");
  });
});
