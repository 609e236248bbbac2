import { accountLabels, NO_ACCOUNTS } from "../../src/inventory/account-labels.ts";
import { DIRECTIONS } from "../../src/ir/policy.ts";
import type { Endpoint } from "../../src/ir/flow.ts";
import type { PolicySet } from "../../src/ir/policy.ts";
import { ACCOUNT_NAME, constraintOf, cubeContains, NAMESPACE_NAME } from "../../src/sets/cube.ts";
import type { LabelKey } from "../../src/sets/cube.ts";
import { labelSetContains } from "../../src/sets/label-set.ts";
import { vocabularyOf } from "./vocabulary.ts";
import { familiesOf, spaceOf } from "./world-choices.ts";
import { flowsOf } from "./world-flows.ts";
import type { FlowPair } from "./world-flows.ts";
import { allRows, DEFAULT_LIMIT, sampledRows } from "./world-rows.ts";
import { sizeOf } from "./world-space.ts";
import type { Space, WorldOptions } from "./world-space.ts";

/*
 * The enumerator of small worlds. Sets of policies name finitely many things: label values, address and port bounds,
 * names of ports, namespaces. Two flows that agree on all of these are judged alike, so it is enough to try each named
 * value and one of each "other" (and ABSENT). The flows are the product of such choices, direction by direction, family
 * by family, with a pod or an address on the other end.
 *
 * A product within the limit is gone through whole. Of a larger one come: rows that cover every pair of choices, rows
 * drawn towards what some rule matches, and rows drawn blindly, up to the limit. `complete` says which it was.
 */

export interface World {
  readonly flows: Iterable<FlowPair>;
  /** True if nothing was left to chance. */
  readonly complete: boolean;
}

export function smallWorld(sets: readonly PolicySet[], options: WorldOptions): World {
  const spaces: Space[] = [];
  for (const direction of DIRECTIONS) {
    const words = vocabularyOf(sets, direction);
    for (const family of familiesOf(options)) {
      for (const external of [false, true]) {
        spaces.push(spaceOf(words, direction, family, external, options));
      }
    }
  }
  const limit = options.limit ?? DEFAULT_LIMIT;
  const isPossible = possibleFlows(sets, options);
  return {
    complete: spaces.every((space) => sizeOf(space) <= limit),
    flows: {
      *[Symbol.iterator]() {
        for (const space of spaces) {
          const rows = sizeOf(space) <= limit ? allRows(space) : sampledRows(space, sets, options);
          const flowOf = flowsOf(space);
          for (const row of rows) {
            const flow = flowOf(row);
            if (isPossible(flow)) yield flow;
          }
        }
      },
    },
  };
}

/**
 * False for flows of pods that have two labels of which none has, and of peers that do not run as their labels say, where that
 * is taken for granted.
 */
function possibleFlows(
  sets: readonly PolicySet[],
  { snapshot, assumptions }: WorldOptions,
): (pair: FlowPair) => boolean {
  const accounts = assumptions.has("account-labels") ? accountLabels(sets, snapshot) : NO_ACCOUNTS;
  const runsAsItsLabelsSay = (end: Endpoint): boolean =>
    end.kind !== "pod" ||
    [...accounts.values()].every(({ account, labels }) => {
      const valueOf = (key: LabelKey): string | undefined => {
        if (key === NAMESPACE_NAME) return end.namespace;
        if (key === ACCOUNT_NAME) return end.account.name;
        const name = key.slice(key.indexOf(":") + 1);
        return key.startsWith("account:") ? end.account.labels[name] : end.labels[name];
      };
      const names = constraintOf(account, NAMESPACE_NAME);
      const isInside = names === undefined || labelSetContains(names, end.namespace);
      return !isInside || cubeContains(account, valueOf) === cubeContains(labels, valueOf);
    });
  const never = assumptions.has("disjoint") ? (snapshot.disjoint ?? []) : [];
  const isPod = (end: Endpoint): boolean =>
    end.kind !== "pod" ||
    never.every(
      ({ text }) =>
        text.split("|").filter((one) => {
          const [key = "", value] = one.trim().split("=");
          const own = end.labels[key];
          return value === undefined ? own !== undefined : own === value;
        }).length < 2,
    );
  return ({ source: { subject, peer } }) =>
    isPod(subject) && isPod(peer) && runsAsItsLabelsSay(peer);
}
