import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** Every file below a folder by its path from there, with the hash of its content; folders are "folder". */
export function treeOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return Object.fromEntries(
    names.map((name) => {
      const file = path.join(folder, name);
      if (!lstatSync(file).isFile()) return [name, "folder"];
      return [name, createHash("sha256").update(readFileSync(file)).digest("hex")];
    }),
  );
}
