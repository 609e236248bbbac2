import { ANY_PEER, type PeerBox } from "../../sets/box.ts";
import {
  ANY_ADDRESS,
  addressesMeet,
  addressSetOf,
  addressSetText,
  intersectAddresses,
  isAddressSubset,
  subtractAddresses,
  unionOfAddresses,
  type AddressSet,
  type ParsedCidr,
} from "../../sets/address-set.ts";
import type { AddressBlock } from "../../sets/address-blocks.ts";
import { labelSetContains } from "../../sets/label-set.ts";
import type { AddressFacts } from "./addresses.ts";
import { ciliumMeaningDiagnostics } from "./interpret-diagnostics.ts";
import { setOf } from "./interpret-labels.ts";
import type { PeerPart, Peers, Remarks } from "./interpret-parts.ts";
import type { CidrGroup, CidrRule, LabelTerm } from "./model.ts";

/** Gives CIDRs and groups of them their meaning: addresses that are neither a pod's nor a node's. */
export class CidrInterpreter {
  readonly #groups: readonly CidrGroup[];
  readonly #addresses: AddressFacts;
  readonly #matchesNodes: boolean;
  /** What groups hold: many rules may be about the same ones. */
  readonly #found = new Map<string, Cidrs>();

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
    const entries = rules.flatMap((rule) => {
      const except = addressSetOf(rule.except);
      return this.#cidrsOf(rule, remarks).together.map(({ set, isWorld }) => ({
        set: subtractAddresses(set, except),
        isWorld,
      }));
    });
    const peers = this.#peers(entries, this.#asWritten(rules, remarks), remarks);
    const open = rules.flatMap((one) => this.#open(one, remarks));
    if (rules.some(takesAnybody)) open.push(...remarks.missing("CIL-N110", GROUPS, ANY_PEER));
    return open.length === 0 ? peers : { ...peers, parts: [...peers.parts, ...open] };
  }

  /** What an entry may be about beyond what is known: a group that was not given may be in the cluster. */
  #open(rule: CidrRule, remarks: Remarks): readonly PeerPart[] {
    if (rule.kind === "cidr" || this.#cidrsOf(rule, remarks).parts.length > 0) return [];
    const isGiven =
      rule.kind === "groups"
        ? this.#groups.length > 0
        : this.#groups.some(({ name }) => name === rule.name);
    if (isGiven) {
      const which = groupText(rule);
      remarks.note(ciliumMeaningDiagnostics.create("CIL-N114", { at: remarks.place, which }));
      return [];
    }
    const addresses = subtractAddresses(ANY_ADDRESS, addressSetOf(rule.except));
    const code = remarks.verdict === "deny" ? "CIL-N112" : "CIL-N105";
    return remarks.missing(code, groupText(rule), [{ kind: "address", addresses }]);
  }

  /** The CIDRs with what is taken out of each; undefined where nothing is, or where CIDRs do not say it. */
  #asWritten(rules: readonly CidrRule[], remarks: Remarks): readonly AddressBlock[] | undefined {
    if (rules.every(({ except }) => except.length === 0)) return undefined;
    const blocks: AddressBlock[] = [];
    let excepts = false;
    for (const rule of rules) {
      const except = addressSetOf(rule.except);
      for (const { cidr, of } of this.#cidrsOf(rule, remarks).parts) {
        if (isAddressSubset(of, except)) continue;
        if (of !== cidr.set || blocks.length === MOST_BLOCKS) return undefined;
        // What holds no address takes nothing out: IPv4 written as IPv6 (cidrs.ts).
        const holes = addressesMeet(of, except)
          ? rule.except.filter(({ set }) => addressesMeet(set, of) && isAddressSubset(set, of))
          : [];
        excepts ||= holes.length > 0;
        blocks.push({ cidr: cidr.text, except: holes.map(({ text }) => text) });
      }
    }
    return excepts ? blocks : undefined;
  }

  /** The CIDRs of a rule, each with the part of it that is meant. */
  #cidrsOf(rule: CidrRule, remarks: Remarks): Cidrs {
    if (rule.kind === "cidr") return cidrsOf([{ cidr: rule.cidr, of: rule.cidr.set }]);
    remarks.assume(["set-contents"]);
    return rule.kind === "group" ? this.#named(rule.name) : this.#withLabels(rule.terms);
  }

  #named(name: string): Cidrs {
    return this.#once(`name ${name}`, () =>
      this.#groups
        .filter((group) => group.name === name)
        .flatMap(({ cidrs }) => cidrs.map((cidr) => ({ cidr, of: cidr.set }))),
    );
  }

  /**
   * An address has the labels of all groups that it lies in, so that each term may be met by another group, and one that
   * asks for a label to be missing looks at all of them. (cilium: pkg/ipcache/metadata.go `mergeParentLabels`)
   */
  #withLabels(terms: readonly LabelTerm[]): Cidrs {
    return this.#once(`terms ${JSON.stringify(terms)}`, () => {
      const wanted = terms.map((term) => {
        const set = setOf(term);
        // `NotIn` and `DoesNotExist` are said of those that have the label.
        const isNegative = labelSetContains(set, undefined);
        const having = this.#groups.filter((group) => {
          const value = labelOf(group, term);
          return value !== undefined && labelSetContains(set, value) !== isNegative;
        });
        return { isNegative, within: addressSetOf(having.flatMap(({ cidrs }) => cidrs)) };
      });
      return this.#groups.flatMap(({ cidrs }) =>
        cidrs.flatMap((cidr): Part[] => {
          let left = cidr.set;
          for (const { isNegative, within } of wanted) {
            if (isNegative) left = subtractAddresses(left, within);
            else if (!isAddressSubset(left, within)) left = intersectAddresses(left, within);
          }
          if (left.ranges.length === 0) return [];
          return [{ cidr, of: isAddressSubset(cidr.set, left) ? cidr.set : left }];
        }),
      );
    });
  }

  #once(key: string, find: () => readonly Part[]): Cidrs {
    let cidrs = this.#found.get(key);
    if (cidrs === undefined) this.#found.set(key, (cidrs = cidrsOf(find())));
    return cidrs;
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

interface Cidrs {
  readonly parts: readonly Part[];
  /** All that is meant of them: what is of whole families, and the rest. */
  readonly together: readonly Entry[];
}

/** Addresses of CIDRs, and whether each of these is all of its family. */
interface Entry {
  readonly set: AddressSet;
  readonly isWorld: boolean;
}

const isWorld = ({ text }: ParsedCidr): boolean => text.endsWith("/0");

function cidrsOf(parts: readonly Part[]): Cidrs {
  const entries = parts.map(({ cidr, of }) => ({ set: of, isWorld: isWorld(cidr) }));
  const kinds = [true, false].map((kind) => entries.filter((one) => one.isWorld === kind));
  return {
    parts,
    together: kinds.flatMap((own) =>
      own.length === 0 ? [] : [{ set: together(own), isWorld: own[0]?.isWorld === true }],
    ),
  };
}

/** So many blocks are more than one NetworkPolicy may have: no need to remember how they were written. */
const MOST_BLOCKS = 30_000;

const asEntry = (cidr: ParsedCidr): Entry => ({ set: cidr.set, isWorld: isWorld(cidr) });

function together(entries: readonly Entry[]): AddressSet {
  // Many entries may be about one group.
  const sets = [...new Set(entries.map(({ set }) => set))];
  const [only] = sets;
  if (only !== undefined && sets.length === 1) return only;
  return unionOfAddresses(sets);
}

const GROUPS = "cidrGroupSelector";

const groupText = (rule: Exclude<CidrRule, { kind: "cidr" }>): string =>
  rule.kind === "group" ? `the CiliumCIDRGroup \`${rule.name}\`` : "any CiliumCIDRGroup that fits";

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

function labelOf({ labels }: CidrGroup, { key }: LabelTerm): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
