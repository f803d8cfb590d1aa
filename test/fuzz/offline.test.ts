/** The program uses no network: nothing in it could, and nothing does while it works. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { expect, it } from "vitest";
import { allCommands, programShape } from "../../src/cli/completion/program-shape.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { memoryIo } from "../cli/memory-io.ts";
import { tempFolder } from "../temp-folder.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const PRELOAD = path.join(import.meta.dirname, "no-network.mjs");

/** What `node:net` gives without touching a network. */
const PURE = /^import \{ (isIPv4|isIPv6|isIP)(, (isIPv4|isIPv6|isIP))* \} from "node:net";$/;

const NETWORK =
  /(?:from |import\(|require\(|import )["'](?:node:)?(?:net|http|https|http2|dgram|tls|dns|dns\/promises|inspector)["']|\b(?:fetch|WebSocket|EventSource|XMLHttpRequest)\s*\(/;

it("no source file imports what reaches a network", () => {
  const files = readdirSync(path.join(ROOT, "src"), { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.tsx?$/.test(name),
  );
  const uses = files.flatMap((name) =>
    readFileSync(path.join(ROOT, "src", name), "utf8")
      .split("\n")
      .filter((line) => NETWORK.test(line) && !PURE.test(line))
      .map((line) => `${name}: ${line}`),
  );
  expect(files.length).toBeGreaterThan(300);
  expect(uses).toEqual([]);
});

const env = { ...process.env, NODE_OPTIONS: `--import=${PRELOAD}` };

it.each([
  ['await import("node:net").then((net) => net.connect(9, "127.0.0.1"))', "connect"],
  ['await import("node:http").then((http) => http.get("http://127.0.0.1:9/"))', "connect"],
  ['await import("node:dns").then((dns) => dns.promises.lookup("localhost"))', "dns"],
  ['await import("node:dgram").then((dgram) => dgram.createSocket("udp4"))', "datagram"],
  ['await fetch("http://127.0.0.1:9/")', "fetch"],
  ['new (await import("node:worker_threads")).Worker("fetch(0)", { eval: true })', "fetch"],
])("the watch over the network sees %s", (code, seen) => {
  const run = spawnSync(process.execPath, ["--input-type=module", "--eval", code], { encoding: "utf8", env });
  expect(run.stderr).toContain(`NETWORK: ${seen}`);
});

/** Load, hunt, export and list the samples, in all processes and threads. */
function demo(folder: string, before: readonly string[]): { status: number | null; out: string; err: string } {
  const [command = "", ...args] = [
    ...before,
    process.execPath,
    ...[path.join(ROOT, "src", "main.ts"), "demo", "--folder", folder],
  ];
  const run = spawnSync(command, args, { cwd: folder, encoding: "utf8", env });
  return { status: run.status, out: run.stdout, err: run.stderr };
}

it("the demo works without touching the network", () => {
  const { status, out, err } = demo(tempFolder(), []);
  expect(err).not.toContain("NETWORK");
  expect(status).toBe(0);
  expect(out).toContain("Findings: 61 (61 new, 0 unchanged, 0 gone)");
});

const hasNamespace = spawnSync("unshare", ["--net", "true"]).status === 0;

it.skipIf(!hasNamespace)("the demo works where there is no network (needs unshare)", () => {
  const { status, out } = demo(tempFolder(), ["unshare", "--net"]);
  expect(status).toBe(0);
  expect(out).toContain("Findings: 61 (61 new, 0 unchanged, 0 gone)");
});

/** Runs each line of the program in one process, which any use of the network ends; its processes and threads, too. */
const DRIVER = `
  const { runCli } = await import(process.env.EQLITE_PROGRAM);
  for (const line of JSON.parse(process.env.EQLITE_LINES)) {
    const code = await runCli(line);
    process.stderr.write("RAN " + line.filter((word) => !word.startsWith("-")).join(" ") + ": " + code + "\\n");
  }
`;

it("no command touches the network", () => {
  const folder = tempFolder();
  const ofCase = (...words: string[]): string[] => [...words, "--case", "a.case"];
  const lines = [
    ofCase("load", path.join(ROOT, "samples", "container-breach")),
    ofCase("hunt"),
    ofCase("info"),
    ofCase("evidence", "list"),
    ofCase("evidence", "show", "1"),
    ofCase("evidence", "extract", "1", "--output", "member"),
    ofCase("query", 'process where process.name == "nc"', "--why"),
    ofCase("findings"),
    ofCase("verdict", "1", "true_positive"),
    ofCase("note", "1", "see http://127.0.0.1:9/"),
    ofCase("step", "1", "1", "done"),
    ofCase("mark", "1"),
    ofCase("undo"),
    ofCase("redo"),
    ofCase("tree", "1"),
    ofCase("timeline", "--finding", "1"),
    ofCase("exceptions", "add", 'process.name == "nc"', "--rule", "x"),
    ofCase("exceptions", "list"),
    ofCase("exceptions", "show", "1"),
    ofCase("exceptions", "delete", "1"),
    ofCase("exceptions", "suggest", "2"),
    ofCase("exceptions", "import", "x.ndjson"),
    ofCase("exceptions", "values", "l", "x.ndjson"),
    ofCase("exceptions", "export"),
    ofCase("hunts"),
    ofCase("journal"),
    ...["csv", "json", "html", "markdown", "navigator", "timesketch"].map((format) =>
      ofCase("export", "--format", format),
    ),
    ofCase("bundle", "--output", "b"),
    ["verify", "b"],
    ofCase("verify"),
    ofCase("upgrade"),
    ofCase("triage"),
    ["rules", "list"],
    ["rules", "show", "x"],
    ["rules", "check", path.join(ROOT, "rules")],
    ["rules", "test", path.join(ROOT, "rules")],
    ofCase("rules", "coverage"),
    ofCase("rules", "export"),
    ["completion", "bash"],
    ["help"],
    ["demo", "--folder", "demo"],
  ];
  const run = spawnSync(process.execPath, ["--input-type=module", "--eval", DRIVER], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...env, EQLITE_PROGRAM: path.join(ROOT, "src", "cli", "program.ts"), EQLITE_LINES: JSON.stringify(lines) },
  });
  expect(run.stderr).not.toContain("NETWORK");
  expect(run.status).toBe(0);
  expect(run.stderr.split("\n").filter((line) => line.startsWith("RAN ")).length).toBe(lines.length);
  // Of every command there is a line; the screen has a test of its own (screen.test.ts).
  const shape = programShape(buildProgram(memoryIo()));
  const missing = allCommands(shape)
    .filter(({ commands }) => commands.length === 0)
    .map(({ path: words }) => words.join(" "))
    .filter((words) => !words.endsWith("help") && !lines.some((line) => line.join(" ").startsWith(words)));
  expect(missing).toEqual([]);
});
