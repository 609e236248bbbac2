import { describe, expect, it } from "vitest";
import { ANY_ADDRESS } from "../../src/sets/address-set.ts";
import { boxText, subtractBoxes } from "../../src/sets/box.ts";
import type { Box, PeerBox, PodBox } from "../../src/sets/box.ts";
import { partsOutside } from "../../src/sets/box-parts.ts";
import { Steps, findOutside, remainder, withoutCovered } from "../../src/sets/box-remainder.ts";
import { ANY_CUBE } from "../../src/sets/cube.ts";
import { LABEL_EXISTS, labelNotIn, labelText } from "../../src/sets/label-set.ts";
import type { LabelSet } from "../../src/sets/label-set.ts";
import { SingleCuts } from "../../src/sets/single-cuts.ts";
import { ANY_TRAFFIC, TCP } from "../../src/sets/traffic-set.ts";
import type { TrafficSet } from "../../src/sets/traffic-set.ts";
import { cidrs, pods, ports } from "../support/ir-builder.ts";

const ALL: PodBox = { kind: "pod", labels: ANY_CUBE, addresses: ANY_ADDRESS };
const box = (
  subject: PodBox = ALL,
  peer: PeerBox = ALL,
  numbers: TrafficSet = ANY_TRAFFIC,
): Box => ({ subject, peer, traffic: { numbers, named: [] } });
const from = (app: string | LabelSet): Box => box(ALL, pods({ app }));

/** Makes the cuts one after another, each of which has to stick out in one part. */
function cutAtOnce(whole: Box, cuts: readonly Box[]): Box | undefined {
  const single = new SingleCuts();
  for (const cut of cuts) {
    const [part, ...more] = partsOutside(whole, cut) ?? [];
    if (part === undefined || more.length > 0) throw new Error(`no single cut: ${boxText(cut)}`);
    expect(single.add(cut, part)).toBe(true);
  }
  expect(single.isEmpty).toBe(cuts.length === 0);
  return single.leftOf(whole);
}

const text = (boxes: readonly Box[]): readonly string[] => boxes.map(boxText);

describe("cuts that a box sticks out of in one part each", () => {
  const machines: PeerBox = { kind: "address", addresses: cidrs("10.0.0.0/8") };
  const at = (...nets: readonly string[]): Box =>
    box(ALL, { kind: "address", addresses: cidrs(...nets) });
  it.each<readonly [what: string, whole: Box, cuts: readonly Box[]]>([
    ["none", box(), []],
    ["a value of a label", box(), [from("a")]],
    ["several values of one label", box(), [from("a"), from("b"), from("c")]],
    ["all values but some", box(), [from(labelNotIn(["a", "b"])), from("a")]],
    ["any value", box(), [from(LABEL_EXISTS)]],
    [
      "labels of either side",
      box(),
      [from("a"), box(pods({ app: "a" })), box(pods({ tier: "b" })), from("b")],
    ],
    ["ports", box(), [box(ALL, ALL, ports(TCP, 80)), box(ALL, ALL, ports(TCP, 443))]],
    ["addresses of machines", box(ALL, machines), [at("10.1.0.0/16"), at("10.2.0.0/16")]],
    ["addresses of pods", box(), [box(pods({}, cidrs("10.1.0.0/16")))]],
    [
      "ports, addresses and labels",
      box(ALL, pods({}, cidrs("10.0.0.0/8"))),
      [
        box(ALL, ALL, ports(TCP, 80)),
        box(ALL, pods({}, cidrs("10.1.0.0/16"))),
        from("a"),
        box(pods({ app: "b" })),
      ],
    ],
  ])("leave one box, made at once: %s", (_, whole, cuts) => {
    const left = cutAtOnce(whole, cuts);
    expect(left).toBeDefined();
    expect(text(left === undefined ? [] : [left])).toEqual(
      text(subtractBoxes([whole], cuts, "under") ?? []),
    );
  });

  it("leave nothing where together they take all", () => {
    expect(cutAtOnce(box(), [from(LABEL_EXISTS), from(labelNotIn(["a"]))])).toBeUndefined();
    expect(cutAtOnce(at("10.0.0.0/31"), [at("10.0.0.0/32"), at("10.0.0.1/32")])).toBeUndefined();
    const one = box(ALL, ALL, ports(TCP, 80, 81));
    expect(
      cutAtOnce(one, [box(ALL, ALL, ports(TCP, 80)), box(ALL, ALL, ports(TCP, 81))]),
    ).toBeUndefined();
  });

  it("are not made at once where what they leave takes several boxes, as text conditions may do", () => {
    const cut = from({
      ...labelText("startsWith", "a"),
      atoms: [...labelText("startsWith", "a").atoms, ...labelText("endsWith", "b").atoms],
    });
    const [part] = partsOutside(box(), cut) ?? [];
    if (part === undefined) throw new Error("no part");
    const single = new SingleCuts();
    expect(single.add(cut, part)).toBe(false);
    expect(single.isEmpty).toBe(true);
  });
});

describe("steps", () => {
  const twoKeys = (at: number): Box =>
    box(ALL, pods({ [`a${String(at)}`]: "x", [`b${String(at)}`]: "y" }));
  const cuts = (count: number): readonly Box[] =>
    Array.from({ length: count }, (_, at) => twoKeys(at));

  it("are one for each cut that a box is held to, and the box", () => {
    const steps = new Steps(1_000);
    expect(findOutside(box(), [from("a"), from("b")], steps)).toBeDefined();
    expect(steps.used).toBe(3);
    expect(steps.left).toBe(997);
  });

  it("end a search that takes more", () => {
    expect(findOutside(box(), cuts(3), new Steps(3))).toBe("spent");
    expect(findOutside(box(), cuts(3), new Steps(100))).toBeTypeOf("object");
    const steps = new Steps(3);
    steps.spend(10);
    expect([steps.left, steps.used]).toEqual([0, 3]);
  });

  it("tell why pieces are not complete", () => {
    const found = (count: number, steps: number) => remainder(box(), cuts(count), new Steps(steps));
    expect(found(3, 1_000)).toMatchObject({ limit: undefined });
    expect(found(3, 1_000).pieces).toHaveLength(8);
    expect(found(3, 5).limit).toBe("steps");
    expect(found(9, 1_000_000).limit).toBe("pieces");
  });

  it("leave more pieces than there need be where there are too few to look for those that others cover", () => {
    const boxes = [from("a"), box(), from("b")];
    expect(text(withoutCovered(boxes, new Steps(100)))).toEqual(text([box()]));
    expect(withoutCovered(boxes, new Steps(0))).toHaveLength(3);
  });
});
