import type { Cube } from "../sets/cube.ts";
import {
  ACCOUNT_NAME,
  constraintOf,
  cubeContains,
  keepKeys,
  NAMESPACE_NAME,
} from "../sets/cube.ts";
import type { KnownPod, Snapshot } from "./snapshot.ts";

/** A service account that pods run as. */
interface Account {
  readonly name: string;
  /** Undefined: the inventory has the pods and not the account. */
  readonly labels: Labels | undefined;
  readonly pods: KnownPod[];
}

type Labels = Readonly<Record<string, string>>;

/**
 * The pods on the pod network by namespace, account and label. Hundreds of conditions are asked about the same ones, so
 * that none may cost a look at all of them.
 */
export class PodsOfAccounts {
  readonly #snapshot: Snapshot;
  readonly #labels: ReadonlyMap<string, Labels>;
  readonly #byNamespace = new Map<string, KnownPod[]>();
  readonly #rooms = new Map<string | undefined, Room>();

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.#labels = new Map(
      snapshot.accounts.map((one) => [`${one.namespace}/${one.name}`, one.labels]),
    );
    for (const pod of snapshot.pods)
      if (!pod.hostNetwork) push(this.#byNamespace, pod.namespace, pod);
  }

  /**
   * The pods that meet a condition on accounts, and those that do not, of the namespaces that it names.
   *
   * @param wanted which of the two; the others are these pods' surroundings
   * @returns undefined where it is not known of one of the pods
   */
  of(account: Cube, wanted: boolean): PodsAmongOthers | undefined {
    const names = constraintOf(account, NAMESPACE_NAME);
    const rooms =
      names === undefined ? [this.#room(undefined)] : names.values.map((name) => this.#room(name));
    const condition = keepKeys(account, isOfAccount);
    const asksForLabels = condition.constraints.some(({ key }) => key !== ACCOUNT_NAME);
    if (asksForLabels && rooms.some((room) => room.hasUnknown)) return undefined;
    const pods: KnownPod[] = [];
    for (const room of rooms) {
      for (const one of wanted ? room.candidates(condition) : room.accounts) {
        const meets = cubeContains(condition, (key) =>
          key === ACCOUNT_NAME ? one.name : labelOf(one.labels ?? {}, key.slice(PREFIX.length)),
        );
        if (meets === wanted) for (const pod of one.pods) pods.push(pod);
      }
    }
    return new PodsAmongOthers(pods, rooms);
  }

  #room(namespace: string | undefined): Room {
    let room = this.#rooms.get(namespace);
    if (room === undefined) {
      const pods =
        namespace === undefined
          ? this.#snapshot.pods.filter(({ hostNetwork }) => !hostNetwork)
          : (this.#byNamespace.get(namespace) ?? []);
      this.#rooms.set(namespace, (room = new Room(pods, this.#labels)));
    }
    return room;
  }
}

/** Some pods, and the others of the same namespaces. */
export class PodsAmongOthers {
  readonly pods: readonly KnownPod[];
  readonly #rooms: readonly Room[];
  #own: ReadonlySet<KnownPod> | undefined;

  constructor(pods: readonly KnownPod[], rooms: readonly Room[]) {
    this.pods = pods;
    this.#rooms = rooms;
  }

  get countOfOthers(): number {
    return this.#rooms.reduce((sum, { size }) => sum + size, 0) - this.pods.length;
  }

  /** How many of the others have one of the values. All of the pods have. */
  countOfOthersWith(key: string, values: ReadonlySet<string>): number {
    let count = -this.pods.length;
    for (const room of this.#rooms) {
      for (const value of values) count += room.podsWith(key, value).length;
    }
    return count;
  }

  othersWith(key: string, values: ReadonlySet<string>): readonly KnownPod[] {
    const own = (this.#own ??= new Set(this.pods));
    return this.#rooms.flatMap((room) =>
      [...values].flatMap((value) => room.podsWith(key, value).filter((pod) => !own.has(pod))),
    );
  }
}

/** The pods of one namespace, or of all. */
class Room {
  readonly size: number;
  readonly accounts: readonly Account[];
  /** True if of some account that pods run as the labels are not known. */
  readonly hasUnknown: boolean;
  readonly #byAccount = new Map<string, Map<string, Account[]>>();
  readonly #byLabel = new Map<string, Map<string, KnownPod[]>>();

  constructor(pods: readonly KnownPod[], labelsOf: ReadonlyMap<string, Labels>) {
    this.size = pods.length;
    const accounts = new Map<string, Account>();
    for (const pod of pods) {
      const id = `${pod.namespace}/${pod.account}`;
      let account = accounts.get(id);
      if (account === undefined) {
        account = { name: pod.account, labels: labelsOf.get(id), pods: [] };
        accounts.set(id, account);
      }
      account.pods.push(pod);
      for (const [key, value] of Object.entries(pod.labels)) file(this.#byLabel, key, value, pod);
    }
    this.accounts = [...accounts.values()];
    this.hasUnknown = this.accounts.some(({ labels }) => labels === undefined);
    for (const one of this.accounts) {
      file(this.#byAccount, ACCOUNT_NAME, one.name, one);
      for (const [key, value] of Object.entries(one.labels ?? {})) {
        file(this.#byAccount, `${PREFIX}${key}`, value, one);
      }
    }
  }

  /** All accounts that may meet a condition. */
  candidates({ constraints }: Cube): readonly Account[] {
    for (const { key, set } of constraints) {
      if (set.complement || set.absent) continue;
      const byValue = this.#byAccount.get(key);
      return set.values.flatMap((value) => byValue?.get(value) ?? []);
    }
    return this.accounts;
  }

  podsWith(key: string, value: string): readonly KnownPod[] {
    return this.#byLabel.get(key)?.get(value) ?? [];
  }
}

const PREFIX = "account:";

export const isOfAccount = (key: string): boolean => key.startsWith(PREFIX);

export const labelOf = (labels: Labels, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined;

function file<T>(index: Map<string, Map<string, T[]>>, key: string, value: string, one: T): void {
  let byValue = index.get(key);
  if (byValue === undefined) index.set(key, (byValue = new Map<string, T[]>()));
  push(byValue, value, one);
}

function push<T>(lists: Map<string, T[]>, key: string, one: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [one]);
  else list.push(one);
}
