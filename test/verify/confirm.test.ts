import { describe, expect, it } from "vitest";
import type { AssumptionCode } from "../../src/ir/assumption.ts";
import type { IsolationResult, Outcome, PolicyResult, RuleResult } from "../../src/ir/outcome.ts";
import type { OpaqueCondition, Policy, PolicySet } from "../../src/ir/policy.ts";
import { DIRECTIONS } from "../../src/ir/policy.ts";
import { labelNotIn } from "../../src/sets/label-set.ts";
import { ALL_PORTS } from "../../src/sets/traffic-set.ts";
import { confirmClaims } from "../../src/verify/confirm.ts";
import type { Confirmation, PolicyConfirmation } from "../../src/verify/confirm.ts";
import { prove } from "../../src/verify/prove.ts";
import { allow, deny, pods, policy, policySet, tier } from "../support/ir-builder.ts";
import type { LooseRule } from "../support/ir-builder.ts";
import { contextOf } from "../support/prove-sets.ts";
import type { Given } from "../support/prove-sets.ts";

const red = pods({ "namespace:kubernetes.io/metadata.name": "p", color: "red" });
const blue = pods({ "namespace:kubernetes.io/metadata.name": "p", color: "blue" });

const set = (...policies: readonly Policy[]): PolicySet => policySet(tier("default", policies));
const web = (...rules: readonly LooseRule[]): Policy => policy("p/web", { ingress: rules });

interface Claimed {
  readonly outcome: Outcome;
  readonly rules?: readonly Outcome[];
  readonly losesOnlyOther?: boolean;
  readonly assumptions?: readonly AssumptionCode[];
  readonly isolation?: IsolationResult;
}

/** What lowering would say of a policy. */
function claim(of: Policy, claimed: Claimed): PolicyResult {
  const { outcome, losesOnlyOther = false, assumptions = [], isolation = "same" } = claimed;
  const rules = DIRECTIONS.flatMap((direction) => of[direction]?.rules ?? []);
  return {
    policy: of.origin,
    disposition: "emitted",
    outcome,
    isolation: { ingress: isolation, egress: "same" },
    objects: [],
    rules: rules.map(({ origin, action }, at): RuleResult => ({
      rule: origin,
      action,
      disposition: "emitted",
      outcome: claimed.rules?.[at] ?? outcome,
      emittedAs: [],
      because: [],
      assumptions: [],
      losesOnlyOther,
    })),
    assumptions,
    witnesses: [],
  };
}

/** Holds a claim about one policy to what was written for it. */
function confirmed(
  of: Policy,
  written: Policy,
  claimed: Claimed,
  given: Given = {},
): Confirmation & { readonly own: PolicyConfirmation | undefined } {
  const source = set(of);
  const target = set(written);
  const confirmation = confirmClaims(source, [claim(of, claimed)], {
    proveUnder: (assumptions) =>
      prove(source, target, contextOf({ ...given, assume: [...assumptions] })),
    writtenFor: () => [written],
  });
  return { ...confirmation, own: confirmation.policies.get(of.origin) };
}

const claimsOf = ({ refuted }: Confirmation): readonly string[] => refuted.map((one) => one.claim);

describe("a claim of lowering", () => {
  const two = web(allow({ peer: red }), allow({ peer: blue }));
  const one = web(allow({ peer: red }));

  it("is proved where it is so", () => {
    const { own, refuted, ofRule } = confirmed(two, two, { outcome: "exact" });
    expect(refuted).toEqual([]);
    expect(own).toEqual({ status: "proved", witnesses: [], questions: [] });
    expect(ofRule.size).toBe(0);
  });

  it("to be exact is refuted by a flow that is lost, and by one that is let in", () => {
    const lost = confirmed(two, one, { outcome: "exact" });
    expect(claimsOf(lost)).toEqual(["nothing is lost", "nothing is lost"]);
    expect(lost.refuted[0]?.policy).toBe(two.origin);
    expect(lost.refuted[0]?.witness?.source.verdict).toBe("allow");
    // The second claim is about the whole set.
    expect(lost.refuted[1]?.policy).toBeUndefined();
    const gained = confirmed(one, two, { outcome: "exact" });
    expect(claimsOf(gained)).toEqual(["nothing is wider", "nothing is wider"]);
    expect(gained.refuted[0]?.witness?.target.verdict).toBe("allow");
  });

  it("to be narrowed is borne out by a flow that is lost, and refuted by one that is let in", () => {
    const lost = confirmed(two, one, { outcome: "narrowed", rules: ["exact", "narrowed"] });
    expect(lost.refuted).toEqual([]);
    expect(lost.own?.status).toBe("proved");
    expect(lost.own?.witnesses[0]?.source.verdict).toBe("allow");
    const [shown] = lost.ofRule;
    expect(shown?.[0]).toBe(two.ingress?.rules[1]?.origin);
    expect(claimsOf(confirmed(one, two, { outcome: "narrowed" }))).toEqual(["nothing is wider"]);
  });

  it("is held to for each Allow of a policy that is not exact as a whole", () => {
    const { refuted } = confirmed(two, one, { outcome: "narrowed", rules: ["narrowed", "exact"] });
    expect(refuted.map(({ rule, claim: wrong }) => [rule?.index, wrong])).toEqual([
      [1, "nothing is lost"],
    ]);
    // What a Deny leaves out is no rule's loss.
    const cut = web(deny({ peer: red }), allow());
    const { refuted: none } = confirmed(cut, web(), {
      outcome: "narrowed",
      rules: ["exact", "narrowed"],
    });
    expect(none).toEqual([]);
  });

  it("to lose nothing but other protocols is refuted by a port that is lost", () => {
    const every = web(allow({ peer: red }));
    const ports = web(allow({ peer: red, traffic: ALL_PORTS }));
    const claimed: Claimed = { outcome: "narrowed", losesOnlyOther: true };
    expect(confirmed(every, ports, claimed).refuted).toEqual([]);
    const refuted = confirmed(every, web(), claimed);
    expect(claimsOf(refuted)).toEqual(["nothing but other protocols is lost"]);
    expect(refuted.refuted[0]?.rule).toBe(every.ingress?.rules[0]?.origin);
  });

  it("to be widened is shown by a flow, and is the only one that may be", () => {
    const { own, refuted } = confirmed(one, two, { outcome: "widened" });
    expect(own?.status).toBe("refuted");
    expect(own?.witnesses[0]?.target.verdict).toBe("allow");
    // The set is given without what is owned up to; whoever hands it in whole is told.
    expect(claimsOf({ refuted } as Confirmation)).toEqual(["nothing is wider"]);
  });

  it("that pods are left open is no one else's fault", () => {
    const closed = web();
    const open = policy("p/web", { egress: [allow()] });
    const claimed = (isolation: IsolationResult): Claimed => ({ outcome: "narrowed", isolation });
    expect(claimsOf(confirmed(closed, open, claimed("same")))).toContain("nothing is wider");
    expect(confirmed(closed, open, claimed("less")).refuted).toEqual([]);
  });

  it("is unknown where lowering says so, and where the order of the source is", () => {
    expect(confirmed(two, one, { outcome: "unknown" }).own).toEqual({
      status: "unknown",
      witnesses: [],
      questions: [],
    });
    const stray = web(allow({ peer: blue }));
    const { policies } = confirmClaims(set(one), [claim(stray, { outcome: "exact" })], {
      proveUnder: () => prove(set(one), set(one), contextOf()),
      writtenFor: () => [],
    });
    expect(policies.get(stray.origin)?.status).toBe("unknown");
    expect(policies.get(stray.origin)?.questions).toHaveLength(1);
  });

  it("is unknown past the bound, with the question", () => {
    const other = pods({ color: labelNotIn(["red"]) });
    const split = web(allow({ peer: pods({ color: "red" }) }), allow({ peer: other }));
    const whole = web(allow({ peer: pods({}) }));
    const { own, refuted } = confirmed(whole, split, { outcome: "exact" }, { bound: 2 });
    expect(refuted).toEqual([]);
    expect(own?.status).toBe("unknown");
    expect(own?.questions.join()).toContain("NetworkPolicy p/web");
  });
});

describe("assumptions of a claim", () => {
  const elsewhere = pods({ "namespace:team": "x" });
  const source = web(allow({ peer: elsewhere }));
  const namespaces = { p: { team: "y" }, q: { team: "x" } };
  const written = web(allow({ peer: pods({ "namespace:kubernetes.io/metadata.name": "q" }) }));
  const given = { namespaces } as const;

  it("make it hold, if it names them", () => {
    const rests: Claimed = { outcome: "conditional", assumptions: ["namespaces"] };
    const { own, refuted } = confirmed(source, written, rests, given);
    expect(refuted).toEqual([]);
    expect(own?.status).toBe("proved");
  });

  it("refute it, if it is called exact and needs them", () => {
    expect(claimsOf(confirmed(source, written, { outcome: "exact" }, given))).toContain(
      "nothing is lost",
    );
  });

  it("do not make up for what is let in, where they only narrow if they are false", () => {
    const rests: Claimed = { outcome: "conditional", assumptions: ["only-tcp-udp-sctp"] };
    const ports = web(allow({ peer: red, traffic: ALL_PORTS }));
    expect(confirmed(web(allow({ peer: red })), ports, rests).refuted).toEqual([]);
    expect(claimsOf(confirmed(ports, web(allow({ peer: red })), rests))).toContain(
      "nothing is wider",
    );
  });
});

describe("an Allow that also matches what nobody can name", () => {
  it("is lost there, and a claim to the contrary is refuted without a flow", () => {
    const one = web(allow({ peer: red }));
    const [rule] = one.ingress?.rules ?? [];
    const more: Policy = {
      ...one,
      ingress: {
        isolates: true,
        rules: rule === undefined ? [] : [{ ...rule, unsaid: [{ code: "X", what: "domains" }] }],
      },
    };
    const exact = confirmed(more, one, { outcome: "exact" });
    expect(claimsOf(exact)).toContain("nothing is lost");
    expect(exact.refuted[0]?.witness).toBeUndefined();
    expect(confirmed(more, one, { outcome: "narrowed" }).refuted).toEqual([]);
  });

  it("is not, where it is a condition that was taken for false", () => {
    const http: OpaqueCondition = { kind: "unknown", code: "X", what: "http" };
    const asking = web(allow({ peer: red, opaque: [http] }));
    expect(confirmed(asking, web(), { outcome: "narrowed" }).refuted).toEqual([]);
    expect(claimsOf(confirmed(asking, web(), { outcome: "exact" }))).toContain("nothing is lost");
  });
});

describe("claims about several policies", () => {
  interface One {
    readonly of: Policy;
    readonly written?: Policy;
    readonly claimed: Claimed;
  }
  /** The policies to which something false was put down, by name. */
  function refutedOf(ones: readonly One[], given: Given = {}): readonly string[] {
    const source = set(...ones.map(({ of }) => of));
    const target = set(...ones.flatMap(({ written }) => written ?? []));
    const writtenFor = new Map(ones.map(({ of, written }) => [of.origin, written]));
    const { refuted } = confirmClaims(
      source,
      ones.map(({ of, claimed }) => claim(of, claimed)),
      {
        proveUnder: (assumptions) =>
          prove(source, target, contextOf({ ...given, assume: [...assumptions] })),
        writtenFor: ({ policy: { name } }) =>
          [...writtenFor].flatMap(([of, written]) =>
            of.name === name && written !== undefined ? [written] : [],
          ),
      },
    );
    return refuted.flatMap(({ policy: about, claim: what }) =>
      about === undefined ? [] : [`${about.name}: ${what}`],
    );
  }
  const some = (name: string, app: string, rule: LooseRule): Policy =>
    policy(`p/${name}`, { subject: { app }, ingress: [rule] });

  it("take what one rests on for granted with that one alone: not where another is called exact", () => {
    const assumptions: readonly AssumptionCode[] = ["only-tcp-udp-sctp"];
    const lost = (outcome: Outcome): readonly string[] =>
      refutedOf([
        {
          of: some("a", "a", allow({ peer: red })),
          written: some("a", "a", allow({ peer: red, traffic: ALL_PORTS })),
          claimed: outcome === "exact" ? { outcome } : { outcome, assumptions },
        },
        {
          of: some("b", "b", allow({ peer: red })),
          written: some("b", "b", allow({ peer: red, traffic: ALL_PORTS })),
          claimed: { outcome: "conditional", assumptions },
        },
      ]);
    expect(lost("conditional")).toEqual([]);
    expect(lost("exact")).toEqual(["a: nothing is lost"]);
  });

  it("are held to what is wider in the same way", () => {
    const assumptions: readonly AssumptionCode[] = ["namespaces"];
    const byName = allow({ peer: pods({ "namespace:kubernetes.io/metadata.name": "q" }) });
    const byLabel = allow({ peer: pods({ "namespace:team": "x" }) });
    const wider = (outcome: Outcome): readonly string[] =>
      refutedOf(
        [
          {
            of: some("a", "a", byName),
            written: some("a", "a", byLabel),
            claimed: outcome === "exact" ? { outcome } : { outcome, assumptions },
          },
          {
            of: some("b", "b", byName),
            written: some("b", "b", byLabel),
            claimed: { outcome: "conditional", assumptions },
          },
        ],
        { namespaces: { p: {}, q: { team: "x" } } },
      );
    expect(wider("conditional")).toEqual([]);
    expect(wider("exact")).toEqual(["a: nothing is wider"]);
  });

  it("put pods that are left open down to the policy that says so, and to no other", () => {
    const open = (isolation: IsolationResult): readonly string[] =>
      refutedOf([
        {
          of: policy("p/a", { subject: { app: "a" }, ingress: [] }),
          claimed: { outcome: "widened", isolation },
        },
        // The last one that closes a pod answers for it.
        {
          of: policy("p/b", { subject: { app: "a" }, ingress: [] }),
          claimed: { outcome: "exact" },
        },
      ]);
    expect(open("less")).toEqual([]);
    expect(open("same")).toEqual(["b: nothing is wider"]);
  });
});
