import { compareText } from "../base/compare.ts";

/** The file in the output directory itself that lists the others. */
export const KUSTOMIZATION_FILE = "kustomization.yaml";

/** By this line a list of ours is told from somebody's own. */
const MARK =
  "# Written by netpol-migrate --kustomize, which replaces it: put changes into an overlay.\n";

/** A kustomization of all files of a run, sorted. Their names need no quotes: they are DNS names. */
export function kustomizationText(files: readonly string[]): string {
  const resources = [...files].sort(compareText).map((file) => `- ${file}\n`);
  const list = resources.length === 0 ? "resources: []\n" : `resources:\n${resources.join("")}`;
  return `${MARK}apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n${list}`;
}

/** True if an earlier run wrote it. */
export const isOwnKustomization = (text: string): boolean => text.startsWith(MARK);
