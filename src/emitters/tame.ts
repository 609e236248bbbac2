/** Text of another team without characters that end a line or that a terminal or parser would act on. */
export function tame(text: string): string {
  return (
    text
      // C0 and C1 controls, line and paragraph separators, byte order marks.
      .replace(/[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]/gu, " ")
      // Halves of surrogate pairs.
      .replace(/\p{Surrogate}/gu, " ")
  );
}
