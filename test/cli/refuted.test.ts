import { describe, expect, it } from "vitest";
import yargs from "yargs";
import { convert } from "../../src/cli/commands/convert-run.ts";
import { convertCommand } from "../../src/cli/commands/convert.ts";
import { runCommand } from "../../src/cli/run-command.ts";
import { lower } from "../../src/compile/index.ts";
import { emitNetworkPolicies } from "../../src/emitters/networkpolicy.ts";
import type { ConvertStages } from "../../src/pipeline.ts";
import { filesBelow, folderWith, policy, textOf } from "./run-cli.ts";
import type { CliResult } from "./run-cli.ts";
import { commandHere } from "./run-here.ts";

const TOOL: ConvertStages = { lower, emit: emitNetworkPolicies };

/** An emitter that writes something else than it was given. */
const misprinting = (what: string, by: string): ConvertStages => ({
  ...TOOL,
  emit: (...args) =>
    emitNetworkPolicies(...args).map((object) => ({
      ...object,
      text: object.text.replace(what, by),
    })),
});

/** A lowering that forgets the rules of each policy and claims what it would claim without that. */
const FORGETFUL: ConvertStages = {
  ...TOOL,
  lower: (...args) => {
    const lowering = lower(...args);
    const objects = lowering.objects.map((one) => ({
      ...one,
      object: { ...one.object, ingress: [] },
    }));
    return { ...lowering, objects };
  },
};

/** Converts a folder of one policy to `out`, with a report, by stages of which one may be at fault. */
async function converted(
  stages: ConvertStages,
  ...options: readonly string[]
): Promise<CliResult & { readonly files: readonly string[]; readonly report: string }> {
  const folder = folderWith({ "in/web.yaml": policy(), "report.json": "before" });
  const args = ["-o", "out", "--report", "report.json", ...options];
  const parsed = await convertCommand.builder(yargs(args)).parseAsync();
  const result = await commandHere(
    () => runCommand(() => convert({ ...parsed, paths: ["in"] }, stages)),
    { cwd: folder },
  );
  return { ...result, files: filesBelow(folder), report: textOf(folder, "report.json") };
}

describe("a claim that the proof refutes", () => {
  it.each([
    [
      "an emitter that opens another port",
      misprinting("port: 80", "port: 81"),
      'NetworkPolicy shop/web: "nothing is wider" does not hold for pod with role=client in shop -> pod with app=web in shop, TCP 81: deny in the source',
    ],
    [
      "an emitter that lets everybody in",
      misprinting("role: client", "{}"),
      'NetworkPolicy shop/web: "nothing is wider" does not hold for any pod in shop -> pod with app=web in shop, TCP 80: deny in the source (NetworkPolicy shop/web isolates the pod (in/web.yaml:1)), allow in the output (NetworkPolicy shop/web ingress[0] (shop/web.yaml:16))',
    ],
    [
      "an emitter whose text is no NetworkPolicy",
      misprinting("port: 80", "port: 80000"),
      "an emitted object cannot be read back: ",
    ],
    [
      "a lowering that loses rules",
      FORGETFUL,
      'NetworkPolicy shop/web: "nothing is lost" does not hold for pod with role=client in shop -> pod with app=web in shop, TCP 80: allow in the source',
    ],
  ])("writes nothing and ends with 4: %s", async (_, stages, message) => {
    const { code, stdout, stderr, files, report } = await converted(stages);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(
      /^internal error: netpol-migrate \S+ contradicts itself\.\nPlease report/,
    );
    expect(stderr).toContain("Do not apply anything of this run.");
    expect({ code, stdout, files, report }).toEqual({
      code: 4,
      stdout: "",
      files: ["in/web.yaml", "report.json"],
      report: "before",
    });
  });

  it("is not looked for with --no-verify, and the word is then not `proved`", async () => {
    const { code, stderr } = await converted(misprinting("port: 80", "port: 81"), "--no-verify");
    expect(stderr).not.toMatch(/^proved/m);
    expect(stderr).toContain("not proved");
    expect(code).toBe(0);
  });

  it("is none where the stages are the tool's own", async () => {
    const { code, stderr, files } = await converted(TOOL);
    expect(stderr).toContain("the one policy is equal to its source");
    expect(files).toEqual(["in/web.yaml", "out/shop/web.yaml", "report.json"]);
    expect(code).toBe(0);
  });
});
