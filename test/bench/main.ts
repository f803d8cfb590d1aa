/**
 * Benchmarks: `npm run bench -- NAME [options]`. Each is a file of its own that prints a table.
 */
const BENCHES: Readonly<Record<string, () => Promise<{ run(args: readonly string[]): Promise<void> }>>> = {
  hunt: () => import("./hunt.ts"),
  load: () => import("./load.ts"),
  tui: () => import("./tui.ts"),
};

const [name = "", ...args] = process.argv.slice(2);
const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (bench === undefined) {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(BENCHES).join("|")} [options]\n`);
  process.exitCode = 2;
} else await (await bench()).run(args);
