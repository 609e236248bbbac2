import type { Colors } from "picocolors/types.js";
import type { ReportEnd, ReportPodChange, ReportPods } from "./pod-changes.ts";
import { plural } from "./plural.ts";
import type { Screen } from "./screen.ts";

/** So many ends of a change, and names of a group, are listed. */
const LISTED = 3;

/** What changes for the pods of the inventory, a sentence each, up to a limit. */
export function pushPods(
  { changes, pods, complete }: ReportPods,
  limit: number,
  screen: Screen,
  colors: Colors,
): void {
  const how = complete ? "" : " (there was too much to look at: there may be more)";
  if (changes.length === 0) {
    screen.entry("pods", `nothing changes for ${plural(pods, "pod")} of the inventory${how}`, {
      paint: complete ? colors.green : colors.magenta,
    });
    return;
  }
  screen.text(`What changes for ${plural(pods, "pod")} of the inventory${how}:`);
  for (const change of changes.slice(0, limit)) {
    const paint = change.change === "lost" ? colors.yellow : colors.red;
    screen.entry(change.change, podSentence(change), { paint });
  }
  if (changes.length > limit) {
    screen.more(`... and ${String(changes.length - limit)} more (--verbose shows them)`);
  }
}

/** `pods with app=web in shop (3: web-0, web-1, web-2) can no longer reach 203.0.113.0/24: TCP 443`. */
function podSentence({ change, certain, from, to, traffic }: ReportPodChange): string {
  const verb = certain
    ? change === "lost"
      ? "can no longer reach"
      : "can now reach"
    : change === "lost"
      ? "may no longer reach"
      : "may now reach";
  const depends = certain ? "" : " (it depends on conditions that cannot be checked)";
  return `${endsText(from)} ${verb} ${endsText(to)}: ${traffic}${depends}`;
}

function endsText(ends: readonly ReportEnd[]): string {
  const shown = ends.slice(0, LISTED).map(endText).join("; ");
  return ends.length > LISTED ? `${shown}; and ${String(ends.length - LISTED)} groups more` : shown;
}

function endText(end: ReportEnd): string {
  if (end.kind === "addresses")
    return end.addresses === "any address" ? "any address" : clipped(end.addresses);
  const pairs = Object.entries(end.labels).map(([key, value]) => `${key}=${value}`);
  const of = pairs.length === 0 ? "pods" : `pods with ${pairs.join(", ")}`;
  const names = end.names.slice(0, LISTED).join(", ");
  const more = end.names.length > LISTED ? ", ..." : "";
  const count = `${String(end.names.length)}${end.kind === "pods" ? "" : " to come"}`;
  return `${of} in ${end.namespace} (${count}: ${names}${more})`;
}

/** A few ranges, and how many more. */
function clipped(addresses: string): string {
  const ranges = addresses.split(", ");
  if (ranges.length <= LISTED) return ranges.join(", ");
  return `${ranges.slice(0, LISTED).join(", ")} and ${String(ranges.length - LISTED)} more ranges`;
}
