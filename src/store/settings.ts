import type { CaseFile } from "./case-file.ts";

/** A setting of the case (where a screen was left), or null. */
export function getSetting(file: CaseFile, key: string): string | null {
  return (
    file.db.prepare<[string], { value: string }>("SELECT value FROM setting WHERE key = ?").get(key)?.value ?? null
  );
}

export function setSetting(file: CaseFile, key: string, value: string): void {
  file.db
    .prepare("INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
    .run(key, value);
}
