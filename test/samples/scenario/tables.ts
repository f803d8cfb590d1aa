import { EGRESS, TOOL, type Case, type Recorded, type RuleName } from "./dump.ts";

const short = (file: string): string => file.slice(0, 2);

/** `03:12` or `01:40, 01:44`: file number and line, of one event after the other. */
function places(events: readonly Recorded[]): string {
  return events.map(({ file, line }) => `${short(file)}:${line}`).join(", ");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function cases(all: readonly Case[], rule: RuleName, finding: boolean): string {
  const rows = all
    .filter((one) => one.rule === rule && one.finding === finding)
    .map(({ events, what, why }) => [places(events), what, why]);
  return table(["file:line", "what", finding ? "why it is found" : "why it is not found"], rows);
}

/** The generated parts of samples/README.md by the name of their marker. */
export function readmeTables(all: readonly Case[]): Readonly<Record<string, string>> {
  return {
    "tool findings": cases(all, TOOL, true),
    "tool near misses": cases(all, TOOL, false),
    "egress findings": cases(all, EGRESS, true),
    "egress near misses": cases(all, EGRESS, false),
  };
}

/** Puts the tables between `<!-- NAME -->` and `<!-- end -->`. A marker that is not there is an error. */
export function withTables(readme: string, tables: Readonly<Record<string, string>>): string {
  let text = readme;
  for (const [name, body] of Object.entries(tables)) {
    const begin = `<!-- ${name} -->`;
    const from = text.indexOf(begin);
    const to = text.indexOf("<!-- end -->", from);
    if (from < 0 || to < 0) throw new Error(`samples/README.md has no place for: ${name}`);
    text = `${text.slice(0, from + begin.length)}\n\n${body}\n\n${text.slice(to)}`;
  }
  return text;
}
