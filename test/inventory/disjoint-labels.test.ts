import { describe, expect, it } from "vitest";
import { impossibleLabels, readDisjointLabels } from "../../src/inventory/disjoint-labels.ts";
import { cubeText } from "../../src/sets/cube.ts";

function impossible(text: string): readonly string[] {
  const read = readDisjointLabels(text);
  if (typeof read === "string") throw new Error(read);
  return impossibleLabels([read]).map(cubeText);
}

describe("labels that never meet on one pod", () => {
  it("are impossible by two", () => {
    expect(impossible("app=web|tier=db")).toEqual(['"pod:app" in {"web"} && "pod:tier" in {"db"}']);
  });

  it("are, of three keys, three pairs, and values of one key go together", () => {
    expect(impossible("a=x | b=y|c|a=z")).toEqual([
      '"pod:a" in {"x", "z"} && "pod:b" in {"y"}',
      '"pod:a" in {"x", "z"} && "pod:c" present',
      '"pod:b" in {"y"} && "pod:c" present',
    ]);
  });

  it("say nothing if they are of one key", () => {
    expect(impossible("app=web|app=db")).toEqual([]);
  });

  it.each([
    ["app=web", "give at least two labels"],
    ["app=web|app", "holds wherever another one"],
    ["app|app=web", "holds wherever another one"],
    ["app=web|app=web", "holds wherever another one"],
    ["app=web|", "not a valid label key"],
    ["app=web|a b=x", "not a valid label key"],
    ["app=web|tier=-", "not a valid label value"],
    [Array.from({ length: 21 }, (_, at) => `k${String(at)}=x`).join("|"), "at most 20 label keys"],
  ])("are refused as %s", (text, words) => {
    expect(readDisjointLabels(text)).toContain(words);
  });
});
