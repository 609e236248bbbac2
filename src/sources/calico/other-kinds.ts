/** What becomes of a kind of Calico's API that is not read. */
export interface OtherKind {
  readonly disposition: "context" | "ignored";
  /** For kinds that touch traffic without deciding it. */
  readonly note?: string;
}

const CONTEXT: OtherKind = { disposition: "context" };
const IGNORED: OtherKind = { disposition: "ignored" };

function notes(note: string): OtherKind {
  return { disposition: "ignored", note };
}

/** Kinds that decide no traffic, of open-source Calico, Enterprise and Cloud. */
export const OTHER_KINDS: ReadonlyMap<string, OtherKind> = new Map<string, OtherKind>([
  // Where the addresses of pods lie: the inventory reads IPPool.
  ["IPPool", CONTEXT],
  ["IPReservation", CONTEXT],
  ["BlockAffinity", CONTEXT],
  ["IPAMBlock", CONTEXT],
  ["IPAMConfig", CONTEXT],
  ["IPAMConfiguration", CONTEXT],
  ["IPAMHandle", CONTEXT],
  ["BGPConfiguration", IGNORED],
  ["BGPFilter", IGNORED],
  ["BGPPeer", IGNORED],
  ["CalicoNodeStatus", IGNORED],
  ["ClusterInformation", IGNORED],
  ["KubeControllersConfiguration", IGNORED],
  ["Node", IGNORED],
  ["WorkloadEndpoint", IGNORED],
  // Enterprise and Cloud.
  [
    "EgressGatewayPolicy",
    notes(
      "it changes the source address of pods, so firewalls outside of the cluster will see other addresses",
    ),
  ],
  ["ExternalNetwork", IGNORED],
  ["BFDConfiguration", IGNORED],
  ["ApplicationLayer", notes("the L7 filter that it switches on goes away with Calico")],
  ["GlobalWAFPolicy", notes("the web application firewall goes away with Calico")],
  ["WAFPolicy", notes("the web application firewall goes away with Calico")],
  [
    "GlobalThreatFeed",
    notes("it may fill a GlobalNetworkSet, whose contents then change by themselves"),
  ],
  ["PolicyRecommendationScope", IGNORED],
  ["AlertException", IGNORED],
  ["AuthenticationReview", IGNORED],
  ["AuthorizationReview", IGNORED],
  ["DeepPacketInspection", IGNORED],
  ["GlobalAlert", IGNORED],
  ["GlobalAlertTemplate", IGNORED],
  ["GlobalReport", IGNORED],
  ["GlobalReportType", IGNORED],
  ["LicenseKey", IGNORED],
  ["ManagedCluster", IGNORED],
  ["PacketCapture", IGNORED],
  ["SecurityEventWebhook", IGNORED],
  ["UISettings", IGNORED],
  ["UISettingsGroup", IGNORED],
]);

/**
 * True for a name that says that the kind decides traffic. Such a kind is never ignored, whatever it is: a policy that is
 * not read could deny what the conversion allows.
 */
export function soundsLikePolicy(kind: string): boolean {
  return /(?:network|firewall|security)polic(?:y|ies)$/i.test(kind);
}
