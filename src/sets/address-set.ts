/**
 * A set of IP addresses, IPv4 and IPv6, as sorted, disjoint, non-adjacent inclusive ranges of big integers on one axis:
 * an IPv6 address is its number, an IPv4 address its number + 2^128. So the families never touch.
 */
export interface AddressSet {
  readonly ranges: readonly AddressRange[];
}
export interface AddressRange {
  readonly first: bigint;
  readonly last: bigint;
}
export type AddressFamily = 4 | 6;

/** Every address of both families. */
export declare const ANY_ADDRESS: AddressSet;
export declare const NO_ADDRESS: AddressSet;
export declare const ALL_IPV4: AddressSet;
export declare const ALL_IPV6: AddressSet;

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
/** Reads a CIDR or a plain address (as Go's net.ParseCIDR / net.ParseIP would); undefined when it is neither. */
export declare function parseCidr(text: string): ParsedCidr | undefined;
/** The place of one address on the axis; undefined when the text is no address. */
export declare function parseAddress(text: string): bigint | undefined;
export declare function addressText(address: bigint): string;

export declare function addressSetOf(cidrs: Iterable<ParsedCidr>): AddressSet;
export declare function unionAddresses(...sets: readonly AddressSet[]): AddressSet;
export declare function intersectAddresses(a: AddressSet, b: AddressSet): AddressSet;
export declare function subtractAddresses(a: AddressSet, b: AddressSet): AddressSet;
export declare function complementAddresses(set: AddressSet): AddressSet;
export declare function isAddressSubset(a: AddressSet, b: AddressSet): boolean;
export declare function equalAddresses(a: AddressSet, b: AddressSet): boolean;
export declare function addressSetContains(set: AddressSet, address: bigint): boolean;
/** The fewest disjoint canonical CIDRs that cover exactly this set, in order: IPv4 first, then IPv6, ascending. */
export declare function toCidrs(set: AddressSet): readonly string[];
export declare function addressSetText(set: AddressSet): string;
