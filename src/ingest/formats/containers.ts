import type { Format } from "../format.ts";
import { bulk } from "./bulk.ts";
import type { Container } from "./dialect.ts";
import { jsonCutter } from "./json-cutter.ts";

const ndjson: Container = {
  id: "ndjson",
  title: "ECS documents, one a line: NDJSON, elasticdump, Kibana Discover.",
  documents: "lines",
};
const jsonArray: Container = {
  id: "json-array",
  title: "ECS documents in a JSON list.",
  documents: { splitter: (_member, state) => jsonCutter("documents", state) },
};
const jsonDocuments: Container = {
  id: "json-documents",
  title: "ECS documents as pretty-printed or concatenated JSON.",
  documents: { splitter: (_member, state) => jsonCutter("documents", state) },
};
const esArchiver: Container = {
  id: "es-archiver",
  title: "Archive of Kibana's es_archiver (data.json).",
  documents: { splitter: (_member, state) => jsonCutter("documents", state) },
};
const searchResponse: Container = {
  id: "search-response",
  title: "Answers of Elasticsearch to _search, scroll, _msearch or _eql/search, one or many.",
  documents: { splitter: (_member, state) => jsonCutter("hits", state) },
};

/** Every way in which JSON documents lie in a file. */
export const CONTAINERS = {
  ndjson,
  jsonArray,
  jsonDocuments,
  esArchiver,
  searchResponse,
  bulk,
} as const satisfies Record<string, Container>;

/** The documents of a container are ECS as they are. */
export function ecsFormat(container: Container): Format {
  return { ...container, convert: "json" };
}
