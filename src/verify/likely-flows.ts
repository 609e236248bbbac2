import type { Answer, Answers, Difference, Proof } from "./proof.ts";
import type { Effect } from "./ledger.ts";

/**
 * A proof whose flows are those of a second one wherever that has some too. What differs, and what it rests on, is the
 * first one's word; the second takes more for granted, so that its flows are likelier: of pods where pods are, with labels
 * that there are.
 */
export function withLikelyFlows(proof: Proof, likely: Proof): Proof {
  if (proof === likely) return proof;
  const both = (answersOf: (of: Proof) => Answers): Answers =>
    likelier(answersOf(proof), answersOf(likely));
  return {
    ...both((of) => of),
    ofRule: (rule) => both((of) => of.ofRule(rule)),
    ofIsolation: (policy, direction) => both((of) => of.ofIsolation(policy, direction)),
    ofPolicy: (policy) => both((of) => of.ofPolicy(policy)),
    ofOpenness: (policy) => both((of) => of.ofOpenness(policy)),
    witnesses: [
      ...likely.witnesses,
      ...proof.witnesses.filter((witness) => !hasLikelier(witness, proof, likely)),
    ],
    counts: proof.counts,
  };
}

function likelier(told: Answers, likely: Answers): Answers {
  const of = (mine: Answer, theirs: Answer): Answer =>
    mine.kind === "witness" && theirs.kind === "witness" ? theirs : mine;
  const { onlyOther } = told;
  return {
    wider: of(told.wider, likely.wider),
    narrower: onlyOther === likely.onlyOther ? of(told.narrower, likely.narrower) : told.narrower,
    onlyOther,
  };
}

/** True if whatever decides the flow, on either side, has another one to show. */
function hasLikelier({ flow, source, target }: Difference, proof: Proof, likely: Proof): boolean {
  const effect: Effect = target.verdict === "allow" ? "wider" : "narrower";
  return [source, target].every(({ by }) => {
    if (by.kind !== "rule" && by.kind !== "end-of-tier") return true;
    const [told, other] = [proof, likely].map((of) =>
      by.kind === "rule" ? of.ofRule(by.rule) : of.ofIsolation(by.policy, flow.direction),
    );
    if (told === undefined || other?.[effect].kind !== "witness") return false;
    return likelier(told, other)[effect] === other[effect];
  });
}
