import type { Flow } from "../../src/ir/flow.ts";
import { addressSetContains } from "../../src/sets/address-set.ts";
import { cubeContains } from "../../src/sets/cube.ts";
import { trafficContains, trafficPoint } from "../../src/sets/traffic-set.ts";
import type { Change, ChangedFlows } from "../../src/verify/changes.ts";
import { labelsOf } from "../../src/verify/evaluate.ts";
import type { Fact } from "../../src/verify/facts.ts";
import type { Region } from "../../src/verify/region.ts";
import type { FlowPair } from "./world-flows.ts";

/* Whether a statement is about a flow, asked pointwise: none of the code that makes statements is used. */

const hasPorts = (protocol: number): boolean => [6, 17, 132].includes(protocol);

export function isAbout(change: Change, flows: ChangedFlows, pair: FlowPair): boolean {
  const { scope, pods, direction } = change;
  const { subject } = pair.source;
  if (direction !== pair.source.direction) return false;
  const inScope =
    scope.name === undefined
      ? cubeContains(scope.others, labelsOf(subject))
      : scope.name === subject.namespace;
  if (!inScope || !pods.some((one) => cubeContains(one, labelsOf(subject)))) return false;
  const { ends, except } = flows;
  return (
    ends.some((region) => isIn(region, pair)) && !except.flat().some((region) => isIn(region, pair))
  );
}

function isIn(region: Region, { source, target }: FlowPair): boolean {
  const { peer, subject, protocol, value, sourcePort } = source;
  // An exception may be about some of the pods alone.
  if (!cubeContains(region.subject, labelsOf(subject))) return false;
  if ((region.peer === undefined) !== (peer.kind === "address")) return false;
  if (region.peer !== undefined && peer.kind === "pod") {
    if (!cubeContains(region.peer, labelsOf(peer))) return false;
  }
  const point = trafficPoint(protocol, value);
  return (
    addressSetContains(region.peerAt, peer.address) &&
    addressSetContains(region.subjectAt, subject.address) &&
    addressSetContains(region.peerAfter, target.peer.address) &&
    addressSetContains(region.subjectAfter, target.subject.address) &&
    trafficContains(region.traffic, point) &&
    (sourcePort === undefined ||
      trafficContains(region.sourcePorts, trafficPoint(6, sourcePort))) &&
    region.facts.every((fact) => holds(fact, source) === fact.holds)
  );
}

function holds({ variable }: Fact, flow: Flow): boolean {
  if (variable.kind === "unknown") throw new Error("nobody knows whether this holds");
  const endpoint = flow[variable.end];
  const port = variable.of === "destination" ? flow.value : flow.sourcePort;
  return (
    hasPorts(flow.protocol) &&
    endpoint.kind === "pod" &&
    endpoint.ports.some(
      (one) => one.name === variable.name && one.protocol === flow.protocol && one.port === port,
    )
  );
}
