/** Annotations that every emitted object carries. By the first one an earlier run's output is told from input. */
export const SOURCE_ANNOTATION = "netpol-migrate.dev/source";
export const OUTCOME_ANNOTATION = "netpol-migrate.dev/outcome";
/** On objects alone that isolate pods which the source did not isolate. */
export const OVER_ISOLATES_ANNOTATION = "netpol-migrate.dev/over-isolates";
