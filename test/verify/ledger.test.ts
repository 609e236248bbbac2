import { describe, expect, it } from "vitest";
import { Ledger } from "../../src/verify/ledger.ts";
import type { Answer, Difference } from "../../src/verify/proof.ts";
import { allow, policy } from "../support/ir-builder.ts";

const [rule] = policy("p/web", { ingress: [allow()] }).ingress?.rules ?? [];
if (rule === undefined) throw new Error("built");
const witness = (): Answer => ({ kind: "witness", witness: {} as Difference });

describe("the difference that is shown of a rule", () => {
  it("is not one in other protocols alone, while a worse one may be found", () => {
    const ledger = new Ledger();
    ledger.add([rule], "narrower", witness(), true);
    expect(ledger.shown(rule, "narrower", false)).toBeUndefined();
    const other = witness();
    ledger.add([rule], "narrower", other, false);
    expect(ledger.shown(rule, "narrower", false)).toBe(other);
  });

  it("is what is wider in any case", () => {
    const ledger = new Ledger();
    const wider = witness();
    ledger.add([rule], "wider", wider, false);
    ledger.add([rule], "narrower", witness(), true);
    expect(ledger.shown(rule, "wider", false)).toBe(wider);
  });

  it("is none where none was found", () => {
    const ledger = new Ledger();
    ledger.add([rule], "wider", { kind: "none" }, false);
    expect(ledger.shown(rule, "wider", false)).toBeUndefined();
    expect(ledger.shown(rule, "wider", true)).toBeUndefined();
  });
});
