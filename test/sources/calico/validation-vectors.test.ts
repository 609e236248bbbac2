import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { read } from "./harness.ts";

it("x", () => {
  const PATH = join(import.meta.dirname, "../../../testdata/vectors/validation/calico.json");
  const { cases } = JSON.parse(readFileSync(PATH, "utf8"));
  let n = 0;
  for (const c of cases) {
    const text = c.text ?? c.textRepeated.prefix + c.textRepeated.part.repeat(c.textRepeated.count) + c.textRepeated.suffix;
    const accepted = c.api.accepted;
    const { dispositions, findings } = read(text);
    const mine = !dispositions.includes("invalid") && findings.every((f) => f.severity !== "error");
    if (mine !== accepted) {
      n++;
      console.log(`${accepted ? "ACC" : "REJ"} ctl=${c.calicoctl?.accepted} crd=${c.crd.accepted} ${c.name.slice(0, 140)} :: ${JSON.stringify(c.api.errors ?? "").slice(0, 200)} :: ${findings.map((f) => f.code + " " + f.message).join("; ").slice(0, 200)} ${dispositions}`);
    }
  }
  console.log(n, cases.length);
});
