import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountCondition, accountLabels } from "../../src/inventory/account-labels.ts";
import type { AccountLabels } from "../../src/inventory/account-labels.ts";
import { Strangers } from "../../src/inventory/strangers.ts";
import type { Cube, LabelKey } from "../../src/sets/cube.ts";
import {
  ACCOUNT_NAME,
  cubeContains,
  cubesMeet,
  cubeText,
  keepKeys,
  NAMESPACE_NAME,
} from "../../src/sets/cube.ts";
import type { LabelSet } from "../../src/sets/label-set.ts";
import { labelIn, labelNotIn } from "../../src/sets/label-set.ts";
import { allow, labels, pods, policy, policySet, tier } from "../support/ir-builder.ts";
import { snapshotOf } from "../support/snapshot-of-pods.ts";
import type { Pod } from "../support/snapshot-of-pods.ts";

const ACCOUNTS = ["s0", "s1", "s2", "s3", "s4"];
const NAMESPACES = ["p", "q"];
const ROLES = ["web", "db"];
const VALUES: Readonly<Partial<Record<LabelKey, readonly string[]>>> = {
  "pod:app": ["a", "b", "c", "d", "e"],
  "pod:tier": ["x", "y"],
};

type Values = readonly (readonly [LabelKey, string | undefined])[];

/** Every pod that there might be. */
function* allPods(): Generator<Values> {
  for (const account of ACCOUNTS) {
    for (const role of ROLES) {
      for (const namespace of NAMESPACES) {
        for (const app of [undefined, ...(VALUES["pod:app"] ?? [])]) {
          for (const level of [undefined, ...(VALUES["pod:tier"] ?? [])]) {
            yield [
              [ACCOUNT_NAME, account],
              ["account:role", role],
              [NAMESPACE_NAME, namespace],
              ["pod:app", app],
              ["pod:tier", level],
            ];
          }
        }
      }
    }
  }
}

const isIn = (of: Cube, pod: Values): boolean =>
  cubeContains(of, (key) => pod.find(([own]) => own === key)?.[1]);

const setOf = (values: readonly string[]): fc.Arbitrary<LabelSet> =>
  fc
    .tuple(
      fc.subarray([...values], { minLength: 1, maxLength: Math.min(3, values.length) }),
      fc.boolean(),
    )
    .map(([some, without]) => (without ? labelNotIn(some) : labelIn(some)));

const condition: fc.Arbitrary<Cube> = fc
  .record(
    {
      [ACCOUNT_NAME]: setOf(ACCOUNTS),
      "account:role": setOf(ROLES),
      [NAMESPACE_NAME]: setOf(NAMESPACES),
      "pod:app": setOf(VALUES["pod:app"] ?? []),
      "pod:tier": setOf(VALUES["pod:tier"] ?? []),
    },
    { requiredKeys: [] },
  )
  .map(labels);

const pod: fc.Arbitrary<Pod> = fc
  .tuple(
    fc.constantFrom(...ACCOUNTS),
    fc.record(
      {
        app: fc.constantFrom(...(VALUES["pod:app"] ?? [])),
        tier: fc.constantFrom(...(VALUES["pod:tier"] ?? [])),
      },
      { requiredKeys: [] },
    ),
    fc.constantFrom(...NAMESPACES),
  )
  .map(([account, own, namespace]): Pod => [account, own, namespace]);

/** One account a label, as it mostly is, and pods that are as they like. */
const inventory = fc
  .tuple(
    fc.array(pod, { maxLength: 3 }),
    fc.subarray([0, 1, 2, 3, 4], { minLength: 3 }),
    fc.array(fc.constantFrom(...ROLES), { minLength: 5, maxLength: 5 }),
  )
  .map(([strange, usual, roles]) =>
    snapshotOf(
      [
        ...usual.map((at): Pod => [
          ACCOUNTS[at] ?? "",
          { app: (VALUES["pod:app"] ?? [])[at] ?? "", tier: at % 2 === 0 ? "x" : "y" },
        ]),
        ...strange,
      ],
      NAMESPACES.flatMap((namespace) =>
        ACCOUNTS.map((name, at) => ({ namespace, name, labels: { role: roles[at] ?? "" } })),
      ),
    ),
  );

const asPolicies = (conditions: readonly Cube[]) =>
  policySet(
    tier("default", [
      policy("p/web", {
        ingress: conditions.map((of) => allow({ peer: [{ ...pods({}), labels: of }] })),
      }),
    ]),
  );

describe("the labels of accounts", () => {
  it("are true of just the pods that run as one, and are found where one label is", () => {
    let found = 0;
    fc.assert(
      fc.property(inventory, condition, (snapshot, asked) => {
        const account = accountCondition(asked);
        fc.pre(account !== undefined);
        const [known] = accountLabels([asPolicies([asked])], snapshot).values();
        const roles = new Map(
          snapshot.accounts.map((one) => [`${one.namespace}/${one.name}`, one.labels["role"]]),
        );
        const named = keepKeys(account, (key) => key === NAMESPACE_NAME);
        const all = snapshot.pods
          .map((one): Values => [
            [ACCOUNT_NAME, one.account],
            ["account:role", roles.get(`${one.namespace}/${one.account}`)],
            [NAMESPACE_NAME, one.namespace],
            ["pod:app", one.labels["app"]],
            ["pod:tier", one.labels["tier"]],
          ])
          .filter((one) => isIn(named, one));
        const own = all.filter((one) => isIn(account, one));
        if (known !== undefined) {
          found += 1;
          expect(all.filter((one) => isIn(known.labels, one))).toEqual(own);
          return;
        }
        const isPlain = account.constraints.some(
          ({ key, set }) => key.startsWith("account:") && !set.complement,
        );
        for (const at of isPlain && own.length > 0 ? [3, 4] : []) {
          const values = new Set(own.map((one) => one[at]?.[1]));
          const isTold = all.every((one) => own.includes(one) || !values.has(one[at]?.[1]));
          expect(isTold && !values.has(undefined)).toBe(false);
        }
      }),
      { numRuns: 600, seed: 43 },
    );
    expect(found).toBeGreaterThan(100);
  });
});

describe("what is known of pods by their accounts", () => {
  it("leaves out strangers and nobody else, and all strangers that are left are found", () => {
    let told = 0;
    let narrowed = 0;
    fc.assert(
      fc.property(
        inventory,
        fc.array(condition, { minLength: 1, maxLength: 14 }),
        condition,
        (snapshot, conditions, asked) => {
          const known = [...accountLabels([asPolicies(conditions)], snapshot).values()];
          const strangers = new Strangers(known, (of) => of);
          const never = known.flatMap((one) => one.never);
          told += known.length;
          for (const of of [asked, ...conditions]) {
            const left = strangers.known(of);
            if (left !== of) narrowed += 1;
            expect(strangers.known(of)).toBe(left);
            for (const one of allPods()) {
              const isStranger = never.some((other) => isIn(other, one));
              const isLeft = left !== undefined && isIn(left, one);
              if (isIn(of, one) && !isStranger) expect(isLeft).toBe(true);
              if (isLeft) expect(isIn(of, one)).toBe(true);
            }
            const texts = never.filter((other) => cubesMeet(other, of)).map(cubeText);
            expect(strangers.among(of).map(cubeText).sort()).toEqual(texts.sort());
          }
        },
      ),
      { numRuns: 150, seed: 41 },
    );
    expect(told).toBeGreaterThan(300);
    expect(narrowed).toBeGreaterThan(300);
  });

  it("is that those of an account have its labels, and those with the labels run as it", () => {
    const { strangers, of } = manyAccounts(3);
    const text = (asked: Cube): string | undefined => {
      const known = strangers.known(asked);
      return known && cubeText(known);
    };
    const both = cubeText(labels({ ...of(1), app: "a1" }));
    expect(text(labels(of(1)))).toBe(both);
    expect(text(labels({ [NAMESPACE_NAME]: "p", app: "a1" }))).toBe(both);
    // Of other namespaces nothing is known, and of pods that are of several accounts nothing yet.
    for (const other of [
      { app: "a1" },
      { ...of(1), [NAMESPACE_NAME]: "q" },
      { [NAMESPACE_NAME]: "p" },
    ])
      expect(text(labels(other))).toBe(cubeText(labels(other)));
    expect(text(labels({ ...of(1), app: "a2" }))).toBeUndefined();
  });

  it("leaves few strangers to ask about, however many accounts there are", () => {
    const { strangers, of } = manyAccounts(500);
    for (const asked of [labels(of(7)), labels({ [NAMESPACE_NAME]: "p", app: "a7" })]) {
      expect(strangers.among(asked).length).toBeGreaterThan(400);
      expect(strangers.among(strangers.known(asked) ?? asked)).toEqual([]);
    }
  });
});

function manyAccounts(count: number): {
  readonly strangers: Strangers<Cube>;
  readonly of: (at: number) => Readonly<Record<string, string>>;
} {
  const of = (at: number) => ({ [ACCOUNT_NAME]: `s${String(at)}`, [NAMESPACE_NAME]: "p" });
  const all = Array.from({ length: count }, (_, at) => at);
  const known = accountLabels(
    [asPolicies(all.map((at) => labels(of(at))))],
    snapshotOf(all.map((at): Pod => [`s${String(at)}`, { app: `a${String(at)}` }])),
  );
  const found: readonly AccountLabels[] = [...known.values()];
  expect(found).toHaveLength(count);
  return { strangers: new Strangers(found, (labelled) => labelled), of };
}
