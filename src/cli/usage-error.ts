/** Something about the call or the surroundings that the user can mend: exit code 2, no stack. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly hint: string | undefined;

  constructor(message: string, { hint, cause }: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, { cause });
    this.hint = hint;
  }
}
