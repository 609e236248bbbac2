import { ICMP, ICMPV6, SCTP, TCP, UDP } from "../../sets/traffic-set.ts";
import { UsageError } from "../usage-error.ts";

/** What `--port` asks for. */
export type AskedTraffic =
  | {
      readonly kind: "number";
      readonly protocol: number;
      readonly value: number;
      readonly text: string;
    }
  /** A port by the name that the destination pod gives it; `port` if the user says its number, too. */
  | {
      readonly kind: "name";
      readonly protocol: number;
      readonly name: string;
      readonly port?: number;
    };

const PORT_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["TCP", TCP],
  ["UDP", UDP],
  ["SCTP", SCTP],
]);

const FORMS =
  "Write 443/TCP, 53/UDP, http/TCP (a port by its name), http=8080/TCP, icmp, icmp/8, icmp/8/0, icmpv6/128 or proto/47.";

export function protocolName(protocol: number): string {
  for (const [name, number] of PORT_PROTOCOLS) if (number === protocol) return name;
  if (protocol === ICMP) return "ICMP";
  return protocol === ICMPV6 ? "ICMPv6" : `protocol ${String(protocol)}`;
}

export function readTraffic(text: string | undefined): AskedTraffic {
  if (text === undefined) throw new UsageError("--port is missing", { hint: FORMS });
  const found = readPort(text) ?? readIcmp(text) ?? readProtocol(text);
  if (found === undefined) {
    throw new UsageError(`--port ${text}: this is neither a port nor a protocol`, { hint: FORMS });
  }
  return found;
}

/** `443/TCP`, `443` (TCP as everywhere in Kubernetes), `http/TCP`, `http=8080/TCP`. */
function readPort(text: string): AskedTraffic | undefined {
  const slash = text.lastIndexOf("/");
  const name = slash < 0 ? text : text.slice(0, slash);
  const protocol = PORT_PROTOCOLS.get(slash < 0 ? "TCP" : text.slice(slash + 1).toUpperCase());
  if (protocol === undefined) return undefined;
  const number = portNumber(name);
  if (number !== undefined) {
    return {
      kind: "number",
      protocol,
      value: number,
      text: `${protocolName(protocol)} ${String(number)}`,
    };
  }
  const [, given, port] = /^([^=]+)(?:=(\d+))?$/.exec(name) ?? [];
  if (given === undefined || !isPortName(given) || (slash < 0 && isProtocolWord(given))) {
    return undefined;
  }
  if (port === undefined) return { kind: "name", protocol, name: given };
  const value = portNumber(port);
  return value === undefined ? undefined : { kind: "name", protocol, name: given, port: value };
}

function portNumber(text: string): number | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port >= 1 && port <= 65535 ? port : undefined;
}

/** An IANA service name, as container ports have to have. (kubernetes: apimachinery validation `IsValidPortName`) */
function isPortName(text: string): boolean {
  return (
    text.length <= 15 &&
    /^[a-z0-9-]+$/.test(text) &&
    /[a-z]/.test(text) &&
    !text.includes("--") &&
    !text.startsWith("-") &&
    !text.endsWith("-")
  );
}

const isProtocolWord = (text: string): boolean => /^(?:icmp|icmpv6|tcp|udp|sctp|proto)$/.test(text);

/** `icmp` is an echo request; `icmp/3` has code 0. */
function readIcmp(text: string): AskedTraffic | undefined {
  const match = /^icmp(v6)?(?:\/(\d{1,3})(?:\/(\d{1,3}))?)?$/i.exec(text);
  if (match === null) return undefined;
  const protocol = match[1] === undefined ? ICMP : ICMPV6;
  const type = Number(match[2] ?? (protocol === ICMP ? 8 : 128));
  const code = Number(match[3] ?? 0);
  if (type > 255 || code > 255) return undefined;
  return {
    kind: "number",
    protocol,
    value: type * 256 + code,
    text: `${protocolName(protocol)} type ${String(type)} code ${String(code)}`,
  };
}

function readProtocol(text: string): AskedTraffic | undefined {
  const digits = /^proto\/(\d{1,3})$/i.exec(text)?.[1];
  if (digits === undefined) return undefined;
  const protocol = Number(digits);
  if (protocol > 255) return undefined;
  if ([TCP, UDP, SCTP].includes(protocol)) {
    const name = protocolName(protocol);
    throw new UsageError(`--port ${text}: ${name} has ports`, {
      hint: `Write the port, such as 443/${name}.`,
    });
  }
  if (protocol === ICMP || protocol === ICMPV6) return readIcmp(protocolName(protocol));
  return { kind: "number", protocol, value: 0, text: `protocol ${String(protocol)}` };
}
