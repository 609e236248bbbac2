import type { Direction } from "../../ir/policy.ts";
import { pathText } from "../../diagnostics/source-range.ts";
import type { PathStep } from "../../manifest/manifest-object.ts";
import { clip } from "../schema-check.ts";
import { calicoDiagnostics } from "./diagnostics.ts";
import { isDnsSubdomain } from "./metadata.ts";
import type { CalicoPolicy, EntityRule } from "./model.ts";
import { readNets } from "./nets.ts";
import { readPorts } from "./port-match.ts";
import type { RawEntityRule } from "./raw.ts";
import type { DocumentReading } from "./reading.ts";
import { readSelector } from "./selector-field.ts";

const NOTHING: readonly never[] = [];

/** An end of a rule that asks for nothing. */
const ANY_ENTITY: EntityRule = {
  nets: NOTHING,
  notNets: NOTHING,
  ports: NOTHING,
  notPorts: NOTHING,
  domains: NOTHING,
};

/** Which end of which rule is read. */
export interface EntityPosition {
  readonly kind: CalicoPolicy["kind"];
  readonly direction: Direction;
  readonly end: "source" | "destination";
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

const NETS_LIMIT = 256;
const PORTS_LIMIT = 50;

export function readEntityRule(
  reading: DocumentReading,
  raw: RawEntityRule | null | undefined,
  position: EntityPosition,
  path: readonly PathStep[],
): EntityRule {
  if (raw === null || raw === undefined) return ANY_ENTITY;
  const entity: Writable<EntityRule> = {
    place: reading.keptPlace(path),
    nets: readNets(reading, raw.nets, path, "nets", true),
    notNets: readNets(reading, raw.notNets, path, "notNets", true),
    ports: readPorts(reading, raw.ports, path, "ports"),
    notPorts: readPorts(reading, raw.notPorts, path, "notPorts"),
    domains: raw.domains ?? NOTHING,
  };
  const selector = readSelector(reading, raw.selector, "entity", path, "selector");
  if (selector !== undefined) entity.selector = selector;
  const notSelector = readSelector(reading, raw.notSelector, "entity-other", path, "notSelector");
  if (notSelector !== undefined) entity.notSelector = notSelector;
  const namespaces = raw.namespaceSelector;
  const namespaceSelector = readSelector(
    reading,
    namespaces,
    "entity-namespaces",
    path,
    "namespaceSelector",
  );
  if (namespaceSelector !== undefined) entity.namespaceSelector = namespaceSelector;
  const accounts = readAccounts(reading, raw, path);
  if (accounts !== undefined) entity.accounts = accounts;
  const services = readServices(reading, raw, position, path);
  if (services !== undefined) entity.services = services;

  checkLength(reading, raw.nets, NETS_LIMIT, path, "nets");
  checkLength(reading, raw.notNets, NETS_LIMIT, path, "notNets");
  checkLength(reading, raw.ports, PORTS_LIMIT, path, "ports");
  checkLength(reading, raw.notPorts, PORTS_LIMIT, path, "notPorts");
  return entity;
}

/** Absent when it says nothing: `serviceAccounts: {}` is no condition. */
function readAccounts(
  reading: DocumentReading,
  raw: RawEntityRule,
  path: readonly PathStep[],
): EntityRule["accounts"] {
  const accounts = raw.serviceAccounts;
  if (accounts === null || accounts === undefined) return undefined;
  const names = accounts.names ?? [];
  const selector = readSelector(
    reading,
    accounts.selector,
    "entity-other",
    [...path, "serviceAccounts"],
    "selector",
  );
  if (selector !== undefined) return { names, selector };
  return names.length === 0 ? undefined : { names };
}

function readServices(
  reading: DocumentReading,
  raw: RawEntityRule,
  position: EntityPosition,
  path: readonly PathStep[],
): EntityRule["services"] {
  const services = raw.services;
  if (services === null || services === undefined) return undefined;
  const reason = servicesProblem(raw, position);
  if (reason !== undefined) {
    const at = reading.place([...path, "services"], "key");
    reading.add(calicoDiagnostics.create("CAL-R011", { at, reason }));
    return undefined;
  }
  const name = services.name ?? "";
  const namespace = services.namespace ?? "";
  return namespace === "" ? { name } : { name, namespace };
}

// calico: libcalico-go/lib/validator/v3/validator.go, validateEntityRule and validateRule
function servicesProblem(raw: RawEntityRule, position: EntityPosition): string | undefined {
  const side = position.direction === "ingress" ? "source" : "destination";
  if (position.end !== side)
    return `in an ${position.direction} rule it may stand in \`${side}\` only`;
  const name = raw.services?.name ?? "";
  const namespace = raw.services?.namespace ?? "";
  if (name === "") return "it names no service";
  for (const text of [name, namespace])
    if (text !== "" && !isDnsSubdomain(text)) return `\`${clip(text)}\` is not a valid name`;
  if (position.kind === "GlobalNetworkPolicy" && namespace === "")
    return "a global policy must name the namespace of the service";
  const beside: readonly (keyof RawEntityRule)[] = [
    "selector",
    "notSelector",
    "namespaceSelector",
    "serviceAccounts",
    "nets",
    "notNets",
    ...(position.end === "destination" ? (["ports", "notPorts"] as const) : []),
  ];
  const other = beside.find((field) => says(raw[field]));
  return other === undefined ? undefined : `\`${other}\` may not stand beside it`;
}

function says(value: unknown): boolean {
  return (
    value !== null &&
    value !== undefined &&
    value !== "" &&
    !(Array.isArray(value) && value.length === 0)
  );
}

function checkLength(
  reading: DocumentReading,
  values: readonly unknown[] | null | undefined,
  limit: number,
  entity: readonly PathStep[],
  field: string,
): void {
  if (values === null || values === undefined || values.length <= limit) return;
  const path = [...entity, field];
  reading.add(
    calicoDiagnostics.create("CAL-P015", {
      at: reading.place(path, "key"),
      field: pathText(path),
      count: values.length,
      limit,
    }),
  );
}
