/** Bits of `event.flags`. */
export const EVENT_FLAG = {
  /** No usable time: sorts last, joins no sequence. */
  untimed: 1,
  /** Another event has the same event.id and agent.id, with other content. */
  conflict: 2,
  /** Its time named no zone. */
  zoneless: 4,
  /** Its bytes are not UTF-8; ill-formed ones became U+FFFD. */
  badUtf8: 8,
  /** `identity` is a hash of its bytes, because it has no event.id. */
  byContent: 16,
  /** A duplicate, kept because the load was asked to (`--keep-duplicates`). */
  duplicate: 32,
  /** The document is the `_source` of the hit that its bytes are. */
  wrapped: 64,
  /** The document is in `derived`: its bytes are no JSON, or another one. */
  derived: 128,
} as const;
