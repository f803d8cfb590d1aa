import { readdirSync, readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { hasShared, shared } from "../shared.ts";

export interface CorpusRule {
  readonly path: string;
  readonly query: string;
}

/** The EQL rules of a public corpus, by path; none where the shared folder is absent. */
export function corpusRules(corpus: "detection-rules" | "protections-artifacts"): readonly CorpusRule[] {
  if (!hasShared) return [];
  const folder = shared("corpus", corpus);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".toml"));
  return files.sort().flatMap((path) => {
    const { rule } = parse(readFileSync(`${folder}/${path}`, "utf8"));
    if (typeof rule !== "object" || Array.isArray(rule) || rule instanceof Date) return [];
    const { query, language } = rule as { query?: unknown; language?: unknown };
    const eql = corpus === "protections-artifacts" || language === "eql";
    return eql && typeof query === "string" ? [{ path, query }] : [];
  });
}
