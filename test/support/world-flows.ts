import type { Flow, PodEndpoint } from "../../src/ir/flow.ts";
import { SCTP, TCP, UDP } from "../../src/sets/traffic-set.ts";
import type { Row } from "./world-rows.ts";
import type { AddressChoice, End, NamespaceChoice, Space } from "./world-space.ts";

/** One connection as it is before and after the switch. They differ only where pods get other addresses. */
export interface FlowPair {
  readonly source: Flow;
  readonly target: Flow;
}

/** Makes the flows of a space. Which choice stands where in a row is found out once, for there are many rows. */
export function flowsOf(space: Space): (row: Row) => FlowPair {
  const at = new Map(space.factors.map(({ name }, index) => [name, index]));
  /** What a row says of a factor. */
  const reader = (name: string): ((row: Row) => unknown) => {
    const index = at.get(name) ?? -1;
    const choices = space.factors[index]?.choices ?? [];
    return (row) => choices[row[index] ?? 0];
  };
  const traffic = reader("traffic") as (row: Row) => number;
  const sourcePortOf = reader("source port") as (row: Row) => number;
  const names = reader("names") as (row: Row) => readonly string[];
  const sourceNames = reader("source names") as (row: Row) => readonly string[];
  const subject = endReader("subject", space, reader);
  const peer = endReader("peer", space, reader);
  const { direction, external } = space;

  return (row) => {
    const point = traffic(row);
    const protocol = Math.floor(point / 65536);
    const value = point % 65536;
    const hasPorts = protocol === TCP || protocol === UDP || protocol === SCTP;
    const sourcePort = hasPorts ? sourcePortOf(row) : undefined;

    // The names that each end gives to the flow's port at that end.
    const destinationPorts = hasPorts
      ? names(row).map((name) => ({ name, protocol, port: value }))
      : [];
    const sourcePorts =
      sourcePort === undefined
        ? []
        : sourceNames(row).map((name) => ({ name, protocol, port: sourcePort }));
    const isIngress = direction === "ingress";
    const subjectPorts = isIngress ? destinationPorts : sourcePorts;
    const peerPorts = isIngress ? sourcePorts : destinationPorts;

    const subjectNamespace = subject.namespace(row);
    const subjectLabels = subject.namespaceLabels(row, subjectNamespace);
    const peerNamespace = external ? undefined : peer.namespace(row);
    // One namespace has one set of labels, whichever end its pod is on.
    const peerLabels =
      peerNamespace === undefined || peerNamespace.name === subjectNamespace.name
        ? subjectLabels
        : peer.namespaceLabels(row, peerNamespace);
    const subjectAddress = subject.address(row);
    const peerAddress = peer.address(row);
    const build = (when: "before" | "after"): Flow => {
      const address = peerAddress[when];
      const flow: Flow = {
        direction,
        subject: subject.pod(
          row,
          subjectNamespace.name,
          subjectLabels,
          subjectAddress[when],
          subjectPorts,
        ),
        peer:
          peerNamespace === undefined
            ? { kind: "address", address }
            : peer.pod(row, peerNamespace.name, peerLabels, address, peerPorts),
        protocol,
        value,
      };
      return sourcePort === undefined ? flow : { ...flow, sourcePort };
    };
    const source = build("before");
    const same = isSame(subjectAddress) && isSame(peerAddress);
    return { source, target: same ? source : build("after") };
  };
}

const isSame = ({ before, after }: AddressChoice): boolean => before === after;

type Labels = Readonly<Record<string, string>>;

interface EndReader {
  namespace(row: Row): NamespaceChoice;
  namespaceLabels(row: Row, namespace: NamespaceChoice): Labels;
  address(row: Row): AddressChoice;
  pod(
    row: Row,
    namespace: string,
    namespaceLabels: Labels,
    address: bigint,
    ports: PodEndpoint["ports"],
  ): PodEndpoint;
}

function endReader(
  end: End,
  space: Space,
  reader: (name: string) => (row: Row) => unknown,
): EndReader {
  const podLabels = labelReader(`${end} pod:`, space);
  const ofNamespace = labelReader(`${end} namespace:`, space);
  const ofAccount = labelReader(`${end} account:`, space);
  return {
    namespace: reader(`${end} namespace`) as (row: Row) => NamespaceChoice,
    namespaceLabels: (row, { name, labels }) =>
      labels ?? { ...ofNamespace(row), "kubernetes.io/metadata.name": name },
    address: reader(`${end} address`) as (row: Row) => AddressChoice,
    pod(row, namespace, namespaceLabels, address, ports) {
      const { "@name": name = "default", ...labels } = ofAccount(row);
      return {
        kind: "pod",
        namespace,
        namespaceLabels,
        labels: podLabels(row),
        account: { name, labels },
        address,
        ports,
      };
    },
  };
}

/** Reads the labels whose factors are called like this, with their names after it. */
function labelReader(prefix: string, space: Space): (row: Row) => Record<string, string> {
  const factors = space.factors.flatMap(({ name, choices }, index) =>
    name.startsWith(prefix) ? [{ index, choices, key: name.slice(prefix.length) }] : [],
  );
  return (row) => {
    const labels: Record<string, string> = {};
    for (const { index, choices, key } of factors) {
      const value = choices[row[index] ?? 0] as string | undefined;
      if (value === undefined) continue;
      if (key === "__proto__") {
        // An assignment would set the prototype.
        Object.defineProperty(labels, key, { value, enumerable: true });
      } else labels[key] = value;
    }
    return labels;
  };
}
