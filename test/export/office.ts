/** LibreOffice, as a judge of what a spreadsheet makes of a text. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

export const OFFICE = ["/usr/bin/soffice", "/usr/bin/libreoffice"].find((name) => existsSync(name));

/** @param options of its import: `44,34,UTF8,1` is comma, quote, UTF-8, from the first line on; then formats of columns */
export function openedInOffice(folder: string, csv: string, options: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "in.csv"), csv);
  execFileSync(
    OFFICE ?? "",
    [
      `-env:UserInstallation=file://${path.join(folder, "office")}`,
      "--headless",
      `--infilter=CSV:${options}`,
      "--convert-to",
      "fods",
      "--outdir",
      folder,
      path.join(folder, "in.csv"),
    ],
    { stdio: "ignore", timeout: 110_000 },
  );
  return readFileSync(path.join(folder, "in.fods"), "utf8");
}

/** The texts of a flat spreadsheet, row by row; empty cells and rows at the ends are left out. */
export function sheetTexts(fods: string): string[][] {
  const table = /<table:table [\s\S]*?<\/table:table>/.exec(fods)?.[0] ?? "";
  const rows = [...table.matchAll(/<table:table-row\b([^>]*?)(?:\/>|>([\s\S]*?)<\/table:table-row>)/g)];
  const texts = rows.map((row) => {
    const cells = [...(row[2] ?? "").matchAll(/<table:table-cell\b([^>]*?)(?:\/>|>([\s\S]*?)<\/table:table-cell>)/g)];
    return cells.flatMap((cell) => {
      const repeated = Number(/number-columns-repeated="(\d+)"/.exec(cell[1] ?? "")?.[1] ?? 1);
      return repeated > 1000 ? [] : Array.from({ length: repeated }, () => cellText(cell[2] ?? ""));
    });
  });
  return texts.filter((row) => row.some((text) => text !== ""));
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function cellText(xml: string): string {
  const paragraphs = [...xml.matchAll(/<text:p>([\s\S]*?)<\/text:p>|<text:p\/>/g)].map((match) => match[1] ?? "");
  return paragraphs
    .map((text) =>
      text
        .replace(/<text:s text:c="(\d+)"\/>/g, (_, count: string) => " ".repeat(Number(count)))
        .replace(/<text:s\/>/g, " ")
        .replace(/<text:tab\/>/g, "\t")
        .replace(/<\/?text:(a|span)\b[^>]*>/g, "")
        .replace(/&(#x?)?(\w+);/g, (_, number: string | undefined, name: string) => {
          if (number === undefined) return NAMED[name] ?? "";
          return String.fromCodePoint(parseInt(name, number === "#x" ? 16 : 10));
        }),
    )
    .join("\n");
}
