import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { lineAndColumn } from "../../src/diagnostics/source-range.ts";
import { SnapshotBuilder } from "../../src/inventory/build.ts";
import { readInventoryOptions } from "../../src/inventory/options.ts";
import type { InventoryOptionTexts } from "../../src/inventory/options.ts";
import { readFact } from "../../src/inventory/read.ts";
import type { Snapshot } from "../../src/inventory/snapshot.ts";
import { readManifests } from "../../src/manifest/read.ts";

export interface Taken {
  readonly snapshot: Snapshot;
  /** For each object whether its kind tells something. */
  readonly facts: readonly boolean[];
  /** Findings as `CODE line path`. */
  readonly found: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Takes the facts from a text of manifests. */
export function take(
  text: string,
  given: Partial<InventoryOptionTexts & { policies: readonly string[] }> = {},
): Taken {
  const diagnostics: Diagnostic[] = [];
  const report = (one: Diagnostic): void => void diagnostics.push(one);
  const builder = new SnapshotBuilder("here");
  const facts = [...readManifests({ name: "inventory.yaml", text }, report)].map((object) =>
    readFact(object, builder, report),
  );
  for (const name of given.policies ?? []) builder.mentionNamespace(name);
  const { options, errors } = readInventoryOptions({
    knownNamespaces: [],
    podCidrs: [],
    targetPodCidrs: [],
    ...given,
  });
  if (errors.length > 0) throw new Error(errors.join("\n"));
  const snapshot = builder.build(options, report);
  const found = diagnostics.map(({ code, at }) => {
    if (at === undefined) return code;
    const line = lineAndColumn(at.document.file, at.offset).line;
    return `${code} ${String(line)} ${at.path}`.trimEnd();
  });
  return { snapshot, facts, found, diagnostics };
}
