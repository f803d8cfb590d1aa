import { auditd } from "./auditd.ts";
import type { CsvDialect } from "./csv-format.ts";
import type { Dialect, TextFormat } from "./dialect.ts";
import { kibanaCsv } from "./kibana-csv.ts";
import { evtxDump, windowsFlat, winlogbeat6, winlogbeatRaw } from "./windows-json.ts";

/** JSON that is not ECS, in the order in which it is tried. */
export const JSON_DIALECTS: readonly Dialect[] = [windowsFlat, winlogbeat6, winlogbeatRaw, evtxDump];

export const CSV_DIALECTS: readonly CsvDialect[] = [kibanaCsv];

export const TEXT_FORMATS: readonly TextFormat[] = [auditd];
