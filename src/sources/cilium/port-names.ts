import type { KnownPod } from "../../inventory/snapshot.ts";

interface NumberedPort {
  readonly protocol: number;
  readonly port: number;
}

/** A pod with ports of one name. */
interface Named {
  readonly pod: KnownPod;
  /** The one that Cilium knows by the name: the last of its ordinary containers. */
  readonly own: NumberedPort | undefined;
  /** All that some engine or other may take the name for. */
  readonly all: readonly NumberedPort[];
}

/**
 * What names of ports stand for on the pods that are known. Cilium keeps one port for a name, and does not look at
 * containers that start before the others, as engines of the target may. (cilium: pkg/k8s/labels.go `GetPodMetadata`,
 * pkg/types/portmap.go `AddPort`)
 */
export class PortNames {
  readonly #pods: readonly KnownPod[];
  #byName: ReadonlyMap<string, readonly Named[]> | undefined;

  constructor(pods: readonly KnownPod[]) {
    this.#pods = pods;
  }

  /** The numbers that Cilium knows for a name and protocol, of those pods. */
  numbers(name: string, protocol: number, counts: (pod: KnownPod) => boolean): Set<number> {
    const found = new Set<number>();
    for (const { pod, own } of this.#named(name)) {
      if (own?.protocol === protocol && counts(pod)) found.add(own.port);
    }
    return found;
  }

  /** False if one of those pods has a port by that name which Cilium does not know by it. */
  areKnown(
    name: string,
    protocols: readonly number[],
    counts: (pod: KnownPod) => boolean,
  ): boolean {
    return this.#named(name).every(
      ({ pod, own, all }) =>
        all.every(
          ({ protocol, port }) =>
            !protocols.includes(protocol) || (own?.protocol === protocol && own.port === port),
        ) || !counts(pod),
    );
  }

  #named(name: string): readonly Named[] {
    this.#byName ??= byName(this.#pods);
    return this.#byName.get(name) ?? [];
  }
}

function byName(pods: readonly KnownPod[]): ReadonlyMap<string, readonly Named[]> {
  const found = new Map<string, Named[]>();
  for (const pod of pods) {
    // A pod of the host's network is a node to Cilium.
    if (pod.hostNetwork) continue;
    const own = new Map<string, { own: NumberedPort | undefined; all: NumberedPort[] }>();
    for (const port of pod.ports) {
      // Names are compared in lower case.
      const name = port.name.toLowerCase();
      let named = own.get(name);
      if (named === undefined) own.set(name, (named = { own: undefined, all: [] }));
      named.all.push(port);
      if (port.init !== true) named.own = port;
    }
    for (const [name, named] of own) {
      const list = found.get(name);
      if (list === undefined) found.set(name, [{ pod, ...named }]);
      else list.push({ pod, ...named });
    }
  }
  return found;
}
