/**
 * Fewer labels that the test still accepts: none of those kept could be left out when it was tried. What is given is
 * accepted.
 *
 * Labels are left out by halves first, then by smaller and smaller parts: of thousands mostly nearly all can go, and each
 * try costs a look at all of them.
 */
export function fewestLabels(
  labels: Readonly<Record<string, string>>,
  accepts: (fewer: Readonly<Record<string, string>>) => boolean,
): Readonly<Record<string, string>> {
  let kept = Object.entries(labels);
  for (let size = Math.ceil(kept.length / 2); size > 0; size = size === 1 ? 0 : size >> 1) {
    for (let at = 0; at < kept.length;) {
      const fewer = kept.toSpliced(at, size);
      if (accepts(Object.fromEntries(fewer))) kept = fewer;
      else at += size;
    }
  }
  return Object.fromEntries(kept);
}
