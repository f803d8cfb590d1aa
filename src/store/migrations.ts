import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const MIGRATIONS = fileURLToPath(new URL("../../migrations/", import.meta.url));

/** A numbered file of `migrations/`: `0010_case.sql` has version 10. */
export interface MigrationFile {
  readonly name: string;
  readonly version: number;
  readonly text: string;
}

/** The migrations in `folder`, in order. */
export function readMigrations(folder: string = MIGRATIONS): MigrationFile[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}_.*\.sql$/.test(name))
    .sort()
    .map((name) => ({
      name: name.slice(0, -4),
      version: Number(name.slice(0, 4)),
      text: readFileSync(path.join(folder, name), "utf8"),
    }));
}

/** The version of the schema that migrations lead to. */
export function schemaVersion(files: readonly MigrationFile[]): number {
  return files.at(-1)?.version ?? 0;
}

/** The schema version this program writes. */
export const SCHEMA_VERSION: number = schemaVersion(readMigrations());
