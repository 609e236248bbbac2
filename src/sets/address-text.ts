/**
 * Addresses as text, read and written as Go's standard library does it: the engines and the API server are Go, and what
 * they refuse or understand differently must not be understood here. (go: net/netip/netip.go `ParseAddr`, net/ip.go
 * `ParseCIDR`.)
 */

/** An address as its bits alone. */
export interface AddressBits {
  readonly family: 4 | 6;
  readonly bits: bigint;
}

/** What all IPv4-mapped IPv6 addresses begin with: ::ffff:0:0/96. */
export const MAPPED_FIRST = 0xffff_0000_0000n;
export const MAPPED_LAST = 0xffff_ffff_ffffn;

/**
 * Reads an address; undefined when Go's `netip.ParseAddr` would refuse it or find a zone. An IPv4-mapped address stays
 * an IPv6 one here.
 */
export function readAddress(text: string): AddressBits | undefined {
  // The longest is an IPv6 address of full groups with an IPv4 address at its end.
  if (text.length > 45) return undefined;
  if (text.includes(":")) {
    const bits = readIpv6(text);
    return bits === undefined ? undefined : { family: 6, bits };
  }
  const bits = readIpv4(text);
  return bits === undefined ? undefined : { family: 4, bits: BigInt(bits) };
}

/** Four decimal fields of 0 to 255, none with a leading zero: no octal, no hexadecimal, no short forms. */
function readIpv4(text: string): number | undefined {
  let bits = 0;
  let field = 0;
  let digits = 0;
  let dots = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) {
      if (digits > 0 && field === 0) return undefined;
      field = field * 10 + digit;
      digits += 1;
      if (field > 255) return undefined;
    } else if (digit === -2 && digits > 0 && dots < 3) {
      bits = bits * 256 + field;
      field = 0;
      digits = 0;
      dots += 1;
    } else return undefined;
  }
  return dots === 3 && digits > 0 ? bits * 256 + field : undefined;
}

/** Eight groups of one to four hexadecimal digits; `::` once for at least one group; the last two may be an IPv4 address. */
function readIpv6(text: string): bigint | undefined {
  const gap = text.indexOf("::");
  if (gap < 0) {
    const groups = readGroups(text, true);
    return groups?.length === 8 ? joinGroups(groups) : undefined;
  }
  const before = gap === 0 ? [] : readGroups(text.slice(0, gap), false);
  const rest = text.slice(gap + 2);
  const after = rest === "" ? [] : readGroups(rest, true);
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  if (missing < 1) return undefined;
  return joinGroups([...before, ...Array<number>(missing).fill(0), ...after]);
}

function readGroups(text: string, ipv4Last: boolean): readonly number[] | undefined {
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [at, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      const bits = ipv4Last && at === parts.length - 1 ? readIpv4(part) : undefined;
      if (bits === undefined) return undefined;
      groups.push(Math.floor(bits / 65536), bits % 65536);
    }
  }
  return groups;
}

function joinGroups(groups: readonly number[]): bigint {
  let bits = 0n;
  for (const group of groups) bits = (bits << 16n) | BigInt(group);
  return bits;
}

/** The prefix length after the slash. `net.ParseCIDR` takes leading zeros (`/08`), and so do we; it takes no sign. */
export function readPrefixLength(text: string, longest: number): number | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined;
  const length = Number(text);
  return length <= longest ? length : undefined;
}

export function ipv4Text(bits: number): string {
  return `${String(bits >>> 24)}.${String((bits >>> 16) & 255)}.${String((bits >>> 8) & 255)}.${String(bits & 255)}`;
}

/** The canonical form of RFC 5952: lower case, no leading zeros, the first longest run of two zero groups or more as `::`. */
export function ipv6Text(bits: bigint): string {
  const groups: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(Number((bits >> shift) & 0xffffn));
  let runAt = -1;
  let runLength = 1;
  for (let at = 0; at < 8; at += 1) {
    let length = 0;
    while (groups[at + length] === 0) length += 1;
    if (length > runLength) {
      runAt = at;
      runLength = length;
    }
  }
  const hex = (part: readonly number[]): string =>
    part.map((group) => group.toString(16)).join(":");
  if (runAt < 0) return hex(groups);
  return `${hex(groups.slice(0, runAt))}::${hex(groups.slice(runAt + runLength))}`;
}
