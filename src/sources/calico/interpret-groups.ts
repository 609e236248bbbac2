import {
  addressSetOf,
  NO_ADDRESS,
  unionOfAddresses,
  type AddressSet,
} from "../../sets/address-set.ts";
import type { Snapshot } from "../../inventory/snapshot.ts";
import type { AddressGroup } from "./model.ts";
import type { SelectorNode } from "./selector/ast.ts";
import { evaluateSelector, UNKNOWN_LABEL, type LabelLookup } from "./selector/evaluate.ts";
import { isCalicos, NAME_LABEL, NAMESPACE_LABEL, NAMESPACE_PREFIX } from "./selector/scope.ts";

/** The network sets and host endpoints that a selector matches, as addresses. */
export interface GroupMatch {
  /** Of groups that surely match. */
  readonly surely: AddressSet;
  /** Of these and of those that match if the labels of their namespace are such. */
  readonly perhaps: AddressSet;
  /** Groups whose match depends on unknown labels. */
  readonly undecided: readonly AddressGroup[];
  /** Groups with domains among all of them. */
  readonly withDomains: readonly AddressGroup[];
  /** Host endpoints with named ports among them. */
  readonly withPorts: readonly AddressGroup[];
}

const NO_MATCH: GroupMatch = {
  surely: NO_ADDRESS,
  perhaps: NO_ADDRESS,
  undecided: [],
  withDomains: [],
  withPorts: [],
};

interface Member {
  readonly group: AddressGroup;
  readonly addresses: AddressSet;
  readonly labels: LabelLookup;
}

/**
 * The labels that Calico gives a group: its own, which win, the name of its namespace and what it inherits from that.
 * A global set inherits nothing, a host endpoint from its profiles, which are not read. (spec of endpoints' labels: calico:
 * .../updateprocessors/networksetprocessor.go, felix/labelindex)
 */
function labelsOf(group: AddressGroup, snapshot: Snapshot): LabelLookup {
  const { namespace, labels } = group;
  const own = (label: string): string | undefined =>
    Object.hasOwn(labels, label) ? labels[label] : undefined;
  if (namespace === undefined) {
    if (group.hasProfiles !== true) return own;
    return (label) => own(label) ?? (isCalicos(label) ? undefined : UNKNOWN_LABEL);
  }
  const inherited = snapshot.namespaces.get(namespace)?.labels;
  return (label) => {
    if (label === NAMESPACE_LABEL) return namespace;
    const value = own(label);
    if (value !== undefined || !label.startsWith(NAMESPACE_PREFIX)) return value;
    const key = label.slice(NAMESPACE_PREFIX.length);
    if (key === NAME_LABEL || key === "kubernetes.io/metadata.name") return namespace;
    if (inherited === undefined) return UNKNOWN_LABEL;
    return Object.hasOwn(inherited, key) ? inherited[key] : undefined;
  };
}

function hasNamedPorts({ ports }: AddressGroup): boolean {
  return ports !== undefined && ports.length > 0;
}

/** All groups of the input, ready to be asked. */
export class GroupIndex {
  readonly #all: readonly Member[];
  readonly #byNamespace = new Map<string, Member[]>();
  /** All host endpoints with named ports. */
  readonly withPorts: readonly AddressGroup[];
  /** Whether there are any that lie in no namespace. */
  readonly haveGlobal: boolean;

  constructor(groups: readonly AddressGroup[], snapshot: Snapshot) {
    this.haveGlobal = groups.some(({ namespace }) => namespace === undefined);
    this.#all = groups.map((group) => ({
      group,
      addresses: addressSetOf(group.nets),
      labels: labelsOf(group, snapshot),
    }));
    this.withPorts = groups.filter(hasNamedPorts);
    for (const member of this.#all) {
      const namespace = member.labels(NAMESPACE_LABEL);
      if (typeof namespace !== "string") continue;
      const members = this.#byNamespace.get(namespace);
      if (members === undefined) this.#byNamespace.set(namespace, [member]);
      else members.push(member);
    }
  }

  /** `namespace`: the selector asks for this one, so that no other group need be looked at. */
  match(node: SelectorNode, namespace: string | undefined): GroupMatch {
    const members = namespace === undefined ? this.#all : this.#byNamespace.get(namespace);
    if (members === undefined || members.length === 0) return NO_MATCH;
    const surely: AddressSet[] = [];
    const perhaps: AddressSet[] = [];
    const undecided: AddressGroup[] = [];
    const withDomains: AddressGroup[] = [];
    const withPorts: AddressGroup[] = [];
    for (const { group, addresses, labels } of members) {
      const result = evaluateSelector(node, labels);
      if (result === false) continue;
      if (result === true) surely.push(addresses);
      else undecided.push(group);
      perhaps.push(addresses);
      if (group.domains.length > 0) withDomains.push(group);
      if (hasNamedPorts(group)) withPorts.push(group);
    }
    if (perhaps.length === 0) return NO_MATCH;
    return {
      surely: unionOfAddresses(surely),
      perhaps: unionOfAddresses(perhaps),
      undecided,
      withDomains,
      withPorts,
    };
  }
}
