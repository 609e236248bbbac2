import {
  MAPPED_FIRST,
  MAPPED_LAST,
  ipv4Text,
  ipv6Text,
  readAddress,
  readPrefixLength,
} from "./address-text.ts";
import { equalIntervals, intervalAlgebra } from "./interval-set.ts";

/**
 * A set of IP addresses, IPv4 and IPv6, as sorted, disjoint, non-adjacent inclusive ranges of big integers on one axis:
 * an IPv6 address is its number, an IPv4 address its number + 2^128. No range holds addresses of both families.
 *
 * The IPv4-mapped addresses (::ffff:0:0/96) are left out of the axis: as text they mean IPv4 addresses, to the engines
 * and to us, and no packet carries one. So "every IPv6 address" is two ranges, on either side of them.
 */
export interface AddressSet {
  readonly ranges: readonly AddressRange[];
}
export interface AddressRange {
  readonly first: bigint;
  readonly last: bigint;
}
export type AddressFamily = 4 | 6;

const IPV4_BASE = 1n << 128n;
const IPV6_LAST = IPV4_BASE - 1n;
const IPV4_LAST = IPV4_BASE + 0xffff_ffffn;

const algebra = intervalAlgebra<bigint>({
  next: (point) => point + 1n,
  previous: (point) => point - 1n,
  adjacent: (last, first) => last + 1n === first && first !== IPV4_BASE,
});

const IPV4_RANGES: readonly AddressRange[] = [{ first: IPV4_BASE, last: IPV4_LAST }];
const IPV6_RANGES: readonly AddressRange[] = [
  { first: 0n, last: MAPPED_FIRST - 1n },
  { first: MAPPED_LAST + 1n, last: IPV6_LAST },
];
const ALL_RANGES: readonly AddressRange[] = [...IPV6_RANGES, ...IPV4_RANGES];

/** Every address of both families. */
export const ANY_ADDRESS: AddressSet = { ranges: ALL_RANGES };
export const NO_ADDRESS: AddressSet = { ranges: [] };
export const ALL_IPV4: AddressSet = { ranges: IPV4_RANGES };
export const ALL_IPV6: AddressSet = { ranges: IPV6_RANGES };

/** The constants are given back by identity, so that the shortcuts below find them. */
function addressSet(ranges: readonly AddressRange[]): AddressSet {
  if (ranges.length === 0) return NO_ADDRESS;
  if (equalIntervals(ranges, ALL_RANGES)) return ANY_ADDRESS;
  return { ranges };
}

export interface ParsedCidr {
  readonly family: AddressFamily;
  /** Canonical masked text, such as `10.0.0.0/8`, `2001:db8::/32`. */
  readonly text: string;
  readonly set: AddressSet;
  /** The text given had host bits set, e.g. `10.0.0.1/8`. */
  readonly hostBits: boolean;
  /** The text given had no prefix length. */
  readonly bare: boolean;
}

/**
 * Reads a CIDR or a plain address (as Go's net.ParseCIDR / net.ParseIP would); undefined when it is neither.
 *
 * An IPv4-mapped address is the IPv4 address. A block of them, such as `::ffff:10.0.0.0/104`, is the IPv4 block
 * (`10.0.0.0/8`): Go keeps it in sixteen bytes, but its `IPNet.Contains` and `String` take it so. With a prefix shorter
 * than 96 bits it is the IPv6 block that it says, the mapped addresses in it left out: `IPNet.Contains` says no to them.
 */
export function parseCidr(text: string): ParsedCidr | undefined {
  const slash = text.indexOf("/");
  const bare = slash < 0;
  const address = readAddress(bare ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  let { family, bits } = address;
  const width = family === 4 ? 32 : 128;
  const given = bare ? width : readPrefixLength(text.slice(slash + 1), width);
  if (given === undefined) return undefined;
  let length = given;
  if (family === 6 && length >= 96 && isMapped(bits)) {
    family = 4;
    bits -= MAPPED_FIRST;
    length -= 96;
  }
  const size = 1n << BigInt((family === 4 ? 32 : 128) - length);
  const hostPart = bits & (size - 1n);
  const first = bits - hostPart;
  return {
    family,
    text: `${bitsText(family, first)}/${String(length)}`,
    set: blockSet(family, first, first + size - 1n),
    hostBits: hostPart !== 0n,
    bare,
  };
}

function isMapped(bits: bigint): boolean {
  return bits >= MAPPED_FIRST && bits <= MAPPED_LAST;
}

function blockSet(family: AddressFamily, first: bigint, last: bigint): AddressSet {
  if (family === 4) return { ranges: [{ first: first + IPV4_BASE, last: last + IPV4_BASE }] };
  const block = [{ first, last }];
  const holdsMapped = first <= MAPPED_FIRST && last >= MAPPED_LAST;
  return { ranges: holdsMapped ? algebra.intersect(block, IPV6_RANGES) : block };
}

/** The place of one address on the axis; undefined when the text is no address. */
export function parseAddress(text: string): bigint | undefined {
  const address = readAddress(text);
  if (address === undefined) return undefined;
  const { family, bits } = address;
  if (family === 4) return bits + IPV4_BASE;
  return isMapped(bits) ? bits - MAPPED_FIRST + IPV4_BASE : bits;
}

export function familyOf(address: bigint): AddressFamily {
  return address >= IPV4_BASE ? 4 : 6;
}

export function addressText(address: bigint): string {
  return address >= IPV4_BASE ? bitsText(4, address - IPV4_BASE) : bitsText(6, address);
}

function bitsText(family: AddressFamily, bits: bigint): string {
  return family === 4 ? ipv4Text(Number(bits)) : ipv6Text(bits);
}

export function addressSetOf(cidrs: Iterable<ParsedCidr>): AddressSet {
  const all = [...cidrs];
  const [only] = all;
  if (only !== undefined && all.length === 1) return addressSet(only.set.ranges);
  return addressSet(algebra.normalise(all.flatMap((cidr) => cidr.set.ranges)));
}

/** The set of these addresses alone. */
export function addressSetOfEach(addresses: Iterable<bigint>): AddressSet {
  const ranges: AddressRange[] = [];
  for (const address of addresses) ranges.push({ first: address, last: address });
  return addressSet(algebra.normalise(ranges));
}

export function unionAddresses(...sets: readonly AddressSet[]): AddressSet {
  return unionOfAddresses(sets);
}

/** The same of any number: arguments of a call lie on the stack. */
export function unionOfAddresses(sets: readonly AddressSet[]): AddressSet {
  const some = sets.filter((set) => set.ranges.length > 0);
  const [only] = some;
  if (only === undefined) return NO_ADDRESS;
  if (some.every((set) => set === only)) return only;
  if (some.includes(ANY_ADDRESS)) return ANY_ADDRESS;
  return addressSet(algebra.normalise(some.flatMap((set) => set.ranges)));
}

export function intersectAddresses(a: AddressSet, b: AddressSet): AddressSet {
  if (a === b || b === ANY_ADDRESS) return a;
  if (a === ANY_ADDRESS) return b;
  return addressSet(algebra.intersect(a.ranges, b.ranges));
}

export function subtractAddresses(a: AddressSet, b: AddressSet): AddressSet {
  if (a === b || b === ANY_ADDRESS) return NO_ADDRESS;
  if (b.ranges.length === 0) return a;
  return addressSet(algebra.subtract(a.ranges, b.ranges));
}

export function complementAddresses(set: AddressSet): AddressSet {
  return subtractAddresses(ANY_ADDRESS, set);
}

export function isAddressSubset(a: AddressSet, b: AddressSet): boolean {
  return a === b || b === ANY_ADDRESS || algebra.isSubset(a.ranges, b.ranges);
}

/** True if some address is in both. */
export function addressesMeet(a: AddressSet, b: AddressSet): boolean {
  return algebra.meet(a.ranges, b.ranges);
}

export function equalAddresses(a: AddressSet, b: AddressSet): boolean {
  return a === b || equalIntervals(a.ranges, b.ranges);
}

export function addressSetContains(set: AddressSet, address: bigint): boolean {
  return algebra.contains(set.ranges, address);
}

/** The fewest disjoint canonical CIDRs that cover exactly this set, in order: IPv4 first, then IPv6, ascending. */
export function toCidrs(set: AddressSet): readonly string[] {
  const ipv4: string[] = [];
  const ipv6: string[] = [];
  for (const { first, last } of set.ranges) {
    if (first >= IPV4_BASE) {
      pushIpv4Blocks(ipv4, Number(first - IPV4_BASE), Number(last - IPV4_BASE));
    }
  }
  for (const { first, last } of spanMapped(set.ranges)) pushIpv6Blocks(ipv6, first, last);
  return [...ipv4, ...ipv6];
}

/**
 * The IPv6 ranges with the mapped addresses joined to what lies beside them. They are not on the axis, so a block may
 * hold them or not, and with them fewer blocks do: `::/0` instead of two hundred.
 */
function spanMapped(ranges: readonly AddressRange[]): readonly AddressRange[] {
  const ipv6 = ranges.filter((range) => range.first < IPV4_BASE);
  const touches = ipv6.some(
    (range) => range.last === MAPPED_FIRST - 1n || range.first === MAPPED_LAST + 1n,
  );
  if (!touches) return ipv6;
  return algebra.normalise([...ipv6, { first: MAPPED_FIRST, last: MAPPED_LAST }]);
}

function pushIpv4Blocks(blocks: string[], first: number, last: number): void {
  for (let at = first; at <= last;) {
    let length = 32;
    let size = 1;
    while (length > 0 && at % (size * 2) === 0 && at + size * 2 - 1 <= last) {
      size *= 2;
      length -= 1;
    }
    blocks.push(`${ipv4Text(at)}/${String(length)}`);
    at += size;
  }
}

function pushIpv6Blocks(blocks: string[], first: bigint, last: bigint): void {
  for (let at = first; at <= last;) {
    let length = 128;
    let size = 1n;
    while (length > 0 && (at & (size * 2n - 1n)) === 0n && at + size * 2n - 1n <= last) {
      size *= 2n;
      length -= 1;
    }
    // A block of mapped addresses alone would be read as an IPv4 block.
    if (at < MAPPED_FIRST || at + size - 1n > MAPPED_LAST) {
      blocks.push(`${ipv6Text(at)}/${String(length)}`);
    }
    at += size;
  }
}

export function addressSetText(set: AddressSet): string {
  if (set.ranges.length === 0) return "no address";
  if (equalAddresses(set, ANY_ADDRESS)) return "any address";
  return toCidrs(set).join(", ");
}
