import { Command } from "commander";
import { EXIT, UserError } from "../../base/errors.ts";
import { safeText } from "../../base/safe-text.ts";
import type { VerifyProgress } from "../../triage/verify-case.ts";
import type { Verification } from "../../triage/verify-types.ts";
import { withCase } from "../case-command.ts";
import { caseOf, type CliIo, resolvePath, writeOut } from "../io.ts";
import { jsonText } from "../json-out.ts";
import { StatusLine } from "../status-line.ts";

/** `eqlite verify`: proves that the case is what was loaded and done; exit code 1 where it is not. */
export function verifyCommand(io: CliIo): Command {
  return withCase(new Command("verify").description("prove that the evidence and the investigation are untouched"))
    .argument("[bundle]", "a folder that eqlite bundle wrote, instead of a case")
    .option("--public-key <key.pem>", "the public key that the manifest of the bundle must be signed with")
    .option("--all-rules", "also run again the rules that found nothing in the last hunt; takes as long as that hunt")
    .option("--json", "as JSON")
    .action(async (bundle: string | undefined, options: VerifyOptions) => {
      const status = new StatusLine(io);
      const progress = (check: string, share: number): void =>
        status.show(share === 0 ? check : `${check} ${Math.floor(share * 100)} %`);
      const result = await (
        bundle === undefined ? verifyCaseFile(io, options, progress) : verifyBundleFolder(io, bundle, options, progress)
      ).finally(() => status.clear());
      await writeOut(io.stdout, options.json === true ? jsonText(result) : verificationText(result));
      if (!result.ok) io.exitCode = EXIT.failed;
      else if (result.checks.some(({ withheld }) => withheld !== null)) io.exitCode = EXIT.incomplete;
    });
}

interface VerifyOptions {
  readonly case?: string;
  readonly publicKey?: string;
  readonly allRules?: boolean;
  readonly json?: boolean;
}

async function verifyCaseFile(io: CliIo, options: VerifyOptions, onProgress: VerifyProgress): Promise<Verification> {
  if (options.publicKey !== undefined) {
    throw new UserError("no-bundle", "--public-key checks the manifest of a bundle", {
      hint: "eqlite verify FOLDER --public-key KEY.pem",
      exitCode: EXIT.usage,
    });
  }
  const [{ openCase }, { verifyCase }] = await Promise.all([
    import("../../store/case-file.ts"),
    import("../../triage/verify-case.ts"),
  ]);
  const file = await openCase(caseOf(io, options.case), "read");
  try {
    return await verifyCase(file, onProgress, { allRules: options.allRules === true });
  } finally {
    file.close();
  }
}

async function verifyBundleFolder(
  io: CliIo,
  bundle: string,
  options: VerifyOptions,
  onProgress: VerifyProgress,
): Promise<Verification> {
  const [{ verifyBundle }, { readPublicKey }] = await Promise.all([
    import("../../export/bundle/check-bundle.ts"),
    import("../../export/bundle/signature.ts"),
  ]);
  const key = options.publicKey === undefined ? null : readPublicKey(resolvePath(io, options.publicKey));
  return verifyBundle(resolvePath(io, bundle), key, onProgress, { allRules: options.allRules === true });
}

function verificationText({ ok, journalHead, checks }: Verification): string {
  const lines = checks.flatMap(({ name, checked, total, problems, skipped, withheld }) => {
    const state = total > 0 ? "BAD" : withheld === null ? "ok" : "part";
    const wrong = total === 0 ? "" : `, ${total} wrong`;
    const open = [skipped, withheld === null ? null : `withheld: ${withheld}`].filter((reason) => reason !== null);
    return [
      `${state.padEnd(4)} ${name.padEnd(11)} ${checked} checked${wrong}${open.map((reason) => ` (${safeText(reason)})`).join("")}`,
      ...problems.map((problem) => `       ${safeText(problem)}`),
    ];
  });
  const complete = checks.every(({ withheld }) => withheld === null);
  const verdict = !ok
    ? "The case is NOT what was loaded and done."
    : complete
      ? "The case is sound."
      : "What this copy of the case has is sound; what it withholds cannot be checked.";
  return [...lines, `journal head ${journalHead ?? "cannot be read"}`, verdict, ""].join("\n");
}
