/** What a headed part of a guide is about. */
export type GuidePart = "triage" | "falsePositives" | "response" | "setup" | "related" | "overview" | "other";

/** The first pattern that fits a normalised title decides. The titles are those of Elastic's public rules. */
const PARTS: readonly (readonly [RegExp, GuidePart])[] = [
  [/^related rules?\b/, "related"],
  [/false positives?\b|\bbenign scenarios?\b/, "falsePositives"],
  [/^(?:incident )?(?:response|remediation|mitigation|containment)\b|^immediate actions?$|\bmitigations?$/, "response"],
  [/\binvestigation (?:steps?|actions?)\b|\binvestigative steps?\b|^triage (?:checklist|steps?)\b/, "triage"],
  [/^triage and analysis steps?\b|^what to review first$|^scoping$|^steps to investigate\b/, "triage"],
  [/\bset ?up\b|^prerequisites?\b|^additional data sources?\b|^supported data sources?\b/, "setup"],
  [/^the following steps should be executed\b|^custom ingest pipeline$|^to confirm that\b|\bintegration$/, "setup"],
  [/^investigating\b|^triage and analysis$|^triage & analysis$|^investigation guide\b|^overview$/, "overview"],
];

/** The part a heading opens, by its title in any spelling; `other` when it tells nothing. */
export function partOfHeading(title: string): GuidePart {
  const normalised = title
    .toLowerCase()
    .replaceAll(/[*_`]/g, "")
    .replaceAll(/\s*&\s*/g, " and ")
    .replaceAll(/\s+/g, " ")
    .replace(/^[\d.)\s]+/, "")
    .replace(/[\s:.]+$/, "")
    .trim();
  if (normalised === "") return "overview";
  return PARTS.find(([pattern]) => pattern.test(normalised))?.[1] ?? "other";
}
