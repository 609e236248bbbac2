import type { Outcome } from "../../src/ir/outcome.ts";
import type { Direction } from "../../src/ir/policy.ts";
import { addressesMeet, parseCidr, type AddressSet } from "../../src/sets/address-set.ts";
import { PRIVATE_RANGES } from "../../src/sets/private-ranges.ts";
import type { Json } from "./ceiling.ts";

/*
 * The ceiling of Cilium policies: as in ceiling.ts, the best outcome that the constructs of a policy leave open, read off
 * the document itself. No pod ranges, no nodes and no API server are known here.
 */

const CEILINGS = {
  "clusterwide policy": "conditional",
  "subject by service account": "narrowed",
  "peer by service account": "narrowed",
  "negative namespace": "narrowed",
  // Which cluster is this one is not in the policy.
  "name of a cluster": "narrowed",
  "reserved label": "narrowed",
  "entity that is addresses of the cluster": "narrowed",
  "the world": "narrowed",
  "world and cluster": "conditional",
  "public CIDR": "conditional",
  "private CIDR": "narrowed",
  "group of CIDRs": "conditional",
  "DNS peer": "narrowed",
  "group of a cloud": "narrowed",
  service: "narrowed",
  "L7 rule": "narrowed",
  "ICMP type": "narrowed",
  "protocol without ports": "narrowed",
  "named port of a peer": "narrowed",
  authentication: "narrowed",
  requirement: "narrowed",
  "unknown field": "narrowed",
  "Deny that isolates nobody": "narrowed",
} as const satisfies Readonly<Record<string, Outcome>>;

type Construct = keyof typeof CEILINGS;

export function ciliumConstructsOf(policy: Json): ReadonlySet<Construct> {
  const found = new Set<Construct>();
  const specs = [asJson(policy["spec"]), ...asList(policy["specs"])];
  for (const spec of specs) {
    // For nodes alone: nothing of it concerns a pod.
    if (spec["nodeSelector"] !== undefined) continue;
    if (policy["kind"] === "CiliumClusterwideNetworkPolicy") found.add("clusterwide policy");
    if (mentions(spec, "policy.cluster")) found.add("name of a cluster");
    if (mentions(spec["endpointSelector"], "policy.serviceaccount"))
      found.add("subject by service account");
    for (const direction of ["ingress", "egress"] as const) {
      for (const rule of asList(spec[direction])) addRule(found, rule, direction);
      const isOpen = asJson(spec["enableDefaultDeny"])[direction] === false;
      if (isOpen && asList(spec[`${direction}Deny`]).length > 0) {
        found.add("Deny that isolates nobody");
      }
    }
  }
  return found;
}

export function ciliumCeilingOf(constructs: ReadonlySet<Construct>): Outcome {
  const outcomes = [...constructs].map((construct) => CEILINGS[construct]);
  if (outcomes.includes("narrowed")) return "narrowed";
  return outcomes.length > 0 ? "conditional" : "exact";
}

const KNOWN =
  /^(?:(?:from|to)(?:Endpoints|Requires|CIDR|CIDRSet|Entities|Nodes|Groups)|toServices|toFQDNs|toPorts|icmps|authentication)$/;

function addRule(found: Set<Construct>, rule: Json, direction: Direction): void {
  const side = direction === "ingress" ? "from" : "to";
  for (const field of Object.keys(rule)) if (!KNOWN.test(field)) found.add("unknown field");
  // An empty list of peers makes the rule one that matches nothing.
  const empties = ["Endpoints", "CIDR", "CIDRSet", "Entities", "Nodes"];
  if (empties.some((member) => isEmpty(rule[`${side}${member}`]))) return;
  if (asList(rule[`${side}Requires`]).length > 0) found.add("requirement");
  for (const selector of asList(rule[`${side}Endpoints`])) addSelector(found, selector);
  addEntities(found, asValues(rule[`${side}Entities`]).map(String));
  const cidrs = asValues(rule[`${side}CIDR`]).map(String);
  for (const entry of asList(rule[`${side}CIDRSet`])) {
    const cidr = entry["cidr"];
    if (typeof cidr === "string") cidrs.push(cidr);
    else if (cidr === undefined) found.add("group of CIDRs");
  }
  for (const cidr of cidrs) found.add(isPrivate(cidr) ? "private CIDR" : "public CIDR");
  if (asList(rule["toFQDNs"]).length > 0) found.add("DNS peer");
  if (asList(rule[`${side}Groups`]).length > 0) found.add("group of a cloud");
  if (asList(rule["toServices"]).length > 0) found.add("service");
  if (asList(rule["icmps"]).length > 0) found.add("ICMP type");
  if (asJson(rule["authentication"])["mode"] === "required") found.add("authentication");
  for (const entry of asList(rule["toPorts"])) addPorts(found, entry, direction);
}

function addSelector(found: Set<Construct>, selector: Json): void {
  const text = JSON.stringify(selector);
  for (const field of Object.keys(selector)) {
    if (!["matchLabels", "matchExpressions"].includes(field)) found.add("unknown field");
  }
  if (text.includes("policy.serviceaccount")) found.add("peer by service account");
  if (text.includes("reserved:")) found.add("reserved label");
  const terms = asList(selector["matchExpressions"]);
  const isNegative = terms.some(
    ({ key, operator }) =>
      String(key).includes("pod.namespace") && /^(?:NotIn|DoesNotExist)$/.test(String(operator)),
  );
  if (isNegative) found.add("negative namespace");
}

function addEntities(found: Set<Construct>, entities: readonly string[]): void {
  if (entities.includes("all")) return;
  if (entities.includes("world") && entities.includes("cluster")) {
    found.add("world and cluster");
    return;
  }
  for (const entity of entities) {
    if (entity.startsWith("world")) found.add("the world");
    if (["cluster", "remote-node", "kube-apiserver"].includes(entity))
      found.add("entity that is addresses of the cluster");
  }
}

function addPorts(found: Set<Construct>, entry: Json, direction: Direction): void {
  const rules = asJson(entry["rules"]);
  const restricts =
    asList(rules["http"]).some((one) => Object.keys(one).length > 0) ||
    (asList(rules["dns"]).length > 0 &&
      !asList(rules["dns"]).some((one) => one["matchPattern"] === "*")) ||
    ["kafka", "l7proto", "l7"].some((kind) => rules[kind] !== undefined) ||
    ["serverNames", "listener", "terminatingTLS", "originatingTLS"].some(
      (field) => entry[field] !== undefined,
    );
  if (restricts) found.add("L7 rule");
  for (const field of Object.keys(rules)) {
    if (!["http", "dns", "kafka", "l7proto", "l7"].includes(field)) found.add("unknown field");
  }
  for (const port of asList(entry["ports"])) {
    const text = String(port["port"]);
    if (direction === "egress" && /[a-z]/i.test(text)) found.add("named port of a peer");
    if (!/^(?:TCP|UDP|SCTP|ANY|undefined|null|)$/.test(String(port["protocol"])))
      found.add("protocol without ports");
  }
}

function isPrivate(text: string): boolean {
  const set: AddressSet | undefined = parseCidr(text)?.set;
  return set === undefined || addressesMeet(set, PRIVATE_RANGES);
}

const mentions = (value: unknown, text: string): boolean =>
  JSON.stringify(value ?? {}).includes(text);
const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

function asJson(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Json)
    : {};
}

const asList = (value: unknown): readonly Json[] => asValues(value).map(asJson);

function asValues(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}
