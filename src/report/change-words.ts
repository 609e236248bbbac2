import type { OpaqueCondition, UnsaidMatch } from "../ir/policy.ts";
import {
  addressesMeet,
  addressSetText,
  ALL_IPV4,
  ALL_IPV6,
  ANY_ADDRESS,
  equalAddresses,
  intersectAddresses,
  subtractAddresses,
  toCidrs,
} from "../sets/address-set.ts";
import type { AddressSet } from "../sets/address-set.ts";
import { ANY_CUBE, constraintOf, NAMESPACE_NAME } from "../sets/cube.ts";
import type { Cube } from "../sets/cube.ts";
import { equalTraffic, isTrafficSubset, trafficText } from "../sets/traffic-set.ts";
import type { Change, ChangedFlows } from "../verify/changes.ts";
import { ANY_SOURCE_PORT } from "../verify/region.ts";
import type { Ends } from "../verify/region-cover.ts";
import type { Region } from "../verify/region.ts";
import { either, podsWords } from "./label-words.ts";
import { trafficPhrase } from "./traffic-words.ts";

/** A statement in words, without the pods that it is about. */
export interface FlowWords {
  /** `pods with app=client in shop`, `anywhere`, `10.1.0.0/16`. */
  readonly peer: string;
  /** `TCP 443` and what else is asked of the connection. */
  readonly traffic: string;
  /** What is taken out of it: `pods with role=ops in shop: TCP 22`. */
  readonly except: readonly string[];
  /** What must hold, though nobody can check it; then the statement says "may". */
  readonly given: readonly string[];
}

/** More ranges of addresses than this are counted, not listed. */
const LISTED = 5;

/** The pods that a change is about. */
export function subjectWords({ pods, scope }: Change): string {
  const words = pods.map((one) => podsWords(one, scope.name ?? otherNamespaces(one)));
  return [...new Set(words)].sort().join("; and ");
}

/** In the scope of all namespaces that nobody knows a policy may still name some. */
function otherNamespaces(pods: Cube): string {
  const name = constraintOf(pods, NAMESPACE_NAME);
  return name === undefined || name.complement ? "any other namespace" : either(name.values);
}

export function flowWords({ ends, except }: ChangedFlows, change: Change): FlowWords {
  const [first] = ends;
  const given = new Set<string>();
  for (const region of ends) for (const one of conditionWords(region, change)) given.add(one);
  return {
    peer: peerWords(ends),
    traffic: first === undefined ? "" : restWords(first),
    except: exceptWords(except, first, change),
    given: [...given],
  };
}

function exceptWords(
  except: readonly Ends[],
  whole: Region | undefined,
  change: Change,
): readonly string[] {
  return except.flatMap((ends) => {
    const [region] = ends;
    if (region === undefined) return [];
    // What is taken out of TCP 80 is TCP 80 at most.
    const isAll = whole !== undefined && isTrafficSubset(whole.traffic, region.traffic);
    const words = restWords(isAll ? { ...region, traffic: whole.traffic } : region);
    const what = isAll && words === trafficPhrase(whole.traffic) ? "" : `: ${words}`;
    const whose =
      region.subject === ANY_CUBE
        ? []
        : [`for ${podsWords(region.subject, change.scope.name ?? "any other namespace")}`];
    return [[`${peerWords(ends)}${what}`, ...conditionWords(region, change), ...whose].join(", ")];
  });
}

/** True where it depends on what nobody can check. */
export function isUncertain({ ends, except }: ChangedFlows): boolean {
  return [ends, ...except]
    .flat()
    .some(({ facts }) => facts.some(({ variable }) => variable.kind === "unknown"));
}

function peerWords(regions: Ends): string {
  const [first] = regions;
  if (first === undefined) return "nobody";
  const at = addressesWords(first.peerAt);
  const after = afterWords(first.peerAfter);
  if (regions.length > 1) return `${at ?? "anywhere"}${after}`;
  if (first.peer === undefined) {
    return at === undefined ? "any address that is no pod's" : `${at} (no pods)`;
  }
  return `${podsWords(first.peer)}${at === undefined ? "" : ` at ${at}`}${after}`;
}

const afterWords = (addresses: AddressSet): string => {
  const words = addressesWords(addresses);
  return words === undefined ? "" : ` (after the switch at ${words})`;
};

/** Undefined: any address. */
function addressesWords(set: AddressSet): string | undefined {
  if (equalAddresses(set, ANY_ADDRESS)) return undefined;
  const families = [ALL_IPV4, ALL_IPV6].filter((family) => addressesMeet(set, family));
  const missing = subtractAddresses(ANY_ADDRESS, set);
  if (families.length === 2 && toCidrs(missing).length < toCidrs(set).length) {
    return `any address but ${clipped(missing)}`;
  }
  return families.map((family) => blocksWords(intersectAddresses(set, family))).join(", ");
}

/** `10.0.0.0/8 but 10.1.0.0/16`, where that is shorter than a list. */
function blocksWords(set: AddressSet): string {
  const whole = blockAround(set);
  const missing = subtractAddresses(whole, set);
  return toCidrs(missing).length + 1 < toCidrs(set).length
    ? `${addressSetText(whole)} but ${clipped(missing)}`
    : clipped(set);
}

/** The smallest block with all addresses of the set, which are of one family. */
function blockAround({ ranges }: AddressSet): AddressSet {
  const first = ranges[0]?.first ?? 0n;
  const last = ranges.at(-1)?.last ?? 0n;
  let size = 1n;
  while (first / size !== last / size) size *= 2n;
  const start = (first / size) * size;
  return intersectAddresses(ANY_ADDRESS, { ranges: [{ first: start, last: start + size - 1n }] });
}

function clipped(set: AddressSet): string {
  const parts = addressSetText(set).split(", ");
  if (parts.length <= LISTED) return parts.join(", ");
  return `${parts.slice(0, LISTED).join(", ")} and ${String(parts.length - LISTED)} more ranges`;
}

/** Traffic, the names of ports, the source ports and the pod's own address. */
function restWords(region: Region): string {
  const { traffic, facts, sourcePorts, subjectAt, subjectAfter } = region;
  const parts = [trafficPhrase(traffic)];
  for (const { variable, holds } of facts) {
    if (variable.kind !== "port-name") continue;
    const port = variable.of === "source" ? "the source port" : "the port";
    parts.push(`where ${port} is ${holds ? "" : "not "}named ${variable.name}`);
  }
  if (!equalTraffic(sourcePorts, ANY_SOURCE_PORT)) {
    parts.push(`from source port ${trafficText(sourcePorts).replaceAll("TCP ", "")}`);
  }
  const own = addressesWords(subjectAt);
  if (own !== undefined) parts.push(`where the pod itself has an address in ${own}`);
  const ownAfter = addressesWords(subjectAfter);
  if (ownAfter !== undefined) parts.push(`where the pod gets an address in ${ownAfter}`);
  return parts.join(", ");
}

function conditionWords({ facts }: Region, { conditions }: Change): readonly string[] {
  return facts.flatMap(({ variable, holds }) => {
    if (variable.kind !== "unknown") return [];
    const condition = conditions.get(variable);
    const what = `\`${condition?.what ?? "a condition that nobody can check"}\``;
    const words = isCondition(condition) ? `${what} holds` : `it is among ${what}`;
    return [`${holds ? "if" : "unless"} ${words}`];
  });
}

function isCondition(condition: OpaqueCondition | UnsaidMatch | undefined): boolean {
  return condition === undefined || "kind" in condition;
}
