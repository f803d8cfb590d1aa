/** What exceptions hide, as the journal tells it: which were in force when a hunt began, and what happened since. */
import { hasExpired, type KnownException, knownExceptions } from "../hunt/rule-exceptions.ts";
import type { TaskException } from "../hunt/rule-task.ts";
import type { CaseFile } from "../store/case-file.ts";
import { readFindingChunks } from "../store/finding-rows.ts";
import { iterateJournal, type JournalEntry } from "../store/journal.ts";
import type { RecordedHunt } from "./recorded-hunts.ts";

/** Something that changed what is hidden. */
interface Act {
  /** Row of the journal. */
  readonly at: number;
  readonly exception: number;
  /** The findings that it hid; null: what the exception hides is shown. */
  readonly hidden: ReadonlySet<number> | null;
}

interface HuntTimes {
  /** Row of the journal at which it began, and at which it ended. */
  readonly start: number;
  end: number;
  /** Rows of the exceptions in force. */
  readonly exceptions: readonly number[];
  /** The hunt noted them; otherwise those that had expired are among them. */
  readonly exact: boolean;
  /** Value lists, and the journal's row that brought them, or the digest of what they held. */
  readonly lists: ReadonlyMap<string, string>;
}

/** What may be so: the row of an exception, or null for shown. */
type Hidden = number | null;

export class ExceptionHistory {
  readonly #file: CaseFile;
  readonly #acts: Act[] = [];
  readonly #hunts = new Map<number, HuntTimes>();
  readonly #lists = new Map<string, string>();
  readonly #known: ReadonlyMap<number, KnownException>;

  constructor(file: CaseFile) {
    this.#file = file;
    this.#known = new Map(knownExceptions(file, "all").map((known) => [known.stored.id, known]));
    const inForce = new Set<number>();
    const added = new Map<number, JournalEntry>();
    for (const entry of iterateJournal(file)) {
      const { id: at, action, target, detail } = entry;
      const hunt = Number(target?.slice("hunt:".length));
      if (action === "hunt.start") {
        const told = detail["exceptions"] as readonly number[] | undefined;
        const exceptions = told ?? [...inForce];
        const exact = told !== undefined;
        this.#hunts.set(hunt, { start: at, end: Infinity, exceptions, exact, lists: new Map(this.#lists) });
      } else if (action === "hunt.finish" || action === "hunt.interrupt") {
        const times = this.#hunts.get(hunt);
        if (times !== undefined) times.end = at;
      } else if (action === "value-list.import") {
        const { digest } = detail;
        this.#lists.set(String(detail["list"]), typeof digest === "string" ? digest : `row ${at}`);
      } else if (action === "undo" || action === "redo") {
        const act = added.get(Number(detail["act"]));
        if (act !== undefined) this.#tell(at, act, action, inForce);
      } else if (action === "exception.add" || action === "exception.delete") {
        added.set(at, entry);
        this.#tell(at, entry, "redo", inForce);
      }
    }
  }

  #tell(at: number, { action, detail }: JournalEntry, direction: "undo" | "redo", inForce: Set<number>): void {
    const exception = Number(detail["exception"]);
    const adds = (action === "exception.add") === (direction === "redo");
    this.#acts.push({ at, exception, hidden: adds ? new Set(detail["hidden"] as number[]) : null });
    if (adds) inForce.add(exception);
    else inForce.delete(exception);
  }

  /** The exceptions that a hunt knew. */
  inForceAt({ id, startedAt }: RecordedHunt): KnownException[] {
    const { exceptions, exact } = this.#hunts.get(id) ?? { exceptions: [], exact: false };
    const known = exceptions.flatMap((exception) => this.#known.get(exception) ?? []);
    return exact ? known : known.filter((exception) => !hasExpired(exception, new Date(startedAt)));
  }

  /** A value list that one of the exceptions refers to and that is not any more what it was at the hunt; null: none. */
  replacedList(hunt: number, exceptions: readonly TaskException[]): string | null {
    const then = this.#hunts.get(hunt)?.lists;
    for (const { condition } of exceptions) {
      if (typeof condition === "string") continue;
      for (const entry of condition.entries) {
        if (entry.type === "list" && then?.get(entry.list.id) !== this.#lists.get(entry.list.id)) return entry.list.id;
      }
    }
    return null;
  }

  /**
   * Whether what hides a finding now is what must hide it.
   * @param lastHunt the hunt that found it last
   * @param atHunt the exception that hid it then; undefined: not known, so only later acts are asked
   */
  problem(finding: number, lastHunt: number, hiddenBy: Hidden, atHunt: Hidden | undefined): string | null {
    const { start, end } = this.#hunts.get(lastHunt) ?? { start: 0, end: 0 };
    const acts = this.#acts.filter(({ at }) => at > start);
    let expected = replay(finding, acts, atHunt);
    // A hunt stores what it found at some moment between its start and its end: what was done meanwhile may be overwritten.
    for (let done = 0; expected !== undefined && expected !== hiddenBy; done++) {
      const act = acts[done];
      if (act === undefined || act.at > end) break;
      const otherwise = replay(finding, acts.slice(done + 1), atHunt);
      if (otherwise === hiddenBy) expected = otherwise;
    }
    if (expected === undefined || expected === hiddenBy) return null;
    if (expected === null) return "no exception hides it";
    return hiddenBy === null
      ? `${this.#name(expected)} hides it, but it is shown`
      : `${this.#name(expected)} hides it, not ${this.#name(hiddenBy)}`;
  }

  /** What the journal alone tells: of findings whose rules cannot be run again. */
  *problemsWithoutRules(): Generator<string> {
    for (const chunk of readFindingChunks(this.#file)) {
      for (const { finding } of chunk) {
        const problem = this.problem(finding.id, finding.lastHunt, finding.hiddenBy, undefined);
        if (problem !== null) yield `finding ${finding.id}: ${problem}`;
      }
    }
  }

  #name(exception: number): string {
    const name = this.#known.get(exception)?.stored.name;
    return name === undefined ? `exception ${exception}` : `exception ${exception} (${name})`;
  }
}

/** What hides a finding after acts; undefined: they do not tell. */
function replay(finding: number, acts: readonly Act[], before: Hidden | undefined): Hidden | undefined {
  let hiddenBy = before;
  for (const { exception, hidden } of acts) {
    if (hidden === null) {
      if (hiddenBy === exception) hiddenBy = null;
    } else if (hidden.has(finding) && (hiddenBy === undefined || hiddenBy === null)) hiddenBy = exception;
  }
  return hiddenBy;
}
