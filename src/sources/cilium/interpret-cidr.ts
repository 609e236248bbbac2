import type { AddressBlock } from "../../ir/policy.ts";
import type { PeerBox } from "../../sets/box.ts";
import {
  addressSetOf,
  addressSetText,
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
    for (const rule of rules) {
      const except = addressSetOf(rule.except);
      const own = rule.kind === "cidr" ? [rule.cidr] : this.#ofGroups(rule, remarks);
      for (const cidr of own) {
        const left = subtractAddresses(cidr.set, except);
        entries.push({ set: left, isWorld: isWorld(cidr) });
        if (left.ranges.length === 0) continue;
        const holes = rule.except.filter(
          (one) => one.text !== cidr.text && isAddressSubset(one.set, cidr.set),
        );
        excepts ||= holes.length > 0;
        blocks.push({ cidr: cidr.text, except: holes.map(({ text }) => text) });
      }
    }
    return this.#peers(entries, excepts ? blocks : undefined, remarks);
  }

  #ofGroups(rule: Exclude<CidrRule, { kind: "cidr" }>, remarks: Remarks): readonly ParsedCidr[] {
    const found = this.#groups.filter((group) =>
      rule.kind === "group" ? group.name === rule.name : hasLabels(group, rule.terms),
    );
    remarks.assume(["set-contents"]);
    if (found.length === 0) {
      const which =
        rule.kind === "group"
          ? `the CiliumCIDRGroup \`${rule.name}\``
          : "a CiliumCIDRGroup that fits";
      remarks.note(ciliumMeaningDiagnostics.create("CIL-N105", { at: remarks.place, which }));
    }
    return found.flatMap(({ cidrs }) => cidrs);
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
    const boxes: PeerBox[] = [];
    const add = (addresses: AddressSet, matchesNodes: boolean): void => {
      if (addresses.ranges.length === 0) return;
      const places = this.#addresses.outside(addresses, remarks.verdict, matchesNodes);
      remarks.assume(places.assumptions);
      boxes.push(...places.boxes);
    };
    if (this.#matchesNodes) {
      // All addresses of a family are the world to Cilium, which no node belongs to.
      add(together(entries.filter((one) => one.isWorld)), false);
      add(together(entries.filter((one) => !one.isWorld)), true);
    } else add(within, false);
    return { parts: [{ boxes }], ...(blocks === undefined ? {} : { blocks }) };
  }
}

/** Addresses of one CIDR, and whether it is all of its family. */
interface Entry {
  readonly set: AddressSet;
  readonly isWorld: boolean;
}

const isWorld = ({ text }: ParsedCidr): boolean => text.endsWith("/0");

const asEntry = (cidr: ParsedCidr): Entry => ({ set: cidr.set, isWorld: isWorld(cidr) });

function together(entries: readonly Entry[]): AddressSet {
  return entries.length === 0 ? NO_ADDRESS : unionAddresses(...entries.map(({ set }) => set));
}

/** Labels of a group have a source of their own, which selectors need not name. */
function hasLabels({ labels }: CidrGroup, terms: readonly LabelTerm[]): boolean {
  return terms.every((term) => {
    const isOfGroups = term.source === "any" || term.source === "cidrgroup";
    const value = isOfGroups && Object.hasOwn(labels, term.key) ? labels[term.key] : undefined;
    return labelSetContains(setOf(term), value);
  });
}
