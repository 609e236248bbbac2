import { calicoDiagnostics } from "./diagnostics.ts";
import { checkNoNamespace, readMetadata } from "./metadata.ts";
import type { CalicoTier } from "./model.ts";
import type { RawDocument, RawTierSpec } from "./raw.ts";
import type { DocumentReading } from "./reading.ts";

/**
 * What a tier without an order gets when it is written through the API. What is stored without one comes last.
 * (calico: libcalico-go/lib/resources/tier.go)
 */
const DEFAULT_ORDER = 1_000_000;

/** Tiers whose order and default action Calico keeps. (calico: libcalico-go/lib/names, api/.../v3/tier.go) */
const FIXED: Readonly<
  Record<string, { readonly order: number; readonly action: "Deny" | "Pass" }>
> = {
  default: { order: 1_000_000, action: "Deny" },
  "kube-admin": { order: 1_000, action: "Pass" },
  "kube-baseline": { order: 10_000_000, action: "Pass" },
  adminnetworkpolicy: { order: 1_000, action: "Pass" },
  baselineadminnetworkpolicy: { order: 10_000_000, action: "Pass" },
};

/** Undefined when the tier is invalid; the reading then holds the reason. */
export function readTier(
  reading: DocumentReading,
  raw: RawDocument<RawTierSpec>,
): CalicoTier | undefined {
  const metadata = readMetadata(reading, { ...raw, spec: undefined });
  if (metadata === undefined) return undefined;
  checkNoNamespace(reading, raw.kind, metadata);
  const { name } = metadata;
  const order = raw.spec?.order ?? undefined;
  const action = raw.spec?.defaultAction ?? "Deny";
  const fixed = Object.hasOwn(FIXED, name) ? FIXED[name] : undefined;
  if (fixed !== undefined) {
    const refuse = (field: string, reason: string): void => {
      const at = reading.place(["spec", field]);
      reading.add(calicoDiagnostics.create("CAL-P012", { at, name, reason }));
    };
    if (order === undefined)
      reading.add(
        calicoDiagnostics.create("CAL-P022", {
          at: reading.place(["spec"]),
          name,
          order: fixed.order,
        }),
      );
    else if (order !== fixed.order) refuse("order", `its order is always ${String(fixed.order)}`);
    if (name === "default" && action !== "Deny") refuse("defaultAction", "it always ends in Deny");
  }
  return {
    name,
    order: order ?? fixed?.order ?? (reading.stored ? Number.POSITIVE_INFINITY : DEFAULT_ORDER),
    defaultAction: action === "Pass" ? "pass" : "deny",
    place: reading.place([]),
  };
}
