/* The names of the formats, apart from their renderers: help and options need no more, and load no more. */

export const REPORT_FORMAT_NAMES = [
  "json",
  "md",
  "sarif",
  "junit",
  "github",
  "gitlab",
  "html",
] as const;
export type ReportFormatName = (typeof REPORT_FORMAT_NAMES)[number];

export const VERIFICATION_FORMAT_NAMES = ["json", "md", "junit", "github", "gitlab"] as const;
export type VerificationFormatName = (typeof VERIFICATION_FORMAT_NAMES)[number];
