import { auditd } from "./auditd.ts";
import { csvOf, type CsvDialect } from "./csv-format.ts";
import { defenderHunting, defenderRaw } from "./defender.ts";
import type { Dialect, TextFormat } from "./dialect.ts";
import { endgame, falco, journald, osquery, sentinelSyslog, tetragon } from "./linux-json.ts";
import { syslog } from "./syslog.ts";
import { kibanaCsv } from "./kibana-csv.ts";
import { evtxDump, hayabusa, windowsFlat, winlogbeat6, winlogbeatRaw } from "./windows-json.ts";

/** JSON that is not ECS, in the order in which it is tried. */
export const JSON_DIALECTS: readonly Dialect[] = [
  tetragon,
  falco,
  osquery,
  journald,
  sentinelSyslog,
  hayabusa,
  windowsFlat,
  winlogbeat6,
  winlogbeatRaw,
  evtxDump,
  defenderRaw,
  defenderHunting,
  endgame,
];

export const CSV_DIALECTS: readonly CsvDialect[] = [
  kibanaCsv,
  csvOf("sentinel-syslog-csv", sentinelSyslog),
  csvOf("defender-raw-csv", defenderRaw),
  csvOf("defender-csv", defenderHunting),
];

export const TEXT_FORMATS: readonly TextFormat[] = [auditd, syslog];
