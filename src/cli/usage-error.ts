import type { Diagnostic } from "../diagnostics/diagnostic.ts";

/** The call or its surroundings are at fault: a wrong option, a file that is not there. Ends with exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** What to do now, as a sentence of its own. */
  readonly hint: string | undefined;

  constructor(message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.hint = options.hint;
  }
}

/** A finding about a file without which there is nothing to do. */
export function asUsageError(file: string, { message, hint }: Diagnostic): UsageError {
  return new UsageError(`\`${file}\`: ${message}`, hint === undefined ? {} : { hint });
}
