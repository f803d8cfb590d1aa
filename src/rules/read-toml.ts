import { parse, TomlError } from "smol-toml";
import { isRecord } from "../base/json.ts";
import type { RuleReading } from "./elastic-rule.ts";
import { toRuleOfElasticToml } from "./elastic-toml.ts";
import { problemAt, sha256 } from "./rule-source.ts";
import type { RuleSource } from "./rule-source.ts";
import { isProtectionsRule, toRuleOfProtectionsToml } from "./protections-toml.ts";

/**
 * The rule of a TOML file, of either repository's form. `bytes` is the file as found. `isRule` is false for TOML that is
 * something else (a project file, say): then the reading holds an error for callers who were told that it is a rule.
 */
export function readTomlRule(
  path: string,
  bytes: Uint8Array,
): { readonly reading: RuleReading; readonly isRule: boolean } {
  const text = new TextDecoder().decode(bytes);
  const source: RuleSource = { path, format: "elastic-toml", text, hash: sha256(bytes), line: 1 };
  let document: Readonly<Record<string, unknown>>;
  try {
    document = parse(text, { integersAsBigInt: "asNeeded", unsafeKeyBehaviour: "keep" });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const message = error.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "") ?? "invalid TOML";
    const place = { line: error.line, column: error.column };
    const problem = problemAt(source, "error", "rule-toml-syntax", message, { place });
    return { reading: { rule: null, problems: [problem] }, isRule: true };
  }
  const rule = document["rule"];
  if (isRecord(rule) && isProtectionsRule(rule)) {
    const protections = { ...source, format: "protections-toml" } as const;
    return { reading: toRuleOfProtectionsToml(protections, document, rule), isRule: true };
  }
  if (isRecord(rule) || "query" in document) return { reading: toRuleOfElasticToml(source, document), isRule: true };
  const hint = "a rule file has a [rule] table; see docs/rule-formats.md";
  const problem = problemAt(source, "error", "rule-no-table", "there is no rule in it", { hint });
  return { reading: { rule: null, problems: [problem] }, isRule: false };
}
