/** In the order in which they run; `signature` and `manifest` only of a bundle, `redaction` only of a redacted case. */
export const CHECKS = [
  "signature",
  "manifest",
  "file",
  "redaction",
  "evidence",
  "events",
  "dictionary",
  "findings",
  "journal",
  "acts",
] as const;

/** One kind of proof. */
export interface Check {
  readonly name: (typeof CHECKS)[number];
  /** Things looked at. */
  readonly checked: number;
  /** Things that are not as they should be. */
  readonly total: number;
  /** The first of them, each named in a sentence. */
  readonly problems: readonly string[];
  /** Why it, or a part of it, could not be checked; null when it was. */
  readonly skipped: string | null;
  /** What could not be checked because this copy of the case withholds it; null when nothing. */
  readonly withheld: string | null;
}

export interface Verification {
  /** Nothing is wrong. What was skipped or is withheld is not known. */
  readonly ok: boolean;
  /** Hash of the journal's last row: compare it with one noted elsewhere; null where the file is too damaged to tell. */
  readonly journalHead: string | null;
  readonly checks: readonly Check[];
}
