import { Command } from "commander";
import { EXIT, UserError } from "../../base/errors.ts";
import { isoTime } from "../../base/time-text.ts";
import type { TimelineEntry } from "../../triage/types.ts";
import { type CaseOptions, withCase, withTriage } from "../case-command.ts";
import { type CliIo, writeOut } from "../io.ts";
import { jsonText } from "../json-out.ts";
import { renderTable } from "../table.ts";
import { parseCount } from "../values.ts";

interface TimelineOptions extends CaseOptions {
  readonly finding?: string;
  readonly incident?: string;
  readonly host?: string;
  readonly entity?: string;
  readonly json?: boolean;
}

/** `eqlite timeline --finding N | --incident N | --host NAME | --entity ID`. */
export function timelineCommand(io: CliIo): Command {
  return withCase(new Command("timeline").description("events and findings in order, with the silences between them"))
    .option("--finding <number>", "of a finding and its process")
    .option("--incident <number>", "of an incident")
    .option("--host <name>", "of a host")
    .option("--entity <id>", "of a process.entity_id")
    .option("--json", "as JSON")
    .action(async (options: TimelineOptions) => {
      const { finding, incident, host, entity } = options;
      const scope = {
        ...(finding === undefined ? {} : { finding: parseCount("finding", finding, 1) }),
        ...(incident === undefined ? {} : { incident: parseCount("incident", incident, 1) }),
        ...(host === undefined ? {} : { host }),
        ...(entity === undefined ? {} : { entity }),
      };
      if (Object.keys(scope).length !== 1) {
        throw new UserError("no-scope", "name one of --finding, --incident, --host, --entity", {
          exitCode: EXIT.usage,
        });
      }
      const entries = await withTriage(io, options, (service) => service.timeline(scope));
      await writeOut(io.stdout, options.json === true ? jsonText(entries) : render(entries, io.columns));
    });
}

function render(entries: readonly TimelineEntry[], width: number | null): string {
  return renderTable(
    [{ title: "time" }, { title: "kind" }, { title: "what", shrinkTo: 20 }, { title: "where", shrinkTo: 8 }],
    entries.map((entry) => [
      entry.kind === "gap" ? "" : entry.time === null ? "unknown" : isoTime(entry.time),
      entry.kind,
      entry.kind === "gap" ? `${entry.text} of silence` : entry.text,
      entry.event === null
        ? entry.finding === null
          ? ""
          : `finding ${entry.finding.id}, ${entry.finding.severity}`
        : `${entry.event.source}:${entry.event.line}`,
    ]),
    width,
  );
}
