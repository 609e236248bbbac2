import type { SourcePlace } from "../../diagnostics/source-range.ts";
import type { Action, HostPort, PortNaming } from "../../ir/policy.ts";
import {
  addressSetOf,
  ANY_ADDRESS,
  complementAddresses,
  intersectAddresses,
  type AddressSet,
} from "../../sets/address-set.ts";
import { ANY_PEER, type PeerBox } from "../../sets/box.ts";
import { ANY_CUBE } from "../../sets/cube.ts";
import type { LabelPredicate } from "../../sets/label-predicate.ts";
import type { GroupIndex, GroupMatch } from "./interpret-groups.ts";
import type { RuleRemarks } from "./interpret-rule-parts.ts";
import type { AddressGroup, EntityRule } from "./model.ts";
import type { Selector, SelectorNode } from "./selector/ast.ts";
import { mayTakeHosts, podPredicate } from "./selector/predicate.ts";
import {
  ACCOUNT_LABEL,
  accountSelectorOf,
  NAMESPACE_LABEL,
  peerPlaceSelector,
} from "./selector/scope.ts";

/** What the selectors of one end of a rule match, before nets and ports. */
interface Selection {
  /** Undefined past the limit of alternatives. */
  readonly pods: LabelPredicate | undefined;
  readonly groups: GroupMatch;
  /** Everything but the endpoints selected: `pods` are then the others, and addresses outside `groups` match. */
  readonly complement: boolean;
  /** True if only what is in no namespace can be selected, and the input has nothing of the kind. */
  readonly unknown: boolean;
}

/** How an end is used, as far as its meaning depends on it. */
export interface EndUse {
  readonly action: Action;
  /** The namespace of the policy; undefined for global ones. */
  readonly namespace: string | undefined;
  /** Whether it is the policy's own side, which is a pod: nothing but the peer may lie in no namespace. */
  readonly own: boolean;
  /** Whether it is the destination of an egress rule, where the domains of network sets count. */
  readonly egressDestination: boolean;
  /** Whether the rule asks for the end's ports by name alone, or by name and number. */
  readonly names: "none" | "only" | "mixed";
  /** Whose names these are; undefined where only pods that the end selects can have them. */
  readonly naming: PortNaming | undefined;
  /** True if a condition of the rule holds the ports to whose names count, so that every endpoint may stay. */
  readonly namesHeld: boolean;
  readonly place: SourcePlace;
  /** `source` or `destination`, for messages. */
  readonly end: "source" | "destination";
}

/** Distinct combinations of selectors kept; past it the cache starts anew. */
const CACHE_LIMIT = 50_000;

export function isGiven(selector: Selector | undefined): selector is Selector {
  return selector !== undefined && selector.text !== "";
}

export function conjunction(parts: readonly SelectorNode[]): SelectorNode {
  const [only] = parts;
  if (only === undefined) return { kind: "all" };
  return parts.length === 1 ? only : { kind: "and", operands: parts };
}

export function inNamespace(namespace: string): SelectorNode {
  return { kind: "equals", label: NAMESPACE_LABEL, value: namespace, negated: false };
}

function negation(node: SelectorNode): SelectorNode {
  return node.kind === "not" ? node.operand : { kind: "not", operand: node };
}

function groupName(group: AddressGroup): string {
  const name = group.namespace === undefined ? group.name : `${group.namespace}/${group.name}`;
  return `${group.kind} ${name}`;
}

/**
 * The conditions on an endpoint in the order of Calico's own composition: the place, the account, the selector. A policy
 * of a namespace speaks of its own namespace unless it says otherwise, but only where it selects at all: an end without
 * any selector is any address. (calico: libcalico-go/lib/backend/syncersv1/updateprocessors/rules.go)
 */
function positiveParts(entity: EntityRule, namespace: string | undefined): SelectorNode[] {
  const { selector, notSelector, namespaceSelector, accounts } = entity;
  const parts: SelectorNode[] = [];
  if (isGiven(namespaceSelector)) parts.push(peerPlaceSelector(namespaceSelector.root));
  else if (namespace !== undefined) parts.push(inNamespace(namespace));
  const places = parts.length;
  if (accounts !== undefined && accounts.names.length > 0) {
    parts.push({ kind: "in", label: ACCOUNT_LABEL, values: accounts.names, negated: false });
  }
  if (isGiven(accounts?.selector)) parts.push(accountSelectorOf(accounts.selector.root));
  if (isGiven(selector)) parts.push(selector.root);
  const selects = parts.length > places || isGiven(namespaceSelector) || isGiven(notSelector);
  return selects ? parts : [];
}

function textsOf(entity: EntityRule, namespace: string | undefined): string {
  const { selector, notSelector, namespaceSelector, accounts } = entity;
  return JSON.stringify([
    namespaceSelector?.text ?? "",
    isGiven(namespaceSelector) ? "" : (namespace ?? ""),
    selector?.text ?? "",
    notSelector?.text ?? "",
    accounts?.names ?? [],
    accounts?.selector?.text ?? "",
  ]);
}

/** False for an end that asks for no endpoint in particular. */
export function hasSelectors(entity: EntityRule): boolean {
  return (
    entity.selector !== undefined ||
    entity.notSelector !== undefined ||
    entity.namespaceSelector !== undefined ||
    entity.accounts !== undefined
  );
}

function sets(addresses: AddressSet): readonly PeerBox[] {
  if (addresses.ranges.length === 0) return [];
  return [
    { kind: "pod", labels: ANY_CUBE, addresses },
    { kind: "address", addresses },
  ];
}

export class PeerInterpreter {
  readonly #groups: GroupIndex;
  readonly #selections = new Map<string, Selection>();
  readonly #bySelector = new WeakMap<Selector, Map<string, Selection>>();
  readonly #byNamespaceSelector = new WeakMap<Selector, Map<string, Selection>>();
  /** Boxes of a selection without further ado, shared by all rules that have it. */
  readonly #plainBoxes = new WeakMap<Selection, readonly PeerBox[]>();

  constructor(groups: GroupIndex) {
    this.#groups = groups;
  }

  /** The endpoints that match one end's selectors and lie in the addresses. {@link ANY_PEER} itself where nothing is asked. */
  endpoints(
    entity: EntityRule,
    addresses: AddressSet,
    use: EndUse,
    remarks: RuleRemarks,
  ): readonly PeerBox[] {
    const selection = this.#selection(entity, use.namespace);
    const boxes = selection === undefined ? ANY_PEER : this.#boxes(selection, use, remarks);
    return restrictPeers(boxes, addresses);
  }

  /**
   * Whose names of ports count at an end within some addresses: those of the pods and host endpoints that it selects; of
   * all where it selects none. A pod that only a network set covers has none. Undefined where that makes no difference.
   * (calico: felix/calc/rule_scanner.go, felix/labelindex/named_port_index.go)
   */
  naming(
    entity: EntityRule,
    namespace: string | undefined,
    names: ReadonlySet<string>,
    within: AddressSet,
  ): PortNaming | undefined {
    const selection = this.#selection(entity, namespace);
    const isOpen = selection === undefined || selection.complement;
    const bySet = !isOpen && selection.groups.perhaps.ranges.length > 0;
    const hosts: HostPort[] = [];
    for (const { nets, ports = [] } of isOpen
      ? this.#groups.withPorts
      : selection.groups.withPorts) {
      const addresses = intersectAddresses(addressSetOf(nets), within);
      if (addresses.ranges.length === 0) continue;
      for (const { name, protocol, port } of ports) {
        if (names.has(name)) hosts.push({ addresses, name, protocol, port });
      }
    }
    if (!bySet || selection.pods === undefined) return hosts.length === 0 ? undefined : { hosts };
    return { pods: selection.pods, hosts };
  }

  /** Undefined: the end asks for nothing. */
  #selection(entity: EntityRule, namespace: string | undefined): Selection | undefined {
    if (!hasSelectors(entity)) return undefined;
    const { selector, notSelector, namespaceSelector, accounts } = entity;
    // Nearly all ends have one selector. It is found by the object, which parsing shares, without making a key.
    const first = namespaceSelector ?? selector;
    if (
      first === undefined ||
      notSelector !== undefined ||
      accounts !== undefined ||
      (namespaceSelector !== undefined && selector !== undefined)
    ) {
      return this.#remember(this.#selections, textsOf(entity, namespace), entity, namespace);
    }
    const all = namespaceSelector === undefined ? this.#bySelector : this.#byNamespaceSelector;
    let ofSelector = all.get(first);
    if (ofSelector === undefined) {
      ofSelector = new Map();
      all.set(first, ofSelector);
    }
    const place = namespaceSelector === undefined ? (namespace ?? "") : "";
    return this.#remember(ofSelector, place, entity, namespace);
  }

  #remember(
    known: Map<string, Selection>,
    key: string,
    entity: EntityRule,
    namespace: string | undefined,
  ): Selection | undefined {
    const found = known.get(key);
    if (found !== undefined) return found;
    const selection = this.#read(entity, namespace);
    if (selection === undefined) return undefined;
    if (known.size >= CACHE_LIMIT) known.clear();
    known.set(key, selection);
    return selection;
  }

  #read(entity: EntityRule, namespace: string | undefined): Selection | undefined {
    const { notSelector, namespaceSelector } = entity;
    const parts = positiveParts(entity, namespace);
    const excluded = isGiven(notSelector) ? notSelector.root : undefined;
    if (parts.length === 0) {
      if (excluded === undefined) return undefined;
      const pods = podPredicate(negation(excluded));
      const groups = this.#groups.match(excluded, undefined);
      return { pods, groups, complement: true, unknown: false };
    }
    if (excluded !== undefined) parts.push(negation(excluded));
    const node = conjunction(parts);
    const only = isGiven(namespaceSelector) ? undefined : namespace;
    const pods = podPredicate(node);
    const groups = this.#groups.match(node, only);
    const unknown = pods?.length === 0 && !this.#groups.haveGlobal && mayTakeHosts(node);
    return { pods, groups, complement: false, unknown };
  }

  #boxes(selection: Selection, use: EndUse, remarks: RuleRemarks): readonly PeerBox[] {
    const { groups, complement } = selection;
    if (selection.pods === undefined) {
      remarks.unknown("CAL-S101", `${use.end} selectors`, use.place);
      return ANY_PEER;
    }
    // A selector says that such sets or hosts exist, so that none is in the input does not say that it means nobody.
    if (selection.unknown && !use.own) {
      remarks.unknown("CAL-N104", `${use.end} selectors`, use.place);
      return ANY_PEER;
    }
    if (groups.perhaps.ranges.length === 0 && groups.withDomains.length === 0) {
      let boxes = this.#plainBoxes.get(selection);
      if (boxes === undefined) {
        boxes = podBoxes(selection.pods, ANY_ADDRESS);
        if (complement) boxes = [...boxes, { kind: "address", addresses: ANY_ADDRESS }];
        this.#plainBoxes.set(selection, boxes);
      }
      return boxes;
    }
    return complement
      ? outside(selection.pods, groups, use, remarks)
      : inside(selection.pods, groups, use, remarks);
  }
}

function podBoxes(pods: LabelPredicate, addresses: AddressSet): readonly PeerBox[] {
  return pods.map((labels) => ({ kind: "pod", labels, addresses }));
}

/**
 * A packet's address is looked up among the addresses of all endpoints selected, so an address that a network set covers
 * matches even if it is that of a pod which the selector does not select.
 */
function inside(
  pods: LabelPredicate,
  groups: GroupMatch,
  use: EndUse,
  remarks: RuleRemarks,
): readonly PeerBox[] {
  const selected = podBoxes(pods, ANY_ADDRESS);
  // Network sets have no named ports, and Calico then looks for the port's members alone. (felix/calc/rule_scanner.go)
  if (use.names === "only") {
    return use.namesHeld ? [...selected, ...hostBoxes(use.naming)] : selected;
  }
  const allow = use.action === "allow";
  for (const group of groups.undecided) {
    // Where Kubernetes is the datastore there are no such profiles, so an Allow most likely loses nothing.
    if (allow && group.kind === "HostEndpoint") continue;
    remarks.undecidedSet(groupName(group), group, allow, use.place);
  }
  if (use.egressDestination && allow) {
    for (const group of groups.withDomains) {
      if (!groups.undecided.includes(group))
        remarks.leftOutDomains(groupName(group), group, use.place);
    }
  }
  const addresses = sets(allow ? groups.surely : groups.perhaps);
  if (addresses.length === 0) return selected;
  remarks.setContents = true;
  if (use.names !== "mixed" || use.namesHeld) return [...selected, ...addresses];
  remarks.leftOut("CAL-R115", `${use.end}.ports by name and number`, use.place);
  return [...selected, ...addresses.filter((box) => box.kind === "address")];
}

function hostBoxes(naming: PortNaming | undefined): readonly PeerBox[] {
  return (naming?.hosts ?? []).flatMap(({ addresses }) => sets(addresses));
}

/** All but the endpoints with the excluded labels, addresses that nobody knows included. */
function outside(
  pods: LabelPredicate,
  groups: GroupMatch,
  use: EndUse,
  remarks: RuleRemarks,
): readonly PeerBox[] {
  const allow = use.action === "allow";
  for (const group of groups.undecided) {
    remarks.undecidedSet(groupName(group), group, allow, use.place);
  }
  if (use.egressDestination && allow && groups.withDomains.length > 0) {
    remarks.unknownBeside(groups.withDomains, `${use.end}.notSelector`, use.place);
  }
  remarks.setContents = true;
  const rest = complementAddresses(allow ? groups.perhaps : groups.surely);
  return restrictPeers(
    [...podBoxes(pods, ANY_ADDRESS), { kind: "address", addresses: ANY_ADDRESS }],
    rest,
  );
}

/** The boxes within the addresses; the same list where nothing is restricted. */
export function restrictPeers(
  boxes: readonly PeerBox[],
  addresses: AddressSet,
): readonly PeerBox[] {
  if (addresses === ANY_ADDRESS) return boxes;
  if (boxes !== ANY_PEER) return boxesWithin(boxes, addresses);
  let shared = anyPeerWithin.get(addresses);
  if (shared === undefined) {
    shared = boxesWithin(boxes, addresses);
    anyPeerWithin.set(addresses, shared);
  }
  return shared;
}

/** Whoever has an address of the set: one list for all rules with the same nets. */
const anyPeerWithin = new WeakMap<AddressSet, readonly PeerBox[]>();

function boxesWithin(boxes: readonly PeerBox[], addresses: AddressSet): readonly PeerBox[] {
  const within: PeerBox[] = [];
  for (const box of boxes) {
    const kept =
      box.addresses === ANY_ADDRESS ? addresses : intersectAddresses(box.addresses, addresses);
    if (kept.ranges.length > 0) within.push({ ...box, addresses: kept });
  }
  return within;
}
