import { allFields, catalogueField } from "../ecs/catalogue.ts";
import type { Schema } from "../eql/schema.ts";
import { suggest } from "../eql/suggest.ts";
import type { Evidence } from "./evidence.ts";

/** The categories of ECS, and `any` other the evidence has. */
const ECS_CATEGORIES = [
  "api",
  "authentication",
  "configuration",
  "database",
  "driver",
  "email",
  "file",
  "host",
  "iam",
  "intrusion_detection",
  "library",
  "malware",
  "network",
  "package",
  "process",
  "registry",
  "session",
  "threat",
  "vulnerability",
  "web",
] as const;

/**
 * What the checker knows of the fields: those of the evidence and of the catalogue. A field typed from the data refuses
 * nothing; an unknown one is a warning that names near ones, with the number of events that carry them.
 */
export function evidenceSchema(evidence: Evidence): Schema {
  return {
    categories: ECS_CATEGORIES,
    typeOf: (path) => {
      const known = evidence.field(path);
      if (known !== undefined && known.typedBy !== "data") return known.type;
      const field = catalogueField(path);
      if (known === undefined && field === undefined && !evidence.hasField(path)) return undefined;
      return field?.type ?? (path === "@timestamp" ? "date" : null);
    },
    suggestions: (path) => {
      const inEvidence = suggest(
        path,
        [...evidence.fields()].map((field) => field.path),
      );
      const inCatalogue = suggest(
        path,
        allFields().map((field) => field.path),
      );
      return [...new Set([...inEvidence, ...inCatalogue])]
        .slice(0, 3)
        .map((name) => ({ name, events: evidence.field(name)?.documents ?? 0 }));
    },
  };
}
