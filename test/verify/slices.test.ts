import { describe, expect, it } from "vitest";
import type { PodEndpoint } from "../../src/ir/flow.ts";
import type { OpaqueCondition, Policy } from "../../src/ir/policy.ts";
import { predicateContains } from "../../src/sets/label-predicate.ts";
import { labelIn, labelNotIn, withAbsent } from "../../src/sets/label-set.ts";
import { evaluate, labelsOf } from "../../src/verify/evaluate.ts";
import type { DecideOpaque } from "../../src/verify/evaluate.ts";
import { NO_FLOW } from "../../src/verify/proof.ts";
import { Ledger } from "../../src/verify/ledger.ts";
import { Slices } from "../../src/verify/slices.ts";
import { TCP, UDP } from "../../src/sets/traffic-set.ts";
import { RuleSlices } from "../../src/verify/rule-slices.ts";
import {
  allow,
  block,
  deny,
  egressFlow,
  ingressFlow,
  log,
  machine,
  pass,
  pod,
  pods,
  policy,
  policySet,
  ports,
  tier,
} from "../support/ir-builder.ts";
import type { LooseRule } from "../support/ir-builder.ts";

describe("what of a large set counts for one pod", () => {
  const everywhere = policy("everywhere", { ingress: [] });
  const both = policy("both", {
    subject: { "namespace:kubernetes.io/metadata.name": labelIn(["a", "b"]) },
    ingress: [],
  });
  const listed = policy("a/listed", {
    subject: { "pod:app": labelIn(["x", "y"]), "pod:role": labelIn(["1", "2", "3"]) },
    ingress: [],
  });
  const absent = policy("a/absent", {
    subject: { "pod:app": withAbsent(labelIn(["x"]), true) },
    ingress: [],
  });
  const anywhere = policy("anywhere", { subject: { "pod:app": labelIn(["x"]) }, ingress: [] });
  const many = Array.from({ length: 2000 }, (_, at) =>
    policy(`${at % 2 === 0 ? "a" : "c"}/p${String(at)}`, {
      subject: at % 4 === 0 ? {} : { "pod:app": labelIn([`v${String(at % 50)}`]) },
      ingress: [],
    }),
  );
  const set = policySet(
    tier("first", [policy("b/one", { egress: [] }), everywhere, anywhere]),
    tier("second", [...many.slice(0, 1000), both, listed, absent, ...many.slice(1000)]),
  );
  const asked: readonly PodEndpoint[] = ["a", "b", "c", "d"].flatMap((namespace) =>
    [{}, { app: "x" }, { app: "y", role: "2" }, { role: "2" }, { app: "v2", other: "x" }].map(
      (labels) => pod(namespace, labels),
    ),
  );

  it.each(asked)("is everything that selects it, in order: $namespace $labels", (one) => {
    const sliced = new Slices(set).of(one);
    expect(sliced.tiers.map(({ name }) => name)).toEqual(["first", "second"]);
    const selects = ({ subject }: Policy): boolean =>
      predicateContains(subject.pods, labelsOf(one));
    for (const [at, { policies }] of sliced.tiers.entries()) {
      expect(policies.filter(selects)).toEqual(set.tiers[at]?.policies.filter(selects));
      expect(policies.length).toBeLessThan(600);
    }
  });

  it("is all of a small set", () => {
    const small = policySet(tier("only", many.slice(0, 20)));
    expect(new Slices(small).of(pod("b", {}))).toBe(small);
  });
});

describe("what of many rules counts for one flow", () => {
  const block24 = block("10.0.0.0/24");
  const open = (what: string): OpaqueCondition => ({ kind: "unknown", code: "X", what });
  const [name, other] = [open("a name"), open("another one")];
  const kinds: readonly LooseRule[] = [
    allow({ peer: block("198.51.100.0/24"), traffic: ports(TCP, 443), opaque: [name] }),
    deny({ opaque: [other, name], traffic: ports(TCP, 3) }),
    allow({ peer: pods({ a: "x" }) }),
    allow({ peer: pods({ a: ["y", "z"], b: "1" }) }),
    deny({ peer: pods({ a: "x", b: "1" }), traffic: ports(TCP, 80) }),
    allow({ peer: [pods({ b: "2" }), ...block("192.0.2.0/25")] }),
    pass({ peer: block("192.0.2.7/32") }),
    deny({ peer: block("192.0.0.0/8", "2001:db8::/64") }),
    allow({ traffic: ports(TCP, 443, 444) }),
    deny({ named: ["http"] }),
    log(),
    allow({ peer: pods({ a: labelNotIn(["x"]) }), traffic: ports(UDP, 53) }),
    allow({ peer: block24, traffic: ports(TCP, 1, 2, 3, 4, 5, 6) }),
  ];
  const rules = Array.from({ length: 60 }, (_, at) => kinds[(at * 7 + at * at) % kinds.length]);
  const sets = [0, 11, 23, 35, 47].map((from) => {
    const some = [...rules.slice(from), ...rules.slice(0, from)].filter(
      (rule) => rule !== undefined,
    );
    return policySet(
      tier("one", [policy("p/a", { ingress: some }), policy("p/b", { ingress: some.slice(3, 9) })]),
      tier("two", [policy("p/c", { egress: some, ingress: some.slice(0, 4) })]),
    );
  });
  const subject = pod("p", { app: "web" }, { ports: [{ name: "http", protocol: TCP, port: 80 }] });
  const peers = [
    ...[{}, { a: "x" }, { a: "x", b: "1" }, { a: "z", b: "1" }, { b: "2" }, { a: "q" }].flatMap(
      (own) => ["10.0.0.9", "10.9.0.9"].map((at) => pod("q", own, { address: at })),
    ),
    ...["192.0.2.7", "192.0.2.200", "192.9.9.9", "198.51.100.1", "2001:db8::1", "2001:db9::1"].map(
      machine,
    ),
  ];

  it("judges as all of them do", () => {
    const decided = new Set<unknown>();
    const cases = sets.flatMap((set) => {
      const slices = new Slices(set, 4);
      return [[], [name], [other], [name, other]].map((all) => {
        const holding = new Set<OpaqueCondition>(all);
        return { set, slices, holding };
      });
    });
    for (const { set, slices, holding } of cases) {
      const decide: DecideOpaque = (_rule, condition) => holding.has(condition);
      for (const peer of peers) {
        for (const [protocol, value] of [
          [TCP, 80],
          [TCP, 443],
          [TCP, 3],
          [UDP, 53],
          [132, 5],
        ] as const) {
          for (const make of [ingressFlow, egressFlow]) {
            const flow = make(subject, peer, { protocol, value });
            const whole = evaluate(set, flow, decide);
            const part = slices.judge(flow, decide, holding);
            expect(part.verdict).toBe(whole.verdict);
            expect(part.by.kind).toBe(whole.by.kind);
            if (whole.by.kind === "rule" || whole.by.kind === "end-of-tier") {
              expect(part.by).toMatchObject({ policy: { origin: whole.by.policy.origin } });
              expect("policy" in part.by && part.by.policy).toBe(whole.by.policy);
            }
            if (whole.by.kind === "rule") {
              expect("rule" in part.by && part.by.rule).toBe(whole.by.rule);
              decided.add(whole.by.rule.origin.index);
            }
          }
        }
      }
    }
    expect(decided.size).toBeGreaterThan(8);
  });

  it("is few of them", () => {
    const many = Array.from({ length: 300 }, (_, at) => [
      allow({ peer: pods({ a: `x${String(at)}` }) }),
      allow({ traffic: ports(TCP, at + 1) }),
      allow({ peer: block(`10.0.${String(at % 100)}.${String(at % 7)}/32`) }),
    ]).flat();
    const names = Array.from({ length: 300 }, (_, at) => open(`name ${String(at)}`));
    const named = names.map((one) => allow({ traffic: ports(TCP, 9), opaque: [one] }));
    const all = policy("p/a", { ingress: [...many, ...named] }).ingress?.rules ?? [];
    const found = new RuleSlices(all).of(
      ingressFlow(subject, pod("q", { a: "x5" }, { address: "10.0.3.3" })),
      names.slice(7, 9),
    );
    expect(found.map(({ origin }) => origin.index)).toEqual([11, 15, 79 * 3 + 1, 907, 908]);
  });

  it("is found by what few rules share, whichever part of a rule that is", () => {
    const all = Array.from({ length: 300 }, (_, at) => {
      const [rare, own] = [open(`asked by ${String(at)}`), `x${String(at)}`];
      return [
        allow({ traffic: ports(TCP, at + 1), peer: pods({ a: "x" }), opaque: [name] }),
        allow({ traffic: ports(TCP, 7), peer: pods({ b: own }), opaque: [name] }),
        allow({ traffic: ports(TCP, 7), peer: pods({ a: "x" }), opaque: [rare] }),
      ];
    }).flat();
    const rules = policy("p/a", { ingress: all }).ingress?.rules ?? [];
    const rare = rules[9 * 3 + 2]?.opaque ?? [];
    const flow = ingressFlow(subject, pod("q", { a: "x", b: "x5" }), { value: 7 });
    const found = new RuleSlices(rules).of(flow, [name, ...rare]);
    expect(found.map(({ origin }) => origin.index)).toEqual([5 * 3 + 1, 6 * 3, 9 * 3 + 2]);
  });
});

describe("proved answers", () => {
  it("are tried on a flow: the first few, and a few of all", () => {
    const ledger = new Ledger();
    const tried: number[] = [];
    for (let question = 1; question <= 1500; question += 1) {
      if (ledger.countQuestion(NO_FLOW)) tried.push(question);
    }
    expect(tried.slice(0, 64)).toEqual(Array.from({ length: 64 }, (_, at) => at + 1));
    expect(tried.slice(64)).toEqual([499, 998, 1497]);
    expect(ledger.proof().counts).toMatchObject({ questions: 1500, none: 1500, unknown: 0 });
  });
});
