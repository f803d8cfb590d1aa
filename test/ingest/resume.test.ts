import { spawnSync } from "node:child_process";
import { createReadStream, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadEvidence } from "../../src/ingest/load.ts";
import { DEFAULT_LOAD_OPTIONS, type LoadProgress, type SourceReport } from "../../src/ingest/load-types.ts";
import { type CaseFile, openCase } from "../../src/store/case-file.ts";
import { listSources } from "../../src/store/sources.ts";

const options = { ...DEFAULT_LOAD_OPTIONS, workers: 2, batchBytes: 1 };
let folder: string;
let lines: string;
let array: string;
let undisturbed: Record<string, unknown[][]>;
let undisturbedArray: Record<string, unknown[][]>;

/** Some 14 MB: several chunks. Values, lists, duplicates and broken lines recur across them. */
function documents(): string[] {
  return Array.from({ length: 9_000 }, (_, n) => {
    if (n % 1000 === 500) return `{"broken": `;
    const id = n % 100 === 99 ? n - 50 : n;
    return JSON.stringify({
      "@timestamp": new Date(1_769_853_600_000 + id * 250).toISOString(),
      event: { id: `e${id}`, sequence: id, category: ["process"] },
      agent: { id: "a" },
      host: { id: "h", ip: [`10.0.${id % 200}.1`, "::1"] },
      process: {
        name: `p${id % 500}`,
        args: [`p${id % 500}`, `-x${id % 3000}`],
        exit_code: [1, id % 3],
        entity_id: `E${id}`,
      },
      custom: { [`field${id % 300}`]: id },
      message: "0123456789abcdef".repeat(80),
    });
  });
}

async function inCase<T>(name: string, work: (file: CaseFile) => Promise<T>): Promise<T> {
  const file = await openCase(path.join(folder, name), "create");
  try {
    return await work(file);
  } finally {
    file.close();
  }
}

const load = (name: string, dump: string): Promise<SourceReport | undefined> =>
  inCase(name, async (file) => (await loadEvidence(file, [dump], options)).sources[0]);

/** Every row of every table of the evidence. */
function contents(name: string): Promise<Record<string, unknown[][]>> {
  return inCase(name, async (file) => {
    const tables = [
      "member",
      "block",
      "rejected",
      "duplicate",
      "family",
      "value",
      "value_item",
      "field",
      "field_source",
      "row_digest",
    ];
    const all: Record<string, unknown[][]> = {};
    for (const table of [...tables, "event"])
      all[table] = file.rows({ sql: `SELECT * FROM ${table} ORDER BY 1, 2`, parameters: [] });
    const counts =
      "id, sha256, bytes, format, status, documents, events, duplicates, rejected, blank, untimed, warnings";
    all["source"] = file.rows({ sql: `SELECT ${counts} FROM source`, parameters: [] });
    expect(file.db.pragma("integrity_check", { simple: true })).toBe("ok");
    return all;
  });
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
  lines = path.join(folder, "lines.ndjson");
  array = path.join(folder, "array.json");
  writeFileSync(lines, documents().join("\n"));
  writeFileSync(
    array,
    `[\n${documents()
      .filter((text) => text.endsWith("}"))
      .join(",\n")}\n]\n`,
  );
  expect(await load("whole.case", lines)).toMatchObject({ status: "complete", rejected: 9, duplicates: 90 });
  expect(await load("array.case", array)).toMatchObject({ status: "complete", rejected: 0, duplicates: 90 });
  undisturbed = await contents("whole.case");
  undisturbedArray = await contents("array.case");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => rmSync(path.join(folder, "b.case"), { force: true }));

function kill(dump: string): void {
  const child = path.join(import.meta.dirname, "load-child.ts");
  const { signal } = spawnSync(process.execPath, [child, path.join(folder, "b.case"), dump], { encoding: "utf8" });
  expect(signal).toBe("SIGKILL");
}

describe("a load that was interrupted", () => {
  it("is completed after kill -9, row for row as if nothing had happened", async () => {
    kill(lines);
    expect(await load("b.case", lines)).toMatchObject({ status: "resumed", rejected: 9, duplicates: 90 });
    expect(await contents("b.case")).toEqual(undisturbed);
    expect(await load("b.case", lines)).toMatchObject({ status: "already-loaded" });
    expect(await contents("b.case")).toEqual(undisturbed);
  });

  it("is completed in formats whose documents are not lines", async () => {
    kill(array);
    expect(await load("b.case", array)).toMatchObject({ status: "resumed", duplicates: 90 });
    expect(await contents("b.case")).toEqual(undisturbedArray);
  });

  it("is completed by feeding standard input again", async () => {
    const feed = (signal?: AbortSignal, onProgress?: () => void): Promise<SourceReport | undefined> =>
      inCase("b.case", async (file) => {
        const hooks = { stdin: createReadStream(lines), ...(signal && { signal }), ...(onProgress && { onProgress }) };
        return (await loadEvidence(file, ["-"], { ...options, workers: 1 }, hooks)).sources[0];
      });
    const abort = new AbortController();
    await expect(feed(abort.signal, () => abort.abort())).rejects.toMatchObject({ name: "AbortError" });
    await inCase("b.case", async (file) =>
      expect(listSources(file)).toMatchObject([{ status: "loading", owner: null }]),
    );
    expect(await feed()).toMatchObject({ status: "resumed" });
    expect(await contents("b.case")).toEqual(undisturbed);
  });

  it("is not mixed with another file", async () => {
    kill(lines);
    const other = path.join(folder, "lines.ndjson");
    const size = statSync(other).size;
    writeFileSync(other, documents().join("\n").replace("p1", "p2"));
    expect(await load("b.case", other)).toMatchObject({ status: "failed", error: { code: "evidence-changed" } });
    writeFileSync(other, documents().join("\n"));
    truncateSync(other, 1000);
    expect(await load("b.case", other)).toMatchObject({ status: "failed", error: { code: "evidence-changed" } });
    writeFileSync(other, documents().join("\n"));
    expect(statSync(other).size).toBe(size);
    expect(await load("b.case", other)).toMatchObject({ status: "resumed" });
    expect(await contents("b.case")).toEqual(undisturbed);
  });

  it("wants the options it was begun with", async () => {
    kill(lines);
    await inCase("b.case", async (file) => {
      const { sources } = await loadEvidence(file, [lines], { ...options, timezone: "+02:00" });
      expect(sources).toMatchObject([{ status: "failed", error: { code: "options-differ" } }]);
    });
  });

  it("gets what was missing when the source itself was complete: indexes and views", async () => {
    await load("b.case", lines);
    const made = `SELECT name FROM sqlite_schema ORDER BY name`;
    const whole = await inCase("b.case", async (file) => {
      const names = file.rows({ sql: made, parameters: [] });
      for (const name of ["event_time", "value_folded"]) file.db.exec(`DROP INDEX ${name}`);
      file.db.exec("DROP VIEW events");
      return Promise.resolve(names);
    });
    expect(await load("b.case", lines)).toMatchObject({ status: "already-loaded" });
    await inCase("b.case", async (file) =>
      Promise.resolve(expect(file.rows({ sql: made, parameters: [] })).toEqual(whole)),
    );
    expect(await contents("b.case")).toEqual(undisturbed);
  });

  it("is completed when it was ended between two indexes", async () => {
    const abort = new AbortController();
    await inCase("b.case", async (file) => {
      const onProgress = (progress: LoadProgress): void => {
        if (progress.phase === "index" && progress.done > 0.2) abort.abort();
      };
      const loading = loadEvidence(file, [lines], options, { signal: abort.signal, onProgress });
      await expect(loading).rejects.toMatchObject({ name: "AbortError" });
      expect(listSources(file)).toMatchObject([{ status: "complete" }]);
    });
    expect(await load("b.case", lines)).toMatchObject({ status: "already-loaded" });
    const made = `SELECT name FROM sqlite_schema ORDER BY name`;
    const names = (name: string): Promise<unknown[][]> =>
      inCase(name, async (file) => Promise.resolve(file.rows({ sql: made, parameters: [] })));
    expect(await names("b.case")).toEqual(await names("whole.case"));
    expect(await contents("b.case")).toEqual(undisturbed);
  });

  it("does not depend on the number of workers", async () => {
    await inCase("b.case", async (file) => loadEvidence(file, [lines], { ...DEFAULT_LOAD_OPTIONS, workers: 1 }));
    expect(await contents("b.case")).toEqual(undisturbed);
  });
});

describe("two processes", () => {
  it("do not load into one case at the same time", async () => {
    await inCase("b.case", async (file) => {
      file.db
        .prepare(
          `INSERT INTO source (path, format, status, owner, options, normaliser, tool_version, started_at)
           VALUES ('x', 'ndjson', 'loading', '1@elsewhere', '{}', 1, '0', '2026-01-31')`,
        )
        .run();
      await expect(loadEvidence(file, [lines], options)).rejects.toMatchObject({ code: "case-loading" });
    });
  });
});
