import { describe, expect, it } from "vitest";
import { ObjectRoom, ROOM_LIMITS } from "../../src/compile/object-room.ts";
import type { RoomLimits } from "../../src/compile/object-room.ts";
import { ruleLength } from "../../src/compile/object-size.ts";
import type { SaidRule } from "../../src/compile/say-rule.ts";
import type { AllowRule } from "../../src/ir/allow-policy.ts";
import { ANY_CUBE } from "../../src/sets/cube.ts";
import type { Cube } from "../../src/sets/cube.ts";
import { allow, labels, policy } from "../support/ir-builder.ts";

const origin = (name: string) => policy(name, { ingress: [allow()] }).origin;
const A = origin("shop/a");
const B = origin("shop/b");
const RULE: AllowRule = {
  peers: [{ kind: "block", cidr: "192.0.2.0/24", except: [] }],
  ports: undefined,
};
const app = (at: number): Cube => labels({ app: `a${String(at)}` });
const apps = (count: number): readonly Cube[] => Array.from({ length: count }, (_, at) => app(at));
const said = (subjects: readonly Cube[], rule = RULE): SaidRule => ({
  groups: [{ subjects, rules: [rule], parts: [] }],
  surely: [],
  maybe: [],
});
const room = (limits: Partial<RoomLimits>, policies = 0): ObjectRoom =>
  new ObjectRoom(policies, { ...ROOM_LIMITS, objects: 0, objectsEach: 0, ...limits });

describe("the room for what is cut", () => {
  it("is not taken by the first object of a policy, nor by one that is there already", () => {
    const some = room({ objects: 2 });
    expect(some.take(A, said(apps(3)))).toBeUndefined();
    expect(some.take(A, said(apps(3)))).toBeUndefined();
    expect(some.take(B, said([ANY_CUBE]))).toBeUndefined();
    expect(some.take(B, said([app(1)]))).toBe("objects");
  });

  it("is larger where there are more policies", () => {
    expect(room({ objectsEach: 2 }, 1).take(A, said(apps(3)))).toBeUndefined();
    expect(room({ objectsEach: 2 }, 1).take(A, said(apps(4)))).toBe("objects");
  });

  it("is taken by the objects that isolate", () => {
    const some = room({ objects: 2 });
    expect(some.isolates(A, apps(3))).toBe(true);
    expect(some.isolates(B, apps(2))).toBe(false);
    expect(some.isolates(B, apps(1))).toBe(true);
  });

  it("is taken by each object that has the text", () => {
    const length = ruleLength(RULE);
    const some = room({ objects: 9, text: 4 * length });
    expect(some.take(A, said(apps(3)))).toBeUndefined();
    expect(some.take(B, said(apps(2)))).toBe("text");
    expect(some.take(B, said(apps(1)))).toBeUndefined();
    expect(some.take(B, said(apps(1)))).toBe("text");
  });

  it("is not taken by what comes to a limit", () => {
    const some = room({ objects: 1 });
    expect(some.take(A, said(apps(3)))).toBe("objects");
    expect(some.take(A, said(apps(2)))).toBeUndefined();
  });

  it("has no place for a peer that no object can hold", () => {
    const values = Array.from(
      { length: 40_000 },
      (_, at) => `a-long-value-of-a-label-${String(at)}-and-so-on`,
    );
    const pods = { requirements: [{ key: "app", operator: "NotIn", values }] } as const;
    const large: AllowRule = { peers: [{ kind: "pods", pods }], ports: undefined };
    expect(room({}).take(A, said([ANY_CUBE], large))).toBe("object");
    expect(room({ peer: 10 }).take(A, said([ANY_CUBE]))).toBe("object");
  });
});
