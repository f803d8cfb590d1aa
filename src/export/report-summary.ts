import { counted } from "../base/counted.ts";
import { isoTime } from "../base/time-text.ts";
import { VERDICTS } from "../triage/types.ts";
import type { ReportFacts } from "./report-facts.ts";
import { VERDICT_TEXT } from "./report-finding.ts";

/** The report in a few sentences, for who reads no further. */
export function summarySentences(facts: ReportFacts): string[] {
  return [
    foundSentence(facts),
    ...worstSentence(facts),
    ...judgedSentence(facts),
    lookedSentence(facts),
    ...silenceSentence(facts),
  ];
}

function foundSentence({ header, rules, allIncidents, hosts, span }: ReportFacts): string {
  if (header.findings === 0) return "No findings.";
  const ids = new Set(rules.map(({ rule }) => rule.id)).size;
  const when = span === null ? "" : `, from ${isoTime(span.from)} to ${isoTime(span.to)}`;
  return (
    `${counted(header.findings, "finding")} of ${counted(ids, "rule")} in ${counted(allIncidents, "incident")} ` +
    `on ${counted(hosts, "host")}${when}.`
  );
}

/** The rules of the worst severity, those that found most first. */
function worstSentence({ rules }: ReportFacts): string[] {
  const [worst] = rules;
  if (worst === undefined) return [];
  const { severity } = worst.rule;
  const names = [...new Set(rules.filter(({ rule }) => rule.severity === severity).map(({ rule }) => rule.name))];
  const rest = names.length - NAMED;
  const named = names.slice(0, NAMED).join(", ");
  return [`The worst severity is ${severity}: ${named}${rest > 0 ? `, and ${counted(rest, "more rule")}` : ""}.`];
}

const NAMED = 3;

function judgedSentence({ header, verdicts }: ReportFacts): string[] {
  if (header.findings === 0) return [];
  const judged = VERDICTS.filter((verdict) => verdict !== "undetermined" && verdicts[verdict] > 0).map(
    (verdict) => `${verdicts[verdict]} judged ${VERDICT_TEXT[verdict]}`,
  );
  return [`${[...judged, `${verdicts.undetermined} not judged yet`].join(", ")}.`];
}

function lookedSentence({ hunt, unanswered }: ReportFacts): string {
  if (hunt === null) return "The case was not hunted.";
  if (unanswered.length === 0) return "Every rule of the last hunt could be answered.";
  return `${counted(unanswered.length, "rule")} of the last hunt could not be answered.`;
}

function silenceSentence({ telemetry: { hosts } }: ReportFacts): string[] {
  const silent = hosts.filter(({ silences }) => silences.length > 0).length;
  return silent === 0 ? [] : [`Of ${counted(silent, "host")} nothing was recorded for some time.`];
}
