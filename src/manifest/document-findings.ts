import type { Diagnostic, Report } from "../diagnostics/diagnostic.ts";
import { manifestDiagnostics } from "./diagnostics.ts";

const limit = 20;

/** The findings about one document: whether it is lost by them, and not more of them than help. */
export class DocumentFindings {
  private readonly report: Report;
  private count = 0;
  private hasError = false;

  constructor(report: Report) {
    this.report = report;
  }

  /** True once an error was found: the value must not be used. */
  get lost(): boolean {
    return this.hasError;
  }

  /** Reports an error. Reading goes on, to find the other errors of the document. */
  fail(makeError: () => Diagnostic): void {
    this.hasError = true;
    this.note(makeError);
  }

  note(makeFinding: () => Diagnostic): void {
    this.count++;
    // A document of a million errors must not cost a million findings, so what is not reported is not made.
    if (this.count <= limit) this.report(makeFinding());
    else if (this.count === limit + 1) {
      const { at } = makeFinding();
      const place = at === undefined ? {} : { at };
      this.report(manifestDiagnostics.create("YML-X023", { ...place, limit }));
    }
  }
}
