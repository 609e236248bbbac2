import { canonicalJson } from "../../base/canonical-json.ts";
import type { RuleOrigin } from "../../ir/origin.ts";
import type { Direction } from "../../ir/policy.ts";
import { DIRECTIONS } from "../../ir/policy.ts";
import type { PathStep } from "../../manifest/manifest-object.ts";
import { clip, nearest } from "../schema-check.ts";
import type { DocumentReading } from "../document-reading.ts";
import { readCidrRule, readCidrs } from "./cidrs.ts";
import { ciliumDiagnostics } from "./diagnostics.ts";
import { readIcmps } from "./icmp.ts";
import type {
  CiliumElement,
  CiliumRule,
  Entity,
  LabelTerm,
  Need,
  PeerMembers,
  ServiceMatch,
} from "./model.ts";
import { ENTITIES } from "./model.ts";
import { checkName, listed, readPortRules } from "./ports.ts";
import type { RawElement, RawGroup, RawRule, RawSelector, RawService } from "./raw.ts";
import { readSelector } from "./selector.ts";

type Path = readonly PathStep[];

/** What the rules of one document share while they are read. */
export interface RuleScope {
  readonly reading: DocumentReading;
  /** Paths of fields that the schema does not know. */
  readonly unknown: readonly (readonly PathStep[])[];
  readonly isClusterwide: boolean;
  readonly needs: Need[];
  /** So many rules of each direction have been read: their positions go on from one list to the next. */
  readonly count: Record<Direction, number>;
}

const LISTS = [
  ["ingress", "ingress", "allow"],
  ["ingressDeny", "ingress", "deny"],
  ["egress", "egress", "allow"],
  ["egressDeny", "egress", "deny"],
] as const;

/** Reads `spec`, or an item of `specs`. What is wrong is added to the reading. */
export function readRule(raw: RawRule, path: Path, scope: RuleScope): CiliumRule {
  const { reading } = scope;
  const { endpointSelector, nodeSelector } = raw;
  const isNode = endpointSelector === undefined || endpointSelector === null;
  const given = endpointSelector ?? nodeSelector;
  if (given === undefined || given === null) {
    refuse(reading, path, "it has no `endpointSelector`");
  } else if (!isNode && nodeSelector !== undefined && nodeSelector !== null) {
    refuse(reading, path, "it has both `endpointSelector` and `nodeSelector`");
  } else if (isNode && !scope.isClusterwide) {
    const reason = "`nodeSelector` is for the CiliumClusterwideNetworkPolicy only";
    refuse(reading, [...path, "nodeSelector"], reason);
  }
  const terms = readSelector(reading, given ?? {}, [
    ...path,
    isNode ? "nodeSelector" : "endpointSelector",
  ]);
  const elements = LISTS.flatMap(([field, direction, verdict]) =>
    (raw[field] ?? []).map((element, index) =>
      readElement(element, [...path, field, index], direction, verdict, scope),
    ),
  );
  return {
    place: reading.keptPlace(path),
    subject: { kind: isNode ? "nodes" : "endpoints", terms },
    elements,
    defaultDeny: readDefaultDeny(raw),
  };
}

const BY_DEFAULT: CiliumRule["defaultDeny"] = {};

function readDefaultDeny({ enableDefaultDeny }: RawRule): CiliumRule["defaultDeny"] {
  if (enableDefaultDeny === undefined || enableDefaultDeny === null) return BY_DEFAULT;
  const given: Partial<Record<Direction, boolean>> = {};
  for (const direction of DIRECTIONS) {
    const value = enableDefaultDeny[direction];
    if (typeof value === "boolean") given[direction] = value;
  }
  return given;
}

function refuse(reading: DocumentReading, path: Path, reason: string): void {
  reading.add(ciliumDiagnostics.create("CIL-R001", { at: reading.place(path), reason }));
}

function readElement(
  raw: RawElement,
  path: Path,
  direction: Direction,
  verdict: CiliumElement["verdict"],
  scope: RuleScope,
): CiliumElement {
  const { reading, needs } = scope;
  const origin: RuleOrigin = {
    direction,
    index: scope.count[direction]++,
    place: reading.keptPlace(path),
  };
  const peers = readPeers(raw, path, direction, verdict, scope);
  // What a Deny has beside its ports the API does not know, so that it may be of any type.
  const toPorts =
    verdict === "deny" ? (raw.toPorts ?? []).map(({ ports }) => ({ ports })) : (raw.toPorts ?? []);
  const icmps = raw.icmps ?? [];
  const ports = readPortRules(reading, toPorts, [...path, "toPorts"], direction);
  const need = (feature: Need["feature"], at: Path): void => {
    needs.push({ feature, place: reading.place(at) });
  };
  if (ports.hasL7) need("l7-proxy", [...path, "toPorts"]);
  if (ports.extended !== undefined) need("extended-ip-protocols", ports.extended);
  if (icmps.length > 0) need("icmp-rules", [...path, "icmps"]);
  if (icmps.length > 0 && toPorts.length > 0) {
    refuse(reading, [...path, "icmps"], "`icmps` and `toPorts` cannot be in one rule");
  }
  const mode = verdict === "allow" ? raw.authentication?.mode : undefined;
  const unknownFields =
    scope.unknown.length === 0
      ? NO_FIELDS
      : scope.unknown
          .filter((field) => path.every((step, at) => field[at] === step))
          .map((field) => String(field.at(-1)));
  const isShortened = unknownFields.length > 0 || ports.entries.some(({ l7 }) => l7 !== undefined);
  const element: Writable<CiliumElement> = {
    origin,
    verdict,
    peers,
    ports: ports.entries,
    icmps: readIcmps(reading, icmps, [...path, "icmps"]),
    unknownFields,
  };
  if (mode !== undefined && mode !== null) element.authentication = mode;
  if (isShortened) element.whole = canonicalJson(raw);
  return element;
}

/** A record that is put together field by field: most have few of many, and each copy of a part costs as much as all. */
type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

const NO_FIELDS: readonly string[] = [];

/** The members that name peers; no two of them may have items. (cilium: pkg/policy/api/rule_validation.go) */
function readPeers(
  raw: RawElement,
  path: Path,
  direction: Direction,
  verdict: CiliumElement["verdict"],
  { reading, needs }: RuleScope,
): PeerMembers {
  const side = direction === "ingress" ? "from" : "to";
  const selectors = (
    list: readonly RawSelector[] | null | undefined,
    field: string,
  ): readonly (readonly LabelTerm[])[] | undefined =>
    list?.map((one, index) => readSelector(reading, one, [...path, field, index]));
  const endpoints = selectors(raw[`${side}Endpoints`], `${side}Endpoints`);
  const requires = selectors(raw[`${side}Requires`], `${side}Requires`);
  const nodes = selectors(raw[`${side}Nodes`], `${side}Nodes`);
  const cidr = raw[`${side}CIDR`];
  const cidrSet = raw[`${side}CIDRSet`];
  const entities = raw[`${side}Entities`];
  const groups = raw[`${side}Groups`];
  // Elsewhere they are fields that the API does not know, of any type, and it drops them.
  const toServices = direction === "egress" ? raw.toServices : undefined;
  const toFQDNs = direction === "egress" && verdict === "allow" ? raw.toFQDNs : undefined;
  if ((nodes?.length ?? 0) > 0) {
    needs.push({
      feature: "node-selector-labels",
      place: reading.place([...path, `${side}Nodes`]),
    });
  }
  const lists = [endpoints, cidr, cidrSet, entities, nodes, groups, toServices, toFQDNs];
  let withItems = 0;
  for (const list of lists) if ((list?.length ?? 0) > 0) withItems += 1;
  if (withItems > 1) {
    const members = ["Endpoints", "CIDR", "CIDRSet", "Entities", "Nodes", "Groups"];
    const fields = [...members.map((one) => `${side}${one}`), "toServices", "toFQDNs"];
    const names = fields.filter((_, at) => (lists[at]?.length ?? 0) > 0);
    const found = names.map((name) => `\`${name}\``).join(" and ");
    refuse(reading, path, `${found} cannot be in one rule: give each a rule of its own`);
  }
  toFQDNs?.forEach((name, index) => {
    checkName(reading, name, [...path, "toFQDNs", index]);
  });
  const peers: Writable<PeerMembers> = {};
  if (endpoints !== undefined) peers.endpoints = endpoints;
  if (requires !== undefined) peers.requires = requires;
  if (nodes !== undefined) peers.nodes = nodes;
  if (isGiven(cidr)) peers.cidrs = readCidrs(reading, cidr, [...path, `${side}CIDR`]);
  if (isGiven(cidrSet)) {
    peers.cidrSet = cidrSet.flatMap(
      (one, index) => readCidrRule(reading, one, [...path, `${side}CIDRSet`, index]) ?? [],
    );
  }
  if (isGiven(entities)) {
    peers.entities = readEntities(reading, entities, [...path, `${side}Entities`]);
  }
  if (isGiven(groups)) peers.groups = groups.map(groupText);
  if (isGiven(toServices)) {
    peers.services = toServices.flatMap((one, index) =>
      readService(reading, one, [...path, "toServices", index]),
    );
  }
  if (isGiven(toFQDNs)) peers.fqdns = toFQDNs.map((one) => one.matchName ?? one.matchPattern ?? "");
  return peers;
}

function isGiven<Item>(list: readonly Item[] | null | undefined): list is readonly Item[] {
  return list !== undefined && list !== null;
}

function readEntities(
  reading: DocumentReading,
  texts: readonly string[],
  path: Path,
): readonly Entity[] {
  return texts.flatMap((text, index) => {
    const entity = ENTITIES.find((one) => one === text);
    if (entity !== undefined) return [entity];
    const near = nearest(text, ENTITIES);
    const advice = near === undefined ? "" : `; \`${near}\` may be meant`;
    refuse(reading, [...path, index], `\`${clip(text)}\` is no entity of Cilium${advice}`);
    return [];
  });
}

function groupText({ aws }: RawGroup): string {
  if (aws === undefined || aws === null) return "a group";
  const ids = [...(aws.securityGroupsIds ?? []), ...(aws.securityGroupsNames ?? [])];
  if (ids.length > 0) return `security groups ${listed(ids)}`;
  const labels = Object.entries(aws.labels ?? {}).map(([key, value]) => `${key}=${value ?? ""}`);
  return labels.length === 0 ? "a group" : `labels ${listed(labels)}`;
}

/** An item may have both members; then either may match. (cilium: pkg/policy/api/service.go) */
function readService(
  reading: DocumentReading,
  raw: RawService,
  path: Path,
): readonly ServiceMatch[] {
  const found: ServiceMatch[] = [];
  const { k8sService, k8sServiceSelector } = raw;
  const inNamespace = (namespace: string | null | undefined) =>
    namespace === undefined || namespace === null || namespace === "" ? {} : { namespace };
  if (k8sService !== undefined && k8sService !== null) {
    const { serviceName, namespace } = k8sService;
    found.push({ kind: "name", name: serviceName ?? "", ...inNamespace(namespace) });
  }
  if (k8sServiceSelector !== undefined && k8sServiceSelector !== null) {
    const { selector, namespace } = k8sServiceSelector;
    const at = [...path, "k8sServiceSelector", "selector"];
    const terms = readSelector(reading, selector ?? {}, at);
    found.push({ kind: "selector", terms, ...inNamespace(namespace) });
  }
  return found;
}
