import type { Pack, PackContent } from "./pack-content.ts";
import type { RuleProblem } from "./problem.ts";
import type { Rule } from "./rule.ts";

/**
 * The pack without the older versions of rules that a Fleet package holds beside the latest; each of them is told as a
 * warning. Rules of other formats are never left out, also when they share an id.
 */
export function latestAssets(content: PackContent): Pack {
  const latest = new Map<string, Rule>();
  for (const rule of content.rules) {
    if (!content.assets.has(rule)) continue;
    const key = assetKey(rule);
    const known = latest.get(key);
    if (known === undefined || versionOf(rule) > versionOf(known)) latest.set(key, rule);
  }
  const isOld = (rule: Rule): boolean => content.assets.has(rule) && latest.get(assetKey(rule)) !== rule;
  const { exceptionLists, exceptionItems, ignored } = content;
  const rules = content.rules.filter((rule) => !isOld(rule));
  const older = content.rules.filter(isOld).map((rule) => olderVersion(rule, latest.get(assetKey(rule)) ?? rule));
  return { rules, exceptionLists, exceptionItems, problems: [...content.problems, ...older], ignored };
}

/** Versions of one rule stand in one folder of the package. */
function assetKey(rule: Rule): string {
  return `${rule.path.slice(0, rule.path.lastIndexOf("/") + 1)}\n${rule.id}`;
}

function versionOf(rule: Rule): number {
  return Number(rule.version ?? 0);
}

function olderVersion(rule: Rule, latest: Rule): RuleProblem {
  return {
    severity: "warning",
    code: "rule-older-version",
    path: rule.path,
    rule: rule.id,
    message: `left out: version ${rule.version ?? "?"} of a rule whose version ${latest.version ?? "?"} is in the package`,
    line: 1,
    column: 1,
    hint: null,
  };
}
