import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import type { Endpoint, Flow, PodEndpoint } from "../../src/ir/flow.ts";
import type { ConvertResult } from "../../src/pipeline.ts";
import { parseAddress } from "../../src/sets/address-set.ts";
import type { Decision } from "../../src/verify/evaluate.ts";
import { decisionText, flowText } from "../support/flow-text.ts";
import { TESTDATA } from "../support/golden.ts";
import { possibleDecisions } from "../support/compare-sets.ts";
import { runCase } from "../support/run-convert.ts";

/* Replays the verdicts of real engines on reader and `evaluate`: test/vectors/README.md. */

interface RecordedPod {
  readonly id: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly addresses: readonly string[];
  readonly ports?: readonly {
    readonly name: string;
    readonly protocol: string;
    readonly port: number;
  }[];
}

/** A document that the engine did not put in force: the verdicts are those of the rest. */
interface Refused {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

interface RecordedWorld {
  readonly name: string;
  readonly manifests: string;
  readonly pods: readonly RecordedPod[];
  readonly externals: readonly { readonly id: string; readonly address: string }[];
  readonly refused?: readonly Refused[];
  readonly deciders: readonly {
    readonly outcome: string;
    readonly kind: string;
    readonly name: string;
    readonly rule: number;
  }[];
  readonly flows: readonly (readonly number[])[];
}

interface Recording {
  readonly format: number;
  readonly columns: readonly string[];
  readonly worlds: readonly RecordedWorld[];
}

const PROTOCOLS: Readonly<Record<string, number>> = { TCP: 6, UDP: 17, SCTP: 132 };

function recordings(engine: string): readonly { readonly file: string; readonly path: string }[] {
  const folder = join(TESTDATA, "vectors", engine);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json.gz"))
    .map((file) => ({ file: `${engine}/${file}`, path: join(folder, file) }));
}

function read(path: string): Recording {
  const recording = JSON.parse(gunzipSync(readFileSync(path)).toString("utf8")) as Recording;
  expect(recording.format).toBe(1);
  return recording;
}

const isIpv6 = (address: string): boolean => address.includes(":");

function addressOf(text: string): bigint {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
}

function inForce({ manifests, refused = [] }: RecordedWorld): string {
  if (refused.length === 0) return manifests;
  return manifests
    .split(/^---\n/m)
    .filter((text) => {
      const { kind, metadata } = load(text) as {
        readonly kind: string;
        readonly metadata: { readonly name: string; readonly namespace?: string };
      };
      return !refused.some(
        (one) =>
          one.kind === kind && one.name === metadata.name && one.namespace === metadata.namespace,
      );
    })
    .join("---\n");
}

function podOf(
  pod: RecordedPod,
  family: number,
  { snapshot }: ConvertResult,
): PodEndpoint | undefined {
  const address = pod.addresses.find((one) => isIpv6(one) === (family === 6));
  if (address === undefined) return undefined;
  const account = snapshot.accounts.find(
    ({ namespace, name }) => namespace === pod.namespace && name === pod.serviceAccount,
  );
  return {
    kind: "pod",
    namespace: pod.namespace,
    namespaceLabels: snapshot.namespaces.get(pod.namespace)?.labels ?? {},
    labels: pod.labels,
    account: { name: pod.serviceAccount, labels: account?.labels ?? {} },
    address: addressOf(address),
    ports: (pod.ports ?? []).map(({ name, protocol, port }) => ({
      name,
      port,
      protocol: PROTOCOLS[protocol] ?? 0,
    })),
  };
}

/** Rows by the name of their column. */
function flowOf(
  world: RecordedWorld,
  column: (name: string) => number,
  result: ConvertResult,
): Flow | undefined {
  const family = column("family");
  const recorded = world.pods[column("subject")];
  const subject = recorded === undefined ? undefined : podOf(recorded, family, result);
  const at = column("peer");
  const peerPod = world.pods[at];
  const external = world.externals[at - world.pods.length];
  let peer: Endpoint | undefined;
  if (peerPod !== undefined) peer = podOf(peerPod, family, result);
  else if (external !== undefined) peer = { kind: "address", address: addressOf(external.address) };
  if (subject === undefined || peer === undefined) return undefined;
  const protocol = column("protocol");
  const isIcmp = protocol === 1 || protocol === 58;
  const hasPorts = Object.values(PROTOCOLS).includes(protocol);
  const port = column("dstPort");
  return {
    direction: column("direction") === 0 ? "ingress" : "egress",
    subject,
    peer,
    protocol,
    value: isIcmp ? column("icmpType") * 256 + column("icmpCode") : hasPorts ? port : 0,
    ...(hasPorts ? { sourcePort: column("srcPort") } : {}),
  };
}

/** True if the engine names the same rule, or none. A policy's name may have its stored form there. */
function isDecider(
  decider: RecordedWorld["deciders"][number] | undefined,
  { by }: Decision,
): boolean {
  switch (decider?.outcome) {
    case undefined:
      return true;
    case "rule": {
      if (by.kind !== "rule" || by.rule.origin.index !== decider.rule) return false;
      const { name } = by.policy.origin;
      return decider.name === name || decider.name === `default.${name}`;
    }
    case "end-of-tier":
      return by.kind === "end-of-tier";
    default:
      return by.kind === "end-of-tiers" || by.kind === "no-policy";
  }
}

/** Worlds in which we mean something else than the engine, and why. */
const DIFFERENT: Readonly<Record<string, string>> = {
  // Lowering takes the condition for unknown, so nothing depends on it.
  "generated-0304":
    "the set of a port's name holds endpoints that match by their labels; a pod that matches by the range of a network set is not in it, and `notPorts` does not exclude it",
  "traps/trap-30":
    "a service with a selector means the pods that it selects, not an address that its slices hold besides",
  "traps/named-port-of-host":
    "host endpoints have no port names in the model: an Allow leaves them out",
  "traps/trap-14-empty":
    "`ingress: []` beside egress rules means one direction to one release and both to another: we take the narrower reading",
};

/** Worlds with a policy that the engine takes and we do not. */
const STRICTER: Readonly<Record<string, string>> = {
  "cases/C30":
    "a tier that is not there, which an incomplete export is likelier to have than a cluster",
  "traps/tier-missing": "the same",
  "traps/account-selector-dropped":
    "a serviceAccountSelector that does not parse, which Calico drops from the subject",
  "traps/namespace-selector-dropped":
    "a namespaceSelector that does not parse, which Calico drops from the subject",
  "traps/action-lower": "an action in lower case, which only an unvalidated store can hold",
  "traps/icmp-code-alone": "an ICMP code without a type, which only an unvalidated store can hold",
  "traps/icmp-in-ipv6": "ICMP with IPv6 addresses, which only an unvalidated store can hold",
  "cases/C27-stored":
    "an `http` match on a Deny, which only a store that nobody validates can hold",
};

const files = [...recordings("calico"), ...recordings("kubernetes")];

describe.skipIf(files.length === 0)("verdicts of the engines", () => {
  it.each(files)(
    "$file is what evaluate says",
    ({ path }) => {
      const recording = read(path);
      const wrong: string[] = [];
      const stricter: string[] = [];
      let count = 0;
      for (const world of recording.worlds) {
        const result = runCase({
          files: [{ name: world.name, text: inForce(world) }],
          inventory: [],
          options: { "allow-incomplete": true },
        });
        // Policies that we refuse or cannot place and the engine does: without them the world is another one.
        const unplaced = result.report.policies.some(({ outcome }) => outcome === "unknown");
        if (unplaced || result.report.summary.documents.invalid > 0) {
          stricter.push(world.name);
          continue;
        }
        for (const row of world.flows) {
          const flow = flowOf(world, (name) => row[recording.columns.indexOf(name)] ?? -1, result);
          if (flow === undefined) continue;
          count += 1;
          const verdict = row[recording.columns.indexOf("verdict")] === 1 ? "allow" : "deny";
          if (DIFFERENT[world.name] !== undefined) continue;
          const decisions = possibleDecisions(result.source, flow);
          const decider = world.deciders[row[recording.columns.indexOf("decider")] ?? -1];
          const said = decisions.find((decision) => decision.verdict === verdict);
          if (said !== undefined && (decisions.length > 1 || isDecider(decider, said))) continue;
          wrong.push(
            `${world.name}: ${flowText(flow)}: recorded ${verdict} (${JSON.stringify(decider)}), evaluate says ${decisions.map(decisionText).join(" or ")}`,
          );
        }
      }
      expect(count).toBeGreaterThan(0);
      expect(wrong.slice(0, 20)).toEqual([]);
      expect(stricter.filter((name) => STRICTER[name] === undefined)).toEqual([]);
    },
    120_000,
  );
});
