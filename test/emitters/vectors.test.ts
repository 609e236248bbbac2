import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkValidity } from "../../src/emitters/validity.ts";
import type {
  AllowPeer,
  AllowPolicy,
  AllowPort,
  AllowRule,
  LabelRequirement,
  LabelSelector,
} from "../../src/ir/allow-policy.ts";
import { objectsOf } from "../sources/kubernetes/support.ts";
import { allowPolicy } from "./support.ts";

// The API server's own verdicts, replayed on what we would emit: a document that our types can hold must be refused here
// if it is refused there. What they cannot hold (other types, unknown fields, endless metadata) is not ours to write.

type Raw = Readonly<Record<string, unknown>>;

interface Case {
  readonly name: string;
  readonly text?: string;
  readonly accepted: boolean;
  readonly errors?: readonly { readonly stage: string; readonly text: string }[];
}

class Unsayable extends Error {}

function only(value: unknown, fields: readonly string[]): Raw {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Unsayable();
  if (Object.keys(value).some((field) => !fields.includes(field))) throw new Unsayable();
  return value as Raw;
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new Unsayable();
  return value;
}

function list<Item>(value: unknown, read: (item: unknown) => Item): readonly Item[] {
  if (!Array.isArray(value)) throw new Unsayable();
  return value.map(read);
}

function selectorOf(value: unknown): LabelSelector {
  const raw = only(value, ["matchLabels", "matchExpressions"]);
  const labels = only(raw["matchLabels"] ?? {}, Object.keys(raw["matchLabels"] ?? {}));
  const inLabels = Object.entries(labels).map(([key, one]): LabelRequirement => ({
    key,
    operator: "In",
    values: [text(one)],
  }));
  const requirement = (item: unknown): LabelRequirement => {
    const one = only(item, ["key", "operator", "values"]);
    const operator = text(one["operator"]);
    if (
      operator !== "In" &&
      operator !== "NotIn" &&
      operator !== "Exists" &&
      operator !== "DoesNotExist"
    ) {
      throw new Unsayable();
    }
    return { key: text(one["key"]), operator, values: list(one["values"] ?? [], text) };
  };
  return { requirements: [...inLabels, ...list(raw["matchExpressions"] ?? [], requirement)] };
}

function peerOf(value: unknown): AllowPeer {
  const raw = only(value, ["podSelector", "namespaceSelector", "ipBlock"]);
  if (raw["ipBlock"] !== undefined) {
    if (Object.keys(raw).length > 1) throw new Unsayable();
    const block = only(raw["ipBlock"], ["cidr", "except"]);
    return { kind: "block", cidr: text(block["cidr"]), except: list(block["except"] ?? [], text) };
  }
  return {
    kind: "pods",
    ...(raw["podSelector"] === undefined ? {} : { pods: selectorOf(raw["podSelector"]) }),
    ...(raw["namespaceSelector"] === undefined
      ? {}
      : { namespaces: selectorOf(raw["namespaceSelector"]) }),
  };
}

function portOf(value: unknown): AllowPort {
  const { protocol = "TCP", port, endPort } = only(value, ["protocol", "port", "endPort"]);
  if (protocol !== "TCP" && protocol !== "UDP" && protocol !== "SCTP") throw new Unsayable();
  if (port !== undefined && typeof port !== "number" && typeof port !== "string")
    throw new Unsayable();
  if (endPort !== undefined && typeof endPort !== "number") throw new Unsayable();
  return {
    protocol,
    ...(port === undefined ? {} : { port }),
    ...(endPort === undefined ? {} : { endPort }),
  };
}

function ruleOf(value: unknown, peers: "from" | "to"): AllowRule {
  const raw = only(value, [peers, "ports"]);
  const filled = <Item>(items: readonly Item[]) => (items.length === 0 ? undefined : items);
  return {
    peers: filled(list(raw[peers] ?? [], peerOf)),
    ports: filled(list(raw["ports"] ?? [], portOf)),
  };
}

function policyOf(value: unknown): { readonly policy: AllowPolicy; readonly name: string } {
  const root = only(value, ["apiVersion", "kind", "metadata", "spec"]);
  if (root["apiVersion"] !== "networking.k8s.io/v1" || root["kind"] !== "NetworkPolicy")
    throw new Unsayable();
  const metadata = only(root["metadata"], ["name", "namespace"]);
  const spec = only(root["spec"], ["podSelector", "policyTypes", "ingress", "egress"]);
  const ingress = list(spec["ingress"] ?? [], (item) => ruleOf(item, "from"));
  const egress = list(spec["egress"] ?? [], (item) => ruleOf(item, "to"));
  const types = list(spec["policyTypes"] ?? [], (item) => {
    if (item === "Ingress") return "ingress";
    if (item === "Egress") return "egress";
    throw new Unsayable();
  });
  const defaulted = egress.length > 0 ? (["ingress", "egress"] as const) : (["ingress"] as const);
  const policyTypes = types.length === 0 ? defaulted : types;
  // Rules of a direction left out are legal and have no effect: we write none.
  const [withIngress, withEgress] = [
    policyTypes.includes("ingress"),
    policyTypes.includes("egress"),
  ];
  if ((!withIngress && ingress.length > 0) || (!withEgress && egress.length > 0))
    throw new Unsayable();
  return {
    name: text(metadata["name"]),
    policy: allowPolicy({
      namespace: text(metadata["namespace"]),
      podSelector: selectorOf(spec["podSelector"] ?? {}),
      policyTypes,
      ingress,
      egress,
    }),
  };
}

/** We accept less, on purpose: canonical text, each policy type once. */
const STRICTER: ReadonlySet<string> = new Set([
  "policyTypes [Ingress, Ingress]",
  "from {ipBlock: {cidr: FD00::/8}}",
  "from {ipBlock: {cidr: fd00:0::/8}}",
  "from {ipBlock: {cidr: fd00:0:0:0:0:0:0:0/8}}",
  'from {ipBlock: {cidr: "::10.0.0.0/104"}}',
]);

const { cases } = JSON.parse(
  readFileSync("testdata/vectors/validation/kubernetes.json", "utf8"),
) as {
  readonly cases: readonly Case[];
};

const sayable = cases.flatMap((one) => {
  try {
    const [object] = objectsOf(one.text ?? "", () => undefined);
    return [{ ...policyOf(object?.value), one }];
  } catch (error) {
    if (error instanceof Unsayable) return [];
    throw error;
  }
});

describe("the API server's verdict on what we could write is ours, too:", () => {
  it("at least 150 of the recorded documents can be said in our types", () => {
    expect(sayable.length).toBeGreaterThan(150);
  });

  it.each(sayable.map((entry) => [entry.one.name, entry] as const))(
    "%s",
    (_, { policy, name, one }) => {
      const check = (): void => {
        checkValidity(policy, name);
      };
      if (!one.accepted) expect(check).toThrow();
      else if (STRICTER.has(one.name)) expect(check).toThrow(/canonical|policyTypes/);
      else expect(check).not.toThrow();
    },
  );
});
