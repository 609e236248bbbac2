import { accountLabels } from "../inventory/account-labels.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import type { AssumptionCode } from "../ir/assumption.ts";
import { ASSUMPTIONS } from "../ir/assumption.ts";
import type { Outcome } from "../ir/outcome.ts";
import { worstOutcome } from "../ir/outcome.ts";
import type { Policy, PolicySet, Rule } from "../ir/policy.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import type { Cube } from "../sets/cube.ts";
import { withLikelyFlows } from "./likely-flows.ts";
import type { Answer, Difference, Proof, ProofCounts } from "./proof.ts";
import { prove } from "./prove.ts";
import { proofContext } from "./universe.ts";

/*
 * What can be said of two sets of policies, and what for that has to be taken for granted:
 *
 *   (a) they are compared without any assumption; where nothing differs, that is all;
 *   (b) otherwise once more under all assumptions for which there are facts or the word of the user;
 *   (c) of these each is left out that changes nothing; the policies that differ without it are those that rest on it.
 *
 * The flows that show a difference are those of (b) where it has some: they are likelier (likely-flows.ts).
 *
 * A flow too many may be explained away only by an assumption whose falsity widens: that is what users are told of it. So
 * the two questions, wider and narrower, are asked under different assumptions.
 */

/** What one or both sets say of a policy or rule, compared with the other set. */
export interface Finding {
  readonly outcome: Outcome;
  /** What the outcome rests on; empty unless it is "conditional". */
  readonly assumptions: readonly AssumptionCode[];
  readonly wider: Answer;
  readonly narrower: Answer;
  /** True if nothing is lost but traffic other than TCP, UDP and SCTP. */
  readonly onlyOther: boolean;
}

export interface Comparison {
  readonly outcome: Outcome;
  /** Of the source or the target. */
  ofPolicy(policy: Policy): Finding;
  ofRule(rule: Rule): Finding;
  /** What policies rest on, sorted by code. */
  readonly assumptions: readonly AssumptionCode[];
  /** What was taken for granted where either question was asked. */
  readonly taken: Readonly<Record<"wider" | "narrower", readonly AssumptionCode[]>>;
  /** Flows that the target alone allows. */
  readonly gained: readonly Difference[];
  /** Flows that the source alone allows. */
  readonly lost: readonly Difference[];
  readonly counts: ProofCounts;
  /** True of a policy that may judge some flow otherwise than the other set does, with nothing taken for granted. */
  mayDiffer(policy: Policy): boolean;
}

/** One set compared with another. */
export interface ComparedSets {
  readonly source: PolicySet;
  /** The target where it allows most: its ipBlocks match pods. */
  readonly target: PolicySet;
  /** The target where it allows least; the same one, policy by policy, unless nobody knows whether they do. */
  readonly narrowTarget: PolicySet;
}

export interface ComparisonOptions {
  /** What the user said may be taken for granted. */
  readonly assume: ReadonlySet<AssumptionCode>;
  /** True if the user said where pods are after the switch, so that nothing is assumed about it. */
  readonly targetGiven: boolean;
}

/** Assumptions that the prover knows how to use, in the order in which they are best done without. */
const USABLE: readonly AssumptionCode[] = [
  "only-tcp-udp-sctp",
  "disjoint",
  "account-labels",
  "families",
  "pure-range",
  "values",
  "subject-values",
  "pod-range",
  "private-pods",
  "namespaces",
];

/** From so many policies on, no one waits for (c): all assumptions on offer are named. */
const TOO_MANY = 20_000;

export function compareSets(
  sets: ComparedSets,
  snapshot: Snapshot,
  options: ComparisonOptions,
): Comparison {
  const policies = policiesOf(sets);
  const plain = new Judgement(sets, snapshot, []); // (a)
  const offered = plain.isClean ? [] : offeredBy(sets, snapshot, options.assume);
  const likely = offered.length === 0 ? plain : new Judgement(sets, snapshot, offered); // (b)
  let judged = likely;
  const uses = new Map<AssumptionCode, ReadonlySet<Policy>>();
  let used = offered;
  if (judged.isAsGood(plain, policies)) {
    used = [];
    judged = plain;
  } else if (policies.length <= TOO_MANY) {
    const differing = judged.differing(policies);
    for (const one of offered) {
      const without = used.filter((other) => other !== one);
      const less = without.length === 0 ? plain : new Judgement(sets, snapshot, without); // (c)
      const broken = less.differing(policies).filter((policy) => !differing.includes(policy));
      if (broken.length > 0) uses.set(one, new Set(broken.map(({ policy }) => policy)));
      else if (judged.isAsGood(less, policies)) {
        used = without;
        judged = less;
      }
    }
  }
  return new ComparisonOf(sets, { plain, likely, judged, used, uses }, snapshot, options);
}

/** One row a policy: those of the two readings of the target belong together. */
interface Row {
  readonly policy: Policy;
  readonly narrow: Policy;
}

function policiesOf({ source, target, narrowTarget }: ComparedSets): readonly Row[] {
  const flat = ({ tiers }: PolicySet): readonly Policy[] => tiers.flatMap((tier) => tier.policies);
  const narrow = flat(narrowTarget);
  return [
    ...flat(source).map((policy) => ({ policy, narrow: policy })),
    ...flat(target).map((policy, at) => ({ policy, narrow: narrow[at] ?? policy })),
  ];
}

function offeredBy(
  sets: ComparedSets,
  snapshot: Snapshot,
  assume: ReadonlySet<AssumptionCode>,
): readonly AssumptionCode[] {
  const namespaces = [...snapshot.namespaces.values()];
  // A conversion writes global policies for the namespaces that its input names, and says that it takes these for all.
  const isConversion = isOfEngine(sets.source) && !isOfEngine(sets.target) && namespaces.length > 0;
  const isCovered = isConversion || namespaces.some(({ covered }) => covered);
  const hasRanges = snapshot.podRanges !== undefined;
  // Without pods no value would be left, and only conditions on parts of a value ask for what values there are.
  const hasValues =
    snapshot.pods.length > 0 && (asksForText(sets.source) || asksForText(sets.target));
  const backed: Partial<Record<AssumptionCode, boolean>> = {
    namespaces: isCovered || assume.has("namespaces"),
    "pod-range": hasRanges,
    "private-pods":
      !hasRanges &&
      rulesOf(sets.source).some(({ assumptions }) => assumptions.includes("private-pods")),
    "pure-range": hasRanges,
    families: hasRanges,
    disjoint: (snapshot.disjoint ?? []).length > 0,
    "account-labels": accountLabels([sets.source, sets.target], snapshot).size > 0,
    values: hasValues,
    // As in a conversion: it is the user's word about values that counts for subjects, not their being seen.
    "subject-values": hasValues && (assume.has("subject-values") || assume.has("values")),
  };
  return USABLE.filter((one) => backed[one] ?? assume.has(one));
}

/** Both questions, under some assumptions. */
class Judgement {
  readonly wider: Proof;
  readonly narrower: Proof;

  constructor(
    { source, target, narrowTarget }: ComparedSets,
    snapshot: Snapshot,
    assumptions: readonly AssumptionCode[],
  ) {
    const under = (codes: readonly AssumptionCode[], against: PolicySet): Proof =>
      prove(source, against, {
        ...proofContext(snapshot, new Set(codes)),
        anyNamespace: !codes.includes("namespaces"),
      });
    const widening = assumptions.filter((one) => ASSUMPTIONS[one].ifFalse === "widens");
    this.wider = under(widening, target);
    const isSame = widening.length === assumptions.length && target === narrowTarget;
    this.narrower = isSame ? this.wider : under(assumptions, narrowTarget);
  }

  get isClean(): boolean {
    return this.wider.wider.kind === "none" && this.narrower.narrower.kind === "none";
  }

  differing(rows: readonly Row[]): readonly Row[] {
    if (this.isClean) return [];
    return rows.filter(
      ({ policy, narrow }) =>
        this.wider.ofPolicy(policy).wider.kind !== "none" ||
        this.narrower.ofPolicy(narrow).narrower.kind !== "none",
    );
  }

  /** True if the other judgement differs in the same policies and in the same way. */
  isAsGood(other: Judgement, rows: readonly Row[]): boolean {
    if (this.isClean && other.isClean) return true;
    return rows.every(({ policy, narrow }) => {
      const mine = this.narrower.ofPolicy(narrow);
      const theirs = other.narrower.ofPolicy(narrow);
      return (
        this.wider.ofPolicy(policy).wider.kind === other.wider.ofPolicy(policy).wider.kind &&
        mine.narrower.kind === theirs.narrower.kind &&
        mine.onlyOther === theirs.onlyOther
      );
    });
  }
}

interface Judged {
  readonly plain: Judgement;
  readonly likely: Judgement;
  readonly judged: Judgement;
  readonly used: readonly AssumptionCode[];
  readonly uses: ReadonlyMap<AssumptionCode, ReadonlySet<Policy>>;
}

class ComparisonOf implements Comparison {
  readonly outcome: Outcome;
  readonly assumptions: readonly AssumptionCode[];
  readonly taken: Comparison["taken"];
  readonly gained: readonly Difference[];
  readonly lost: readonly Difference[];
  readonly counts: ProofCounts;
  readonly #judged: Judged;
  readonly #wider: Proof;
  readonly #narrower: Proof;
  readonly #narrowOf = new Map<Policy, Policy>();
  readonly #ruleOwner = new Map<Rule, { readonly policy: Policy; readonly narrow: Rule }>();
  /** True if a source that says more than it can name is compared with a target that does not. */
  readonly #losesUnsaid: boolean;
  readonly #ownAssumptionsCount: boolean;
  readonly #movesAssumed: boolean;

  constructor(
    sets: ComparedSets,
    judged: Judged,
    snapshot: Snapshot,
    { targetGiven }: ComparisonOptions,
  ) {
    this.#judged = judged;
    const rows = policiesOf(sets);
    for (const { policy, narrow } of rows) {
      this.#narrowOf.set(policy, narrow);
      for (const direction of DIRECTIONS) {
        const twins = narrow[direction]?.rules ?? [];
        for (const [at, rule] of (policy[direction]?.rules ?? []).entries()) {
          this.#ruleOwner.set(rule, { policy, narrow: twins[at] ?? rule });
        }
      }
    }
    this.#losesUnsaid = !rulesOf(sets.target).some(({ unsaid = [] }) => unsaid.length > 0);
    const isSwitch = isOfEngine(sets.source) !== isOfEngine(sets.target);
    this.#ownAssumptionsCount = isSwitch;
    this.#movesAssumed = isSwitch && !targetGiven && snapshot.podRanges !== undefined;
    const wider = withLikelyFlows(judged.judged.wider, judged.likely.wider);
    const narrower = withLikelyFlows(judged.judged.narrower, judged.likely.narrower);
    this.#wider = wider;
    this.#narrower = narrower;
    this.gained = wider.witnesses.filter(({ target }) => target.verdict === "allow");
    this.lost = narrower.witnesses.filter(({ source }) => source.verdict === "allow");
    const isOne = judged.judged.wider === judged.judged.narrower;
    this.counts = isOne ? wider.counts : sumOf(wider.counts, narrower.counts);
    const findings = rows.map(({ policy }) => this.ofPolicy(policy));
    this.outcome = worstOutcome([
      ...findings.map(({ outcome }) => outcome),
      outcomeOf(wider.wider, narrower.narrower, this.#losesUnsaid),
    ]);
    const resting = findings.flatMap(({ assumptions }) => assumptions);
    // That nothing is wider may rest on them, too, where something is narrower.
    const isWiderWithout = judged.plain.wider.wider.kind !== "none";
    const widening = judged.used.filter((one) => ASSUMPTIONS[one].ifFalse === "widens");
    this.taken = { wider: widening, narrower: judged.used };
    this.assumptions = sortedCodes([...resting, ...(isWiderWithout ? widening : [])]);
  }

  ofPolicy(policy: Policy): Finding {
    const narrow = this.#narrower.ofPolicy(this.#narrowOf.get(policy) ?? policy);
    const own = this.#ownAssumptionsCount ? ownAssumptions(policy) : [];
    return this.#finding(this.#wider.ofPolicy(policy).wider, narrow, policy, own);
  }

  ofRule(rule: Rule): Finding {
    const owner = this.#ruleOwner.get(rule);
    const narrow = this.#narrower.ofRule(owner?.narrow ?? rule);
    const own = this.#ownAssumptionsCount ? rule.assumptions : [];
    return this.#finding(this.#wider.ofRule(rule).wider, narrow, owner?.policy, own, rule);
  }

  mayDiffer(policy: Policy): boolean {
    const { plain } = this.#judged;
    const narrow = this.#narrowOf.get(policy) ?? policy;
    return plain.differing([{ policy, narrow }]).length > 0;
  }

  #finding(
    wider: Answer,
    { narrower, onlyOther }: { readonly narrower: Answer; readonly onlyOther: boolean },
    policy: Policy | undefined,
    own: readonly AssumptionCode[],
    rule?: Rule,
  ): Finding {
    const outcome = outcomeOf(wider, narrower, this.#losesUnsaid);
    const rests = outcome === "exact" ? this.#restsOn(policy, rule) : [];
    const assumptions = outcome === "exact" ? sortedCodes([...rests, ...own]) : [];
    return {
      outcome: assumptions.length > 0 ? "conditional" : outcome,
      assumptions,
      wider,
      narrower,
      onlyOther,
    };
  }

  /** What had to be taken for granted for a policy, or rule, in which nothing differs any more. */
  #restsOn(policy: Policy | undefined, rule: Rule | undefined): readonly AssumptionCode[] {
    const { plain, used, uses } = this.#judged;
    if (policy === undefined || used.length === 0) return [];
    const isClean =
      rule === undefined
        ? !this.mayDiffer(policy)
        : plain.wider.ofRule(rule).wider.kind === "none" &&
          plain.narrower.ofRule(this.#ruleOwner.get(rule)?.narrow ?? rule).narrower.kind === "none";
    if (isClean) return [];
    const named = used.filter((one) => uses.get(one)?.has(policy) === true);
    const found = named.length > 0 ? named : used;
    return this.#movesAssumed && found.includes("pod-range") ? [...found, "addresses-kept"] : found;
  }
}

function outcomeOf(wider: Answer, narrower: Answer, losesUnsaid: boolean): Outcome {
  if (wider.kind === "witness") return "widened";
  if (wider.kind !== "none") return "unknown";
  switch (narrower.kind) {
    case "none":
      return "exact";
    case "witness":
      return "narrowed";
    case "unsaid":
      return losesUnsaid ? "narrowed" : "unknown";
    case "unknown":
      return "unknown";
    default:
      return narrower satisfies never;
  }
}

function ownAssumptions(policy: Policy): readonly AssumptionCode[] {
  return DIRECTIONS.flatMap((direction) =>
    (policy[direction]?.rules ?? []).flatMap(({ assumptions }) => assumptions),
  );
}

function* allRules({ tiers }: PolicySet): Generator<Rule> {
  for (const { policies } of tiers) {
    for (const policy of policies) {
      for (const direction of DIRECTIONS) yield* policy[direction]?.rules ?? [];
    }
  }
}

const rulesOf = (set: PolicySet): readonly Rule[] => [...allRules(set)];

function asksForText({ tiers }: PolicySet): boolean {
  const inCube = ({ constraints }: Cube): boolean =>
    constraints.some(({ set }) => set.atoms.length > 0);
  const inRule = ({ peer, subjectOnly = [] }: Rule): boolean =>
    [...peer, ...subjectOnly].some((box) => box.kind === "pod" && inCube(box.labels));
  return tiers.some(({ policies }) =>
    policies.some(
      (policy) =>
        policy.subject.pods.some(inCube) ||
        DIRECTIONS.some((direction) => policy[direction]?.rules.some(inRule) === true),
    ),
  );
}

/** True if the set has policies of an engine's own, so that it is no output of a conversion. */
function isOfEngine({ tiers }: PolicySet): boolean {
  return tiers.some(({ policies }) =>
    policies.some(({ origin }) => origin.engine !== "kubernetes"),
  );
}

function sumOf(a: ProofCounts, b: ProofCounts): ProofCounts {
  return {
    questions: a.questions + b.questions,
    none: a.none + b.none,
    witness: a.witness + b.witness,
    unknown: a.unknown + b.unknown,
    replayed: a.replayed + b.replayed,
  };
}

function sortedCodes(codes: Iterable<AssumptionCode>): readonly AssumptionCode[] {
  return [...new Set(codes)].sort((a, b) => (ASSUMPTIONS[a].code < ASSUMPTIONS[b].code ? -1 : 1));
}
