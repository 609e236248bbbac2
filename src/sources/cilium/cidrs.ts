import type { PathStep } from "../../manifest/manifest-object.ts";
import { NO_ADDRESS, parseCidr, type ParsedCidr } from "../../sets/address-set.ts";
import { readAddress, readPrefixLength, type AddressBits } from "../../sets/address-text.ts";
import { Interned } from "../intern.ts";
import { clip } from "../schema-check.ts";
import type { DocumentReading } from "../document-reading.ts";
import { ciliumDiagnostics } from "./diagnostics.ts";
import type { CidrRule } from "./model.ts";
import type { RawCidrRule } from "./raw.ts";
import { groupKeys, readSelector } from "./selector.ts";

type Path = readonly PathStep[];

function refuse(reading: DocumentReading, path: Path, reason: string): void {
  reading.add(ciliumDiagnostics.create("CIL-N001", { at: reading.place(path), reason }));
}

const parsed = new Interned((text: string): ParsedCidr | null => parseCidr(text) ?? null);

/** A CIDR in prefix form. Bits behind the prefix mean nothing; a bare address is refused by the API server. */
export function readCidr(
  reading: DocumentReading,
  text: string,
  path: Path,
): ParsedCidr | undefined {
  const cidr = parsed.get(text);
  if (cidr === null) {
    refuse(reading, path, `\`${clip(text)}\` is no CIDR`);
    return undefined;
  }
  // The API server takes it, the agent does not. (go: net/netip/netip.go `ParsePrefix`)
  if (/\/0[0-9]/.test(text)) {
    refuse(reading, path, `the prefix length of \`${clip(text)}\` begins with a zero`);
    return undefined;
  }
  if (cidr.bare) {
    const length = cidr.family === 4 ? "32" : "128";
    refuse(reading, path, `\`${clip(text)}\` is to be written as \`${clip(text)}/${length}\``);
    return undefined;
  }
  if (cidr.family === 4 && text.includes(":")) {
    reading.add(
      ciliumDiagnostics.create("CIL-N003", { at: reading.place(path), cidr: clip(text) }),
    );
    return { ...cidr, family: 6, set: NO_ADDRESS };
  }
  if (cidr.hostBits) {
    reading.add(
      ciliumDiagnostics.create("CIL-N002", {
        at: reading.place(path),
        cidr: clip(text),
        canonical: cidr.text,
      }),
    );
  }
  return cidr;
}

export function readCidrs(
  reading: DocumentReading,
  texts: readonly string[],
  path: Path,
): readonly ParsedCidr[] {
  return texts.flatMap((text, index) => readCidr(reading, text, [...path, index]) ?? []);
}

/** An item of `fromCIDRSet` or `toCIDRSet`. (cilium: pkg/policy/api/rule_validation.go `CIDRRule.sanitize`) */
export function readCidrRule(
  reading: DocumentReading,
  raw: RawCidrRule,
  path: Path,
): CidrRule | undefined {
  const { cidr, cidrGroupRef, cidrGroupSelector } = raw;
  const given = [
    (cidr ?? "") !== "",
    (cidrGroupRef ?? "") !== "",
    cidrGroupSelector !== undefined && cidrGroupSelector !== null,
  ].filter(Boolean).length;
  if (given !== 1) {
    const reason = "it must have one of `cidr`, `cidrGroupRef` and `cidrGroupSelector`";
    refuse(reading, path, reason);
    return undefined;
  }
  const except = readCidrs(reading, raw.except ?? [], [...path, "except"]);
  if (cidrGroupSelector !== undefined && cidrGroupSelector !== null) {
    const at = [...path, "cidrGroupSelector"];
    const terms = readSelector(reading, cidrGroupSelector, at, groupKeys);
    return { kind: "groups", terms, except };
  }
  if ((cidrGroupRef ?? "") !== "") return { kind: "group", name: cidrGroupRef ?? "", except };
  const whole = readCidr(reading, cidr ?? "", [...path, "cidr"]);
  if (whole === undefined) return undefined;
  for (const [index, one] of (raw.except ?? []).entries()) {
    if (liesIn(one, cidr ?? "")) continue;
    const reason = `\`${clip(one)}\` does not lie in \`${whole.text}\``;
    refuse(reading, [...path, "except", index], reason);
  }
  return { kind: "cidr", cidr: whole, except };
}

/**
 * As the agent finds it: by the bits of the addresses, of one family, where IPv4 written as IPv6 is IPv6. True for what is no
 * CIDR, which is another matter. (go: net/netip/netip.go `Prefix.Contains`)
 */
function liesIn(inner: string, outer: string): boolean {
  const [one, whole] = [bitsOf(inner), bitsOf(outer)];
  if (one === undefined || whole === undefined) return true;
  if (one.family !== whole.family || one.length < whole.length) return false;
  const behind = BigInt((whole.family === 4 ? 32 : 128) - whole.length);
  return one.bits >> behind === whole.bits >> behind;
}

function bitsOf(cidr: string): (AddressBits & { readonly length: number }) | undefined {
  const [text = "", prefix = ""] = cidr.split("/");
  const address = readAddress(text);
  if (address === undefined) return undefined;
  const length = readPrefixLength(prefix, address.family === 4 ? 32 : 128);
  return length === undefined ? undefined : { ...address, length };
}
