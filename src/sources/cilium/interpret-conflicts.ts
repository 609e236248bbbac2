import type { Report } from "../../diagnostics/diagnostic.ts";
import type { RuleOrigin } from "../../ir/origin.ts";
import type { Subject } from "../../ir/policy.ts";
import type { ParsedCidr } from "../../sets/address-set.ts";
import { intersectCubes, isCubeSubset } from "../../sets/cube.ts";
import { ciliumMeaningDiagnostics } from "./interpret-diagnostics.ts";
import { peerTerms } from "./interpret-labels.ts";
import type {
  CiliumElement,
  Entity,
  LabelTerm,
  PeerMembers,
  PortEntry,
  ProxyDemand,
} from "./model.ts";

/** What one Allow asks of a proxy, or of authentication, for some peers and a port. */
interface Claim {
  readonly proxy: ProxyDemand | undefined;
  readonly authentication: string | undefined;
}

/** Rules that ask for the same. */
interface Claimants {
  readonly claim: Claim;
  readonly rules: { readonly origin: RuleOrigin; readonly subject: Subject }[];
}

/** All rules for the same peers and port. */
interface SameKey {
  readonly claimants: Map<string, Claimants>;
  /** Pods for which a Deny stands before what follows: nothing is merged with it. */
  readonly denied: Subject[];
}

/**
 * Rules for the same peers and port are merged into one, and two of them that ask for different proxies, secrets or
 * authentication cannot be. The agent then computes no policy at all for the pods of both: in force stays what was before,
 * which nobody can read here. Peers and ports are the same if they are written the same; others that overlap do no harm.
 * (cilium: pkg/policy/rule.go `mergePortProto`, l4.go `L7ParserType.Merge`)
 */
export class ConflictFinder {
  readonly #byKey = new Map<string, SameKey>();
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  /** To be called in the order in which the agent goes through rules: cluster-wide policies first, each kind by name. */
  add(element: CiliumElement, namespace: string | undefined, subject: Subject): void {
    const { verdict, ports, authentication, peers, origin } = element;
    const isDeny = verdict === "deny";
    const asks = authentication !== undefined || ports.some(({ proxy }) => proxy !== undefined);
    if (!isDeny && !asks) return;
    const claims: (readonly [port: string, Claim])[] = [];
    for (const entry of ports) {
      const claim = { proxy: entry.proxy, authentication };
      if (!isDeny && entry.proxy === undefined && authentication === undefined) continue;
      for (const port of portKeys(entry)) claims.push([port, claim]);
    }
    if (ports.length === 0) claims.push(["", { proxy: undefined, authentication }]);
    for (const peer of peerKeys(peers, namespace)) {
      for (const [port, claim] of claims) {
        const same = this.#sameAs(`${origin.direction} ${port} ${peer}`);
        if (isDeny) same.denied.push(subject);
        else this.#claim(same, claim, origin, subject);
      }
    }
  }

  #sameAs(key: string): SameKey {
    let same = this.#byKey.get(key);
    if (same === undefined) this.#byKey.set(key, (same = { claimants: new Map(), denied: [] }));
    return same;
  }

  #claim({ claimants, denied }: SameKey, claim: Claim, origin: RuleOrigin, subject: Subject): void {
    const text = JSON.stringify(claim);
    for (const [other, { claim: theirs, rules }] of claimants) {
      const what = other === text ? undefined : conflict(theirs, claim);
      if (what === undefined) continue;
      const rival = rules.find((one) => haveUndenied(one.subject, subject, denied));
      if (rival === undefined) continue;
      const related = [{ message: "the other one", at: rival.origin.place }];
      const at = origin.place;
      this.#report(ciliumMeaningDiagnostics.create("CIL-R124", { at, related, what }));
      break;
    }
    const own = claimants.get(text);
    if (own === undefined) claimants.set(text, { claim, rules: [{ origin, subject }] });
    else own.rules.push({ origin, subject });
  }
}

/** What two rules cannot agree about; undefined if they can. */
function conflict(a: Claim, b: Claim): string | undefined {
  const { proxy: one, authentication: mode } = a;
  const { proxy: two, authentication: other } = b;
  if (mode !== undefined && other !== undefined && mode !== other) {
    return `authentication ${mode} and ${other}`;
  }
  if (one === undefined || two === undefined) return undefined;
  if (!merge(one.parser, two.parser)) return `${one.parser} and ${two.parser}`;
  if (
    one.listener !== undefined &&
    two.listener !== undefined &&
    one.listener.name !== two.listener.name &&
    one.listener.priority === two.listener.priority
  ) {
    return `listeners \`${one.listener.name}\` and \`${two.listener.name}\` of one priority`;
  }
  for (const side of ["terminating", "originating"] as const) {
    const first = one[side];
    const second = two[side];
    if (first !== undefined && second !== undefined && first !== second) {
      return `${side}TLS with the secrets \`${first}\` and \`${second}\``;
    }
  }
  // Whether this goes well hangs on which of them comes first, and on whether there is a third.
  const isEnded = (one.terminating ?? two.terminating) !== undefined;
  const [named, parsed] = one.hasServerNames ? [one, two] : [two, one];
  return named.hasServerNames && parsed.parser !== "tls" && !isEnded
    ? `serverNames and ${parsed.parser}, without terminatingTLS`
    : undefined;
}

/** Interception of TLS goes together with a parser of what is inside, but not with DNS or a listener. */
function merge(a: string, b: string): boolean {
  if (a === b) return true;
  const apart = ["dns", "listener"];
  return (a === "tls" && !apart.includes(b)) || (b === "tls" && !apart.includes(a));
}

/** True if some pod may be of both, and not of what is denied before the later of the two. */
function haveUndenied(a: Subject, b: Subject, denied: readonly Subject[]): boolean {
  return a.pods.some((one) =>
    b.pods.some((other) => {
      const both = intersectCubes(one, other);
      if (both === undefined) return false;
      return !denied.some(({ pods }) => pods.some((cube) => isCubeSubset(both, cube)));
    }),
  );
}

function portKeys({ ports }: PortEntry): readonly string[] {
  return ports.flatMap((port) => {
    if ("ipProtocol" in port) return [`ip ${String(port.ipProtocol)}`];
    const text = "name" in port ? port.name : `${String(port.first)}-${String(port.last)}`;
    const protocols = port.protocol === "ANY" ? ["TCP", "UDP", "SCTP"] : [port.protocol];
    return protocols.map((protocol) => `${protocol} ${text}`);
  });
}

const EVERYBODY = "everybody";

/** Entities that stand for several selectors; the others stand for the one reserved label of their name. */
const SELECTORS: Readonly<Partial<Record<Entity, readonly string[]>>> = {
  world: ["world", "world-ipv4", "world-ipv6"],
  cluster: ["host", "remote-node", "init", "ingress", "health", "unmanaged", "kube-apiserver"],
};

const reserved = (key: string): LabelTerm => ({
  source: "reserved",
  key,
  operator: "In",
  values: [""],
  plain: true,
});

/** As it is written: bits behind the prefix make another selector of it. */
const cidrKey = ({ text, hostBits }: ParsedCidr): string =>
  `cidr ${text}${hostBits ? " with more bits" : ""}`;

/** Each selector of the peers as the agent tells selectors apart: by what they say. */
function peerKeys(members: PeerMembers, namespace: string | undefined): readonly string[] {
  const { endpoints, nodes, cidrs, cidrSet, entities, groups, services, fqdns } = members;
  const labels = (terms: readonly LabelTerm[]): string =>
    [...terms]
      .map((term) => JSON.stringify(term))
      .sort()
      .join();
  if (endpoints !== undefined) return endpoints.map((one) => labels(peerTerms(one, namespace)));
  if (entities !== undefined) {
    return entities
      .flatMap((one) => SELECTORS[one] ?? [one])
      .map((one) => (one === "all" ? EVERYBODY : labels([reserved(one)])));
  }
  if (nodes !== undefined) return nodes.map((one) => `node ${labels(one)}`);
  if (cidrs !== undefined) return cidrs.map(cidrKey);
  if (cidrSet !== undefined) {
    return cidrSet.map((one) =>
      one.kind === "cidr" && one.except.length === 0
        ? cidrKey(one.cidr)
        : JSON.stringify(one, (key, value: unknown) => (key === "set" ? undefined : value)),
    );
  }
  const others = [...(fqdns ?? []), ...(groups ?? [])];
  if (others.length > 0) return others;
  if ((services ?? []).length > 0) return (services ?? []).map((one) => JSON.stringify(one));
  return [EVERYBODY];
}
