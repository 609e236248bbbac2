import { clip } from "../schema-check.ts";
import { calicoDiagnostics } from "./diagnostics.ts";
import type { CalicoInput } from "./model.ts";
import type { RawDocument } from "./raw.ts";
import type { DocumentReading } from "./reading.ts";

interface VerdictSetting {
  readonly what: string;
  /** Values that change nothing, in lower case. */
  readonly harmless: readonly string[];
}

/** Settings of Calico's agent that decide traffic of pods beside the policies. */
const VERDICT_SETTINGS: Readonly<Record<string, VerdictSetting>> = {
  dropActionOverride: {
    what: "packets that policies deny are let through",
    harmless: ["drop", "loganddrop"],
  },
  defaultEndpointToHostAction: {
    what: "it decides what a pod may send to its own node",
    harmless: ["drop"],
  },
  chainInsertMode: {
    what: "rules of others on the node are asked before Calico's",
    harmless: ["insert"],
  },
  allowVXLANPacketsFromWorkloads: {
    what: "pods may send VXLAN packets, which Calico otherwise drops whatever the policies say",
    harmless: ["false"],
  },
  allowIPIPPacketsFromWorkloads: {
    what: "pods may send IPIP packets, which Calico otherwise drops whatever the policies say",
    harmless: ["false"],
  },
  workloadSourceSpoofing: {
    what: "pods may send from addresses that are not theirs",
    harmless: ["disabled"],
  },
  interfacePrefix: {
    what: "it says which interfaces are pods at all, so other pods are not under policy",
    // Those of Calico's own network, and of the clouds' networks beside which it enforces policies alone.
    harmless: ["cali", "eni", "azv", "gke"],
  },
};

/** Enterprise's trial of policies: what they deny is let through. */
const LETS_THROUGH: ReadonlySet<unknown> = new Set(["accept", "logandaccept"]);

/** Tells which settings depart from what the conversion takes for granted. */
export function readFelixConfiguration(
  reading: DocumentReading,
  raw: RawDocument<Readonly<Record<string, unknown>>>,
  input: CalicoInput,
): void {
  const spec = raw.spec ?? {};
  if (typeof spec !== "object") return;
  for (const [setting, { what, harmless }] of Object.entries(VERDICT_SETTINGS)) {
    const value = spec[setting];
    if (typeof value !== "string" && typeof value !== "boolean") continue;
    const text = String(value);
    if (text === "" || harmless.includes(text.toLowerCase())) continue;
    if (setting === "dropActionOverride" && LETS_THROUGH.has(text.toLowerCase())) {
      const at = reading.place(["spec", setting]);
      reading.add(calicoDiagnostics.create("CAL-X014", { at, value: text }));
      input.deniesNothing = true;
      continue;
    }
    reading.add(
      calicoDiagnostics.create("CAL-X010", {
        at: reading.place(["spec", setting]),
        setting,
        value: clip(text),
        what,
      }),
    );
  }
}
