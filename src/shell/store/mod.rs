//! The store: one SQLite file with the events of all sittings.
//!
//! What [`Store::append`] has returned from is on the disk: one writer, write-ahead log, `synchronous=FULL`, and the
//! commit comes before the return. A file that is damaged is kept aside, and what SQLite can still read of it goes
//! into a new one.

use crate::diag::Fault;
use crate::sitting::timing::Stamp;
use crate::sitting::{Event, EventKind};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, TransactionBehavior, params};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The version of the tables.
const VERSION: i64 = 1;

/// The open store.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
}

/// One sitting as the store knows it without replaying it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub id: i64,
    pub paper: String,
    pub candidate: String,
    pub events: u64,
    /// Bytes that its events take.
    pub bytes: u64,
}

/// What was found of a damaged file.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovery {
    /// Where the damaged file is now.
    pub aside: PathBuf,
    pub sittings: u64,
    pub events: u64,
}

/// Why events were not added.
#[derive(Debug)]
pub enum AppendError {
    /// Another screen has added events since: read them first.
    Behind,
    Fault(Fault),
}

fn fault(path: &Path, error: &rusqlite::Error) -> Fault {
    let code = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "store-full",
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => "store-read-only",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "store-busy",
        _ => "store-failed",
    };
    Fault::error(code).with("path", path.display()).with("why", error)
}

/// Returns whether an error means that the file itself is damaged.
fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

impl Store {
    /// Opens the store, making it if it is not there. A damaged file is moved aside and what can be read of it is
    /// taken over, which the second value tells.
    pub fn open(path: &Path) -> Result<(Store, Option<Recovery>), Fault> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| Fault::error("cannot-write").with("path", folder.display()).with("why", error))?;
        }
        match Store::open_sound(path) {
            Ok(store) => Ok((store, None)),
            Err(error) if is_damage(&error) => Store::recover(path).map(|(store, recovery)| (store, Some(recovery))),
            Err(error) => Err(fault(path, &error)),
        }
    }

    fn open_sound(path: &Path) -> rusqlite::Result<Store> {
        let connection = connect(path)?;
        let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if version == 0 {
            connection.execute_batch(&format!("BEGIN IMMEDIATE; {} PRAGMA user_version = {VERSION}; COMMIT;", include_str!("schema.sql")))
                .or_else(|error| {
                    // Two programs began at the same moment: the other has made the tables.
                    let _ = connection.execute_batch("ROLLBACK");
                    let made: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
                    if made == VERSION { Ok(()) } else { Err(error) }
                })?;
        }
        let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), Some(verdict)));
        }
        Ok(Store { connection, path: path.to_owned() })
    }

    /// Moves a damaged file aside and takes over what can be read of it: of each sitting, the events from the first
    /// on as far as none is missing.
    fn recover(path: &Path) -> Result<(Store, Recovery), Fault> {
        let moved = |error: std::io::Error| Fault::error("cannot-write").with("path", path.display()).with("why", error);
        let mut n = 1;
        let aside = loop {
            let candidate = path.with_extension(format!("damaged-{n}.sqlite"));
            if !candidate.exists() {
                break candidate;
            }
            n += 1;
        };
        std::fs::rename(path, &aside).map_err(moved)?;
        for ending in ["-wal", "-shm"] {
            let (from, to) = (with_ending(path, ending), with_ending(&aside, ending));
            if from.exists() {
                std::fs::rename(from, to).map_err(moved)?;
            }
        }
        // Work on a copy, so that the damaged file stays as it was found.
        let work = tempfile::tempdir().map_err(moved)?;
        let copy = work.path().join("copy.sqlite");
        std::fs::copy(&aside, &copy).map_err(moved)?;
        let wal = with_ending(&aside, "-wal");
        if wal.exists() {
            std::fs::copy(wal, with_ending(&copy, "-wal")).map_err(moved)?;
        }
        let (events, papers) = salvage(&copy);
        let mut store = Store::open_sound(path).map_err(|error| fault(path, &error))?;
        let mut recovery = Recovery { aside, sittings: 0, events: 0 };
        let failed = |error: rusqlite::Error| fault(path, &error);
        let transaction = store.connection.transaction().map_err(failed)?;
        for (fingerprint, yaml) in papers {
            transaction.execute("INSERT OR IGNORE INTO paper VALUES (?1, ?2)", params![fingerprint, yaml]).map_err(failed)?;
        }
        let mut next = std::collections::BTreeMap::<i64, u64>::new();
        for (sitting, event) in events {
            let expected = next.entry(sitting).or_insert(0);
            if event.seq == *expected {
                insert(&transaction, sitting, &event).map_err(failed)?;
                *expected += 1;
                recovery.events += 1;
            }
        }
        recovery.sittings = next.values().filter(|events| **events > 0).count() as u64;
        transaction.commit().map_err(failed)?;
        Ok((store, recovery))
    }

    /// Begins a sitting with its first events and keeps the paper's text. Returns the sitting's number.
    pub fn begin(&mut self, fingerprint: &str, paper: &str, events: &[Event]) -> Result<i64, Fault> {
        let path = self.path.clone();
        let failed = |error: rusqlite::Error| fault(&path, &error);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        transaction.execute("INSERT OR IGNORE INTO paper VALUES (?1, ?2)", params![fingerprint, paper]).map_err(failed)?;
        let id: i64 = transaction.query_row("SELECT ifnull(max(sitting), 0) + 1 FROM event", [], |row| row.get(0)).map_err(failed)?;
        for event in events {
            insert(&transaction, id, event).map_err(failed)?;
        }
        transaction.commit().map_err(failed)?;
        Ok(id)
    }

    /// Adds events. When this returns `Ok`, they are on the disk, all of them; otherwise none is.
    pub fn append(&mut self, sitting: i64, events: &[Event]) -> Result<(), AppendError> {
        let path = self.path.clone();
        let failed = |error: rusqlite::Error| match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => AppendError::Behind,
            _ => AppendError::Fault(fault(&path, &error)),
        };
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        for event in events {
            insert(&transaction, sitting, event).map_err(failed)?;
        }
        transaction.commit().map_err(failed)
    }

    /// Returns the events of a sitting from a number on, in order.
    pub fn events(&self, sitting: i64, from: u64) -> Result<Vec<Event>, Fault> {
        let failed = |error: rusqlite::Error| fault(&self.path, &error);
        let sql = "SELECT seq, boot, since_boot, wall, kind FROM event WHERE sitting = ?1 AND seq >= ?2 ORDER BY seq";
        let mut query = self.connection.prepare_cached(sql).map_err(failed)?;
        let rows = query.query_map(params![sitting, from as i64], event_of).map_err(failed)?;
        rows.collect::<rusqlite::Result<_>>().map_err(failed)
    }

    /// Returns every sitting, the newest last.
    pub fn sittings(&self) -> Result<Vec<Row>, Fault> {
        let failed = |error: rusqlite::Error| fault(&self.path, &error);
        let sql = "SELECT sitting, count(*), sum(length(kind) + 40), max(CASE seq WHEN 0 THEN kind END) FROM event GROUP BY sitting ORDER BY sitting";
        let mut query = self.connection.prepare(sql).map_err(failed)?;
        let row = |row: &rusqlite::Row| {
            let first: Option<String> = row.get(3)?;
            let (paper, candidate) = match first.as_deref().map(serde_json::from_str) {
                Some(Ok(EventKind::Prepared { paper, candidate, .. })) => (paper, candidate),
                _ => Default::default(),
            };
            Ok(Row { id: row.get(0)?, paper, candidate, events: row.get::<_, i64>(1)? as u64, bytes: row.get::<_, i64>(2)? as u64 })
        };
        let rows = query.query_map([], row).map_err(failed)?;
        rows.collect::<rusqlite::Result<_>>().map_err(failed)
    }

    /// Returns the text of a paper that was sat.
    pub fn paper(&self, fingerprint: &str) -> Result<Option<String>, Fault> {
        let query = self.connection.query_row("SELECT yaml FROM paper WHERE fingerprint = ?1", [fingerprint], |row| row.get(0));
        query.optional().map_err(|error| fault(&self.path, &error))
    }

    /// Deletes everything about some sittings for good, and overwrites what they took in the file.
    pub fn delete(&mut self, sittings: &[i64]) -> Result<(), Fault> {
        let path = self.path.clone();
        let failed = |error: rusqlite::Error| fault(&path, &error);
        self.connection.execute_batch("PRAGMA secure_delete = ON").map_err(failed)?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        for sitting in sittings {
            transaction.execute("INSERT INTO leave_to_delete VALUES (?1)", [sitting]).map_err(failed)?;
            transaction.execute("DELETE FROM event WHERE sitting = ?1", [sitting]).map_err(failed)?;
        }
        transaction.execute("DELETE FROM leave_to_delete", []).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE);").map_err(failed)
    }

    /// Writes the whole store, as it is now, to one file.
    pub fn back_up(&self, to: &Path) -> Result<(), Fault> {
        let write = |error: std::io::Error| Fault::error("cannot-write").with("path", to.display()).with("why", error);
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let aside = tempfile::Builder::new().prefix(".markband-").tempfile_in(folder).map_err(write)?;
        self.connection.backup("main", aside.path(), None::<fn(rusqlite::backup::Progress)>).map_err(|error| fault(to, &error))?;
        aside.as_file().sync_all().map_err(write)?;
        aside.persist(to).map_err(|error| write(error.error))?;
        Ok(())
    }

    /// Takes over every sitting of a backup that is not here, or that has gone on further there. Nothing that is
    /// here is lost. Returns how many sittings were taken over.
    pub fn restore(&mut self, from: &Path) -> Result<u64, Fault> {
        let failed = |error: rusqlite::Error| fault(from, &error);
        let other = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
        let verdict: String = other.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(failed)?;
        if verdict != "ok" {
            return Err(Fault::error("not-a-backup").with("path", from.display()).with("why", verdict));
        }
        let (events, papers) = salvage(from);
        let mut by_sitting = std::collections::BTreeMap::<i64, Vec<Event>>::new();
        for (sitting, event) in events {
            by_sitting.entry(sitting).or_default().push(event);
        }
        let here: Vec<Vec<Event>> = self.sittings()?.iter().map(|row| self.events(row.id, 0)).collect::<Result<_, _>>()?;
        let mut taken = 0;
        for events in by_sitting.into_values() {
            // The same sitting begins with the same event, to the millisecond.
            let known = here.iter().position(|known| known.first() == events.first());
            match known.map(|at| &here[at]) {
                Some(known) if known.len() >= events.len() => continue,
                Some(known) if events.starts_with(known) => {
                    let row = self.sittings()?.into_iter().find(|row| self.events(row.id, 0).is_ok_and(|e| e.first() == events.first()));
                    if let Some(row) = row {
                        self.append(row.id, &events[known.len()..]).map_err(|error| match error {
                            AppendError::Behind => Fault::error("store-busy").with("path", from.display()).with("why", "another program is writing to it"),
                            AppendError::Fault(fault) => fault,
                        })?;
                        taken += 1;
                    }
                }
                Some(_) | None => {
                    self.begin("", "", &events)?;
                    taken += 1;
                }
            }
        }
        for (fingerprint, yaml) in papers {
            let keep = self.connection.execute("INSERT OR IGNORE INTO paper VALUES (?1, ?2)", params![fingerprint, yaml]);
            keep.map_err(|error| fault(&self.path, &error))?;
        }
        Ok(taken)
    }

    /// Returns how many bytes the store takes on the disk.
    pub fn size(&self) -> u64 {
        ["", "-wal"].iter().filter_map(|ending| std::fs::metadata(with_ending(&self.path, ending)).ok()).map(|data| data.len()).sum()
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "mmap_size", 0)?;
    Ok(connection)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn insert(connection: &Connection, sitting: i64, event: &Event) -> rusqlite::Result<()> {
    let sql = "INSERT INTO event (sitting, seq, boot, since_boot, wall, kind) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let kind = serde_json::to_string(&event.kind).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let Stamp { boot, since_boot, wall } = event.at;
    // SQLite's whole numbers have a sign; the bits are what matters.
    connection.prepare_cached(sql)?.execute(params![sitting, event.seq as i64, boot as i64, since_boot as i64, wall, kind])?;
    Ok(())
}

fn event_of(row: &rusqlite::Row) -> rusqlite::Result<Event> {
    let kind: String = row.get(4)?;
    let kind = serde_json::from_str(&kind).map_err(|error| rusqlite::Error::FromSqlConversionFailure(4, rusqlite::types::Type::Text, error.into()))?;
    let at = Stamp { boot: row.get::<_, i64>(1)? as u64, since_boot: row.get::<_, i64>(2)? as u64, wall: row.get(3)? };
    Ok(Event { seq: row.get::<_, i64>(0)? as u64, at, kind })
}

/// Returns every event and paper that can be read from a file, however damaged, in the order of sittings and numbers.
/// Read from the front and from the back, so that a bad page in the middle costs only what is on it.
#[allow(clippy::type_complexity, reason = "two lists of rows")]
fn salvage(path: &Path) -> (Vec<(i64, Event)>, Vec<(String, String)>) {
    let mut events = std::collections::BTreeMap::new();
    let mut papers = std::collections::BTreeMap::new();
    let Ok(connection) = Connection::open(path) else { return (Vec::new(), Vec::new()) };
    for order in ["ASC", "DESC"] {
        let sql = format!("SELECT seq, boot, since_boot, wall, kind, sitting FROM event ORDER BY sitting {order}, seq {order}");
        if let Ok(mut query) = connection.prepare(&sql)
            && let Ok(mut rows) = query.query([])
        {
            while let Ok(Some(row)) = rows.next() {
                if let (Ok(sitting), Ok(event)) = (row.get::<_, i64>(5), event_of(row)) {
                    events.insert((sitting, event.seq), event);
                }
            }
        }
        let sql = format!("SELECT fingerprint, yaml FROM paper ORDER BY fingerprint {order}");
        if let Ok(mut query) = connection.prepare(&sql)
            && let Ok(mut rows) = query.query([])
        {
            while let Ok(Some(row)) = rows.next() {
                if let (Ok(fingerprint), Ok(yaml)) = (row.get::<_, String>(0), row.get::<_, String>(1)) {
                    papers.insert(fingerprint, yaml);
                }
            }
        }
    }
    (events.into_iter().map(|((sitting, _), event)| (sitting, event)).collect(), papers.into_iter().collect())
}
