-- Digests of the rows that a load wrote, taken while it wrote them; what is hashed: store/row-digests.ts. The normaliser's
-- version and the load options that made the rows are those of the source.
CREATE TABLE row_digest (
  kind TEXT NOT NULL CHECK (kind IN ('event', 'value')),
  first INTEGER NOT NULL,         -- first and last id that it covers
  last INTEGER NOT NULL,
  source INTEGER NOT NULL REFERENCES source (id),
  block INTEGER NOT NULL,         -- in which the events begin, or from which the values are
  sha256 BLOB NOT NULL,
  PRIMARY KEY (kind, first)
) STRICT, WITHOUT ROWID;
