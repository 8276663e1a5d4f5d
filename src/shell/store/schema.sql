-- The events of all sittings: the truth. Rows are only ever added; the triggers hold that. Everything else that is
-- ever wanted can be made from them again.
CREATE TABLE event (
  sitting    INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  boot       INTEGER NOT NULL,
  since_boot INTEGER NOT NULL,
  wall       INTEGER NOT NULL,
  -- What happened, as JSON.
  kind       TEXT    NOT NULL,
  PRIMARY KEY (sitting, seq)
) STRICT, WITHOUT ROWID;

-- The text of each paper, once, by the fingerprint that the sitting's first event names.
CREATE TABLE paper (
  fingerprint TEXT PRIMARY KEY NOT NULL,
  yaml        TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER event_stands BEFORE UPDATE ON event BEGIN
  SELECT RAISE(ABORT, 'events are never changed');
END;

CREATE TRIGGER event_stays BEFORE DELETE ON event
WHEN NOT EXISTS (SELECT 1 FROM leave_to_delete)
BEGIN
  SELECT RAISE(ABORT, 'events are never deleted');
END;

-- Filled only while one candidate's data is deleted at their wish.
CREATE TABLE leave_to_delete (sitting INTEGER PRIMARY KEY NOT NULL) STRICT;
