import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { readSources } from "../../../src/pipeline-read.ts";

interface Gate {
  readonly accepted: boolean;
  readonly error?: string;
}

interface Case {
  readonly name: string;
  readonly text: string;
  /** The API server, by the schema of Cilium's own CRDs. */
  readonly crd: Gate;
  /** The agent's own check, for policies; it is asked whatever the API server says. */
  readonly agent?: Gate;
  /** Fields that the API server drops. */
  readonly unknown?: readonly string[];
}

const PATH = join(import.meta.dirname, "../../../testdata/vectors/validation/cilium.json");
const { cases } = JSON.parse(readFileSync(PATH, "utf8")) as { readonly cases: readonly Case[] };

interface Departure {
  readonly reason: string;
  readonly ours: "accepted" | "refused";
  readonly concerns: (one: Case) => boolean;
}

/** Where we are more lenient or stricter than this release of Cilium on purpose. */
const DEPARTURES: readonly Departure[] = [
  {
    reason: "a rule without elements has no effect, refused or not; releases before 1.18 take it",
    ours: "accepted",
    concerns: (one) =>
      says(one, "at least one of Ingress") ||
      one.name.endsWith("{endpointSelector: {}}") ||
      one.name.endsWith("ingress: null}"),
  },
  {
    reason: "what is written to the log changes no verdict",
    ours: "accepted",
    concerns: (one) => one.name.includes("log: {value"),
  },
  {
    reason: "policies for nodes have no effect on pods",
    ours: "accepted",
    concerns: (one) => one.name.startsWith("CCNP nodeSelector"),
  },
  {
    reason: "releases before 1.19 know `fromRequires` and `toRequires`",
    ours: "accepted",
    concerns: (one) => /(?:from|to)Requires/.test(one.name),
  },
  {
    reason: "a name that no group can have finds no group",
    ours: "accepted",
    concerns: (one) => /cidrGroupRef: [Gg]/.test(one.name),
  },
  {
    reason: "null is as if it were absent: the API server drops it before the agent sees it",
    ours: "accepted",
    concerns: (one) => one.name.includes("cidrGroupSelector: null"),
  },
  {
    reason: "entities that the schema of other releases lists",
    ours: "accepted",
    concerns: (one) => /\[(?:world-ipv[46]|cluster-mesh)\]/.test(one.name),
  },
  {
    reason: "an empty text is as if it were absent to the agent",
    ours: "accepted",
    concerns: (one) => one.name.includes('protocol: ""') || one.name.includes('family: ""'),
  },
  {
    reason: "what the proxy is told is not looked into: the rule is open as a whole",
    ours: "accepted",
    concerns: (one) => /kafka: |kind: Other/.test(one.name),
  },
  {
    reason: "no server name is no condition",
    ours: "accepted",
    concerns: (one) => one.name.includes("serverNames: []"),
  },
  {
    reason: "the schema spells one type of ICMP wrongly, the agent does not",
    ours: "accepted",
    concerns: (one) => one.name.includes("ExtendedEchoReply"),
  },
  {
    reason: "a group without CIDRs is empty however it is written",
    ours: "accepted",
    concerns: (one) => one.name.startsWith("CiliumCIDRGroup v2"),
  },
  {
    reason: "the operator has found the document invalid, and says so in it",
    ours: "refused",
    concerns: (one) => one.name.includes("status: {conditions"),
  },
  {
    reason: "no pod can have such a label",
    ours: "refused",
    concerns: (one) => one.name.includes("{-a: a}"),
  },
  {
    reason: "an except that is wider than its block is refused by 1.20",
    ours: "refused",
    concerns: (one) => one.name.includes("except: [10.1.0.0/8]"),
  },
  {
    reason: "numbers that Go reads in another base or with underscores are hardly what was meant",
    ours: "refused",
    concerns: (one) => /port: "(?:00|0120|1_000)"/.test(one.name),
  },
  {
    reason: "protocols without ports need a setting, and have no port",
    ours: "refused",
    concerns: (one) => /protocol: (?:VRRP|IGMP)/.test(one.name),
  },
  {
    reason: "there is no such type of ICMP; the engine would look it up as a port",
    ours: "refused",
    concerns: (one) => /type: (?:256|-1)/.test(one.name),
  },
];

function says({ agent }: Case, text: string): boolean {
  return agent?.error?.includes(text) ?? false;
}

function isAccepted({ crd, agent }: Case): boolean {
  return crd.accepted && agent?.accepted !== false;
}

function ours({ text }: Case): "accepted" | "refused" {
  const findings: Diagnostic[] = [];
  readSources(
    { files: [{ name: "in.yaml", text }], inventory: [], unreadable: [] },
    {
      defaultNamespace: "default",
      facts: { knownNamespaces: new Map(), podCidrs: [], targetPodCidrs: [] },
      tiers: [],
      from: undefined,
    },
    (finding) => {
      findings.push(finding);
    },
  );
  return findings.some(({ severity }) => severity === "error") ? "refused" : "accepted";
}

describe("what Cilium's schema and agent say of a document", () => {
  it("is what we say, but for the departures listed here", () => {
    const used = new Set<Departure>();
    const unexplained = cases.filter((one) => {
      const verdict = ours(one);
      if ((verdict === "accepted") === isAccepted(one)) return false;
      const departure = DEPARTURES.find(
        (candidate) => candidate.ours === verdict && candidate.concerns(one),
      );
      if (departure !== undefined) used.add(departure);
      return departure === undefined;
    });
    expect(unexplained.map((one) => `${ours(one)}: ${one.name}`)).toEqual([]);
    expect(
      DEPARTURES.filter((departure) => !used.has(departure)).map(({ reason }) => reason),
    ).toEqual([]);
  });
});
