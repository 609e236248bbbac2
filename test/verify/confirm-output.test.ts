import { describe, expect, it } from "vitest";
import { factsOf, lower } from "../../src/compile/index.ts";
import { emitNetworkPolicies } from "../../src/emitters/networkpolicy.ts";
import { confirmedResults, confirmOutput } from "../../src/pipeline-confirm.ts";
import type { Confirmation } from "../../src/verify/confirm.ts";
import { runCase } from "../support/run-convert.ts";

const INPUT = `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: TCP
    source: { selector: role == 'client' }
    destination: { ports: [80] }
  - { action: Allow, source: { nets: [10.0.0.0/8] } }
`;

/** Converts, changes what is about to be written, and has that confirmed. */
function tampered(change: (text: string) => string): Confirmation & { readonly statuses: unknown } {
  const { source, snapshot } = runCase({
    files: [{ name: "web.yaml", text: INPUT }],
    inventory: [],
    options: {},
  });
  const { results, objects } = lower(
    source,
    snapshot,
    { actions: "skip", inexact: "narrow", unsayableSubjects: "stop", keepKubernetes: false },
    factsOf(snapshot, {
      blocksMatchPods: "yes",
      exceptionsDeny: true,
      assumed: new Set(),
      targetGiven: false,
    }),
    () => undefined,
  );
  const emitted = emitNetworkPolicies(
    objects.map(({ object, outcome }) => ({ policy: object, outcome, notes: [] })),
    [],
    () => undefined,
  );
  const written = emitted.map((object) => ({ ...object, text: change(object.text) }));
  const confirmation = confirmOutput(source, written, results, snapshot, "vpc-cni");
  const statuses = confirmedResults(results, confirmation, snapshot).map(
    ({ verification }) => verification,
  );
  return { ...confirmation, statuses };
}

describe("what is about to be written", () => {
  it("is read back and proved", () => {
    const { refuted, statuses } = tampered((text) => text);
    expect(refuted).toEqual([]);
    expect(statuses).toEqual(["proved"]);
  });

  it.each<[string, string | RegExp, string, string]>([
    ["another port", "port: 80", "port: 81", "nothing is wider"],
    ["another label", "role: client", "role: other", "nothing is wider"],
    ["a wider block", "10.0.0.0/8", "10.0.0.0/7", "nothing is wider"],
    ["a smaller block", "10.0.0.0/8", "10.0.0.0/9", "nothing is lost"],
    ["other pods", "app: web", "app: db", "nothing is lost"],
    ["the other direction", "- Ingress", "- Egress", "nothing is wider"],
    ["another protocol", "protocol: TCP", "protocol: UDP", "nothing is wider"],
    ["a rule that is gone", /^ {2}- from:\n[^]*?(?=^ {2}- from:)/m, "", "nothing is lost"],
  ])("is refuted with a flow where it has %s", (_, what, by, wrong) => {
    const { refuted } = tampered((text) => {
      expect(text).toMatch(what);
      return text.replace(what, by);
    });
    expect(refuted.map(({ claim }) => claim)).toContain(wrong);
    expect(refuted.every(({ witness }) => witness !== undefined)).toBe(true);
  });

  it("is an internal error where it does not read back", () => {
    expect(() => tampered((text) => text.replace("port: 80", "port: 80000"))).toThrow(
      "cannot be read back",
    );
  });
});
