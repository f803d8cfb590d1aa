/** The program uses no network: nothing in it could, and nothing does while it works. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { expect, it } from "vitest";
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
