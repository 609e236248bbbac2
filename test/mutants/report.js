// What a mutation run found: the score of each folder, and the mutants that nobody noticed.
import { readFileSync, writeFileSync } from "node:fs";

const reasons = JSON.parse(readFileSync(new URL("survivors.json", import.meta.url), "utf8"));

/**
 * @param {readonly object[]} mutants of the plan
 * @param {readonly { id: number, status: string }[]} entries of the logs
 * @param {string} file where survivors are written
 * @returns {number} the exit code: 1 if less than 90 % of a folder's mutants are noticed, those with a reason left out
 */
export function printReport(mutants, entries, file) {
  const noticed = new Set();
  const met = new Set();
  for (const { id, status } of entries) {
    if (status === "killed" || status === "timeout") noticed.add(id);
    if (status === "met") met.add(id);
    if (status === "tainted" || status === "broken")
      console.log(JSON.stringify(entries.find((one) => one.id === id && one.status === status)));
  }
  let exitCode = 0;
  const folders = [...new Set(mutants.map(({ folder }) => folder))];
  const rows = [...folders, undefined].map((folder) => {
    const own = mutants.filter((mutant) => folder === undefined || mutant.folder === folder);
    const killed = own.filter(({ id }) => noticed.has(id)).length;
    const equivalent = own.filter(({ id, key }) => !noticed.has(id) && key in reasons).length;
    const never = own.filter(({ id }) => !noticed.has(id) && !met.has(id)).length;
    const score = (100 * killed) / (own.length - equivalent);
    if (score < 90) exitCode = 1;
    return {
      folder: folder ?? "all",
      mutants: own.length,
      killed,
      survived: own.length - killed,
      "never met": never,
      "with a reason": equivalent,
      "killed, %": ((100 * killed) / own.length).toFixed(1),
      "of those that can be, %": score.toFixed(1),
    };
  });
  console.table(rows);
  const survivors = mutants
    .filter(({ id }) => !noticed.has(id))
    .map(({ id, key, file: path, line, operator, original, replacement }) => {
      const state = key in reasons ? `(${reasons[key]})` : met.has(id) ? "" : "(never met)";
      return `${key} ${path}:${line} ${operator}: ${original.slice(0, 160)}  ->  ${replacement.slice(0, 160)} ${state}`;
    });
  writeFileSync(file, `${survivors.join("\n")}\n`);
  console.log(`survivors: ${file}`);
  return exitCode;
}
