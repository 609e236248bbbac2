import { describe, expect, it } from "vitest";
import { regexpProblem } from "../../../src/sources/cilium/go-regexp.ts";

/** What Go 1.26 says of them (`regexp.Compile`). */
describe("regular expressions of Go", () => {
  it.each([
    "/public",
    "GET|HEAD",
    "^/v1/[a-z0-9_-]+$",
    "/path/.*\\.(png|jpe?g)",
    "(?i)get",
    "(?i:a)(?-s)b",
    "(?P<n>a)(?<m>b)",
    "a{2}{,3}{02}",
    "a{2,}?",
    "a*?b+?",
    "()*",
    "^*",
    "[]a]",
    "[^]a]",
    "[a-]",
    "[[:alpha:][:^digit:]x]",
    "[\\d\\-z]",
    "\\Qa(b\\E+",
    "\\12\\x41\\x{10FFFF}",
    "\\p{Greek}\\pL",
    "\\_\\.\\/",
    "a+(?i)*",
    "{",
    "é*",
  ])("takes %s", (text) => {
    expect(regexpProblem(text)).toBeUndefined();
  });

  it.each([
    ["(", "is not closed"],
    ["a)", "closes nothing"],
    ["^(?!/admin).*", "cannot look around"],
    ["(?=a)", "cannot look around"],
    ["(?<=a)b", "cannot look around"],
    ["(?-)", "is not of Go's syntax"],
    ["(?P<n>a)(?P<n>b)", "the name of a group"],
    ["*", "repeats nothing"],
    ["a|+", "repeats nothing"],
    ["(?i)*", "repeats nothing"],
    ["a**", "repeats a repetition"],
    ["a{2}+", "repeats a repetition"],
    ["a{3,2}", "is no number of repetitions"],
    ["a{1001}", "is no number of repetitions"],
    ["[a", "is not closed"],
    ["[]", "is not closed"],
    ["[z-a]", "ends before it begins"],
    ["[[:foo:]]", "no such name"],
    ["(a)\\1", "stands for nothing"],
    ["\\Z", "stands for nothing"],
    ["\\x4", "stands for nothing"],
    ["\\x{110000}", "stands for nothing"],
    ["a\\", "a `\\` at the end"],
    ["\\é", "stands for nothing"],
    ["(".repeat(1001) + ")".repeat(1001), "nested too deeply"],
  ])("refuses %s", (text, why) => {
    expect(regexpProblem(text)).toContain(why);
  });
});
