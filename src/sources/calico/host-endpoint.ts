import type { PathStep } from "../../manifest/manifest-object.ts";
import { parseCidr, type ParsedCidr } from "../../sets/address-set.ts";
import { clip } from "../schema-check.ts";
import { calicoDiagnostics } from "./diagnostics.ts";
import { checkNoNamespace, readMetadata } from "./metadata.ts";
import type { AddressGroup } from "./model.ts";
import { hasPorts, readProtocol } from "./protocol.ts";
import type { RawDocument, RawHostEndpointSpec } from "./raw.ts";
import type { DocumentReading } from "./reading.ts";

/** The profile that automatic host endpoints carry: it allows everything and brings no labels. */
const DEFAULT_ALLOW = "projectcalico-default-allow";

/**
 * Reads a HostEndpoint for what rules see of it as a peer: labels, expected addresses and named ports. Undefined when it
 * is invalid; the reading then holds the reason.
 */
export function readHostEndpoint(
  reading: DocumentReading,
  raw: RawDocument<RawHostEndpointSpec>,
): AddressGroup | undefined {
  const metadata = readMetadata(reading, { ...raw, spec: undefined });
  if (metadata === undefined) return undefined;
  checkNoNamespace(reading, raw.kind, metadata);
  const { name } = metadata;
  const spec = raw.spec ?? {};
  const refuse = (path: readonly PathStep[], reason: string): void => {
    reading.add(calicoDiagnostics.create("CAL-E001", { at: reading.place(path), name, reason }));
  };
  if ((spec.node ?? "") === "") refuse(["spec"], "it names no `node`");
  const expected = spec.expectedIPs ?? [];
  if ((spec.interfaceName ?? "") === "" && expected.length === 0)
    refuse(["spec"], "it has neither `interfaceName` nor `expectedIPs`");
  const nets: ParsedCidr[] = [];
  for (const [index, text] of expected.entries()) {
    const address = parseCidr(text);
    if (address?.bare === true) nets.push(address);
    else refuse(["spec", "expectedIPs", index], `\`${clip(text)}\` is not an IP address`);
  }
  let hasProfiles = false;
  for (const [index, profile] of (spec.profiles ?? []).entries()) {
    if (profile === DEFAULT_ALLOW) continue;
    hasProfiles = true;
    reading.add(
      calicoDiagnostics.create("CAL-E002", {
        at: reading.place(["spec", "profiles", index]),
        name,
        profile: clip(profile),
      }),
    );
  }
  const ports = readNamedPorts(reading, spec, refuse);
  return reading.failed
    ? undefined
    : {
        kind: "HostEndpoint",
        name,
        labels: metadata.labels,
        nets,
        domains: [],
        ports,
        ...(hasProfiles ? { hasProfiles } : {}),
        place: reading.place([]),
      };
}

function readNamedPorts(
  reading: DocumentReading,
  spec: RawHostEndpointSpec,
  refuse: (path: readonly PathStep[], reason: string) => void,
): NonNullable<AddressGroup["ports"]> {
  return (spec.ports ?? []).flatMap(({ name, protocol: given, port }, index) => {
    const path: readonly PathStep[] = ["spec", "ports", index];
    const protocol = readProtocol(reading, given, path, "protocol");
    if (protocol !== undefined && !hasPorts(protocol)) {
      refuse([...path, "protocol"], "a protocol with ports is TCP, UDP or SCTP");
    }
    if (protocol === undefined || (name ?? "") === "" || (port ?? 0) === 0) return [];
    return [{ name: name ?? "", protocol, port: port ?? 0 }];
  });
}
