import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIRECTIONS } from "../../src/ir/policy.ts";
import { runConvert } from "../../src/pipeline.ts";
import { runDiff } from "../../src/pipeline-diff.ts";
import type { DiffReport } from "../../src/report/diff-report.ts";
import { goldenCases } from "../support/golden.ts";
import { documentsText, randomWorld } from "../support/random-calico.ts";
import { randomCiliumWorld } from "../support/random-cilium.ts";
import { convertInput, streamOf } from "../support/run-convert.ts";
import type { CaseInput } from "../support/run-convert.ts";

type Files = CaseInput["files"];

/** What `diff` says of two sets for the cluster of a case. */
function diffOf(old: Files, now: Files, { inventory, options }: CaseInput): DiffReport {
  const { options: read, tool } = convertInput({ files: [], inventory, options });
  const set = {
    unreadable: [],
    engine: "by its policies",
    ownOutput: "input",
    ipBlockMatchesPods: "yes",
  } as const;
  return runDiff({
    old: { ...set, files: old },
    new: { ...set, files: now },
    inventory,
    unreadable: [],
    options: {
      ...read,
      allowIncomplete: true,
      show: "both",
      directions: DIRECTIONS,
      focus: () => undefined,
    },
    tool,
    reportedOptions: {},
  });
}

const copyOf = (files: Files): Files =>
  files.map(({ name, text }) => ({ name: `copy-${name}`, text }));

function sameAsItself(files: Files, { options, ...rest }: CaseInput): void {
  // Where pods move, the same policies judge them otherwise: that is no question of the policies.
  const input = { ...rest, options: { ...options, "target-pod-cidr": [] } };
  const { subjects, texts, unanswered, pods } = diffOf(files, copyOf(files), input);
  expect({ subjects, texts, unanswered, changes: pods?.changes ?? [] }).toEqual({
    subjects: [],
    texts: [],
    unanswered: [],
    changes: [],
  });
}

/** The case, and what each way of converting it writes. */
function setsOf(input: CaseInput): readonly Files[] {
  const written = (["skip", "compile"] as const).flatMap((actions): Files[] => {
    const result = runConvert(convertInput({ ...input, options: { ...input.options, actions } }));
    return result.objects.length === 0 ? [] : [[{ name: "out.yaml", text: streamOf(result) }]];
  });
  return [input.files, ...written];
}

describe.each([...goldenCases("calico"), ...goldenCases("cilium")])(
  "the difference of $name",
  ({ input }) => {
    it("and itself, and of its output and itself, is none", () => {
      for (const files of setsOf(input)) sameAsItself(files, input);
    });
  },
);

describe.each([
  ["Calico", randomWorld],
  ["Cilium", randomCiliumWorld],
] as const)("random policies of %s", (_, world) => {
  it("have no difference from themselves, nor has what they are compiled to", () => {
    fc.assert(
      fc.property(world, ({ documents, inventory, podCidr }) => {
        const input: CaseInput = {
          files: [{ name: "p.yaml", text: documentsText(documents) }],
          inventory: [{ name: "inventory.yaml", text: documentsText(inventory) }],
          options: podCidr === undefined ? {} : { "pod-cidr": [podCidr] },
        };
        for (const files of setsOf(input)) sameAsItself(files, input);
      }),
      { numRuns: 40, seed: 17 },
    );
  }, 120_000);
});
