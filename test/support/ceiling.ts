import type { Outcome } from "../../src/ir/outcome.ts";
import type { Direction, Policy, PolicySet, Rule } from "../../src/ir/policy.ts";
import { DIRECTIONS } from "../../src/ir/policy.ts";
import { intersectPeers } from "../../src/sets/box.ts";
import type { PeerBox } from "../../src/sets/box.ts";
import { intersectCubes } from "../../src/sets/cube.ts";
import { intersectTraffic } from "../../src/sets/traffic-set.ts";

/*
 * The ceiling: the best outcome that the constructs of a Calico policy leave open, read off the document itself, construct
 * by construct (the table below), and knowing nothing of how lowering works. A policy below its ceiling is a policy for
 * which the tool could do better. No pod ranges and no pods are known here.
 */

export type Json = Readonly<Record<string, unknown>>;

/** Named constructs, each with the best that can come of it. The reasons are those of docs/SEMANTICS.md. */
export const CEILINGS = {
  "global policy": "conditional",
  "subject by service account": "narrowed",
  "subject by text of a label": "narrowed",
  "protocol without ports": "narrowed",
  "every protocol but one": "narrowed",
  "ICMP type": "narrowed",
  "source port": "narrowed",
  "excluded port name": "narrowed",
  "port by its name": "conditional",
  "HTTP match": "narrowed",
  "DNS name": "narrowed",
  service: "conditional",
  "service that is not known": "narrowed",
  "peer by service account": "narrowed",
  "peer by text of a label": "narrowed",
  "labels and addresses at once": "narrowed",
  "everybody but some pods": "narrowed",
  "IP family of pods by label": "narrowed",
  "own addresses": "narrowed",
  "peer that a network set or host matches": "conditional",
  "unknown field": "narrowed",
} as const satisfies Readonly<Record<string, Outcome>>;

export type Construct = keyof typeof CEILINGS;

/** What lies beside the policy in its world. */
export interface Companions {
  /** A network set or host endpoint is among the input, so that a selector may match addresses. */
  readonly hasGroups: boolean;
  /** `namespace/name`. */
  readonly services: ReadonlySet<string>;
}

export function constructsOf(policy: Json, companions: Companions): ReadonlySet<Construct> {
  const found = new Set<Construct>();
  const spec = asJson(policy["spec"]);
  const isGlobal = policy["kind"] === "GlobalNetworkPolicy";
  // Policies for hosts alone: nothing of them concerns a pod.
  if (spec["doNotTrack"] === true || spec["preDNAT"] === true) return found;
  if (isGlobal) found.add("global policy");
  const subject = texts(spec["selector"]);
  if (has(spec["serviceAccountSelector"]) || mentionsAccount(subject)) {
    found.add("subject by service account");
  }
  if (hasTextOperator(`${subject} ${texts(spec["namespaceSelector"])}`))
    found.add("subject by text of a label");
  const types = asValues(spec["types"]).map(texts);
  for (const direction of DIRECTIONS) {
    if (types.length > 0 && !types.includes(direction === "ingress" ? "Ingress" : "Egress"))
      continue;
    for (const rule of asList(spec[direction])) {
      if (rule["action"] === "Allow") addRule(found, rule, direction, isGlobal, companions);
    }
  }
  return found;
}

/** The best outcome that all constructs together leave open. */
export function ceilingOf(constructs: ReadonlySet<Construct>): Outcome {
  const outcomes = [...constructs].map((construct) => CEILINGS[construct]);
  if (outcomes.includes("narrowed")) return "narrowed";
  return outcomes.length > 0 ? "conditional" : "exact";
}

const KNOWN_RULE_FIELDS = new Set([
  "action",
  "ipVersion",
  "protocol",
  "notProtocol",
  "icmp",
  "notICMP",
  "source",
  "destination",
  "http",
  "metadata",
]);
const PORT_PROTOCOLS = new Set(["tcp", "udp", "sctp", "6", "17", "132"]);

function addRule(
  found: Set<Construct>,
  rule: Json,
  direction: Direction,
  isGlobal: boolean,
  companions: Companions,
): void {
  const { protocol, notProtocol } = rule;
  if (protocol !== undefined && !PORT_PROTOCOLS.has(texts(protocol).toLowerCase())) {
    found.add("protocol without ports");
  }
  if (notProtocol !== undefined) found.add("every protocol but one");
  if (rule["icmp"] !== undefined || rule["notICMP"] !== undefined) found.add("ICMP type");
  if (rule["http"] !== undefined) found.add("HTTP match");
  if (Object.keys(rule).some((key) => !KNOWN_RULE_FIELDS.has(key))) found.add("unknown field");

  const source = asJson(rule["source"]);
  const destination = asJson(rule["destination"]);
  if (has(source["ports"]) || has(source["notPorts"])) found.add("source port");
  if (asValues(destination["notPorts"]).some((port) => /[a-z]/.test(String(port)))) {
    found.add("excluded port name");
  }
  if (asValues(destination["ports"]).some((port) => /[a-z]/i.test(String(port)))) {
    found.add("port by its name");
  }
  const [peer, own] = direction === "ingress" ? [source, destination] : [destination, source];
  if (has(peer["domains"])) found.add("DNS name");
  addPeer(found, peer, isGlobal, companions);
  if (has(own["nets"]) || has(own["notNets"])) found.add("own addresses");
  if (has(own["serviceAccounts"])) found.add("peer by service account");
  if (hasTextOperator(selectorsOf(own))) found.add("subject by text of a label");
  const family = rule["ipVersion"] !== undefined;
  if (family && selectorsOf(peer) !== "") found.add("IP family of pods by label");
}

function addPeer(
  found: Set<Construct>,
  peer: Json,
  isGlobal: boolean,
  companions: Companions,
): void {
  const service = asJson(peer["services"]);
  if (has(service)) {
    const name = `${texts(service["namespace"])}/${texts(service["name"])}`;
    found.add(companions.services.has(name) ? "service" : "service that is not known");
  }
  const selectors = selectorsOf(peer);
  if (has(peer["serviceAccounts"]) || mentionsAccount(selectors))
    found.add("peer by service account");
  if (hasTextOperator(selectors)) found.add("peer by text of a label");
  const byAddress = has(peer["nets"]) || has(peer["notNets"]);
  if (byAddress && (selectors !== "" || has(peer["serviceAccounts"])))
    found.add("labels and addresses at once");
  const { selector, notSelector, namespaceSelector } = peer;
  if (isGlobal && has(notSelector) && !has(selector) && !has(namespaceSelector)) {
    found.add("everybody but some pods");
  }
  if (selectors !== "" && companions.hasGroups)
    found.add("peer that a network set or host matches");
}

function selectorsOf(entity: Json): string {
  return ["selector", "notSelector", "namespaceSelector"]
    .map((key) => texts(entity[key]))
    .join(" ")
    .trim();
}

function mentionsAccount(selector: string): boolean {
  return selector.includes("pcsa.") || selector.includes("projectcalico.org/serviceaccount");
}

function hasTextOperator(selector: string): boolean {
  return /\b(?:contains|starts\s*with|ends\s*with)\b/.test(selector);
}

// ---------------------------------------------------------------- touched by a Deny or Pass

/**
 * The policies of a set of which some Deny, Pass or end of an earlier tier may take something: what becomes of them is a
 * matter of cutting, not of their constructs. By overlap alone, whoever would win.
 */
export function touchedPolicies(set: PolicySet): ReadonlySet<Policy> {
  const touched = new Set<Policy>();
  for (const direction of DIRECTIONS) {
    const before: { readonly policy: Policy; readonly rule?: Rule }[] = [];
    for (const tier of set.tiers) {
      const closing: Policy[] = [];
      for (const policy of tier.policies) {
        const applied = policy[direction];
        if (applied === undefined) continue;
        closing.push(policy);
        for (const rule of applied.rules) {
          if (before.some((earlier) => meets(earlier, policy, rule))) touched.add(policy);
          if (rule.action === "deny" || rule.action === "pass") before.push({ policy, rule });
          // A Pass, and a Deny where the tier would let the rest through, decide about what lies behind the tiers.
          if (rule.action === "pass" || (rule.action === "deny" && tier.defaultAction === "pass")) {
            touched.add(policy);
          }
        }
      }
      if (tier.defaultAction === "deny") for (const policy of closing) before.push({ policy });
    }
  }
  return touched;
}

function meets(
  earlier: { readonly policy: Policy; readonly rule?: Rule },
  policy: Policy,
  rule: Rule,
): boolean {
  if (rule.action !== "allow") return false;
  const subjects = earlier.policy.subject.pods.some((a) =>
    policy.subject.pods.some((b) => intersectCubes(a, b) !== undefined),
  );
  if (!subjects) return false;
  const other = earlier.rule;
  if (other === undefined) return true;
  const traffic =
    other.traffic.named.length > 0 ||
    rule.traffic.named.length > 0 ||
    intersectTraffic(other.traffic.numbers, rule.traffic.numbers).ranges.length > 0;
  return traffic && anyMeet(other.peer, rule.peer) && ownSidesMeet(other, rule);
}

function anyMeet(a: readonly PeerBox[], b: readonly PeerBox[]): boolean {
  return a.some((one) => b.some((other) => intersectPeers(one, other) !== undefined));
}

function ownSidesMeet(a: Rule, b: Rule): boolean {
  if (a.subjectOnly === undefined || b.subjectOnly === undefined) return true;
  return anyMeet(a.subjectOnly, b.subjectOnly);
}

// ---------------------------------------------------------------- reading what nobody has checked

function asJson(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Json)
    : {};
}

function asList(value: unknown): readonly Json[] {
  return asValues(value).map(asJson);
}

function asValues(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function texts(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Present and not empty: empty means the same as absent. */
function has(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== "object" || Object.values(value).some(has);
}
