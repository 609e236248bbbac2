import process from "node:process";

const LATE = "--interrupt-budget=270000";
const SMALL = "--max-inlined-bytecode-size-cumulative=50";

/** @type {Readonly<Record<string, readonly string[]>>} */
const byRelease = { 11: [LATE, SMALL], 12: [SMALL], 13: [SMALL] };

const [release = ""] = process.versions.v8.split(".");

/**
 * The program's settings of V8, for processes that run tests (docs/adr/0012-engine-settings.md): with them tests take three
 * quarters of the time. Empty on releases on which they were not tried.
 */
export const ENGINE_SETTINGS = byRelease[release] ?? [];
