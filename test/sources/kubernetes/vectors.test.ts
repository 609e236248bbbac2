import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dump } from "js-yaml";
import {
  isNetworkPolicy,
  readNetworkPolicy,
} from "../../../src/sources/kubernetes/network-policy.ts";
import type { Diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { meaning, objectsOf, read, type Reading } from "./support.ts";

interface Case {
  readonly name: string;
  readonly text?: string;
  readonly textRepeated?: {
    readonly prefix: string;
    readonly part: string;
    readonly count: number;
    readonly suffix: string;
  };
  readonly accepted: boolean;
  readonly errors?: readonly { readonly stage: string; readonly text: string }[];
  /** As the API server stores it: with its defaults. */
  readonly spec?: unknown;
  /** The same for an object that kubectl refuses for its unknown fields, sent without that check. */
  readonly prunedSpec?: unknown;
}

const vectors = JSON.parse(readFileSync("testdata/vectors/validation/kubernetes.json", "utf8")) as {
  readonly cases: readonly Case[];
};

function textOf({ text, textRepeated }: Case): string {
  if (textRepeated === undefined) return text ?? "";
  return textRepeated.prefix + textRepeated.part.repeat(textRepeated.count) + textRepeated.suffix;
}

const nameOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** Reads what a run would hand to the reader: documents that call themselves NetworkPolicy. */
function readIfMeant(text: string): Reading {
  const found: Diagnostic[] = [];
  const report = (one: Diagnostic): void => void found.push(one);
  const options = { defaultNamespace: "default", ipBlockMatchesPods: "yes" } as const;
  const policies = objectsOf(text, report).flatMap((object) => {
    const { apiVersion, kind } = object.value as Readonly<Record<string, unknown>>;
    const meant = isNetworkPolicy(nameOf(apiVersion), nameOf(kind));
    return (meant ? readNetworkPolicy(object, options, report) : undefined) ?? [];
  });
  return { policies, found };
}

/** Accepted here though refused there, with a warning, and why. */
function lenience({ errors = [] }: Case): string | undefined {
  if (errors.every(({ stage }) => stage === "strict")) {
    return "kubectl refuses unknown fields unless told not to, the API server drops them: it may be in force";
  }
  if (
    errors.every(({ text }) => /must not have (?:bits set|leading 0s|an IPv4-mapped)/.test(text))
  ) {
    return "recorded with strict CIDRs, which are off by default in releases up to 1.35: it may be in force";
  }
  return undefined;
}

/** Accepted there, refused here. */
const STRICTER: Readonly<Record<string, string>> = {
  "metadata.generateName": "gets another name each time; cannot be applied or kept",
  "podSelector: matchLabels {app: web, app: db}":
    "the same key twice: which one its author means is not known",
  "port {protocol: TCP, port: 80, protocol: UDP}": "the same key twice",
  "spec twice": "the same key twice",
  "JSON with spec twice": "the same key twice",
};

/** Refused there, accepted here without a word. */
const SILENT: Readonly<Record<string, string>> = {
  status: "dumps of older clusters carry one; it is not kept",
  "metadata.finalizers bad": "finalizers are the cluster's; they are not kept",
};

/** No NetworkPolicies of Kubernetes by their own word: for other readers. */
const NOT_MEANT: Readonly<Record<string, string>> = {
  "kind absent": "no kind at all",
  "apiVersion projectcalico.org/v3": "Calico's kind of the same name",
};

describe("what the API server says of", () => {
  it.each(vectors.cases.map((one) => [one.name, one] as const))("%s", (name, one) => {
    const { policies, found } = readIfMeant(textOf(one));
    const accepted = policies.length === 1;
    const errors = found.filter(({ severity }) => severity === "error");
    if (accepted) expect(errors).toEqual([]);
    if (one.accepted) {
      expect(accepted).toBe(!(name in STRICTER));
      if (!accepted) expect(errors).not.toEqual([]);
    } else if (name in SILENT) expect(accepted).toBe(true);
    else if (!accepted) expect(errors.length > 0 || name in NOT_MEANT).toBe(true);
    else {
      expect(lenience(one)).toBeDefined();
      expect(found.some(({ severity }) => severity === "warning")).toBe(true);
    }
  });

  it("objects with unknown fields or odd CIDRs is what we say, too, but for a warning", () => {
    const lenient = vectors.cases.filter(
      (one) => !one.accepted && readIfMeant(textOf(one)).policies.length === 1,
    );
    for (const one of lenient) expect(one.name in SILENT || lenience(one) !== undefined).toBe(true);
  });
});

describe("the API server's stored form, defaults filled in, means the same as the document for", () => {
  const stored = vectors.cases.filter(
    (one) => (one.spec ?? one.prunedSpec) !== undefined && !(one.name in STRICTER),
  );
  it.each(stored.map((one) => [one.name, one] as const))("%s", (_, one) => {
    const { policies } = read(textOf(one));
    const [policy] = policies;
    expect(policy).toBeDefined();
    const again = read(
      dump({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: policy?.kept.name, namespace: policy?.kept.namespace },
        spec: one.spec ?? one.prunedSpec,
      }),
    );
    expect(meaning(policy?.policy)).toEqual(meaning(again.policies[0]?.policy));
  });
});
