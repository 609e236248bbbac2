import { createHash } from "node:crypto";
import { append } from "../base/append.ts";
import { compareBy } from "../base/compare.ts";
import type { AllowPolicy } from "../ir/allow-policy.ts";
import type { PolicyOrigin } from "../ir/origin.ts";
import { LONGEST_NAME, isDnsSubdomain } from "./validity.ts";

/** The name of one object, and why it is not that of its policy. */
export interface GivenName {
  readonly name: string;
  /** Undefined where it is the policy's own, or the policy's own with the hash of a split subject. */
  readonly change?: "shortened" | "taken" | "respelled";
}

const HASH_LENGTH = 5;
const HASH_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** Five characters that may end a name. Depends on nothing but the text. */
function shortHash(text: string): string {
  const digest = createHash("sha256").update(text).digest();
  let hash = "";
  for (let i = 0; i < HASH_LENGTH; i++) hash += HASH_ALPHABET.charAt((digest[i] ?? 0) % 32);
  return hash;
}

function withHash(base: string, hashed: string): string {
  const room = LONGEST_NAME - HASH_LENGTH - 1;
  return `${base.slice(0, room).replace(/[-.]{1,60}$/, "")}-${shortHash(hashed)}`;
}

/** What a policy would be called if no other object had a name. */
function wantedName(original: string): GivenName {
  if (isDnsSubdomain(original)) {
    return original.length <= LONGEST_NAME
      ? { name: original }
      : { name: withHash(original, original), change: "shortened" };
  }
  const spelled = original
    .slice(0, 253)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "");
  const base = spelled === "" || spelled === "-" ? "policy" : spelled;
  return { name: withHash(base, original), change: "respelled" };
}

/** Everything that tells a source policy from every other one of the input. */
function identityText(source: PolicyOrigin): string {
  return JSON.stringify([
    source.engine,
    source.kind,
    source.namespace ?? "",
    source.tier ?? "",
    source.name,
  ]);
}

function subjectText(policy: AllowPolicy): string {
  return JSON.stringify(
    policy.podSelector.requirements.map((one) => [one.key, one.operator, one.values]),
  );
}

/** The objects of one policy in one namespace, as positions in the list that is being named. */
interface Group {
  readonly source: PolicyOrigin;
  readonly wanted: GivenName;
  readonly members: number[];
}

// A Kubernetes policy that is replaced keeps its name before all others, as those that are kept do; a name that stands
// as its author wrote it comes before one that we had to change; the namespaced kind before the cluster-wide one.
const byClaim = compareBy<Group>(
  ({ source }) => (source.engine === "kubernetes" ? 0 : 1),
  ({ wanted }) => (wanted.change === undefined ? 0 : 1),
  ({ source }) => (source.namespace === undefined ? 1 : 0),
  ({ source }) => identityText(source),
);

/**
 * Names for the objects of one namespace.
 *
 * (a) Each policy asks for its own name (shortened or respelled where it must be). Of those that ask for the same one
 *     the first by claim gets it, unless a kept object has it.
 * (b) The others get their name with a hash of their identity.
 * (c) Further objects of a policy get its name with a hash of their subject, so that another object beside them, or
 *     another order, changes no name.
 * Names of an earlier step are never given away by a later one; where a hash happens to be taken, it is salted.
 */
function nameNamespace(
  policies: readonly AllowPolicy[],
  groups: Iterable<Group>,
  taken: Set<string>,
  given: GivenName[],
): void {
  const claims = new Map<string, Group[]>();
  for (const group of groups) {
    const rivals = claims.get(group.wanted.name);
    if (rivals === undefined) claims.set(group.wanted.name, [group]);
    else rivals.push(group);
  }

  const free = (base: string, hashed: string): string => {
    let name = withHash(base, hashed);
    for (let salt = 1; taken.has(name); salt++) name = withHash(base, `${hashed}#${String(salt)}`);
    taken.add(name);
    return name;
  };

  const losers: Group[] = [];
  const split: Group[] = [];
  const nameFirst = (group: Group, first: GivenName): void => {
    // An object that isolates pods of others must not pass for the policy that it came from.
    const chosen =
      group.members.find((index) => policies[index]?.overIsolates === false) ?? group.members[0];
    for (const index of group.members) given[index] = first;
    group.members.splice(
      0,
      group.members.length,
      ...group.members.filter((index) => index !== chosen),
    );
    if (group.members.length > 0) split.push(group);
  };

  // (a)
  for (const [name, rivals] of claims) {
    const inOrder = rivals.length === 1 ? rivals : rivals.sort(byClaim);
    const winner = taken.has(name) ? undefined : inOrder.shift();
    append(losers, inOrder);
    if (winner === undefined) continue;
    taken.add(name);
    nameFirst(winner, winner.wanted);
  }
  // (b)
  const changed = new Set<Group>();
  for (const group of losers.sort(byClaim)) {
    changed.add(group);
    nameFirst(group, {
      name: free(group.wanted.name, identityText(group.source)),
      change: "taken",
    });
  }
  // (c)
  for (const group of split.sort(byClaim)) {
    const prefix = changed.has(group) ? identityText(group.source) : "";
    const seeds = new Map<string, number>();
    for (const index of group.members) {
      const policy = policies[index];
      if (policy === undefined) continue;
      let seed = prefix + subjectText(policy);
      // Two objects for the same pods: one a direction, say.
      if (seeds.has(seed)) seed += policy.policyTypes.join();
      const again = seeds.get(seed) ?? 0;
      seeds.set(seed, again + 1);
      if (again > 0) seed += `#${String(again)}`;
      const first = given[index];
      given[index] = {
        name: free(group.wanted.name, seed),
        ...(first?.change === undefined ? {} : { change: first.change }),
      };
    }
  }
}

/**
 * A name for each object, in the order given: valid, at most 57 characters, unique in its namespace over all of them and
 * the names reserved for kept objects. Depends on the policies alone, not on the order in which they come; only which
 * object of one policy is its first is up to the caller's order.
 */
export function nameObjects(
  policies: readonly AllowPolicy[],
  reserved: Iterable<{ readonly namespace: string; readonly name: string }>,
): readonly GivenName[] {
  const given: GivenName[] = new Array<GivenName>(policies.length);
  const namespaces = new Map<string, Map<PolicyOrigin, Group>>();
  for (const [index, policy] of policies.entries()) {
    let groups = namespaces.get(policy.namespace);
    if (groups === undefined)
      namespaces.set(policy.namespace, (groups = new Map<PolicyOrigin, Group>()));
    const group = groups.get(policy.source);
    if (group !== undefined) group.members.push(index);
    else {
      groups.set(policy.source, {
        source: policy.source,
        wanted: wantedName(policy.source.name),
        members: [index],
      });
    }
  }
  const taken = new Map<string, Set<string>>();
  for (const { namespace, name } of reserved) {
    const names = taken.get(namespace);
    if (names === undefined) taken.set(namespace, new Set([name]));
    else names.add(name);
  }
  for (const [namespace, groups] of namespaces) {
    nameNamespace(policies, groups.values(), taken.get(namespace) ?? new Set<string>(), given);
  }
  return given;
}
