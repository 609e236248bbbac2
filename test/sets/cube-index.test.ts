import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ANY_ADDRESS } from "../../src/sets/address-set.ts";
import type { Box, PeerBox } from "../../src/sets/box.ts";
import { ANY_TRAFFIC_BOX, boxesMeet } from "../../src/sets/box.ts";
import { BoxIndex } from "../../src/sets/box-index.ts";
import type { Cube, LabelKey } from "../../src/sets/cube.ts";
import { ANY_CUBE, cube, cubesMeet, isCubeSubset, NAMESPACE_NAME } from "../../src/sets/cube.ts";
import { CubeIndex } from "../../src/sets/cube-index.ts";
import type { LabelSet } from "../../src/sets/label-set.ts";
import {
  LABEL_ABSENT,
  LABEL_EXISTS,
  labelIn,
  labelNotIn,
  labelText,
  withAbsent,
} from "../../src/sets/label-set.ts";
import { labels } from "../support/ir-builder.ts";

const SETS: readonly LabelSet[] = [
  labelIn(["x"]),
  labelIn(["y"]),
  labelIn(["x", "y"]),
  labelIn(["x", "y", "z"]),
  withAbsent(labelIn(["x"]), true),
  withAbsent(labelIn(["y", "z"]), true),
  labelNotIn(["x"]),
  withAbsent(labelNotIn(["x", "y"]), false),
  LABEL_EXISTS,
  LABEL_ABSENT,
  labelText("startsWith", "x"),
];

const KEYS: readonly LabelKey[] = ["account:@name", NAMESPACE_NAME, "pod:a", "pod:b"];

const someCube: fc.Arbitrary<Cube> = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...KEYS), fc.constantFrom(...SETS)), {
    selector: ([key]) => key,
    maxLength: 3,
  })
  .map((constraints) => cube(constraints.map(([key, set]) => ({ key, set }))) ?? ANY_CUBE);

describe("an index of cubes", () => {
  it("finds what a look at each of them finds, in the same order", () => {
    let held = 0;
    fc.assert(
      fc.property(fc.array(someCube, { maxLength: 40 }), someCube, (cubes, asked) => {
        const items = cubes.map((of, at) => ({ of, at }));
        const index = new CubeIndex(items, ({ of }) => of);
        expect(index.meeting(asked)).toEqual(items.filter(({ of }) => cubesMeet(of, asked)));
        const holding = items.filter(({ of }) => isCubeSubset(asked, of));
        expect(index.holding(asked)).toEqual(holding);
        held += holding.length;
      }),
      { numRuns: 2000, seed: 31 },
    );
    expect(held).toBeGreaterThan(2000);
  });

  it("looks at few of many, whichever label tells them", () => {
    const name = (at: number): string => `s${String(at)}`;
    const of = (at: number): Cube =>
      at % 2 === 0
        ? labels({ [NAMESPACE_NAME]: "p", "account:@name": name(at), a: labelNotIn([name(at)]) })
        : labels({ [NAMESPACE_NAME]: "p", "account:@name": labelNotIn(["x"]), a: name(at) });
    let looks = 0;
    const index = new CubeIndex(
      Array.from({ length: 1000 }, (_, at) => at),
      (at) => {
        looks += 1;
        return of(at);
      },
    );
    looks = 0;
    for (let at = 0; at < 100; at += 1) {
      const asked = labels({ [NAMESPACE_NAME]: "p", "account:@name": name(at), a: name(at) });
      expect(index.meeting(asked)).toEqual(at % 2 === 0 ? [] : [at]);
      expect(index.holding(asked)).toEqual(at % 2 === 0 ? [] : [at]);
    }
    expect(looks).toBeLessThanOrEqual(400);
  });
});

const peer: fc.Arbitrary<PeerBox> = fc.oneof(
  {
    weight: 4,
    arbitrary: someCube.map((of): PeerBox => ({ kind: "pod", labels: of, addresses: ANY_ADDRESS })),
  },
  { weight: 1, arbitrary: fc.constant<PeerBox>({ kind: "address", addresses: ANY_ADDRESS }) },
);
// Few subjects, some of them the same object, as the rules of a policy share theirs.
const SUBJECTS = [ANY_CUBE, labels({ a: "x" }), labels({ a: "x" }), labels({ a: "y", b: "x" })];
const box: fc.Arbitrary<Box> = fc
  .tuple(fc.oneof(fc.constantFrom(...SUBJECTS), someCube), peer)
  .map(([of, other]) => ({
    subject: { kind: "pod", labels: of, addresses: ANY_ADDRESS },
    peer: other,
    traffic: ANY_TRAFFIC_BOX,
  }));

describe("an index of boxes", () => {
  it("finds all that meet a box, in the same order", () => {
    fc.assert(
      fc.property(fc.array(box, { maxLength: 60 }), box, (boxes, asked) => {
        const items = boxes.map((of, at) => ({ of, at }));
        const found = new BoxIndex(items, ({ of }) => of).mayMeet(asked);
        expect(found).toEqual(items.filter(({ of }) => boxesMeet(of, asked)));
      }),
      { numRuns: 2000, seed: 32 },
    );
  });
});
