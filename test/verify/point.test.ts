import { describe, expect, it } from "vitest";
import { TCP } from "../../src/sets/traffic-set.ts";
import { ACCOUNT_NAME, ANY_CUBE } from "../../src/sets/cube.ts";
import type { Cube, LabelKey } from "../../src/sets/cube.ts";
import { intersectLabelSets, labelNotIn, labelText } from "../../src/sets/label-set.ts";
import { podOf, pointOf } from "../../src/verify/point.ts";
import { subjectRegion } from "../../src/verify/region.ts";
import { scopesOf } from "../../src/verify/scope.ts";
import { Universe } from "../../src/verify/universe.ts";
import { address, labels, policySet } from "../support/ir-builder.ts";
import { contextOf } from "../support/prove-sets.ts";
import type { Given } from "../support/prove-sets.ts";

const NAME = "namespace:kubernetes.io/metadata.name";

/** Found in no time by whoever knows it; put together of its two halves, which overlap, it is too long. */
const LONG = "billing-and-invoicing-backend-services-of-the-northern-region";
const HARD = intersectLabelSets(
  labelText("contains", LONG.slice(0, 40)),
  labelText("contains", LONG.slice(20)),
);

/** The namespaces and their labels of a flow from pods of `peer` to pods of `subject`, in the first scope. */
function ends(
  given: Given,
  subject: Cube,
  peer: Cube,
): { readonly subject: object; readonly peer: object } | string {
  const context = contextOf(given);
  const [scope] = scopesOf(context);
  if (scope === undefined) throw new Error("no scope");
  const universe = new Universe(context, [policySet()], "ingress");
  const point = pointOf({ ...subjectRegion(subject, "pod"), peer }, scope, universe);
  if (typeof point === "string") return point;
  const of = (own: typeof point.subject): object => {
    const { namespace, namespaceLabels } = podOf(own, address("10.0.0.1"), []);
    const { "kubernetes.io/metadata.name": name, ...others } = namespaceLabels;
    expect(name).toBe(namespace);
    return { [namespace]: others };
  };
  return { subject: of(point.subject), peer: of(point.peer ?? new Map()) };
}

describe("the labels of the namespaces of a flow", () => {
  const known: Given = {
    namespaces: { a: { env: "prod", team: "x" }, b: { env: "dev" } },
    assume: ["namespaces"],
  };

  it("are those of the known namespaces, all of them", () => {
    const one = ends(known, ANY_CUBE, labels({ [NAME]: "b" }));
    expect(one).toEqual({
      subject: { a: { env: "prod", team: "x" } },
      peer: { b: { env: "dev" } },
    });
  });

  it("choose the namespace of the other end", () => {
    const one = ends(known, ANY_CUBE, labels({ "namespace:env": labelNotIn(["prod"]) }));
    expect(one).toMatchObject({ peer: { b: { env: "dev" } } });
    expect(ends(known, ANY_CUBE, labels({ "namespace:env": "none" }))).toBe("empty");
  });

  it("are the same at both ends in one namespace, known or not", () => {
    const same = labels({ [NAME]: "a", "namespace:team": "x" });
    expect(ends(known, ANY_CUBE, same)).toEqual({
      subject: { a: { env: "prod", team: "x" } },
      peer: { a: { env: "prod", team: "x" } },
    });
    const unknown: Given = { namespaces: { a: "unknown" }, assume: ["namespaces"] };
    const both = ends(unknown, labels({ "namespace:env": "prod" }), same);
    expect(both).toEqual({
      subject: { a: { env: "prod", team: "x" } },
      peer: { a: { env: "prod", team: "x" } },
    });
    // Nobody's namespace is two things at once.
    const other = labels({ [NAME]: "a", "namespace:env": "dev" });
    expect(ends(unknown, labels({ "namespace:env": "prod" }), other)).toBe("empty");
  });

  it("are chosen where nobody knows the namespace, which then is another one than the subject's", () => {
    const open: Given = { namespaces: {}, anyNamespace: true };
    const one = ends(open, labels({ "namespace:env": "prod" }), labels({ "namespace:env": "dev" }));
    if (typeof one === "string") throw new Error(one);
    expect(Object.values(one.subject)).toEqual([{ env: "prod" }]);
    expect(Object.values(one.peer)).toEqual([{ env: "dev" }]);
    expect(Object.keys(one.subject)).not.toEqual(Object.keys(one.peer));
  });

  it("are those that are known where nobody could make them up", () => {
    const named: Given = { namespaces: { [LONG]: "unknown" }, assume: ["namespaces"] };
    const byName = ends(named, ANY_CUBE, labels({ [NAME]: HARD }));
    expect(byName).toEqual({ subject: { [LONG]: {} }, peer: { [LONG]: {} } });
    const labelled: Given = { namespaces: { a: { team: LONG } }, assume: ["namespaces"] };
    const byLabel = ends(labelled, ANY_CUBE, labels({ "namespace:team": HARD }));
    expect(byLabel).toEqual({ subject: { a: { team: LONG } }, peer: { a: { team: LONG } } });
  });

  it("lie beside those of the pod and of its account", () => {
    const own = new Map<LabelKey, string>([
      [NAME, "a"],
      ["namespace:env", "prod"],
      ["pod:env", "dev"],
      ["account:env", "test"],
      [ACCOUNT_NAME, "robot"],
    ]);
    const ports = [{ name: "http", protocol: TCP, port: 80 }];
    const pod = podOf(own, address("10.0.0.1"), ports);
    expect(pod).toMatchObject({
      namespace: "a",
      namespaceLabels: { env: "prod" },
      labels: { env: "dev" },
      ports,
    });
    expect(pod.account).toEqual({ name: "robot", labels: { env: "test" } });
  });
});

describe("labels that nobody could make up", () => {
  const given: Given = { namespaces: { a: {} } };

  it("leave it open whether there is a flow, at whichever end they are asked for", () => {
    expect(ends(given, ANY_CUBE, labels({ x: HARD }))).toBe("unclear");
    expect(ends(given, labels({ x: HARD }), ANY_CUBE)).toBe("unclear");
    expect(ends(given, labels({ x: HARD }), labels({ [NAME]: "b" }))).toBe("unclear");
  });

  it("do not matter where another label has no value at all", () => {
    expect(ends(given, ANY_CUBE, labels({ x: HARD, y: "not a value" }))).toBe("empty");
  });
});
