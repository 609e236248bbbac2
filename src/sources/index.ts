import type { Report } from "../diagnostics/diagnostic.ts";
import type { DocumentRef } from "../diagnostics/source-range.ts";
import type { SnapshotBuilder } from "../inventory/build.ts";
import { readFact } from "../inventory/read.ts";
import type { KeptObject } from "../ir/kept-object.ts";
import type { Policy } from "../ir/policy.ts";
import { SOURCE_ANNOTATION } from "../ir/provenance.ts";
import type { ManifestObject } from "../manifest/manifest-object.ts";
import { dropDuplicates } from "./calico/duplicates.ts";
import type { CalicoInput } from "./calico/model.ts";
import { readCalicoObject } from "./calico/read.ts";
import { KubernetesPolicies } from "./kubernetes/duplicates.ts";
import type { KubernetesPolicy, ReadOptions } from "./kubernetes/network-policy.ts";
import { isNetworkPolicy, readNetworkPolicy } from "./kubernetes/network-policy.ts";
import { readOtherKind } from "./kubernetes/other-kinds.ts";

/** What an object of the input is to a run: each is exactly one of these. */
export type DocumentClass = "policy" | "context" | "ignored" | "invalid";

/** Everything that was read, by dialect. */
export interface SourcePolicies {
  readonly calico: CalicoInput;
  readonly kubernetes: readonly { readonly policy: Policy; readonly kept: KeptObject }[];
}

export interface SourceReadOptions extends ReadOptions {
  /**
   * What output of an earlier run is. "context": not input, unless there is nothing else. "context-beside-calico": the
   * same, but together with policies that were kept it is what is in force. "input": as the rest.
   */
  readonly ownOutput?: "context" | "context-beside-calico" | "input";
}

/** Takes the objects of a run one by one, hands each to the reader of its kind, and counts what became of it. */
export class SourceReader {
  readonly #calico: CalicoInput = { policies: [], tiers: [], groups: [] };
  readonly #kubernetes = new KubernetesPolicies();
  /** Output of an earlier run: context, unless there is nothing else. */
  readonly #ours: { readonly policy: KubernetesPolicy; readonly document: DocumentRef }[] = [];
  readonly #classes = new Map<DocumentRef, DocumentClass>();
  readonly #facts: SnapshotBuilder;
  readonly #options: SourceReadOptions;
  readonly #report: Report;

  constructor(facts: SnapshotBuilder, options: SourceReadOptions, report: Report) {
    this.#facts = facts;
    this.#options = options;
    this.#report = report;
  }

  /** An object of the paths to convert. */
  read(object: ManifestObject): void {
    this.#classes.set(object.document, this.#classify(object));
  }

  /** An object of an inventory: facts alone are taken from it, those of the cluster into `facts`. */
  readInventory(object: ManifestObject, facts: SnapshotBuilder = this.#facts): void {
    const isFact = readFact(object, facts, this.#report);
    const apart: CalicoInput = {
      policies: [],
      tiers: this.#calico.tiers,
      groups: this.#calico.groups,
    };
    const calico = readCalicoObject(object, apart, this.#options, this.#report);
    if (calico === "invalid") this.#classes.set(object.document, "invalid");
    else this.#classes.set(object.document, isFact || calico === "context" ? "context" : "ignored");
  }

  #classify(object: ManifestObject): DocumentClass {
    const isFact = readFact(object, this.#facts, this.#report);
    const calico = readCalicoObject(object, this.#calico, this.#options, this.#report);
    if (calico !== "not-calico") return isFact && calico === "ignored" ? "context" : calico;
    if (isFact) return "context";
    const { apiVersion, kind, annotations } = headOf(object.value);
    if (isNetworkPolicy(apiVersion, kind)) {
      const policy = readNetworkPolicy(object, this.#options, this.#report);
      if (policy === undefined) return "invalid";
      if (annotations.has(SOURCE_ANNOTATION) && this.#options.ownOutput !== "input") {
        this.#ours.push({ policy, document: object.document });
        return "context";
      }
      return this.#addKubernetes(policy);
    }
    return readOtherKind(object, this.#report);
  }

  #addKubernetes(policy: KubernetesPolicy): DocumentClass {
    switch (this.#kubernetes.add(policy, this.#report)) {
      case "added":
        return "policy";
      case "duplicate":
        return "context";
      case "conflict":
        return "invalid";
    }
  }

  /** To be called once, when everything has been read. */
  finish(): SourcePolicies {
    const duplicates = dropDuplicates(this.#calico, this.#report);
    for (const { document } of duplicates.repeated) this.#classes.set(document, "context");
    for (const { document } of duplicates.conflicting) this.#classes.set(document, "invalid");
    const isAlone =
      this.#kubernetes.all.length === 0 || this.#options.ownOutput === "context-beside-calico";
    if (this.#calico.policies.length === 0 && isAlone) {
      for (const { policy, document } of this.#ours)
        this.#classes.set(document, this.#addKubernetes(policy));
    }
    return { calico: this.#calico, kubernetes: this.#kubernetes.all };
  }

  /** What became of an object; objects that were never handed over have no class. */
  classOf(document: DocumentRef): DocumentClass | undefined {
    return this.#classes.get(document);
  }

  get classes(): ReadonlyMap<DocumentRef, DocumentClass> {
    return this.#classes;
  }
}

interface Head {
  readonly apiVersion: string;
  readonly kind: string;
  readonly annotations: ReadonlySet<string>;
}

function headOf(value: unknown): Head {
  const root = asRecord(value);
  const annotations = asRecord(asRecord(root["metadata"])["annotations"]);
  const text = (field: unknown): string => (typeof field === "string" ? field : "");
  return {
    apiVersion: text(root["apiVersion"]),
    kind: text(root["kind"]),
    annotations: new Set(Object.keys(annotations)),
  };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}
