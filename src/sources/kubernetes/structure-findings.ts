import type { StructureFindings } from "../schema-check.ts";
import { kubernetesDiagnostics } from "./diagnostics.ts";

/** How findings of the schema check read here. */
export const structureFindings: StructureFindings = {
  wrongValue: (of) => kubernetesDiagnostics.create("K8S-X001", of),
  missingField: (of) => kubernetesDiagnostics.create("K8S-X002", of),
  unknownField: (of, path) => {
    const inRule =
      path[0] === "spec" && (path[1] === "ingress" || path[1] === "egress") && path.length > 3;
    return kubernetesDiagnostics.create(inRule ? "K8S-R010" : "K8S-X003", of);
  },
  more: (of) => kubernetesDiagnostics.create("K8S-X004", of),
  tooMany: (of) => kubernetesDiagnostics.create("K8S-X005", of),
};
