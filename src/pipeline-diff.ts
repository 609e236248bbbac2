import { invariant } from "./base/invariant.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import type { SourceFile } from "./diagnostics/source-range.ts";
import type { Snapshot } from "./inventory/snapshot.ts";
import type { AssumptionCode } from "./ir/assumption.ts";
import type { PolicyOrigin } from "./ir/origin.ts";
import { worstOutcome } from "./ir/outcome.ts";
import type { Direction, Policy, PolicySet, Rule } from "./ir/policy.ts";
import { DIRECTIONS } from "./ir/policy.ts";
import { readManifests } from "./manifest/read.ts";
import type { ReadOptions, SetFiles } from "./pipeline-read.ts";
import { readSets } from "./pipeline-read.ts";
import { readingsOf } from "./pipeline-verify.ts";
import type { DiffReport } from "./report/diff-report.ts";
import { buildDiff } from "./report/diff-report.ts";
import type { ReportDocument } from "./report/report.ts";
import type { PolicyWithText, TextDiff } from "./report/text-diff.ts";
import { textDiff } from "./report/text-diff.ts";
import { unanswered } from "./report/build-verification.ts";
import { ruleText } from "./report/walkthrough-text.ts";
import type { PolicyText } from "./sources/policy-text.ts";
import { policyText } from "./sources/policy-text.ts";
import type { Change, Effect } from "./verify/changes.ts";
import { changesOf } from "./verify/changes.ts";
import type { Focus } from "./verify/change-focus.ts";
import { inFocus } from "./verify/change-focus.ts";
import type { ComparedSets, Comparison } from "./verify/comparison.ts";
import { compareSets } from "./verify/comparison.ts";
import type { PodChanges } from "./verify/existing-pods.ts";
import { changesForPods } from "./verify/existing-pods.ts";

/** The options of a comparison, checked. */
export interface DiffOptions extends ReadOptions {
  readonly enforcer: "vpc-cni" | "generic";
  readonly assume: ReadonlySet<AssumptionCode>;
  readonly allowIncomplete: boolean;
  readonly show: "both" | "text" | "semantic";
  readonly directions: readonly Direction[];
  /** What the user wants to know of, once it is known what there is; undefined: everything. */
  readonly focus: (snapshot: Snapshot) => Focus | undefined;
}

export interface DiffInput {
  readonly old: SetFiles;
  readonly new: SetFiles;
  readonly inventory: readonly SourceFile[];
  /** Findings about files that could not be read at all. */
  readonly unreadable: readonly Diagnostic[];
  readonly options: DiffOptions;
  readonly tool: ReportDocument["tool"];
  readonly reportedOptions: ReportDocument["options"];
}

/**
 * Tells two sets of policies apart: their texts, and the connections that one of them allows and the other does not. A pure
 * function: the same input gives the same report.
 */
export function runDiff(input: DiffInput): DiffReport {
  const { options } = input;
  const diagnostics: Diagnostic[] = [...input.unreadable];
  const again = { ipBlockMatchesPods: "no", repeated: true } as const;
  const isGeneric = options.enforcer === "generic";
  const { snapshot, sets } = readSets(
    [
      input.old,
      input.new,
      ...(isGeneric
        ? [
            { ...input.old, ...again },
            { ...input.new, ...again },
          ]
        : []),
    ],
    input.inventory,
    options,
    (diagnostic) => {
      diagnostics.push(diagnostic);
    },
  );
  const [old, now, oldAgain = old, nowAgain = now] = sets;
  invariant(old && now && oldAgain && nowAgain, "each set was read");
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const stops = options.allowIncomplete ? [] : errors;
  const focus = options.focus(snapshot);

  const texts = new PolicyTexts([...input.old.files, ...input.new.files]);
  const inText = options.show === "semantic" ? undefined : textsOf(old.set, now.set, texts);
  const flows =
    options.show === "text"
      ? undefined
      : new FlowDiff(
          readingsOf([old.set, oldAgain.set], [now.set, nowAgain.set]),
          snapshot,
          options,
        );
  const changes = flows?.changes.flatMap((change) => inFocus(change, focus, options.directions));
  return buildDiff({
    tool: input.tool,
    options: input.reportedOptions,
    policies: { old: policiesOf(old.set).length, new: policiesOf(now.set).length },
    texts: inText,
    changes,
    unanswered: flows?.unanswered ?? [],
    assumptions: flows?.assumptions ?? [],
    snapshot,
    pods: focus === undefined ? flows?.pods : undefined,
    inputs: { old: old.inputs, new: now.inputs },
    diagnostics,
    stops,
    complete: errors.length === 0,
    exitCode: (same) => (stops.length > 0 ? 2 : same ? 0 : 1),
  });
}

const policiesOf = ({ tiers }: PolicySet): readonly Policy[] =>
  tiers.flatMap(({ policies }) => policies);

/** The difference in flows. */
class FlowDiff {
  readonly changes: readonly Change[];
  readonly unanswered: readonly string[];
  readonly assumptions: readonly AssumptionCode[];
  readonly pods: PodChanges | undefined;

  constructor(readings: readonly ComparedSets[], snapshot: Snapshot, options: DiffOptions) {
    const targetGiven = options.facts.targetPodCidrs.length > 0;
    const compared = readings.map((sets) => {
      const asked = { assume: options.assume, targetGiven };
      return { sets, comparison: compareSets(sets, snapshot, asked) };
    });
    const worst = worstOutcome(compared.map(({ comparison }) => comparison.outcome));
    const told = compared.find(({ comparison }) => comparison.outcome === worst);
    invariant(told, "there is a reading");
    const { sets, comparison } = told;
    const { directions } = options;
    const parts = (["added", "removed"] as const).map((effect) =>
      changesOf({
        source: sets.source,
        target: effect === "added" ? sets.target : sets.narrowTarget,
        snapshot,
        assumptions: new Set(comparison.taken[effect === "added" ? "wider" : "narrower"]),
        effect,
        directions,
        mayDiffer: differingPolicies(sets, comparison, effect),
      }),
    );
    this.changes = parts.flatMap(({ changes }) => changes);
    this.unanswered = [
      ...unansweredOf(sets, comparison),
      ...parts.flatMap(({ incomplete }) =>
        incomplete.map(
          ({ scope, direction }) =>
            `${direction} of pods in ${scope.name ?? "any other namespace"}: there was too much to look at`,
        ),
      ),
    ];
    this.assumptions = [...new Set([...comparison.taken.narrower, ...comparison.assumptions])];
    this.pods =
      snapshot.pods.length === 0
        ? undefined
        : changesForPods(sets, snapshot, (policy) => comparison.mayDiffer(policy));
  }
}

/** The proof has said already of most policies that no flow of them is judged otherwise. */
function differingPolicies(
  { source, target, narrowTarget }: ComparedSets,
  comparison: Comparison,
  effect: Effect,
): (policy: Policy) => boolean {
  const differing = new Set<Policy>();
  const isClean = (policy: Policy): boolean => {
    const finding = comparison.ofPolicy(policy);
    return (effect === "added" ? finding.wider : finding.narrower).kind === "none";
  };
  for (const policy of policiesOf(source)) if (!isClean(policy)) differing.add(policy);
  const narrow = policiesOf(narrowTarget);
  for (const [at, policy] of policiesOf(target).entries()) {
    if (isClean(policy)) continue;
    differing.add(policy);
    const twin = narrow[at];
    if (twin !== undefined) differing.add(twin);
  }
  return (policy) => differing.has(policy);
}

function unansweredOf({ source, target }: ComparedSets, comparison: Comparison): readonly string[] {
  const found = new Set<string>();
  for (const policy of [...policiesOf(source), ...policiesOf(target)]) {
    const { wider, narrower } = comparison.ofPolicy(policy);
    for (const answer of [wider, narrower]) {
      if (answer.kind === "unknown") for (const text of unanswered(answer)) found.add(text);
    }
    for (const direction of DIRECTIONS) {
      for (const rule of policy[direction]?.rules ?? []) {
        for (const text of unsaidOf(policy, rule, comparison)) found.add(text);
      }
    }
  }
  return [...found];
}

/** No flow shows what becomes of those that nobody can name. */
function unsaidOf(policy: Policy, rule: Rule, comparison: Comparison): readonly string[] {
  if ((rule.unsaid ?? []).length === 0) return [];
  const { wider, narrower } = comparison.ofRule(rule);
  return (
    [
      [wider, "may be added"],
      [narrower, "may be removed"],
    ] as const
  ).flatMap(([answer, what]) =>
    answer.kind === "unsaid" ? [`${ruleText(policy, rule)}: ${answer.what} ${what}`] : [],
  );
}

// ---------------------------------------------------------------- texts

function textsOf(old: PolicySet, now: PolicySet, texts: PolicyTexts): TextDiff {
  const withText = (set: PolicySet): readonly PolicyWithText[] =>
    policiesOf(set).flatMap(({ origin }) => {
      const text = texts.of(origin);
      return text === undefined ? [] : [{ origin, ...text }];
    });
  return textDiff(withText(old), withText(now));
}

/** The objects of files, read once more for their text: the model keeps none of it. */
class PolicyTexts {
  readonly #files: readonly SourceFile[];
  readonly #found = new Map<SourceFile, Map<number, PolicyText>>();

  constructor(files: readonly SourceFile[]) {
    this.#files = files;
  }

  of({ place }: PolicyOrigin): PolicyText | undefined {
    return this.#objectsOf(place.document.file).get(place.document.index);
  }

  #objectsOf(file: SourceFile): Map<number, PolicyText> {
    let objects = this.#found.get(file);
    if (objects === undefined) {
      objects = new Map();
      if (this.#files.includes(file)) {
        for (const object of readManifests(file, () => undefined)) {
          objects.set(object.document.index, policyText(object));
        }
      }
      this.#found.set(file, objects);
    }
    return objects;
  }
}
