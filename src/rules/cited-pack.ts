import nodePath from "node:path";
import type { Pack } from "./pack-content.ts";

/**
 * A pack as a case records it: paths begin with the name of the folder, archive or file that was given, not with where it
 * lies on this machine, so that `rules/linux/shell.toml` says the same to who has the pack elsewhere. Two places of one
 * name are told apart by the folders above them, as many as it takes.
 * @param roots the absolute paths that the pack was read from
 */
export function citedPack(pack: Pack, roots: readonly string[]): Pack {
  const names = rootNames([...new Set(roots.map(toSlashes))]);
  const cited = <T extends { readonly path: string }>(item: T): T => ({ ...item, path: citedPath(item.path, names) });
  return { ...pack, rules: pack.rules.map(cited), problems: pack.problems.map(cited) };
}

function citedPath(path: string, names: ReadonlyMap<string, string>): string {
  const plain = toSlashes(path);
  const [root, name] =
    [...names].filter(([each]) => isWithin(plain, each)).sort(([a], [b]) => b.length - a.length)[0] ?? [];
  if (root === undefined || name === undefined) return path;
  const inner = plain.slice(root.length);
  return name === "" ? inner.replace(/^\//, "") : name + inner;
}

/** `!` begins what is inside an archive, `#` a line of a file of many rules. */
function isWithin(path: string, root: string): boolean {
  return (
    path.startsWith(root) && (path.length === root.length || root === "" || "/!#".includes(path.charAt(root.length)))
  );
}

/** The shortest ends of the roots that differ; the root of the file system has none. */
function rootNames(roots: readonly string[]): Map<string, string> {
  return new Map(
    roots.map((root) => {
      const parts = root.split("/");
      const end = (path: string, count: number): string => path.split("/").slice(-count).join("/");
      let count = 1;
      while (
        count < parts.length - 1 &&
        roots.some((other) => other !== root && end(other, count) === end(root, count))
      ) {
        count += 1;
      }
      return [root, end(root, count)];
    }),
  );
}

function toSlashes(path: string): string {
  return path.split(nodePath.sep).join("/").replace(/\/+$/, "");
}
