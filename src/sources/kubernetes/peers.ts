import type { OpaqueCondition } from "../../ir/policy.ts";
import { ANY_ADDRESS } from "../../sets/address-set.ts";
import { ANY_PEER, type PeerBox } from "../../sets/box.ts";
import {
  ANY_CUBE,
  type Cube,
  type LabelConstraint,
  NAMESPACE_NAME,
  cube,
} from "../../sets/cube.ts";
import { labelIn } from "../../sets/label-set.ts";
import { kubernetesDiagnostics } from "./diagnostics.ts";
import { type Findings, type Mapping, type Path, asList, asMapping } from "./findings.ts";
import { readIpBlock } from "./ip-block.ts";
import { readLabelSelector } from "./label-selector.ts";

/** All that the parts of one policy are read with. */
export interface Scope {
  readonly findings: Findings;
  readonly namespace: string;
  readonly ipBlockMatchesPods: "yes" | "no";
}

/** Pods of one namespace for which the constraints hold; undefined when they contradict each other. */
export function podsOf(
  namespace: string,
  constraints: readonly LabelConstraint[],
): Cube | undefined {
  return cube([{ key: NAMESPACE_NAME, set: labelIn([namespace]) }, ...constraints]);
}

/** One peer. `undefined`: the API server would refuse it, or it matches nothing. */
function readPeer(
  value: unknown,
  path: Path,
  opaque: OpaqueCondition[],
  { findings, namespace, ipBlockMatchesPods }: Scope,
): readonly PeerBox[] | undefined {
  const peer = asMapping(value) ?? {};
  const pods = asMapping(peer["podSelector"]);
  const namespaces = asMapping(peer["namespaceSelector"]);
  const block = asMapping(peer["ipBlock"]);
  if (block !== undefined) {
    if (pods !== undefined || namespaces !== undefined) {
      findings.add(kubernetesDiagnostics.create("K8S-R009", { at: findings.at(path) }));
    }
    const read = readIpBlock(block, [...path, "ipBlock"], findings);
    if (read === undefined) return undefined;
    for (const cidr of read.disputed) {
      opaque.push({ kind: "unknown", code: "K8S-N006", what: `ipBlock ${cidr}`, same: cidr });
    }
    const { addresses } = read;
    // Excepts may leave nothing: `10.0.0.0/30` without its two halves.
    if (addresses.ranges.length === 0) return [];
    const outside: PeerBox = { kind: "address", addresses };
    return ipBlockMatchesPods === "no"
      ? [outside]
      : [{ kind: "pod", labels: ANY_CUBE, addresses }, outside];
  }
  if (pods === undefined && namespaces === undefined) {
    findings.add(kubernetesDiagnostics.create("K8S-R008", { at: findings.at(path) }));
    return undefined;
  }
  const podConstraints = readLabelSelector(pods, "pod", [...path, "podSelector"], findings);
  const labels =
    namespaces === undefined
      ? podsOf(namespace, podConstraints)
      : cube([
          ...readLabelSelector(namespaces, "namespace", [...path, "namespaceSelector"], findings),
          ...podConstraints,
        ]);
  return labels === undefined ? [] : [{ kind: "pod", labels, addresses: ANY_ADDRESS }];
}

export function warnOfEmptyList(
  field: string,
  meaning: string,
  path: Path,
  findings: Findings,
): void {
  const at = findings.at([...path, field], "key");
  findings.add(kubernetesDiagnostics.create("K8S-R012", { at, field, meaning }));
}

/** The peers of a rule: any of them may match. An empty or absent list is every peer. */
export function readPeers(
  rule: Mapping,
  field: "from" | "to",
  path: Path,
  opaque: OpaqueCondition[],
  scope: Scope,
): readonly PeerBox[] {
  const items = asList(rule[field]);
  if (items?.length === 0) warnOfEmptyList(field, "every peer", path, scope.findings);
  if (items === undefined || items.length === 0) return ANY_PEER;
  const boxes: PeerBox[] = [];
  for (const [index, item] of items.entries()) {
    boxes.push(...(readPeer(item, [...path, field, index], opaque, scope) ?? []));
  }
  return boxes;
}
