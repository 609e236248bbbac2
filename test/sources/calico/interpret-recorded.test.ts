import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { SnapshotBuilder } from "../../../src/inventory/build.ts";
import type { Snapshot } from "../../../src/inventory/snapshot.ts";
import type { Flow, PodEndpoint } from "../../../src/ir/flow.ts";
import { readManifests } from "../../../src/manifest/read.ts";
import { ALL_IPV4, addressSetContains, parseAddress } from "../../../src/sets/address-set.ts";
import { interpretCalico } from "../../../src/sources/calico/interpret.ts";
import { SourceReader } from "../../../src/sources/index.ts";
import { evaluate } from "../../../src/verify/evaluate.ts";

/* What Calico answered about flows in small clusters: see test/vectors/README.md. */

interface RecordedPod {
  readonly namespace: string;
  readonly id: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly serviceAccount?: string;
  readonly addresses: readonly string[];
  readonly ports?: readonly {
    readonly name: string;
    readonly protocol: string;
    readonly port: number;
  }[];
}

interface RecordedWorld {
  readonly name: string;
  readonly manifests: string;
  readonly pods: readonly RecordedPod[];
  readonly externals: readonly { readonly address: string }[];
  readonly flows: readonly (readonly number[])[];
  /** Documents that Calico did not put in force. */
  readonly refused?: readonly unknown[];
}

interface Recording {
  readonly columns: readonly string[];
  readonly worlds: readonly RecordedWorld[];
}

/** Worlds whose verdicts are not ours on purpose. */
const OTHERWISE: ReadonlyMap<string, string> = new Map([
  ["cases/C27-stored", "a stored Deny with http is an error here, so nothing of it is converted"],
  ["cases/C30", "a policy of an unknown tier is an error here; Calico puts the tier last"],
  ["traps/tier-missing", "a policy of an unknown tier is an error here; Calico puts the tier last"],
  ["traps/account-selector-dropped", "a broken selector is an error here; Calico drops it"],
  ["traps/namespace-selector-dropped", "a broken selector is an error here; Calico drops it"],
  ["traps/action-lower", "a lower-case action is an error here; Calico takes a stored one"],
  ["traps/icmp-in-ipv6", "ICMP in IPv6 is an error here; Calico programs a stored rule"],
  ["traps/icmp-code-alone", "a code without a type is an error here; Calico ignores a stored one"],
  ["traps/trap-14-empty", "an empty ingress list beside egress rules is read as both directions"],
  [
    "traps/stored-named-port-without-protocol",
    "Calico drops the policy, which then denies nothing",
  ],
]);

const folder = new URL("../../../testdata/vectors/calico/", import.meta.url);
const PROTOCOLS: Readonly<Record<string, number>> = { TCP: 6, UDP: 17, SCTP: 132 };

function address(text: string): bigint {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

function isIpv4(of: bigint): boolean {
  return addressSetContains(ALL_IPV4, of);
}

class Replay {
  readonly #world: RecordedWorld;
  readonly #columns: readonly string[];
  readonly #snapshot: Snapshot;
  readonly #set: ReturnType<typeof interpretCalico>["set"];
  readonly errors: readonly string[];

  constructor(world: RecordedWorld, columns: readonly string[]) {
    this.#world = world;
    this.#columns = columns;
    const findings: Diagnostic[] = [];
    const report = (finding: Diagnostic): void => {
      findings.push(finding);
    };
    const facts = new SnapshotBuilder("default");
    const reader = new SourceReader(
      facts,
      { defaultNamespace: "default", ipBlockMatchesPods: "yes" },
      report,
    );
    for (const object of readManifests({ name: world.name, text: world.manifests }, report))
      reader.read(object);
    const { calico, kubernetes } = reader.finish();
    const built = facts.build(
      { knownNamespaces: new Map(), podCidrs: [], targetPodCidrs: [] },
      report,
    );
    const pods = world.pods.map((pod) => ({
      namespace: pod.namespace,
      name: pod.id,
      labels: pod.labels ?? {},
      account: pod.serviceAccount ?? "default",
      hostNetwork: false,
      addresses: pod.addresses.map(address),
      ports: [],
      live: true,
    }));
    this.#snapshot = { ...built, pods };
    const policies = kubernetes.map(({ policy }) => policy);
    this.#set = interpretCalico(calico, this.#snapshot, policies, { tiers: [] }, report).set;
    this.errors = findings.flatMap(({ severity, code }) => (severity === "error" ? [code] : []));
  }

  /** Flows as `index: wanted`, where the verdict is another one or hangs on what Calico itself decides. */
  differences(): { readonly wrong: readonly string[]; readonly undecided: number } {
    const wrong: string[] = [];
    let undecided = 0;
    for (const [index, row] of this.#world.flows.entries()) {
      const flow = this.#flow(row);
      const [without, with_] = [false, true].map(
        (holds) => evaluate(this.#set, flow, () => holds).verdict,
      );
      if (without !== with_) undecided++;
      else if (without !== (this.#at(row, "verdict") === 1 ? "allow" : "deny")) {
        wrong.push(`${String(index)}: ${without ?? ""}, ${JSON.stringify(row)}`);
      }
    }
    return { wrong, undecided };
  }

  #at(row: readonly number[], column: string): number {
    return row[this.#columns.indexOf(column)] ?? -1;
  }

  #pod(index: number, family: number): PodEndpoint | undefined {
    const pod = this.#world.pods[index];
    if (pod === undefined) return undefined;
    const name = pod.serviceAccount ?? "default";
    const account = this.#snapshot.accounts.find(
      (known) => known.namespace === pod.namespace && known.name === name,
    );
    const own = pod.addresses.map(address).find((each) => isIpv4(each) === (family === 4));
    if (own === undefined) throw new Error(`${pod.id} has no address of IPv${String(family)}`);
    return {
      kind: "pod",
      namespace: pod.namespace,
      namespaceLabels: {
        ...this.#snapshot.namespaces.get(pod.namespace)?.labels,
        "kubernetes.io/metadata.name": pod.namespace,
      },
      labels: pod.labels ?? {},
      account: { name, labels: account?.labels ?? {} },
      address: own,
      ports: (pod.ports ?? []).map((port) => ({
        ...port,
        protocol: PROTOCOLS[port.protocol] ?? 6,
      })),
    };
  }

  #flow(row: readonly number[]): Flow {
    const family = this.#at(row, "family");
    const subject = this.#pod(this.#at(row, "subject"), family);
    if (subject === undefined) throw new Error("a flow without a subject");
    const peer = this.#at(row, "peer");
    const external = this.#world.externals[peer - this.#world.pods.length]?.address ?? "";
    const protocol = this.#at(row, "protocol");
    const icmp = protocol === 1 || protocol === 58;
    const sourcePort = this.#at(row, "srcPort");
    return {
      direction: this.#at(row, "direction") === 0 ? "ingress" : "egress",
      subject,
      peer: this.#pod(peer, family) ?? { kind: "address", address: address(external) },
      protocol,
      value: icmp
        ? this.#at(row, "icmpType") * 256 + this.#at(row, "icmpCode")
        : Math.max(0, this.#at(row, "dstPort")),
      ...(sourcePort < 0 ? {} : { sourcePort }),
    };
  }
}

describe("Calico's own verdicts, as recorded", () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json.gz"));

  it.each(files)(
    "%s: every flow is judged as Calico judged it",
    (name) => {
      const { columns, worlds } = JSON.parse(
        gunzipSync(readFileSync(new URL(name, folder))).toString(),
      ) as Recording;
      const wrong: Record<string, readonly string[]> = {};
      let undecided = 0;
      let flows = 0;
      for (const world of worlds) {
        if (OTHERWISE.has(world.name)) continue;
        const replay = new Replay(world, columns);
        const refused = (world.refused ?? []).length > 0;
        if (!refused) expect([world.name, replay.errors]).toEqual([world.name, []]);
        const found = replay.differences();
        if (found.wrong.length > 0) wrong[world.name] = found.wrong.slice(0, 3);
        undecided += found.undecided;
        flows += world.flows.length;
      }
      expect(wrong).toEqual({});
      // Conditions that the model takes for unknown: named ports of host endpoints, http, services without a namespace.
      expect(undecided).toBeLessThan(flows / 25);
    },
    60_000,
  );
});
