import type { Report } from "../../diagnostics/diagnostic.ts";
import type { ManifestObject } from "../../manifest/manifest-object.ts";
import { clip } from "../schema-check.ts";
import { ciliumDiagnostics } from "./diagnostics.ts";
import { DEFAULT_CLUSTER } from "./interpret-labels.ts";
import type { CiliumInput, CiliumSettings, Feature } from "./model.ts";

/** True for the ConfigMap that the agents take their settings from. */
export function isConfiguration(value: unknown): boolean {
  const { apiVersion, kind, metadata } = asMapping(value);
  return (
    apiVersion === "v1" && kind === "ConfigMap" && asMapping(metadata)["name"] === "cilium-config"
  );
}

/** Takes the settings of the agents. Two of them that differ say nothing. */
export function readConfiguration(
  object: ManifestObject,
  input: Pick<CiliumInput, "settings">,
  report: Report,
): void {
  const values: [string, string][] = [];
  for (const [key, value] of Object.entries(asMapping(asMapping(object.value)["data"]))) {
    if (typeof value === "string") values.push([key, value.trim()]);
  }
  const { namespace } = asMapping(asMapping(object.value)["metadata"]);
  const settings: CiliumSettings = {
    origin: {
      engine: "cilium",
      apiVersion: "v1",
      kind: "ConfigMap",
      ...(typeof namespace === "string" && namespace !== "" ? { namespace: clip(namespace) } : {}),
      name: "cilium-config",
      labels: [],
      place: object.placeOf([]),
    },
    place: object.placeOf(["data"]),
    values: Object.fromEntries(values),
  };
  const before = input.settings;
  const text = (one: CiliumSettings): string =>
    JSON.stringify(Object.entries(one.values).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (before !== undefined && text(before) !== text(settings)) {
    report(
      ciliumDiagnostics.create("CIL-X013", {
        at: settings.place,
        related: [{ message: "the other one", at: before.place }],
      }),
    );
    // Which of them counts must not depend on the order of the files.
    if (text(before) <= text(settings)) return;
  }
  input.settings = settings;
}

const asMapping = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};

/** True if every pod is isolated in both directions, whether a policy selects it or not. */
export function isolatesAll(settings: CiliumSettings | undefined): boolean {
  return new Settings(settings).mode === "always";
}

/** Kinds of policies that the agents can be told to pass over. */
export type EnforcedKind =
  "CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy" | "NetworkPolicy";

const SWITCHES: Readonly<Record<EnforcedKind, string>> = {
  CiliumNetworkPolicy: "enable-cilium-network-policy",
  CiliumClusterwideNetworkPolicy: "enable-cilium-clusterwide-network-policy",
  NetworkPolicy: "enable-k8s-networkpolicy",
};

/** The settings that decide traffic, with the agent's defaults for what is not given. */
export class Settings {
  readonly #settings: CiliumSettings | undefined;

  constructor(settings: CiliumSettings | undefined) {
    this.#settings = settings;
  }

  #text(key: string): string | undefined {
    const values = this.#settings?.values;
    return values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined;
  }

  #flag(key: string, otherwise: boolean): boolean {
    return this.flag(key) ?? otherwise;
  }

  /** Undefined where it is not given. */
  flag(key: string): boolean | undefined {
    const text = this.#text(key);
    return text === undefined || text === "" ? undefined : text === "true";
  }

  /** Which IP families the agents serve; undefined where they do not say. */
  get families(): { readonly ipv4: boolean | undefined; readonly ipv6: boolean | undefined } {
    return { ipv4: this.flag("enable-ipv4"), ipv6: this.flag("enable-ipv6") };
  }

  /** Undefined while nothing tells of the settings. */
  get clusterName(): string | undefined {
    return this.#settings === undefined
      ? undefined
      : (this.#text("cluster-name") ?? DEFAULT_CLUSTER);
  }

  /** Whether CIDR rules match the addresses of nodes as well. */
  get cidrsMatchNodes(): boolean {
    return (this.#text("policy-cidr-match-mode") ?? "").split(/[\s,]+/).includes("nodes");
  }

  /** Whether peer selectors are held to the local cluster, so that nothing outside has the labels asked for. */
  get localClusterOnly(): boolean | undefined {
    return this.flag("policy-default-local-cluster");
  }

  /** Whether rules may leave a direction open. */
  get nonDefaultDeny(): boolean {
    return this.#flag("enable-non-default-deny-policies", true);
  }

  /** The prefixes of labels that count, beyond the default ones. */
  get labelPrefixes(): readonly string[] {
    return (this.#text("labels") ?? "").split(/\s+/).filter((one) => one !== "");
  }

  /** Which pods are subject to policies: those that some policy selects ("default"), all, or none. */
  get mode(): "default" | "always" | "never" {
    const text = this.#text("enable-policy")?.toLowerCase();
    return text === "always" || text === "never" ? text : "default";
  }

  /** Whether packets that policies deny are let through all the same, and only logged. */
  get isAudit(): boolean {
    return this.#flag("policy-audit-mode", false);
  }

  enforces(kind: EnforcedKind): boolean {
    return this.mode !== "never" && this.#flag(SWITCHES[kind], true);
  }

  has(feature: Feature): boolean {
    switch (feature) {
      case "l7-proxy":
        return this.#flag("enable-l7-proxy", true);
      case "icmp-rules":
        return this.#flag("enable-icmp-rules", true);
      case "node-selector-labels":
        return this.#flag("enable-node-selector-labels", false);
      case "extended-ip-protocols":
        return this.#flag("enable-extended-ip-protocols", false);
      default:
        return feature satisfies never;
    }
  }

  /** Tells which settings decide traffic beside the policies. */
  report(report: Report): void {
    const at = this.#settings?.place;
    if (at === undefined) return;
    if (this.mode === "always") report(ciliumDiagnostics.create("CIL-X012", { at }));
    if (this.mode === "never") {
      const setting = "enable-policy: never";
      report(ciliumDiagnostics.create("CIL-X009", { at, setting, what: "no policy at all" }));
    }
    if (this.isAudit && this.mode !== "never") {
      report(ciliumDiagnostics.create("CIL-X014", { at }));
    }
    for (const [kind, key] of Object.entries(SWITCHES)) {
      if (this.#flag(key, true)) continue;
      const setting = `${key}: false`;
      report(ciliumDiagnostics.create("CIL-X009", { at, setting, what: `no ${kind}` }));
    }
    for (const [key, harmless, what] of NOTABLE) {
      const value = this.#text(key);
      if (value === undefined || value === "" || harmless.includes(value)) continue;
      report(ciliumDiagnostics.create("CIL-X010", { at, setting: key, value: clip(value), what }));
    }
  }
}

/** Settings that change verdicts in a way that the conversion does not follow. */
const NOTABLE: readonly (readonly [key: string, harmless: readonly string[], what: string])[] = [
  ["cluster-mesh-config", [""], "peers may be pods of other clusters"],
  ["node-labels", [""], "selectors of nodes may ask for labels that do not count"],
];
