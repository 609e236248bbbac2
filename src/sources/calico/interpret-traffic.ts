import type { NamedPort, PortNaming, PortRange, TrafficPredicate } from "../../ir/policy.ts";
import {
  ALL_PORTS,
  ANY_TRAFFIC,
  complementTraffic,
  ICMP,
  ICMPV6,
  icmpTraffic,
  intersectTraffic,
  NO_TRAFFIC,
  portTraffic,
  protocolTraffic,
  SCTP,
  subtractTraffic,
  TCP,
  UDP,
  unionTraffic,
  type PortProtocol,
  type TrafficSet,
} from "../../sets/traffic-set.ts";
import type { RuleRemarks } from "./interpret-rule-parts.ts";
import type { CalicoRule, EntityRule, IcmpMatch, PortMatch } from "./model.ts";

const ANYTHING: TrafficPredicate = { numbers: ANY_TRAFFIC, named: [] };
const NO_NAMES: ReadonlySet<string> = new Set();

/** Plain rules share their traffic: most ask for one port of one protocol. */
const CACHE_LIMIT = 10_000;
const singlePorts = new Map<number, TrafficPredicate>();

export function isNamed(port: PortMatch): port is { readonly name: string } {
  return "name" in port;
}

function portsText(ports: readonly PortMatch[]): string {
  const shown = ports.slice(0, 8).map((port) => {
    if (isNamed(port)) return port.name;
    return port.first === port.last
      ? String(port.first)
      : `${String(port.first)}:${String(port.last)}`;
  });
  return shown.join(", ") + (ports.length > shown.length ? ", ..." : "");
}

function split(ports: readonly PortMatch[]): {
  readonly ranges: PortRange[];
  readonly names: string[];
} {
  const ranges: PortRange[] = [];
  const names: string[] = [];
  for (const port of ports) {
    if (isNamed(port)) names.push(port.name);
    else ranges.push(port);
  }
  return { ranges, names };
}

function withPorts(protocol: number | undefined): PortProtocol | undefined {
  return protocol === TCP || protocol === UDP || protocol === SCTP ? protocol : undefined;
}

/** Port numbers have no meaning without a protocol that has ports. */
function portNumbers(
  protocol: number | undefined,
  ranges: readonly PortRange[],
): TrafficSet | undefined {
  const known = withPorts(protocol);
  return known === undefined ? undefined : portTraffic(known, ranges);
}

function protocols(rule: CalicoRule): TrafficSet {
  const asked = rule.protocol === undefined ? ANY_TRAFFIC : protocolTraffic(rule.protocol);
  if (rule.notProtocol === undefined) return asked;
  return intersectTraffic(asked, complementTraffic(protocolTraffic(rule.notProtocol)));
}

function icmpText(match: IcmpMatch): string {
  return `type ${String(match.type)}${match.code === undefined ? "" : ` code ${String(match.code)}`}`;
}

function icmpSet(
  rule: CalicoRule,
  match: IcmpMatch,
  field: string,
  remarks: RuleRemarks,
): TrafficSet | undefined {
  if (rule.protocol === ICMP || rule.protocol === ICMPV6)
    return icmpTraffic(rule.protocol, match.type, match.code);
  remarks.unknown("CAL-R107", `${field} ${icmpText(match)}`, rule.origin.place);
  return undefined;
}

function sourcePorts(rule: CalicoRule, naming: PortNaming | undefined, remarks: RuleRemarks): void {
  const { source } = rule;
  const at = source.place ?? rule.origin.place;
  for (const negated of [false, true]) {
    const ports = negated ? source.notPorts : source.ports;
    if (ports.length === 0) continue;
    const { ranges, names } = split(ports);
    const what = `source.${negated ? "notPorts" : "ports"} ${portsText(ports)}`;
    remarks.condition(
      {
        kind: "source-port",
        ports: ranges,
        names,
        negated,
        ...(naming === undefined || names.length === 0 ? {} : { naming }),
        code: "CAL-R101",
        what,
      },
      at,
    );
  }
}

/** How an end asks for its ports: by name, by number, or both. */
export function namesOf({ ports }: EntityRule): "none" | "only" | "mixed" {
  if (ports.length === 0) return "none";
  const named = ports.filter(isNamed).length;
  if (named === 0) return "none";
  return named === ports.length ? "only" : "mixed";
}

/** The names of ports that an end asks for or excludes. */
export function nameTexts({ ports, notPorts }: EntityRule): ReadonlySet<string> {
  if (ports.length === 0 && notPorts.length === 0) return NO_NAMES;
  const names = new Set<string>();
  for (const port of ports) if (isNamed(port)) names.add(port.name);
  for (const port of notPorts) if (isNamed(port)) names.add(port.name);
  return names;
}

/**
 * True if a condition says what a Deny or Pass asks of the destination's port: its names count for some endpoints only,
 * while the rest of what the rule says is about more. An Allow is rather left without what its names cannot say.
 */
export function holdsNames(rule: CalicoRule, naming: PortNaming | undefined): naming is PortNaming {
  if (naming === undefined || rule.action === "allow" || rule.action === "log") return false;
  const asked = namesOf(rule.destination);
  return asked === "mixed" || (asked === "only" && naming.hosts.length > 0);
}

/**
 * The traffic of a rule but for `services`. Calico collects the members of a port's name for the rule's protocol; without
 * one surely for TCP, and later releases perhaps for all. (calico: felix/calc/rule_scanner.go)
 */
export function ruleTraffic(
  rule: CalicoRule,
  naming: Readonly<Record<"source" | "destination", PortNaming | undefined>>,
  remarks: RuleRemarks,
): TrafficPredicate {
  const { destination } = rule;
  const plain =
    rule.notProtocol === undefined &&
    rule.icmp === undefined &&
    rule.notIcmp === undefined &&
    destination.notPorts.length === 0;
  if (rule.source.ports.length > 0 || rule.source.notPorts.length > 0)
    sourcePorts(rule, naming.source, remarks);
  if (plain && destination.ports.length <= 1) {
    const [port] = destination.ports;
    if (port === undefined)
      return rule.protocol === undefined ? ANYTHING : wholeProtocol(rule.protocol);
    if (!isNamed(port) && port.first === port.last) {
      const known = withPorts(rule.protocol);
      if (known !== undefined) return singlePort(known, port);
    }
  }

  const at = destination.place ?? rule.origin.place;
  const allows = rule.action === "allow";
  let base = protocols(rule);
  if (rule.icmp !== undefined)
    base = intersectTraffic(base, icmpSet(rule, rule.icmp, "icmp", remarks) ?? ANY_TRAFFIC);
  if (rule.notIcmp !== undefined) {
    base = subtractTraffic(base, icmpSet(rule, rule.notIcmp, "notICMP", remarks) ?? NO_TRAFFIC);
  }

  const excluded = split(destination.notPorts);
  const excludedText = `destination.notPorts ${portsText(destination.notPorts)}`;
  if (excluded.names.length > 0) {
    remarks.condition(
      {
        kind: "excluded-named-port",
        names: excluded.names,
        ...(naming.destination === undefined ? {} : { naming: naming.destination }),
        code: "CAL-R102",
        what: excludedText,
      },
      at,
    );
  }
  let cut = NO_TRAFFIC;
  if (excluded.ranges.length > 0) {
    const numbers = portNumbers(rule.protocol, excluded.ranges);
    if (numbers === undefined) remarks.unknown("CAL-R106", excludedText, at);
    else cut = numbers;
  }

  const { ranges, names } = split(destination.ports);
  if (ranges.length === 0 && names.length === 0)
    return { numbers: subtractTraffic(base, cut), named: [] };
  let numbers: TrafficSet = NO_TRAFFIC;
  if (ranges.length > 0) {
    const asked = portNumbers(rule.protocol, ranges);
    if (asked === undefined)
      remarks.unknown("CAL-R106", `destination.ports ${portsText(destination.ports)}`, at);
    numbers = intersectTraffic(base, asked ?? ANY_TRAFFIC);
  }
  const known = withPorts(rule.protocol);
  const what = `destination.ports ${names.join(", ")}`;
  if (known === undefined && names.length > 0) {
    if (allows) remarks.leftOut("CAL-R116", what, at);
    else remarks.unknown("CAL-R116", what, at);
  }
  const whole = intersectTraffic(
    base,
    known !== undefined ? protocolTraffic(known) : allows ? protocolTraffic(TCP) : ALL_PORTS,
  );
  const named = whole.ranges.length === 0 ? [] : namedPorts(names, whole);
  if (named.length > 0 && cut.ranges.length > 0) {
    remarks.unknown(
      "CAL-R112",
      `destination.ports ${portsText(destination.ports)} with notPorts`,
      at,
    );
  }
  const remaining = subtractTraffic(numbers, cut);
  if (named.length > 0 && holdsNames(rule, naming.destination)) {
    const code = naming.destination.hosts.length > 0 ? "CAL-R113" : "CAL-R115";
    remarks.condition(
      {
        kind: "destination-port",
        numbers: remaining,
        names,
        naming: naming.destination,
        code,
        what,
      },
      at,
    );
    return { numbers: unionTraffic(remaining, subtractTraffic(whole, cut)), named: [] };
  }
  if (named.length > 0 && (naming.destination?.hosts.length ?? 0) > 0)
    remarks.leftOut("CAL-R113", what, at);
  return { numbers: remaining, named };
}

function namedPorts(names: readonly string[], protocols: TrafficSet): readonly NamedPort[] {
  return [...new Set(names)].map((name) => ({ name, protocols }));
}

function wholeProtocol(protocol: number): TrafficPredicate {
  return cached(-1 - protocol, () => protocolTraffic(protocol));
}

function singlePort(protocol: PortProtocol, port: PortRange): TrafficPredicate {
  return cached(protocol * 65536 + port.first, () => portTraffic(protocol, [port]));
}

function cached(key: number, make: () => TrafficSet): TrafficPredicate {
  const known = singlePorts.get(key);
  if (known !== undefined) return known;
  if (singlePorts.size >= CACHE_LIMIT) singlePorts.clear();
  const made: TrafficPredicate = { numbers: make(), named: [] };
  singlePorts.set(key, made);
  return made;
}
