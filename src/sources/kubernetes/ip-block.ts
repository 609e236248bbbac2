import {
  type AddressSet,
  type ParsedCidr,
  NO_ADDRESS,
  addressSetContains,
  parseCidr,
  subtractAddresses,
  unionOfAddresses,
} from "../../sets/address-set.ts";
import { kubernetesDiagnostics } from "./diagnostics.ts";
import { type Findings, type Path, asList, asMapping, asText, quoted } from "./findings.ts";

export interface IpBlock {
  readonly addresses: AddressSet;
  /** CIDRs whose meaning is up to the engine: IPv4 written as IPv6. */
  readonly disputed: readonly string[];
}

/**
 * Numbers as the API server's lenient parser reads them: leading zeros mean nothing, in an IPv4 address at the end of an IPv6
 * one, too. (k8s.io/utils: internal/third_party/forked/golang/net/ip.go)
 */
function withoutLeadingZeros(text: string): string {
  if (text.length > 64 || !/(?:^|[./:])0[0-9a-f]/i.test(text)) return text;
  const slash = text.lastIndexOf("/");
  const address = slash < 0 ? text : text.slice(0, slash);
  const prefix = slash < 0 ? "" : text.slice(slash).replace(/^\/0+(?=[0-9])/, "/");
  return (
    address
      .split(":")
      .map((group) =>
        group.includes(".")
          ? group.split(".").map(withoutZeros).join(".")
          : group.length > 4
            ? withoutZeros(group)
            : group,
      )
      .join(":") + prefix
  );
}

const withoutZeros = (number: string): string => number.replace(/^0+(?=[0-9a-f])/i, "");

/** An IPv4-mapped network, `::ffff:10.0.0.0/104` in any spelling. */
function isMapped(text: string): boolean {
  return text.includes(":") && /^[0:]*:ffff:/i.test(text);
}

function readCidr(
  value: unknown,
  path: Path,
  disputed: string[],
  findings: Findings,
): ParsedCidr | undefined {
  const text = asText(value) ?? "";
  const at = findings.at(path);
  const plain = withoutLeadingZeros(text);
  const parsed = parseCidr(plain);
  if (parsed === undefined) {
    findings.add(kubernetesDiagnostics.create("K8S-N002", { at, cidr: quoted(text) }));
    return undefined;
  }
  if (parsed.bare) {
    const suggestion = `${text}/${parsed.family === 4 ? "32" : "128"}`;
    findings.add(kubernetesDiagnostics.create("K8S-N003", { at, cidr: text, suggestion }));
    return undefined;
  }
  if (isMapped(text)) {
    disputed.push(text);
    findings.add(kubernetesDiagnostics.create("K8S-N006", { at, cidr: text }));
  } else if (parsed.hostBits || plain !== text) {
    findings.add(
      kubernetesDiagnostics.create("K8S-N004", { at, cidr: text, canonical: parsed.text }),
    );
  }
  return parsed;
}

function prefixLength(cidr: ParsedCidr): number {
  return Number(cidr.text.slice(cidr.text.lastIndexOf("/") + 1));
}

/** Reads an `ipBlock`; undefined if the API server would refuse it. */
export function readIpBlock(value: unknown, path: Path, findings: Findings): IpBlock | undefined {
  const block = asMapping(value) ?? {};
  const given = block["cidr"];
  if (given === undefined || given === null || given === "") {
    findings.add(kubernetesDiagnostics.create("K8S-N001", { at: findings.at(path) }));
    return undefined;
  }
  const disputed: string[] = [];
  const cidr = readCidr(given, [...path, "cidr"], disputed, findings);
  const excepts: AddressSet[] = [];
  for (const [index, item] of (asList(block["except"]) ?? []).entries()) {
    const place = [...path, "except", index];
    const except = readCidr(item, place, disputed, findings);
    if (except === undefined || cidr === undefined) continue;
    const first = except.set.ranges[0]?.first;
    const inside =
      first !== undefined &&
      addressSetContains(cidr.set, first) &&
      except.family === cidr.family &&
      prefixLength(except) > prefixLength(cidr);
    if (!inside) {
      const at = findings.at(place);
      findings.add(
        kubernetesDiagnostics.create("K8S-N005", { at, except: quoted(item), cidr: cidr.text }),
      );
    }
    excepts.push(except.set);
  }
  if (cidr === undefined) return undefined;
  const excepted = excepts.length === 0 ? NO_ADDRESS : unionOfAddresses(excepts);
  return {
    addresses: excepts.length === 0 ? cidr.set : subtractAddresses(cidr.set, excepted),
    disputed,
  };
}
