/** A case in which every text that someone else chose is hostile, made with the program itself. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { invariant } from "../src/base/errors.ts";
import { runCli } from "../src/cli/program.ts";
import { CaseBook } from "../src/triage/case-book.ts";
import { memoryIo } from "./cli/memory-io.ts";
import { HOSTILE, type HostileText, hostileDocument } from "./hostile.ts";
import { tar, tarEntry } from "./ingest/archive-build.ts";

/** Those that a person could read; longer ones prove nothing more here. */
export const SHORT_HOSTILE: readonly HostileText[] = HOSTILE.filter(({ text }) => text.length < 500);

/** As the name of a file: what no file system takes is replaced. */
function fileName(text: string): string {
  return `${[...text.toWellFormed().replaceAll(/[/\0]/g, "_")].slice(0, 50).join("")}.ndjson`;
}

/**
 * The case `hostile.case` in `folder`: each text as value, field name, name of a file and of an archive's entry; as id,
 * name, description, guide and licence of a rule; as note, verdict's reason, analyst, and name of an exception.
 * Finding n is of text n - 1 of `SHORT_HOSTILE`.
 */
export async function hostileCase(folder: string): Promise<string> {
  const casePath = path.join(folder, "hostile.case");
  const files = path.join(folder, "files");
  mkdirSync(files);
  const line = (document: object): string => `${JSON.stringify(document)}\n`;
  writeFileSync(
    path.join(files, "all.ndjson"),
    SHORT_HOSTILE.map(({ text }, n) => line(hostileDocument(text, n))).join(""),
  );
  SHORT_HOSTILE.forEach(({ text, kind }, n) => {
    const named = { ...hostileDocument("file", 1000 + n), [text]: text, labels: { [text]: text } };
    if (kind !== "encoding") writeFileSync(path.join(files, fileName(text)), line(named));
  });
  const entries = SHORT_HOSTILE.map(({ text }, n) => {
    return tarEntry(text.replaceAll("\0", ""), line(hostileDocument("entry", 2000 + n)));
  });
  writeFileSync(path.join(files, "z.tar"), tar(...entries));
  const rules = SHORT_HOSTILE.map(({ text }, n) =>
    line({
      rule_id: `${String(n)} ${text}`,
      name: text.trim() === "" ? "(blank)" : text,
      description: text,
      note: `## Triage and analysis\n\n### Possible investigation steps\n\n- Look at ${text}\n`,
      ...{ type: "eql", language: "eql", risk_score: 50, severity: "high", license: text, tags: [text], version: 1 },
      references: [text],
      query: `any where event.id == "hostile-${String(n)}" /* ${text.replaceAll("*/", "* /").replaceAll("\0", "")} */`,
    }),
  );
  writeFileSync(path.join(folder, "rules.ndjson"), rules.join(""));
  const run = async (...argv: string[]): Promise<void> => {
    const io = memoryIo({ cwd: folder, env: { EQLITE_CASE: casePath, EQLITE_ANALYST: "ann" } });
    const code = await runCli(argv, io);
    invariant(code === 0 || code === 3, `${argv.join(" ")} ends with ${String(code)}: ${io.err()}`);
  };
  await run("load", "files");
  await run("hunt", "--rules", "rules.ndjson");
  const book = await CaseBook.open(casePath, { readonly: false, analyst: "ann", now: () => new Date(0) });
  const numbers = new Map(book.findings().map(({ id, ruleId }) => [Number(ruleId.split(" ")[0]), id]));
  SHORT_HOSTILE.forEach(({ text }, n) => {
    const finding = numbers.get(n);
    invariant(finding !== undefined, `the rule of text ${String(n)} found its event`);
    const act = new CaseBook(book.file, { readonly: false, analyst: text, now: () => new Date(0) });
    act.setVerdict([finding], "true_positive", text);
    if (text.trim() !== "") act.addNote(finding, text);
    act.setStep(finding, "step", 1, "done", text);
  });
  book.close();
  const exception = SHORT_HOSTILE.find(({ name }) => name === "terminal: clear the screen")?.text ?? "";
  await run("exceptions", "add", 'process.name == "no such process"', "--name", exception);
  return casePath;
}
