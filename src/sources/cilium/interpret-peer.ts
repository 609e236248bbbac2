import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { ruleName, type RuleOrigin } from "../../ir/origin.ts";
import type { Direction } from "../../ir/policy.ts";
import { ALL_IPV4, ALL_IPV6, ANY_ADDRESS, unionOfAddresses } from "../../sets/address-set.ts";
import { ANY_PEER, type PeerBox } from "../../sets/box.ts";
import { ANY_CUBE } from "../../sets/cube.ts";
import type { AddressFacts } from "./addresses.ts";
import type { CidrInterpreter } from "./interpret-cidr.ts";
import { ciliumMeaningDiagnostics, unseenLabel } from "./interpret-diagnostics.ts";
import {
  asksFor,
  CLUSTER_LABEL,
  holdsOfReserved,
  peerTerms,
  type LabelReader,
} from "./interpret-labels.ts";
import type { NodeFinder } from "./interpret-nodes.ts";
import type { PeerPart, Peers, Remarks } from "./interpret-parts.ts";
import type { ServiceInterpreter } from "./interpret-service.ts";
import type { Entity, LabelTerm, PeerMembers } from "./model.ts";
import { ENTITIES } from "./model.ts";
import { listed } from "./ports.ts";
import type { Settings } from "./settings.ts";

/** What the peers of all rules are read with. */
export interface PeerContext {
  readonly settings: Settings;
  readonly labels: LabelReader;
  readonly addresses: AddressFacts;
  readonly cidrs: CidrInterpreter;
  readonly services: ServiceInterpreter;
  readonly nodes: NodeFinder;
}

/** Which rule is read. */
export interface PeerUse {
  /** The namespace of the policy; undefined for cluster-wide ones. */
  readonly namespace: string | undefined;
  readonly direction: Direction;
  /** Whether the rule stands in `ingressDeny` or `egressDeny`. */
  readonly isDeny: boolean;
  /** Whether the rule restricts protocols or ports. */
  readonly hasTraffic: boolean;
  /** Entities that rules for the same pods and traffic allow, this one among them, each with the first that does. */
  readonly together: ReadonlyMap<Entity, RuleOrigin>;
}

const ALL_PODS: PeerBox = { kind: "pod", labels: ANY_CUBE, addresses: ANY_ADDRESS };
const ALL_ADDRESSES: PeerBox = { kind: "address", addresses: ANY_ADDRESS };
const NOBODY: Peers = { parts: [] };
const ANYBODY: Peers = { parts: [{ boxes: ANY_PEER }] };

/**
 * The peers of a rule: any where no member is given; none where a list is empty; else those of the one that has items.
 * (cilium: pkg/policy/utils/parserules.go `mergeEndpointSelectors`)
 */
export function interpretPeers(
  members: PeerMembers,
  use: PeerUse,
  context: PeerContext,
  remarks: Remarks,
): Peers {
  const { endpoints, cidrs, cidrSet, entities, nodes, groups, services, fqdns } = members;
  const empty = [endpoints, cidrs, cidrSet, entities, nodes].find((list) => list?.length === 0);
  if (empty !== undefined) {
    const code = use.hasTraffic ? "CIL-R115" : "CIL-R113";
    remarks.note(ciliumMeaningDiagnostics.create(code, { at: remarks.place }));
    return NOBODY;
  }
  if (endpoints !== undefined) return selected(endpoints, use, context, remarks);
  if (entities !== undefined) return ofEntities(entities, use, context, remarks);
  if (cidrs !== undefined) return context.cidrs.cidrs(cidrs, remarks);
  if (cidrSet !== undefined) return context.cidrs.cidrSet(cidrSet, remarks);
  if (nodes !== undefined) {
    return { parts: selectedNodes(nodes, context, remarks) };
  }
  if (fqdns !== undefined && fqdns.length > 0) {
    const condition = remarks.condition("CIL-R107", `toFQDNs ${listed(fqdns)}`);
    // Addresses of pods and nodes are never learnt for a name.
    return { parts: [{ boxes: [ALL_ADDRESSES], condition }] };
  }
  if (groups !== undefined && groups.length > 0) {
    const side = use.direction === "ingress" ? "fromGroups" : "toGroups";
    const what = `${side} ${listed(groups)}`;
    if (members.groupCidrs !== undefined) {
      remarks.assume(["set-contents"]);
      return context.cidrs.cidrSet(members.groupCidrs, remarks);
    }
    return { parts: remarks.missing("CIL-R108", what, [ALL_ADDRESSES]) };
  }
  if (services !== undefined && services.length > 0) {
    return { parts: context.services.peers(services, use, remarks) };
  }
  if (!use.hasTraffic) {
    remarks.note(ciliumMeaningDiagnostics.create("CIL-R113", { at: remarks.place }));
    return NOBODY;
  }
  // These three, alone among the members, count as absent when they are empty.
  if ((groups ?? services ?? fqdns) !== undefined) {
    remarks.note(ciliumMeaningDiagnostics.create("CIL-R114", { at: remarks.place }));
  }
  return ANYBODY;
}

function selectedNodes(
  selectors: readonly (readonly LabelTerm[])[],
  { nodes }: PeerContext,
  remarks: Remarks,
): readonly PeerPart[] {
  const found = selectors.map((terms) => nodes.select(terms));
  const addresses = unionOfAddresses(found.map((one) => one.addresses));
  remarks.assume(["set-contents"]);
  const boxes: readonly PeerBox[] =
    addresses.ranges.length === 0 ? [] : [{ kind: "address", addresses }];
  const open = found.every(({ isWhole }) => isWhole)
    ? []
    : remarks.missing("CIL-N102", "the addresses of these nodes", [ALL_ADDRESSES]);
  return [{ boxes }, ...open];
}

function selected(
  selectors: readonly (readonly LabelTerm[])[],
  use: PeerUse,
  context: PeerContext,
  remarks: Remarks,
): Peers {
  const parts = selectors.flatMap((terms) => ofSelector(terms, use, context, remarks));
  return { parts: joined(parts) };
}

/** The parts that surely match as one. */
function joined(parts: readonly PeerPart[]): readonly PeerPart[] {
  if (parts.length === 1) return parts;
  const sure = parts.filter(({ condition }) => condition === undefined);
  if (sure.some(({ boxes }) => boxes === ANY_PEER)) return ANYBODY.parts;
  const boxes = sure.flatMap((part) => part.boxes);
  const others = parts.filter(({ condition }) => condition !== undefined);
  return boxes.length === 0 ? others : [{ boxes }, ...others];
}

function ofSelector(
  written: readonly LabelTerm[],
  use: PeerUse,
  context: PeerContext,
  remarks: Remarks,
): readonly PeerPart[] {
  const entity = entityOf(written);
  if (entity !== undefined) return ofEntity(entity, use, context, remarks);
  for (const key of context.labels.unseen(written)) {
    remarks.note(unseenLabel("CIL-S101", key, remarks.place));
  }
  const terms = peerTerms(written, use.namespace);
  const pods = context.labels.peers(terms);
  const cluster = context.labels.openCluster(terms);
  if (cluster !== undefined) {
    const most: readonly PeerBox[] = pods?.boxes ?? [];
    return remarks.missing("CIL-S109", `pods of the cluster ${cluster}`, most);
  }
  const others = asksForPods(terms) ? [] : othersSelected(terms, context, remarks);
  return pods === undefined ? others : [pods, ...others];
}

/** The one reserved label that a selector asks for, as the entity of that name. */
function entityOf(terms: readonly LabelTerm[]): Entity | undefined {
  const [only] = terms;
  if (only?.source !== "reserved" || terms.length > 1) return undefined;
  const isAsked =
    only.operator === "Exists" || (only.operator === "In" && only.values.includes(""));
  // `reserved:world` is another matter where both IP families are in use.
  if (!isAsked || only.key === "world" || only.key === "all" || only.key.startsWith("cluster"))
    return undefined;
  return ENTITIES.find((entity) => entity === only.key);
}

/** True if a term holds of nothing but pods, as one sees without a closer look. */
function asksForPods(terms: readonly LabelTerm[]): boolean {
  return terms.some(
    ({ source, operator }) => source === "k8s" && (operator === "In" || operator === "Exists"),
  );
}

/**
 * What a selector matches besides pods. An identity without the labels of pods meets `NotIn` and `DoesNotExist`, so a
 * selector with no other terms on namespaces lets the world in, and nodes.
 */
function othersSelected(
  terms: readonly LabelTerm[],
  { settings, addresses }: PeerContext,
  remarks: Remarks,
): readonly PeerPart[] {
  const worlds =
    addresses.isDualStack === undefined
      ? [["world"], ["world-ipv4"], ["world-ipv6"]]
      : addresses.isDualStack
        ? [["world-ipv4"], ["world-ipv6"]]
        : [["world"]];
  const world = unanimous(terms, [...worlds, ...worlds.map((one) => [...one, "kube-apiserver"])]);
  const nodes = unanimous(terms, [["remote-node"], ["remote-node", "kube-apiserver"]]);
  if (world === false && nodes === false) return [];
  const isReserved = terms.some(({ source }) => source === "reserved");
  const isHeld = !isReserved && !asksFor(terms, CLUSTER_LABEL);
  if (isHeld && settings.localClusterOnly === true) {
    // Nodes have the cluster's label where they have labels at all. (cilium: pkg/node/manager/manager.go)
    const areLabelled = settings.has("node-selector-labels");
    return areLabelled && nodes === true ? remoteNodes(addresses, remarks) : [];
  }
  const what = isReserved
    ? "a selector on reserved labels"
    : "a selector with negative terms alone";
  const isOpen = isHeld && settings.localClusterOnly === undefined;
  if (isOpen || world === undefined || nodes === undefined) {
    const code = isReserved ? "CIL-S105" : "CIL-S104";
    return [{ boxes: [ALL_ADDRESSES], condition: remarks.condition(code, what) }];
  }
  if (world && nodes) return [{ boxes: [ALL_ADDRESSES] }];
  if (world) return outside(addresses, ANY_ADDRESS, remarks);
  return remoteNodes(addresses, remarks);
}

/** What holds of all of them; undefined where they differ. */
function unanimous(
  terms: readonly LabelTerm[],
  identities: readonly (readonly string[])[],
): boolean | undefined {
  const answers = new Set(identities.map((reserved) => holdsOfReserved(terms, reserved)));
  const [first] = answers;
  return answers.size === 1 ? first : undefined;
}

function outside(
  addresses: AddressFacts,
  within: typeof ANY_ADDRESS,
  remarks: Remarks,
): readonly PeerPart[] {
  const { boxes, assumptions } = addresses.outside(within, remarks.verdict);
  remarks.assume(assumptions);
  return [{ boxes }];
}

function remoteNodes({ nodes }: AddressFacts, remarks: Remarks): readonly PeerPart[] {
  if (nodes === undefined)
    return remarks.missing("CIL-N102", "the addresses of nodes", [ALL_ADDRESSES]);
  remarks.assume(["set-contents"]);
  return [{ boxes: [{ kind: "address", addresses: nodes }] }];
}

function apiServers({ apiServer }: AddressFacts, remarks: Remarks): readonly PeerPart[] {
  if (apiServer === undefined) {
    const what = "the addresses of the API server";
    return remarks.missing("CIL-N101", what, [ALL_ADDRESSES]);
  }
  remarks.assume(["set-contents"]);
  return [{ boxes: [{ kind: "address", addresses: apiServer }] }];
}

function ofEntities(
  entities: readonly Entity[],
  use: PeerUse,
  context: PeerContext,
  remarks: Remarks,
): Peers {
  if (entities.includes("all")) return ANYBODY;
  const isAllowed = (one: Entity): boolean => entities.includes(one) || use.together.has(one);
  const isHalf = (one: Entity): boolean => one === "world" || one.startsWith("cluster");
  const hasCluster = isAllowed("cluster") || isAllowed("cluster-mesh");
  if (entities.some(isHalf) && isAllowed("world") && hasCluster) {
    // Inside and outside are together everybody, but for pods of other clusters.
    if (!isAllowed("cluster-mesh")) remarks.assume(["single-cluster"]);
    remarks.note(bothHalves(entities, use, remarks));
    return ANYBODY;
  }
  return { parts: joined(entities.flatMap((one) => ofEntity(one, use, context, remarks))) };
}

/** That a rule is about everybody because of `world` and `cluster`, of which one may stand in another rule. */
function bothHalves(
  entities: readonly Entity[],
  { together }: PeerUse,
  { place: at }: Remarks,
): Diagnostic {
  const own = entities.find((one) => one === "world" || one.startsWith("cluster")) ?? "world";
  const halves: readonly Entity[] = own === "world" ? ["cluster", "cluster-mesh"] : ["world"];
  const beside = halves.find((one) => entities.includes(one));
  if (beside !== undefined) {
    return ciliumMeaningDiagnostics.create("CIL-N111", {
      at,
      what: `\`${own}\` and \`${beside}\``,
    });
  }
  const other = halves.find((one) => together.has(one)) ?? "cluster";
  const rule = together.get(other);
  const where = rule === undefined ? "" : ` of ${ruleName(rule)}`;
  const what = `\`${own}\` here and \`${other}\`${where}`;
  const related = rule === undefined ? [] : [{ message: "the other one", at: rule.place }];
  return ciliumMeaningDiagnostics.create("CIL-N111", { at, related, what });
}

/** (cilium: pkg/policy/api/entity.go) */
function ofEntity(
  entity: Entity,
  use: PeerUse,
  { addresses }: PeerContext,
  remarks: Remarks,
): readonly PeerPart[] {
  switch (entity) {
    case "all":
      return ANYBODY.parts;
    case "world":
      if (use.direction === "ingress" && remarks.verdict === "allow") {
        remarks.note(ciliumMeaningDiagnostics.create("CIL-N108", { at: remarks.place }));
      }
      return outside(addresses, ANY_ADDRESS, remarks);
    case "world-ipv4":
    case "world-ipv6": {
      const family = entity === "world-ipv4" ? ALL_IPV4 : ALL_IPV6;
      if (addresses.isDualStack === true) return outside(addresses, family, remarks);
      if (addresses.isDualStack === false) return [];
      return remarks.missing("CIL-N107", entity, [{ kind: "address", addresses: family }]);
    }
    case "cluster":
    case "cluster-mesh":
      return [
        { boxes: [ALL_PODS] },
        ...remoteNodes(addresses, remarks),
        ...apiServers(addresses, remarks),
      ];
    case "remote-node":
      return remoteNodes(addresses, remarks);
    case "kube-apiserver":
      return apiServers(addresses, remarks);
    case "host": {
      const code = use.direction === "ingress" ? "CIL-N103" : "CIL-N109";
      remarks.note(ciliumMeaningDiagnostics.create(code, { at: remarks.place }));
      return [];
    }
    case "health":
    case "init":
    case "ingress":
    case "unmanaged":
      remarks.note(ciliumMeaningDiagnostics.create("CIL-N104", { at: remarks.place, entity }));
      return [];
    case "none":
      return [];
    default:
      return entity satisfies never;
  }
}
