import type { CalicoTier } from "../../src/sources/calico/model.ts";
import type { WrongFlow } from "./replay.ts";

/** Where our readers or `evaluate` differ from an engine on purpose. An entry that no longer applies fails. */
export interface KnownDifferences {
  /** Worlds with a document that the engine takes and we refuse: what stops the run there, and why it should. */
  readonly stricter: ReadonlyMap<
    string,
    { readonly codes: readonly string[]; readonly why: string }
  >;
  /** Documents that the engine does not put in force and we read, by `world name`. */
  readonly taken: ReadonlyMap<string, string>;
  /** Flows of a world that are judged otherwise. */
  readonly flows: ReadonlyMap<
    string,
    { readonly is: (wrong: WrongFlow) => boolean; readonly why: string }
  >;
  /** Flows of any world that are judged otherwise, by what they have in common. */
  readonly everywhere: ReadonlyMap<
    string,
    { readonly is: (wrong: WrongFlow) => boolean; readonly why: string }
  >;
  /** Codes of what leaves the verdict of a flow open in the model, and why it is not known there. */
  readonly open: ReadonlyMap<string, string>;
  /** Tiers that the input of a world lacks, as a user would give them with `--tier`. */
  readonly tiers: ReadonlyMap<string, readonly CalicoTier[]>;
}

/** Calico puts a tier without a Tier object last and ends it in Deny. */
const GONE: readonly CalicoTier[] = [{ name: "gone", order: Infinity, defaultAction: "deny" }];

export const CALICO: KnownDifferences = {
  stricter: new Map([
    [
      "traps/account-selector-dropped",
      {
        codes: ["CAL-S003"],
        why: "a stored serviceAccountSelector that does not parse falls away, and the policy takes pods that it does not name: neither that nor what was meant is safe to convert",
      },
    ],
    [
      "traps/namespace-selector-dropped",
      { codes: ["CAL-S003"], why: "the same of a global policy's namespaceSelector" },
    ],
  ]),
  taken: new Map([
    [
      "traps/stored-named-port-without-protocol default.a",
      "releases after 3.31 take names of ports without a protocol; CAL-R116 keeps what they mean open",
    ],
  ]),
  flows: new Map([
    [
      "traps/trap-14-empty",
      {
        is: ({ flow, recorded, ours }) =>
          flow.direction === "ingress" && recorded === "allow" && ours.join() === "deny",
        why: "`ingress: []` beside egress rules is Egress alone when calicoctl writes it, and both directions with native v3 resources (3.32); both is the narrower reading, CAL-P006 says so",
      },
    ],
  ]),
  everywhere: new Map(),
  open: new Map([
    ["CAL-R103", "http: the recorded data plane ignores it, Calico's Envoy integration does not"],
    [
      "CAL-R109",
      "a service without a namespace: this release finds none, the API's text promises the policy's own",
    ],
    ["CAL-R113", "an Allow by the name of a port leaves host endpoints out, and says so"],
    [
      "CAL-R115",
      "an Allow by names and numbers leaves pods out that only a network set covers, and says so",
    ],
  ]),
  tiers: new Map([
    ["cases/C30", GONE],
    ["traps/tier-missing", GONE],
  ]),
};

export const CILIUM: KnownDifferences = {
  stricter: new Map(),
  taken: new Map(),
  flows: new Map(),
  everywhere: new Map([
    [
      "own node",
      {
        is: ({ peer }) => /^(?:own-node|node1-)/.test(peer),
        why: "the engine tells the node that a pod runs on from the other ones: it is let in unless a deny covers it, and only the entity `host` lets a pod out to it. A flow does not say which node is its own, and no target rule can name it",
      },
    ],
    [
      "Cilium's own endpoints",
      {
        is: ({ peer }) => peer === "health" || peer === "ingress",
        why: "the addresses of cilium-health and of Cilium's ingress have identities of their own; they are gone when Cilium is",
      },
    ],
  ]),
  open: new Map(),
  tiers: new Map(),
};

export const KUBERNETES: KnownDifferences = {
  stricter: new Map(),
  taken: new Map(),
  flows: new Map(),
  everywhere: new Map(),
  open: new Map(),
  tiers: new Map(),
};
