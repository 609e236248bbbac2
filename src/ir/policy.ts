import type { AddressBlock } from "../sets/address-blocks.ts";
import type { AddressSet } from "../sets/address-set.ts";
import type { PodBox, PeerBox } from "../sets/box.ts";
import type { LabelPredicate } from "../sets/label-predicate.ts";
import type { TrafficSet } from "../sets/traffic-set.ts";
import type { AssumptionCode } from "./assumption.ts";
import type { PolicyOrigin, RuleOrigin } from "./origin.ts";

/** Which end of a flow is judged. */
export type Direction = "ingress" | "egress";
export const DIRECTIONS: readonly Direction[] = ["ingress", "egress"];

/** What a rule says. Pass leaves the tier; Log says nothing about the flow. */
export type Action = "allow" | "deny" | "pass" | "log";

/** Everything that decides traffic, of all engines. */
export interface PolicySet {
  /** In evaluation order. */
  readonly tiers: readonly Tier[];
}

/**
 * Policies that are asked together. A tier takes part for an endpoint and direction only if one of its policies selects
 * the endpoint and isolates that direction; then its default action holds for what no rule of it decided.
 */
export interface Tier {
  readonly name: string;
  readonly order: number;
  readonly defaultAction: "deny" | "pass";
  /** In evaluation order. */
  readonly policies: readonly Policy[];
}

export interface Policy {
  readonly origin: PolicyOrigin;
  /** Position among the policies of its tier as its author gave it; ties are legal. Infinity when none was given. */
  readonly order: number;
  readonly subject: Subject;
  /** Absent: the policy does not apply in that direction. */
  readonly ingress?: DirectionRules;
  readonly egress?: DirectionRules;
  /** Rules of the source that decide nothing for any pod: of a direction that the policy does not apply to, say. */
  readonly inert: readonly { readonly origin: RuleOrigin; readonly action: Action }[];
  /** What its being in force at all rests on. Its rules name it too. */
  readonly assumptions?: readonly AssumptionCode[];
  /**
   * Of a Kubernetes policy that the source's engine takes otherwise than its words: what they say, which is what it will
   * mean where it is written as it is. Absent: the same.
   */
  readonly asWritten?: WrittenPolicy;
}

/** Rules stand where those of the policy stand; a rule here means the one at its place there. */
export interface WrittenPolicy {
  readonly subject: Subject;
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

export interface Subject {
  /** The pods it applies to, over namespace, pod and account labels; for a namespaced policy the namespace is in it. */
  readonly pods: LabelPredicate;
  /** True if it may apply to host endpoints too, which the target cannot cover. */
  readonly hosts: boolean;
}

export interface DirectionRules {
  /** True if the tier's default action is due to this policy's subjects in this direction. */
  readonly isolates: boolean;
  /** In evaluation order. */
  readonly rules: readonly Rule[];
}

export interface Rule {
  readonly action: Action;
  readonly origin: RuleOrigin;
  /** A further condition on the subject's own side (Calico: `destination` of an ingress rule): one of these must hold. */
  readonly subjectOnly?: readonly PodBox[];
  /** The other end must lie in one of these. Empty: the rule matches nothing. */
  readonly peer: readonly PeerBox[];
  /**
   * The addresses of `peer` as the source wrote them, where it took some out of others. They say nothing that `peer` does
   * not say; lowering may write them so, to be recognised.
   */
  readonly blocks?: readonly AddressBlock[];
  readonly traffic: TrafficPredicate;
  /** What the rest cannot say. All of it must hold too for the rule to match. */
  readonly opaque: readonly OpaqueCondition[];
  /**
   * Flows that an Allow matches besides, which neither the sets nor a condition can say, such as those to the addresses
   * behind the domain names of a network set. With any of them the rule is narrowed at best. Absent: none.
   */
  readonly unsaid?: readonly UnsaidMatch[];
  /** What its meaning rests on besides the standing assumptions. */
  readonly assumptions: readonly AssumptionCode[];
}

/** The traffic matches if its number is in `numbers`, or if the destination pod calls the port by one of the names. */
export interface TrafficPredicate {
  readonly numbers: TrafficSet;
  readonly named: readonly NamedPort[];
}

export interface NamedPort {
  readonly name: string;
  /** The protocols (whole) for which the name counts. */
  readonly protocols: TrafficSet;
}

/**
 * A condition that the sets cannot say. Whoever lowers or evaluates a rule must decide about it: lowering takes it for
 * "never" or "always", whichever is safe; `evaluate` asks.
 */
export type OpaqueCondition =
  | {
      readonly kind: "source-port";
      readonly ports: readonly PortRange[];
      readonly names: readonly string[];
      readonly negated: boolean;
      readonly naming?: PortNaming;
      readonly code: string;
      readonly what: string;
    }
  | {
      readonly kind: "excluded-named-port";
      readonly names: readonly string[];
      readonly naming?: PortNaming;
      readonly code: string;
      readonly what: string;
    }
  | {
      /** The traffic is in `numbers`, or the destination calls the port by one of the names. */
      readonly kind: "destination-port";
      readonly numbers: TrafficSet;
      readonly names: readonly string[];
      readonly naming: PortNaming;
      readonly code: string;
      readonly what: string;
    }
  | {
      /** Nothing is known about when it holds. */
      readonly kind: "unknown";
      /** The diagnostic that says what it is. */
      readonly code: string;
      /** The condition in a few words of the source's language, such as `http methods GET`. */
      readonly what: string;
      /**
       * The whole of what is asked for, so that conditions with the same code and text hold for the same flows of one
       * direction, whichever rule they stand in. Absent: it is like no other condition.
       */
      readonly same?: string;
    };

/**
 * Whose names of ports count, where that is not every pod and pods alone. Whoever reasons about all endpoints takes such
 * a condition for unknown; of one flow it can be told (`decideNamed` of the verifier).
 */
export interface PortNaming {
  /** Pods whose names count. Absent: all. */
  readonly pods?: LabelPredicate;
  /** Ports with a name at addresses that are no pods'. */
  readonly hosts: readonly HostPort[];
}

export interface HostPort {
  readonly addresses: AddressSet;
  readonly name: string;
  readonly protocol: number;
  readonly port: number;
}

/** A part of a rule's match that is missing from the model. */
export interface UnsaidMatch {
  /** The diagnostic that says what it is. */
  readonly code: string;
  /** In a few words of the source's language. */
  readonly what: string;
  /** As for a condition that is unknown: what is missing from rules with the same code and text is the same. */
  readonly same?: string;
}

/** Inclusive. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}
