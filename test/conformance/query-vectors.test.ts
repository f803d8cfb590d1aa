import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FieldType } from "../../src/ecs/field-type.ts";
import type { Engine } from "../../src/hunt/engine.ts";
import type { EngineMatch } from "../../src/hunt/engine-result.ts";
import { Evidence } from "../../src/hunt/evidence.ts";
import { prepareQuery } from "../../src/hunt/prepare-query.ts";
import { loadDocuments, openWholeCase } from "../hunt/load-case.ts";
import { flatten } from "../hunt/tiny-case.ts";
import { describeShared, hasShared, shared } from "../shared.ts";

interface Case {
  readonly name: string;
  readonly kind?: string;
  readonly skip?: unknown;
  readonly query: string;
  readonly size?: number;
  readonly max_samples_per_key?: number;
  readonly expected_event_ids?: readonly number[];
  readonly alternatives?: readonly (readonly number[])[];
  readonly join_keys?: readonly (readonly unknown[])[];
  readonly error?: boolean;
}

interface Suite {
  readonly suite: string;
  readonly dataset: string;
  readonly id_field: string;
  readonly tiebreaker_field?: string;
  readonly cases: readonly Case[];
}

type Document = Record<string, unknown>;

const SUITES = [
  "es-test_queries",
  "es-additional_test_queries",
  "es-test_extra",
  "es-test_missing_events",
  "es-test_queries_date",
  "es-test_queries_date_nanos",
  "es-test_sample",
  "es-test_sample_multi",
];

const TYPES: Readonly<Record<string, Readonly<Record<string, FieldType>>>> = {
  "es-test_extra": { version: "version", date_tags: "date" },
  "es-test_sample": { ip: "ip", version: "version", host_ip: "ip", date: "date", "@timestamp_pretty": "date" },
};

function read<T>(name: string): T {
  return JSON.parse(readFileSync(shared("eql", "vectors", name), "utf8")) as T;
}

function readDocuments(name: string): Document[] {
  const text = readFileSync(shared("eql", "vectors", "data", name), "utf8");
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => asIndexed(inMilliseconds(JSON.parse(line) as Document)));
}

/** What the suites' mappings do to a document before it is searched: a `null_value`, and the date format `dd-MM-yyyy`. */
function asIndexed(document: Document): Document {
  const nullValue = document["optional_field_default_null"];
  const isEmpty = nullValue === null || (Array.isArray(nullValue) && nullValue.every((value) => value === null));
  const pretty = document["@timestamp_pretty"];
  const [, day, month, year] = /^(\d\d)-(\d\d)-(\d{4})$/.exec(typeof pretty === "string" ? pretty : "") ?? [];
  return {
    ...document,
    ...(isEmpty ? { optional_field_default_null: "NULL" } : {}),
    ...(year === undefined ? {} : { "@timestamp_pretty": `${year}-${month}-${day}` }),
  };
}

/** The suites' times are epoch milliseconds, however small; the loader would take small ones for seconds. */
function inMilliseconds(document: Document): Document {
  const time = document["@timestamp"];
  if (time === undefined || time === null || Number.isNaN(Number(time))) return document;
  return { ...document, "@timestamp": new Date(Number(time)).toISOString() };
}

describeShared("Elasticsearch's own query suites, through loader, case and SQL", () => {
  for (const name of hasShared ? SUITES : []) {
    const suite = read<Suite>(`${name}.json`);
    describe(suite.suite, () => {
      const documents = readDocuments(suite.dataset);
      const mapped = new Set([
        "event.category",
        "optional_field_mapping_only",
        ...documents.flatMap((document) => objectPaths(document)),
      ]);
      let engine: Engine;
      beforeAll(async () => {
        const types = TYPES[suite.suite] ?? { source_address: "ip" as const };
        const casePath = await loadDocuments(documents, {
          format: "ndjson",
          mapping: types,
          keepDuplicates: true,
          ...(suite.tiebreaker_field === undefined ? {} : { tiebreakerField: suite.tiebreaker_field }),
        });
        engine = await openWholeCase(casePath);
      });
      afterAll(() => engine.close());

      for (const test of suite.cases.filter(
        (candidate) => (candidate.kind ?? "query") === "query" && candidate.skip === undefined,
      )) {
        it(test.name, () => {
          const evidence = Evidence.withCategoryField(engine.evidence, "event_type");
          const prepared = prepareQuery(test.query, evidence, { isMapped: (field) => mapped.has(field) });
          if (test.error === true) return expect(prepared.ok).toBe(false);
          if (!prepared.ok) throw new Error(JSON.stringify(prepared.diagnostics));
          for (const sequences of ["state-machine", "window-chain"] as const) {
            const result = engine.run(prepared.plan, { sequences, maxSamplesPerKey: test.max_samples_per_key ?? 1 });
            const size = test.size ?? 50;
            const kept = prepared.plan.kind === "sample" ? result.matches.slice(0, size) : result.matches.slice(-size);
            expect(test.alternatives ?? [test.expected_event_ids]).toContainEqual(
              idsOf(kept, documents, suite.id_field),
            );
            if (test.join_keys !== undefined) {
              expect(kept.map((match) => match.keys.map((key) => keyText(key, prepared.plan.kind)))).toEqual(
                test.join_keys.map((keys) => keys.map(String)),
              );
            }
          }
        });
      }
    });
  }
});

function idsOf(matches: readonly EngineMatch[], documents: readonly Document[], idField: string): unknown[] {
  return matches.flatMap((match) =>
    match.events.map((event) => (event === null ? -1 : flatten(documents[event - 1]).get(idField)?.[0])),
  );
}

/** The paths of a document, those of its objects included, as a mapping would have them. */
function objectPaths(document: Document, prefix = ""): string[] {
  return Object.entries(document).flatMap(([key, value]) => {
    const path = `${prefix}${key}`;
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? [path, ...objectPaths(value as Document, `${path}.`)] : [path];
  });
}

/** Keys as the suites write them: `null`, and dates of samples in milliseconds. */
function keyText(key: string | null, kind: string): string {
  if (key === null) return "null";
  return kind === "sample" && /^\d{4}-\d\d-\d\dT/.test(key) ? String(Date.parse(key)) : key;
}
