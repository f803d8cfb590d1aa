-- The case file. Words: docs/architecture.md. Times of events are integer nanoseconds since 1970 UTC; times of the
-- investigation (loads, hunts, verdicts) are ISO 8601 text in UTC.

-- Evidence ------------------------------------------------------------------------------------------------------------

-- A loaded file as found. `key` finds it again before its hash is known (path as given, or '-' for standard input).
CREATE TABLE source (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  sha256 TEXT,                    -- of the bytes as found (compressed if it was); NULL until complete
  bytes INTEGER,                  -- size as found; NULL until complete
  format TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('loading', 'complete', 'failed')),
  owner TEXT,                     -- 'pid@host' of the process that is loading it
  options TEXT NOT NULL,          -- JSON: every load option that changes what becomes an event
  normaliser INTEGER NOT NULL,    -- version of the normaliser
  tool_version TEXT NOT NULL,
  documents INTEGER NOT NULL DEFAULT 0,
  events INTEGER NOT NULL DEFAULT 0,
  duplicates INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0,
  blank INTEGER NOT NULL DEFAULT 0,
  untimed INTEGER NOT NULL DEFAULT 0,
  conflicts INTEGER NOT NULL DEFAULT 0, -- same event.id and agent.id, other content: kept as events
  zoneless INTEGER NOT NULL DEFAULT 0,  -- times without a zone
  unnamed INTEGER NOT NULL DEFAULT 0,   -- values whose path is too long, or one too many, to be a field
  warnings TEXT NOT NULL DEFAULT '[]',  -- JSON array of sentences
  started_at TEXT NOT NULL,
  finished_at TEXT
) STRICT;

-- What a source contains: the decompressed stream, or each entry of an archive.
CREATE TABLE member (
  id INTEGER PRIMARY KEY,
  source INTEGER NOT NULL REFERENCES source (id),
  path TEXT NOT NULL,             -- path inside an archive; '' for the source itself
  format TEXT NOT NULL,           -- reader that understands its documents
  sha256 TEXT,                    -- of the decompressed bytes; NULL until complete
  bytes INTEGER NOT NULL DEFAULT 0,
  complete INTEGER NOT NULL DEFAULT 0,
  note TEXT                       -- why it was not read, where it was not
) STRICT;
CREATE INDEX member_source ON member (source);

-- A member's bytes, complete and in order; joined they are the member byte for byte.
CREATE TABLE block (
  id INTEGER PRIMARY KEY,
  member INTEGER NOT NULL REFERENCES member (id),
  offset INTEGER NOT NULL,        -- of its first byte in the member
  bytes INTEGER NOT NULL,         -- decompressed size
  data BLOB NOT NULL              -- zstd
) STRICT;
CREATE UNIQUE INDEX block_member ON block (member, offset);

-- What could not be read.
CREATE TABLE rejected (
  id INTEGER PRIMARY KEY,
  member INTEGER NOT NULL REFERENCES member (id),
  line INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  code TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX rejected_member ON rejected (member);

-- Documents that repeat an event: kept out of the hunt, counted, visible.
CREATE TABLE duplicate (
  id INTEGER PRIMARY KEY,
  event INTEGER,                  -- the event it repeats, where known
  member INTEGER NOT NULL REFERENCES member (id),
  line INTEGER NOT NULL,
  block INTEGER NOT NULL,
  offset INTEGER NOT NULL,        -- in the decompressed block
  bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX duplicate_member ON duplicate (member);

-- Dictionary and events -----------------------------------------------------------------------------------------------

-- Fields whose values share one id space, so that equality of values is equality of ids.
CREATE TABLE family (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

-- One row per distinct string of a family, or distinct list of at least two strings (text NULL).
CREATE TABLE value (
  id INTEGER PRIMARY KEY,
  family INTEGER NOT NULL,
  folded TEXT,                    -- text with A-Z folded to a-z; NULL for a list
  text TEXT,                      -- NULL for a list, and where it equals folded
  ip BLOB,                        -- 16 bytes for values of ip fields (IPv4 as ::ffff:a.b.c.d)
  odd INTEGER                     -- 1: has NUL or ill-formed UTF-16; folded/text then hold JSON escapes (store/text.ts)
) STRICT;

-- Elements of lists, each once. The index value_item_item (item, list) is built after a load.
CREATE TABLE value_item (
  list INTEGER NOT NULL,
  item INTEGER NOT NULL,
  PRIMARY KEY (list, item)
) STRICT, WITHOUT ROWID;

-- Inventory: every path seen in the evidence.
CREATE TABLE field (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,             -- keyword, long, double, boolean, date, ip, version
  typed_by TEXT NOT NULL CHECK (typed_by IN ('catalogue', 'mapping', 'data')),
  family INTEGER,                 -- dictionary family of its values; NULL for long, double, boolean, date
  has_column INTEGER NOT NULL DEFAULT 0, -- event has a column f<id>
  has_side INTEGER NOT NULL DEFAULT 0,   -- there is a table f_<id>
  side_complete INTEGER NOT NULL DEFAULT 0, -- f_<id> holds all values that are not in the column
  side_until INTEGER NOT NULL DEFAULT 0, -- largest event id whose values are in f_<id>, for fields without a column
  strings INTEGER NOT NULL DEFAULT 0,    -- documents in which it has a string, a number, a boolean, more than one value
  numbers INTEGER NOT NULL DEFAULT 0,
  booleans INTEGER NOT NULL DEFAULT 0,
  lists INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Per source: documents that have the field, and values that do not fit its type.
CREATE TABLE field_source (
  field INTEGER NOT NULL,
  source INTEGER NOT NULL,
  documents INTEGER NOT NULL,
  malformed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (field, source)
) STRICT, WITHOUT ROWID;

-- One row per event. Columns f<id> are added as the loader meets fields that rules use. Not STRICT: adding a column
-- to a STRICT table rescans it.
CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  time INTEGER,                   -- nanoseconds since 1970 UTC; NULL when unknown
  tiebreaker INTEGER,
  member INTEGER NOT NULL,
  line INTEGER NOT NULL,          -- 1-based physical line, or ordinal of the document for formats without lines
  block INTEGER NOT NULL,
  offset INTEGER NOT NULL,        -- in the decompressed block
  bytes INTEGER NOT NULL,
  flags INTEGER NOT NULL DEFAULT 0, -- see store/event-flags.ts
  identity INTEGER NOT NULL,      -- hash of event.id and agent.id, or of its bytes (flags say which)
  hit INTEGER                     -- hash of _index and _id, where known
);

-- Documents that are not in the originals as JSON of their own (audit records, CSV, hits with fields only): what they were
-- converted to. Blocks hold them as JSON texts one after another, zstd.
CREATE TABLE derived (
  event INTEGER PRIMARY KEY,
  block INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) STRICT;
CREATE TABLE derived_block (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;

-- Rules and hunts -----------------------------------------------------------------------------------------------------

CREATE TABLE rule (
  id INTEGER PRIMARY KEY,
  rule_id TEXT NOT NULL,
  path TEXT NOT NULL,
  hash TEXT NOT NULL,             -- sha256 of the rule's own text
  name TEXT NOT NULL,
  document TEXT NOT NULL,         -- JSON of the parsed rule
  identity INTEGER NOT NULL,      -- id of the first version stored of the same rule (see store/rules.ts)
  UNIQUE (rule_id, path, hash)
) STRICT;
CREATE INDEX rule_identity ON rule (identity);

CREATE TABLE hunt (
  id INTEGER PRIMARY KEY,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  status TEXT NOT NULL CHECK (status IN ('running', 'complete', 'interrupted')),
  tool_version TEXT NOT NULL,
  analyst TEXT NOT NULL,
  owner TEXT NOT NULL,            -- 'pid@host' of the process that runs it
  from_time INTEGER,              -- window: events with from_time <= time <= to_time; NULL is open
  to_time INTEGER,
  options TEXT NOT NULL,          -- JSON
  sources TEXT NOT NULL,          -- JSON array of { id, sha256 }
  events INTEGER NOT NULL
) STRICT;

-- The ledger: how each rule of a hunt ended.
CREATE TABLE hunt_rule (
  hunt INTEGER NOT NULL REFERENCES hunt (id),
  rule INTEGER NOT NULL REFERENCES rule (id),
  outcome TEXT NOT NULL CHECK (outcome IN ('hit', 'none', 'blind', 'unsupported', 'error', 'skipped')),
  reason TEXT,
  findings INTEGER NOT NULL,
  fresh INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  gone INTEGER NOT NULL DEFAULT 0,
  ms REAL NOT NULL,
  sql_hash TEXT,
  details TEXT NOT NULL DEFAULT '{}', -- JSON: diagnostics, blind fields, leaf counts
  PRIMARY KEY (hunt, rule)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,       -- sha256 of rule identity and ordered event keys
  rule INTEGER NOT NULL REFERENCES rule (id), -- the version that found it last
  first_hunt INTEGER NOT NULL REFERENCES hunt (id),
  last_hunt INTEGER NOT NULL REFERENCES hunt (id), -- the last hunt that produced it
  state TEXT NOT NULL CHECK (state IN ('new', 'unchanged', 'gone')),
  time INTEGER,                   -- of its first event
  end_time INTEGER,               -- of its last event
  total INTEGER NOT NULL,         -- events of the match; more than in finding_event for threshold findings
  join_keys TEXT NOT NULL DEFAULT '[]',   -- JSON
  summary TEXT NOT NULL DEFAULT '{}',     -- JSON: host, container, user, process, ... for lists
  incident INTEGER,               -- smallest id of the findings that belong together; NULL when suppressed or gone
  outside_index INTEGER NOT NULL DEFAULT 0,
  suppressed_by INTEGER,          -- exception
  verdict TEXT NOT NULL DEFAULT 'undetermined'
    CHECK (verdict IN ('undetermined', 'true_positive', 'false_positive', 'benign_positive', 'duplicate')),
  verdict_by TEXT,
  verdict_at TEXT,
  verdict_why TEXT,
  marked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX finding_rule ON finding (rule);
CREATE INDEX finding_incident ON finding (incident);

CREATE TABLE finding_event (
  finding INTEGER NOT NULL REFERENCES finding (id),
  position INTEGER NOT NULL,
  event INTEGER,                  -- NULL: a missing event
  PRIMARY KEY (finding, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX finding_event_event ON finding_event (event);

-- Triage --------------------------------------------------------------------------------------------------------------

CREATE TABLE step_state (
  finding INTEGER NOT NULL REFERENCES finding (id),
  list TEXT NOT NULL CHECK (list IN ('step', 'response')),
  step INTEGER NOT NULL,          -- 1-based
  state TEXT NOT NULL CHECK (state IN ('open', 'done', 'skipped')),
  note TEXT,
  analyst TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (finding, list, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE note (
  id INTEGER PRIMARY KEY,
  finding INTEGER NOT NULL REFERENCES finding (id),
  text TEXT NOT NULL,
  analyst TEXT NOT NULL,
  at TEXT NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0 -- 1: taken back by an undo
) STRICT;
CREATE INDEX note_finding ON note (finding);

CREATE TABLE exception (
  id INTEGER PRIMARY KEY,
  item_id TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,         -- JSON: Elastic exception item
  scope TEXT NOT NULL,            -- JSON: rules it applies to, stage, list
  analyst TEXT NOT NULL,
  at TEXT NOT NULL,
  expires_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Append-only. hash = sha256 over the previous hash and the row (store/journal.ts).
CREATE TABLE journal (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  analyst TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT,
  detail TEXT NOT NULL,           -- JSON
  previous TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER journal_is_append_only_update BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_append_only_delete BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- Where the screen was left, and other settings of the case.
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
