import type { Report } from "../../diagnostics/diagnostic.ts";
import type { SourcePlace } from "../../diagnostics/source-range.ts";
import { ciliumDiagnostics } from "./diagnostics.ts";
import type { CiliumInput, Feature } from "./model.ts";
import { Settings } from "./settings.ts";

const SETTINGS: Readonly<Record<Feature, readonly [setting: string, what: string]>> = {
  "l7-proxy": ["enable-l7-proxy", "L7 rules"],
  "icmp-rules": ["enable-icmp-rules", "`icmps`"],
  "node-selector-labels": ["enable-node-selector-labels", "`fromNodes` and `toNodes`"],
  "extended-ip-protocols": ["enable-extended-ip-protocols", "protocols without ports"],
};

/**
 * Takes out of `input` the policies that the agent refuses because a feature is switched off. To be called when everything
 * has been read, since the settings may stand anywhere.
 *
 * @returns the places of those policies
 */
export function dropUnsupported(input: CiliumInput, report: Report): readonly SourcePlace[] {
  const settings = new Settings(input.settings);
  const refused = input.policies.filter(({ needs }) => {
    const missing = needs.filter(({ feature }) => !settings.has(feature));
    for (const { feature, place: at } of missing) {
      const [setting, what] = SETTINGS[feature];
      report(ciliumDiagnostics.create("CIL-P011", { at, setting, what }));
    }
    return missing.length > 0;
  });
  if (refused.length > 0) {
    const kept = input.policies.filter((policy) => !refused.includes(policy));
    input.policies.splice(0, input.policies.length, ...kept);
  }
  return refused.map(({ origin }) => origin.place);
}
