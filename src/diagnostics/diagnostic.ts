import type { SourcePlace } from "./source-range.ts";

export type Severity = "error" | "warning" | "info";

/** What the finding does to the flows that are allowed after the conversion. */
export type Effect = "none" | "narrows" | "widens" | "unknown";

export interface Related {
  readonly message: string;
  readonly at: SourcePlace;
}

/** One finding about the input or about what became of it: a value, never an exception, never a log line. */
export interface Diagnostic {
  /** Stable and documented, such as `CAL-R012`; never reused for another meaning. */
  readonly code: string;
  readonly severity: Severity;
  readonly effect: Effect;
  /** One sentence, the user's own words in backticks. */
  readonly message: string;
  /** What to do now, as a sentence of its own. */
  readonly hint?: string;
  readonly at?: SourcePlace;
  readonly related?: readonly Related[];
}

/** Where stages put their findings. Appending is all that they may do with it. */
export type Report = (diagnostic: Diagnostic) => void;
