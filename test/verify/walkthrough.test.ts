import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KnownNamespace, Snapshot } from "../../src/inventory/snapshot.ts";
import type { Flow } from "../../src/ir/flow.ts";
import type { OpaqueCondition, PolicySet, Rule } from "../../src/ir/policy.ts";
import { addressSetContains } from "../../src/sets/address-set.ts";
import { labelNotIn, labelSetContains } from "../../src/sets/label-set.ts";
import { ICMP, TCP } from "../../src/sets/traffic-set.ts";
import { evaluate } from "../../src/verify/evaluate.ts";
import { answerFlow } from "../../src/verify/flow-answer.ts";
import { readings, walkthrough } from "../../src/verify/walkthrough.ts";
import type { Mismatch, Walkthrough } from "../../src/verify/walkthrough.ts";
import { chainText, walkthroughText } from "../../src/report/walkthrough-text.ts";
import pc from "picocolors";
import { possibleDecisions } from "../support/compare-sets.ts";
import {
  address,
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
import { randomPolicySet } from "../support/random-policies.ts";
import { smallWorld } from "../support/small-world.ts";

const namespace = (
  name: string,
  labels: Readonly<Record<string, string>>,
): [string, KnownNamespace] => [
  name,
  { name, labels: { ...labels, "kubernetes.io/metadata.name": name }, covered: true },
];

const snapshot: Snapshot = {
  namespaces: new Map([namespace("p", { env: "prod" }), namespace("q", { env: "dev" })]),
  pods: [],
  accounts: [],
  services: [],
  slices: [],
  nodes: [],
  podRanges: undefined,
  targetPodRanges: undefined,
};

function* flowsOf(set: PolicySet, limit: number): Generator<Flow> {
  const world = smallWorld([set], { snapshot, assumptions: new Set(), limit });
  for (const { source } of world.flows) yield source;
}

const noOpaque = (): boolean => {
  throw new Error("nobody should ask");
};

/** Anything that says the same of the same rule. */
const byText = (rule: Rule): boolean => rule.origin.index % 2 === 0;

function failuresOf({ tiers }: Walkthrough): readonly Mismatch[] {
  return tiers.flatMap(({ policies }) =>
    policies.flatMap((one) => {
      if (one.kind === "not-selected") return one.failures.flat();
      return one.kind === "asked" ? one.rules.flatMap((rule) => rule.failures.flat()) : [];
    }),
  );
}

/** True if what the walkthrough says is lacking is lacking. */
function isTrue(mismatch: Mismatch, flow: Flow): boolean {
  switch (mismatch.kind) {
    case "label":
      return !labelSetContains(mismatch.wanted, mismatch.has);
    case "address":
      return !addressSetContains(mismatch.wanted, mismatch.has);
    case "needs-pod":
      return flow.peer.kind === "address";
    case "needs-no-pod":
      return flow.peer.kind === "pod";
    case "traffic":
    case "condition":
    case "nothing":
      return true;
  }
}

describe("the walkthrough of random flows", () => {
  it("ends where evaluate decides, by the same rule, and each reason it gives is true", () => {
    fc.assert(
      fc.property(randomPolicySet, (set) => {
        for (const flow of flowsOf(set, 60)) {
          const walk = walkthrough(set, flow, byText);
          expect(walk.decision).toEqual(evaluate(set, flow, byText));
          const { by } = walk.decision;
          const last = walk.tiers.at(-1)?.policies.findLast(({ kind }) => kind === "asked");
          if (by.kind === "rule") {
            expect(last?.policy).toBe(by.policy);
            expect(last?.kind === "asked" && last.rules.at(-1)?.rule).toBe(by.rule);
          }
          for (const mismatch of failuresOf(walk)) expect(isTrue(mismatch, flow)).toBe(true);
          for (const one of walk.tiers.flatMap(({ policies }) => policies)) {
            if (one.kind !== "asked") continue;
            for (const { answer, failures } of one.rules) {
              expect(failures.length > 0).toBe(answer !== "matches");
            }
          }
        }
      }),
      { numRuns: 60, seed: 17 },
    );
  });

  it("finds every verdict that some reading of the undecidable conditions gives", () => {
    fc.assert(
      fc.property(randomPolicySet, (set) => {
        for (const flow of flowsOf(set, 30)) {
          const verdicts = readings(set, flow).walks.map(({ decision }) => decision.verdict);
          const possible = possibleDecisions(set, flow).map(({ verdict }) => verdict);
          expect([...verdicts].sort()).toEqual([...possible].sort());
        }
      }),
      { numRuns: 60, seed: 19 },
    );
  });

  it("finds every verdict that some address of the other pod gives", () => {
    const free = cidrs("10.0.0.0/7");
    const others = ["10.0.0.1", "10.0.1.7", "10.0.2.0", "11.0.0.1", "10.255.255.255"].map(address);
    fc.assert(
      fc.property(randomPolicySet, (set) => {
        for (const flow of flowsOf(set, 20)) {
          if (flow.peer.kind !== "pod" || !addressSetContains(free, flow.peer.address)) continue;
          const { cases } = answerFlow(set, { flow, freePeer: free });
          const found = cases.map(({ walk }) => walk.decision.verdict);
          for (const other of others) {
            const moved = { ...flow, peer: { ...flow.peer, address: other } };
            for (const { verdict } of possibleDecisions(set, moved))
              expect(found).toContain(verdict);
          }
        }
      }),
      { numRuns: 60, seed: 23 },
    );
  });
});

const web = pod("p", { app: "web" });
const db = pod("p", { app: "db" }, { address: "10.0.0.2" });
const flow = ingressFlow(db, web);

const chain = (set: PolicySet, of = flow): string => chainText(walkthrough(set, of, noOpaque));

const detail = (set: PolicySet, of = flow): readonly string[] => {
  const answer = answerFlow(set, { flow: of });
  const text = walkthroughText(
    {
      from: "a",
      to: "b",
      traffic: "TCP 80",
      sets: [
        {
          name: "source",
          verdict: answer.verdict,
          ends: [{ direction: of.direction, pod: "b", answer }],
        },
      ],
      notes: [],
    },
    { colors: pc.createColors(false), verbose: true },
  );
  return text.split("\n").map((line) => line.trim());
};

describe("the chain in one line", () => {
  it("names each tier that hands on, by which rule, and the rule that decides", () => {
    const set = policySet(
      tier("first", [policy("all", { ingress: [deny({ peer: pods({ bad: "yes" }) }), pass()] })]),
      tier("default", [policy("p/db", { ingress: [allow({ peer: pods({ app: "web" }) })] })]),
    );
    expect(chain(set)).toBe(
      "tier first: pass by GlobalNetworkPolicy all ingress[1] (built.yaml:1) -> " +
        "tier default: allow by NetworkPolicy p/db ingress[0] (built.yaml:1)",
    );
  });

  it("leaves out tiers that take no part, and names one whose default action hands on", () => {
    const set = policySet(
      tier("elsewhere", [policy("q/x", { ingress: [] })]),
      tier("soft", [policy("soft", { ingress: [] })], "pass"),
      tier("hard", [policy("p/db", { ingress: [] })]),
    );
    expect(chain(set)).toBe(
      "tier soft: pass at its end -> tier hard: deny at its end, no rule matches; " +
        "NetworkPolicy p/db (built.yaml:1) isolates the pod",
    );
  });

  it("says that nothing isolates the pod, or that the end was reached", () => {
    expect(chain(policySet(tier("default", [])))).toBe("no policy isolates the pod");
    const passing = policySet(tier("t", [policy("all", { ingress: [pass()] })]));
    expect(chain(passing)).toBe(
      "tier t: pass by GlobalNetworkPolicy all ingress[0] (built.yaml:1) -> allow after the last tier",
    );
  });
});

describe("the reasons in detail", () => {
  const reasons = (rule: Parameters<typeof allow>[0], of = flow): string | undefined =>
    detail(
      policySet(tier("t", [policy("p/db", { ingress: [allow(rule)], egress: [allow(rule)] })])),
      of,
    )
      .find((line) => line.includes("does not match"))
      ?.replace(/^.*does not match, by /, "");

  const cases: readonly (readonly [Parameters<typeof allow>[0], string])[] = [
    [
      { peer: pods({ app: ["api", "cron"] }) },
      "the other end: asks for app in (api, cron), has app=web",
    ],
    [{ peer: pods({ tier: "front" }) }, "the other end: asks for tier=front, has no label tier"],
    [
      { peer: pods({ app: labelNotIn(["web"]) }) },
      "the other end: asks for app not web, has app=web",
    ],
    [
      { peer: pods({ "namespace:env": "dev" }) },
      "the other end: asks for namespace label env=dev, has no namespace label env",
    ],
    [
      { peer: pods({ "account:@name": "ci" }) },
      "the other end: asks for service account=ci, has service account=default",
    ],
    [
      { peer: block("192.0.2.0/24") },
      "the other end: asks for an address in 192.0.2.0/24, has 10.0.0.1",
    ],
    [
      { peer: [pods({ app: "a" }), pods({ app: "b" })] },
      "the other end: none of 2 alternatives holds: asks for app=a, has app=web; asks for app=b, has app=web",
    ],
    [{ peer: [] }, "the other end: nothing can match it"],
    [{ own: [pods({ app: "api" })] }, "the pod's own side: asks for app=api, has app=db"],
    [{ traffic: ports(TCP, 443) }, "the traffic: asks for TCP 443"],
    [{ named: ["http"] }, "the traffic: asks for TCP, UDP, SCTP named http"],
  ];
  it.each(cases.map(([rule, reason]) => ({ rule, reason })))("by $reason", ({ rule, reason }) => {
    expect(reasons(rule)).toBe(reason);
  });

  it("says that a rule is for pods when the other end is none", () => {
    const outside = ingressFlow(db, machine("203.0.113.7"));
    expect(reasons({ peer: pods({ app: "web" }) }, outside)).toBe(
      "the other end: asks for pods with app=web, is no pod",
    );
  });

  it("says that a rule is for other things than pods when the other end is one", () => {
    const outside = [{ kind: "address", addresses: cidrs("10.0.0.0/8") }] as const;
    expect(reasons({ peer: outside })).toBe(
      "the other end: asks for addresses that are no pod's (10.0.0.0/8), is a pod",
    );
  });

  it("says why a policy does not select the pod, and counts those of other namespaces", () => {
    const set = policySet(
      tier("t", [
        policy("p/other", { subject: { app: "api" }, ingress: [] }),
        policy("p/out", { egress: [] }),
        policy("q/far", { ingress: [] }),
      ]),
    );
    expect(detail(set)).toEqual(
      expect.arrayContaining([
        "tier t (order 0, default action deny): no policy of it selects the pod, so it takes no part",
        "NetworkPolicy p/other (built.yaml:1) does not select the pod: asks for app=api, has app=db",
        "NetworkPolicy p/out (built.yaml:1) says nothing of ingress",
        "1 policy of other namespaces",
      ]),
    );
  });

  it("tells both readings of a condition that nobody can check, and says that a log decides nothing", () => {
    const http: OpaqueCondition = { kind: "unknown", code: "X", what: "http methods GET" };
    const set = policySet(
      tier("t", [policy("p/db", { ingress: [log(), allow({ opaque: [http] })] })]),
    );
    const lines = detail(set);
    const rule = "NetworkPolicy p/db ingress[1] (built.yaml:1)";
    expect(lines[0]).toBe("depends: a -> b, TCP 80");
    expect(lines).toContain(
      `allow if \`http methods GET\` of ${rule} holds: tier t: allow by ${rule}`,
    );
    expect(lines).toContain(
      `deny if \`http methods GET\` of ${rule} does not hold: tier t: deny at its end, no rule matches; ` +
        "NetworkPolicy p/db (built.yaml:1) isolates the pod",
    );
    expect(lines).toContain("ingress[0] log (built.yaml:1) matches; a log decides nothing");
  });

  it("says that an Allow may match flows that nobody can name, if nothing else allows the flow", () => {
    const [db1] = policySet(tier("t", [policy("p/db", { ingress: [allow({ peer: [] })] })])).tiers;
    const [first] = db1?.policies ?? [];
    const [rule] = first?.ingress?.rules ?? [];
    if (db1 === undefined || first === undefined || rule === undefined) throw new Error("built");
    const unsaid = { ...rule, unsaid: [{ code: "X", what: "domains example.com" }] };
    const set = {
      tiers: [{ ...db1, policies: [{ ...first, ingress: { isolates: true, rules: [unsaid] } }] }],
    };
    expect(detail(set)).toContain(
      "may be allowed yet by NetworkPolicy p/db ingress[0] (built.yaml:1): domains example.com",
    );
  });

  it("keeps what users wrote from acting on the terminal", () => {
    const set = policySet(tier("t\u001b[2J", [policy("p/db", { ingress: [allow()] })]));
    expect(detail(set).join("")).not.toContain("\u001b");
  });
});

describe("a flow of which not everything is known", () => {
  it("depends on the address only where a rule tells addresses apart within the range given", () => {
    const set = policySet(
      tier("t", [policy("p/web", { egress: [allow({ peer: block("10.0.1.0/24") })] })]),
    );
    const asked = egressFlow(web, db, { protocol: ICMP, value: 2048 });
    expect(answerFlow(set, { flow: asked }).verdict).toBe("deny");
    expect(answerFlow(set, { flow: asked, freePeer: cidrs("10.0.0.0/16") }).verdict).toBe(
      "depends",
    );
    expect(answerFlow(set, { flow: asked, freePeer: cidrs("10.2.0.0/16") }).verdict).toBe("deny");
    const inside = answerFlow(set, {
      flow: { ...asked, peer: { ...asked.peer, address: address("10.0.1.9") } },
      freePeer: cidrs("10.0.1.0/25"),
    });
    expect(inside.verdict).toBe("allow");
  });
});
