import type { PolicyOrigin } from "../../ir/origin.ts";
import type { PathStep } from "../../manifest/manifest-object.ts";
import { clip } from "../schema-check.ts";
import type { DocumentReading } from "../document-reading.ts";
import { parentOf } from "./derivatives.ts";
import { ciliumDiagnostics } from "./diagnostics.ts";
import { readMetadata } from "./metadata.ts";
import type { CiliumPolicy, CiliumRule } from "./model.ts";
import type { RawDocument } from "./raw.ts";
import { readRule, type RuleScope } from "./rule.ts";

/**
 * Reads a CiliumNetworkPolicy or CiliumClusterwideNetworkPolicy. Undefined when it is invalid: the reading then holds the
 * reason. One rule that the agent refuses voids the whole document.
 */
export function readNetworkPolicy(
  reading: DocumentReading,
  raw: RawDocument,
  unknown: readonly (readonly PathStep[])[],
  defaultNamespace: string,
): CiliumPolicy | undefined {
  const isClusterwide = raw.kind === "CiliumClusterwideNetworkPolicy";
  const metadata = readMetadata(
    reading,
    raw.kind,
    raw.metadata,
    isClusterwide ? "cluster" : { defaultNamespace },
  );
  const scope: RuleScope = {
    reading,
    unknown,
    isClusterwide,
    needs: [],
    count: { ingress: 0, egress: 0 },
  };
  const rules: CiliumRule[] = [];
  const { spec, specs } = raw;
  if (spec !== undefined && spec !== null) rules.push(readRule(spec, ["spec"], scope));
  specs?.forEach((one, index) => rules.push(readRule(one, ["specs", index], scope)));
  if ((spec === undefined || spec === null) && (specs === undefined || specs === null)) {
    reading.add(ciliumDiagnostics.create("CIL-P005", { at: reading.place([]) }));
  }
  checkRules(reading, rules);
  checkStatus(reading, raw.status);
  if (reading.failed || metadata === undefined) return undefined;
  const { name, namespace, labels } = metadata;
  const origin: PolicyOrigin = {
    engine: "cilium",
    apiVersion: raw.apiVersion,
    kind: raw.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    labels: Object.entries(labels),
    place: reading.keptPlace([]),
  };
  const kind = isClusterwide ? "CiliumClusterwideNetworkPolicy" : "CiliumNetworkPolicy";
  const parent = parentOf(raw.metadata);
  const uid = raw.metadata?.uid;
  return {
    kind,
    origin,
    rules,
    needs: scope.needs,
    ...(typeof uid === "string" ? { uid } : {}),
    ...(parent === undefined ? {} : { parent }),
  };
}

/**
 * The newest agent refuses a rule without any element, and with it the document; older ones take it for a rule without
 * effect. Where nothing else is in the document, that is the same.
 */
function checkRules(reading: DocumentReading, rules: readonly CiliumRule[]): void {
  const empty = rules.filter(({ elements }) => elements.length === 0);
  const isVoid = empty.length === rules.length;
  if (rules.length === 0 && !reading.failed) {
    reading.add(ciliumDiagnostics.create("CIL-P006", { at: reading.place(["specs"]) }));
  }
  for (const { place: at } of empty) {
    reading.add(
      isVoid
        ? ciliumDiagnostics.create("CIL-P006", { at })
        : ciliumDiagnostics.create("CIL-P013", { at }),
    );
  }
}

/**
 * The operator writes into the status that it found the policy invalid. Before it did, each agent wrote whether it took the
 * policy; `ok` is left out where it is false. (cilium: pkg/k8s/apis/cilium.io/v2/types.go `CiliumNetworkPolicyNodeStatus`)
 */
function checkStatus(reading: DocumentReading, status: unknown): void {
  const { conditions, nodes } = asMapping(status);
  const invalid = asList(conditions)
    .map(asMapping)
    .find((one) => one["type"] === "Valid" && one["status"] === "False");
  if (invalid !== undefined) refuse(reading, ["status"], invalid["message"]);
  const agents = Object.entries(asMapping(nodes)).map(([node, of]): AgentStatus => {
    const { ok, error } = asMapping(of);
    return { node, ok, error };
  });
  const refusing = agents.filter(hasRefused);
  const [first] = refusing;
  if (first === undefined || invalid !== undefined) return;
  const path = ["status", "nodes"];
  if (refusing.length === agents.length) refuse(reading, path, first.error);
  else {
    const count = `${String(refusing.length)} of ${String(agents.length)}`;
    const which = refusing.slice(0, MOST_NODES).map(({ node }) => `\`${clip(node)}\``);
    const more = refusing.length > MOST_NODES ? ", ..." : "";
    reading.add(
      ciliumDiagnostics.create("CIL-P015", {
        at: reading.place(path),
        count,
        nodes: `${which.join(", ")}${more}`,
        reason: reasonText(first.error),
      }),
    );
  }
}

/** So many nodes are named. */
const MOST_NODES = 3;

interface AgentStatus {
  readonly node: string;
  readonly ok: unknown;
  readonly error: unknown;
}

const hasRefused = ({ ok, error }: AgentStatus): boolean =>
  ok === false || (ok !== true && typeof error === "string" && error !== "");

function refuse(reading: DocumentReading, path: readonly PathStep[], message: unknown): void {
  const at = reading.place(path);
  reading.add(ciliumDiagnostics.create("CIL-P007", { at, reason: reasonText(message) }));
}

const reasonText = (message: unknown): string =>
  typeof message === "string" && message !== "" ? `: ${clip(message)}` : "";

const asMapping = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};

const asList = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : [];
