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
    lines.push(
      `  ${rule.path} (${rule.action}): ${rule.outcome}, ${ruleWords(report, policy, rule)}`,
    );
    for (const line of placesOf(report, policy, rule)) lines.push(`    ${line}`);
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

function ruleWords(report: RunReport, policy: ReportPolicy, rule: ReportRule): string {
  const causes = rule.because.map((cause) =>
    cause.path === null
      ? `the end of the tier of ${cause.policy}`
      : `${cause.policy} ${cause.path}`,
  );
  const by = causes.length === 0 ? "" : causes.join(", ");
  if (rule.action === "deny" || rule.action === "pass")
    return decisionWords(report, policy, rule, by);
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

function decisionWords(
  report: RunReport,
  policy: ReportPolicy,
  rule: ReportRule,
  by: string,
): string {
  if (rule.disposition === "redundant") {
    return by === ""
      ? "redundant: nothing changes without it"
      : `redundant: ${by} decide before it what it would decide`;
  }
  const touched = touchedBy(report, policy, rule);
  const cut = touched.filter(({ rule: other }) => other.disposition === "emitted").length;
  if (rule.disposition === "skipped") return "not written: what it overrides is left out";
  if (cut > 0) return "honoured: cut into the rules below";
  return rule.emittedAs.length > 0
    ? "honoured: what it leaves or hands on is written"
    : "honoured: no rule that is written allows what it decides";
}

interface TouchedRule {
  readonly policy: ReportPolicy;
  readonly rule: ReportRule;
}

/** The rules that are what they are because of this one. */
function touchedBy(
  { policies }: RunReport,
  { source }: ReportPolicy,
  { path, line }: ReportRule,
): readonly TouchedRule[] {
  return policies.flatMap((policy) =>
    policy.rules
      .filter(({ because }) =>
        because.some(
          (cause) => cause.path === path && cause.file === source.file && cause.line === line,
        ),
      )
      .map((rule) => ({ policy, rule })),
  );
}

/** Where a rule went, and where a Deny or Pass shows. */
function placesOf(report: RunReport, policy: ReportPolicy, rule: ReportRule): readonly string[] {
  const lines = objectsOf(policy, rule).map((place) => `-> ${place}`);
  if (rule.action !== "deny" && rule.action !== "pass") return lines;
  for (const touched of touchedBy(report, policy, rule)) {
    const name = `${nameOf(touched.policy)} ${touched.rule.path} (${touched.rule.action})`;
    const places = objectsOf(touched.policy, touched.rule);
    lines.push(
      places.length === 0
        ? `${touched.rule.disposition === "skipped" ? "left out" : "nothing left of"}: ${name}`
        : `cut into ${name} -> ${places.join(", ")}`,
    );
  }
  return lines;
}

function objectsOf({ emitted }: ReportPolicy, { emittedAs }: ReportRule): readonly string[] {
  return emittedAs.map(({ object, path }) => `${emitted[object]?.file ?? "?"} ${path}`);
}
