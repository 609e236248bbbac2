import type { Endpoint, Flow, PodEndpoint } from "../../src/ir/flow.ts";
import { SCTP, TCP, UDP } from "../../src/sets/traffic-set.ts";
import type { Row } from "./world-rows.ts";
import type { AddressChoice, End, NamespaceChoice, Space } from "./world-space.ts";

/** One connection as it is before and after the switch. They differ only where pods get other addresses. */
export interface FlowPair {
  readonly source: Flow;
  readonly target: Flow;
}

export function flowPair(space: Space, row: Row): FlowPair {
  const chosen = new Map<string, unknown>();
  for (const [index, { name, choices }] of space.factors.entries()) {
    chosen.set(name, choices[row[index] ?? 0]);
  }
  const point = chosen.get("traffic") as number;
  const protocol = Math.floor(point / 65536);
  const value = point % 65536;
  const ports = protocol === TCP || protocol === UDP || protocol === SCTP;
  const sourcePort = ports ? (chosen.get("source port") as number) : undefined;

  // The names that each end gives to the flow's port at that end.
  const destination: End = space.direction === "ingress" ? "subject" : "peer";
  const portsOf = (end: End): PodEndpoint["ports"] => {
    if (!ports) return [];
    const port = end === destination ? value : sourcePort;
    if (port === undefined) return [];
    const names = chosen.get(end === destination ? "names" : "source names") as readonly string[];
    return names.map((name) => ({ name, protocol, port }));
  };

  const subjectNamespace = chosen.get("subject namespace") as NamespaceChoice;
  const subjectLabels = namespaceLabels("subject", subjectNamespace, space, chosen);
  const build = (when: "before" | "after"): Flow => {
    const address = (end: End): bigint => (chosen.get(`${end} address`) as AddressChoice)[when];
    const subject = podOf(
      "subject",
      subjectNamespace.name,
      subjectLabels,
      address("subject"),
      portsOf("subject"),
      space,
      chosen,
    );
    let peer: Endpoint;
    if (space.external) {
      peer = { kind: "address", address: address("peer") };
    } else {
      const namespace = chosen.get("peer namespace") as NamespaceChoice;
      // One namespace has one set of labels, whichever end its pod is on.
      const labels =
        namespace.name === subjectNamespace.name
          ? subjectLabels
          : namespaceLabels("peer", namespace, space, chosen);
      peer = podOf("peer", namespace.name, labels, address("peer"), portsOf("peer"), space, chosen);
    }
    return {
      direction: space.direction,
      subject,
      peer,
      protocol,
      value,
      ...(sourcePort === undefined ? {} : { sourcePort }),
    };
  };
  const source = build("before");
  const same = sameChoice(chosen.get("subject address")) && sameChoice(chosen.get("peer address"));
  return { source, target: same ? source : build("after") };
}

function sameChoice(choice: unknown): boolean {
  const { before, after } = choice as AddressChoice;
  return before === after;
}

function labelsWith(
  prefix: string,
  end: End,
  space: Space,
  chosen: ReadonlyMap<string, unknown>,
): Record<string, string> {
  const labels: Record<string, string> = {};
  const start = `${end} ${prefix}`;
  for (const { name } of space.factors) {
    if (!name.startsWith(start)) continue;
    const value = chosen.get(name) as string | undefined;
    if (value === undefined) continue;
    Object.defineProperty(labels, name.slice(start.length), {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return labels;
}

function namespaceLabels(
  end: End,
  namespace: NamespaceChoice,
  space: Space,
  chosen: ReadonlyMap<string, unknown>,
): Readonly<Record<string, string>> {
  return (
    namespace.labels ?? {
      ...labelsWith("namespace:", end, space, chosen),
      "kubernetes.io/metadata.name": namespace.name,
    }
  );
}

function podOf(
  end: End,
  namespace: string,
  ofNamespace: Readonly<Record<string, string>>,
  address: bigint,
  ports: PodEndpoint["ports"],
  space: Space,
  chosen: ReadonlyMap<string, unknown>,
): PodEndpoint {
  const { "@name": name = "default", ...labels } = labelsWith("account:", end, space, chosen);
  return {
    kind: "pod",
    namespace,
    namespaceLabels: ofNamespace,
    labels: labelsWith("pod:", end, space, chosen),
    account: { name, labels },
    address,
    ports,
  };
}
