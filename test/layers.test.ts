import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync, cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "..");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-layers-"));
  for (const name of ["package.json", "tsconfig.json", ".dependency-cruiser.cjs"])
    cpSync(path.join(root, name), path.join(folder, name));
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function plant(files: Readonly<Record<string, string>>): { status: number | null; output: string } {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  const bin = path.join(root, "node_modules", "dependency-cruiser", "bin", "dependency-cruiser.mjs");
  const run = spawnSync(process.execPath, [bin, "src", "--config", ".dependency-cruiser.cjs"], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status: run.status, output: run.stdout + run.stderr };
}

const STORE = "export const store = 1;\n";

it("the layer check passes an import that goes the right way", () => {
  const { status, output } = plant({
    "src/store/a.ts": STORE,
    "src/hunt/b.ts": 'import { store } from "../store/a.ts";\nexport const hunt = store;\n',
  });
  expect(output).toContain("no dependency violations found (2 modules, 1 dependencies cruised)");
  expect(status).toBe(0);
});

it("the layer check fails on a planted import of the store by the terminal UI", () => {
  const { status, output } = plant({
    "src/store/a.ts": STORE,
    "src/tui/b.ts": 'import { store } from "../store/a.ts";\nexport const tui = store;\n',
  });
  expect(output).toContain("error layer-tui: src/tui/b.ts → src/store/a.ts");
  expect(status).toBe(1);
});

it("the layer check fails on better-sqlite3 outside the store", () => {
  const { status, output } = plant({
    "src/hunt/b.ts": 'import Database from "better-sqlite3";\nexport const db = Database;\n',
  });
  expect(output).toContain("error sqlite-only-in-store: src/hunt/b.ts");
  expect(status).toBe(1);
});
