/*
 * Sets of policies whose cutting, or its proof, grows without need or by nature: exponentially in the labels of Denies, or
 * with the product of Passes. Each is as long as asked for, and all lie in namespace `shop`.
 */

const API = "apiVersion: projectcalico.org/v3";

function tier(name: string, order: number, defaultAction: "Deny" | "Pass"): string {
  return `${API}\nkind: Tier\nmetadata: { name: ${name} }\nspec: { order: ${String(order)}, defaultAction: ${defaultAction} }\n`;
}

interface Rule {
  readonly action: "Allow" | "Deny" | "Pass";
  readonly from?: string;
  /** First and last. */
  readonly ports?: readonly [number, number];
}

function ruleText({ action, from, ports }: Rule): string {
  const source = from === undefined ? "" : `, source: { selector: "${from}" }`;
  const traffic =
    ports === undefined
      ? ""
      : `, protocol: TCP, destination: { ports: ["${ports.map(String).join(":")}"] }`;
  return `  - { action: ${action}${source}${traffic} }\n`;
}

interface Policy {
  readonly name: string;
  readonly order: number;
  readonly selector: string;
  readonly rules: readonly Rule[];
  readonly tier?: string;
}

function policy({ name, order, selector, rules, tier: of = "default" }: Policy): string {
  const full = of === "default" ? name : `${of}.${name}`;
  return `${API}\nkind: NetworkPolicy\nmetadata: { name: ${full}, namespace: shop }\nspec:\n  tier: ${of}\n  order: ${String(order)}\n  selector: "${selector}"\n  types: [Ingress]\n  ingress:\n${rules.map(ruleText).join("")}`;
}

const times = <T>(count: number, make: (at: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, at) => make(at));
const is = (key: string, at: number): string => `${key}${String(at)} == 'x'`;
const text = (...documents: readonly string[]): string => documents.join("---\n");

const allowRole = (name = "allow"): string =>
  policy({ name, order: 2, selector: "all()", rules: [{ action: "Allow", from: "role == 'r'" }] });

/** So many Allows that come last, each for pods and peers of its own. */
const allowEach = (count: number): readonly string[] =>
  times(count, (at) =>
    policy({
      name: `allow-${String(at)}`,
      order: 2,
      selector: `app == 'a${String(at)}'`,
      rules: [{ action: "Allow", from: `role == 'r${String(at)}'` }],
    }),
  );

/** Denies of a key for the pod and one for its peer, all of which overlap, and an Allow for each behind them. */
export function keysOnBothSides(count: number): string {
  return text(
    ...times(count, (at) =>
      policy({
        name: `deny-${String(at)}`,
        order: 1,
        selector: `${is("s", at)} && ${is("t", at)}`,
        rules: [{ action: "Deny", from: `${is("p", at)} && ${is("q", at)}` }],
      }),
    ),
    ...allowEach(count),
  );
}

/** The same in pairs, so that each Allow stands before some Denies and behind others. */
export function pairsOfKeys(count: number): string {
  return text(
    ...times(count, (at) =>
      policy({
        name: `p-${String(at)}`,
        order: at,
        selector: is("s", at),
        rules: [
          { action: "Deny", from: is("p", at) },
          { action: "Allow", from: is("q", at) },
        ],
      }),
    ),
  );
}

/** As many tiers, each of which hands on what two selectors pick, one of them for some pods alone. */
export function passesThroughTiers(count: number): string {
  return text(
    ...times(count, (at) => [
      tier(`t${String(at)}`, at + 1, "Deny"),
      policy({
        name: "p",
        order: 1,
        selector: `${is("s", at)} && ${is("u", at)}`,
        tier: `t${String(at)}`,
        rules: [
          { action: "Pass", from: `${is("p", at)} && ${is("q", at)}` },
          { action: "Pass", from: is("r", at) },
        ],
      }),
    ]).flat(),
    allowRole(),
  );
}

/** So many Allows behind eight Denies of two keys each: every one of them is cut into 256 pieces. */
export function allowsBehindTwoKeyDenies(count: number): string {
  return text(
    ...times(8, (at) =>
      policy({
        name: `deny-${String(at)}`,
        order: 1,
        selector: "all()",
        rules: [{ action: "Deny", from: `${is("a", at)} && ${is("b", at)}` }],
      }),
    ),
    ...allowEach(count),
  );
}

/** Pod, peer and ports are all cut at once, by ranges of ports that overlap. */
export function everythingCut(count: number): string {
  return text(
    ...times(count, (at) =>
      policy({
        name: `deny-${String(at)}`,
        order: 1,
        selector: is("s", at),
        rules: [{ action: "Deny", from: is("p", at), ports: [100 * at + 1, 100 * at + 150] }],
      }),
    ),
    ...times(count, (at) =>
      policy({
        name: `allow-${String(at)}`,
        order: 2,
        selector: `app == 'a${String(at)}'`,
        rules: [
          {
            action: "Allow",
            from: `role == 'r${String(at)}'`,
            ports: [50 * at + 1, 50 * at + 1000],
          },
        ],
      }),
    ),
  );
}

/** Tiers that let through what they do not deny. */
export function tiersThatPass(count: number): string {
  return text(
    ...times(count, (at) => [
      tier(`t${String(at)}`, at + 1, "Pass"),
      policy({
        name: "p",
        order: 1,
        selector: is("s", at),
        tier: `t${String(at)}`,
        rules: [
          { action: "Deny", from: is("p", at) },
          { action: "Pass", from: is("q", at) },
        ],
      }),
    ]).flat(),
    allowRole(),
  );
}

/** Denies that leave a key absent or one value each: two selectors for every key of them. */
export function absentOrOneValue(count: number): string {
  const behind = (at: number): string => `has(k${String(at)}) && k${String(at)} != 'x'`;
  return text(
    ...times(count, (at) =>
      policy({
        name: `deny-${String(at)}`,
        order: 1,
        selector: "all()",
        rules: [{ action: "Deny", from: behind(at) }],
      }),
    ),
    allowRole(),
  );
}
