/*
 * Which labels of a pod exist for Cilium: the others are not part of its identity, so to a selector they are absent.
 * (cilium: pkg/labelsfilter/filter.go)
 */

interface Prefix {
  readonly pattern: RegExp;
  readonly isIgnored: boolean;
  /** Undefined: of any source. */
  readonly source?: string;
}

/** `.*` stands for anything; every other character for itself. */
const DEFAULTS: readonly string[] = [
  "io.kubernetes.pod.namespace",
  "io.cilium.k8s.namespace.labels",
  "app.kubernetes.io",
  "io.cilium.k8s.policy.cluster",
  "io.cilium.k8s.policy.serviceaccount",
  "!io.kubernetes",
  "!kubernetes.io",
  "!statefulset.kubernetes.io/pod-name",
  "!apps.kubernetes.io/pod-index",
  "!batch.kubernetes.io/job-completion-index",
  "!batch.kubernetes.io/controller-uid",
  "!.*beta.kubernetes.io",
  "!k8s.io",
  "!pod-template-generation",
  "!pod-template-hash",
  "!controller-revision-hash",
  "!controller-uid",
  "!annotation.*",
  "!etcd_node",
  "!topology.kubernetes.io",
];

export class LabelFilter {
  readonly #prefixes: readonly Prefix[];
  /** True if only labels that a prefix names exist at all. */
  readonly #isInclusive: boolean;
  readonly #known = new Map<string, boolean>();
  /** Prefixes of the setting that are regular expressions beyond what is understood here. */
  readonly unreadable: readonly string[];

  /** @param given the prefixes of the setting `labels`, which add to the default ones */
  constructor(given: readonly string[]) {
    const unreadable: string[] = [];
    const prefixes: Prefix[] = DEFAULTS.map((text) => prefixOf(text, undefined));
    let isInclusive = false;
    for (const text of given) {
      const colon = text.indexOf(":");
      const source = colon < 0 ? undefined : text.slice(0, colon).replace(/^!/, "");
      const rest = colon < 0 ? text : `${text.startsWith("!") ? "!" : ""}${text.slice(colon + 1)}`;
      // A regular expression of the agent's language; these few signs are what people use of it.
      const plain = rest.replaceAll("\\.", ".").replace(/\$$/, "");
      if (!/^!?[-\w./*]+$/.test(plain) || plain.replaceAll(".*", "").includes("*")) {
        unreadable.push(text);
        continue;
      }
      const prefix = prefixOf(plain, source);
      prefixes.push(prefix);
      isInclusive ||= !prefix.isIgnored;
    }
    this.#prefixes = prefixes;
    this.#isInclusive = isInclusive;
    this.unreadable = unreadable;
  }

  /** True if a pod's label of this key is part of its identity. */
  keeps(key: string): boolean {
    let kept = this.#known.get(key);
    if (kept === undefined) {
      kept = this.#decide(key);
      this.#known.set(key, kept);
    }
    return kept;
  }

  /** The longest match that includes a label beats the shortest one that ignores it. */
  #decide(key: string): boolean {
    let included = 0;
    let ignored = 0;
    for (const { pattern, isIgnored, source } of this.#prefixes) {
      if (source !== undefined && source !== "" && source !== "k8s") continue;
      const length = pattern.exec(key)?.[0].length;
      if (length === undefined) continue;
      if (!isIgnored) included = Math.max(included, length);
      else if (ignored === 0 || length < ignored) ignored = length;
    }
    return (!this.#isInclusive && ignored === 0) || included > ignored;
  }
}

function prefixOf(text: string, source: string | undefined): Prefix {
  const isIgnored = text.startsWith("!");
  const parts = (isIgnored ? text.slice(1) : text).split(".*");
  const escaped = parts.map((part) => part.replace(/[.\\/]/g, "\\$&")).join(".*");
  return {
    pattern: new RegExp(`^${escaped}`),
    isIgnored,
    ...(source === undefined ? {} : { source }),
  };
}
