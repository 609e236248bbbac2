import type { NamedPort, TrafficPredicate } from "../../ir/policy.ts";
import {
  ANY_TRAFFIC,
  NO_TRAFFIC,
  SCTP,
  TCP,
  UDP,
  type PortProtocol,
  type TrafficSet,
  portTraffic,
  protocolTraffic,
  unionTraffic,
  unionOfTraffic,
} from "../../sets/traffic-set.ts";
import { compareBy } from "../../base/compare.ts";
import { kubernetesDiagnostics } from "./diagnostics.ts";
import { type Findings, type Path, asMapping, quoted } from "./findings.ts";
import { isPortName } from "./syntax.ts";

const EVERYTHING: TrafficPredicate = { numbers: ANY_TRAFFIC, named: [] };

function readProtocol(value: unknown, path: Path, findings: Findings): PortProtocol | undefined {
  switch (value) {
    // Defaulted by the API server, and stored so.
    case undefined:
    case null:
    case "TCP":
      return TCP;
    case "UDP":
      return UDP;
    case "SCTP":
      return SCTP;
    default: {
      const at = findings.at(path);
      findings.add(kubernetesDiagnostics.create("K8S-R001", { at, protocol: quoted(value) }));
      return undefined;
    }
  }
}

function isPortNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65535;
}

function refusePortName(port: string, path: Path, findings: Findings): void {
  const at = findings.at(path);
  const code = /^[0-9]+$/.test(port) ? "K8S-R003" : "K8S-R004";
  findings.add(kubernetesDiagnostics.create(code, { at, port: quoted(port) }));
}

/** One entry of `ports`: numbers, or the name of a port. Undefined if the API server would refuse it. */
function readPort(
  value: unknown,
  path: Path,
  findings: Findings,
): TrafficSet | NamedPort | undefined {
  const entry = asMapping(value) ?? {};
  const protocol = readProtocol(entry["protocol"], [...path, "protocol"], findings);
  const port = entry["port"] ?? undefined;
  const endPort = entry["endPort"] ?? undefined;
  const portPath = [...path, "port"];
  const endPath = [...path, "endPort"];
  if (endPort !== undefined && !isPortNumber(endPort)) {
    findings.add(
      kubernetesDiagnostics.create("K8S-R002", { at: findings.at(endPath), port: quoted(endPort) }),
    );
    return undefined;
  }
  if (port === undefined) {
    if (endPort !== undefined)
      findings.add(kubernetesDiagnostics.create("K8S-R005", { at: findings.at(endPath) }));
    return protocol === undefined ? undefined : protocolTraffic(protocol);
  }
  if (typeof port === "string") {
    if (!isPortName(port)) refusePortName(port, portPath, findings);
    else if (endPort !== undefined) {
      findings.add(kubernetesDiagnostics.create("K8S-R006", { at: findings.at(endPath), port }));
    }
    return protocol === undefined
      ? undefined
      : { name: port, protocols: protocolTraffic(protocol) };
  }
  if (!isPortNumber(port)) {
    findings.add(
      kubernetesDiagnostics.create("K8S-R002", { at: findings.at(portPath), port: quoted(port) }),
    );
    return undefined;
  }
  if (endPort !== undefined && endPort < port) {
    findings.add(
      kubernetesDiagnostics.create("K8S-R007", { at: findings.at(endPath), port, endPort }),
    );
    return undefined;
  }
  return protocol === undefined
    ? undefined
    : portTraffic(protocol, [{ first: port, last: endPort ?? port }]);
}

/** Reads a list of ports: any of them may match. An empty or absent list is any traffic, ICMP too. */
export function readPorts(
  items: readonly unknown[] | undefined,
  path: Path,
  findings: Findings,
): TrafficPredicate {
  if (items === undefined || items.length === 0) return EVERYTHING;
  const numbers: TrafficSet[] = [];
  const named = new Map<string, NamedPort>();
  for (const [index, item] of items.entries()) {
    if (item === null) {
      const at = findings.at([...path, index]);
      findings.add(
        kubernetesDiagnostics.create("K8S-R011", {
          at,
          what: "port",
          meaning: "allows every TCP port",
        }),
      );
    }
    const port = readPort(item, [...path, index], findings);
    if (port === undefined) continue;
    if (!("name" in port)) {
      numbers.push(port);
      continue;
    }
    const same = named.get(port.name);
    const protocols =
      same === undefined ? port.protocols : unionTraffic(same.protocols, port.protocols);
    named.set(port.name, { name: port.name, protocols });
  }
  const [only] = numbers;
  return {
    numbers:
      only === undefined ? NO_TRAFFIC : numbers.length === 1 ? only : unionOfTraffic(numbers),
    named: [...named.values()].sort(compareBy(({ name }) => name)),
  };
}
