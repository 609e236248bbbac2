import { describe, expect, it } from "vitest";
import {
  headLength,
  peerLength,
  ruleLength,
  selectorLength,
} from "../../src/compile/object-size.ts";
import { splitObjects } from "../../src/compile/split-objects.ts";
import type { OwnedRules } from "../../src/compile/split-objects.ts";
import type { AllowPeer, AllowRule, LabelSelector } from "../../src/ir/allow-policy.ts";

const block = (at: number): AllowPeer => ({
  kind: "block",
  cidr: `192.0.2.${String(at)}/32`,
  except: [],
});
const peers = (from: number, to: number): readonly AllowPeer[] =>
  Array.from({ length: to - from }, (_, at) => block(100 + from + at));
const PORTS = [{ protocol: "TCP", port: 80 }] as const;
const rule = (from: number, to: number): AllowRule => ({ peers: peers(from, to), ports: PORTS });
const owned = (...rules: readonly AllowRule[]) =>
  rules.map((one, at) => ({ rule: one, owner: at }));
const ROOM = headLength(rule(0, 0)) + 4 * peerLength(block(100));

/** Which rules with how many peers each object has. */
const shape = (objects: readonly OwnedRules<number>[]) =>
  objects.map(({ ingress, egress }) => ({
    ...(ingress && {
      ingress: ingress.map(({ rule: { peers: of }, owner }) => [owner, of?.length]),
    }),
    ...(egress && { egress: egress.map(({ rule: { peers: of }, owner }) => [owner, of?.length]) }),
  }));

describe("rules that are too much for one object", () => {
  it("stay in one as long as they fit", () => {
    const given = { ingress: owned(rule(0, 2)), egress: owned(rule(2, 3)) };
    expect(splitObjects(given, ROOM * 2)).toEqual([given]);
    expect(splitObjects({ ingress: owned(rule(0, 4)) }, ROOM)).toHaveLength(1);
  });

  it("go into several objects, in order, the first of which has all directions", () => {
    const given = { ingress: owned(rule(0, 3), rule(3, 6)), egress: owned(rule(6, 9)) };
    expect(shape(splitObjects(given, ROOM))).toEqual([
      { ingress: [[0, 3]], egress: [] },
      { ingress: [[1, 3]] },
      { egress: [[0, 3]] },
    ]);
  });

  it("are parted by their peers where one is too much by itself, and lose and gain none", () => {
    const objects = splitObjects({ ingress: owned(rule(0, 10)) }, ROOM);
    expect(shape(objects)).toEqual([
      { ingress: [[0, 4]] },
      { ingress: [[0, 4]] },
      { ingress: [[0, 2]] },
    ]);
    const parts = objects.flatMap(({ ingress = [] }) => ingress.map((one) => one.rule));
    expect(parts.flatMap((part) => part.peers ?? [])).toEqual(peers(0, 10));
    expect(new Set(parts.map((part) => part.ports))).toEqual(new Set([PORTS]));
    for (const part of parts) expect(ruleLength(part)).toBeLessThanOrEqual(ROOM);
  });

  it("fill up the object that was begun only with whole rules that fit", () => {
    const given = { ingress: owned(rule(0, 2), rule(2, 6), rule(6, 7)) };
    expect(shape(splitObjects(given, ROOM + 1))).toEqual([
      { ingress: [[0, 2]] },
      { ingress: [[1, 4]] },
      { ingress: [[2, 1]] },
    ]);
  });

  it("that nobody can part have an object of their own", () => {
    const any: AllowRule = { peers: undefined, ports: PORTS };
    const given = { ingress: owned(rule(0, 1), any, rule(1, 2)) };
    expect(splitObjects(given, 1).map(({ ingress }) => ingress?.length)).toEqual([1, 1, 1]);
    expect(splitObjects({ ingress: [] }, 1)).toEqual([{ ingress: [] }]);
  });
});

describe("the length of a rule", () => {
  const selector = (of: LabelSelector) => {
    const isLabel = ({ operator, values }: LabelSelector["requirements"][number]) =>
      operator === "In" && values.length === 1;
    const matchLabels = Object.fromEntries(
      of.requirements.filter(isLabel).map(({ key, values }) => [key, values[0]]),
    );
    const matchExpressions = of.requirements
      .filter((one) => !isLabel(one))
      .map(({ key, operator, values }) => ({ key, operator, values }));
    return {
      ...(Object.keys(matchLabels).length > 0 && { matchLabels }),
      ...(matchExpressions.length > 0 && { matchExpressions }),
    };
  };
  const asJson = ({ peers: of, ports }: AllowRule) => ({
    ports,
    from: of?.map((peer) =>
      peer.kind === "block"
        ? { ipBlock: { cidr: peer.cidr, ...(peer.except.length > 0 && { except: peer.except }) } }
        : {
            ...(peer.namespaces && { namespaceSelector: selector(peer.namespaces) }),
            ...(peer.pods && { podSelector: selector(peer.pods) }),
          },
    ),
  });
  const labels: LabelSelector = {
    requirements: [
      { key: "app", operator: "In", values: ["web"] },
      { key: "team", operator: "In", values: ["a", "b"] },
      { key: "zone", operator: "Exists", values: [] },
      { key: "example.com/zone", operator: "NotIn", values: ["x", "y", "z"] },
    ],
  };
  const one: LabelSelector = { requirements: labels.requirements.slice(0, 1) };
  it.each<readonly [string, AllowRule]>([
    ["blocks", { peers: peers(0, 100), ports: PORTS }],
    [
      "exceptions",
      {
        peers: [{ kind: "block", cidr: "10.0.0.0/8", except: ["10.1.0.0/16", "10.2.0.0/16"] }],
        ports: undefined,
      },
    ],
    [
      "pods",
      {
        peers: [
          { kind: "pods", pods: labels },
          { kind: "pods", namespaces: one },
        ],
        ports: PORTS,
      },
    ],
    [
      "pods of namespaces",
      { peers: [{ kind: "pods", pods: one, namespaces: { requirements: [] } }], ports: undefined },
    ],
    [
      "ports",
      {
        peers: undefined,
        ports: [
          { protocol: "SCTP", port: 10_000, endPort: 65_535 },
          { protocol: "UDP", port: "dns" },
          { protocol: "TCP" },
        ],
      },
    ],
  ])("is never less than that of its JSON, and little more: %s", (_, of) => {
    const json = JSON.stringify(asJson(of)).length;
    const parts = (of.peers?.length ?? 0) + (of.ports?.length ?? 0) + 1;
    expect(ruleLength(of)).toBeGreaterThanOrEqual(json);
    expect(ruleLength(of)).toBeLessThanOrEqual(json + 40 * parts);
  });

  it("is a tenth more at most for peers of which there may be thousands", () => {
    const many = {
      peers: Array.from({ length: 1_000 }, (): AllowPeer => ({ kind: "pods", pods: one })),
      ports: undefined,
    };
    expect(ruleLength(many) / JSON.stringify(asJson(many)).length).toBeLessThan(1.1);
    expect(selectorLength(labels)).toBeGreaterThan(JSON.stringify(selector(labels)).length - 1);
  });
});
