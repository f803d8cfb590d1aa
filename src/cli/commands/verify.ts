import { Command } from "commander";
import { EXIT } from "../../base/errors.ts";
import { safeText } from "../../base/safe-text.ts";
import type { Verification } from "../../triage/verify-types.ts";
import { withCase } from "../case-command.ts";
import { caseOf, type CliIo, writeOut } from "../io.ts";
import { jsonText } from "../json-out.ts";

/** `eqlite verify`: proves that the case is what was loaded and done; exit code 1 where it is not. */
export function verifyCommand(io: CliIo): Command {
  return withCase(new Command("verify").description("prove that the evidence and the investigation are untouched"))
    .option("--json", "as JSON")
    .action(async (options: { case?: string; json?: boolean }) => {
      const [{ openCase }, { verifyCase }] = await Promise.all([
        import("../../store/case-file.ts"),
        import("../../triage/verify-case.ts"),
      ]);
      const file = await openCase(caseOf(io, options.case), "read");
      try {
        const result = await verifyCase(file, (check, share) => {
          if (io.isTTY.stderr) io.stderr.write(`\r\u001b[K${check} ${Math.floor(share * 100)} %`);
        });
        if (io.isTTY.stderr) io.stderr.write("\r\u001b[K");
        await writeOut(io.stdout, options.json === true ? jsonText(result) : verificationText(result));
        if (!result.ok) io.exitCode = EXIT.failed;
      } finally {
        file.close();
      }
    });
}

function verificationText({ ok, journalHead, checks }: Verification): string {
  const lines = checks.flatMap(({ name, checked, total, problems, skipped }) => [
    `${(total === 0 ? "ok" : "BAD").padEnd(4)} ${name.padEnd(11)} ${checked} checked${total === 0 ? "" : `, ${total} wrong`}${skipped === null ? "" : ` (${safeText(skipped)})`}`,
    ...problems.map((problem) => `       ${safeText(problem)}`),
  ]);
  const verdict = ok ? "The case is sound." : "The case is NOT what was loaded and done.";
  return [...lines, `journal head ${journalHead}`, verdict, ""].join("\n");
}
