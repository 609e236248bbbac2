import { canonicalJson } from "../../base/canonical-json.ts";
import type { Action, Direction } from "../../ir/policy.ts";
import { pathText } from "../../diagnostics/source-range.ts";
import type { PathStep } from "../../manifest/manifest-object.ts";
import type { ParsedCidr } from "../../sets/address-set.ts";
import { ICMP, ICMPV6 } from "../../sets/traffic-set.ts";
import { clip, nearest } from "../schema-check.ts";
import { calicoDiagnostics } from "./diagnostics.ts";
import { readEntityRule } from "./entity-rule.ts";
import { readHttp } from "./http-match.ts";
import type { CalicoPolicy, CalicoRule, EntityRule, IcmpMatch } from "./model.ts";
import { hasPorts, isNumeric, readProtocol } from "./protocol.ts";
import type { RawIcmp, RawRule } from "./raw.ts";
import type { DocumentReading } from "./reading.ts";

const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ["Allow", "allow"],
  ["Deny", "deny"],
  ["Log", "log"],
  ["Pass", "pass"],
]);
const NO_FIELDS: readonly string[] = [];

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Reads one rule. What is wrong in it is added to the reading; the rule that is returned then means nothing. */
export function readRule(
  reading: DocumentReading,
  raw: RawRule,
  kind: CalicoPolicy["kind"],
  direction: Direction,
  index: number,
  unknownFields: readonly string[] = NO_FIELDS,
): CalicoRule {
  const path: readonly PathStep[] = ["spec", direction, index];
  const at = reading.keptPlace(path);
  const end = (name: "source" | "destination"): EntityRule =>
    readEntityRule(reading, raw[name], { kind, direction, end: name }, [...path, name]);
  const rule: Writable<CalicoRule> = {
    origin: { direction, index, place: at },
    action: readAction(reading, raw, path),
    source: end("source"),
    destination: end("destination"),
    unknownFields,
  };
  if (raw.ipVersion === 4 || raw.ipVersion === 6) rule.ipVersion = raw.ipVersion;
  const protocol = readProtocol(reading, raw.protocol, path, "protocol");
  if (protocol !== undefined) rule.protocol = protocol;
  if (isNumeric(raw.protocol)) rule.protocolByNumber = true;
  const notProtocol = readProtocol(reading, raw.notProtocol, path, "notProtocol");
  if (notProtocol !== undefined) rule.notProtocol = notProtocol;
  const icmp = readIcmp(reading, raw, "icmp", protocol, path);
  if (icmp !== undefined) rule.icmp = icmp;
  const notIcmp = readIcmp(reading, raw, "notICMP", protocol, path);
  if (notIcmp !== undefined) rule.notIcmp = notIcmp;
  const http = readHttp(reading, raw, direction, protocol, path);
  if (http !== undefined) rule.http = http;
  if (unknownFields.length > 0) rule.written = canonicalJson(raw);

  checkPorts(reading, raw, rule, path);
  checkFamilies(reading, raw, rule, path);
  return rule;
}

/** The agent lowers the case of a stored action before it looks at it. (calico: .../updateprocessors/rules.go) */
function readAction(reading: DocumentReading, raw: RawRule, path: readonly PathStep[]): Action {
  const given = raw.action ?? undefined;
  const field = pathText([...path, "action"]);
  if (given === undefined) {
    reading.add(calicoDiagnostics.create("CAL-X002", { at: reading.keptPlace(path), field }));
    return "deny";
  }
  const action = ACTIONS.get(given);
  if (action !== undefined) return action;
  const at = reading.place([...path, "action"]);
  const words = [...ACTIONS.keys()];
  const meant = words.find((word) => word.toLowerCase() === given.toLowerCase());
  if (reading.stored && meant !== undefined) {
    reading.add(calicoDiagnostics.create("CAL-R014", { at, action: clip(given), known: meant }));
    return ACTIONS.get(meant) ?? "deny";
  }
  const near = nearest(given, words);
  reading.add(
    calicoDiagnostics.create("CAL-X001", {
      at,
      field,
      found: given === "" ? "an empty string" : `the string \`${clip(given)}\``,
      expected: `one of ${words.map((word) => `\`${word}\``).join(", ")}`,
      advice:
        near === undefined
          ? "Correct the value: the API refuses the object as it is."
          : `Write \`${near}\` if that is what is meant.`,
    }),
  );
  return "deny";
}

/** Absent when it says nothing: `icmp: {}` is no condition. */
function readIcmp(
  reading: DocumentReading,
  raw: RawRule,
  field: "icmp" | "notICMP",
  protocol: number | undefined,
  path: readonly PathStep[],
): IcmpMatch | undefined {
  const value: RawIcmp | null | undefined = raw[field];
  if (value === null || value === undefined) return undefined;
  const type = value.type ?? undefined;
  const code = value.code ?? undefined;
  // Validation compares names, so the number is refused; Calico's agent goes by what it stands for.
  const named = reading.stored || !isNumeric(raw.protocol);
  const isOfIcmp = protocol === ICMP || protocol === ICMPV6;
  const codeAlone = type === undefined && code !== undefined;
  if (codeAlone && reading.stored && isOfIcmp) {
    const at = reading.place([...path, field], "key");
    reading.add(calicoDiagnostics.create("CAL-R015", { at, field, code }));
    return undefined;
  }
  const reason = codeAlone
    ? "a code needs a type"
    : !isOfIcmp
      ? `\`${field}\` needs the protocol ICMP or ICMPv6`
      : field === "icmp" && !named
        ? "`icmp` needs the name of the protocol, not its number"
        : undefined;
  if (reason !== undefined) {
    const at = reading.place([...path, field], "key");
    reading.add(calicoDiagnostics.create("CAL-R005", { at, reason }));
  }
  if (type === undefined) return undefined;
  return code === undefined ? { type } : { type, code };
}

const PORT_FIELDS = ["ports", "notPorts"] as const;
const ENDS = ["source", "destination"] as const;

/** Numbers need a protocol with ports. Names may stand without a protocol, but not with one that has no ports. */
function checkPorts(
  reading: DocumentReading,
  raw: RawRule,
  rule: CalicoRule,
  path: readonly PathStep[],
): void {
  if (hasPorts(rule.protocol)) return;
  const given = raw.protocol ?? undefined;
  // A protocol that could not be read has been reported.
  if (given !== undefined && rule.protocol === undefined) return;
  for (const end of ENDS) {
    for (const field of PORT_FIELDS) {
      const ports = rule[end][field];
      const wrong =
        given === undefined ? ports.some((port) => !("name" in port)) : ports.length > 0;
      if (!wrong) continue;
      reading.add(
        calicoDiagnostics.create("CAL-R003", {
          at: reading.place([...path, end, field], "key"),
          field: `${end}.${field}`,
          protocol: given === undefined ? "not set" : `\`${String(given)}\``,
        }),
      );
    }
  }
}

/**
 * One rule, one IP version: that of `ipVersion`, of all its nets, and of ICMP. The storage form is not held to it: the
 * agent programs such a rule once for each version, with the nets of that version.
 */
function checkFamilies(
  reading: DocumentReading,
  raw: RawRule,
  rule: CalicoRule,
  path: readonly PathStep[],
): void {
  let seen4 = false;
  let seen6 = false;
  for (const end of ENDS) {
    const { nets, notNets } = rule[end];
    seen4 ||= nets.some(isIpv4) || notNets.some(isIpv4);
    seen6 ||= !nets.every(isIpv4) || !notNets.every(isIpv4);
    if (notNets.some(isCatchAll)) refuseCatchAll(reading, notNets, [...path, end, "notNets"]);
  }
  const version = rule.ipVersion;
  const mixed = seen4 && seen6;
  const crossed = (version === 4 && seen6) || (version === 6 && seen4);
  if (mixed || crossed) {
    const at = reading.place(path);
    if (reading.stored) reading.add(calicoDiagnostics.create("CAL-R008", { at }));
    else if (mixed) reading.add(calicoDiagnostics.create("CAL-R007", { at }));
    else
      reading.add(
        calicoDiagnostics.create("CAL-R006", {
          at: reading.place([...path, "ipVersion"]),
          version: version ?? "",
          what: `the rule's IPv${seen4 ? "4" : "6"} nets`,
        }),
      );
  }
  // By name: the numbers of ICMP and ICMPv6 are not held against the IP version.
  const icmpOf = (protocol: number): boolean =>
    (rule.protocol === protocol && !isNumeric(raw.protocol)) ||
    (rule.notProtocol === protocol && !isNumeric(raw.notProtocol));
  if ((version === 6 && icmpOf(ICMP)) || (version === 4 && icmpOf(ICMPV6))) {
    const at = reading.place([...path, "ipVersion"]);
    const what = version === 6 ? "the protocol ICMP" : "the protocol ICMPv6";
    reading.add(
      reading.stored
        ? calicoDiagnostics.create("CAL-R016", { at, version, what })
        : calicoDiagnostics.create("CAL-R006", { at, version, what }),
    );
  }
}

function isIpv4(net: ParsedCidr): boolean {
  return net.family === 4;
}

function isCatchAll(net: ParsedCidr): boolean {
  return net.text === "0.0.0.0/0" || net.text === "::/0";
}

function refuseCatchAll(
  reading: DocumentReading,
  nets: readonly ParsedCidr[],
  path: readonly PathStep[],
): void {
  nets.forEach((net, index) => {
    if (!isCatchAll(net)) return;
    const at = reading.place([...path, index]);
    const code = reading.stored ? "CAL-R010" : "CAL-R009";
    reading.add(calicoDiagnostics.create(code, { at, net: net.text }));
  });
}
