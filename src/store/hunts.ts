/**
 * Hunts and their ledger. A hunt is recorded as it goes: each rule in one transaction (findings, ledger row), so that what
 * was found survives an interruption.
 */
import { VERSION } from "../base/version.ts";
import type { CaseFile } from "./case-file.ts";
import { type FindingCounts, type Match, storeFindings } from "./findings.ts";
import { groupIncidents } from "./incidents.ts";
import { type Actor, appendJournal } from "./journal.ts";
import { huntDigest } from "./record-digests.ts";
import { currentOwner, isOwnerAlive } from "./owner.ts";
import { type RuleRecord, type StoredRule, storeRule } from "./rules.ts";
import { readSeenEvidence } from "./seen-evidence.ts";

/** How a rule of a hunt ended. */
export type RuleOutcome = "hit" | "none" | "blind" | "unsupported" | "error" | "skipped";

/** A running hunt: pass it to the functions below. */
export interface Hunt {
  readonly id: number;
  /** Window, nanoseconds, both ends inclusive; null: open. */
  readonly from: bigint | null;
  readonly to: bigint | null;
  readonly actor: Actor;
  /** Identities of the rules it has stored. */
  readonly claimed: Set<number>;
}

export interface HuntStart {
  readonly actor: Actor;
  readonly from: bigint | null;
  readonly to: bigint | null;
  /** Options that shape the answer, JSON-serialisable. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What it looks at; without it, what the case holds when it is recorded. */
  readonly evidence?: ReturnType<typeof readSeenEvidence>;
  /** Rows of the exceptions that are in force. */
  readonly exceptions?: readonly number[];
}

/** Result of one rule. */
export interface RuleResult {
  readonly outcome: RuleOutcome;
  /** Why, for every outcome but `hit` and `none`. */
  readonly reason: string | null;
  readonly ms: number;
  /** sha256 of the SQL that ran; null when none did. */
  readonly sqlHash: string | null;
  /** JSON-serialisable: diagnostics, blind fields, leaf counts. */
  readonly details: Readonly<Record<string, unknown>>;
  /** In a stable order. Empty unless the outcome is `hit`. */
  readonly matches: Iterable<Match>;
}

/** Records that a hunt begins; hunts whose process has died are marked interrupted. */
export function startHunt(file: CaseFile, start: HuntStart): Hunt {
  return file.transaction(() => {
    interruptAbandoned(file, start.actor);
    const { seen, sources } = start.evidence ?? readSeenEvidence(file);
    const { events, lastEvent, lastField } = seen;
    const options = { ...start.options, saw: { lastEvent, lastField } };
    const { lastInsertRowid } = file.db
      .prepare(
        `INSERT INTO hunt (started_at, status, tool_version, analyst, owner, from_time, to_time, options, sources, events)
         VALUES (?, 'running', ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        start.actor.at,
        VERSION,
        start.actor.analyst,
        currentOwner(),
        start.from,
        start.to,
        JSON.stringify(options),
        JSON.stringify(sources),
        events,
      );
    const id = Number(lastInsertRowid);
    appendJournal(file, start.actor, {
      action: "hunt.start",
      target: `hunt:${id}`,
      detail: {
        from: start.from?.toString() ?? null,
        to: start.to?.toString() ?? null,
        options,
        sources,
        ...(start.exceptions === undefined ? {} : { exceptions: start.exceptions }),
      },
    });
    return { id, from: start.from, to: start.to, actor: start.actor, claimed: new Set() };
  });
}

function interruptAbandoned(file: CaseFile, actor: Actor): void {
  const running = file.db
    .prepare<[], { id: number; owner: string }>("SELECT id, owner FROM hunt WHERE status = 'running'")
    .all();
  for (const hunt of running) {
    if (!isOwnerAlive(hunt.owner)) closeHunt(file, hunt.id, "interrupted", actor);
  }
}

/** A recorded rule of a hunt. */
export interface RecordedRule extends FindingCounts {
  readonly rule: StoredRule;
}

/** Findings of a rule stored before it was recorded: those of a rule that finds a million come in parts. */
export interface RuleBegun {
  readonly rule: StoredRule;
  /** In the order of the matches; grows with each part. */
  readonly findings: FindingCounts["findings"][number][];
}

/** Stores some findings of a rule, in one transaction; the rest, and the rule itself, are recorded with `recordRule`. */
export function recordPart(
  file: CaseFile,
  hunt: Hunt,
  rule: RuleRecord,
  matches: Iterable<Match>,
  begun: RuleBegun | null,
): RuleBegun {
  return file.transaction(() => {
    const stored = begun?.rule ?? storeRule(file, rule, hunt.claimed);
    const { findings } = storeFindings(file, hunt, stored, matches, false);
    const all = begun?.findings ?? [];
    for (const finding of findings) all.push(finding);
    return { rule: stored, findings: all };
  });
}

/**
 * Records one rule of a hunt with all its findings, in one transaction. Findings of earlier hunts that this one should
 * have produced and did not become `gone`; what the analyst said about them stays.
 */
export function recordRule(
  file: CaseFile,
  hunt: Hunt,
  rule: RuleRecord,
  result: RuleResult,
  begun: RuleBegun | null = null,
): RecordedRule {
  return file.transaction(() => {
    const stored = begun?.rule ?? storeRule(file, rule, hunt.claimed);
    const ran = result.outcome === "hit" || result.outcome === "none" || result.outcome === "blind";
    const last = storeFindings(file, hunt, stored, result.matches, ran);
    const findings = begun === null ? last.findings : [...begun.findings, ...last.findings];
    const fresh = findings.filter(({ state }) => state === "new").length;
    const counts = { findings, fresh, unchanged: findings.length - fresh, gone: last.gone };
    file.db
      .prepare(
        `INSERT INTO hunt_rule (hunt, rule, outcome, reason, findings, fresh, unchanged, gone, ms, sql_hash, details)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        hunt.id,
        stored.row,
        result.outcome,
        result.reason,
        findings.length,
        counts.fresh,
        counts.unchanged,
        counts.gone,
        result.ms,
        result.sqlHash,
        JSON.stringify(result.details),
      );
    return { rule: stored, ...counts };
  });
}

/** Ends a hunt that ran all its rules: groups the findings into incidents. */
export function finishHunt(file: CaseFile, hunt: Hunt, actor: Actor): void {
  file.transaction(() => closeHunt(file, hunt.id, "complete", actor));
}

/** Ends a hunt that was stopped: what was found so far stays. */
export function interruptHunt(file: CaseFile, hunt: Hunt, actor: Actor): void {
  file.transaction(() => closeHunt(file, hunt.id, "interrupted", actor));
}

function closeHunt(file: CaseFile, id: number, status: "complete" | "interrupted", actor: Actor): void {
  groupIncidents(file);
  file.db.prepare("UPDATE hunt SET status = ?, finished_at = ? WHERE id = ?").run(status, actor.at, id);
  const { outcomes, fresh, unchanged, gone } = huntTotals(file, id);
  appendJournal(file, actor, {
    action: status === "complete" ? "hunt.finish" : "hunt.interrupt",
    target: `hunt:${id}`,
    detail: { outcomes, fresh, unchanged, gone, digest: huntDigest(file, id) },
  });
}

export interface HuntTotals {
  readonly outcomes: Readonly<Record<RuleOutcome, number>>;
  readonly fresh: number;
  readonly unchanged: number;
  readonly gone: number;
}

/** Sums of a hunt's ledger. */
export function huntTotals(file: CaseFile, hunt: number): HuntTotals {
  const outcomes = { hit: 0, none: 0, blind: 0, unsupported: 0, error: 0, skipped: 0 };
  let fresh = 0;
  let unchanged = 0;
  let gone = 0;
  const rows = file.db
    .prepare<[number], { outcome: RuleOutcome; rules: number; fresh: number; unchanged: number; gone: number }>(
      `SELECT outcome, count(*) AS rules, sum(fresh) AS fresh, sum(unchanged) AS unchanged, sum(gone) AS gone
       FROM hunt_rule WHERE hunt = ? GROUP BY outcome`,
    )
    .all(hunt);
  for (const row of rows) {
    outcomes[row.outcome] = row.rules;
    fresh += row.fresh;
    unchanged += row.unchanged;
    gone += row.gone;
  }
  return { outcomes, fresh, unchanged, gone };
}

/** A recorded hunt; `options` and `sources` are JSON. */
export interface HuntRow {
  readonly id: number;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly status: "running" | "complete" | "interrupted";
  readonly toolVersion: string;
  readonly analyst: string;
  readonly options: string;
  readonly sources: string;
  readonly events: number;
}

/** All hunts, newest first. */
export function readHunts(file: CaseFile): HuntRow[] {
  return file.db
    .prepare<[], HuntRow>(
      `SELECT id, started_at AS startedAt, finished_at AS finishedAt, status, tool_version AS toolVersion, analyst,
              options, sources, events FROM hunt ORDER BY id DESC`,
    )
    .all();
}

/** A row of the ledger. `details` is JSON. */
export interface LedgerEntry {
  readonly rule: number;
  readonly ruleId: string;
  readonly name: string;
  readonly path: string;
  readonly hash: string;
  readonly outcome: RuleOutcome;
  readonly reason: string | null;
  readonly findings: number;
  readonly fresh: number;
  readonly unchanged: number;
  readonly gone: number;
  readonly ms: number;
  readonly sqlHash: string | null;
  readonly details: string;
}

/** The ledger of a hunt, by rule name, then path. */
export function readLedger(file: CaseFile, hunt: number): LedgerEntry[] {
  return file.db
    .prepare<[number], LedgerEntry>(
      `SELECT r.id AS rule, r.rule_id AS ruleId, r.name, r.path, r.hash, h.outcome, h.reason, h.findings, h.fresh,
              h.unchanged, h.gone, h.ms, h.sql_hash AS sqlHash, h.details
       FROM hunt_rule h JOIN rule r ON r.id = h.rule WHERE h.hunt = ? ORDER BY r.name, r.path, r.id`,
    )
    .all(hunt);
}
