import { mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { EXIT, type ExitCode } from "../../base/errors.ts";
import type { CliIo } from "../io.ts";

const SAMPLES = fileURLToPath(new URL("../../../samples/container-breach", import.meta.url));

/** Runs one command line and gives its exit code. */
export type RunCommand = (argv: readonly string[]) => Promise<ExitCode>;

/**
 * `eqlite demo`: the sample dump from load to spreadsheet, by the commands a user would type, each shown before it runs;
 * on a terminal the triage screen follows.
 */
export function demoCommand(io: CliIo, run: RunCommand): Command {
  return new Command("demo")
    .description("load the sample dump, hunt, export a CSV, and open the triage screen")
    .option("--folder <folder>", "where the case and the CSV go", "demo")
    .option("--no-triage", "do not open the triage screen")
    .action(async ({ folder, triage }: { folder: string; triage: boolean }) => {
      const target = path.resolve(io.cwd, folder);
      mkdirSync(target, { recursive: true });
      const file = path.join(target, "container-breach.case");
      const csv = path.join(target, "findings.csv");
      const steps = [
        ["load", SAMPLES, "--case", file],
        ["hunt", "--case", file],
        ["export", "--case", file, "--format", "csv", "--output", csv],
        ...(triage && io.isTTY.stdin && io.isTTY.stdout
          ? [["triage", "--case", file]]
          : [["findings", "--case", file]]),
      ];
      for (const step of steps) {
        io.stderr.write(`\n$ eqlite ${step.map((word) => shown(io, word)).join(" ")}\n`);
        const code = await run(step);
        if (code !== EXIT.done) {
          io.exitCode = code;
          return;
        }
      }
      io.stderr.write(`\nThe case is ${shown(io, file)}, the findings are in ${shown(io, csv)}.\n`);
      io.stderr.write(`Look again with: npx eqlite triage --case ${shown(io, file)}\n`);
    });
}

/** Paths below the current folder are shown from there. */
function shown(io: CliIo, word: string): string {
  const relative = path.relative(io.cwd, word);
  return path.isAbsolute(word) && !relative.startsWith("..") ? relative : word;
}
