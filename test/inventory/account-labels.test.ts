import { describe, expect, it } from "vitest";
import {
  accountCondition,
  accountLabels,
  withAccountLabels,
} from "../../src/inventory/account-labels.ts";
import type { Snapshot } from "../../src/inventory/snapshot.ts";
import { cubeText, NAMESPACE_NAME } from "../../src/sets/cube.ts";
import { labelNotIn } from "../../src/sets/label-set.ts";
import { allow, labels, pods, policy, policySet, tier } from "../support/ir-builder.ts";
import { snapshotOf } from "../support/snapshot-of-pods.ts";
import type { Pod } from "../support/snapshot-of-pods.ts";

const ACCOUNT = "account:@name";
type Condition = Parameters<typeof labels>[0];
const setOf = (condition: Condition) =>
  policySet(tier("default", [policy("p/web", { ingress: [allow({ peer: pods(condition) })] })]));

/** The labels found for a condition, as text; undefined if there are none. */
function found(condition: Condition, snapshot: Snapshot): string | undefined {
  const known = accountLabels([setOf(condition)], snapshot);
  expect(known.size).toBeLessThan(2);
  const [only] = known.values();
  return only === undefined ? undefined : cubeText(only.labels);
}

const CI = { [ACCOUNT]: "ci", [NAMESPACE_NAME]: "p" };

describe("the labels of the pods that run as an account", () => {
  it.each<readonly [title: string, pods: readonly Pod[], text: string | undefined]>([
    [
      "one that no other pod has",
      [
        ["ci", { app: "x" }],
        ["a", { app: "y" }],
      ],
      '"pod:app" in {"x"}',
    ],
    [
      "all values of it",
      [
        ["ci", { app: "x" }],
        ["ci", { app: "z" }],
        ["a", { app: "y" }],
      ],
      '"pod:app" in {"x", "z"}',
    ],
    [
      "the one that tells, not the usual one",
      [
        ["ci", { app: "x", b: "1" }],
        ["a", { app: "x", b: "2" }],
      ],
      '"pod:b" in {"1"}',
    ],
    [
      "the usual one of several",
      [
        ["ci", { app: "x", b: "1" }],
        ["a", { app: "y", b: "2" }],
      ],
      '"pod:app" in {"x"}',
    ],
    [
      "the one with fewer values",
      [
        ["ci", { app: "x", b: "1" }],
        ["ci", { app: "z", b: "1" }],
        ["a", { app: "y" }],
      ],
      '"pod:b" in {"1"}',
    ],
    [
      "two where no one tells",
      [
        ["ci", { a: "x", b: "x" }],
        ["a", { a: "x", b: "y" }],
        ["a", { a: "y", b: "x" }],
      ],
      '"pod:a" in {"x"} && "pod:b" in {"x"}',
    ],
    ["one even if all pods run as it", [["ci", { app: "x" }]], '"pod:app" in {"x"}'],
    [
      "none that not all of them have",
      [
        ["ci", { app: "x" }],
        ["ci", {}],
        ["a", { app: "y" }],
      ],
      undefined,
    ],
    [
      "none that others have",
      [
        ["ci", { app: "x" }],
        ["a", { app: "x" }],
      ],
      undefined,
    ],
    [
      "none that change with each release",
      [
        ["ci", { "pod-template-hash": "x" }],
        ["a", { "pod-template-hash": "y" }],
      ],
      undefined,
    ],
    ["none if nobody runs as it", [["a", { app: "y" }]], undefined],
    [
      "not those of pods with the node's address",
      [
        ["ci", { app: "x" }],
        ["a", { app: "x" }, "p", true],
      ],
      '"pod:app" in {"x"}',
    ],
    [
      "not those of other namespaces",
      [
        ["ci", { app: "x" }],
        ["a", { app: "x" }, "q"],
      ],
      '"pod:app" in {"x"}',
    ],
  ])("are %s", (_, known, text) => {
    expect(found(CI, snapshotOf(known))).toBe(text);
  });

  it("are more than three in no case, and of no more than sixteen values", () => {
    const many = (count: number): readonly Pod[] =>
      Array.from({ length: count }, (_, at) => ["ci", { app: `x${String(at)}` }] as const);
    expect(found(CI, snapshotOf([...many(16), ["a", { app: "y" }]]))).toBeDefined();
    expect(found(CI, snapshotOf([...many(17), ["a", { app: "y" }]]))).toBeUndefined();
    const keys = ["a", "b", "c", "d"];
    const own = Object.fromEntries(keys.map((key) => [key, "x"]));
    const others = (few: readonly string[]): readonly Pod[] =>
      few.map((key) => ["a", { ...own, [key]: "y" }] as const);
    expect(found(CI, snapshotOf([["ci", own], ...others(["a", "b", "c"])]))).toBeDefined();
    expect(found(CI, snapshotOf([["ci", own], ...others(keys)]))).toBeUndefined();
  });

  it("hold in all namespaces where the condition names none", () => {
    const here: readonly Pod[] = [
      ["ci", { app: "x" }],
      ["a", { app: "y" }],
    ];
    expect(found({ [ACCOUNT]: "ci" }, snapshotOf(here))).toBe('"pod:app" in {"x"}');
    expect(
      found({ [ACCOUNT]: "ci" }, snapshotOf([...here, ["a", { app: "x" }, "q"]])),
    ).toBeUndefined();
  });

  it("are, of all accounts but one, the opposite of that one's, where one label says it", () => {
    const but = { [ACCOUNT]: labelNotIn(["ci"]), [NAMESPACE_NAME]: "p" };
    const one: readonly Pod[] = [
      ["ci", { app: "x" }],
      ["a", { app: "y" }],
    ];
    expect(found(but, snapshotOf(one))).toBe('"pod:app" present and not in {"x"} or absent');
    const two: readonly Pod[] = [
      ["ci", { a: "x", b: "x" }],
      ["a", { a: "x", b: "y" }],
      ["a", { a: "y", b: "x" }],
    ];
    expect(found(but, snapshotOf(two))).toBeUndefined();
  });

  it("are known of accounts by their labels only if all accounts are known", () => {
    const known: readonly Pod[] = [
      ["ci", { app: "x" }],
      ["a", { app: "y" }],
    ];
    const account = (name: string, role: string) => ({ namespace: "p", name, labels: { role } });
    const byRole = { "account:role": "build", [NAMESPACE_NAME]: "p" };
    expect(found(byRole, snapshotOf(known, [account("ci", "build"), account("a", "web")]))).toBe(
      '"pod:app" in {"x"}',
    );
    expect(found(byRole, snapshotOf(known, [account("ci", "build")]))).toBeUndefined();
  });
});

describe("what is taken for granted of them", () => {
  const snapshot = snapshotOf([
    ["ci", { app: "x" }],
    ["a", { app: "y" }],
  ]);
  const known = accountLabels([setOf(CI)], snapshot);

  it("is that no pod has the one without the other, in the namespaces in question", () => {
    const [only] = known.values();
    expect(only?.never.map(cubeText)).toEqual([
      '"account:@name" in {"ci"} && "namespace:kubernetes.io/metadata.name" in {"p"} && "pod:app" present and not in {"x"} or absent',
      '"account:@name" present and not in {"ci"} && "namespace:kubernetes.io/metadata.name" in {"p"} && "pod:app" in {"x"}',
    ]);
  });

  it("stands in the place of the condition, beside what else is asked of the pods", () => {
    const text = (of: Condition): string | undefined => {
      const said = withAccountLabels(labels(of), known);
      return said === undefined ? undefined : cubeText(said);
    };
    expect(text({ ...CI, tier: "z" })).toBe(
      cubeText(labels({ [NAMESPACE_NAME]: "p", app: "x", tier: "z" })),
    );
    expect(text({ ...CI, app: "y" })).toBeUndefined();
    const other = { ...CI, [NAMESPACE_NAME]: "q" };
    expect(text(other)).toBe(cubeText(labels(other)));
    expect(accountCondition(labels({ app: "x" }))).toBeUndefined();
  });
});
