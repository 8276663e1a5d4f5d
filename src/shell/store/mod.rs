//! The store: one SQLite file with the events of all sittings.
//!
//! What [`Store::append`] has returned from is on the disk: one writer, write-ahead log, `synchronous=FULL`, and the
//! commit comes before the return. Every row carries a seal. Who opens the store while nobody else has it checks
//! every row; a file that is damaged is then kept aside, and what can still be read of it goes into a new one.

mod recovery;
mod wal;

use crate::diag::Fault;
use crate::sitting::timing::Stamp;
use crate::sitting::{Event, EventKind};
use recovery::Trouble;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Row as SqlRow, Transaction, TransactionBehavior, params};
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The version of the tables.
const VERSION: i64 = 1;

/// The open store.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    /// Shared by all who have the store open, so that nobody moves it away under another.
    _lock: File,
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
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => "store-damaged",
        _ => "store-failed",
    };
    Fault::error(code).with("path", path.display()).with("why", error)
}

fn io_fault(path: &Path, error: &io::Error) -> Fault {
    let code = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => "store-full",
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => "store-read-only",
        _ => "store-failed",
    };
    Fault::error(code).with("path", path.display()).with("why", error)
}

impl Store {
    /// Opens the store, making it if it is not there. A damaged file is moved aside and what can be read of it is
    /// taken over, which the second value tells.
    pub fn open(path: &Path) -> Result<(Store, Option<Recovery>), Fault> {
        Store::open_on(path, None, "FULL")
    }

    /// Opens the store over another file layer of SQLite and with another `synchronous`, for the tests of what a
    /// power cut leaves.
    #[doc(hidden)]
    pub fn open_on(path: &Path, vfs: Option<&str>, synchronous: &str) -> Result<(Store, Option<Recovery>), Fault> {
        let failed = |error: io::Error| io_fault(path, &error);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        // The lock file has a byte in it once the tables have been made: a store that is empty then has lost them.
        let mut lock = File::options().create(true).append(true).open(with_ending(path, "-lock")).map_err(failed)?;
        if lock.try_lock().is_err() {
            // Somebody has the store open and has checked it, or is just checking it.
            lock.lock_shared().map_err(failed)?;
            let connection = connect(path, vfs, synchronous).map_err(|error| fault(path, &error))?;
            return Ok((Store { connection, path: path.to_owned(), _lock: lock }, None));
        }
        recovery::resume(path).map_err(failed)?;
        let made = lock.metadata().is_ok_and(|data| data.len() > 0);
        let recovery = match recovery::check(path, vfs, made) {
            Ok(()) => None,
            Err(Trouble::Fault(fault)) => return Err(fault),
            Err(Trouble::Damaged) => Some(recovery::recover(path)?),
        };
        let connection = connect(path, vfs, synchronous).map_err(|error| fault(path, &error))?;
        // A log that a power cut broke off keeps what was broken off behind its end, which a second cut could make to
        // look like damage. An empty one has nothing; where that cannot be done now, it is no harm.
        let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        if !made {
            lock.write_all(b"+").and_then(|()| lock.sync_all()).map_err(failed)?;
        }
        lock.unlock().and_then(|()| lock.lock_shared()).map_err(failed)?;
        Ok((Store { connection, path: path.to_owned(), _lock: lock }, recovery))
    }

    /// Begins a transaction that writes. What it has not committed when it goes is not done.
    fn writing(&mut self) -> rusqlite::Result<Transaction<'_>> {
        self.connection.transaction_with_behavior(TransactionBehavior::Immediate)
    }

    /// Begins a sitting with its first events and keeps the paper's text. Returns the sitting's number.
    pub fn begin(&mut self, fingerprint: &str, paper: &str, events: &[Event]) -> Result<i64, Fault> {
        let path = self.path.clone();
        let begin = |transaction: Transaction| {
            put_paper(&transaction, fingerprint, paper)?;
            let id = new_sitting(&transaction, events)?;
            transaction.commit()?;
            Ok(id)
        };
        self.writing().and_then(begin).map_err(|error| fault(&path, &error))
    }

    /// Adds events. When this returns `Ok`, they are on the disk, all of them; otherwise none is.
    pub fn append(&mut self, sitting: i64, events: &[Event]) -> Result<(), AppendError> {
        let path = self.path.clone();
        let append = |transaction: Transaction| {
            let next: i64 = transaction
                .prepare_cached("SELECT ifnull(max(seq), -1) + 1 FROM event WHERE sitting = ?1")?
                .query_row([sitting], |row| row.get(0))?;
            match events.first().map_or(next, |event| event.seq as i64) {
                seq if seq < next => return Ok(Err(AppendError::Behind)),
                // It has been deleted; its number belongs to nobody now.
                seq if seq > next => return Ok(Err(AppendError::Fault(Fault::error("sitting-unreadable").with("id", sitting)))),
                _ => {}
            }
            for event in events {
                insert(&transaction, sitting, event)?;
            }
            transaction.commit().map(Ok)
        };
        self.writing().and_then(append).unwrap_or_else(|error| Err(AppendError::Fault(fault(&path, &error))))
    }

    /// Returns the events of a sitting from a number on, in order.
    pub fn events(&self, sitting: i64, from: u64) -> Result<Vec<Event>, Fault> {
        let failed = |error: rusqlite::Error| fault(&self.path, &error);
        let sql = "SELECT sitting, seq, boot, since_boot, wall, kind, seal FROM event WHERE sitting = ?1 AND seq >= ?2 ORDER BY seq";
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
        let sql = "SELECT fingerprint, yaml, seal FROM paper WHERE fingerprint = ?1";
        let found = self.connection.query_row(sql, [fingerprint], paper_of).optional().map_err(|error| fault(&self.path, &error))?;
        Ok(found.map(|(_, yaml)| yaml))
    }

    /// Deletes everything about some sittings for good, and overwrites what they took in the file. Damaged files that
    /// were kept aside, and backups, are left as they are.
    pub fn delete(&mut self, sittings: &[i64]) -> Result<(), Fault> {
        let path = self.path.clone();
        let delete = |transaction: Transaction| {
            for sitting in sittings {
                transaction.execute("INSERT OR IGNORE INTO deleted VALUES (?1)", [sitting])?;
                transaction.execute("DELETE FROM event WHERE sitting = ?1", [sitting])?;
            }
            transaction.commit()
        };
        let failed = |error: rusqlite::Error| fault(&path, &error);
        self.connection.execute_batch("PRAGMA secure_delete = ON").map_err(failed)?;
        self.writing().and_then(delete).map_err(failed)?;
        // Somebody who is reading can hold the old pages in the log.
        self.connection.execute_batch("VACUUM").map_err(failed)?;
        let held: i64 = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(failed)?;
        match held {
            0 => Ok(()),
            _ => Err(Fault::error("store-busy").with("path", path.display()).with("why", "another program is reading it")),
        }
    }

    /// Writes the whole store, as it is now, to one file. Others may go on writing.
    pub fn back_up(&self, to: &Path) -> Result<(), Fault> {
        let failed = |error: io::Error| io_fault(to, &error);
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let aside = tempfile::Builder::new().prefix(".markband-").tempfile_in(folder).map_err(failed)?;
        let name = aside.path().to_str().ok_or_else(|| failed(io::Error::other("its name is not plain text")))?;
        self.connection.execute("VACUUM INTO ?1", [name]).map_err(|error| fault(to, &error))?;
        aside.as_file().sync_all().map_err(failed)?;
        aside.persist(to).map_err(|error| failed(error.error))?;
        recovery::sync_folder(to).map_err(failed)
    }

    /// Takes over every sitting of a backup that is not here, or that has gone on further there. Nothing that is
    /// here is lost. Returns how many sittings were taken over.
    pub fn restore(&mut self, from: &Path) -> Result<u64, Fault> {
        let refused = |why: &dyn std::fmt::Display| Fault::error("not-a-backup").with("path", from.display()).with("why", why);
        // Work on a copy: the backup may lie where nothing can be written.
        let work = tempfile::tempdir().map_err(|error| io_fault(&std::env::temp_dir(), &error))?;
        let copy = work.path().join("backup.sqlite");
        std::fs::copy(from, &copy).map_err(|error| refused(&error))?;
        let other = Connection::open_with_flags(&copy, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|error| refused(&error))?;
        if !recovery::is_sound(&other).map_err(|error| refused(&error))? {
            return Err(refused(&"it is damaged, or of another version"));
        }
        drop(other);
        let mut found = Default::default();
        recovery::read_all(&copy, &mut found);
        let (events, papers) = found;
        let mut theirs = std::collections::BTreeMap::<i64, Vec<Event>>::new();
        for ((sitting, _), event) in events {
            theirs.entry(sitting).or_default().push(event);
        }
        let ours = self.sittings()?.iter().map(|row| Ok((row.id, self.events(row.id, 0)?))).collect::<Result<Vec<_>, Fault>>()?;
        let path = self.path.clone();
        let take_over = |transaction: Transaction| {
            let mut taken = 0;
            for (fingerprint, yaml) in papers {
                put_paper(&transaction, &fingerprint, &yaml)?;
            }
            for events in theirs.values() {
                // The same sitting begins with the same events, to the millisecond.
                if ours.iter().any(|(_, known)| known.starts_with(events)) {
                    continue;
                }
                match ours.iter().find(|(_, known)| !known.is_empty() && events.starts_with(known)) {
                    Some((id, known)) => events[known.len()..].iter().try_for_each(|event| insert(&transaction, *id, event))?,
                    None => new_sitting(&transaction, events).map(drop)?,
                }
                taken += 1;
            }
            transaction.commit()?;
            Ok(taken)
        };
        self.writing().and_then(take_over).map_err(|error| fault(&path, &error))
    }

    /// Returns where the store is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns how many bytes the store takes on the disk.
    pub fn size(&self) -> u64 {
        ["", "-wal"].iter().filter_map(|ending| std::fs::metadata(with_ending(&self.path, ending)).ok()).map(|data| data.len()).sum()
    }
}

fn connect(path: &Path, vfs: Option<&str>, synchronous: &str) -> rusqlite::Result<Connection> {
    let connection = match vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, OpenFlags::default(), vfs)?,
        None => Connection::open(path)?,
    };
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    make_tables(&connection)?;
    Ok(connection)
}

/// Makes the tables where there are none.
fn make_tables(connection: &Connection) -> rusqlite::Result<()> {
    let version = || connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
    if version()? != 0 {
        return Ok(());
    }
    let made =
        connection.execute_batch(&format!("BEGIN IMMEDIATE; {} PRAGMA user_version = {VERSION}; COMMIT;", include_str!("schema.sql")));
    made.or_else(|error| {
        // Two programs began at the same moment: the other has made the tables.
        let _ = connection.execute_batch("ROLLBACK");
        if version()? == 0 { Err(error) } else { Ok(()) }
    })
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Puts the events of a new sitting under a number that no other has or had.
fn new_sitting(connection: &Connection, events: &[Event]) -> rusqlite::Result<i64> {
    let sql = "SELECT max(ifnull((SELECT max(sitting) FROM event), 0), ifnull((SELECT max(sitting) FROM deleted), 0)) + 1";
    let id = connection.query_row(sql, [], |row| row.get(0))?;
    events.iter().try_for_each(|event| insert(connection, id, event))?;
    Ok(id)
}

fn insert(connection: &Connection, sitting: i64, event: &Event) -> rusqlite::Result<()> {
    let sql = "INSERT INTO event (sitting, seq, boot, since_boot, wall, kind, seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let kind = serde_json::to_string(&event.kind).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let Stamp { boot, since_boot, wall } = event.at;
    // SQLite's whole numbers have a sign; the bits are what matters.
    let numbers = [sitting, event.seq as i64, boot as i64, since_boot as i64, wall];
    let [sitting, seq, boot, since_boot, wall] = numbers;
    connection.prepare_cached(sql)?.execute(params![sitting, seq, boot, since_boot, wall, kind, seal(&numbers, &[&kind])])?;
    Ok(())
}

fn put_paper(connection: &Connection, fingerprint: &str, yaml: &str) -> rusqlite::Result<()> {
    connection.execute("INSERT OR IGNORE INTO paper VALUES (?1, ?2, ?3)", params![fingerprint, yaml, seal(&[], &[fingerprint, yaml])])?;
    Ok(())
}

/// Returns the seal of a row. Every step can be undone, so that one changed word of 8 bytes always gives another
/// seal, and more of them all but always. It is against disks, not against people.
fn seal(numbers: &[i64], texts: &[&str]) -> i64 {
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |word: u64| sum = (sum ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    numbers.iter().for_each(|number| take(*number as u64));
    for text in texts {
        take(text.len() as u64);
        let (words, rest) = text.as_bytes().as_chunks::<8>();
        words.iter().for_each(|word| take(u64::from_le_bytes(*word)));
        take(rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
    }
    sum as i64
}

fn broken_seal() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), Some("a row has been changed".to_owned()))
}

/// Returns whether an event's row is as it was written.
fn is_sealed(row: &SqlRow) -> rusqlite::Result<bool> {
    let numbers: [i64; 5] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?];
    let kind = row.get_ref(5)?.as_str()?;
    Ok(seal(&numbers, &[kind]) == row.get::<_, i64>(6)?)
}

fn event_of(row: &SqlRow) -> rusqlite::Result<Event> {
    if !is_sealed(row)? {
        return Err(broken_seal());
    }
    let kind = serde_json::from_str(row.get_ref(5)?.as_str()?)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(5, rusqlite::types::Type::Text, error.into()))?;
    let at = Stamp { boot: row.get::<_, i64>(2)? as u64, since_boot: row.get::<_, i64>(3)? as u64, wall: row.get(4)? };
    Ok(Event { seq: row.get::<_, i64>(1)? as u64, at, kind })
}

/// Returns a paper's fingerprint and text.
fn paper_of(row: &SqlRow) -> rusqlite::Result<(String, String)> {
    let (fingerprint, yaml): (String, String) = (row.get(0)?, row.get(1)?);
    if seal(&[], &[&fingerprint, &yaml]) != row.get::<_, i64>(2)? {
        return Err(broken_seal());
    }
    Ok((fingerprint, yaml))
}
