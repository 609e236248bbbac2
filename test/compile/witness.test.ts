import { describe, expect, it } from "vitest";
import { witnessOf } from "../../src/compile/witness.ts";
import { ANY_ADDRESS } from "../../src/sets/address-set.ts";
import type { PeerBox, TrafficBox } from "../../src/sets/box.ts";
import type { Cube, LabelKey } from "../../src/sets/cube.ts";
import { ACCOUNT_NAME, ANY_CUBE, NAMESPACE_NAME, cube } from "../../src/sets/cube.ts";
import type { LabelSet } from "../../src/sets/label-set.ts";
import {
  LABEL_ABSENT,
  LABEL_EXISTS,
  labelIn,
  labelNotIn,
  labelText,
} from "../../src/sets/label-set.ts";
import type { TrafficSet } from "../../src/sets/traffic-set.ts";
import {
  ALL_PORTS,
  ANY_TRAFFIC,
  OTHER_TRAFFIC,
  complementTraffic,
  ICMP,
  ICMPV6,
  portTraffic,
  protocolTraffic,
  SCTP,
  TCP,
  UDP,
  unionTraffic,
} from "../../src/sets/traffic-set.ts";
import { cidrs } from "../support/ir-builder.ts";

function labelled(constraints: Readonly<Partial<Record<LabelKey, LabelSet>>>): Cube {
  const entries = Object.entries(constraints) as readonly (readonly [LabelKey, LabelSet])[];
  return cube(entries.map(([key, set]) => ({ key, set }))) ?? expect.unreachable();
}

const pods = (labels: Cube, addresses = ANY_ADDRESS): PeerBox => ({
  kind: "pod",
  labels,
  addresses,
});

function shown(peer: PeerBox, traffic: Partial<TrafficBox> = {}, ranges?: string) {
  const verdict = { verdict: "allow", by: "" } as const;
  return witnessOf(
    {
      subject: { kind: "pod", labels: ANY_CUBE, addresses: ANY_ADDRESS },
      peer,
      traffic: { numbers: ANY_TRAFFIC, named: [], ...traffic },
    },
    "ingress",
    "shop",
    verdict,
    verdict,
    ranges === undefined ? undefined : cidrs(ranges),
  );
}

const EXAMPLE = labelText("contains", "eb");
const NEITHER = labelNotIn(["other", "other-1"]);

describe("a flow in words", () => {
  it.each<readonly [peer: PeerBox, text: string]>([
    [pods(ANY_CUBE), "any pod in any namespace"],
    [pods(labelled({ "pod:app": labelIn(["web"]) })), "a pod with app=web in any namespace"],
    [pods(labelled({ "pod:app": LABEL_EXISTS })), "a pod with app=other in any namespace"],
    [
      pods(labelled({ "pod:app": { ...NEITHER, absent: false } })),
      "a pod with app=other-2 in any namespace",
    ],
    [pods(labelled({ "pod:app": NEITHER })), "a pod with no app in any namespace"],
    [pods(labelled({ "pod:app": LABEL_ABSENT })), "a pod with no app in any namespace"],
    [pods(labelled({ "pod:app": EXAMPLE })), "a pod with app=eb in any namespace"],
    [
      pods(labelled({ "pod:app": labelIn(["a"]), "pod:tier": labelIn(["b"]) })),
      "a pod with app=a, tier=b in any namespace",
    ],
    [
      pods(labelled({ "namespace:env": labelIn(["prod"]) })),
      "a pod with env=prod on its namespace in any namespace",
    ],
    [
      pods(labelled({ "account:team": labelIn(["x"]) })),
      "a pod with team=x on its service account in any namespace",
    ],
    [pods(labelled({ [NAMESPACE_NAME]: labelIn(["db"]) })), "any pod in db"],
    [pods(labelled({ [ACCOUNT_NAME]: labelIn(["ci"]) })), "any pod running as ci in any namespace"],
    [pods(ANY_CUBE, cidrs("10.1.0.0/16")), "any pod in any namespace at 10.1.0.0"],
    [{ kind: "address", addresses: ANY_ADDRESS }, "any address outside of the cluster"],
    [{ kind: "address", addresses: cidrs("192.0.2.0/24", "2001:db8::/32") }, "192.0.2.0"],
    [{ kind: "address", addresses: cidrs("2001:db8::/32") }, "2001:db8::"],
  ])("the other end: %#", (peer, text) => {
    expect(shown(peer).from).toBe(text);
  });

  it("leaves out an address that any pod may have", () => {
    const wide = pods(ANY_CUBE, cidrs("10.0.0.0/8"));
    expect(shown(wide, {}, "10.1.0.0/16").from).toBe("any pod in any namespace");
    expect(shown(wide, {}, "172.16.0.0/12").from).toBe("any pod in any namespace at 10.0.0.0");
  });

  it("has the judged pod at the end that the direction says", () => {
    const { from, to } = shown(pods(labelled({ [NAMESPACE_NAME]: labelIn(["db"]) })));
    expect([from, to]).toEqual(["any pod in db", "any pod in shop"]);
  });

  const tcp = (...numbers: readonly number[]): TrafficSet =>
    portTraffic(
      TCP,
      numbers.map((port) => ({ first: port, last: port })),
    );
  const from = (first: number, last: number): TrafficSet => portTraffic(TCP, [{ first, last }]);

  it.each<readonly [title: string, traffic: Partial<TrafficBox>, text: string]>([
    ["all traffic", {}, "TCP"],
    ["all ports", { numbers: ALL_PORTS }, "TCP"],
    ["one protocol", { numbers: protocolTraffic(UDP) }, "UDP"],
    ["another protocol", { numbers: protocolTraffic(SCTP) }, "SCTP"],
    ["one port", { numbers: tcp(8080) }, "TCP 8080"],
    ["the first of several ports", { numbers: tcp(8080, 9090) }, "TCP 8080"],
    ["a familiar port among others", { numbers: tcp(10, 443, 8080) }, "TCP 443"],
    ["the more familiar of two", { numbers: tcp(22, 80) }, "TCP 80"],
    ["a familiar port inside of a range", { numbers: from(30, 100) }, "TCP 80"],
    ["the first of a range", { numbers: from(1000, 2000) }, "TCP 1000"],
    ["all but port 1", { numbers: from(2, 65535) }, "TCP 443"],
    ["all but the last port", { numbers: from(1, 65534) }, "TCP 443"],
    ["TCP before UDP", { numbers: unionTraffic(tcp(9), protocolTraffic(UDP)) }, "TCP 9"],
    [
      "what begins before the protocol does",
      { numbers: complementTraffic(unionTraffic(from(443, 65535), from(20, 120))) },
      "TCP 1",
    ],
    [
      "a port by its name",
      { named: ["metrics"], numbers: protocolTraffic(UDP) },
      "UDP (the port called metrics)",
    ],
    ["ICMP", { numbers: protocolTraffic(ICMP) }, "ICMP"],
    ["ICMPv6", { numbers: protocolTraffic(ICMPV6) }, "ICMPv6"],
    ["all but ports", { numbers: OTHER_TRAFFIC }, "ICMP"],
    ["another IP protocol", { numbers: protocolTraffic(47) }, "IP protocol 47"],
  ])("the traffic: %s", (_, traffic, text) => {
    const { protocol, port } = shown(pods(ANY_CUBE), traffic);
    expect(port === undefined ? protocol : `${protocol} ${String(port)}`).toBe(text);
  });
});
