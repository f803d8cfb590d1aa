import type { CaseFile } from "./case-file.ts";
import { idList } from "./summary.ts";

/** Where in the evidence an event comes from. */
export interface EventOrigin {
  readonly event: number;
  /** Nanoseconds since 1970 UTC; null when unknown. */
  readonly time: bigint | null;
  readonly source: number;
  readonly sourcePath: string;
  /** Of the source as found; null while it is being loaded. */
  readonly sourceSha256: string | null;
  /** Path inside an archive; empty for the source itself. */
  readonly memberPath: string;
  readonly memberSha256: string | null;
  /** 1-based physical line of the member, or ordinal of the document for formats without lines. */
  readonly line: number;
  /** Of the document's first byte in the member's decompressed bytes. */
  readonly offset: number;
  readonly bytes: number;
}

interface OriginRow extends Omit<EventOrigin, "time"> {
  readonly time: bigint | null;
}

/** Origins of events, by event; events that do not exist are left out. */
export function readOrigins(file: CaseFile, events: readonly number[]): Map<number, EventOrigin> {
  const rows = file.rows({
    sql: `SELECT e.id, e.time, s.id, s.path, s.sha256, m.path, m.sha256, e.line, b.offset + e.offset, e.bytes
          FROM event e JOIN member m ON m.id = e.member JOIN source s ON s.id = m.source JOIN block b ON b.id = e.block
          WHERE e.id IN (SELECT value FROM json_each(?))`,
    parameters: [idList(events)],
  });
  return new Map(
    rows.map((row): [number, EventOrigin] => {
      const origin: OriginRow = {
        event: Number(row[0]),
        time: row[1] as bigint | null,
        source: Number(row[2]),
        sourcePath: row[3] as string,
        sourceSha256: row[4] as string | null,
        memberPath: row[5] as string,
        memberSha256: row[6] as string | null,
        line: Number(row[7]),
        offset: Number(row[8]),
        bytes: Number(row[9]),
      };
      return [origin.event, origin];
    }),
  );
}
