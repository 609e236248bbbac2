import { InternalError } from "../../base/invariant.ts";
import { policyName } from "../../compile/index.ts";
import type { ConvertResult } from "../../pipeline.ts";
import { differenceWitness } from "../../report/difference.ts";

/** Ends the run with an internal error if the proof contradicts a claim, and says which flow shows it. */
export function throwIfRefuted({ refuted, snapshot }: ConvertResult): void {
  if (refuted.length === 0) return;
  const lines = refuted.map(({ policy, rule, claim, witness }) => {
    const name = policy === undefined ? "the whole set" : policyName(policy);
    const where = `${name}${rule === undefined ? "" : ` ${rule.place.path}`}`;
    if (witness === undefined) return `${where}: "${claim}" does not hold`;
    const { from, to, protocol, port, source, target } = differenceWitness(
      witness,
      snapshot.namespaces,
    );
    const traffic = port === undefined ? protocol : `${protocol} ${String(port)}`;
    const verdicts = `${source.verdict} in the source (${source.by}), ${target.verdict} in the output (${target.by})`;
    return `${where}: "${claim}" does not hold for ${from} -> ${to}, ${traffic}: ${verdicts}`;
  });
  throw new InternalError(lines.join("\n"));
}
