import { compareBy, compareText } from "../base/compare.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { SourcePlace } from "../diagnostics/source-range.ts";
import {
  addressSetContains,
  addressSetOf,
  addressesMeet,
  ALL_IPV6,
  addressText,
  toCidrs,
} from "../sets/address-set.ts";
import type { AddressSet, ParsedCidr } from "../sets/address-set.ts";
import { cubeContains } from "../sets/cube.ts";
import { inventoryDiagnostics } from "./diagnostics.ts";
import type { DisjointLabels } from "./disjoint-labels.ts";
import { impossibleLabels } from "./disjoint-labels.ts";
import type { Labels } from "./fact-reading.ts";
import { sameLabels } from "./lookup.ts";
import type { InventoryOptions } from "./options.ts";
import { isOnPodNetwork, METADATA_NAME } from "./snapshot.ts";
import type {
  KnownAccount,
  KnownEndpointSlice,
  KnownNamespace,
  KnownNode,
  KnownPod,
  KnownService,
  Snapshot,
} from "./snapshot.ts";

/** What was said of one object, by one document or several. */
interface Said<Fact> {
  readonly fact: Fact;
  readonly first: SourcePlace | undefined;
  /** A later document that says something else; then nothing that was said counts. */
  disputed: SourcePlace | undefined;
}

interface SaidOfNamespace {
  covered: boolean;
  /** Undefined: no object told its labels. */
  labels: Said<Labels | undefined> | undefined;
}

/** Gathers facts in any order and makes a snapshot of them that does not depend on the order. */
export class SnapshotBuilder {
  /** Where objects lie that name no namespace. */
  readonly defaultNamespace: string;
  readonly #namespaces = new Map<string, SaidOfNamespace>();
  readonly #pods: KnownPod[] = [];
  /** Pods as an engine sees them: without some of their labels. */
  readonly #endpoints: KnownPod[] = [];
  readonly #accounts = new Map<string, Said<KnownAccount>>();
  readonly #services = new Map<string, Said<KnownService>>();
  readonly #slices = new Map<string, Said<KnownEndpointSlice>>();
  readonly #spoiltServices = new Set<string>();
  readonly #pools: ParsedCidr[] = [];
  #poolsSpoilt = false;
  #haveIpv6 = false;
  readonly #nodes = new Map<string, { labels: Labels | undefined; addresses: Set<bigint> }>();

  constructor(defaultNamespace: string) {
    this.defaultNamespace = defaultNamespace;
  }

  #namespace(name: string): SaidOfNamespace {
    let said = this.#namespaces.get(name);
    if (said === undefined) {
      said = { covered: false, labels: undefined };
      this.#namespaces.set(name, said);
    }
    return said;
  }

  /** A policy lies in it: it exists, but is not covered for that. */
  mentionNamespace(name: string): void {
    this.#namespace(name);
  }

  /** Something other than a policy lies in it. */
  coverNamespace(name: string): void {
    this.#namespace(name).covered = true;
  }

  /** A Namespace object with all of its labels; undefined if they cannot be read. */
  addNamespace(name: string, labels: Labels | undefined, place: SourcePlace): void {
    // The API server keeps this label, so manifests need not have it. (kubernetes: NamespaceDefaultLabelName)
    const all = labels === undefined ? undefined : { ...labels, [METADATA_NAME]: name };
    const said = this.#namespace(name);
    said.covered = true;
    if (said.labels === undefined) said.labels = { fact: all, first: place, disputed: undefined };
    else if (!sameLabels(said.labels.fact, all)) said.labels.disputed ??= place;
  }

  addPod(pod: KnownPod): void {
    this.coverNamespace(pod.namespace);
    this.#pods.push(pod);
  }

  /** A pod by what an engine knows of it. */
  addEndpoint(pod: KnownPod): void {
    this.coverNamespace(pod.namespace);
    this.#endpoints.push(pod);
  }

  addAccount(account: KnownAccount, place: SourcePlace): void {
    const same = (said: KnownAccount): boolean => sameLabels(said.labels, account.labels);
    say(this.#accounts, keyOf(account), account, place, same);
  }

  addService(service: KnownService, place: SourcePlace): void {
    const text = serviceText(service);
    say(this.#services, keyOf(service), service, place, (said) => serviceText(said) === text);
  }

  addSlice(name: string, slice: KnownEndpointSlice, place: SourcePlace): void {
    const { namespace } = slice;
    const text = sliceText(slice);
    say(this.#slices, keyOf({ namespace, name }), slice, place, (said) => {
      if (sliceText(said) === text) return true;
      // It may have moved from one service to another between two dumps.
      this.spoilSlices(namespace, said.service);
      this.spoilSlices(namespace, slice.service);
      return false;
    });
  }

  /** Not all slices of the service can be read, so none of them counts. */
  spoilSlices(namespace: string, service: string): void {
    this.#spoiltServices.add(keyOf({ namespace, name: service }));
  }

  /** What one object tells of a node; several may tell of the same one. */
  addNode({ name, labels, addresses }: KnownNode): void {
    let node = this.#nodes.get(name);
    if (node === undefined) {
      node = { labels, addresses: new Set() };
      this.#nodes.set(name, node);
    }
    // Of two Node objects that differ neither is to be relied on.
    if (labels !== undefined)
      node.labels = node.labels === undefined || sameLabels(node.labels, labels) ? labels : {};
    for (const address of addresses) node.addresses.add(address);
  }

  addPool(cidr: ParsedCidr): void {
    this.#pools.push(cidr);
  }

  /** Not all pools can be read, so together they are not where pods lie. */
  spoilPools(): void {
    this.#poolsSpoilt = true;
  }

  /** The engine gives pods addresses of IPv6. */
  addIpv6(): void {
    this.#haveIpv6 = true;
  }

  build(options: InventoryOptions, report: Report): Snapshot {
    const named = new Set(this.#pods.map(keyOf));
    const seen = this.#endpoints.filter((pod) => !named.has(keyOf(pod)));
    const pods = [...this.#pods, ...seen].sort(byName);
    const pools = this.#poolsSpoilt ? undefined : rangesOf(this.#pools);
    const said = rangesOf(options.podCidrs) ?? pools;
    const podRanges =
      said === undefined || this.#areContradicted(said, pods, report) ? undefined : said;
    return {
      namespaces: this.#buildNamespaces(options, report),
      pods,
      accounts: undisputed(this.#accounts, "ServiceAccount", report).sort(byName),
      services: undisputed(this.#services, "Service", report).sort(byName),
      slices: this.#buildSlices(report),
      nodes: [...this.#nodes]
        .map(([name, { labels, addresses }]) => ({
          name,
          labels,
          addresses: [...addresses].sort((a, b) => (a < b ? -1 : 1)),
        }))
        .sort((a, b) => compareText(a.name, b.name)),
      podRanges,
      targetPodRanges: rangesOf(options.targetPodCidrs) ?? podRanges,
      disjoint: this.#buildDisjoint(options.disjoint ?? [], pods, report),
    };
  }

  /** Pod ranges that a pod of the input does not lie in are not all of them: anything may be a pod's address then. */
  #areContradicted(ranges: AddressSet, pods: readonly KnownPod[], report: Report): boolean {
    const cidrs = toCidrs(ranges);
    const text = `${cidrs.slice(0, 3).join(", ")}${cidrs.length > 3 ? ", ..." : ""}`;
    const isStray = (address: bigint): boolean => !addressSetContains(ranges, address);
    const strays = pods.filter((pod) => isOnPodNetwork(pod) && pod.addresses.some(isStray));
    const [stray] = strays;
    if (stray !== undefined) {
      const more = strays.length === 1 ? "" : ` (the first of ${String(strays.length)} such pods)`;
      const { namespace, name, addresses } = stray;
      const address = addressText(addresses.find(isStray) ?? 0n);
      const about = { namespace, name, address, more, ranges: text };
      report(inventoryDiagnostics.create("INV-N003", about));
      return true;
    }
    if (!this.#haveIpv6 || addressesMeet(ranges, ALL_IPV6)) return false;
    report(inventoryDiagnostics.create("INV-N004", { ranges: text }));
    return true;
  }

  /** What a pod of the input contradicts is not taken for granted. */
  #buildDisjoint(
    given: readonly DisjointLabels[],
    pods: readonly KnownPod[],
    report: Report,
  ): readonly DisjointLabels[] {
    return given.filter((one) => {
      const never = impossibleLabels([one]);
      const pod = pods.find(({ labels }) =>
        never.some((cube) =>
          cubeContains(cube, (key) => {
            const name = key.slice("pod:".length);
            return Object.hasOwn(labels, name) ? labels[name] : undefined;
          }),
        ),
      );
      if (pod === undefined) return true;
      const { namespace, name } = pod;
      report(inventoryDiagnostics.create("INV-S003", { text: one.text, namespace, name }));
      return false;
    });
  }

  #buildNamespaces(options: InventoryOptions, report: Report): ReadonlyMap<string, KnownNamespace> {
    const given = options.knownNamespaces;
    const names = new Set([...this.#namespaces.keys(), ...given.keys()]);
    const known = new Map<string, KnownNamespace>();
    for (const name of [...names].sort(compareText)) {
      const said = this.#namespaces.get(name);
      known.set(name, {
        name,
        labels: labelsOf(name, said?.labels, given.get(name), report),
        covered: said?.covered === true || given.has(name),
      });
    }
    return known;
  }

  #buildSlices(report: Report): readonly KnownEndpointSlice[] {
    const isWhole = ({ namespace, service }: KnownEndpointSlice): boolean =>
      !this.#spoiltServices.has(keyOf({ namespace, name: service }));
    return undisputed(this.#slices, "EndpointSlice", report)
      .filter(isWhole)
      .sort(
        compareBy(
          (slice) => slice.namespace,
          (slice) => slice.service,
          sliceText,
        ),
      );
  }
}

function labelsOf(
  name: string,
  said: Said<Labels | undefined> | undefined,
  given: Labels | undefined,
  report: Report,
): Labels | undefined {
  if (said?.disputed !== undefined) {
    report(
      inventoryDiagnostics.create("INV-E003", {
        at: said.disputed,
        name,
        related: relatedTo(said.first),
      }),
    );
    return undefined;
  }
  const found = said?.fact;
  if (found === undefined || given === undefined) return found ?? given;
  if (sameLabels(found, given)) return found;
  report(inventoryDiagnostics.create("INV-E005", { at: said?.first, name }));
  return undefined;
}

function relatedTo(first: SourcePlace | undefined): { message: string; at: SourcePlace }[] {
  return first === undefined ? [] : [{ message: "given first here", at: first }];
}

function say<Fact>(
  facts: Map<string, Said<Fact>>,
  key: string,
  fact: Fact,
  place: SourcePlace | undefined,
  isSame: (said: Fact) => boolean,
): void {
  const said = facts.get(key);
  if (said === undefined) facts.set(key, { fact, first: place, disputed: undefined });
  else if (!isSame(said.fact)) said.disputed ??= place;
}

function undisputed<Fact extends { readonly namespace: string }>(
  facts: ReadonlyMap<string, Said<Fact>>,
  kind: string,
  report: Report,
): Fact[] {
  const kept: Fact[] = [];
  for (const [key, { fact, first, disputed }] of facts) {
    if (disputed === undefined) {
      kept.push(fact);
      continue;
    }
    const name = key.slice(key.indexOf("/") + 1);
    const { namespace } = fact;
    const related = relatedTo(first);
    report(
      inventoryDiagnostics.create("INV-E004", { at: disputed, kind, namespace, name, related }),
    );
  }
  return kept;
}

function rangesOf(cidrs: readonly ParsedCidr[]): AddressSet | undefined {
  return cidrs.length === 0 ? undefined : addressSetOf(cidrs);
}

function keyOf(of: { readonly namespace: string; readonly name: string }): string {
  return `${of.namespace}/${of.name}`;
}

const byName = compareBy<{ readonly namespace: string; readonly name: string }>(
  (item) => item.namespace,
  (item) => item.name,
);

function serviceText({ selector, ports }: KnownService): string {
  const pairs = Object.entries(selector).sort(([a], [b]) => compareText(a, b));
  const rows = ports.map((port) => [port.name, port.protocol, port.port, port.targetPort]);
  return JSON.stringify([pairs, rows]);
}

function sliceText({ service, addresses, ports }: KnownEndpointSlice): string {
  const rows = ports.map(({ protocol, port }) => [protocol, port]);
  return JSON.stringify([service, addresses.map(String), rows]);
}
