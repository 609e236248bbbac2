import { compileDiagnostics } from "./compile/index.ts";
import type { DiagnosticDefinition } from "./diagnostics/define.ts";
import { emitterDiagnostics } from "./emitters/diagnostics.ts";
import { inventoryDiagnostics } from "./inventory/diagnostics.ts";
import { manifestDiagnostics } from "./manifest/diagnostics.ts";
import { calicoDiagnostics } from "./sources/calico/diagnostics.ts";
import { calicoMeaningDiagnostics } from "./sources/calico/interpret-diagnostics.ts";
import { ciliumDiagnostics } from "./sources/cilium/diagnostics.ts";
import { ciliumMeaningDiagnostics } from "./sources/cilium/interpret-diagnostics.ts";
import { kubernetesDiagnostics } from "./sources/kubernetes/diagnostics.ts";

/** One table of findings, under the heading of docs/DIAGNOSTICS.md. */
export interface CatalogueTable {
  readonly title: string;
  readonly definitions: Readonly<Record<string, DiagnosticDefinition>>;
}

/** Every finding that there is, in the order in which a run comes to them. */
export const CATALOGUE: readonly CatalogueTable[] = [
  { title: "Text: YAML and JSON", definitions: manifestDiagnostics.definitions },
  { title: "Calico: documents", definitions: calicoDiagnostics.definitions },
  { title: "Calico: meaning", definitions: calicoMeaningDiagnostics.definitions },
  { title: "Cilium: documents", definitions: ciliumDiagnostics.definitions },
  { title: "Cilium: meaning", definitions: ciliumMeaningDiagnostics.definitions },
  { title: "Kubernetes policies", definitions: kubernetesDiagnostics.definitions },
  { title: "Inventory", definitions: inventoryDiagnostics.definitions },
  { title: "Lowering", definitions: compileDiagnostics.definitions },
  { title: "Writing", definitions: emitterDiagnostics.definitions },
];
