import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { read } from "./harness.ts";

interface Verdict {
  readonly accepted: boolean;
  readonly errors?: readonly {
    readonly stage: string;
    readonly field?: string;
    readonly text: string;
  }[];
  readonly spec?: { readonly types?: readonly string[] };
}

interface Case {
  readonly name: string;
  readonly text?: string;
  readonly textRepeated?: {
    readonly prefix: string;
    readonly part: string;
    readonly count: number;
    readonly suffix: string;
  };
  /** Through Calico's API server, as `kubectl apply` reaches it. */
  readonly api: Verdict;
  /** Where it was asked too. */
  readonly calicoctl?: Verdict;
}

const PATH = join(import.meta.dirname, "../../../testdata/vectors/validation/calico.json");
const { cases } = JSON.parse(readFileSync(PATH, "utf8")) as { readonly cases: readonly Case[] };

interface Departure {
  readonly reason: string;
  readonly ours: "accepted" | "refused";
  readonly concerns: (one: Case) => boolean;
}

function stage(one: Case, name: string): boolean {
  return one.api.errors?.every((error) => error.stage === name) ?? false;
}

function says(one: Case, text: string): boolean {
  return one.api.errors?.some((error) => error.text.includes(text)) ?? false;
}

/** Where we are more lenient or stricter than Calico's validation on purpose. */
const DEPARTURES: readonly Departure[] = [
  {
    reason: "fields of Enterprise are known",
    ours: "accepted",
    concerns: (one) => says(one, "domains") || says(one, "allowedEgressDomains"),
  },
  {
    reason:
      "a field that the API does not know is dropped by older servers and kubectls; it is warned of",
    ours: "accepted",
    concerns: (one) => stage(one, "strict") && !/\b(?:Selector|Action): /.test(one.name),
  },
  {
    reason: "in a rule such a field makes the match inexact, in whatever case it is written",
    ours: "accepted",
    concerns: (one) =>
      stage(one, "strict") &&
      /(?:source: \{Selector|Action: Allow): |Action: Allow$/.test(one.name),
  },
  {
    reason: "a sequence of objects is what calicoctl prints and takes",
    ours: "accepted",
    concerns: (one) => one.name === "a list of one",
  },
  {
    reason:
      "whether a name begins with its tier is a matter of the release: newer ones store it as written",
    ours: "accepted",
    concerns: (one) => says(one, "Incorrectly formatted policy name"),
  },
  {
    reason: "Enterprise takes further dots in names; they are warned of",
    ours: "accepted",
    concerns: (one) =>
      /name [a-z]+\.[a-z]+\.[a-z.]+/.test(one.name) && says(one, "name must consist"),
  },
  {
    reason: "hints for speed change no verdict",
    ours: "accepted",
    concerns: (one) => one.name.includes("performanceHints"),
  },
  {
    reason: "a rule's annotations are a comment",
    ours: "accepted",
    concerns: (one) => one.name.includes("metadata: {annotations"),
  },
  {
    reason:
      "nets with host bits or without a prefix length mean something to the agent; they are warned of",
    ours: "accepted",
    concerns: (one) => says(one, "invalid CIDR") || says(one, "because of Tag: net"),
  },
  {
    reason: "newer releases take names of ports without a protocol",
    ours: "accepted",
    concerns: (one) => one.name.includes("orts: [http]") && !/[^t]protocol: /i.test(one.name),
  },
  {
    reason: "a staged policy decides nothing; what is wrong in it is a warning",
    ours: "accepted",
    concerns: (one) => one.name.startsWith("Staged"),
  },
  {
    reason: "the YAML of a tag glued to a bracket is the YAML reader's to refuse",
    ours: "accepted",
    concerns: (one) => stage(one, "yaml") && one.name.includes("elector: !"),
  },
  {
    reason: "of two equal keys only one counts, and nobody can tell which was meant",
    ours: "refused",
    concerns: (one) => one.name === "NP spec twice",
  },
  {
    reason: "policies of OpenStack select virtual machines",
    ours: "refused",
    concerns: (one) => one.name.startsWith("NP name ossg."),
  },
  {
    reason: "notICMP under another protocol cannot be programmed by the agent",
    ours: "refused",
    concerns: (one) => one.name.includes("notICMP"),
  },
  {
    reason: "newer releases keep the default action of the default tier",
    ours: "refused",
    concerns: (one) => one.name === "Tier default with Pass",
  },
];

function textOf({ text, textRepeated }: Case): string {
  if (textRepeated === undefined) return text ?? "";
  const { prefix, part, count, suffix } = textRepeated;
  return prefix + part.repeat(count) + suffix;
}

function ours(one: Case): "accepted" | "refused" {
  const { findings } = read(textOf(one));
  return findings.some(({ severity }) => severity === "error") ? "refused" : "accepted";
}

describe("what Calico's own validation says of a document", () => {
  it("is what we say, but for the departures listed here", () => {
    const used = new Set<Departure>();
    const unexplained = cases.filter((one) => {
      const verdict = ours(one);
      if ((verdict === "accepted") === one.api.accepted) return false;
      const departure = DEPARTURES.find(
        (candidate) => candidate.ours === verdict && candidate.concerns(one),
      );
      if (departure !== undefined) used.add(departure);
      return departure === undefined;
    });
    expect(unexplained.map(({ name }) => name)).toEqual([]);
    expect(
      DEPARTURES.filter((departure) => !used.has(departure)).map(({ reason }) => reason),
    ).toEqual([]);
  });

  it("agrees on the directions of every policy without types", () => {
    const wrong: string[] = [];
    for (const one of cases) {
      const types = one.api.spec?.types;
      const { input } = read(textOf(one));
      const [policy] = input.policies;
      if (types === undefined || policy === undefined) continue;
      const mine = policy.types.map((type) => (type === "ingress" ? "Ingress" : "Egress"));
      if ([...types].sort().join() !== [...mine].sort().join())
        wrong.push(`${one.name}: ${[...mine].sort().join()}`);
    }
    // An empty list beside rules of the other direction: releases differ, and closing both is the narrower reading.
    expect(wrong).toEqual(["NP ingress: [], egress: [{action: Allow}]: Egress,Ingress"]);
  });
});
