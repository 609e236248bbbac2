export { runConvert } from "./pipeline.ts";
export type { ConvertInput, ConvertOptions, ConvertResult, FailOn } from "./pipeline.ts";
export { CATALOGUE } from "./catalogue.ts";
export type { CatalogueTable } from "./catalogue.ts";
export type { Diagnostic, Effect, Related, Severity } from "./diagnostics/diagnostic.ts";
export type { DiagnosticDefinition } from "./diagnostics/define.ts";
export type { DocumentRef, SourceFile, SourcePlace } from "./diagnostics/source-range.ts";
export { lineAndColumn } from "./diagnostics/source-range.ts";
export type { EmittedObject } from "./emitters/networkpolicy.ts";
export { readInventoryOptions } from "./inventory/options.ts";
export type { InventoryOptions, InventoryOptionTexts } from "./inventory/options.ts";
export { ASSUMPTIONS } from "./ir/assumption.ts";
export type { AssumptionCode, AssumptionDefinition } from "./ir/assumption.ts";
export type { Disposition, Outcome, Witness } from "./ir/outcome.ts";
export { OUTCOMES } from "./ir/outcome.ts";
export { jsonText, jsonTexts } from "./report/json.ts";
export type {
  ReportAssumption,
  ReportDiagnostic,
  ReportDocument,
  ReportInput,
  ReportPolicy,
  ReportRule,
  ReportSummary,
  RunReport,
} from "./report/report.ts";
