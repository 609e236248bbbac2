import { compareText } from "../../base/compare.ts";
import type { Report } from "../../diagnostics/diagnostic.ts";
import type { SourcePlace } from "../../diagnostics/source-range.ts";
import type { AssumptionCode } from "../../ir/assumption.ts";
import type { PortNaming, Rule, TrafficPredicate } from "../../ir/policy.ts";
import {
  ANY_ADDRESS,
  NO_ADDRESS,
  unionOfAddresses,
  type AddressSet,
} from "../../sets/address-set.ts";
import { ANY_PEER, intersectPeers, type PeerBox, type PodBox } from "../../sets/box.ts";
import { intersectTraffic } from "../../sets/traffic-set.ts";
import { ruleAddresses, writtenBlocks } from "./interpret-addresses.ts";
import {
  hasSelectors,
  restrictPeers,
  type EndUse,
  type PeerInterpreter,
} from "./interpret-peer.ts";
import { RuleRemarks } from "./interpret-rule-parts.ts";
import type { ServiceEndpoints, ServiceIndex } from "./interpret-service.ts";
import { holdsNames, nameTexts, namesOf, ruleTraffic } from "./interpret-traffic.ts";
import { reportImpossibleValues } from "./interpret-values.ts";
import type { CalicoRule, EntityRule } from "./model.ts";

const NO_ASSUMPTIONS: readonly AssumptionCode[] = [];
const SET_CONTENTS: readonly AssumptionCode[] = ["set-contents"];
/**
 * Calico takes a name for every port that a pod gives it, of init containers too; the VPC CNI's controller for the first one
 * of its protocol among the ordinary containers. (amazon-network-policy-controller-k8s: pkg/k8s/pod_utils.go)
 */
export const PORT_NAMES: readonly AssumptionCode[] = ["port-names-found"];

function assumed(hasNames: boolean, hasSets: boolean): readonly AssumptionCode[] {
  if (!hasNames) return hasSets ? SET_CONTENTS : NO_ASSUMPTIONS;
  return hasSets ? [...SET_CONTENTS, ...PORT_NAMES] : PORT_NAMES;
}

export interface RuleContext {
  readonly peers: PeerInterpreter;
  readonly services: ServiceIndex;
  readonly report: Report;
}

/** The meaning of one rule of a policy in `namespace`, or of a global policy. */
export function interpretRule(
  rule: CalicoRule,
  namespace: string | undefined,
  context: RuleContext,
): Rule {
  const { origin, action } = rule;
  const ingress = origin.direction === "ingress";
  const remarks = new RuleRemarks(rule, namespace, action === "log" ? undefined : context.report);
  const peerEnd = ingress ? "source" : "destination";
  const ownEnd = ingress ? "destination" : "source";
  const peerEntity = rule[peerEnd];
  const ownEntity = rule[ownEnd];
  const addresses = ruleAddresses(rule);
  const namingOf = (end: "source" | "destination"): PortNaming | undefined => {
    const names = nameTexts(rule[end]);
    // What host endpoints call their ports matters at the other end alone: the own one is a pod.
    return names.size === 0
      ? undefined
      : context.peers.naming(
          rule[end],
          namespace,
          names,
          end === peerEnd ? addresses[end] : NO_ADDRESS,
        );
  };
  const naming = { source: namingOf("source"), destination: namingOf("destination") };
  const use = (end: "source" | "destination"): EndUse => ({
    action,
    namespace,
    own: end === ownEnd,
    egressDestination: !ingress && end === "destination",
    names: namesOf(rule[end]),
    naming: naming[end],
    namesHeld: end === "source" || holdsNames(rule, naming.destination),
    place: rule[end].place ?? origin.place,
    end,
  });
  const endpoints = (end: "source" | "destination", within: AddressSet): readonly PeerBox[] => {
    const entity = rule[end];
    if (!hasSelectors(entity)) return restrictPeers(ANY_PEER, within);
    reportImpossibleValues(entity, entity.place ?? origin.place, context.report);
    return context.peers.endpoints(entity, within, use(end), remarks);
  };

  // A domain list is a condition that nobody can check. Should it stand beside `nets` it may add to them: then the upper
  // bound is every address of the family.
  let peer = endpoints(
    peerEnd,
    peerEntity.domains.length > 0 ? addresses.families : addresses[peerEnd],
  );
  // The peer carries the family of the flow, so the own side is restricted by nets of its own alone.
  const ownNets = ownEntity.nets.length > 0 || ownEntity.notNets.length > 0;
  const own = endpoints(ownEnd, ownNets ? addresses[ownEnd] : ANY_ADDRESS);
  let traffic = ruleTraffic(rule, naming, remarks);
  if (!ingress && namesOf(peerEntity) === "only" && holdsNames(rule, naming.destination)) {
    peer = atNamedHosts(peer, naming.destination);
  }

  if (peerEntity.services !== undefined) {
    const found = serviceEndpoints(peerEntity, use(peerEnd), namespace, context, remarks);
    if (found !== undefined) {
      peer = intersectPeerLists(peer, restrictPeers(found.peers, addresses.families));
      if (!ingress) traffic = withServicePorts(traffic, found);
    }
  }
  if (ownEntity.services !== undefined) {
    remarks.unknown("CAL-R111", `${ownEnd}.services ${ownEntity.services.name}`, use(ownEnd).place);
  }
  otherConditions(rule, remarks);

  const subjectOnly =
    own === ANY_PEER ? undefined : own.filter((box): box is PodBox => box.kind === "pod");
  const blocks = writtenBlocks(peerEntity, addresses.families);
  const interpreted: { -readonly [Key in keyof Rule]: Rule[Key] } = {
    action,
    origin,
    peer,
    traffic,
    opaque: remarks.opaque,
    assumptions: assumed(action !== "deny" && traffic.named.length > 0, remarks.setContents),
  };
  if (subjectOnly !== undefined) interpreted.subjectOnly = subjectOnly;
  if (blocks !== undefined) interpreted.blocks = blocks;
  if (remarks.unsaid.length > 0) interpreted.unsaid = remarks.unsaid;
  return interpreted;
}

function intersectPeerLists(a: readonly PeerBox[], b: readonly PeerBox[]): readonly PeerBox[] {
  if (a === ANY_PEER) return b;
  return a.flatMap((left) =>
    b.flatMap((right) => {
      const both = intersectPeers(left, right);
      return both === undefined ? [] : [both];
    }),
  );
}

/** Undefined where nothing is known; the condition is then opaque. */
function serviceEndpoints(
  entity: EntityRule,
  use: EndUse,
  policyNamespace: string | undefined,
  context: RuleContext,
  remarks: RuleRemarks,
): ServiceEndpoints | undefined {
  const { services } = entity;
  if (services === undefined) return undefined;
  const given =
    services.namespace === undefined || services.namespace === "" ? undefined : services.namespace;
  const namespace = given ?? policyNamespace;
  const name = namespace === undefined ? services.name : `${namespace}/${services.name}`;
  const what = `${use.end}.services ${name}`;
  if (given === undefined)
    remarks.unknown("CAL-R109", `${use.end}.services ${services.name}`, use.place);
  const found =
    namespace === undefined
      ? undefined
      : context.services.endpoints(namespace, services.name, use.action === "allow");
  if (found === undefined) {
    if (given !== undefined) remarks.unknown("CAL-R108", what, use.place);
    return undefined;
  }
  if (found.uneven && use.egressDestination) remarks.unknown("CAL-R110", what, use.place);
  if (found.leftOut || (found.fewerPorts && use.egressDestination))
    remarks.leftOut("CAL-R110", what, use.place);
  remarks.setContents = true;
  return found;
}

/** A service's own ports stand for `destination.ports`, which cannot be given beside it; the protocol holds too. */
function withServicePorts(traffic: TrafficPredicate, service: ServiceEndpoints): TrafficPredicate {
  return {
    numbers: intersectTraffic(traffic.numbers, service.numbers),
    named: service.named.flatMap(({ name, protocols }) => {
      const both = intersectTraffic(traffic.numbers, protocols);
      return both.ranges.length === 0 ? [] : [{ name, protocols: both }];
    }),
  };
}

/** Where a rule asks for named ports alone, an address that is no pod's matches as a host endpoint's, if at all. */
function atNamedHosts(peer: readonly PeerBox[], { hosts }: PortNaming): readonly PeerBox[] {
  const addresses = unionOfAddresses(hosts.map((host) => host.addresses));
  return [
    ...peer.filter((box) => box.kind === "pod"),
    ...restrictPeers(
      peer.filter((box) => box.kind === "address"),
      addresses,
    ),
  ];
}

function otherConditions(rule: CalicoRule, remarks: RuleRemarks): void {
  const place: SourcePlace = rule.origin.place;
  if (rule.http !== undefined) {
    const { words, whole } = rule.http;
    remarks.unknown("CAL-R103", words, place, whole);
  }
  for (const end of ["source", "destination"] as const) {
    const { domains, nets, notNets, place: at } = rule[end];
    if (domains.length === 0) continue;
    const shown = domains.slice(0, 5).join(", ") + (domains.length > 5 ? ", ..." : "");
    const texts = [nets, notNets].map((list) => list.map(({ text }) => text));
    const whole = JSON.stringify([end, [...domains].sort(compareText), ...texts]);
    remarks.unknown("CAL-R104", `${end}.domains ${shown}`, at ?? place, whole);
  }
  for (const field of rule.unknownFields) remarks.unknownField(field, rule.written);
}
