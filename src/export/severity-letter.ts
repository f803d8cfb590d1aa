import type { Severity } from "../rules/rule.ts";

/** Letter of a severity in charts, which do not need their colours to be read. */
export const SEVERITY_LETTER: Readonly<Record<Severity, string>> = { low: "L", medium: "M", high: "H", critical: "C" };
