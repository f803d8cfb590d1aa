import { safeText } from "../base/safe-text.ts";
import { isoTime, spanText } from "../base/time-text.ts";
import type { FamiliesOfSource } from "../hunt/rule-families.ts";
import type { Coverage, HostTelemetry, SequenceHoles } from "../store/telemetry.ts";
import type { CaseInfo } from "./info-data.ts";
import { renderTable } from "./table.ts";

const LEVELS = " ▁▂▃▄▅▆▇█";

/** A case for people: sources, then hosts with their times and gaps, then what does not fit. */
export function renderInfo(info: CaseInfo, width: number | null): string {
  const { telemetry } = info;
  const parts = [
    `${safeText(info.case)}: ${info.events.toLocaleString("en")} events, ${info.fields.total} fields${
      telemetry.first === null || telemetry.last === null
        ? ""
        : `, ${isoTime(telemetry.first)} to ${isoTime(telemetry.last)}`
    }\n`,
    renderSources(info, width) + renderWithoutEvents(info),
    renderFamilies(info),
    ...telemetry.hosts.map((host) => renderHost(host)),
  ];
  if (info.fields.malformed.length > 0) {
    const rows = info.fields.malformed.map(({ path, type, malformed }) => [path, type, String(malformed)]);
    parts.push(
      `values that do not fit the type of their field (they count as missing):\n${renderTable(
        [{ title: "field" }, { title: "type" }, { title: "values", align: "right" }],
        rows,
        width,
      )}`,
    );
  }
  return parts.join("\n");
}

function renderSources(info: CaseInfo, width: number | null): string {
  const numbers = ["events", "duplicates", "rejected", "blank", "untimed"] as const;
  return renderTable(
    [
      { title: "source", shrinkTo: 16 },
      { title: "format" },
      { title: "status" },
      ...numbers.map((title) => ({ title, align: "right" as const })),
      { title: "sha256", shrinkTo: 12 },
    ],
    info.sources.map((source) => [
      source.path,
      source.format,
      source.status,
      ...numbers.map((name) => source[name].toLocaleString("en")),
      source.sha256 ?? "",
    ]),
    width,
  );
}

function renderWithoutEvents({ sources, withoutEvents }: CaseInfo): string {
  return withoutEvents
    .map(({ source, kept, listed }) => {
      const path = safeText(sources.find(({ id }) => id === source)?.path ?? "");
      return `${path}: entries without events: ${kept} kept byte for byte, ${listed} listed only (eqlite evidence list says why)\n`;
    })
    .join("");
}

/** Per source: families of rules that it can feed, with events and rules, then those it cannot. */
function renderFamilies({ sources, families }: CaseInfo): string {
  const paths = new Map(sources.map(({ id, path }) => [id, path]));
  const lines = families.flatMap((own) => [
    `  ${safeText(paths.get(own.source) ?? "")}: ${own.able} of ${own.rules} rules`,
    ...familyLines(own),
  ]);
  return `rules that a source alone lets look, by what they look at:\n${lines.map((line) => `${line}\n`).join("")}`;
}

function familyLines({ families }: FamiliesOfSource): string[] {
  const fed = families
    .filter(({ events }) => events > 0)
    .map(({ family, events, rules, able }) => {
      const ofRules = rules === 0 ? "" : ` (${able} of ${rules} ${rules === 1 ? "rule" : "rules"})`;
      return `${safeText(family)} ${events.toLocaleString("en")}${ofRules}`;
    });
  const unfed = families.filter(({ events }) => events === 0).map(({ family }) => family);
  return [
    ...(fed.length === 0 ? [] : [`    events of ${fed.join(", ")}`]),
    ...(unfed.length === 0 ? [] : [`    none of ${unfed.join(", ")}`]),
  ];
}

function renderHost(host: HostTelemetry): string {
  const lines = [`host ${host.host === null ? "(none)" : safeText(host.host)}: ${coverageText(host)}`];
  lines.push(`  |${histogramText(host.histogram)}|`);
  lines.push(...silenceLines(host, "  "));
  if (host.sequence !== null) lines.push(...sequenceLines(host.sequence));
  for (const category of host.categories) {
    lines.push(`  ${safeText(category.category)}: ${coverageText(category)}`);
    lines.push(...silenceLines(category, "    "));
  }
  return `${lines.join("\n")}\n`;
}

function coverageText({ events, first, last }: Coverage): string {
  const count = `${events.toLocaleString("en")} ${events === 1 ? "event" : "events"}`;
  return first === null || last === null
    ? `${count} without a time`
    : `${count}, ${isoTime(first)} to ${isoTime(last)}`;
}

function silenceLines({ silences }: Coverage, indent: string): string[] {
  return silences.map(
    ({ from, to }) => `${indent}silent for ${spanText(to - from)}: ${isoTime(from)} to ${isoTime(to)}`,
  );
}

function sequenceLines({ first, last, missing, holes }: SequenceHoles): string[] {
  if (missing === 0n) return [`  event.sequence ${first} to ${last}: complete`];
  const largest = holes.map(({ after, before }) => `${after + 1n}-${before - 1n}`).join(", ");
  return [`  event.sequence ${first} to ${last}: ${missing} missing; largest holes: ${largest}`];
}

/** One character per part of the time: blank where nothing was recorded, higher where more was. */
export function histogramText(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  return counts
    .map((count) => LEVELS[count === 0 ? 0 : Math.max(1, Math.round((count / most) * (LEVELS.length - 1)))] ?? " ")
    .join("");
}
