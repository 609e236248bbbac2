import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as api from "../src/index.ts";
import type { ConvertInput, ConvertResult, RunReport } from "../src/index.ts";
import { policy } from "./cli/run-cli.ts";

describe("the public API", () => {
  it("is these names", () => {
    expect(Object.keys(api).sort()).toEqual([
      "ASSUMPTIONS",
      "CATALOGUE",
      "OUTCOMES",
      "jsonText",
      "jsonTexts",
      "lineAndColumn",
      "readInventoryOptions",
      "runConvert",
    ]);
  });

  it("is re-exports and nothing else", () => {
    const text = readFileSync(new URL("../src/index.ts", import.meta.url), "utf8");
    const statements = text.split(";").map((statement) => statement.trim());
    expect(
      statements.filter((one) => one !== "" && !/^export (?:type )?\{[^}]*\} from "/.test(one)),
    ).toEqual([]);
  });

  it("converts text without touching the world", () => {
    const { options: facts } = api.readInventoryOptions({
      knownNamespaces: [],
      podCidrs: [],
      targetPodCidrs: [],
    });
    const input: ConvertInput = {
      files: [{ name: "policies.yaml", text: policy() }],
      inventory: [],
      unreadable: [],
      options: {
        actions: "skip",
        keepKubernetes: false,
        inexact: "narrow",
        unsayableSubjects: "stop",
        enforcer: "vpc-cni",
        defaultNamespace: "default",
        facts,
        tiers: [],
        from: undefined,
        assume: new Set(),
        allowIncomplete: false,
        verify: true,
        failOn: "widened",
      },
      tool: { name: "netpol-migrate", version: "0.0.0" },
      reportedOptions: {},
    };
    const result: ConvertResult = api.runConvert(input);
    expect(result.objects.map(({ file }) => file)).toEqual(["shop/web.yaml"]);
    const report: RunReport = result.report;
    expect(JSON.parse(api.jsonText(report))).toMatchObject({
      schemaVersion: 1,
      result: { outcome: "exact" },
    });
  });
});
