import { attributes, escapeXml } from "./xml.ts";

/** How a test case ends. */
export type JunitEnding = "passed" | "skipped" | "failure" | "error";
const ENDINGS: readonly JunitEnding[] = ["passed", "skipped", "failure", "error"];

export interface JunitCase {
  readonly name: string;
  readonly classname: string;
  readonly file?: string | null;
  readonly line?: number | null;
  readonly ending: JunitEnding;
  /** Such as an outcome. */
  readonly type: string;
  readonly message: string;
  /** Everything else that there is to say, a line a thing; may be empty. */
  readonly detail: string;
}

/** How many cases of a suite end how. */
export class JunitCounts {
  readonly endings: Record<JunitEnding, number> = { passed: 0, skipped: 0, failure: 0, error: 0 };

  add(ending: JunitEnding, number = 1): void {
    this.endings[ending] += number;
  }

  addAll(other: JunitCounts): void {
    for (const ending of ENDINGS) this.add(ending, other.endings[ending]);
  }

  /** The attributes of a suite of that name. */
  textFor(name: string): string {
    const { failure: failures, error: errors, skipped } = this.endings;
    const tests = ENDINGS.reduce((sum, ending) => sum + this.endings[ending], 0);
    return attributes({ name, tests, failures, errors, skipped, time: 0 });
  }
}

export interface JunitSuite {
  readonly counts: JunitCounts;
  readonly text: string;
}

/** A suite that fits into memory. */
export function junitSuite(name: string, cases: readonly JunitCase[]): JunitSuite {
  const counts = new JunitCounts();
  const names = new UniqueNames();
  for (const { ending } of cases) counts.add(ending);
  const texts = cases.map((one) => junitCaseText(one, names));
  return {
    counts,
    text: `  <testsuite${counts.textFor(name)}>\n${texts.join("")}  </testsuite>\n`,
  };
}

export function junitText(name: string, suites: readonly JunitSuite[]): readonly string[] {
  const total = new JunitCounts();
  for (const { counts } of suites) total.addAll(counts);
  return [
    `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${total.textFor(name)}>\n`,
    ...suites.map(({ text }) => text),
    "</testsuites>\n",
  ];
}

/** Names of the cases of one suite: readers take two of one name for one. */
export class UniqueNames {
  readonly #given = new Map<string, number>();

  of(name: string): string {
    const before = this.#given.get(name) ?? 0;
    this.#given.set(name, before + 1);
    return before === 0 ? name : `${name} (${String(before + 1)})`;
  }
}

export function junitCaseText(
  { name, classname, file, line, ending, type, message, detail }: JunitCase,
  names: UniqueNames,
): string {
  const head = attributes({
    name: names.of(name),
    classname,
    ...(typeof file === "string" ? { file } : {}),
    ...(typeof line === "number" ? { line } : {}),
    time: 0,
  });
  const lines = [`    <testcase${head}>`];
  if (ending === "skipped") lines.push(`      <skipped${attributes({ message })}/>`);
  else if (ending !== "passed") {
    lines.push(`      <${ending}${attributes({ message, type })}>${escapeXml(detail)}</${ending}>`);
  }
  if ((ending === "passed" || ending === "skipped") && detail !== "") {
    lines.push(`      <system-out>${escapeXml(detail)}</system-out>`);
  }
  lines.push("    </testcase>");
  return `${lines.join("\n")}\n`;
}
