import type { AllowPeer, AllowPort, AllowRule, LabelSelector } from "../ir/allow-policy.ts";
import type { PolicyOrigin } from "../ir/origin.ts";
import { cubeText } from "../sets/cube.ts";
import type { Work } from "./effort.ts";
import type { Draft } from "./draft-rule.ts";
import { NO_DIFFERENCE } from "./claim.ts";
import type { SaidRule } from "./say-rule.ts";

/** More than this is not written into one object: etcd takes 1.5 MiB, with all that is not rules. */
export const OBJECT_LIMIT = 1024 * 1024;
/** A rule that nothing cuts is as large as in the source, which some API server took; past this nobody would. */
const WHOLE_LIMIT = 3 * OBJECT_LIMIT;

/** How much of each object of a namespace is taken, by what both directions say of the same pods. */
export class ObjectRoom {
  readonly #taken = new Map<PolicyOrigin, Map<string, number>>();

  /**
   * Gives up the Allows of policies whose objects would come out too large: those that were cut, since only they grow, and
   * all of them past a limit that no object of a cluster reaches. The isolation stays.
   *
   * @param drafts all rules of one direction; those given up are changed
   */
  bound(drafts: Iterable<Draft>, work: Work): void {
    const ofPolicy = new Map<PolicyOrigin, Draft[]>();
    for (const draft of drafts) {
      if (draft.said === undefined || draft.said.groups.length === 0) continue;
      const { origin } = draft.local.policy.policy;
      const list = ofPolicy.get(origin);
      if (list === undefined) ofPolicy.set(origin, [draft]);
      else list.push(draft);
    }
    for (const [origin, own] of ofPolicy) {
      const cut = own.filter(({ because }) => because.length > 0);
      if (cut.length > 0 && !this.#fits(origin, own, OBJECT_LIMIT)) {
        work.givenUp += 1;
        for (const draft of cut) leaveOut(draft);
      }
      const whole = own.filter(({ said }) => said !== undefined);
      if (this.#fits(origin, whole, WHOLE_LIMIT)) continue;
      work.givenUp += 1;
      for (const draft of whole) leaveOut(draft);
    }
  }

  /** To be called when nothing more is said in a direction. */
  take(drafts: Iterable<Draft>): void {
    for (const { local, said } of drafts) {
      if (said === undefined || said.groups.length === 0) continue;
      const { origin } = local.policy.policy;
      let taken = this.#taken.get(origin);
      if (taken === undefined) this.#taken.set(origin, (taken = new Map<string, number>()));
      addLengths(said, taken);
    }
  }

  #fits(origin: PolicyOrigin, drafts: readonly Draft[], limit: number): boolean {
    const lengths = new Map(this.#taken.get(origin));
    for (const { said } of drafts) if (said !== undefined) addLengths(said, lengths);
    for (const length of lengths.values()) if (length > limit) return false;
    return true;
  }
}

function leaveOut(draft: Draft): void {
  draft.said = undefined;
  draft.disposition = "skipped";
  draft.gained = NO_DIFFERENCE;
}

/** Adds what a rule takes in each of the objects that it is written into. */
function addLengths({ groups }: SaidRule, to: Map<string, number>): void {
  for (const { subjects, rules } of groups) {
    const length = rules.reduce((sum, rule) => sum + ruleLength(rule), 0);
    for (const subject of subjects) {
      const key = cubeText(subject);
      to.set(key, (to.get(key) ?? 0) + length);
    }
  }
}

// At least as many bytes as the rule takes when it is printed (src/emitters/networkpolicy-text.ts).

function ruleLength({ peers = [], ports = [] }: AllowRule): number {
  let length = 32;
  for (const peer of peers) length += peerLength(peer);
  for (const port of ports) length += portLength(port);
  return length;
}

function peerLength(peer: AllowPeer): number {
  if (peer.kind === "block") {
    return peer.except.reduce((sum, cidr) => sum + cidr.length + 16, peer.cidr.length + 64);
  }
  return 64 + selectorLength(peer.namespaces) + selectorLength(peer.pods);
}

function selectorLength(selector: LabelSelector | undefined): number {
  let length = 48;
  for (const { key, values } of selector?.requirements ?? []) {
    length += key.length + 80;
    for (const value of values) length += value.length + 16;
  }
  return length;
}

const portLength = ({ port }: AllowPort): number => 64 + String(port ?? "").length;
