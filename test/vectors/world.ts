import { load } from "js-yaml";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import type { Endpoint, Flow, PodEndpoint } from "../../src/ir/flow.ts";
import type { PolicySet } from "../../src/ir/policy.ts";
import { METADATA_NAME, type KnownPod } from "../../src/inventory/snapshot.ts";
import { readSources } from "../../src/pipeline-read.ts";
import { ALL_IPV4, addressSetContains, parseAddress } from "../../src/sets/address-set.ts";
import type { CalicoTier } from "../../src/sources/calico/model.ts";
import type { RecordedPod, RecordedWorld, RefusedDocument } from "./recording.ts";

/** A recorded world as our readers see it. */
export interface ReadWorld {
  readonly set: PolicySet;
  /** Codes of what stops a run: documents that we refuse, policies without a place. */
  readonly errors: readonly string[];
  /** The endpoint at an index of `pods` and `externals`, with its address of the family. */
  readonly endpoint: (index: number, family: number) => Endpoint;
}

/**
 * Reads a world on the way that a user's files take: policies and objects from one file, the pods from an inventory, as
 * `kubectl get pods -o yaml` would give them. Documents that the engine did not put in force are left out.
 */
export function readWorld(world: RecordedWorld, tiers: readonly CalicoTier[] = []): ReadWorld {
  const findings: Diagnostic[] = [];
  const text = withoutRefused(world.manifests, world.refused ?? []);
  const { set, snapshot } = readSources(
    {
      files: [{ name: "world.yaml", text }],
      inventory: [{ name: "pods.json", text: podList(world.pods) }],
      unreadable: [],
    },
    {
      defaultNamespace: "default",
      facts: { knownNamespaces: new Map(), podCidrs: [], targetPodCidrs: [] },
      tiers,
      from: undefined,
    },
    (finding) => {
      findings.push(finding);
    },
  );
  const known = new Map(snapshot.pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod]));
  const accounts = new Map(
    snapshot.accounts.map(({ namespace, name, labels }) => [`${namespace}/${name}`, labels]),
  );
  const endpointOf = (pod: KnownPod, address: bigint): PodEndpoint => ({
    kind: "pod",
    namespace: pod.namespace,
    namespaceLabels: {
      ...snapshot.namespaces.get(pod.namespace)?.labels,
      [METADATA_NAME]: pod.namespace,
    },
    labels: pod.labels,
    account: {
      name: pod.account,
      labels: accounts.get(`${pod.namespace}/${pod.account}`) ?? {},
    },
    address,
    ports: pod.ports,
  });

  const made = new Map<number, Endpoint>();
  const endpoint = (index: number, family: number): Endpoint => {
    const key = index * 10 + family;
    const before = made.get(key);
    if (before !== undefined) return before;
    const recorded = world.pods[index];
    let found: Endpoint;
    if (recorded === undefined) {
      const external = world.externals[index - world.pods.length];
      if (external === undefined) throw new Error(`no endpoint ${String(index)}`);
      found = { kind: "address", address: addressOf(external.address) };
    } else {
      const pod = known.get(`${recorded.namespace}/${recorded.name}`);
      const address = pod?.addresses.find((one) => isOf(one, family));
      if (pod === undefined || address === undefined) {
        throw new Error(`${recorded.id} was not read with an address of IPv${String(family)}`);
      }
      found = endpointOf(pod, address);
    }
    made.set(key, found);
    return found;
  };
  const errors = findings.filter(({ severity }) => severity === "error").map(({ code }) => code);
  return { set, errors: [...new Set(errors)].sort(), endpoint };
}

/** The codes of errors that our readers find in one of a world's documents. */
export function errorsOf(world: RecordedWorld, refused: RefusedDocument): readonly string[] {
  const text = documents(world.manifests).filter((one) => isDocument(one, refused));
  if (text.length !== 1) throw new Error(`${world.name} has not one ${refused.name}`);
  return readWorld({ ...world, manifests: text.join("---\n"), pods: [], refused: [] }).errors;
}

/** The flow of a row. */
export function flowOf(
  row: readonly number[],
  column: (row: readonly number[], name: string) => number,
  endpoint: ReadWorld["endpoint"],
): Flow {
  const family = column(row, "family");
  const subject = endpoint(column(row, "subject"), family);
  if (subject.kind !== "pod") throw new Error("the subject of a flow is no pod");
  const protocol = column(row, "protocol");
  const isIcmp = protocol === 1 || protocol === 58;
  const sourcePort = column(row, "srcPort");
  return {
    direction: column(row, "direction") === 0 ? "ingress" : "egress",
    subject,
    peer: endpoint(column(row, "peer"), family),
    protocol,
    value: isIcmp
      ? column(row, "icmpType") * 256 + column(row, "icmpCode")
      : Math.max(0, column(row, "dstPort")),
    ...(sourcePort < 0 ? {} : { sourcePort }),
  };
}

function addressOf(text: string): bigint {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
}

function isOf(address: bigint, family: number): boolean {
  return addressSetContains(ALL_IPV4, address) === (family === 4);
}

function documents(manifests: string): readonly string[] {
  return manifests.split(/^---\n/m);
}

export function withoutRefused(manifests: string, refused: readonly RefusedDocument[]): string {
  if (refused.length === 0) return manifests;
  return documents(manifests)
    .filter((text) => !refused.some((one) => isDocument(text, one)))
    .join("---\n");
}

function isDocument(text: string, { apiVersion, kind, namespace, name }: RefusedDocument): boolean {
  const read = load(text) as {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string };
  };
  return (
    read.apiVersion === apiVersion &&
    read.kind === kind &&
    read.metadata.name === name &&
    read.metadata.namespace === namespace
  );
}

export function podList(pods: readonly RecordedPod[]): string {
  const items = pods.map(({ namespace, name, labels, serviceAccount, addresses, ports = [] }) => {
    const containerOf = (init: boolean): object => ({
      name: init ? "before" : "main",
      // Init containers that go on running are those whose ports can be called.
      ...(init ? { restartPolicy: "Always" } : {}),
      ports: ports
        .filter((port) => (port.init === true) === init)
        .map(({ name: called, protocol, port }) => ({
          name: called,
          protocol,
          containerPort: port,
        })),
    });
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { namespace, name, labels: labels ?? {} },
      spec: {
        nodeName: "n1",
        serviceAccountName: serviceAccount ?? "default",
        containers: [containerOf(false)],
        initContainers: [containerOf(true)],
      },
      status: { phase: "Running", podIPs: addresses.map((ip) => ({ ip })) },
    };
  });
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}
