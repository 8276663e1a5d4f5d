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
  -- A checksum of all the others, so that a byte that the disk changed is noticed.
  seal       INTEGER NOT NULL,
  PRIMARY KEY (sitting, seq)
) STRICT, WITHOUT ROWID;

-- The text of each paper, once, by the fingerprint that the sitting's first event names.
CREATE TABLE paper (
  fingerprint TEXT    PRIMARY KEY NOT NULL,
  yaml        TEXT    NOT NULL,
  seal        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Sittings deleted at the candidate's wish: their numbers are not used again.
CREATE TABLE deleted (sitting INTEGER PRIMARY KEY NOT NULL) STRICT;

CREATE TRIGGER event_follows BEFORE INSERT ON event
WHEN NEW.seq <> (SELECT ifnull(max(seq), -1) + 1 FROM event WHERE sitting = NEW.sitting)
BEGIN
  SELECT RAISE(ABORT, 'events follow one another');
END;

CREATE TRIGGER event_stands BEFORE UPDATE ON event BEGIN
  SELECT RAISE(ABORT, 'events are never changed');
END;

CREATE TRIGGER event_stays BEFORE DELETE ON event
WHEN NOT EXISTS (SELECT 1 FROM deleted WHERE sitting = OLD.sitting)
BEGIN
  SELECT RAISE(ABORT, 'events are never deleted');
END;
