import { describe, expect, it } from "vitest";
import { ANY_LABEL, intersectLabelSets, labelNotIn, labelText } from "../../src/sets/label-set.ts";
import type { LabelSet } from "../../src/sets/label-set.ts";
import { valueFor } from "../../src/verify/label-value.ts";

const both = (...sets: readonly LabelSet[]): LabelSet => sets.reduce(intersectLabelSets, ANY_LABEL);

describe("a value for a label", () => {
  it("has what is asked of its text, in one", () => {
    const set = both(
      labelText("startsWith", "ab"),
      labelText("contains", "cd"),
      labelText("contains", "ef"),
      labelText("endsWith", "gh"),
      labelNotIn(["abcdefgh", "abefcdgh"]),
    );
    const chosen = valueFor("pod:a", set);
    expect(typeof chosen === "object" && chosen.value).toMatch(/^ab(?=.*cd)(?=.*ef).*gh$/);
  });

  it("may end inside of its beginning, where both together are longer than a label may be", () => {
    const [x, y, z] = ["x", "y", "z"].map((letter) => letter.repeat(20));
    const set = both(
      labelText("startsWith", `${x ?? ""}${y ?? ""}`),
      labelText("endsWith", `${y ?? ""}${z ?? ""}`),
    );
    expect(valueFor("pod:a", set)).toEqual({ value: `${x ?? ""}${y ?? ""}${z ?? ""}` });
  });

  it("is not known where no text was found", () => {
    const long = labelText("contains", "x".repeat(64));
    expect(valueFor("pod:a", both(long))).toBe("unclear");
  });
});
