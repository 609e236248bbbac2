import { describe, expect, it } from "vitest";
import type { OpaqueCondition, Policy, PolicySet } from "../../src/ir/policy.ts";
import type { PeerBox } from "../../src/sets/box.ts";
import {
  intersectLabelSets,
  labelIn,
  labelNotIn,
  labelText,
  withAbsent,
} from "../../src/sets/label-set.ts";
import {
  ALL_PORTS,
  ICMP,
  ICMPV6,
  protocolTraffic,
  TCP,
  UDP,
  unionTraffic,
} from "../../src/sets/traffic-set.ts";
import {
  allow,
  block,
  cidrs,
  deny,
  labels,
  log,
  pass,
  pods,
  policy,
  policySet,
  ports,
  tier,
} from "../support/ir-builder.ts";
import type { LooseRule } from "../support/ir-builder.ts";
import { answerText, checkedProof } from "../support/prove-sets.ts";
import type { Given } from "../support/prove-sets.ts";

/** One tier of policies that deny what they do not allow. */
const set = (...policies: readonly Policy[]): PolicySet => policySet(tier("default", policies));

/** One policy over the pods of p, with these rules for ingress. */
const web = (...rules: readonly LooseRule[]): PolicySet => set(policy("p/web", { ingress: rules }));

function answers(source: PolicySet, target: PolicySet, given?: Given): [string, string] {
  const proof = checkedProof(source, target, given);
  return [answerText(proof.wider), answerText(proof.narrower)];
}

const equal = ["none", "none"];

const NONE = policySet(tier("default", []));
const red = pods({ "namespace:kubernetes.io/metadata.name": "p", color: "red" });
const blue = pods({ "namespace:kubernetes.io/metadata.name": "p", color: "blue" });
const both = pods({ "namespace:kubernetes.io/metadata.name": "p", color: ["red", "blue"] });

describe("rules", () => {
  it("are equal whatever their order, their overlap and the way peers are split", () => {
    const whole = web(allow({ peer: both }));
    expect(answers(whole, web(allow({ peer: blue }), allow({ peer: red })))).toEqual(equal);
    expect(answers(whole, web(allow({ peer: [red, blue] })))).toEqual(equal);
    expect(answers(whole, web(allow({ peer: both }), allow({ peer: red })))).toEqual(equal);
  });

  it("lose the flows of a peer that is missing", () => {
    expect(answers(web(allow({ peer: both })), web(allow({ peer: red })))).toEqual([
      "none",
      "ingress p[]/pod[color=blue]@10.0.0.8 as default -> p[]/pod[]@10.0.0.7 as default TCP 443: " +
        "allow by NetworkPolicy p/web ingress[0]; deny at the end of tier default (NetworkPolicy p/web)",
    ]);
  });

  it("let in what the source denies by an earlier rule", () => {
    const [wider, narrower] = answers(
      web(deny({ peer: red }), allow({ peer: both })),
      web(allow({ peer: both })),
    );
    expect(wider).toBe(
      "ingress p[]/pod[color=red]@10.0.0.8 as default -> p[]/pod[]@10.0.0.7 as default TCP 443: " +
        "deny by NetworkPolicy p/web ingress[0]; allow by NetworkPolicy p/web ingress[0]",
    );
    expect(narrower).toBe("none");
  });

  it("lose nothing by a Deny behind the Allow, and nothing by Log", () => {
    const source = web(log(), allow({ peer: red }), deny({ peer: both }));
    expect(answers(source, web(allow({ peer: red })))).toEqual(equal);
  });

  it("need all of a union to be covered", () => {
    const exceptX = pods({ a: labelNotIn(["x"]) });
    const x = pods({ a: "x" });
    const split = web(allow({ peer: [exceptX, x, ...block("0.0.0.0/0", "::/0")] }));
    expect(answers(web(allow()), split)).toEqual(equal);
    const gap = web(allow({ peer: [exceptX, pods({ a: "y" }), ...block("0.0.0.0/0")] }));
    const [, lost] = answers(web(allow()), gap);
    expect(lost).toContain("p[]/pod[a=x]@fd00::8");
  });

  it("show a label only where the flow needs it", () => {
    const source = web(
      allow({ peer: pods({ a: labelNotIn(["x"]), b: "y", c: labelNotIn(["z"]) }) }),
    );
    expect(answers(source, web())[1]).toContain("p[]/pod[b=y]@");
  });

  it("leave out the labels of a flow that another rule allows without them", () => {
    const two = pods({ a: "x", b: "y" });
    const source = web(allow({ peer: pods({ a: "x" }) }), allow({ peer: two }));
    const proof = checkedProof(source, web());
    const second = source.tiers[0]?.policies[0]?.ingress?.rules[1];
    expect(second && answerText(proof.ofRule(second).narrower)).toContain("p[]/pod[a=x]@");
  });

  it("of many peers are put down to each policy that denies some of them", () => {
    const many = Array.from({ length: 40 }, (_, at) => pods({ a: `x${String(at)}` }));
    const one = policy("p/one", { subject: { app: "web" }, ingress: [] });
    const other = policy("p/other", { subject: { app: "api" }, ingress: [] });
    const proof = checkedProof(web(allow({ peer: many })), set(one, other));
    expect(proof.ofIsolation(one, "ingress").narrower.kind).toBe("witness");
    expect(proof.ofIsolation(other, "ingress").narrower.kind).toBe("witness");
    const denied = policy("p/denied", {
      ingress: [deny({ peer: pods({ a: "x39" }) }), allow({ peer: many.slice(5) })],
    });
    const cut = checkedProof(web(allow({ peer: many })), set(denied));
    expect(cut.ofIsolation(denied, "ingress").narrower.kind).toBe("witness");
    const [rule] = denied.ingress?.rules ?? [];
    expect(rule && cut.ofRule(rule).narrower.kind).toBe("witness");
  });

  it.each(["at once", "handed on"])(
    "that deny many peers do not hide another that denies one more, where they are allowed %s",
    (how) => {
      const everything = allow({ peer: pods({}) });
      const passing = tier("first", [policy("p/first", { ingress: [pass()] })]);
      const second = tier("second", [policy("p/second", { ingress: [everything] })]);
      const source = how === "at once" ? policySet(second) : policySet(passing, second);
      const many = Array.from({ length: 12 }, (_, at) => pods({ a: `x${String(at)}` }));
      const denies = [deny({ peer: many }), deny({ peer: pods({ a: "y" }) })];
      const denying = policy("p/web", { ingress: [...denies, everything] });
      const proof = checkedProof(source, set(denying));
      const [, last] = denying.ingress?.rules ?? [];
      expect(last && answerText(proof.ofRule(last).narrower)).toContain("a=y");
    },
  );

  it("that deny some of what one rule allows each answer for it, however many they are", () => {
    const everything = allow({ peer: pods({}) });
    const denies = Array.from({ length: 40 }, (_, at) =>
      deny({ peer: pods({ a: `x${String(at)}` }) }),
    );
    const open = web(everything);
    const denying = policy("p/web", { ingress: [...denies, everything] });
    const rules = denying.ingress?.rules.slice(0, -1) ?? [];
    const lost = checkedProof(open, set(denying));
    const gained = checkedProof(set(denying), open);
    for (const [at, rule] of rules.entries()) {
      const { narrower, onlyOther } = lost.ofRule(rule);
      expect(answerText(narrower)).toContain(`a=x${String(at)}]`);
      expect(answerText(narrower)).toContain("TCP");
      expect(onlyOther).toBe(false);
      expect(answerText(gained.ofRule(rule).wider)).toContain(`a=x${String(at)}]`);
    }
  });

  it("that were not come to are not called equal", () => {
    const everything = allow({ peer: pods({}) });
    const denies = Array.from({ length: 40 }, (_, at) =>
      deny({ peer: pods({ a: `x${String(at)}` }) }),
    );
    const denying = policy("p/web", { ingress: [...denies, everything] });
    const rules = denying.ingress?.rules.slice(0, -1) ?? [];
    const lost = checkedProof(web(everything), set(denying), { bound: 60 });
    const kinds = new Set(rules.map((rule) => lost.ofRule(rule).narrower.kind));
    expect([...kinds].sort()).toEqual(["unknown", "witness"]);
    expect(lost.narrower.kind).toBe("witness");
  });

  it("that others before them hide have nothing to answer for, and hide none behind them", () => {
    const everything = allow({ peer: pods({}) });
    const values = Array.from({ length: 20 }, (_, at) => `x${String(at)}`);
    const hidden = values.map((value) => deny({ peer: pods({ a: value }) }));
    const half = deny({ peer: pods({ a: ["x0", "z"] }) });
    const last = deny({ peer: pods({ a: "y" }) });
    const denying = policy("p/web", {
      ingress: [deny({ peer: pods({ a: values }) }), ...hidden, half, last, everything],
    });
    const kinds = (source: PolicySet, target: PolicySet): readonly string[] => {
      const proof = checkedProof(source, target);
      return (denying.ingress?.rules ?? []).map((rule) => {
        const { wider, narrower } = proof.ofRule(rule);
        return [wider.kind, narrower.kind].join();
      });
    };
    const none = hidden.map(() => "none,none");
    const lost = "none,witness";
    expect(kinds(web(everything), set(denying))).toEqual([lost, ...none, lost, lost, "none,none"]);
    const gained = "witness,none";
    expect(kinds(set(denying), web(everything)).slice(0, -1)).toEqual([
      gained,
      ...none,
      gained,
      gained,
    ]);
  });

  it("that deny what one rule allows without ports and another with them lose both", () => {
    const [ping, port] = [protocolTraffic(ICMP), ports(TCP, 80)];
    const any = pods({});
    const denying = policy("p/web", { ingress: [deny({ peer: red }), allow({ peer: any })] });
    const allowing = web(allow({ peer: any, traffic: ping }), allow({ peer: any, traffic: port }));
    const first = policy("p/first", { ingress: [deny({ peer: blue }), pass()] });
    const proof = checkedProof(
      allowing,
      policySet(tier("first", [first]), tier("default", [denying])),
    );
    for (const { ingress } of [first, denying]) {
      const [rule] = ingress?.rules ?? [];
      expect(rule && proof.ofRule(rule).narrower.kind).toBe("witness");
      expect(rule && proof.ofRule(rule).onlyOther).toBe(false);
    }
  });

  it("of many peers lose more than other protocols if one of them does", () => {
    const source = web(allow({ peer: [pods({ a: "x" }), pods({ a: "y" }), pods({ a: "z" })] }));
    const portsOnly = allow({ peer: pods({ a: ["x", "y"] }), traffic: ALL_PORTS });
    const all = allow({ peer: pods({ a: "z" }) });
    expect(checkedProof(source, web(portsOnly, all)).onlyOther).toBe(true);
    expect(checkedProof(source, web(portsOnly)).onlyOther).toBe(false);
    const rule = source.tiers[0]?.policies[0]?.ingress?.rules[0];
    const proof = checkedProof(source, web(portsOnly));
    expect(rule && proof.ofRule(rule).onlyOther).toBe(false);
    expect(answerText(proof.narrower)).toContain("pod[a=z]@");
    expect(answerText(proof.narrower)).toContain("TCP");
  });

  it("of many peers that are denied leave each of them to the end, or to the Pass that hands it on", () => {
    const many = Array.from({ length: 12 }, (_, at) => pods({ a: `x${String(at)}` }));
    const denies = set(policy("p/web", { isolates: false, ingress: [deny({ peer: many })] }));
    const deniedRule = denies.tiers[0]?.policies[0];
    const proof = checkedProof(denies, NONE);
    expect(deniedRule && proof.ofOpenness(deniedRule).wider.kind).toBe("witness");
    const first = policy("p/first", { ingress: [pass({ peer: many.slice(0, 6) })] });
    const second = policy("p/second", { ingress: [pass({ peer: many.slice(6) })] });
    const handing = policySet(tier("one", [first, second]));
    const open = checkedProof(denies, handing);
    for (const passes of [first, second]) {
      const [rule] = passes.ingress?.rules ?? [];
      expect(rule && open.ofRule(rule).wider.kind).toBe("witness");
    }
  });

  it("split an AND of two labels into an OR only with a witness", () => {
    const and = web(allow({ peer: pods({ a: "x", b: "y" }) }));
    const or = web(allow({ peer: [pods({ a: "x" }), pods({ b: "y" })] }));
    expect(answers(and, or)[0]).toContain("pod[a=x]");
    expect(answers(or, and)[1]).toContain("pod[a=x]");
  });
});

describe("subjects", () => {
  const closed = set(policy("p/a", { subject: { app: "web" }, ingress: [] }));

  it("are lost to a policy that isolates more pods", () => {
    const more = set(policy("p/a", { ingress: [] }));
    const [wider, narrower] = answers(closed, more);
    expect(wider).toBe("none");
    expect(narrower).toMatch(/-> p\[\]\/pod\[\]@.*: allow \(no-policy\); deny at the end/);
  });

  it("are open where no policy isolates them any more", () => {
    expect(answers(closed, NONE)[0]).toMatch(
      /-> p\[\]\/pod\[app=web\]@.*deny at the end.*no-policy/,
    );
    expect(checkedProof(closed, NONE).narrower.kind).toBe("none");
  });

  it("are put down to the policy that isolates them, not to one that denies the same", () => {
    const alone = policy("p/alone", { subject: { app: "web" }, ingress: [] });
    const all = policy("p/all", { subject: { app: ["web", "api"] }, ingress: [] });
    const proof = checkedProof(
      set(alone, all),
      set(policy("p/t", { subject: { app: "web" }, ingress: [] })),
    );
    expect(proof.ofIsolation(all, "ingress").wider.kind).toBe("witness");
    expect(proof.ofPolicy(alone).wider.kind).toBe("none");
  });

  it("are put down to each policy that closes the tier for some, but to none that others hide", () => {
    const closing = (name: string, ...keys: readonly string[]): Policy =>
      policy(name, { subject: Object.fromEntries(keys.map((key) => [key, "1"])), ingress: [] });
    const hidden = closing("p/hidden", "x", "y");
    const denying = policy("p/denying", { subject: { z: "1" }, ingress: [deny()] });
    // The plainest pods of each are those of the last one, too.
    const most = policy("p/v", { subject: { v: labelNotIn(["2"]) }, ingress: [] });
    const others = [closing("p/x", "x"), closing("p/y", "y"), most];
    const open = set(policy("p/open", { ingress: [allow({ peer: red })] }));
    const proof = checkedProof(open, set(hidden, denying, ...others));
    const kindOf = (one: Policy): string => proof.ofIsolation(one, "ingress").narrower.kind;
    expect([hidden, denying].map(kindOf)).toEqual(["none", "none"]);
    expect(others.map(kindOf)).toEqual(["witness", "witness", "witness"]);
    const [rule] = denying.ingress?.rules ?? [];
    expect(rule && proof.ofRule(rule).narrower.kind).toBe("witness");
  });

  it("may be divided among policies", () => {
    const target = set(
      policy("p/1", { subject: { app: "web", x: labelNotIn(["1"]) }, ingress: [] }),
      policy("p/2", { subject: { app: "web", x: "1" }, ingress: [] }),
    );
    expect(answers(closed, target)).toEqual(equal);
  });

  it("are told apart by direction", () => {
    const egress = set(policy("p/a", { subject: { app: "web" }, egress: [] }));
    const proof = checkedProof(closed, egress);
    expect(answerText(proof.wider)).toMatch(/^ingress/);
    expect(answerText(proof.narrower)).toMatch(/^egress/);
  });

  it("of a policy that isolates nothing stay open", () => {
    const silent = set(policy("p/a", { ingress: [], isolates: false }));
    expect(answers(silent, NONE)).toEqual(equal);
    const denying = set(policy("p/a", { ingress: [deny({ peer: red })], isolates: false }));
    expect(answers(denying, NONE)[0]).toContain("color=red");
  });
});

describe("tiers", () => {
  const rest = policy("p/rest", { ingress: [allow({ peer: red })] });

  it("hand on what they pass, and the end allows it", () => {
    const source = policySet(
      tier("first", [policy("p/first", { ingress: [pass({ peer: both })] })]),
      tier("default", [rest]),
    );
    expect(answers(source, web(allow({ peer: red })))).toEqual(equal);
    const last = policySet(tier("first", [policy("p/first", { ingress: [pass({ peer: both })] })]));
    expect(answers(last, web(allow({ peer: both })))).toEqual(equal);
  });

  it("put a flow that reached the end down to the Pass that handed it on", () => {
    const first = policy("p/first", { ingress: [pass({ peer: both })] });
    const proof = checkedProof(policySet(tier("first", [first])), web(allow({ peer: red })));
    const [rule] = first.ingress?.rules ?? [];
    expect(rule && answerText(proof.ofRule(rule).narrower)).toContain("color=blue");
  });

  it.each([2, 12])(
    "put what they hand on down to each of %d Passes that do, in closed pods",
    (count) => {
      const colours = Array.from({ length: count }, (_, at) => pods({ color: `c${String(at)}` }));
      const passing = colours.map((peer, at) =>
        policy(`p/pass${String(at)}`, { ingress: [pass({ peer })] }),
      );
      const proof = checkedProof(
        set(policy("p/closed", { ingress: [] })),
        policySet(tier("first", passing)),
      );
      for (const { ingress } of passing) {
        const [rule] = ingress?.rules ?? [];
        expect(rule && proof.ofRule(rule).wider.kind).toBe("witness");
      }
    },
  );

  it("with the default action Pass deny nothing at their end", () => {
    const source = policySet(
      tier("first", [policy("p/first", { ingress: [deny({ peer: blue })] })], "pass"),
      tier("default", [rest]),
    );
    expect(answers(source, web(allow({ peer: red })))).toEqual(equal);
    expect(answers(source, web(allow({ peer: both })))[0]).toContain("color=blue");
  });

  it("end before a later tier unless that is reached", () => {
    const source = policySet(
      tier("first", [policy("p/first", { ingress: [allow({ peer: blue })] })]),
      tier("default", [rest]),
    );
    expect(answers(source, web(allow({ peer: blue })))).toEqual(equal);
  });

  it("compare in both orders", () => {
    const one = policySet(
      tier("first", [policy("p/f", { ingress: [deny({ peer: red }), pass()] })]),
      tier("default", [policy("p/d", { ingress: [allow({ peer: both })] })]),
    );
    const other = web(allow({ peer: blue }));
    expect(answers(one, other)).toEqual(equal);
    expect(answers(other, one)).toEqual(equal);
  });
});

describe("traffic", () => {
  it("by port is told from the ports beside it", () => {
    const range = web(allow({ traffic: ports(TCP, 80, 81, 82) }));
    expect(answers(range, web(allow({ traffic: ports(TCP, 80, 82) })))[1]).toContain("TCP 81");
  });

  it("that is lost but for TCP, UDP and SCTP is said to be so", () => {
    const proof = checkedProof(web(allow()), web(allow({ traffic: ALL_PORTS })));
    expect(proof.onlyOther).toBe(true);
    expect(answerText(proof.narrower)).toContain("ICMP 2048");
    const more = checkedProof(web(allow()), web(allow({ traffic: protocolTraffic(TCP) })));
    expect(more.onlyOther).toBe(false);
    expect(answerText(more.narrower)).toContain("UDP 53");
    const assumed = { assume: ["only-tcp-udp-sctp"] } as const;
    expect(answers(web(allow()), web(allow({ traffic: ALL_PORTS })), assumed)).toEqual(equal);
  });

  it("of the other IP family is none", () => {
    const ping = unionTraffic(protocolTraffic(ICMP), protocolTraffic(ICMPV6));
    const source = web(allow({ peer: block("192.0.2.0/24"), traffic: ping }));
    const target = web(allow({ peer: block("192.0.2.0/24"), traffic: protocolTraffic(ICMP) }));
    expect(answers(source, target)).toEqual(equal);
  });

  it("by a port's name is neither a number nor no port", () => {
    const named = web(allow({ named: ["http"] }));
    expect(answers(named, named)).toEqual(equal);
    expect(answers(named, web(allow({ traffic: ports(TCP, 80) })))[1]).toContain("(http=443)");
    expect(answers(named, web(allow({ traffic: ALL_PORTS })))[1]).toBe("none");
    expect(answers(web(allow({ traffic: ports(TCP, 80) })), named)[1]).toContain("TCP 80");
  });

  it("by a port's name is the destination's: nothing outside the cluster has it", () => {
    const egress = (...rules: readonly LooseRule[]): PolicySet =>
      set(policy("p/a", { egress: rules }));
    const outside = [{ kind: "address", addresses: cidrs("192.0.2.0/24") }] as const;
    expect(answers(egress(allow({ peer: outside, named: ["http"] })), egress())).toEqual(equal);
    expect(answers(egress(allow({ peer: red, named: ["http"] })), egress())[1]).toContain(
      "(http=443)",
    );
  });
});

describe("namespaces that nobody names", () => {
  it("have names, and two of them have two", () => {
    const closed = (rule: LooseRule): PolicySet => set(policy("closed", { ingress: [rule] }));
    const proof = checkedProof(closed(allow()), closed(allow({ peer: red })), {
      anyNamespace: true,
    });
    const [witness] = proof.witnesses;
    const { subject, peer } = witness?.flow ?? {};
    expect(subject?.namespace).toMatch(/^[a-z]/);
    expect(peer?.kind === "pod" && peer.namespace).not.toBe(subject?.namespace);
  });
});

describe("conditions", () => {
  const unknown = (): OpaqueCondition => ({ kind: "unknown", code: "X", what: "http GET" });

  it("about which nothing is known hold and do not hold", () => {
    const source = web(allow({ peer: red, opaque: [unknown()] }));
    expect(answers(source, web())[1]).toContain("color=red");
    expect(answers(source, web(allow({ peer: red })))[0]).toContain("color=red");
  });

  it("have one value a flow", () => {
    const condition = unknown();
    const source = web(deny({ opaque: [condition] }), allow({ peer: red, opaque: [condition] }));
    expect(answers(source, web())).toEqual(equal);
  });

  it("that ask for the same are the same, in whichever set", () => {
    const asking = (same: string, code = "X"): PolicySet =>
      web(allow({ peer: red, opaque: [{ kind: "unknown", code, what: "http", same }] }));
    expect(answers(asking("GET"), asking("GET"))).toEqual(equal);
    for (const other of [asking("POST"), asking("GET", "Y")]) {
      const [wider, narrower] = answers(asking("GET"), other);
      expect(wider).toContain("color=red");
      expect(narrower).toContain("color=red");
    }
  });

  it("on the names of some endpoints' ports are the same if all of that is", () => {
    const clientAt = { addresses: cidrs("10.1.2.3"), name: "client", protocol: TCP, port: 7 };
    const asking = (app: string): PolicySet => {
      const naming = { pods: [labels({ a: app })], hosts: [clientAt] };
      const condition: OpaqueCondition = {
        kind: "source-port",
        ports: [],
        names: ["client"],
        negated: false,
        naming,
        code: "X",
        what: "ports",
      };
      return web(allow({ peer: red, opaque: [condition] }));
    };
    expect(answers(asking("x"), asking("x"))).toEqual(equal);
    expect(answers(asking("x"), asking("y"))[0]).toContain("color=red");
  });

  it("on a named source port are about whoever sends", () => {
    const condition: OpaqueCondition = {
      kind: "source-port",
      ports: [],
      names: ["client"],
      negated: false,
      code: "X",
      what: "ports",
    };
    const rule = allow({ peer: red, opaque: [condition] });
    for (const direction of ["ingress", "egress"] as const) {
      const of = (...rules: readonly LooseRule[]): PolicySet =>
        set(policy("p/web", { [direction]: rules }));
      const { narrower } = checkedProof(of(rule), of());
      const { subject, peer } = narrower.kind === "witness" ? narrower.witness.flow : {};
      const sender = direction === "ingress" ? peer : subject;
      expect(sender?.kind === "pod" && sender.ports.map(({ name }) => name)).toEqual(["client"]);
    }
  });

  it("on the source port hold for some flows of a port, and negated for traffic without ports", () => {
    const condition = (negated: boolean): OpaqueCondition => ({
      kind: "source-port",
      ports: [{ first: 1024, last: 65535 }],
      names: [],
      negated,
      code: "X",
      what: "ports",
    });
    const high = web(allow({ peer: red, opaque: [condition(false)] }));
    expect(answers(high, web(allow({ peer: red, traffic: ALL_PORTS })))[0]).toContain("color=red");
    const low = web(allow({ peer: red, opaque: [condition(true)] }));
    const proof = checkedProof(low, web(allow({ peer: red, traffic: ALL_PORTS })));
    expect(proof.narrower.kind === "witness" && proof.onlyOther).toBe(true);
    expect(
      answers(
        web(allow({ peer: red })),
        web(
          allow({ peer: red, opaque: [condition(true)] }),
          allow({ peer: red, opaque: [condition(false)] }),
        ),
      ),
    ).toEqual(equal);
  });

  it("that leave out a port's name are told from its number", () => {
    const excluded: OpaqueCondition = {
      kind: "excluded-named-port",
      names: ["admin"],
      code: "X",
      what: "x",
    };
    const source = web(allow({ peer: red, opaque: [excluded] }));
    expect(answers(source, web(allow({ peer: red })))[0]).toContain("(admin=443)");
    const split = web(
      allow({ peer: red, opaque: [excluded] }),
      allow({ peer: red, named: ["admin"] }),
    );
    expect(answers(split, web(allow({ peer: red })))).toEqual(equal);
  });

  it("that an Allow cannot name are never proved equal", () => {
    const source = web(allow({ peer: red }));
    const [first] = source.tiers[0]?.policies ?? [];
    const [rule] = first?.ingress?.rules ?? [];
    if (first === undefined || rule === undefined) throw new Error("no rule");
    const unsaid = { ...rule, unsaid: [{ code: "X", what: "domains" }] };
    const own = set({ ...first, ingress: { isolates: true, rules: [unsaid] } });
    const proof = checkedProof(own, web(allow({ peer: red })));
    expect(proof.ofRule(unsaid).narrower).toEqual({ kind: "unsaid", what: "domains" });
    expect(proof.wider.kind).toBe("none");
  });
});

describe("namespaces", () => {
  const prod = { env: "prod" };
  const byLabel = web(allow({ peer: pods({ "namespace:env": "prod" }) }));
  const byName = web(allow({ peer: pods({ "namespace:kubernetes.io/metadata.name": "q" }) }));

  it("of peers may be any but those that are known", () => {
    const given = { namespaces: { p: {}, q: prod } };
    expect(answers(byLabel, byName, given)).toEqual([
      "none",
      expect.stringContaining("elsewhere[env=prod]/pod[]"),
    ]);
    expect(answers(byLabel, byName, { ...given, assume: ["namespaces"] })).toEqual(equal);
    const unlabelled = { namespaces: { p: {}, q: {} } };
    expect(answers(byLabel, byName, unlabelled)[0]).toContain("q[]/pod[]");
  });

  it("have one set of labels, known or not, for both ends", () => {
    const subject = { "namespace:env": "prod" };
    const source = set(
      policy("p/a", {
        subject,
        ingress: [allow({ peer: pods({ "namespace:kubernetes.io/metadata.name": "p" }) })],
      }),
    );
    const target = set(
      policy("p/a", {
        subject,
        ingress: [
          allow({
            peer: pods({ "namespace:kubernetes.io/metadata.name": "p", "namespace:env": "prod" }),
          }),
        ],
      }),
    );
    expect(answers(source, target, { namespaces: { p: "unknown" } })).toEqual(equal);
  });

  it("with unknown labels are subjects both ways", () => {
    const source = set(policy("g", { subject: { "namespace:env": "prod" }, ingress: [] }));
    const given: Given = { namespaces: { p: "unknown" } };
    expect(answers(source, NONE, given)[0]).toContain("-> p[env=prod]");
    expect(answers(source, set(policy("p/a", { ingress: [] })), given)[1]).toContain("-> p[]/");
    expect(
      answers(source, set(policy("p/a", { ingress: [] })), { namespaces: { p: prod } }),
    ).toEqual(equal);
  });

  it("that nobody names are subjects only where that is asked", () => {
    const source = set(policy("g", { ingress: [] }));
    const target = set(policy("p/a", { ingress: [] }));
    expect(answers(source, target)).toEqual(equal);
    expect(answers(source, target, { anyNamespace: true })[0]).toContain("-> elsewhere[]/");
  });

  it("whose names are asked for a part of their text are found among the known ones and elsewhere", () => {
    const source = web(
      allow({
        peer: pods({ "namespace:kubernetes.io/metadata.name": labelText("startsWith", "team-") }),
      }),
    );
    const named = web(allow({ peer: pods({ "namespace:kubernetes.io/metadata.name": "team-a" }) }));
    const given: Given = { namespaces: { p: {}, "team-a": {} } };
    expect(answers(source, named, given)[1]).toMatch(/ingress team-[^a]/);
    expect(answers(source, named, { ...given, assume: ["namespaces"] })).toEqual(equal);
  });
});

describe("addresses", () => {
  it("of pods are those of blocks too", () => {
    const source = web(allow({ peer: block("10.0.0.0/8") }));
    const target = web(allow({ peer: [{ kind: "address", addresses: cidrs("10.0.0.0/8") }] }));
    expect(answers(source, target)[1]).toContain("/pod[]@10.0.0.8");
  });

  it("of pods lie in their range where that is assumed", () => {
    const source = web(deny({ peer: block("10.1.0.0/16") }), allow({ peer: red }));
    const target = web(allow({ peer: red }));
    const given: Given = { podRange: "10.0.0.0/16" };
    expect(answers(source, target, given)[0]).toContain("@10.1.0.7");
    expect(answers(source, target, { ...given, assume: ["pod-range"] })).toEqual(equal);
  });

  it("in the range are pods' alone where that is assumed", () => {
    const source = web(allow({ peer: block("10.0.0.0/16") }));
    const target = web(allow({ peer: pods({}) }));
    const given: Given = { podRange: "10.0.0.0/16", assume: ["pod-range", "pure-range"] };
    expect(answers(source, target, given)).toEqual(equal);
    expect(answers(source, target, { ...given, assume: ["pod-range"] })[1]).toContain(
      "ingress 10.0.0.7 ->",
    );
  });

  it("of pods are others after the switch where the range is another one", () => {
    const source = web(allow({ peer: pods({}, cidrs("10.0.0.0/16")) }));
    const target = web(allow({ peer: pods({}, cidrs("10.0.0.0/16")) }));
    const given: Given = {
      podRange: "10.0.0.0/16",
      targetPodRange: "172.16.0.0/16",
      assume: ["pod-range"],
    };
    expect(answers(source, target, { ...given, targetPodRange: "10.0.0.0/16" })).toEqual(equal);
    expect(answers(source, target, given)[1]).not.toBe("none");
    const moved = web(allow({ peer: pods({}, cidrs("172.16.0.0/16")) }));
    expect(answers(source, moved, given)).toEqual(equal);
  });

  it("of pods lie in the range after the switch, wherever they lay before it", () => {
    const outside: readonly PeerBox[] = [{ kind: "address", addresses: cidrs("192.0.2.0/24") }];
    const source = web(allow({ peer: outside }));
    const target = web(allow({ peer: block("192.0.2.0/24") }));
    expect(answers(source, target, { targetPodRange: "172.16.0.0/16" })).toEqual(equal);
    expect(answers(source, target, { targetPodRange: "192.0.0.0/16" })[0]).toContain("allow");
    expect(answers(source, target)[0]).toContain("192.0.2.");
  });

  it("of one flow are of one family", () => {
    const own = pods({}, cidrs("10.0.0.0/8"));
    const source = web(allow({ own: [own], peer: block("2001:db8::/32") }));
    expect(answers(source, web())).toEqual(equal);
  });

  it("of a family that the cluster does not use do not count where that is assumed", () => {
    const given: Given = { podRange: "10.0.0.0/16", assume: ["families"] };
    const source = web(allow());
    const target = web(allow({ peer: block("0.0.0.0/0") }));
    expect(answers(source, target, given)).toEqual(equal);
    expect(answers(source, target, { podRange: "10.0.0.0/16" })[1]).toContain("::");
  });
});

describe("texts of labels", () => {
  it("make a witness where one fits", () => {
    const peer = pods({ a: labelText("startsWith", "web-"), b: labelText("contains", "mid") });
    expect(answers(web(allow({ peer })), web())[1]).toMatch(/pod\[a=web-.*,b=mid\]/);
  });

  it("are those that were seen where that is assumed", () => {
    const source = web(allow({ peer: pods({ a: labelText("startsWith", "web-") }) }));
    const target = web(allow({ peer: pods({ a: ["web-1", "web-2"] }) }));
    const given: Given = { seen: { "pod:a": ["web-1", "web-2", "db"] }, assume: ["values"] };
    expect(answers(source, target, given)).toEqual(equal);
    expect(answers(source, target, { ...given, assume: [] })[1]).toContain("a=web-");
    expect(answers(source, target, { ...given, assume: ["subject-values"] })[1]).toContain(
      "a=web-",
    );
  });

  it("that two rules ask for in the same words are asked for by both", () => {
    const peer = pods({ a: labelText("startsWith", "x") });
    const source = policySet(
      tier("first", [policy("p/f", { ingress: [deny({ peer }), pass({ peer })] })], "pass"),
    );
    expect(answers(source, source)).toEqual(equal);
    expect(answers(source, structuredClone(source))).toEqual(equal);
  });

  it("that nobody could make up leave the answer open", () => {
    const long = "billing-and-invoicing-backend-services-of-the-northern-region";
    const halves = [long.slice(0, 40), long.slice(20)].map((half) => labelText("contains", half));
    const a = halves.reduce(intersectLabelSets);
    const { narrower } = checkedProof(web(allow({ peer: pods({ a }) })), web());
    expect(narrower).toMatchObject({ kind: "unknown", reason: { kind: "text" } });
  });

  it("that no API server accepts are no one's", () => {
    const source = web(allow({ peer: pods({ a: "not a value" }) }));
    expect(answers(source, web())).toEqual(equal);
    const either = web(allow({ peer: pods({ a: withAbsent(labelIn(["no value"]), true) }) }));
    expect(answers(either, web())[1]).toContain("pod[]@10.0.0.8");
  });
});

describe("bounds", () => {
  it("give an answer of its own, with the question and the bound", () => {
    const keys = Array.from({ length: 12 }, (_, at) => `k${String(at)}`);
    const target = web(
      ...keys.map((key) => allow({ peer: pods({ [key]: "x" }) })),
      allow({ peer: pods(Object.fromEntries(keys.map((key) => [key, labelNotIn(["x"])]))) }),
    );
    const source = web(allow({ peer: pods({}) }));
    expect(answers(source, target)).toEqual(equal);
    const proof = checkedProof(source, target, { bound: 10 });
    expect(proof.narrower).toEqual({
      kind: "unknown",
      question:
        "NetworkPolicy p/web, ingress[0], pods of namespace p: is something denied that the source allows?",
      reason: { kind: "bound", bound: 10 },
    });
    expect(proof.counts.unknown).toBeGreaterThan(0);
  });

  it("hold for the ways through many passing tiers", () => {
    const passing = Array.from({ length: 8 }, (_, at) =>
      tier(`t${String(at)}`, [
        policy(`p/t${String(at)}`, {
          ingress: Array.from({ length: 12 }, (_unused, of) =>
            pass({ peer: pods({ [`k${String(of)}`]: "x" }) }),
          ),
        }),
      ]),
    );
    const source = policySet(...passing);
    const proof = checkedProof(source, web(), { bound: 5000 });
    expect(proof.wider.kind).toBe("none");
    expect(proof.narrower.kind).toBe("witness");
  });
});

describe("a proof", () => {
  it("says of a rule no more than what the rule is about", () => {
    const first = policy("p/web", {
      ingress: [allow({ peer: red }), allow({ peer: blue, traffic: ports(UDP, 53) })],
    });
    const proof = checkedProof(set(first), web(allow({ peer: red })));
    const [kept, lost] = first.ingress?.rules ?? [];
    expect(kept && proof.ofRule(kept).narrower.kind).toBe("none");
    expect(lost && answerText(proof.ofRule(lost).narrower)).toContain("UDP 53");
    expect(proof.ofPolicy(first).narrower.kind).toBe("witness");
  });

  it("is the same twice", () => {
    const source = web(deny({ peer: red }), allow());
    const target = web(allow({ peer: both }));
    expect(answers(source, target)).toEqual(answers(source, target));
  });

  it("counts its questions, and tries some of what it proves", () => {
    const { counts } = checkedProof(web(allow({ peer: red })), web(allow({ peer: red })));
    expect(counts.questions).toBe(counts.none);
    expect(counts.replayed).toBeGreaterThan(0);
    expect(counts).toMatchObject({ witness: 0, unknown: 0 });
  });
});
