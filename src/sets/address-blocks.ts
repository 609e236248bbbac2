import {
  NO_ADDRESS,
  addressesMeet,
  complementAddresses,
  familyOf,
  parseCidr,
  toCidrs,
} from "./address-set.ts";
import type { AddressFamily, AddressRange, AddressSet } from "./address-set.ts";

/** A block of addresses without its exceptions. Canonical CIDRs; each exception lies inside of `cidr` and is smaller. */
export interface AddressBlock {
  readonly cidr: string;
  readonly except: readonly string[];
}

/**
 * The set in as few CIDRs as can be, blocks and exceptions counted alike; of two forms with equally many, the one with fewer
 * exceptions. IPv4 first, then IPv6, ascending, the blocks disjoint.
 *
 * The CIDRs of the set and those of its complement are the leaves of a binary tree over all addresses. A node is said as its
 * two halves, or as one block without the leaves of the complement in it, whichever is shorter.
 *
 * @param unexcepted addresses that no exception may hold
 */
export function fewestBlocks(
  set: AddressSet,
  unexcepted: AddressSet = NO_ADDRESS,
): readonly AddressBlock[] {
  const found: AddressBlock[] = [];
  for (const family of [4, 6] as const) {
    const plain = toCidrs({ ranges: ofFamily(set, family) });
    // Fewer than three cannot be said in less.
    const root = plain.length < 3 ? undefined : rootOf(leavesOf(set, family, unexcepted));
    if (root === undefined) for (const cidr of plain) found.push({ cidr, except: [] });
    else pushBlocks(found, root);
  }
  return found;
}

interface Node {
  /** Text of its first address. */
  readonly address: string;
  readonly length: number;
  /** Its halves; undefined for a leaf. */
  readonly halves: readonly [Node, Node] | undefined;
  /** How many CIDRs say what of it is in the set. */
  readonly inside: number;
  /** How many leaves in it are not in the set; infinite if one of them may be no exception. */
  readonly outside: number;
}

const cidrOf = ({ address, length }: Node): string => `${address}/${String(length)}`;

const ofFamily = ({ ranges }: AddressSet, family: AddressFamily): readonly AddressRange[] =>
  ranges.filter(({ first }) => familyOf(first) === family);

/** The CIDRs of the set and of what of the family is not in it, in ascending order. */
function leavesOf(set: AddressSet, family: AddressFamily, unexcepted: AddressSet): readonly Node[] {
  const ranges = [
    ...ofFamily(set, family).map((range) => ({ range, isInside: true })),
    ...ofFamily(complementAddresses(set), family).map((range) => ({ range, isInside: false })),
  ].sort((a, b) => (a.range.first < b.range.first ? -1 : 1));
  const mayBeExcepted = (cidr: string): boolean =>
    unexcepted === NO_ADDRESS || !addressesMeet(parseCidr(cidr)?.set ?? NO_ADDRESS, unexcepted);
  return ranges.flatMap(({ range, isInside }) =>
    toCidrs({ ranges: [range] }).map((cidr): Node => {
      const slash = cidr.indexOf("/");
      return {
        address: cidr.slice(0, slash),
        length: Number(cidr.slice(slash + 1)),
        halves: undefined,
        inside: isInside ? 1 : 0,
        outside: isInside ? 0 : mayBeExcepted(cidr) ? 1 : Infinity,
      };
    }),
  );
}

/**
 * The tree over the leaves. As they are in order and leave nothing out, two in a row of the same size are the halves of one.
 *
 * @returns undefined where they come to less than all addresses: the mapped ones, which are none, may be in no leaf
 */
function rootOf(leaves: readonly Node[]): Node | undefined {
  const open: Node[] = [];
  for (const leaf of leaves) {
    let node = leaf;
    for (let left = open.at(-1); left?.length === node.length; left = open.at(-1)) {
      open.pop();
      node = joined(left, node);
    }
    open.push(node);
  }
  const [root] = open;
  return open.length === 1 && root?.length === 0 ? root : undefined;
}

function joined(left: Node, right: Node): Node {
  const outside = left.outside + right.outside;
  return {
    address: left.address,
    length: left.length - 1,
    halves: [left, right],
    inside: Math.min(left.inside + right.inside, 1 + outside),
    outside,
  };
}

function pushBlocks(found: AddressBlock[], node: Node): void {
  const { halves, inside } = node;
  if (inside === 0) return;
  if (halves !== undefined && halves[0].inside + halves[1].inside === inside) {
    for (const half of halves) pushBlocks(found, half);
    return;
  }
  const except: string[] = [];
  pushOutside(except, node);
  found.push({ cidr: cidrOf(node), except });
}

function pushOutside(found: string[], node: Node): void {
  const { halves, outside } = node;
  if (outside === 0) return;
  if (halves === undefined) found.push(cidrOf(node));
  else for (const half of halves) pushOutside(found, half);
}
