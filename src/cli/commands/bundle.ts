import { Command } from "commander";
import { redactionText } from "../../store/redaction.ts";
import { EXIT, UserError } from "../../base/errors.ts";
import { safeText } from "../../base/safe-text.ts";
import { type CaseOptions, withAnalyst, withCaseBook } from "../case-command.ts";
import { type CliIo, resolvePath, writeOut } from "../io.ts";
import { jsonText } from "../json-out.ts";
import { StatusLine } from "../status-line.ts";
import { collect } from "../values.ts";

interface BundleOptions extends CaseOptions {
  readonly output: string;
  readonly redact: readonly string[];
  readonly keep: readonly string[];
  readonly sign?: string;
  readonly readonly?: boolean;
  readonly json?: boolean;
}

/** `eqlite bundle --output DIR [--redact FIELD]... [--sign KEY]`: the case to hand over, with a manifest of its hashes. */
export function bundleCommand(io: CliIo): Command {
  return withAnalyst(new Command("bundle").description("write the case to hand over: compacted, with a manifest"))
    .requiredOption("--output <folder>", "a new folder")
    .option("--redact <field>", "withhold the values of this field (repeatable; * for any characters)", collect, [])
    .option("--keep <value>", "with --redact: a value that may stay, such as root (repeatable)", collect, [])
    .option("--sign <key.pem>", "sign the manifest with this private ed25519 key")
    .option("--readonly", "do not note the bundle in the journal")
    .option("--json", "print the manifest")
    .action(async (options: BundleOptions) => {
      if (options.keep.length > 0 && options.redact.length === 0) {
        throw new UserError("bad-redaction", "--keep says what --redact may leave, and nothing is redacted", {
          hint: "name the fields to withhold with --redact",
          exitCode: EXIT.usage,
        });
      }
      const [{ writeBundle }, { readPrivateKey }] = await Promise.all([
        import("../../export/bundle/write-bundle.ts"),
        import("../../export/bundle/signature.ts"),
      ]);
      const key = options.sign === undefined ? null : readPrivateKey(resolvePath(io, options.sign));
      const output = resolvePath(io, options.output);
      const request = { output, redact: { fields: options.redact, keep: options.keep }, key };
      const status = new StatusLine(io);
      const { manifest, manifestSha256 } = await withCaseBook(
        io,
        options,
        options.readonly === true ? "read" : "write",
        (book) =>
          writeBundle(book, request, (what, share) =>
            status.show(share === 0 ? what : `${what} ${Math.floor(share * 100)} %`),
          ),
      ).finally(() => status.clear());
      if (options.json === true) await writeOut(io.stdout, jsonText(manifest));
      const { redaction } = manifest;
      const lines = [
        `${safeText(output)}: ${manifest.case.bytes} bytes, sha256 ${manifest.case.sha256}`,
        `manifest sha256 ${manifestSha256}${manifest.signed_by === null ? "" : `, signed with the key ${manifest.signed_by.public_key_sha256}`}`,
        `journal head ${manifest.journal.head}`,
        ...(redaction === null
          ? []
          : [safeText(redactionText(redaction)), `${redaction.texts} texts of the investigation were masked`]),
      ];
      io.stderr.write(lines.map((line) => `${line}\n`).join(""));
    });
}
