import type { AddressBlock } from "../../ir/policy.ts";
import { ANY_PEER, type PeerBox } from "../../sets/box.ts";
import {
  addressSetOf,
  addressSetText,
  intersectAddresses,
  isAddressSubset,
  NO_ADDRESS,
  subtractAddresses,
  unionAddresses,
  type AddressSet,
  type ParsedCidr,
} from "../../sets/address-set.ts";
import { labelSetContains } from "../../sets/label-set.ts";
import type { AddressFacts } from "./addresses.ts";
import { ciliumMeaningDiagnostics } from "./interpret-diagnostics.ts";
import { setOf } from "./interpret-labels.ts";
import type { Peers, Remarks } from "./interpret-parts.ts";
import type { CidrGroup, CidrRule, LabelTerm } from "./model.ts";

/** Gives CIDRs and groups of them their meaning: addresses that are neither a pod's nor a node's. */
export class CidrInterpreter {
  readonly #groups: readonly CidrGroup[];
  readonly #addresses: AddressFacts;
  readonly #matchesNodes: boolean;

  constructor(groups: readonly CidrGroup[], addresses: AddressFacts, matchesNodes: boolean) {
    this.#groups = groups;
    this.#addresses = addresses;
    this.#matchesNodes = matchesNodes;
  }

  cidrs(cidrs: readonly ParsedCidr[], remarks: Remarks): Peers {
    return this.#peers(cidrs.map(asEntry), undefined, remarks);
  }

  /** The entries are a union: what one excepts another may let in. */
  cidrSet(rules: readonly CidrRule[], remarks: Remarks): Peers {
    const blocks: AddressBlock[] = [];
    const entries: Entry[] = [];
    let excepts = false;
    let isInBlocks = true;
    for (const rule of rules) {
      const except = addressSetOf(rule.except);
      for (const { cidr, of } of this.#cidrsOf(rule, remarks)) {
        const left = subtractAddresses(of, except);
        entries.push({ set: left, isWorld: isWorld(cidr) });
        if (left.ranges.length === 0) continue;
        isInBlocks &&= of === cidr.set;
        const holes = rule.except.filter((one) => isAddressSubset(one.set, cidr.set));
        excepts ||= holes.length > 0;
        blocks.push({ cidr: cidr.text, except: holes.map(({ text }) => text) });
      }
    }
    const peers = this.#peers(entries, excepts && isInBlocks ? blocks : undefined, remarks);
    if (!rules.some(takesAnybody)) return peers;
    return { ...peers, parts: [...peers.parts, ...remarks.missing("CIL-N110", GROUPS, ANY_PEER)] };
  }

  /** The CIDRs of a rule, each with the part of it that is meant. */
  #cidrsOf(rule: CidrRule, remarks: Remarks): readonly Part[] {
    if (rule.kind === "cidr") return [{ cidr: rule.cidr, of: rule.cidr.set }];
    remarks.assume(["set-contents"]);
    const parts =
      rule.kind === "group"
        ? this.#groups
            .filter(({ name }) => name === rule.name)
            .flatMap(({ cidrs }) => cidrs.map((cidr) => ({ cidr, of: cidr.set })))
        : this.#withLabels(rule.terms);
    if (parts.length === 0) {
      const which =
        rule.kind === "group"
          ? `the CiliumCIDRGroup \`${rule.name}\``
          : "a CiliumCIDRGroup that fits";
      remarks.note(ciliumMeaningDiagnostics.create("CIL-N105", { at: remarks.place, which }));
    }
    return parts;
  }

  /**
   * An address has the labels of all groups that it lies in, so that each term may be met by another group, and one that
   * asks for a label to be missing looks at all of them. (cilium: pkg/ipcache/metadata.go `mergeParentLabels`)
   */
  #withLabels(terms: readonly LabelTerm[]): readonly Part[] {
    const all = this.#groups.flatMap(({ cidrs }) => cidrs);
    const parts: Part[] = [];
    for (const cidr of all) {
      let left = cidr.set;
      for (const term of terms) {
        const set = setOf(term);
        // `NotIn` and `DoesNotExist` are said of those that have the label.
        const isNegative = labelSetContains(set, undefined);
        const having = this.#groups.filter((group) => {
          const value = labelOf(group, term);
          return value !== undefined && labelSetContains(set, value) !== isNegative;
        });
        const within = addressSetOf(having.flatMap(({ cidrs }) => cidrs));
        if (isNegative) left = subtractAddresses(left, within);
        else if (!isAddressSubset(left, within)) left = intersectAddresses(left, within);
      }
      if (left.ranges.length === 0) continue;
      parts.push({ cidr, of: isAddressSubset(cidr.set, left) ? cidr.set : left });
    }
    return parts;
  }

  #peers(
    entries: readonly Entry[],
    blocks: readonly AddressBlock[] | undefined,
    remarks: Remarks,
  ): Peers {
    const within = together(entries);
    if (this.#addresses.isInside(within)) {
      const cidrs = addressSetText(within);
      remarks.note(ciliumMeaningDiagnostics.create("CIL-N106", { at: remarks.place, cidrs }));
    }
    const boxesOf = (addresses: AddressSet, matchesNodes: boolean): readonly PeerBox[] => {
      if (addresses.ranges.length === 0) return [];
      const places = this.#addresses.outside(addresses, remarks.verdict, matchesNodes);
      remarks.assume(places.assumptions);
      return places.boxes;
    };
    // All addresses of a family are the world to Cilium, which no node belongs to.
    const boxes = this.#matchesNodes
      ? [
          ...boxesOf(together(entries.filter((one) => one.isWorld)), false),
          ...boxesOf(together(entries.filter((one) => !one.isWorld)), true),
        ]
      : boxesOf(within, false);
    return { parts: [{ boxes }], ...(blocks === undefined ? {} : { blocks }) };
  }
}

/** A CIDR and the part of it that is meant. */
interface Part {
  readonly cidr: ParsedCidr;
  readonly of: AddressSet;
}

/** Addresses of one CIDR, and whether it is all of its family. */
interface Entry {
  readonly set: AddressSet;
  readonly isWorld: boolean;
}

const isWorld = ({ text }: ParsedCidr): boolean => text.endsWith("/0");

const asEntry = (cidr: ParsedCidr): Entry => ({ set: cidr.set, isWorld: isWorld(cidr) });

function together(entries: readonly Entry[]): AddressSet {
  const [only] = entries;
  if (only !== undefined && entries.length === 1) return only.set;
  return entries.length === 0 ? NO_ADDRESS : unionAddresses(...entries.map(({ set }) => set));
}

const GROUPS = "cidrGroupSelector";

/**
 * True for selectors of groups that hold of what has no label of a group at all. The engine compares them with every
 * identity: up to 1.19 pods and nodes are among those, later addresses outside only.
 * (cilium: pkg/policy/types/requirements.go `matchesEncodedRequirements`)
 */
function takesAnybody(rule: CidrRule): boolean {
  return (
    rule.kind === "groups" && rule.terms.every((term) => labelSetContains(setOf(term), undefined))
  );
}

/** A label of a group. They have a source of their own, which selectors need not name. */
function labelOf({ labels }: CidrGroup, { source, key }: LabelTerm): string | undefined {
  const isOfGroups = source === "any" || source === "cidrgroup";
  return isOfGroups && Object.hasOwn(labels, key) ? labels[key] : undefined;
}
