/** EQLITE_UPDATE_DOCS=1 writes the outputs into the document instead of comparing them. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { expect, it } from "vitest";
import { withOutputs } from "./docs-console.ts";
import { tempFolder } from "./temp-folder.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
const PAGE = path.join(ROOT, "docs", "case-study.md");

/** What differs from run to run: durations, and hashes over them. */
function comparable(text: string): string {
  return text
    .replace(/ +\d+\.\d$/gm, " SECONDS")
    .replace(/(journal head|sha256) [0-9a-f]{64}/g, "$1 HASH")
    .replace(/\d+ bytes/g, "N bytes");
}

it("the case study's commands print what it shows", async () => {
  const folder = tempFolder();
  const page = readFileSync(PAGE, "utf8");
  const env = { EQLITE_CASE: path.join(folder, "breach.case"), EQLITE_ANALYST: "ada" };
  const real = await withOutputs(page, folder, env);
  if (process.env["EQLITE_UPDATE_DOCS"] === "1") writeFileSync(PAGE, real);
  else expect(comparable(real)).toBe(comparable(page));
});
