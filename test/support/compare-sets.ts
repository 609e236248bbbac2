import type { Flow } from "../../src/ir/flow.ts";
import type { OpaqueCondition, PolicySet } from "../../src/ir/policy.ts";
import { OTHER_TRAFFIC, trafficContains, trafficPoint } from "../../src/sets/traffic-set.ts";
import { evaluate } from "../../src/verify/evaluate.ts";
import type { Decision } from "../../src/verify/evaluate.ts";
import { decisionText, flowText } from "./flow-text.ts";
import { smallWorld } from "./small-world.ts";
import type { WorldOptions } from "./world-space.ts";

export interface Difference {
  readonly flow: Flow;
  readonly source: Decision;
  readonly target: Decision;
}

export interface Comparison {
  /** Allowed by the target, denied by the source under some reading of its undecidable conditions. */
  readonly wider: readonly Difference[];
  /** Denied by the target, allowed by the source under some reading. */
  readonly narrower: readonly Difference[];
  /** True if something is narrower, and all of it is traffic other than TCP, UDP and SCTP. */
  readonly onlyOther: boolean;
  readonly flows: number;
  readonly complete: boolean;
}

/** How many readings of the undecidable conditions are tried for one flow. */
const READINGS = 64;

/** Every decision that some reading of the undecidable conditions gives, one for each verdict. */
export function possibleDecisions(set: PolicySet, flow: Flow): readonly Decision[] {
  let asked = new Map<OpaqueCondition, boolean>();
  const todo: ReadonlyMap<OpaqueCondition, boolean>[] = [];
  const decide = (_rule: unknown, condition: OpaqueCondition): boolean => {
    const answer = asked.get(condition);
    if (answer !== undefined) return answer;
    todo.push(new Map(asked).set(condition, false));
    asked.set(condition, true);
    return true;
  };
  const first = evaluate(set, flow, decide);
  for (let tried = 1; tried < READINGS; tried += 1) {
    const reading = todo.pop();
    if (reading === undefined) break;
    asked = new Map(reading);
    const other = evaluate(set, flow, decide);
    if (other.verdict !== first.verdict) return [first, other];
  }
  return [first];
}

/** Judges every flow of the small world of both sets. */
export function compareSets(
  source: PolicySet,
  target: PolicySet,
  options: WorldOptions,
): Comparison {
  const wider: Difference[] = [];
  const narrower: Difference[] = [];
  let onlyOther = true;
  let flows = 0;
  const world = smallWorld([source, target], options);
  for (const pair of world.flows) {
    flows += 1;
    const after = possibleDecisions(target, pair.target);
    for (const before of possibleDecisions(source, pair.source)) {
      for (const decision of after) {
        if (decision.verdict === before.verdict) continue;
        const list = decision.verdict === "allow" ? wider : narrower;
        list.push({ flow: pair.source, source: before, target: decision });
        if (list === narrower && !isOther(pair.source)) onlyOther = false;
      }
    }
  }
  return {
    wider,
    narrower,
    onlyOther: onlyOther && narrower.length > 0,
    flows,
    complete: world.complete,
  };
}

function isOther(flow: Flow): boolean {
  return trafficContains(OTHER_TRAFFIC, trafficPoint(flow.protocol, flow.value));
}

export function differenceText({ flow, source, target }: Difference): string {
  return `${flowText(flow)}: ${decisionText(source)} before, ${decisionText(target)} after`;
}

/** The first few, for the message of a failing test. */
export function differencesText(differences: readonly Difference[]): string {
  const more = differences.length > 5 ? [`and ${String(differences.length - 5)} more`] : [];
  return [...differences.slice(0, 5).map(differenceText), ...more].join("\n");
}
