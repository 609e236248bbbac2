import type { AssumptionCode } from "../ir/assumption.ts";
import { ASSUMPTIONS } from "../ir/assumption.ts";
import type { PolicyOrigin, RuleOrigin } from "../ir/origin.ts";
import type { PolicyResult } from "../ir/outcome.ts";
import type { Policy, PolicySet, Rule } from "../ir/policy.ts";
import { DIRECTIONS } from "../ir/policy.ts";
import type { Answer, Answers, Difference, Proof } from "./proof.ts";
import { worseAnswers } from "./proof.ts";
import type { Asks } from "./prove.ts";

/** What the proof says of the claims of one policy. */
export interface PolicyConfirmation {
  /** "refuted": there is a flow that the output allows and the source denies, as the outcome says. */
  readonly status: "proved" | "refuted" | "unknown";
  /** The policy's differences, confirmed flow by flow. */
  readonly witnesses: readonly Difference[];
  /** What was asked and not answered; empty unless the status is "unknown". */
  readonly questions: readonly string[];
}

/** A claim that the proof contradicts: never the user's fault. */
export interface RefutedClaim {
  /** Undefined for a claim about the whole set. */
  readonly policy?: PolicyOrigin | undefined;
  readonly rule?: RuleOrigin | undefined;
  readonly claim: string;
  readonly witness: Difference | undefined;
}

export interface Confirmation {
  readonly policies: ReadonlyMap<PolicyOrigin, PolicyConfirmation>;
  /** For a rule that is narrower or wider, the flow that shows it. */
  readonly ofRule: ReadonlyMap<RuleOrigin, Difference>;
  readonly refuted: readonly RefutedClaim[];
}

/** What was read back from the output, and how it relates to what lowering says. */
export interface Output {
  /** Runs a proof of the source against the output, under the assumptions given; without `asks` of all. */
  proveUnder(assumptions: ReadonlySet<AssumptionCode>, asks?: Asks): Proof;
  /** The policies of the output that were written for a policy of the source. */
  writtenFor(result: PolicyResult): readonly Policy[];
}

/**
 * Holds what lowering claims to a proof that knows nothing of lowering.
 *
 * a. Nothing is wider, under the assumptions that the results name and that are said to widen if they are false; but for
 *    what is called "widened", which the output is given without.
 * b. What is called "exact" is so under no assumption at all: what it allows is lost nowhere, and what is written for it,
 *    or left open, lets in nothing more.
 * c. What is called "conditional" is lost nowhere under all the assumptions that the results name.
 * d. What is called "narrowed", and is said to lose nothing but other protocols, loses nothing else.
 * e. If nothing at all is called narrowed, nothing at all is lost.
 *
 * The rules of a policy that is not exact are held to claims of their own in the same way.
 */
export function confirmClaims(
  set: PolicySet,
  results: readonly PolicyResult[],
  output: Output,
): Confirmation {
  const used = new Set(results.flatMap(({ assumptions }) => assumptions));
  const widening = new Set([...used].filter((name) => ASSUMPTIONS[name].ifFalse === "widens"));
  // Where the others are proofs of their own, the bare one is about what is called exact alone.
  const bare = output.proveUnder(
    new Set(),
    widening.size === 0 ? undefined : asksOfExact(results, output),
  );
  const bold = widening.size === 0 ? bare : output.proveUnder(widening);
  const full = used.size === widening.size ? bold : output.proveUnder(used);
  const leavesOpen = results.some(({ isolation }) => Object.values(isolation).includes("less"));
  const court: Court = { bare, bold, full, output, leavesOpen };

  const sources = new Map<PolicyOrigin, Policy[]>();
  for (const { policies } of set.tiers) {
    for (const policy of policies) {
      const parts = sources.get(policy.origin);
      if (parts === undefined) sources.set(policy.origin, [policy]);
      else parts.push(policy);
    }
  }
  const policies = new Map<PolicyOrigin, PolicyConfirmation>();
  const ofRule = new Map<RuleOrigin, Difference>();
  const refuted: RefutedClaim[] = [];
  for (const result of results) {
    const parts = sources.get(result.policy);
    if (parts === undefined) {
      const questions = ["the place of the policy in the order is not known"];
      policies.set(result.policy, { status: "unknown", witnesses: [], questions });
      continue;
    }
    policies.set(result.policy, confirmPolicy(parts, result, court, ofRule, refuted));
  }
  refuted.push(...confirmWhole(results, court));
  return { policies, ofRule, refuted };
}

/** The rules of policies that are called exact, those written for them, and further rules that are called exact. */
function asksOfExact(results: readonly PolicyResult[], output: Output): Asks {
  const policies = new Set<PolicyOrigin>();
  const written = new Set<Policy>();
  const rules = new Set<RuleOrigin>();
  for (const result of results) {
    if (result.outcome === "exact") {
      policies.add(result.policy);
      for (const policy of output.writtenFor(result)) written.add(policy);
      continue;
    }
    for (const { rule: origin, outcome } of result.rules)
      if (outcome === "exact") rules.add(origin);
  }
  return (policy, { origin }) =>
    policies.has(policy.origin) || written.has(policy) || rules.has(origin);
}

/** Claims a and e. */
function confirmWhole(
  results: readonly PolicyResult[],
  { bold, full, leavesOpen }: Court,
): readonly RefutedClaim[] {
  const found: RefutedClaim[] = [];
  if (differs(bold.wider) && !leavesOpen) found.push(refutation("nothing is wider", bold.wider));
  const losing = results.some(({ outcome }) => outcome !== "exact" && outcome !== "conditional");
  if (differs(full.narrower) && !losing) found.push(refutation("nothing is lost", full.narrower));
  return found;
}

const refutation = (claim: string, answer: Answer): RefutedClaim => ({
  claim,
  witness: witnessesOf(answer)[0],
});

/** The proofs that claims are held to. */
interface Court {
  /** Under no assumption; of what is called exact alone, unless it is one of the others too. */
  readonly bare: Proof;
  /** Under the assumptions used whose falsity widens. */
  readonly bold: Proof;
  /** Under all assumptions used. */
  readonly full: Proof;
  readonly output: Output;
  /** True if some policy owns up to pods that it leaves open: then openness is nobody else's fault. */
  readonly leavesOpen: boolean;
}

interface Ruling {
  /** The claim that does not hold, and the answer that contradicts it. */
  readonly refuted?: readonly [claim: string, answer: Answer];
  readonly unknown: readonly string[];
  readonly witnesses: readonly Difference[];
}

interface Claim {
  readonly outcome: PolicyResult["outcome"];
  readonly losesOnlyOther: boolean;
}

/** Holds a claim to what is lost of its flows, and to what is let in beyond them. */
function rule(claim: Claim, lost: Answers, wider: readonly Answer[]): Ruling {
  const { narrower, onlyOther } = lost;
  const gained = wider.find(differs);
  const witnesses = [...wider, narrower].flatMap(witnessesOf);
  const unknown = [...wider, narrower].flatMap(questionOf);
  const ruling = { unknown, witnesses };
  switch (claim.outcome) {
    case "unknown":
      return { unknown: [], witnesses: [] };
    case "widened":
      return ruling;
    case "narrowed": {
      const losesMore = claim.losesOnlyOther && narrower.kind === "witness" && !onlyOther;
      const asked = { unknown: wider.flatMap(questionOf), witnesses };
      return losesMore
        ? { ...asked, refuted: ["nothing but other protocols is lost", narrower] }
        : asked;
    }
    case "exact":
    case "conditional":
      if (gained !== undefined) return { ...ruling, refuted: ["nothing is wider", gained] };
      return differs(narrower) ? { ...ruling, refuted: ["nothing is lost", narrower] } : ruling;
  }
}

const differs = (answer: Answer): boolean => answer.kind === "witness" || answer.kind === "unsaid";
const witnessesOf = (answer: Answer): readonly Difference[] =>
  answer.kind === "witness" ? [answer.witness] : [];
const questionOf = (answer: Answer): readonly string[] =>
  answer.kind === "unknown" ? [answer.question] : [];

/** @param parts the policies of the model that came from the one of the result */
function confirmPolicy(
  parts: readonly Policy[],
  result: PolicyResult,
  court: Court,
  ofRule: Map<RuleOrigin, Difference>,
  refuted: RefutedClaim[],
): PolicyConfirmation {
  const { bare, bold, full, output } = court;
  const isExact = result.outcome === "exact";
  // Wider under the assumptions is for the whole set to answer; that an outcome needs none is for the policy.
  const gains = isExact ? bare : bold;
  const wider = output.writtenFor(result).map((written) => gains.ofPolicy(written).wider);
  const policy = result.policy;
  if (!court.leavesOpen) wider.push(...parts.map((part) => gains.ofOpenness(part).wider));
  const losses = isExact ? bare : full;
  const lost = parts.map((part) => losses.ofPolicy(part)).reduce(worseAnswers);
  const ruling = rule({ outcome: result.outcome, losesOnlyOther: false }, lost, wider);
  put(ruling, { policy }, refuted);
  // Where the whole is exact, so are its parts.
  if (!isExact) {
    const claims = new Map(result.rules.map((one) => [one.rule, one]));
    for (const source of parts.flatMap((part) => [...rulesOf(part)])) {
      const claim = claims.get(source.origin);
      // What a Deny or Pass leaves out is counted with the policy: flows fall to it that no rule of it allowed.
      if (claim === undefined || source.action !== "allow") continue;
      const own = rule(claim, (claim.outcome === "exact" ? bare : full).ofRule(source), []);
      put(own, { policy, rule: source.origin }, refuted);
      const [shown] = own.witnesses;
      if (shown !== undefined) ofRule.set(source.origin, shown);
    }
  }
  const { unknown: questions, witnesses } = ruling;
  const isUnknown = questions.length > 0 || result.outcome === "unknown";
  const status = result.outcome === "widened" ? "refuted" : isUnknown ? "unknown" : "proved";
  return { status, witnesses, questions };
}

function put(
  { refuted: found }: Ruling,
  of: Pick<RefutedClaim, "policy" | "rule">,
  refuted: RefutedClaim[],
): void {
  if (found !== undefined) refuted.push({ ...of, ...refutation(...found) });
}

function* rulesOf(policy: Policy): Generator<Rule> {
  for (const direction of DIRECTIONS) yield* policy[direction]?.rules ?? [];
}
