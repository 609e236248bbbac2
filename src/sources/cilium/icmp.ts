import type { PathStep } from "../../manifest/manifest-object.ts";
import { clip } from "../schema-check.ts";
import type { DocumentReading } from "../document-reading.ts";
import { ciliumDiagnostics } from "./diagnostics.ts";
import type { IcmpMatch } from "./model.ts";
import type { RawIcmpField } from "./raw.ts";

const MOST_FIELDS = 40;

// cilium: pkg/policy/api/icmp.go
const IPV4_TYPES: Readonly<Record<string, number>> = {
  EchoReply: 0,
  DestinationUnreachable: 3,
  Redirect: 5,
  Echo: 8,
  EchoRequest: 8,
  RouterAdvertisement: 9,
  RouterSelection: 10,
  TimeExceeded: 11,
  ParameterProblem: 12,
  Timestamp: 13,
  TimestampReply: 14,
  Photuris: 40,
  ExtendedEchoRequest: 42,
  ExtendedEchoReply: 43,
};
const IPV6_TYPES: Readonly<Record<string, number>> = {
  DestinationUnreachable: 1,
  PacketTooBig: 2,
  TimeExceeded: 3,
  ParameterProblem: 4,
  EchoRequest: 128,
  EchoReply: 129,
  MulticastListenerQuery: 130,
  MulticastListenerReport: 131,
  MulticastListenerDone: 132,
  RouterSolicitation: 133,
  RouterAdvertisement: 134,
  NeighborSolicitation: 135,
  NeighborAdvertisement: 136,
  RedirectMessage: 137,
  RouterRenumbering: 138,
  ICMPNodeInformationQuery: 139,
  ICMPNodeInformationResponse: 140,
  InverseNeighborDiscoverySolicitation: 141,
  InverseNeighborDiscoveryAdvertisement: 142,
  HomeAgentAddressDiscoveryRequest: 144,
  HomeAgentAddressDiscoveryReply: 145,
  MobilePrefixSolicitation: 146,
  MobilePrefixAdvertisement: 147,
  DuplicateAddressRequestCodeSuffix: 157,
  DuplicateAddressConfirmationCodeSuffix: 158,
  ExtendedEchoRequest: 160,
  ExtendedEchoReply: 161,
};

/** Reads `icmps`. What is wrong is added to the reading. */
export function readIcmps(
  reading: DocumentReading,
  icmps: readonly { readonly fields?: readonly RawIcmpField[] | null | undefined }[],
  path: readonly PathStep[],
): readonly (readonly IcmpMatch[])[] {
  const refuse = (at: readonly PathStep[], reason: string): void => {
    reading.add(ciliumDiagnostics.create("CIL-R002", { at: reading.place(at), reason }));
  };
  return icmps.map(({ fields }, index) => {
    const list = fields ?? [];
    const at = [...path, index, "fields"];
    if (list.length > MOST_FIELDS) {
      refuse(at, `it lists ${String(list.length)} ICMP types, at most 40 are taken`);
    }
    return list.flatMap((field, position): readonly IcmpMatch[] => {
      const family = field.family === "IPv6" ? 6 : 4;
      const type = readType(field.type ?? "", family === 6 ? IPV6_TYPES : IPV4_TYPES);
      if (type !== undefined) return [{ family, type }];
      const reason = `\`${clip(String(field.type))}\` is no type of ICMP for IPv${String(family)}`;
      refuse([...at, position, "type"], reason);
      return [];
    });
  });
}

function readType(
  type: number | string,
  names: Readonly<Record<string, number>>,
): number | undefined {
  if (typeof type === "string" && Object.hasOwn(names, type)) return names[type];
  const number = typeof type === "number" ? type : /^[0-9]{1,3}$/.test(type) ? Number(type) : -1;
  return Number.isInteger(number) && number >= 0 && number <= 255 ? number : undefined;
}
