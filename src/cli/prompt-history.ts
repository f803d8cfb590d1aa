import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { errorCode } from "../base/errors.ts";

/** How many queries are kept. */
const MAX_QUERIES = 500;

/** Queries of former sessions, one a line, in the user's state folder: they are not evidence, and stay out of the case. */
export class PromptHistory {
  readonly #path: string;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    const state = env["XDG_STATE_HOME"];
    const folder = state === undefined || state === "" ? path.join(env["HOME"] ?? homedir(), ".local/state") : state;
    this.#path = path.join(folder, "eqlite", "query-history");
  }

  /** The latest first; empty where there are none yet. Longer files are cut. */
  read(): string[] {
    let text: string;
    try {
      text = readFileSync(this.#path, "utf8");
    } catch (error) {
      if (errorCode(error) === "ENOENT") return [];
      throw error;
    }
    const queries = text.split("\n").filter((line) => line !== "");
    if (queries.length > 2 * MAX_QUERIES) {
      writeFileSync(
        this.#path,
        queries
          .slice(-MAX_QUERIES)
          .map((line) => `${line}\n`)
          .join(""),
        { mode: 0o600 },
      );
    }
    return queries.slice(-MAX_QUERIES).reverse();
  }

  /** @param query on one line */
  add(query: string): void {
    mkdirSync(path.dirname(this.#path), { recursive: true, mode: 0o700 });
    appendFileSync(this.#path, `${query}\n`, { mode: 0o600 });
  }
}
