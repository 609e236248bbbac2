import {
  ALL_PORTS,
  ANY_TRAFFIC,
  equalTraffic,
  intersectTraffic,
  isTrafficSubset,
  OTHER_TRAFFIC,
  protocolTraffic,
  SCTP,
  subtractTraffic,
  TCP,
  trafficText,
  UDP,
} from "../sets/traffic-set.ts";
import type { TrafficSet } from "../sets/traffic-set.ts";

/** More parts than this are counted, not listed. */
const LISTED = 8;

/** Traffic as people say it: `TCP 80, 443`, `TCP but 22`, `any traffic but TCP 80`. */
export function trafficPhrase(set: TrafficSet): string {
  if (equalTraffic(set, ANY_TRAFFIC)) return "any traffic";
  if (equalTraffic(set, OTHER_TRAFFIC)) return "traffic other than TCP, UDP and SCTP";
  if (equalTraffic(set, ALL_PORTS)) return "TCP, UDP and SCTP";
  const missing = subtractTraffic(ANY_TRAFFIC, set);
  const without = partsOf(missing);
  const parts = partsOf(set);
  if (isTrafficSubset(OTHER_TRAFFIC, set) && without.length < parts.length) {
    return `any traffic but ${listed(without)}`;
  }
  return listed(parts);
}

function partsOf(set: TrafficSet): readonly string[] {
  const parts: string[] = [];
  for (const [protocol, name] of [
    [TCP, "TCP"],
    [UDP, "UDP"],
    [SCTP, "SCTP"],
  ] as const) {
    const whole = protocolTraffic(protocol);
    const part = intersectTraffic(set, whole);
    if (part.ranges.length === 0) continue;
    const missing = subtractTraffic(whole, part);
    if (missing.ranges.length === 0) parts.push(name);
    else if (missing.ranges.length < part.ranges.length) {
      parts.push(`${name} but ${numbersOf(missing, name)}`);
    } else parts.push(`${name} ${numbersOf(part, name)}`);
  }
  const other = intersectTraffic(set, OTHER_TRAFFIC);
  const others = wordsOf(other);
  const apart = wordsOf(subtractTraffic(OTHER_TRAFFIC, other));
  if (apart.length < others.length && apart.length > 0) {
    parts.push(`other protocols but ${listed(apart)}`);
  } else parts.push(...others);
  return parts;
}

const wordsOf = (set: TrafficSet): readonly string[] =>
  set.ranges.length === 0 ? [] : trafficText(set).split(", ");

/** `80, 443, 8000-8010`: the protocol is said once. */
function numbersOf(set: TrafficSet, name: string): string {
  const numbers = trafficText(set)
    .split(", ")
    .map((part) => part.slice(name.length + 1));
  if (numbers.length <= LISTED) return numbers.join(", ");
  return `${numbers.slice(0, LISTED).join(", ")} and ${String(numbers.length - LISTED)} more`;
}

function listed(parts: readonly string[]): string {
  if (parts.length <= LISTED) return parts.join(", ");
  return `${parts.slice(0, LISTED).join(", ")} and ${String(parts.length - LISTED)} more`;
}
