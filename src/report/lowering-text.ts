import type { ReportPolicy, ReportRule, RunReport } from "./report.ts";

/** How people call a policy: its name, with its namespace if it has one. */
const nameOf = ({ source: { namespace, name } }: ReportPolicy): string =>
  namespace === null ? name : `${namespace}/${name}`;

/** The policies that a name may mean: `web`, or `shop/web`. */
export function policiesCalled({ policies }: RunReport, name: string): readonly ReportPolicy[] {
  return policies.filter((policy) => policy.source.name === name || nameOf(policy) === name);
}

/** How one policy was lowered: rule by rule, from the source to what is written. */
export function loweringText(report: RunReport, policy: ReportPolicy): string {
  const { source, outcome, emitted, isolation } = policy;
  const place = `${source.file}:${String(source.line)}:${String(source.column)}`;
  const files = emitted.map(({ file }) => file).join(", ");
  const lines = [
    `${source.kind} ${nameOf(policy)} (${place}): ${outcome} -> ${files === "" ? "nothing to write" : files}`,
    ...(["ingress", "egress"] as const).flatMap((direction) => {
      const words = ISOLATION[isolation[direction]];
      return words === undefined ? [] : [`  ${direction}: isolates ${words}`];
    }),
  ];
  for (const rule of policy.rules) {
    lines.push(`  ${rule.path} (${rule.action}): ${rule.outcome}, ${ruleWords(rule)}`);
    for (const line of placesOf(policy, rule)) lines.push(`    ${line}`);
    for (const index of rule.diagnostics) {
      const finding = report.diagnostics[index];
      if (finding !== undefined) lines.push(`    ${finding.message}  ${finding.code}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

const ISOLATION: Readonly<Record<ReportPolicy["isolation"]["ingress"], string | undefined>> = {
  none: undefined,
  same: "the pods that the source isolates",
  more: "more pods than the source",
  less: "fewer pods than the source",
};

function ruleWords(rule: ReportRule): string {
  const causes = rule.because.map((cause) =>
    cause.path === null
      ? `the end of the tier of ${cause.policy}`
      : `${cause.policy} ${cause.path}`,
  );
  const by = causes.length === 0 ? "" : causes.join(", ");
  if (rule.action === "deny" || rule.action === "pass") return decisionWords(rule, by);
  switch (rule.disposition) {
    case "emitted":
      return by === "" ? "written as it is" : `cut by ${by}`;
    case "redundant":
      return by === ""
        ? "redundant: the output is the same without it"
        : `redundant: ${by} decide it`;
    case "skipped":
    case "invalid":
    case "context":
      return by === "" ? "left out" : `left out because of ${by}`;
  }
}

function decisionWords(rule: ReportRule, by: string): string {
  if (rule.disposition === "redundant") {
    return by === ""
      ? "redundant: nothing changes without it"
      : `redundant: ${by} decide what it would decide`;
  }
  if (rule.disposition === "skipped") return "not written: what it overrides is left out";
  if (rule.cutInto?.some(({ disposition }) => disposition === "emitted") === true)
    return "honoured: cut into the rules below";
  if (rule.emittedAs.length > 0) return "honoured: what it leaves or hands on is written";
  return rule.action === "pass"
    ? "honoured: what it hands on is left to the rules that come later"
    : "honoured: no rule that is written allows what it denies";
}

/** Where a rule went, and where a Deny or Pass shows. */
function placesOf({ emitted }: ReportPolicy, rule: ReportRule): readonly string[] {
  const lines = rule.emittedAs.map(
    ({ object, path }) => `-> ${emitted[object]?.file ?? "?"} ${path}`,
  );
  for (const { policy, path, action, disposition, emittedAs } of rule.cutInto ?? []) {
    const places = emittedAs.map((one) => `${one.namespace}/${one.name}.yaml ${one.path}`);
    const name = `${policy} ${path} (${action})`;
    if (places.length > 0) lines.push(`cut into ${name} -> ${places.join(", ")}`);
    else lines.push(`${disposition === "skipped" ? "left out" : "nothing left of"}: ${name}`);
  }
  return lines;
}
