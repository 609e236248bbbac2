/** What the process tells its caller. */
export const EXIT = {
  done: 0,
  /** Findings at or over `--fail-on`. */
  findings: 1,
  /** Bad usage, unreadable input, or a stop. */
  usage: 2,
  /** Our own fault. */
  internal: 4,
} as const;
