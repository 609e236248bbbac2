import type { Report } from "../diagnostics/diagnostic.ts";
import type { DocumentRef } from "../diagnostics/source-range.ts";
import type { SnapshotBuilder } from "../inventory/build.ts";
import { readFact } from "../inventory/read.ts";
import type { KeptObject } from "../ir/kept-object.ts";
import type { PolicyOrigin } from "../ir/origin.ts";
import type { Policy } from "../ir/policy.ts";
import { SOURCE_ANNOTATION } from "../ir/provenance.ts";
import type { ManifestObject } from "../manifest/manifest-object.ts";
import { dropDuplicates } from "./calico/duplicates.ts";
import { reportCalicosLabels } from "./calico/interpret-kubernetes.ts";
import type { CalicoInput } from "./calico/model.ts";
import { readCalicoObject } from "./calico/read.ts";
import { adoptDerivatives } from "./cilium/derivatives.ts";
import { ciliumDiagnostics } from "./cilium/diagnostics.ts";
import { dropDuplicates as dropCiliumDuplicates } from "./cilium/duplicates.ts";
import { dropUnsupported } from "./cilium/features.ts";
import type { CiliumInput } from "./cilium/model.ts";
import { readCiliumObject } from "./cilium/read.ts";
import { isolatesAll, Settings } from "./cilium/settings.ts";
import { KubernetesPolicies } from "./kubernetes/duplicates.ts";
import type { KubernetesPolicy, ReadOptions } from "./kubernetes/network-policy.ts";
import { isNetworkPolicy, readNetworkPolicy } from "./kubernetes/network-policy.ts";
import { readOtherKind } from "./kubernetes/other-kinds.ts";

/** What an object of the input is to a run: each is exactly one of these. */
export type DocumentClass = "policy" | "context" | "ignored" | "invalid";

/** An engine that enforces policies of its own beside those of Kubernetes. */
export type SourceEngine = "calico" | "cilium";

/** Everything that was read, by dialect. */
export interface SourcePolicies {
  /** The engine that enforces; undefined where the policies do not tell. */
  readonly engine: SourceEngine | undefined;
  readonly calico: CalicoInput;
  readonly cilium: CiliumInput;
  readonly kubernetes: readonly { readonly policy: Policy; readonly kept: KeptObject }[];
}

export interface SourceReadOptions extends ReadOptions {
  /**
   * What output of an earlier run is. "context": not input, unless there is nothing else. "context-beside-others": the
   * same, but together with Kubernetes policies that were kept it is what is in force. "input": as the rest.
   */
  readonly ownOutput?: "context" | "context-beside-others" | "input";
  /** Which engine enforces, where the input may have policies of both. */
  readonly from?: SourceEngine | undefined;
  /** Who enforces Kubernetes policies alone: `from` and settings tell ("as told"), or nothing does. */
  readonly engine?: "as told" | "by its policies";
}

/** Takes the objects of a run one by one, hands each to the reader of its kind, and counts what became of it. */
export class SourceReader {
  readonly #calico: CalicoInput = { policies: [], tiers: [], groups: [] };
  readonly #cilium: CiliumInput = {
    policies: [],
    groups: [],
    derivatives: [],
    settings: undefined,
  };
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
    if (apart.deniesNothing === true) this.#calico.deniesNothing = true;
    const cilium = this.#readCiliumFacts(object);
    const isContext = isFact || calico === "context" || cilium === "context";
    const isInvalid = calico === "invalid" || cilium === "invalid";
    this.#classes.set(object.document, isInvalid ? "invalid" : isContext ? "context" : "ignored");
  }

  /** Groups of CIDRs and settings. */
  #readCiliumFacts(object: ManifestObject): ReturnType<typeof readCiliumObject> {
    const apart: CiliumInput = { ...this.#cilium, policies: [], derivatives: [] };
    const found = readCiliumObject(object, apart, this.#options, this.#report);
    this.#cilium.settings = apart.settings;
    return found === "policy" ? "ignored" : found;
  }

  #classify(object: ManifestObject): DocumentClass {
    const isFact = readFact(object, this.#facts, this.#report);
    const calico = readCalicoObject(object, this.#calico, this.#options, this.#report);
    if (calico !== "not-calico") return isFact && calico === "ignored" ? "context" : calico;
    const cilium = readCiliumObject(object, this.#cilium, this.#options, this.#report);
    if (cilium !== "not-cilium") return cilium;
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
    this.#finishCilium();
    const engine = this.#chooseEngine();
    const { settings } = this.#cilium;
    if (engine === undefined && this.#options.engine !== "by its policies")
      for (const { policy } of this.#kubernetes.all) reportCalicosLabels(policy, this.#report);
    if (engine === "cilium" && settings !== undefined) {
      if (isolatesAll(settings)) this.#classes.set(settings.origin.place.document, "policy");
      if (new Settings(settings).families.ipv6 === true) this.#facts.addIpv6();
    }
    const isAlone =
      this.#kubernetes.all.length === 0 || this.#options.ownOutput === "context-beside-others";
    if (this.#calico.policies.length + this.#cilium.policies.length === 0 && isAlone) {
      for (const { policy, document } of this.#ours)
        this.#classes.set(document, this.#addKubernetes(policy));
    }
    return {
      engine,
      calico: this.#calico,
      cilium: this.#cilium,
      kubernetes: this.#kubernetes.all,
    };
  }

  #finishCilium(): void {
    for (const { document } of adoptDerivatives(this.#cilium, this.#report)) {
      this.#classes.set(document, "policy");
    }
    const duplicates = dropCiliumDuplicates(this.#cilium, this.#report);
    for (const { document } of duplicates.repeated) this.#classes.set(document, "context");
    for (const { document } of duplicates.conflicting) this.#classes.set(document, "invalid");
    for (const { document } of dropUnsupported(this.#cilium, this.#report)) {
      this.#classes.set(document, "invalid");
    }
  }

  /** One engine enforces; the policies of the other one are context then. */
  #chooseEngine(): SourceEngine | undefined {
    const calico = this.#calico.policies;
    const cilium = this.#cilium.policies;
    const { from, engine = "as told" } = this.#options;
    const isAlone = calico.length + cilium.length === 0;
    if (isAlone && engine === "by its policies") return undefined;
    if (isAlone && from === undefined) {
      if (this.#cilium.settings !== undefined) return "cilium";
      const { tiers, groups, deniesNothing } = this.#calico;
      return tiers.length + groups.length > 0 || deniesNothing === true ? "calico" : undefined;
    }
    if (from === undefined) {
      if (calico.length === 0 || cilium.length === 0)
        return calico.length > 0 ? "calico" : "cilium";
      const counts = { calico: calico.length, cilium: cilium.length };
      this.#report(
        ciliumDiagnostics.create("CIL-X007", { at: cilium[0]?.origin.place, ...counts }),
      );
    }
    const others: readonly { readonly origin: PolicyOrigin }[] =
      from === "cilium" ? calico : cilium;
    for (const { origin } of others) this.#classes.set(origin.place.document, "context");
    if (from !== undefined && others.length > 0) {
      const names = others.slice(0, 5).map(({ origin }) => `${origin.kind} ${origin.name}`);
      this.#report(
        ciliumDiagnostics.create("CIL-X008", {
          at: others[0]?.origin.place,
          count: others.length,
          engine: from === "cilium" ? "Calico" : "Cilium",
          names: names.join(", ") + (others.length > names.length ? ", ..." : ""),
        }),
      );
    }
    if (from === "cilium") calico.length = 0;
    else cilium.length = 0;
    return from ?? "calico";
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
