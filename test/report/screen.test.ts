import pc from "picocolors";
import { expect, it } from "vitest";
import { Screen, wrapLines } from "../../src/report/screen.ts";

it("lines are broken at spaces, set in by two more than they begin with, and colours take no room", () => {
  const words = "aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj";
  expect(wrapLines(`  ${words}\nshort`, 40)).toBe(
    "  aaaa bbbb cccc dddd eeee ffff gggg\n    hhhh iiii jjjj\nshort",
  );
  const { green } = pc.createColors(true);
  const painted = words.split(" ").map(green).join(" ");
  expect(wrapLines(painted, 40).split("\n")).toHaveLength(2);
  expect(wrapLines(painted, 49)).toBe(painted);
  expect(wrapLines(words, undefined)).toBe(words);
});

it("what belongs to an entry keeps its own indentation when it is broken", () => {
  const screen = new Screen(pc.createColors(false), 40);
  screen.entry("failed", "what");
  screen.more("  source: allow, NetworkPolicy shop/web");
  screen.more("  out: deny");
  expect(screen.toString()).toBe(
    [
      "failed      what",
      "              source: allow,",
      "              NetworkPolicy shop/web",
      "              out: deny",
      "",
    ].join("\n"),
  );
});
