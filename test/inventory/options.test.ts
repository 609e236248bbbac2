import { describe, expect, it } from "vitest";
import { readInventoryOptions } from "../../src/inventory/options.ts";

const none = { knownNamespaces: [], podCidrs: [], targetPodCidrs: [] };
const labelsOf = (...texts: readonly string[]): unknown =>
  Object.fromEntries(
    readInventoryOptions({ ...none, knownNamespaces: texts }).options.knownNamespaces,
  );
const errorsOf = (...texts: readonly string[]): readonly string[] =>
  readInventoryOptions({ ...none, knownNamespaces: texts }).errors;

describe("--known-namespace", () => {
  it("tells unknown labels from none", () => {
    expect(labelsOf("shop", "bare:")).toEqual({
      shop: undefined,
      bare: { "kubernetes.io/metadata.name": "bare" },
    });
  });

  it("takes labels with prefixes, empty values and its own name", () => {
    expect(
      labelsOf("shop:env=prod,example.com/team=a.b_c,empty=,kubernetes.io/metadata.name=shop"),
    ).toEqual({
      shop: {
        env: "prod",
        "example.com/team": "a.b_c",
        empty: "",
        "kubernetes.io/metadata.name": "shop",
      },
    });
  });

  it("may be given twice alike", () => {
    expect(errorsOf("shop:a=b,c=d", "shop:c=d,a=b")).toEqual([]);
  });

  it.each([
    ["", "not a valid name"],
    [":a=b", "not a valid name"],
    ["Shop", "not a valid name"],
    ["a.b", "not a valid name"],
    ["a".repeat(64), "not a valid name"],
    ["../x", "not a valid name"],
    ["shop:env", "not of the form"],
    ["shop:env=prod,", "not of the form"],
    ["shop:=x", "not a valid label key"],
    ["shop:__proto__=x", "not a valid label key"],
    ["shop:a/b/c=x", "not a valid label key"],
    ["shop:env=a=b", "not a valid label value"],
    ["shop:env=a b", "not a valid label value"],
    ["shop:env=prod,env=dev", "given twice"],
    ["shop:kubernetes.io/metadata.name=other", "always the name"],
  ])("refuses %j", (text, reason) => {
    const errors = errorsOf(text);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(reason);
    expect(errors[0]).toContain("--known-namespace");
  });

  it("refuses two that differ", () => {
    expect(errorsOf("shop:a=b", "shop:a=c")).toHaveLength(1);
    expect(errorsOf("shop", "shop:")).toHaveLength(1);
  });
});

describe("--pod-cidr and --target-pod-cidr", () => {
  it("read ranges of both families", () => {
    const { options, errors } = readInventoryOptions({
      ...none,
      podCidrs: ["10.0.0.0/16", "fd00::/48"],
      targetPodCidrs: ["10.1.0.0/16"],
    });
    expect(errors).toEqual([]);
    expect(options.podCidrs.map(({ text }) => text)).toEqual(["10.0.0.0/16", "fd00::/48"]);
    expect(options.targetPodCidrs.map(({ text }) => text)).toEqual(["10.1.0.0/16"]);
  });

  it.each([
    ["10.0.0.0", "the prefix length is missing"],
    ["10.0.0.1/16", "the range is `10.0.0.0/16`"],
    ["10.0.0.0/33", "not a CIDR"],
    ["pods", "not a CIDR"],
    ["", "not a CIDR"],
  ])("refuse %j", (text, reason) => {
    const { errors } = readInventoryOptions({ ...none, podCidrs: [text], targetPodCidrs: [text] });
    expect(errors).toHaveLength(2);
    expect(errors[0]).toContain(reason);
    expect(errors[0]).toContain("--pod-cidr");
    expect(errors[1]).toContain("--target-pod-cidr");
  });
});
