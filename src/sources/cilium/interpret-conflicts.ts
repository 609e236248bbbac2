import type { Report } from "../../diagnostics/diagnostic.ts";
import type { Subject } from "../../ir/policy.ts";
import { cubesMeet } from "../../sets/cube.ts";
import { ciliumMeaningDiagnostics } from "./interpret-diagnostics.ts";
import { peerTerms } from "./interpret-labels.ts";
import type { CiliumElement, LabelTerm, PeerMembers, PortEntry } from "./model.ts";

/** What one rule asks of a proxy, or of authentication, for the same peers and port. */
interface Claim {
  readonly element: CiliumElement;
  readonly subject: Subject;
  readonly proxy: string | undefined;
  readonly authentication: string | undefined;
}

/**
 * Rules for the same peers and port are merged into one, and two of them that ask for different proxies or authentication
 * cannot be. The agent then computes no policy at all for the pods of both: in force stays what was before, which nobody
 * can read here. Peers and ports are the same if they are written the same; others that overlap do no harm.
 * (cilium: pkg/policy/rule.go `mergePortProto`, l4.go `L7ParserType.Merge`)
 */
export class ConflictFinder {
  readonly #claims = new Map<string, Claim[]>();
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  add(element: CiliumElement, namespace: string | undefined, subject: Subject): void {
    const { verdict, ports, authentication, peers, origin } = element;
    if (verdict === "deny") return;
    if (authentication === undefined && ports.every(({ proxy }) => proxy === undefined)) return;
    const claims = new Map<string, string | undefined>();
    for (const entry of ports) {
      if (entry.proxy === undefined && authentication === undefined) continue;
      for (const port of portKeys(entry)) claims.set(port, entry.proxy);
    }
    if (ports.length === 0 && authentication !== undefined) claims.set("", undefined);
    for (const peer of peerKeys(peers, namespace)) {
      for (const [port, proxy] of claims) {
        this.#claim(`${origin.direction} ${port} ${peer}`, {
          element,
          subject,
          proxy,
          authentication,
        });
      }
    }
  }

  #claim(key: string, claim: Claim): void {
    const others = this.#claims.get(key);
    if (others === undefined) {
      this.#claims.set(key, [claim]);
      return;
    }
    const other = others.find((one) => conflict(one, claim) && meet(one.subject, claim.subject));
    others.push(claim);
    if (other === undefined) return;
    const what =
      claim.proxy !== undefined && other.proxy !== undefined && !merge(claim.proxy, other.proxy)
        ? `${claim.proxy} and ${other.proxy}`
        : `authentication ${claim.authentication ?? ""} and ${other.authentication ?? ""}`;
    const at = claim.element.origin.place;
    const related = [{ message: "the other one", at: other.element.origin.place }];
    this.#report(ciliumMeaningDiagnostics.create("CIL-R124", { at, related, what }));
  }
}

function conflict(a: Claim, b: Claim): boolean {
  const byProxy = a.proxy !== undefined && b.proxy !== undefined && !merge(a.proxy, b.proxy);
  const { authentication: mode } = a;
  const { authentication: other } = b;
  return byProxy || (mode !== undefined && other !== undefined && mode !== other);
}

/** Interception of TLS goes together with a parser of what is inside, but not with DNS or a listener. */
function merge(a: string, b: string): boolean {
  if (a === b) return true;
  const apart = ["dns", "listener"];
  return (a === "tls" && !apart.includes(b)) || (b === "tls" && !apart.includes(a));
}

function meet(a: Subject, b: Subject): boolean {
  return a.pods.some((one) => b.pods.some((other) => cubesMeet(one, other)));
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

/** Each selector of the peers as the agent tells selectors apart: by what they say. */
function peerKeys(members: PeerMembers, namespace: string | undefined): readonly string[] {
  const { endpoints, nodes, cidrs, cidrSet, entities, groups, services, fqdns } = members;
  const labels = (terms: readonly LabelTerm[]): string =>
    [...terms]
      .map((term) => JSON.stringify(term))
      .sort()
      .join();
  if (endpoints !== undefined) return endpoints.map((one) => labels(peerTerms(one, namespace)));
  if (entities !== undefined)
    return entities.map((one) => (one === "all" ? EVERYBODY : `entity ${one}`));
  if (nodes !== undefined) return nodes.map((one) => `node ${labels(one)}`);
  if (cidrs !== undefined) return cidrs.map(({ text }) => `cidr ${text}`);
  if (cidrSet !== undefined) {
    return cidrSet.map((one) =>
      one.kind === "cidr" && one.except.length === 0
        ? `cidr ${one.cidr.text}`
        : JSON.stringify(one, (key, value: unknown) => (key === "set" ? undefined : value)),
    );
  }
  const others = [...(fqdns ?? []), ...(groups ?? [])];
  if (others.length > 0) return others;
  if ((services ?? []).length > 0) return (services ?? []).map((one) => JSON.stringify(one));
  return [EVERYBODY];
}
