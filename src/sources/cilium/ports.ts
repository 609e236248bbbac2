import type { PathStep } from "../../manifest/manifest-object.ts";
import { clip } from "../schema-check.ts";
import type { DocumentReading } from "../document-reading.ts";
import { ciliumDiagnostics } from "./diagnostics.ts";
import { regexpProblem } from "./go-regexp.ts";
import type { L7Condition, PortEntry, PortMatch, PortProtocols, ProxyDemand } from "./model.ts";
import type { RawName, RawPort, RawPortRule, RawTls } from "./raw.ts";

type Path = readonly PathStep[];

/** Most ports of one entry of `toPorts`. (cilium: pkg/policy/api/rule_validation.go) */
const MOST_PORTS = 40;

const PROTOCOLS: readonly PortProtocols[] = ["TCP", "UDP", "SCTP", "ANY"];

/** Protocols without ports, which the agent takes under a setting of its own. */
const IP_PROTOCOLS: Readonly<Record<string, number>> = {
  IGMP: 2,
  IPIP: 4,
  IPV6: 41,
  GRE: 47,
  ESP: 50,
  AH: 51,
  VRRP: 112,
};

export interface ReadPorts {
  readonly entries: readonly PortEntry[];
  readonly hasL7: boolean;
  /** Where a protocol without ports is asked for. */
  readonly extended: Path | undefined;
}

/** Reads `toPorts`. What is wrong is added to the reading. */
export function readPortRules(
  reading: DocumentReading,
  rules: readonly RawPortRule[],
  path: Path,
  direction: "ingress" | "egress",
): ReadPorts {
  const entries: PortEntry[] = [];
  let hasL7 = false;
  let extended: Path | undefined;
  for (const [index, rule] of rules.entries()) {
    const at = [...path, index];
    const ports = rule.ports ?? [];
    if (ports.length > MOST_PORTS) {
      refuse(
        reading,
        [...at, "ports"],
        `it lists ${String(ports.length)} ports, at most 40 are taken`,
      );
    }
    const matches = ports.flatMap((port, position) => {
      const place = [...at, "ports", position];
      const match = readPort(reading, port, place);
      if (match !== undefined && "ipProtocol" in match) extended ??= place;
      return match ?? [];
    });
    const l7 = readL7(reading, rule, at, direction);
    hasL7 ||= l7.uses;
    entries.push(
      l7 === NO_L7
        ? { ports: matches }
        : {
            ports: matches,
            ...(l7.condition === undefined ? {} : { l7: l7.condition }),
            ...(l7.proxy === undefined ? {} : { proxy: l7.proxy }),
          },
    );
  }
  return { entries, hasL7, extended };
}

function refuse(reading: DocumentReading, path: Path, reason: string): void {
  reading.add(ciliumDiagnostics.create("CIL-R002", { at: reading.place(path), reason }));
}

/** An IANA service name, as Cilium spells it. (cilium: pkg/iana/svcname.go) */
function isServiceName(text: string): boolean {
  return text.length <= 15 && /^[A-Za-z0-9](?:-?[A-Za-z0-9])*$/.test(text) && /[A-Za-z]/.test(text);
}

function readPort(reading: DocumentReading, raw: RawPort, path: Path): PortMatch | undefined {
  const text = raw.port ?? "";
  const given = raw.protocol ?? "";
  const name = given === "" ? "ANY" : given.toUpperCase();
  const isIpProtocol = Object.hasOwn(IP_PROTOCOLS, name);
  const protocol = PROTOCOLS.find((one) => one === name);
  if (protocol === undefined && !isIpProtocol) {
    const reason =
      name === "ICMP" || name === "ICMPV6"
        ? "ICMP is asked for by `icmps`, not here"
        : `\`${clip(given)}\` is no protocol that Cilium takes: ${PROTOCOLS.join(", ")}`;
    refuse(reading, [...path, "protocol"], reason);
    return undefined;
  }
  if (given !== name && given !== "") {
    refuse(reading, [...path, "protocol"], `\`${clip(given)}\` is to be written as \`${name}\``);
    return undefined;
  }
  if (protocol === undefined) {
    if (text !== "" && text !== "0") {
      refuse(reading, [...path, "port"], `${name} has no ports`);
      return undefined;
    }
    return { ipProtocol: IP_PROTOCOLS[name] ?? 0 };
  }
  if (text === "") {
    refuse(reading, path, "it names no port; `0` stands for all of them");
    return undefined;
  }
  if (isServiceName(text)) {
    const last = raw.endPort ?? 0;
    return { name: text.toLowerCase(), protocol, ...(last > 0 ? { end: last } : {}) };
  }
  if (/^0[0-9]+$/.test(text)) {
    const reason = `\`${clip(text)}\` begins with a zero, and parts of Cilium read it as octal`;
    refuse(reading, [...path, "port"], reason);
    return undefined;
  }
  const first = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(first <= 65535)) {
    const reason = `\`${clip(text)}\` is neither a port from 0 to 65535 nor the name of one`;
    refuse(reading, [...path, "port"], reason);
    return undefined;
  }
  const end = raw.endPort ?? 0;
  // A range from 0 is a range; only 0 by itself is every port.
  if (first === 0) return { first: 1, last: end > 0 ? end : 65535, protocol };
  return { first, last: end > first ? end : first, protocol };
}

interface ReadL7 {
  /** Something of it needs the proxy. */
  readonly uses: boolean;
  readonly condition: L7Condition | undefined;
  readonly proxy: ProxyDemand | undefined;
}

const NO_L7: ReadL7 = { uses: false, condition: undefined, proxy: undefined };

/** What must hold beyond the ports. (cilium: pkg/policy/api/rule_validation.go `PortRule.sanitize`) */
function readL7(
  reading: DocumentReading,
  rule: RawPortRule,
  path: Path,
  direction: "ingress" | "egress",
): ReadL7 {
  if (
    ![rule.rules, rule.serverNames, rule.listener, rule.terminatingTLS, rule.originatingTLS].some(
      isThere,
    )
  )
    return NO_L7;
  const rules = rule.rules ?? {};
  const http = rules.http ?? [];
  const dns = rules.dns ?? [];
  const others = [
    ...((rules.kafka ?? []).length > 0 ? ["kafka"] : []),
    ...((rules.l7proto ?? "") === "" ? [] : [`l7proto ${clip(rules.l7proto ?? "")}`]),
  ];
  const kinds = [http.length > 0, dns.length > 0, others.length > 0].filter(Boolean).length;
  const at = [...path, "rules"];
  const byKind = [rules.http, rules.dns, rules.kafka, rules.l7proto, rules.l7];
  if (isThere(rule.rules) && byKind.every((one) => one === undefined || one === null)) {
    refuse(reading, at, "it names no kind of rules: `http`, `dns`, `kafka` or `l7proto`");
  }
  if ((rules.l7 ?? []).length > 0 && (rules.l7proto ?? "") === "") {
    refuse(reading, [...at, "l7"], "`l7` needs `l7proto`, which says for which parser it is");
  }
  for (const [index, request] of http.entries())
    checkHttp(reading, request, [...at, "http", index]);
  if (kinds > 1) refuse(reading, at, "it asks for several kinds of L7 rules at once");
  for (const [index, name] of dns.entries()) checkName(reading, name, [...at, "dns", index]);
  if (dns.length > 0 && direction === "ingress") {
    refuse(reading, at, "DNS rules are for egress only");
  }
  checkL7Ports(reading, rule, path, kinds > 0, dns.length > 0);
  const names = rule.serverNames ?? [];
  if (names.includes("")) refuse(reading, [...path, "serverNames"], "a server name is empty");
  const hasTls = isThere(rule.terminatingTLS) || isThere(rule.originatingTLS);
  const hasRules = http.length + dns.length > 0 || others.length > 0;
  if (names.length > 0 && hasRules && !isThere(rule.terminatingTLS)) {
    const reason = "`serverNames` beside L7 rules needs `terminatingTLS`";
    refuse(reading, [...path, "serverNames"], reason);
  }
  const listener = rule.listener?.name ?? "";
  if (listener !== "" && (hasRules || direction === "ingress")) {
    const reason = hasRules ? "is not taken beside L7 rules" : "is for egress only";
    refuse(reading, [...path, "listener"], `\`listener\` ${reason}`);
  }
  const condition =
    names.length > 0
      ? { kind: "server-names" as const, what: `serverNames ${listed(names)}` }
      : others.length > 0
        ? { kind: "other" as const, what: others.join(", ") }
        : http.some((one) => Object.values(one).some(isThere))
          ? { kind: "http" as const, what: `http ${listed(http.map(httpText))}` }
          : dns.length > 0 && !dns.some((one) => one.matchPattern === "*")
            ? {
                kind: "dns" as const,
                what: `dns ${listed(dns.map((one) => one.matchName ?? one.matchPattern ?? ""))}`,
              }
            : listener !== ""
              ? { kind: "tls" as const, what: `listener ${clip(listener)}` }
              : hasTls
                ? { kind: "tls" as const, what: "terminatingTLS or originatingTLS" }
                : undefined;
  // A list that lets every request or name pass restricts nothing.
  if (condition === undefined && !hasRules && !hasTls && listener === "") return NO_L7;
  const parsers = [
    ...(listener === "" ? [] : ["listener"]),
    ...(dns.length > 0 ? ["dns"] : []),
    ...(http.length > 0 ? ["http"] : []),
    ...others,
  ];
  return { uses: hasRules, condition, proxy: demandOf(rule, parsers[0] ?? "tls") };
}

/** A listener without a priority comes after all that have one. (cilium: pkg/policy/l4.go) */
const LAST_LISTENER = 126;

function demandOf(
  { listener, terminatingTLS, originatingTLS, serverNames }: RawPortRule,
  parser: string,
): ProxyDemand {
  const secretOf = (tls: RawTls): string =>
    `${tls.secret?.namespace ?? ""}/${tls.secret?.name ?? ""}`;
  const demand: { -readonly [Key in keyof ProxyDemand]: ProxyDemand[Key] } = {
    parser,
    hasServerNames: isThere(serverNames),
  };
  if (parser === "listener" && listener !== undefined && listener !== null) {
    const { envoyConfig, name, priority } = listener;
    const scope = envoyConfig?.kind === "CiliumClusterwideEnvoyConfig" ? "" : "own/";
    demand.listener = {
      name: `${scope}${envoyConfig?.name ?? ""}/${name ?? ""}`,
      priority: (priority ?? 0) === 0 ? LAST_LISTENER : (priority ?? 0),
    };
  }
  if (terminatingTLS !== undefined && terminatingTLS !== null) {
    demand.terminating = secretOf(terminatingTLS);
  }
  if (originatingTLS !== undefined && originatingTLS !== null) {
    demand.originating = secretOf(originatingTLS);
  }
  return demand;
}

function checkL7Ports(
  reading: DocumentReading,
  rule: RawPortRule,
  path: Path,
  hasRules: boolean,
  hasDns: boolean,
): void {
  if (!hasRules) return;
  const ports = rule.ports ?? [];
  if (hasDns && ports.length === 0) {
    refuse(reading, [...path, "rules"], "DNS rules need a port, 53 as a rule");
  }
  for (const [index, port] of ports.entries()) {
    const at = [...path, "ports", index];
    if (port.port === "0") refuse(reading, at, "L7 rules cannot be for every port (`0`)");
    if (hasDns && (port.endPort ?? 0) > Number(port.port)) {
      refuse(reading, at, "DNS rules cannot be for a range of ports");
    }
    const protocol = port.protocol ?? "";
    if (!hasDns && protocol !== "TCP") {
      const found = protocol === "" ? "none is given" : `not ${clip(protocol)}`;
      refuse(reading, at, `L7 rules other than DNS need \`protocol: TCP\` (${found})`);
    }
  }
}

/** Of a request Cilium's agent compiles the path and the method. (cilium: pkg/policy/api/http.go `Sanitize`) */
function checkHttp(
  reading: DocumentReading,
  request: Readonly<Record<string, unknown>>,
  path: Path,
): void {
  for (const field of ["path", "method"] as const) {
    const text = request[field];
    const problem = typeof text === "string" ? regexpProblem(text) : undefined;
    if (problem === undefined) continue;
    const what = `\`${clip(String(text))}\` is no regular expression of Go`;
    refuse(reading, [...path, field], `${what}: ${problem}`);
  }
}

/** A DNS name or pattern. (cilium: pkg/policy/api/fqdn.go) */
export function checkName(reading: DocumentReading, name: RawName, path: Path): void {
  const { matchName, matchPattern } = name;
  const both = [matchName, matchPattern].filter((one) => (one ?? "") !== "");
  if (both.length !== 1) {
    refuse(reading, path, "it must have one of `matchName` and `matchPattern`");
    return;
  }
  const text = both[0] ?? "";
  const allowed = matchName === text ? /^[-A-Za-z0-9_.]+$/ : /^[-A-Za-z0-9_.*]+$/;
  if (text.length > 255 || !allowed.test(text)) {
    refuse(reading, path, `\`${clip(text)}\` is no DNS name`);
  }
}

function isThere(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return false;
  return !Array.isArray(value) || value.length > 0;
}

function httpText(rule: Readonly<Record<string, unknown>>): string {
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  const words = [text(rule["method"]), text(rule["host"]), text(rule["path"])].filter(
    (word) => word !== "",
  );
  if (isThere(rule["headers"]) || isThere(rule["headerMatches"])) words.push("headers");
  return words.length === 0 ? "any request" : words.join(" ");
}

/** A few of them. */
export function listed(texts: readonly string[]): string {
  return (
    texts
      .slice(0, 5)
      .map((text) => clip(text, 60))
      .join(", ") + (texts.length > 5 ? ", ..." : "")
  );
}
