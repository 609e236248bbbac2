import { expect, it } from "vitest";
import { templateHint, templateText } from "../../src/report/template-text.ts";

const show = (name: string): string => `<${name}>`;

it.each([
  ["`{what}`: no DNS peers", "`<what>`: no DNS peers"],
  ["left out{where}: {causes} decide", "left out: <causes> decide"],
  ["before the Deny or Pass.{advice}", "before the Deny or Pass."],
  ["`enableDefaultDeny.{direction}: true`", "`enableDefaultDeny.<direction>: true`"],
  ["`--tier {tier}=ORDER`", "`--tier <tier>=ORDER`"],
])("a text of a table shows its names, without what only some findings say: %s", (text, shown) => {
  expect(templateText(text, show)).toBe(shown);
});

it("a hint that each finding makes for itself is none of the table", () => {
  expect(templateHint("{hint}", show)).toBeUndefined();
  expect(templateHint("Write `{known}`", show)).toBe("Write `<known>`");
});
