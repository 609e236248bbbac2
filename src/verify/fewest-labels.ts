/**
 * Fewer labels that the test still accepts: none of those kept could be left out when it was tried. What is given is
 * accepted.
 *
 * Labels are left out by halves first, then by smaller and smaller parts: of thousands mostly nearly all can go, and each
 * try costs a look at all of them. Where hundreds are needed, nobody waits for the last one that is not.
 */
export function fewestLabels(
  labels: Readonly<Record<string, string>>,
  accepts: (fewer: Readonly<Record<string, string>>) => boolean,
): Readonly<Record<string, string>> {
  let kept = Object.entries(labels);
  let tries = 0;
  for (let size = Math.ceil(kept.length / 2); size > 0; size = size === 1 ? 0 : size >> 1) {
    for (let at = 0; at < kept.length && tries < MOST_TRIES; tries += 1) {
      const fewer = kept.toSpliced(at, size);
      if (accepts(Object.fromEntries(fewer))) kept = fewer;
      else at += size;
    }
  }
  return Object.fromEntries(kept);
}

/** Enough for each of a hundred labels to be tried. */
const MOST_TRIES = 256;
