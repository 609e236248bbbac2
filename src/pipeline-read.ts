import { compareText } from "./base/compare.ts";
import { invariant } from "./base/invariant.ts";
import type { Diagnostic, Report } from "./diagnostics/diagnostic.ts";
import type { SourceFile } from "./diagnostics/source-range.ts";
import { SnapshotBuilder } from "./inventory/build.ts";
import type { InventoryOptions } from "./inventory/options.ts";
import type { Snapshot } from "./inventory/snapshot.ts";
import type { KeptObject } from "./ir/kept-object.ts";
import type { PolicySet } from "./ir/policy.ts";
import { manifestDiagnostics } from "./manifest/diagnostics.ts";
import type { ManifestObject } from "./manifest/manifest-object.ts";
import { withTemplateAdvice } from "./manifest/template.ts";
import { readManifests } from "./manifest/read.ts";
import type { ReportInput } from "./report/report.ts";
import { interpretCalico } from "./sources/calico/interpret.ts";
import type { CalicoPolicy, CalicoTier } from "./sources/calico/model.ts";
import { interpretCilium } from "./sources/cilium/interpret.ts";
import type { SourceEngine, SourcePolicies } from "./sources/index.ts";
import { SourceReader } from "./sources/index.ts";

/** The options that reading needs. */
export interface ReadOptions {
  readonly defaultNamespace: string;
  /** Facts that the user stated. */
  readonly facts: InventoryOptions;
  /** Tiers that the input lacks. */
  readonly tiers: readonly CalicoTier[];
  /** Which engine enforces, where the input may have policies of both. */
  readonly from: SourceEngine | undefined;
}

/** One set of policies as files. */
export interface SetFiles {
  readonly files: readonly SourceFile[];
  /** Findings about files that could not be read at all. */
  readonly unreadable: readonly Diagnostic[];
  /** What objects that carry our own annotation are. */
  readonly ownOutput: "context" | "context-beside-others" | "input";
  /** Whether ipBlocks of Kubernetes policies match pods: Calico's and the VPC CNI's do. Of Cilium's it is known. */
  readonly ipBlockMatchesPods: "yes" | "no";
  /**
   * Who enforces a set of Kubernetes policies alone. "as told": the engine of `from`, or of the settings in the input. "by its
   * policies": none of the two, since the set is for another cluster or for after the switch.
   */
  readonly engine: "as told" | "by its policies";
  /** True for files that another set of the run has, too: their facts and findings are taken once. */
  readonly repeated?: boolean;
}

/** Everything of one set that decides traffic. */
export interface ReadSet {
  readonly set: PolicySet;
  /** Kubernetes policies of the input, as they are written again. */
  readonly kept: readonly KeptObject[];
  /** Policies whose place in the order is not known. */
  readonly unplaced: readonly CalicoPolicy[];
  readonly inputs: readonly ReportInput[];
}

/** What was read of a run's files: everything that decides traffic, and what is known of the cluster. */
export interface SourceSet extends ReadSet {
  readonly snapshot: Snapshot;
}

/** Reads the files of a conversion into the model: {@link readSets} for a run with one set. */
export function readSources(
  files: Pick<SetFiles, "files" | "unreadable"> & { readonly inventory: readonly SourceFile[] },
  options: ReadOptions,
  report: Report,
): SourceSet {
  const { unreadable, inventory } = files;
  const only: SetFiles = {
    files: files.files,
    unreadable,
    ownOutput: "context",
    engine: "as told",
    ipBlockMatchesPods: "yes",
  };
  const { sets, snapshot } = readSets([only], inventory, options, report);
  const [set] = sets;
  invariant(set !== undefined, "one set gives one set");
  return { ...set, snapshot };
}

/**
 * Reads several sets of policies for one cluster: text -> objects -> policies as written -> their meaning. Facts, wherever
 * they lie, are facts for all of the sets; policies, and the tiers and network sets beside them, are those of their own
 * set, and tiers and network sets of the inventory those of each. An error among the findings means that something which
 * decides traffic could not be read or placed.
 *
 * The policies as written are let go when their meaning has been taken: at 100,000 of them that is a third of the memory.
 */
export function readSets(
  sets: readonly SetFiles[],
  inventory: readonly SourceFile[],
  options: ReadOptions,
  told: Report,
): { readonly snapshot: Snapshot; readonly sets: readonly ReadSet[] } {
  const report = withTemplateAdvice(told);
  const facts = new SnapshotBuilder(options.defaultNamespace);
  const readers = sets.map((set) => new SetReader(set, facts, options, report));
  for (const reader of readers) reader.readOwnFiles();
  for (const file of inventory) {
    const objects = readManifests(file, report);
    let step = objects.next();
    while (step.done !== true) {
      for (const [at, reader] of readers.entries()) reader.takeInventory(step.value, at > 0);
      step = objects.next();
    }
    if (step.value.objects === 0) warnOfEmpty(file, report);
    readers[0]?.counts.add(file, step.value.objects, step.value.lost.length);
  }
  const written = readers.map((reader) => reader.finish());
  for (const policies of written) {
    for (const name of namespacesOf(policies)) facts.mentionNamespace(name);
  }
  const snapshot = facts.build(options.facts, report);
  return {
    snapshot,
    sets: readers.map((reader, at) => {
      const policies = written[at];
      invariant(policies !== undefined, "each reader gives its policies");
      return reader.interpret(policies, snapshot);
    }),
  };
}

/** A file of comments is somebody's; one without a word is most often a dump that failed. */
function warnOfEmpty(file: SourceFile, report: Report): void {
  // Nobody's failed dump is long, and to look through 100 MB of line feeds would cost seconds.
  if (file.text.length > 10_000 || /\S/.test(file.text)) return;
  const at = { document: { file, index: 0, offset: 0 }, offset: 0, path: "" };
  report(manifestDiagnostics.create("YML-X027", { at }));
}

/** Reads the files of one set. */
class SetReader {
  readonly counts: InputCounts;
  readonly #files: SetFiles;
  readonly #options: ReadOptions;
  readonly #reader: SourceReader;
  readonly #report: Report;
  /** Takes facts that are known already. */
  readonly #apart: SnapshotBuilder;
  #isMuted: boolean;

  constructor(files: SetFiles, facts: SnapshotBuilder, options: ReadOptions, report: Report) {
    const { defaultNamespace } = options;
    this.counts = new InputCounts(files.unreadable);
    this.#files = files;
    this.#options = options;
    this.#isMuted = files.repeated === true;
    this.#report = (diagnostic) => {
      if (!this.#isMuted) report(diagnostic);
    };
    this.#apart = new SnapshotBuilder(defaultNamespace);
    this.#reader = new SourceReader(
      files.repeated === true ? this.#apart : facts,
      {
        defaultNamespace,
        ipBlockMatchesPods: files.ipBlockMatchesPods,
        ownOutput: files.ownOutput,
        engine: files.engine,
        from: options.from,
      },
      this.#report,
    );
  }

  readOwnFiles(): void {
    for (const file of this.#files.files) {
      const objects = readManifests(file, this.#report);
      let step = objects.next();
      while (step.done !== true) {
        this.#reader.read(step.value);
        step = objects.next();
      }
      if (step.value.objects === 0) warnOfEmpty(file, this.#report);
      this.counts.add(file, step.value.objects, step.value.lost.length);
    }
  }

  takeInventory(object: ManifestObject, isRepeated: boolean): void {
    if (!isRepeated) {
      this.#reader.readInventory(object);
      return;
    }
    const wasMuted = this.#isMuted;
    this.#isMuted = true;
    this.#reader.readInventory(object, this.#apart);
    this.#isMuted = wasMuted;
  }

  finish(): SourcePolicies {
    return this.#reader.finish();
  }

  interpret(policies: SourcePolicies, snapshot: Snapshot): ReadSet {
    const kubernetes = policies.kubernetes.map(({ policy }) => policy);
    const kept = policies.kubernetes.map((one) => one.kept);
    const inputs = this.counts.finish(this.#reader);
    if (policies.engine === "cilium") {
      const set = interpretCilium(policies.cilium, snapshot, kubernetes, this.#report);
      return { set, kept, unplaced: [], inputs };
    }
    const { set, unplaced } = interpretCalico(
      policies.calico,
      snapshot,
      kubernetes,
      { tiers: this.#options.tiers, isCalicos: policies.engine === "calico" },
      this.#report,
    );
    return { set, kept, unplaced, inputs };
  }
}

/** Documents by file and by what became of them. */
class InputCounts {
  readonly #files = new Map<SourceFile, { documents: number; lost: number }>();
  readonly #unreadable: readonly Diagnostic[];

  constructor(unreadable: readonly Diagnostic[]) {
    this.#unreadable = unreadable;
  }

  add(file: SourceFile, documents: number, lost: number): void {
    this.#files.set(file, { documents, lost });
  }

  finish(reader: SourceReader): readonly ReportInput[] {
    const none = { policies: 0, context: 0, ignored: 0 };
    const inputs = new Map<SourceFile, Writable<ReportInput>>();
    for (const [file, { documents, lost }] of this.#files) {
      inputs.set(file, { file: file.name, documents, ...none, invalid: lost });
    }
    for (const [document, kind] of reader.classes) {
      // Files of an inventory are counted with the first set alone.
      const input = inputs.get(document.file);
      if (input === undefined) continue;
      if (kind === "policy") input.policies += 1;
      else input[kind] += 1;
    }
    for (const { at } of this.#unreadable) {
      if (at === undefined) continue;
      const { file } = at.document;
      inputs.set(file, { file: file.name, documents: 1, ...none, invalid: 1 });
    }
    for (const input of inputs.values()) {
      invariant(
        input.documents === input.policies + input.context + input.ignored + input.invalid,
        `the documents of ${input.file} do not add up`,
      );
    }
    return [...inputs.values()];
  }
}

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** Namespaces in which a policy lies: they exist, whatever else is known of them. */
function namespacesOf({ calico, cilium, kubernetes }: SourcePolicies): readonly string[] {
  const names = new Set<string>();
  for (const { origin } of [...calico.policies, ...cilium.policies]) {
    if (origin.namespace !== undefined) names.add(origin.namespace);
  }
  for (const { kept } of kubernetes) names.add(kept.namespace);
  return [...names].sort(compareText);
}
