import { describe, expect, it } from "vitest";
import type { KnownPod } from "../../src/inventory/snapshot.ts";
import type { PeerBox } from "../../src/sets/box.ts";
import { PeerIndex } from "../../src/verify/peer-groups.ts";
import type { PodClass } from "../../src/verify/pod-classes.ts";
import { pod, pods } from "../support/ir-builder.ts";

type Labels = KnownPod["labels"];

/** Classes with these labels, of which each tells that somebody looks at its pod. */
function classesOf(all: readonly Labels[], onLook: () => void): readonly PodClass[] {
  return all.map((labels, at): PodClass => {
    const one = pod("p", labels);
    return {
      namespace: "p",
      labels,
      names: [`pod${String(at)}`],
      live: true,
      addresses: [one.address],
      portsKey: "[]",
      get pod() {
        onLook();
        return one;
      },
    };
  });
}

describe("the peers that rules tell apart", () => {
  it("are looked for among those alone that have the rarest label of each box", () => {
    const labels = Array.from({ length: 200 }, (_, at) => ({
      all: "x",
      id: String(at),
      team: `t${String(at % 2)}`,
    }));
    let looks = 0;
    const index = new PeerIndex(classesOf(labels, () => (looks += 1)));
    // By the order of the keys the rarest label stands first, last, and between the others.
    const boxes: readonly PeerBox[] = [
      pods({ id: "7", team: "t1" }),
      pods({ all: "x", id: ["8", "9"] }),
      pods({ all: "x", id: "11", team: "t1" }),
    ];
    const groups = index.groups({ rules: [], boxes }, 0, false);
    expect(groups.map((group) => [...group.members()])).toEqual([
      labels.map((_, at) => at).filter((at) => ![0, 7, 8, 9, 11].includes(at)),
      [7],
      [8, 9],
      [11],
    ]);
    expect(looks).toBe(4);
  });
});
