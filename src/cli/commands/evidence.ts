import { Command } from "commander";
import { EXIT, UserError } from "../../base/errors.ts";
import { safeText } from "../../base/safe-text.ts";
import { writeWholeFile } from "../../base/whole-file.ts";
import type { CaseFile } from "../../store/case-file.ts";
import { type CaseOptions, withCase } from "../case-command.ts";
import { caseOf, type CliIo, resolvePath, writeOut } from "../io.ts";
import { jsonText } from "../json-out.ts";
import { renderTable } from "../table.ts";
import { parseCount } from "../values.ts";

type ListOptions = CaseOptions & {
  readonly rejected?: boolean;
  readonly duplicates?: boolean;
  readonly json?: boolean;
};

/** `eqlite evidence`: the loaded files, the originals of events, and the members byte for byte. */
export function evidenceCommand(io: CliIo): Command {
  return new Command("evidence")
    .description("the loaded files: list, show the original of an event, extract byte for byte")
    .addCommand(listCommand(io))
    .addCommand(showCommand(io))
    .addCommand(extractCommand(io));
}

async function withFile<T>(io: CliIo, options: CaseOptions, work: (file: CaseFile) => Promise<T>): Promise<T> {
  const { openCase } = await import("../../store/case-file.ts");
  const file = await openCase(caseOf(io, options.case), "read");
  try {
    return await work(file);
  } finally {
    file.close();
  }
}

function listCommand(io: CliIo): Command {
  return withCase(new Command("list").description("members of the loaded files, with size and SHA-256"))
    .option("--rejected", "what could not be read, and why")
    .option("--duplicates", "documents that repeat an event")
    .option("--json", "as JSON")
    .action(async (options: ListOptions) => {
      await withFile(io, options, async (file) => {
        if (options.rejected === true) return writeRejected(io, file, options);
        if (options.duplicates === true) return writeDuplicates(io, file, options);
        const { listMembers, listSources } = await import("../../store/sources.ts");
        const sources = new Map(listSources(file).map((source) => [source.id, source]));
        const members = listMembers(file).map((member) => ({
          ...member,
          sourcePath: sources.get(member.source)?.path ?? "",
          sourceSha256: sources.get(member.source)?.sha256 ?? null,
        }));
        if (options.json === true) return writeOut(io.stdout, jsonText(members));
        const rows = members.map((member) => [
          String(member.id),
          member.path === "" ? member.sourcePath : `${member.sourcePath} > ${member.path}`,
          member.format,
          member.bytes.toLocaleString("en"),
          member.sha256 ?? "",
          member.note ?? "",
        ]);
        return writeOut(
          io.stdout,
          renderTable(
            [
              { title: "member", align: "right" },
              { title: "path", shrinkTo: 20 },
              { title: "format" },
              { title: "bytes", align: "right" },
              { title: "sha256", shrinkTo: 12 },
              { title: "note", shrinkTo: 12 },
            ],
            rows,
            io.columns,
          ),
        );
      });
    });
}

async function writeRejected(io: CliIo, file: CaseFile, options: ListOptions): Promise<void> {
  const { listRejected } = await import("../../store/rejected.ts");
  const rejected = listRejected(file);
  if (options.json === true) return writeOut(io.stdout, jsonText(rejected));
  return writeOut(
    io.stdout,
    renderTable(
      [
        { title: "path", shrinkTo: 20 },
        { title: "line", align: "right" },
        { title: "bytes", align: "right" },
        { title: "code" },
        { title: "reason", shrinkTo: 20 },
      ],
      rejected.map((row) => [row.path, String(row.line), String(row.bytes), row.code, row.reason]),
      io.columns,
    ),
  );
}

async function writeDuplicates(io: CliIo, file: CaseFile, options: ListOptions): Promise<void> {
  const { listDuplicates } = await import("../../store/duplicates.ts");
  const duplicates = listDuplicates(file);
  if (options.json === true) return writeOut(io.stdout, jsonText(duplicates));
  return writeOut(
    io.stdout,
    renderTable(
      [
        { title: "path", shrinkTo: 20 },
        { title: "line", align: "right" },
        { title: "repeats event", align: "right" },
        { title: "of", shrinkTo: 20 },
        { title: "line", align: "right" },
      ],
      duplicates.map((row) => [row.path, String(row.line), String(row.event), row.ofPath, String(row.ofLine)]),
      io.columns,
    ),
  );
}

function showCommand(io: CliIo): Command {
  return withCase(new Command("show").description("an event: where it comes from, and its document"))
    .argument("<event>", "number of an event")
    .option("--raw", "the bytes of the original, and nothing else")
    .option("--json", "as JSON")
    .action(async (text: string, options: CaseOptions & { readonly raw?: boolean; readonly json?: boolean }) => {
      const event = parseCount("event", text, 1);
      await withFile(io, options, async (file) => {
        const { EventReader } = await import("../../store/events.ts");
        const reader = new EventReader(file);
        const position = reader.position(event);
        if (position === undefined) {
          throw new UserError("unknown-event", `there is no event ${event}`, { exitCode: EXIT.usage });
        }
        if (options.raw === true) return writeOut(io.stdout, reader.originalBytes(event));
        const { json, original, withheld } = reader.document(event);
        if (options.json === true) {
          const where = JSON.stringify({ ...position, original, withheld }).slice(0, -1);
          return writeOut(io.stdout, `${where},"document":${json}}\n`);
        }
        const member = position.memberPath === "" ? "" : ` > ${position.memberPath}`;
        const lines = [
          `event ${event}: ${position.path}${member}, line ${position.line}, offset ${position.offset}, ${position.bytes} bytes`,
          `sha256 ${position.sha256 ?? "unknown"}`,
          ...(original === null ? [] : [original]),
          ...(withheld ? ["the original is withheld; this is what the columns of the case hold:"] : []),
          json,
        ];
        return writeOut(io.stdout, lines.map((line) => `${safeText(line)}\n`).join(""));
      });
    });
}

function extractCommand(io: CliIo): Command {
  return withCase(new Command("extract").description("a member as it was found (decompressed), byte for byte"))
    .argument("<member>", "number of a member, see evidence list")
    .option("--output <file>", "where to (default: standard output)")
    .action(async (text: string, options: CaseOptions & { readonly output?: string }) => {
      const id = parseCount("member", text, 1);
      await withFile(io, options, async (file) => {
        const [{ listMembers, MEMBER_FORMAT }, { memberBytes }] = await Promise.all([
          import("../../store/sources.ts"),
          import("../../store/members.ts"),
        ]);
        const member = listMembers(file).find((candidate) => candidate.id === id);
        if (member?.format === MEMBER_FORMAT.listed || (member?.complete === 1 && member.sha256 === null)) {
          throw new UserError(
            "member-not-kept",
            `the bytes of member ${id} are not in the case: ${member.note ?? ""}`,
            {
              hint: "eqlite evidence list names the members; load --keep-unread into a new case keeps all of an archive",
            },
          );
        }
        if (member === undefined) {
          throw new UserError("unknown-member", `there is no member ${id}`, {
            hint: "eqlite evidence list names them",
            exitCode: EXIT.usage,
          });
        }
        if (options.output === undefined || options.output === "-") {
          for (const bytes of memberBytes(file, id)) await writeOut(io.stdout, bytes);
          return;
        }
        await writeWholeFile(resolvePath(io, options.output), { replace: false }, async (write) => {
          for (const bytes of memberBytes(file, id)) write(bytes);
        });
      });
    });
}
