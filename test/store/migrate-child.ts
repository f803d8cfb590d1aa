// A process of its own that migrates the case argv[2] and kills itself in the middle, after it has changed a table.
import Database from "better-sqlite3";
import { readMigrations, SCHEMA_VERSION } from "../../src/store/migrations.ts";
import { upgrade } from "../../src/store/upgrade.ts";

const file = process.argv[2] ?? "";
const db = new Database(file);
db.pragma("journal_mode = WAL");
db.function("die", () => {
  process.kill(process.pid, "SIGKILL");
  return null;
});
const last = { name: "0990_die", version: 990, text: "DELETE FROM setting; CREATE TABLE left_over (x); SELECT die();" };
await upgrade(file, db, { from: SCHEMA_VERSION, to: 990 }, [...readMigrations(), last]);
