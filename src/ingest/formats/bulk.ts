import { MAX_DOCUMENT_BYTES, type Format, type HitIdentity, type SplitDocument, type Splitter } from "../format.ts";
import { type CutLine, LineCutter } from "./line-cutter.ts";

/** Longer action lines are none. */
const ACTION_BYTES = 64 * 1024;

type Action = "index" | "create" | "update" | "delete";

interface State {
  readonly lines: unknown;
  readonly pending: { readonly action: Action; readonly identity: HitIdentity } | null;
}

/**
 * Bodies of Elasticsearch's bulk API: a line with an action, then (except after `delete`) a line with the document. The
 * document carries the action's `_index` and `_id`. Updates and deletions are rejected: they are no whole events.
 */
export const bulk: Format = {
  id: "bulk",
  title: "Body of an Elasticsearch _bulk request: action lines alternate with documents.",
  documents: { splitter: (_member, state) => new BulkSplitter(state) },
  convert: "json",
};

/** Whether a JSON value is a bulk action; null when it is not. */
export function parseBulkAction(value: unknown): { action: Action; identity: HitIdentity } | null {
  if (typeof value !== "object" || value === null) return null;
  const [entry, ...more] = Object.entries(value);
  if (entry === undefined || more.length > 0) return null;
  const [action, target] = entry as [string, unknown];
  if (action !== "index" && action !== "create" && action !== "update" && action !== "delete") return null;
  if (typeof target !== "object" || target === null || Array.isArray(target)) return null;
  if (!Object.keys(target).every((key) => TARGET_KEYS.has(key))) return null;
  const { _index: index, _id: id } = target as Record<string, unknown>;
  return {
    action,
    identity: {
      index: typeof index === "string" ? index : null,
      id: typeof id === "string" || typeof id === "number" ? String(id) : null,
    },
  };
}

const TARGET_KEYS = new Set([
  "_index",
  "_id",
  "_type",
  "_routing",
  "_version",
  "_version_type",
  "_source",
  "routing",
  "version",
  "version_type",
  "pipeline",
  "if_seq_no",
  "if_primary_term",
  "op_type",
  "parent",
  "require_alias",
  "require_data_stream",
  "retry_on_conflict",
  "dynamic_templates",
]);

class BulkSplitter implements Splitter {
  readonly #lines: LineCutter;
  #pending: State["pending"] = null;

  constructor(state: unknown) {
    const saved = state as State | undefined;
    this.#lines = new LineCutter(ACTION_BYTES, saved?.lines);
    this.#pending = saved?.pending ?? null;
  }

  push(chunk: Uint8Array): SplitDocument[] {
    return this.#lines.push(chunk).flatMap((line) => this.#cut(line));
  }

  end(): SplitDocument[] {
    const last = this.#lines.end().flatMap((line) => this.#cut(line));
    if (this.#pending === null) return last;
    this.#pending = null;
    const at = this.#lines.offset;
    const rejected = { code: "truncated", reason: "the body ends after an action, before its document" };
    return [...last, { start: at, end: at, line: 0, rejected }];
  }

  holdFrom(): number {
    const { openStart, offset } = this.#lines;
    return offset - openStart > MAX_DOCUMENT_BYTES ? offset : openStart;
  }

  state(): unknown {
    return { lines: this.#lines.state(), pending: this.#pending } satisfies State;
  }

  #cut({ start, end, line, head }: CutLine): SplitDocument[] {
    const place = { start, end, line };
    const reject = (code: string, reason: string): SplitDocument[] => [{ ...place, rejected: { code, reason } }];
    if (/^[ \t\r]*$/.test(head)) return [{ ...place, blank: true }];
    const pending = this.#pending;
    if (pending === null) {
      const action = parseAction(head);
      if (action === null) return reject("bulk-action", "an action line was expected here");
      if (action.action === "delete") return reject("bulk-delete", "the body deletes a document: no event");
      this.#pending = action;
      return [];
    }
    const mistaken = head.length < ACTION_BYTES ? parseAction(head) : null;
    if (mistaken !== null) {
      this.#pending = mistaken.action === "delete" ? null : mistaken;
      return reject("bulk-action", "an action follows an action: its document is missing");
    }
    this.#pending = null;
    if (pending.action === "update")
      return reject("bulk-update", "the body changes parts of a document: no whole event");
    if (end - start > MAX_DOCUMENT_BYTES) {
      return reject("document-too-long", `longer than ${String(MAX_DOCUMENT_BYTES)} bytes`);
    }
    return [{ ...place, context: pending.identity }];
  }
}

function parseAction(head: string): State["pending"] {
  try {
    return parseBulkAction(JSON.parse(Buffer.from(head, "latin1").toString("utf8")));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
