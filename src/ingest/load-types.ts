import type { FieldType } from "../ecs/field-type.ts";
import type { UserMap } from "./mappings/user-map.ts";

/** Options of `eqlite load`. */
export interface LoadOptions {
  /** `auto`, or the id of a format. */
  readonly format: string;
  readonly timestampField: string;
  readonly tiebreakerField: string;
  readonly categoryField: string | null;
  /** For times that name no zone; null: UTC, and the summary says so. */
  readonly timezone: string | null;
  readonly mapping: Readonly<Record<string, FieldType>>;
  /** How documents of the user's own tool become ECS. */
  readonly map?: UserMap;
  readonly keepDuplicates: boolean;
  /** Keep the bytes of all entries of archives that are no event data; absent: of those up to 1 MiB. */
  readonly keepUnread?: boolean;
  /** Worker threads; absent: as many as the machine has processors. */
  readonly workers?: number;
  /** Bytes that come together before they are written in one transaction; absent: 24 MiB. */
  readonly batchBytes?: number;
}

export const DEFAULT_LOAD_OPTIONS: LoadOptions = {
  format: "auto",
  timestampField: "@timestamp",
  tiebreakerField: "event.sequence",
  categoryField: null,
  timezone: null,
  mapping: {},
  keepDuplicates: false,
};

/** What became of one of the given paths. */
export interface SourceReport {
  readonly path: string;
  /** Of the file as found, lower-case hex; null when it was not read to its end. */
  readonly sha256: string | null;
  /** Size as found. */
  readonly bytes: number;
  readonly format: string | null;
  readonly members: number;
  /** events + duplicates + rejected + blank. */
  readonly documents: number;
  readonly events: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly blank: number;
  /** Events without a usable time. */
  readonly untimed: number;
  /** Events with the event.id and agent.id of another one, and other content. */
  readonly conflicts: number;
  /** Events whose time named no zone. */
  readonly zoneless: number;
  readonly warnings: readonly string[];
  readonly status: "complete" | "resumed" | "already-loaded" | "failed";
  readonly seconds: number;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string | null } | null;
}

export interface LoadReport {
  readonly sources: readonly SourceReport[];
}

export type LoadProgress =
  | {
      readonly phase: "read";
      readonly path: string;
      /** Of the source as found; `total` is null for standard input. */
      readonly bytes: number;
      readonly total: number | null;
      readonly events: number;
    }
  /** `done`: 0 to 1. */
  | { readonly phase: "index"; readonly done: number };
