import { stringify } from "csv-stringify/sync";
import { isoTime } from "../base/time-text.ts";
import type { Engine } from "../hunt/engine.ts";
import type { EngineMatch, EngineResult } from "../hunt/engine-result.ts";
import type { PreparedQuery } from "../hunt/prepare-query.ts";
import { describeNearMisses, explainMatch, funnel } from "../hunt/why.ts";
import { eventValues } from "../store/decoded-values.ts";
import { EventReader } from "../store/events.ts";
import { safeText } from "../base/safe-text.ts";
import { safeCellText } from "../export/spreadsheet-text.ts";
import { type CliIo, writeOut } from "./io.ts";
import { renderTable } from "./table.ts";

/** What a line of a table tells of an event; the first of each group that it has. */
const COLUMNS: readonly { readonly title: string; readonly paths: readonly string[] }[] = [
  { title: "host", paths: ["host.name", "host.hostname", "host.id"] },
  { title: "category", paths: ["event.category"] },
  { title: "action", paths: ["event.action", "event.type"] },
  { title: "process", paths: ["process.name", "process.executable"] },
  { title: "user", paths: ["user.name"] },
  {
    title: "what",
    paths: [
      "process.command_line",
      "process.args",
      "destination.ip",
      "file.path",
      "dns.question.name",
      "registry.path",
      "dll.path",
    ],
  },
];

/** Prints matches in a format; a sequence is several lines of a table, one of NDJSON. */
export async function printMatches(
  io: CliIo,
  engine: Engine,
  matches: readonly EngineMatch[],
  format: "table" | "ndjson" | "csv",
): Promise<void> {
  if (format === "ndjson") {
    const reader = new EventReader(engine.file);
    for (const match of matches) await writeOut(io.stdout, `${matchJson(engine, reader, match)}\n`);
    return;
  }
  const rows = matches.flatMap((match, index) => matchRows(engine, match, index + 1));
  const titles = ["#", "time", "source", "line", ...COLUMNS.map((column) => column.title), "keys"];
  if (format === "csv") {
    const cells = rows.map((row) => row.map(safeCellText));
    return writeOut(io.stdout, stringify([titles, ...cells], { record_delimiter: "windows" }));
  }
  const columns = titles.map((title) =>
    title === "what" ? { title, shrinkTo: 20 } : title === "source" ? { title, shrinkTo: 8 } : { title },
  );
  await writeOut(io.stdout, renderTable(columns, rows, io.columns));
}

/** One line of the NDJSON contract: events with their place and document, and the join keys. */
function matchJson(engine: Engine, reader: EventReader, match: EngineMatch): string {
  const events = match.events.map((event) => {
    if (event === null) return '{"missing":true}';
    const position = reader.position(event);
    const { json, original, withheld } = reader.document(event);
    const source = position === undefined ? "" : sourceName(position);
    const time = engine.timeOf(event);
    const head = JSON.stringify({
      id: event,
      source,
      line: position?.line ?? 0,
      "@timestamp": time === null ? null : isoTime(time),
    });
    const tail =
      (original === null ? "" : `,"original":${JSON.stringify(original)}`) + (withheld ? `,"withheld":true` : "");
    return `${head.slice(0, -1)},"event":${json}${tail}}`;
  });
  return `{"events":[${events.join(",")}],"join_keys":${JSON.stringify(match.keys)}}`;
}

/** The source as it was given; the entry of an archive behind `!`. */
function sourceName(position: { readonly path: string; readonly memberPath: string }): string {
  return position.memberPath === "" ? position.path : `${position.path}!${position.memberPath}`;
}

function matchRows(engine: Engine, match: EngineMatch, number: number): string[][] {
  const reader = new EventReader(engine.file);
  const ids = match.events.filter((event) => event !== null);
  const values = eventValues(
    engine.file,
    ids,
    COLUMNS.flatMap((column) => column.paths),
  );
  return match.events.map((event, index) => {
    const first = index === 0 ? String(number) : "";
    const keys = index === 0 ? match.keys.map((key) => key ?? "(null)").join(", ") : "";
    if (event === null) return [first, "(missing)", "", "", ...COLUMNS.map(() => ""), keys];
    const position = reader.position(event);
    const time = engine.timeOf(event);
    const cells = COLUMNS.map(
      ({ paths }) =>
        paths
          .map((path) => values.get(event)?.[path] ?? [])
          .find((found) => found.length > 0)
          ?.join(", ") ?? "",
    );
    return [
      first,
      time === null ? "unknown" : isoTime(time),
      position === undefined ? "" : sourceName(position),
      String(position?.line ?? ""),
      ...cells,
      keys,
    ];
  });
}

/** The SQL of a result, its parameters, the leaves it was made of and how SQLite runs it. */
export function explainText(engine: Engine, result: EngineResult): string {
  const leaves = engine.takeLeafRecords();
  const lines = [`method: ${result.method}`, `answers: ${result.matches.length}`];
  if (leaves.length > 0) lines.push("leaves:");
  for (const leaf of leaves) {
    lines.push(
      `  ${leaf.values} values of family ${leaf.family}, by ${leaf.how}, ${leaf.ms.toFixed(1)} ms: ${safeText(leaf.text)}`,
    );
  }
  if (result.statement === null) {
    lines.push("sql: none; a leaf that has to hold is satisfied by no value of this case");
  } else {
    lines.push("sql:", `  ${safeText(result.statement.sql)}`, "parameters:");
    result.statement.parameters.forEach((parameter, index) =>
      lines.push(`  ${index + 1}: ${parameterText(parameter)}`),
    );
    lines.push("query plan:", ...engine.queryPlan(result.statement).map((line) => `  ${line}`));
  }
  return `${lines.join("\n")}\n`;
}

function parameterText(parameter: unknown): string {
  if (Buffer.isBuffer(parameter)) return `x'${parameter.toString("hex")}'`;
  return typeof parameter === "string" ? safeText(JSON.stringify(parameter)) : String(parameter);
}

/** Per match the leaves that held; without matches how far the events came, stage by stage. */
export function whyText(engine: Engine, prepared: PreparedQuery & { ok: true }, result: EngineResult): string {
  const lines: string[] = [];
  result.matches.forEach((match, index) => {
    lines.push(`answer ${index + 1}`);
    explainMatch(engine, prepared.query, match).forEach((leaves, stage) => {
      const event = match.events[stage];
      lines.push(
        `  stage ${stage + 1}: ${event === null || event === undefined ? "(missing event)" : `event ${event}`}`,
      );
      for (const leaf of leaves) {
        lines.push(
          `    ${safeText(leaf.text)}`,
          ...(leaf.values.length > 0
            ? [`      ${leaf.values.map((value) => safeText(JSON.stringify(value))).join(", ")}`]
            : []),
        );
      }
    });
  });
  if (result.matches.length === 0) lines.push(...whyNot(engine, prepared, result));
  return `${lines.join("\n")}\n`;
}

function whyNot(engine: Engine, prepared: PreparedQuery & { ok: true }, result: EngineResult): string[] {
  const lines = [`no answer among ${engine.evidence.totalEvents} events`];
  for (const stage of funnel(engine, prepared.query, prepared.plan)) {
    lines.push(`  stage ${stage.stage}${stage.missing ? " (missing events)" : ""}: ${stage.events} events`);
    for (const leaf of stage.leaves) lines.push(`    ${String(leaf.events).padStart(9)}  ${safeText(leaf.text)}`);
    for (const key of stage.withoutKey)
      lines.push(`    join key ${safeText(key.field)} is missing in ${key.events} of ${stage.events}`);
  }
  lines.push(...describeNearMisses(result, prepared.plan).map((line) => `  ${line}`));
  return lines;
}
