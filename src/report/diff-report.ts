import { compareText } from "../base/compare.ts";
import { invariant } from "../base/invariant.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { KnownPod, Snapshot } from "../inventory/snapshot.ts";
import type { AssumptionCode } from "../ir/assumption.ts";
import type { Direction } from "../ir/policy.ts";
import { ACCOUNT_NAME, constraintOf, cube, cubeContains, NAMESPACE_NAME } from "../sets/cube.ts";
import type { Cube, LabelKey } from "../sets/cube.ts";
import type { Change, ChangedFlows, Effect } from "../verify/changes.ts";
import type { Ends } from "../verify/region-cover.ts";
import type { PodChanges } from "../verify/existing-pods.ts";
import type { Difference } from "../verify/proof.ts";
import { toldAssumptions } from "./assumptions.ts";
import { reportDiagnostic, sortDiagnostics } from "./build.ts";
import { flowWords, isUncertain, subjectWords } from "./change-words.ts";
import type { EndValues, ExceptValues, LabelValues } from "./region-values.ts";
import { endValues, exceptValues, labelValues } from "./region-values.ts";
import type { ShownDifference } from "./difference.ts";
import { decisionText, differenceWitness } from "./difference.ts";
import type {
  DocumentCounts,
  ReportDiagnostic,
  ReportDocument,
  ReportInput,
  ReportAssumption,
} from "./report.ts";
import type { TextDiff } from "./text-diff.ts";
import { reportPods } from "./pod-changes.ts";
import type { ReportPods } from "./pod-changes.ts";
import { documentCounts } from "./build-verification.ts";

export type DiffSide = "old" | "new";

/** The report of `diff`: schemas/diff.schema.json. */
export interface DiffReport {
  readonly schemaVersion: 1;
  readonly tool: ReportDocument["tool"];
  readonly options: ReportDocument["options"];
  readonly result: {
    /** True if nothing that was asked about differs, and everything was looked at. */
    readonly same: boolean;
    /** False if policies could not be read, or there was too much to look at: more may differ. */
    readonly complete: boolean;
    readonly exitCode: number;
    /** Codes of what could not be read. */
    readonly stops: readonly string[];
  };
  readonly summary: {
    readonly documents: Readonly<Record<DiffSide, DocumentCounts & { readonly read: number }>>;
    readonly policies: Readonly<Record<DiffSide, number>>;
    /** Policies by what became of their text; null where texts were not compared. */
    readonly texts: Readonly<
      Record<"added" | "removed" | "renamed" | "changed" | "same", number>
    > | null;
    /** Statements; null where only texts were compared. */
    readonly connections: Readonly<
      Record<"added" | "removed" | "perhapsAdded" | "perhapsRemoved", number>
    > | null;
  };
  readonly assumptions: readonly ReportAssumption[];
  readonly texts: TextDiff["changes"] | null;
  readonly subjects: readonly ChangedSubject[];
  /** What may differ besides, since nobody can say or too much would have to be looked at. */
  readonly unanswered: readonly string[];
  /** Null without an inventory of pods. */
  readonly pods: ReportPods | null;
  readonly inputs: readonly (ReportInput & { readonly side: DiffSide })[];
  readonly diagnostics: readonly ReportDiagnostic[];
}

/** Pods for which the same changes. */
export interface ChangedSubject {
  /** In words, such as `pods with app=web in shop`. */
  readonly pods: string;
  /** Where they lie; null stands for every namespace that nothing is known of. */
  readonly namespaces: readonly (string | null)[];
  /** The same in values: their labels lie in one of these. */
  readonly selectors: readonly (readonly LabelValues[])[];
  /** Those of the inventory, as NAMESPACE/NAME; null without an inventory of pods. */
  readonly existing: {
    readonly kind: "pods" | "workloads";
    readonly names: readonly string[];
  } | null;
  readonly connections: readonly ChangedConnection[];
}

export interface ChangedConnection {
  readonly effect: Effect;
  readonly direction: Direction;
  /** False where it depends on what nobody can check. */
  readonly certain: boolean;
  /** The other end in words, such as `pods with app=client in shop`. */
  readonly peer: string;
  readonly traffic: string;
  readonly except: readonly string[];
  /** The same in values: what `peer` and `traffic` say, and what is taken out of it. */
  readonly ends: readonly EndValues[];
  readonly exceptEnds: readonly (readonly ExceptValues[])[];
  /** What nobody can check and must hold. */
  readonly given: readonly string[];
  /** What decides such connections, each with file and line. */
  readonly old: readonly string[];
  readonly new: readonly string[];
  /** One of them, judged so by both sets. */
  readonly example: ShownDifference;
}

export interface DiffParts {
  readonly tool: ReportDocument["tool"];
  readonly options: ReportDocument["options"];
  readonly policies: DiffReport["summary"]["policies"];
  readonly texts: TextDiff | undefined;
  /** Undefined where only texts were compared. */
  readonly changes: readonly Change[] | undefined;
  readonly unanswered: readonly string[];
  readonly assumptions: readonly AssumptionCode[];
  readonly snapshot: Snapshot;
  readonly pods: PodChanges | undefined;
  readonly inputs: Readonly<Record<DiffSide, readonly ReportInput[]>>;
  readonly diagnostics: readonly Diagnostic[];
  readonly stops: readonly Diagnostic[];
  readonly complete: boolean;
  /** Makes the exit code of whether everything is the same. */
  readonly exitCode: (same: boolean) => number;
}

export function buildDiff(parts: DiffParts): DiffReport {
  const { texts, changes, unanswered, snapshot } = parts;
  const subjects = subjectsOf(changes ?? [], snapshot);
  const connections = subjects.flatMap((subject) => subject.connections);
  const isSame =
    changes === undefined
      ? texts?.comparable === true && texts.changes.length === 0
      : connections.length + unanswered.length === 0;
  const same = isSame && parts.stops.length === 0;
  return {
    schemaVersion: 1,
    tool: parts.tool,
    options: parts.options,
    result: {
      same,
      complete: parts.complete && unanswered.length === 0,
      exitCode: parts.exitCode(same),
      stops: [...new Set(parts.stops.map(({ code }) => code))].sort(compareText),
    },
    summary: {
      documents: {
        old: documentCounts(parts.inputs.old),
        new: documentCounts(parts.inputs.new),
      },
      policies: parts.policies,
      texts: !texts?.comparable ? null : textCounts(texts),
      connections: changes === undefined ? null : connectionCounts(connections),
    },
    assumptions: toldAssumptions(parts.assumptions, () => 0),
    texts: !texts?.comparable ? null : texts.changes,
    subjects,
    unanswered,
    pods: parts.pods === undefined ? null : reportPods(parts.pods),
    inputs: (["old", "new"] as const).flatMap((side) =>
      [...parts.inputs[side]]
        .sort((a, b) => compareText(a.file, b.file))
        .map((input) => ({ side, ...input })),
    ),
    diagnostics: sortDiagnostics(parts.diagnostics).map(reportDiagnostic),
  };
}

function textCounts({ changes, same }: TextDiff): NonNullable<DiffReport["summary"]["texts"]> {
  const counts = { added: 0, removed: 0, renamed: 0, changed: 0, same };
  for (const { change } of changes) counts[change] += 1;
  return counts;
}

function connectionCounts(
  connections: readonly ChangedConnection[],
): NonNullable<DiffReport["summary"]["connections"]> {
  const counts = { added: 0, removed: 0, perhapsAdded: 0, perhapsRemoved: 0 };
  for (const { effect, certain } of connections) {
    if (certain) counts[effect] += 1;
    else counts[effect === "added" ? "perhapsAdded" : "perhapsRemoved"] += 1;
  }
  return counts;
}

// ---------------------------------------------------------------- subjects

/** Changes for the same pods, and the same changes for pods of several namespaces, are told together. */
function subjectsOf(changes: readonly Change[], snapshot: Snapshot): readonly ChangedSubject[] {
  const byPods = new Map<string, Change[]>();
  for (const change of changes) {
    const key = JSON.stringify([change.scope.name ?? null, subjectWords(change)]);
    const same = byPods.get(key);
    if (same === undefined) byPods.set(key, [change]);
    else same.push(change);
  }
  const alike = new Map<string, (readonly Change[])[]>();
  for (const ofPods of byPods.values()) {
    const key = keyAnywhere(ofPods);
    const same = alike.get(key);
    if (same === undefined) alike.set(key, [ofPods]);
    else same.push(ofPods);
  }
  const known = existingPods(snapshot);
  return [...alike.values()]
    .map((groups) => subjectOf(groups, snapshot, known))
    .sort(
      (a, b) =>
        compareText(a.namespaces[0] ?? "\uffff", b.namespaces[0] ?? "\uffff") ||
        compareText(a.pods, b.pods),
    );
}

/** Equal for what is the same but for the namespace that all pods and peers lie in. */
function keyAnywhere(changes: readonly Change[]): string {
  return JSON.stringify(
    changes
      .map((change) => movedHome(change, OWN))
      .flatMap((change) =>
        change.flows.map((flows) => [
          subjectWords(change),
          change.effect,
          change.direction,
          flowWords(flows, change),
        ]),
      ),
  );
}

/** No namespace is called so. */
const OWN = "the same namespace";

/** The change as if its namespace were called otherwise. */
function movedHome(change: Change, home: string): Change {
  const { name } = change.scope;
  if (name === undefined) return change;
  const moved = (labels: Cube): Cube => {
    const names = constraintOf(labels, NAMESPACE_NAME);
    if (names === undefined || names.complement || names.values.join() !== name) return labels;
    const others = labels.constraints.filter(({ key }) => key !== NAMESPACE_NAME);
    return cube([...others, { key: NAMESPACE_NAME, set: { ...names, values: [home] } }]) ?? labels;
  };
  const movedEnds = (ends: Ends): Ends =>
    ends.map((region) =>
      region.peer === undefined ? region : { ...region, peer: moved(region.peer) },
    );
  return {
    ...change,
    scope: { ...change.scope, name: home },
    flows: change.flows.map((flows) => ({
      ...flows,
      ends: movedEnds(flows.ends),
      except: flows.except.map(movedEnds),
    })),
  };
}

/** So many namespaces are named in one sentence. */
const NAMED = 6;

function subjectOf(
  groups: readonly (readonly Change[])[],
  snapshot: Snapshot,
  known: ExistingPods | undefined,
): ChangedSubject {
  const [first = []] = groups;
  const namespaces = groups.map((changes) => changes[0]?.scope.name ?? null).sort(compareNames);
  const isOne = namespaces.length === 1;
  const shown = isOne ? first : first.map((change) => movedHome(change, OWN));
  const [one] = isOne ? first : first.map((change) => movedHome(change, listOf(namespaces)));
  const connections = shown
    .flatMap((change, at) =>
      change.flows.map((flows, index): ChangedConnection => {
        const all = groups.flatMap((changes) => changes[at]?.flows[index]?.shown ?? []);
        return connectionOf(change, flows, all, snapshot);
      }),
    )
    .sort(
      (a, b) =>
        compareText(a.effect, b.effect) ||
        -compareText(a.direction, b.direction) ||
        compareText(a.peer, b.peer) ||
        compareText(a.traffic, b.traffic),
    );
  return {
    pods: one === undefined ? "" : subjectWords(one),
    namespaces,
    selectors: (one?.pods ?? []).map(labelValues),
    existing:
      known === undefined
        ? null
        : { kind: known.kind, names: existingOf(groups, known.byNamespace) },
    connections,
  };
}

function compareNames(a: string | null, b: string | null): number {
  return compareText(a ?? "\uffff", b ?? "\uffff");
}

function listOf(namespaces: readonly (string | null)[]): string {
  const names = namespaces.map((name) => name ?? "any other namespace");
  const shown = names.slice(0, NAMED);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(", ")} and ${String(more)} more namespaces`;
  return `${shown.slice(0, -1).join(", ")} and ${shown.at(-1) ?? ""}`;
}

function connectionOf(
  change: Change,
  flows: ChangedFlows,
  shown: readonly Difference[],
  { namespaces }: Snapshot,
): ChangedConnection {
  const words = flowWords(flows, change);
  const [example] = shown;
  const by = (side: "source" | "target"): readonly string[] => [
    ...new Set(shown.map((one) => decisionText(one[side], one.holding))),
  ];
  invariant(example !== undefined, "each statement has a flow that shows it");
  return {
    effect: change.effect,
    direction: change.direction,
    certain: !isUncertain(flows),
    ...words,
    ends: endValues(flows.ends),
    exceptEnds: flows.except.map(exceptValues),
    old: by("source"),
    new: by("target"),
    example: differenceWitness(example, namespaces),
  };
}

// ---------------------------------------------------------------- existing pods

interface NamedPod {
  readonly name: string;
  readonly valueOf: (key: LabelKey) => string | undefined;
}

interface ExistingPods {
  readonly kind: "pods" | "workloads";
  readonly byNamespace: ReadonlyMap<string, readonly NamedPod[]>;
}

/** Pods that were seen, or if none were those that workloads will make; undefined without any. */
function existingPods(snapshot: Snapshot): ExistingPods | undefined {
  const pods = snapshot.pods.filter(({ hostNetwork, off }) => !hostNetwork && off === undefined);
  if (pods.length === 0) return undefined;
  const isLive = pods.some(({ live }) => live);
  const found = new Map<string, NamedPod[]>();
  for (const pod of pods) {
    if (pod.live !== isLive) continue;
    const named = { name: `${pod.namespace}/${pod.name}`, valueOf: labelsOf(pod, snapshot) };
    const list = found.get(pod.namespace);
    if (list === undefined) found.set(pod.namespace, [named]);
    else list.push(named);
  }
  return { kind: isLive ? "pods" : "workloads", byNamespace: found };
}

function labelsOf(
  pod: KnownPod,
  { namespaces, accounts }: Snapshot,
): (key: LabelKey) => string | undefined {
  const ofNamespace = namespaces.get(pod.namespace)?.labels ?? {};
  return (key) => {
    if (key === NAMESPACE_NAME) return pod.namespace;
    if (key === ACCOUNT_NAME) return pod.account;
    const name = key.slice(key.indexOf(":") + 1);
    if (key.startsWith("pod:")) return own(pod.labels, name);
    if (key.startsWith("namespace:")) return own(ofNamespace, name);
    const account = accounts.find(
      (one) => one.namespace === pod.namespace && one.name === pod.account,
    );
    return own(account?.labels ?? {}, name);
  };
}

function own(labels: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}

function existingOf(
  groups: readonly (readonly Change[])[],
  known: ReadonlyMap<string, readonly NamedPod[]>,
): readonly string[] {
  const found = new Set<string>();
  for (const { scope, pods } of groups.flat()) {
    const candidates =
      scope.name === undefined ? [...known.values()].flat() : (known.get(scope.name) ?? []);
    for (const { name, valueOf } of candidates) {
      if (pods.some((one) => cubeContains(one, valueOf))) found.add(name);
    }
  }
  return [...found].sort(compareText);
}
