#!/usr/bin/env node
/**
 * The bin. It imports nothing before it has looked at the version of Node: better-sqlite3 crashes below 22.14, and the
 * program needs 22.15 (zstd). An older Node starts the pinned one, where it is installed, in its place.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

const NEEDED = [22, 15] as const;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) {
  process.env["NODE_ENV"] ??= "production";
  const { runCli } = await import("./cli/program.ts");
  process.exitCode = await runCli(process.argv.slice(2));
} else {
  process.exitCode = runUnderPinnedNode();
}

function runUnderPinnedNode(): number {
  const pinned = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));
  if (!existsSync(pinned)) {
    process.stderr.write(`eqlite: needs Node ${NEEDED.join(".")} or newer; this is ${process.versions.node}\n`);
    return 1;
  }
  const run = spawnSync(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  if (run.signal !== null) process.kill(process.pid, run.signal);
  return run.status ?? 1;
}
