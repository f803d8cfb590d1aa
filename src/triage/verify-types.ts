/** One kind of proof. */
export interface Check {
  readonly name: "file" | "evidence" | "events" | "dictionary" | "findings" | "journal" | "acts";
  /** Things looked at. */
  readonly checked: number;
  /** Things that are not as they should be. */
  readonly total: number;
  /** The first of them, each named in a sentence. */
  readonly problems: readonly string[];
  /** Why it, or a part of it, could not be checked; null when it was. */
  readonly skipped: string | null;
}

export interface Verification {
  readonly ok: boolean;
  /** Hash of the journal's last row: compare it with one noted elsewhere. */
  readonly journalHead: string;
  readonly checks: readonly Check[];
}
