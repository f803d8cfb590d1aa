/** The package as npm packs it, in an empty folder with its production dependencies and nothing else. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { beforeAll, describe, expect, it } from "vitest";
import { VERSION } from "../../src/base/version.ts";
import { loadPty, TestTerminal } from "../pty/terminal.ts";
import { tempFolder } from "../temp-folder.ts";
import { productionPackages, ROOT } from "./lock.ts";

const folder = tempFolder();
const modules = path.join(folder, "node_modules");
const installed = path.join(modules, "eqlite");
const bin = path.join(modules, ".bin", "eqlite");
const oldNode = findOldNode();
let packed: readonly string[];
const pty = await loadPty();

/** Runs the installed program as a user would, without the project's own node_modules in reach. */
function eqlite(...args: readonly string[]): { status: number | null; out: string; err: string } {
  const { NODE_ENV: _env, ...env } = process.env;
  const run = spawnSync(bin, [...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...env, HOME: folder, PATH: `${path.dirname(process.execPath)}:${process.env["PATH"] ?? ""}` },
  });
  return { status: run.status, out: run.stdout, err: run.stderr };
}

beforeAll(() => {
  const answer = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [pack] = JSON.parse(answer.slice(answer.indexOf("["))) as [
    { readonly filename: string; readonly files: readonly { readonly path: string }[] },
  ];
  packed = pack.files.map((file) => file.path);
  mkdirSync(path.join(modules, ".bin"), { recursive: true });
  execFileSync("tar", ["-xzf", path.join(folder, pack.filename), "-C", modules]);
  cpSync(path.join(modules, "package"), installed, { recursive: true });
  symlinkSync(path.join("..", "eqlite", "dist", "main.js"), bin);
  // A copy: through a link, Node would look for further packages in the project, where those for development are.
  for (const { folder: from, optional } of productionPackages()) {
    if (!optional) cpSync(path.join(ROOT, from), path.join(folder, from), { recursive: true, dereference: true });
  }
});

describe("the package", () => {
  it("holds the program, its data and its documents, and nothing that only its makers need", () => {
    const top = [...new Set(packed.map((name) => name.split("/")[0]))].sort();
    expect(top).toEqual(
      [
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "completions",
        "dist",
        "docs",
        "man",
        "migrations",
        "package.json",
        "rules",
        "samples",
        "sbom.cdx.json",
      ].sort(),
    );
    expect(
      packed.filter((name) => /(^|\/)(test|tests|node_modules)\/|\.tsx?$|\.tsbuildinfo$|\.map$/.test(name)),
    ).toEqual([]);
    for (const name of readdirSync(path.join(ROOT, "migrations"))) expect(packed).toContain(`migrations/${name}`);
    for (const name of ["eqlite.bash", "_eqlite", "eqlite.fish"]) expect(packed).toContain(`completions/${name}`);
    const manifest = JSON.parse(readFileSync(path.join(installed, "package.json"), "utf8")) as { readonly man: string };
    expect(existsSync(path.join(installed, manifest.man))).toBe(true);
  });

  it("has every file that its documents lead to", () => {
    const pages = packed.filter((name) => name.endsWith(".md"));
    const broken = pages.flatMap((page) =>
      [...readFileSync(path.join(installed, page), "utf8").matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
        .map((match) => path.posix.join(path.posix.dirname(page), match[1] ?? ""))
        .filter((target) => !packed.includes(target) && !packed.some((name) => name.startsWith(`${target}/`)))
        .map((target) => `${page} -> ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it("runs: version, demo, load, hunt, export, verify", () => {
    expect(eqlite("--version")).toEqual({ status: 0, out: `${VERSION}\n`, err: "" });

    const demo = eqlite("demo");
    expect(demo.status).toBe(0);
    expect(demo.out).toContain("Findings: 61 (61 new, 0 unchanged, 0 gone)");
    expect(existsSync(path.join(folder, "demo", "findings.csv"))).toBe(true);

    const samples = path.join("node_modules", "eqlite", "samples", "container-breach");
    expect(eqlite("load", samples, "--case", "a.case").status).toBe(0);
    const hunt = eqlite("hunt", "--case", "a.case", "--processes", "2");
    expect(hunt.status).toBe(0);
    expect(hunt.out).toContain("Rules: hit 2, none 0, blind 0, unsupported 0, error 0, skipped 0\n");

    expect(eqlite("export", "--case", "a.case", "--format", "html", "--output", "a.html").status).toBe(0);
    expect(readFileSync(path.join(folder, "a.html"), "utf8")).toContain(
      "Egress connection from an entrypoint in a container",
    );

    const verify = eqlite("verify", "--case", "a.case");
    expect(verify.status).toBe(0);
    expect(eqlite("nonsense")).toMatchObject({ status: 2, out: "" });
  });

  it("loads the triage screen without the packages for development", () => {
    const code = 'console.log(typeof (await import("./node_modules/eqlite/dist/tui/run.js")).runTriage)';
    const run = spawnSync(process.execPath, ["--input-type=module", "--eval", code], { cwd: folder, encoding: "utf8" });
    expect(run).toMatchObject({ status: 0, stdout: "function\n", stderr: "" });
  });

  it.skipIf(pty === null)("shows the triage screen in a terminal, judges, and leaves (needs node-pty)", async () => {
    if (pty === null) throw new Error("node-pty is not installed");
    const samples = path.join("node_modules", "eqlite", "samples", "container-breach");
    expect(eqlite("load", samples, "--case", "t.case").status).toBe(0);
    expect(eqlite("hunt", "--case", "t.case", "--processes", "2").status).toBe(0);
    const screen = new TestTerminal(pty, process.execPath, [bin, "triage", "--case", "t.case", "--analyst", "ada"], {
      cwd: folder,
      env: { HOME: folder },
    });
    await screen.until("0/61 judged");
    await screen.press("t", "1/61 judged");
    screen.write("Q");
    expect(await screen.exited).toBe(0);
    expect(eqlite("findings", "--case", "t.case", "--verdict", "true_positive", "--json").out).toContain(
      '"verdict": "true_positive"',
    );
  });

  it.skipIf(oldNode === undefined)("says in one line what an older Node lacks (needs a Node before 22.15)", () => {
    const run = spawnSync(oldNode ?? "", [bin, "--version"], { cwd: folder, encoding: "utf8" });
    expect(run.status).toBe(1);
    expect(run.stdout).toBe("");
    expect(run.stderr).toMatch(/^eqlite: needs Node 22\.15 or newer; this is \d+\.\d+\.\d+\n$/);
  });
});

/** A Node of the machine that is too old for eqlite. */
function findOldNode(): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(path.delimiter), "/usr/bin", "/usr/local/bin"];
  return folders
    .map((each) => path.join(each, "node"))
    .find((file) => {
      const version = /^v(\d+)\.(\d+)/.exec(spawnSync(file, ["--version"], { encoding: "utf8" }).stdout ?? "");
      if (version === null) return false;
      const [major, minor] = [Number(version[1]), Number(version[2])];
      return major < 22 || (major === 22 && minor < 15);
    });
}
