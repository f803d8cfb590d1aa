/** How the screen writes times, durations and numbers. Always UTC. */
import type { Severity } from "../rules/rule.ts";
import type { Verdict } from "../triage/types.ts";
import type { Span } from "./line.ts";
import { span } from "./line.ts";
import type { Style } from "./theme.ts";

const NS_PER_MS = 1_000_000n;

/** `2026-03-01 12:34:56.789`, or `-` where the time is unknown or outside what a calendar can show. */
export function formatTime(time: bigint | null): string {
  const text = iso(time);
  return text === null ? "-" : text.slice(0, 23).replace("T", " ");
}

/** `03-01 12:34:56`. */
export function formatShortTime(time: bigint | null): string {
  const text = iso(time);
  return text === null ? "-" : text.slice(5, 19).replace("T", " ");
}

/** `12:34:56.789`. */
export function formatClock(time: bigint | null): string {
  const text = iso(time);
  return text === null ? "-" : text.slice(11, 23);
}

/** The full time with nine digits, as it is copied: `2026-03-01T12:34:56.789000001Z`. */
export function formatExactTime(time: bigint | null): string {
  const text = iso(time);
  if (time === null || text === null) return "-";
  const fraction = ((time % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return `${text.slice(0, 19)}.${String(fraction).padStart(9, "0")}Z`;
}

function iso(time: bigint | null): string | null {
  if (time === null) return null;
  const ms = Number(time / NS_PER_MS - (time < 0n && time % NS_PER_MS !== 0n ? 1n : 0n));
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 || date.getUTCFullYear() < 0
    ? null
    : date.toISOString();
}

const UNITS: readonly (readonly [name: string, ns: bigint])[] = [
  ["d", 86_400_000_000_000n],
  ["h", 3_600_000_000_000n],
  ["m", 60_000_000_000n],
  ["s", 1_000_000_000n],
  ["ms", 1_000_000n],
  ["µs", 1_000n],
];

/** The two largest units of a span of time: `2h 5m`, `1.5s` becomes `1s 500ms`, `0` is `0s`. */
export function formatDuration(ns: bigint): string {
  let rest = ns < 0n ? -ns : ns;
  const parts: string[] = [];
  for (const [name, size] of UNITS) {
    if (rest >= size && parts.length < 2) {
      parts.push(`${String(rest / size)}${name}`);
      rest %= size;
    } else if (parts.length === 1) break;
  }
  return parts.length === 0 ? "0s" : parts.join(" ");
}

export const SEVERITY_LABEL: Readonly<Record<Severity, string>> = {
  low: "low",
  medium: "med",
  high: "high",
  critical: "CRIT",
};
const SEVERITY_STYLE: Readonly<Record<Severity, Style>> = {
  low: "dim",
  medium: "warn",
  high: "bad",
  critical: "critical",
};

export const VERDICT_LABEL: Readonly<Record<Verdict, string>> = {
  undetermined: "undetermined",
  true_positive: "true positive",
  false_positive: "false positive",
  benign_positive: "benign positive",
  duplicate: "duplicate",
};
const VERDICT_SIGN: Readonly<Record<Verdict, string>> = {
  undetermined: ".",
  true_positive: "T",
  false_positive: "F",
  benign_positive: "B",
  duplicate: "D",
};
const VERDICT_STYLE: Readonly<Record<Verdict, Style>> = {
  undetermined: "dim",
  true_positive: "bad",
  false_positive: "good",
  benign_positive: "accent",
  duplicate: "dim",
};

/** The severity in four columns. */
export function severitySpan(severity: Severity): Span {
  return span(SEVERITY_LABEL[severity].padEnd(4), SEVERITY_STYLE[severity]);
}

/** The verdict as one letter: `T`, `F`, `B`, `D`, or `.` for none yet. */
export function verdictSign(verdict: Verdict): Span {
  return span(VERDICT_SIGN[verdict], VERDICT_STYLE[verdict]);
}

/** The verdict in words. */
export function verdictSpan(verdict: Verdict): Span {
  return span(VERDICT_LABEL[verdict], VERDICT_STYLE[verdict]);
}
