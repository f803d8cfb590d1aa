// Compiles src to dist with the project's own TypeScript, and writes the manual page and the completions from the result. Run through `npm run build`, so the pinned node runs it.
import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const root = path.dirname(import.meta.dirname);
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
try {
  execFileSync(process.execPath, [tsc, "-p", path.join(root, "tsconfig.build.json")], { stdio: "inherit", cwd: root });
} catch {
  process.exit(1);
}
chmodSync(path.join(root, "dist", "main.js"), 0o755);
await import("./share.mjs");
