import { randomUUID } from "node:crypto";
import { UserError } from "../base/errors.ts";
import { exactJsonText, parseExactJson } from "../base/exact-json.ts";
import { EventReader } from "../store/events.ts";
import type { ExceptionScope } from "../hunt/rule-exceptions.ts";
import { addException, deleteException } from "../store/exceptions.ts";
import { getSetting, setSetting } from "../store/settings.ts";
import { CaseBook, undoText } from "./case-book.ts";
import { findingDetail } from "./finding-detail.ts";
import { keptOverview, OVERVIEW_SETTING, overviewSetting, toOverview } from "./overview.ts";
import { SearchClient } from "./search-client.ts";
import { listExceptions } from "./list-exceptions.ts";
import { suggestExceptions } from "./suggest-exceptions.ts";
import type { AnswerRequest } from "./search-protocol.ts";
import type { FindingDetail, MatchedLeaf, QueryOptions, TriageService, WrittenExport } from "./types.ts";

/** Counting the results of a pivot stops here: `10,000+`. */
const COUNT_LIMIT = 10_000;

export interface TriageOptions {
  readonly readonly: boolean;
  readonly analyst: string;
  readonly now?: () => Date;
  /** Writes an export; the folder `export` stands above this one, so it is handed in. */
  readonly exporter?: (book: CaseBook, format: string, words: string, signal?: AbortSignal) => Promise<WrittenExport>;
}

/**
 * Opens a case for triage. Short reads and all writes happen here; searches in a process of their own, which starts with
 * the first one.
 * @throws UserError see `openCase`
 */
export async function openTriage(path: string, options: TriageOptions): Promise<TriageService> {
  const { readonly, analyst, now = () => new Date() } = options;
  const book = await CaseBook.open(path, { readonly, analyst, now });
  const search = new SearchClient(path, "waited");
  // What nobody waits for has a process of its own: counting and explaining never stand before a question.
  const background = new SearchClient(path, "background");

  const why = (finding: number, signal?: AbortSignal): Promise<readonly (readonly MatchedLeaf[])[]> =>
    background.ask("why", { finding }, signal).catch(noReasons);
  const detail = async (id: number, { reasons = true } = {}): Promise<FindingDetail> => {
    book.stored(id);
    return findingDetail(book, id, reasons ? await why(id) : []);
  };

  return {
    readonly,
    analyst,
    warm: () => {
      void search.warm().then(() => background.warm());
    },
    overview: async (signal) => {
      const kept = keptOverview(book);
      const evidence = kept ?? (await search.ask("overview", {}, signal));
      if (kept === null && !readonly) setSetting(book.file, OVERVIEW_SETTING, overviewSetting(book, evidence));
      return toOverview(book, evidence);
    },
    findings: async (asked = {}) => book.findings(asked),
    finding: detail,
    why,
    document: async (event) => prettyJson(new EventReader(book.file).document(event).json),
    setVerdict: async (findings, verdict, why) => book.setVerdict(findings, verdict, why),
    addNote: async (finding, text) => book.addNote(finding, text),
    setStep: async (finding, list, step, state, note) => book.setStep(finding, list, step, state, note),
    setMarked: async (findings, marked) => book.setMarked(findings, marked),
    undo: async () => {
      const result = book.undo();
      return result === null ? null : undoText("undo", result);
    },
    redo: async () => {
      const result = book.redo();
      return result === null ? null : undoText("redo", result);
    },
    countPivot: async ({ query, from, to }, signal) =>
      query === null
        ? { count: 0, capped: false }
        : background.ask("count", { eql: query, from, to, limit: COUNT_LIMIT }, signal),
    query: (eql, { at, ...options }, signal) => search.ask("events", { ...answerOf(eql, options), at }, signal),
    // Nobody waits for it: the first page is there.
    countAll: (eql, options, signal) => background.ask("total", answerOf(eql, options), signal),
    findText: (eql, { text, beyond, backward, ...options }, signal) =>
      search.ask("find", { ...answerOf(eql, options), text, beyond, backward }, signal),
    around: (event, spanNs, signal) => search.ask("around", { event, spanNs }, signal),
    facet: (eql, field, { from, to, limit }, signal) =>
      search.ask("facet", { eql, from: from ?? null, to: to ?? null, field, limit }, signal),
    tree: (entity, signal) => search.ask("tree", { entity }, signal),
    timeline: (scope, signal) => search.ask("timeline", scope, signal),
    ledger: async (hunt) => book.ledger(hunt),
    hunts: async () => book.hunts(),
    journal: async (limit) => book.journal(limit),
    exceptions: async () => listExceptions(book.file, book.now()),
    suggestExceptions: async (finding) => suggestExceptions(findingDetail(book, finding, [])),
    blastRadius: async (condition, rules, signal, stage = null) => {
      const { ids: _ids, ...radius } = await search.ask("blast", { condition, rules, stage }, signal);
      return radius;
    },
    saveException: async (name, condition, rules, expiresAt, stage = null) => {
      const actor = book.actor();
      const { ids } = await search.ask("blast", { condition, rules, stage });
      const scope: ExceptionScope = { rules, stage: stage === null ? null : stage - 1 };
      addException(book.file, actor, { itemId: randomUUID(), name, document: { condition }, scope, expiresAt }, ids);
    },
    deleteException: async (id) => deleteException(book.file, book.actor(), id),
    complete: (text, caret) => search.ask("complete", { text, caret }),
    export: async (format, words, signal) => {
      if (options.exporter === undefined) throw new UserError("no-export", "exports are not available here");
      return options.exporter(book, format, words, signal);
    },
    getSetting: async (key) => getSetting(book.file, key),
    setSetting: async (key, value) => {
      if (!readonly) setSetting(book.file, key, value);
    },
    revision: async () => Number(book.file.db.pragma("data_version", { simple: true })),
    close: async () => {
      await Promise.all([search.close(), background.close()]);
      book.close();
    },
  };
}

function answerOf(eql: string, { from, to, limit, columns }: QueryOptions): AnswerRequest {
  return { eql, from: from ?? null, to: to ?? null, limit, columns: columns ?? null };
}

/** A finding is shown also where it cannot be said why it matched. */
function noReasons(error: unknown): readonly (readonly MatchedLeaf[])[] {
  if (error instanceof UserError) return [];
  throw error;
}

/** A JSON text indented by two, its numbers as they were written. */
function prettyJson(json: string): string {
  const parsed = parseExactJson(json);
  return parsed.ok ? indented(parsed.value, "") : json;
}

function indented(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value) && value.length > 0) {
    return `[\n${value.map((item) => inner + indented(item, inner)).join(",\n")}\n${indent}]`;
  }
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null) {
    const members = Object.entries(value);
    if (members.length > 0) {
      const lines = members.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${indented(item, inner)}`);
      return `{\n${lines.join(",\n")}\n${indent}}`;
    }
  }
  return exactJsonText(value);
}
