import { parse, TomlError } from "smol-toml";
import { isRecord } from "../base/json.ts";
import type { RuleReading } from "./elastic-rule.ts";
import { toRuleOfElasticToml } from "./elastic-toml.ts";
import { problemAt, sha256 } from "./rule-source.ts";
import type { RuleSource } from "./rule-source.ts";
import { isProtectionsRule, toRuleOfProtectionsToml } from "./protections-toml.ts";

/** The rule of a TOML file, of either repository's form. `bytes` is the file as found. */
export function readTomlRule(path: string, bytes: Uint8Array): RuleReading {
  const text = new TextDecoder().decode(bytes);
  const source: RuleSource = { path, format: "elastic-toml", text, hash: sha256(bytes), line: 1 };
  let document: Readonly<Record<string, unknown>>;
  try {
    document = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const message = error.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "") ?? "invalid TOML";
    const place = { line: error.line, column: error.column };
    return { rule: null, problems: [problemAt(source, "error", "rule-toml-syntax", message, { place })] };
  }
  const rule = document["rule"];
  if (isRecord(rule) && isProtectionsRule(rule)) {
    return toRuleOfProtectionsToml({ ...source, format: "protections-toml" }, document, rule);
  }
  if (!isRecord(rule) && !("query" in document)) {
    const hint = "a rule file has a [rule] table; see docs/rule-formats.md";
    return { rule: null, problems: [problemAt(source, "error", "rule-no-table", "there is no rule in it", { hint })] };
  }
  return toRuleOfElasticToml(source, document);
}
