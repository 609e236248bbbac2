import { describe, expect, it } from "vitest";
import type { Flow } from "../../src/ir/flow.ts";
import type { OpaqueCondition, PolicySet } from "../../src/ir/policy.ts";
import { ACCOUNT_NAME } from "../../src/sets/cube.ts";
import { labelNotIn } from "../../src/sets/label-set.ts";
import { ICMP, icmpTraffic, SCTP, TCP, UDP } from "../../src/sets/traffic-set.ts";
import { decideKnown, evaluate } from "../../src/verify/evaluate.ts";
import type { Step } from "../../src/verify/evaluate.ts";
import { decisionText } from "../support/flow-text.ts";
import {
  allow,
  block,
  cidrs,
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

const noOpaque = (): boolean => {
  throw new Error("nobody should ask");
};

const judge = (set: PolicySet, flow: Flow): string => decisionText(evaluate(set, flow, noOpaque));

const web = pod("p", { r: "w" });
const db = pod("p", { r: "db" });
const fromWeb = ingressFlow(db, web);

describe("tiers, policies and rules in order", () => {
  it("allows what no policy selects", () => {
    expect(judge(policySet(tier("default", [])), fromWeb)).toBe("allow (no-policy)");
    const elsewhere = policySet(tier("default", [policy("q/x", { ingress: [] })]));
    expect(judge(elsewhere, fromWeb)).toBe("allow (no-policy)");
  });

  it("denies at the end of a tier once a policy of it selects the pod, though it has no rule", () => {
    const set = policySet(tier("default", [policy("p/x", { ingress: [] })]));
    expect(judge(set, fromWeb)).toBe("deny at the end of tier default (NetworkPolicy p/x)");
  });

  it("takes the first rule that matches, across the policies of a tier", () => {
    const a = policy("p/a", { ingress: [allow({ peer: pods({ r: "w" }) })] });
    const b = policy("p/b", { ingress: [deny(), allow()] });
    expect(judge(policySet(tier("default", [a, b])), fromWeb)).toBe(
      "allow by NetworkPolicy p/a ingress[0]",
    );
    expect(judge(policySet(tier("default", [b, a])), fromWeb)).toBe(
      "deny by NetworkPolicy p/b ingress[0]",
    );
  });

  it("goes on behind a Log", () => {
    const set = policySet(tier("default", [policy("p/a", { ingress: [log(), allow()] })]));
    expect(judge(set, fromWeb)).toBe("allow by NetworkPolicy p/a ingress[1]");
  });

  it("leaves the tier at once on a Pass, rules of later policies too", () => {
    const set = policySet(
      tier("first", [
        policy("p/a", { ingress: [pass(), deny()] }),
        policy("p/b", { ingress: [deny()] }),
      ]),
      tier("default", [policy("p/c", { ingress: [allow()] })]),
    );
    expect(judge(set, fromWeb)).toBe("allow by NetworkPolicy p/c ingress[0]");
  });

  it("allows what a Pass in the last tier hands to the end", () => {
    const set = policySet(
      tier("first", [policy("p/a", { ingress: [pass()] })]),
      tier("default", []),
    );
    expect(judge(set, fromWeb)).toBe("allow (end-of-tiers)");
  });

  it("goes on at the end of a tier whose default is Pass", () => {
    const first = tier("first", [policy("p/a", { ingress: [] })], "pass");
    expect(judge(policySet(first), fromWeb)).toBe("allow (end-of-tiers)");
    const second = tier("default", [policy("p/b", { ingress: [] })]);
    expect(judge(policySet(first, second), fromWeb)).toBe(
      "deny at the end of tier default (NetworkPolicy p/b)",
    );
  });

  it("decides nothing in a later tier once an earlier one denied at its end", () => {
    const set = policySet(
      tier("first", [policy("p/a", { ingress: [allow({ peer: pods({ r: "x" }) })] })]),
      tier("default", [policy("p/b", { ingress: [allow()] })]),
    );
    expect(judge(set, fromWeb)).toBe("deny at the end of tier first (NetworkPolicy p/a)");
  });

  it("skips a tier that selects the pod in the other direction alone", () => {
    const set = policySet(
      tier("first", [policy("p/a", { egress: [] })]),
      tier("default", [policy("p/b", { ingress: [allow()] })]),
    );
    expect(judge(set, fromWeb)).toBe("allow by NetworkPolicy p/b ingress[0]");
    expect(judge(set, egressFlow(db, web))).toBe(
      "deny at the end of tier first (NetworkPolicy p/a)",
    );
  });

  it("asks the rules of a policy that does not isolate, and denies nothing at the end for it", () => {
    const set = policySet(
      tier("cilium", [
        policy("p/a", { isolates: false, ingress: [deny({ peer: pods({ r: "x" }) })] }),
      ]),
    );
    expect(judge(set, fromWeb)).toBe("allow (no-policy)");
    expect(judge(set, ingressFlow(db, pod("p", { r: "x" })))).toBe(
      "deny by NetworkPolicy p/a ingress[0]",
    );
  });
});

describe("what a rule matches", () => {
  const verdict = (rule: ReturnType<typeof allow>, flow: Flow): string =>
    evaluate(
      policySet(tier("default", [policy("x", { ingress: [rule], egress: [rule] })])),
      flow,
      noOpaque,
    ).verdict;

  it("matches pods by labels of pod, namespace and account, and never a bare address", () => {
    const peer = pod(
      "q",
      { r: "w" },
      { namespaceLabels: { env: "dev" }, account: { name: "ci", labels: { t: "1" } } },
    );
    for (const of of [
      { r: "w" },
      { "namespace:env": "dev" },
      { "namespace:kubernetes.io/metadata.name": "q" },
      { [ACCOUNT_NAME]: "ci" },
      { "account:t": "1" },
      { absent: labelNotIn(["x"]) },
    ]) {
      expect(verdict(allow({ peer: pods(of) }), ingressFlow(db, peer))).toBe("allow");
      expect(verdict(allow({ peer: pods(of) }), ingressFlow(db, machine("10.0.0.1")))).toBe("deny");
    }
    expect(verdict(allow({ peer: pods({ "namespace:env": "prod" }) }), ingressFlow(db, peer))).toBe(
      "deny",
    );
  });

  it("takes `__proto__` and `constructor` for labels like any other", () => {
    const peer = pods({ constructor: labelNotIn(["x"]) });
    expect(verdict(allow({ peer }), ingressFlow(db, web))).toBe("allow");
    const exists = pods({ ["__proto__"]: "x" });
    expect(verdict(allow({ peer: exists }), ingressFlow(db, web))).toBe("deny");
  });

  it("matches addresses of machines and of pods alike", () => {
    const rule = allow({ peer: block("10.0.0.0/8") });
    expect(verdict(rule, ingressFlow(db, machine("10.1.1.1")))).toBe("allow");
    expect(verdict(rule, ingressFlow(db, pod("q", {}, { address: "10.1.1.1" })))).toBe("allow");
    expect(verdict(rule, ingressFlow(db, machine("192.0.2.1")))).toBe("deny");
    expect(verdict(rule, ingressFlow(db, machine("2001:db8::1")))).toBe("deny");
  });

  it("asks for labels and address of a pod at once", () => {
    const rule = allow({ peer: pods({ r: "w" }, cidrs("10.1.0.0/16")) });
    expect(verdict(rule, ingressFlow(db, pod("p", { r: "w" }, { address: "10.1.1.1" })))).toBe(
      "allow",
    );
    expect(verdict(rule, ingressFlow(db, pod("p", { r: "w" }, { address: "10.2.1.1" })))).toBe(
      "deny",
    );
    expect(verdict(rule, ingressFlow(db, pod("p", { r: "x" }, { address: "10.1.1.1" })))).toBe(
      "deny",
    );
  });

  it("holds the own side to its condition", () => {
    const rule = allow({ own: [pods({ r: "db" })] });
    expect(verdict(rule, ingressFlow(db, web))).toBe("allow");
    expect(verdict(rule, ingressFlow(web, db))).toBe("deny");
  });

  it("matches ports by number and protocol, ICMP by type and code", () => {
    expect(verdict(allow({ traffic: ports(TCP, 80) }), fromWeb)).toBe("allow");
    expect(verdict(allow({ traffic: ports(TCP, 80) }), { ...fromWeb, protocol: UDP })).toBe("deny");
    expect(verdict(allow({ traffic: ports(TCP, 80) }), { ...fromWeb, value: 81 })).toBe("deny");
    const ping = allow({ traffic: icmpTraffic(ICMP, 8) });
    expect(verdict(ping, { ...fromWeb, protocol: ICMP, value: 8 * 256 })).toBe("allow");
    expect(verdict(ping, { ...fromWeb, protocol: ICMP, value: 0 })).toBe("deny");
  });

  it("looks a port's name up on the destination: the subject on ingress, the peer on egress", () => {
    const names = { ports: [{ name: "http", protocol: TCP, port: 8080 }] };
    const server = pod("p", {}, names);
    const rule = allow({ named: ["http"] });
    expect(verdict(rule, ingressFlow(server, web, { value: 8080 }))).toBe("allow");
    expect(verdict(rule, ingressFlow(server, web, { value: 80 }))).toBe("deny");
    expect(verdict(rule, ingressFlow(server, web, { value: 8080, protocol: UDP }))).toBe("deny");
    expect(verdict(rule, ingressFlow(web, server, { value: 8080 }))).toBe("deny");
    expect(verdict(rule, egressFlow(web, server, { value: 8080 }))).toBe("allow");
    expect(verdict(rule, egressFlow(web, machine("192.0.2.1"), { value: 8080 }))).toBe("deny");
  });

  it("matches nothing where no peer is left", () => {
    expect(verdict(allow({ peer: [] }), fromWeb)).toBe("deny");
  });
});

describe("conditions that the sets cannot say", () => {
  const sourcePort = (negated: boolean, names: readonly string[] = []): OpaqueCondition => ({
    kind: "source-port",
    ports: [{ first: 1024, last: 2048 }],
    names,
    negated,
    code: "X",
    what: "",
  });

  it("decides source ports from the flow, and not without one", () => {
    expect(decideKnown(sourcePort(false), { ...fromWeb, sourcePort: 1024 })).toBe(true);
    expect(decideKnown(sourcePort(false), { ...fromWeb, sourcePort: 2049 })).toBe(false);
    expect(decideKnown(sourcePort(true), { ...fromWeb, sourcePort: 2049 })).toBe(true);
    expect(decideKnown(sourcePort(true), { ...fromWeb, protocol: ICMP, value: 0 })).toBe(true);
    expect(decideKnown(sourcePort(false), fromWeb)).toBeUndefined();
    // SCTP has ports as well.
    const sctp = { ...fromWeb, protocol: SCTP, sourcePort: 1024 };
    expect(decideKnown(sourcePort(false), sctp)).toBe(true);
    expect(decideKnown(sourcePort(true), sctp)).toBe(false);
  });

  it("looks names of source ports up on the source", () => {
    const client = pod("p", {}, { ports: [{ name: "out", protocol: TCP, port: 5000 }] });
    const condition = sourcePort(false, ["out"]);
    expect(decideKnown(condition, ingressFlow(db, client, { sourcePort: 5000 }))).toBe(true);
    expect(decideKnown(condition, ingressFlow(client, db, { sourcePort: 5000 }))).toBe(false);
    expect(decideKnown(condition, egressFlow(client, db, { sourcePort: 5000 }))).toBe(true);
  });

  it("decides excluded names of ports on the destination", () => {
    const condition: OpaqueCondition = {
      kind: "excluded-named-port",
      names: ["http"],
      code: "X",
      what: "",
    };
    const server = pod("p", {}, { ports: [{ name: "http", protocol: TCP, port: 80 }] });
    expect(decideKnown(condition, ingressFlow(server, web))).toBe(false);
    expect(decideKnown(condition, ingressFlow(web, server))).toBe(true);
    expect(decideKnown(condition, egressFlow(web, server))).toBe(false);
  });

  it("asks about unknown ones only when the rest of the rule matches", () => {
    const unknown: OpaqueCondition = { kind: "unknown", code: "X", what: "http" };
    const set = policySet(
      tier("default", [
        policy("p/a", {
          ingress: [
            allow({ peer: pods({ r: "x" }), opaque: [unknown] }),
            allow({ opaque: [unknown] }),
          ],
        }),
      ]),
    );
    const asked: number[] = [];
    const decision = evaluate(set, fromWeb, (rule) => {
      asked.push(rule.origin.index);
      return false;
    });
    expect(asked).toEqual([1]);
    expect(decision.verdict).toBe("deny");
    expect(evaluate(set, fromWeb, () => true).verdict).toBe("allow");
  });
});

describe("the trace", () => {
  it("names each rule asked, in order, with the part that the flow fails", () => {
    const set = policySet(
      tier("first", [
        policy("p/a", {
          ingress: [deny({ peer: pods({ r: "x" }) }), pass({ traffic: ports(TCP, 80) })],
        }),
      ]),
      tier("default", [
        policy("p/b", {
          ingress: [allow({ own: [pods({ r: "q" })] }), allow({ traffic: ports(TCP, 1) })],
        }),
      ]),
    );
    const steps: string[] = [];
    const note = (step: Step): void => {
      const what =
        step.kind === "rule"
          ? `${step.policy.origin.name}[${String(step.rule.origin.index)}] ${typeof step.answer === "string" ? step.answer : step.answer.what}`
          : `left ${step.tier.name}`;
      steps.push(what);
    };
    expect(evaluate(set, fromWeb, noOpaque, note).verdict).toBe("deny");
    expect(steps).toEqual([
      "a[0] peer",
      "a[1] matches",
      "left first",
      "b[0] own-side",
      "b[1] traffic",
    ]);
  });
});
