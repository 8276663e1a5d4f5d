//! What is done about a damaged store: finding out that it is damaged, reading what can be read, and putting a sound
//! file in its place. The damaged one is kept beside it as it was found.
//!
//! Only who has the store alone may do any of this. A failure or a kill at any point leaves the store as it was, or
//! a finished copy that [`resume`] puts in its place.

use super::{Recovery, VERSION, connect, event_of, insert, io_fault, paper_of, put_paper, wal, with_ending};
use crate::diag::Fault;
use crate::sitting::Event;
use rusqlite::config::DbConfig;
use rusqlite::ffi::SQLITE_IOERR_SHORT_READ;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Why a store cannot be used as it stands.
pub enum Trouble {
    /// The file itself is damaged.
    Damaged,
    Fault(Fault),
}

/// Looks at every byte of a store that matters, and changes none. `made` says that its tables have been made once.
pub fn check(path: &Path, vfs: Option<&str>, made: bool) -> Result<(), Trouble> {
    let read = |ending| fs::read(with_ending(path, ending)).unwrap_or_default();
    match fs::metadata(path).map(|data| data.len()) {
        // It is new, or its making was broken off.
        Err(_) => return Ok(()),
        Ok(0) if !made => return Ok(()),
        Ok(0) => return Err(Trouble::Damaged),
        // A version of the form that SQLite only reads: it would find nothing wrong with it.
        Ok(_) if form_of_writing(path) > 2 => return Err(Trouble::Damaged),
        Ok(_) if wal::lacks_frames(&read("-wal"), &read("-shm")) => return Err(Trouble::Damaged),
        Ok(_) => {}
    }
    let checked = || -> rusqlite::Result<Result<(), Trouble>> {
        if with_ending(path, "-journal").exists() {
            drop(connect(path, vfs, "FULL")?);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match vfs {
            Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs)?,
            None => Connection::open_with_flags(path, flags)?,
        };
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let tables = tables(&connection)?;
        if version > VERSION && tables != our_tables()? {
            return Ok(Err(Trouble::Fault(Fault::error("store-newer").with("path", path.display()).with("version", version))));
        }
        let begun = version == 0 && tables.is_empty() && !made;
        Ok(if begun || is_sound(&connection)? { Ok(()) } else { Err(Trouble::Damaged) })
    };
    checked().unwrap_or_else(|error| match error.sqlite_error_code() {
        // The file ends before it should.
        Some(ErrorCode::SystemIoFailure) if error.sqlite_extended_error_code() == Some(SQLITE_IOERR_SHORT_READ) => Err(Trouble::Damaged),
        // What may lie in the surroundings of the file; anything else lies in the file.
        Some(
            ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::OutOfMemory,
        ) => Err(Trouble::Fault(super::fault(path, &error))),
        _ => Err(Trouble::Damaged),
    })
}

/// Returns the byte of SQLite's header that says who may write.
fn form_of_writing(path: &Path) -> u8 {
    let mut header = [0; 19];
    File::open(path).and_then(|mut file| file.read_exact(&mut header)).map_or(0, |()| header[18])
}

/// Returns whether a store holds together: its pages, its tables, every row, and no event missing.
pub fn is_sound(connection: &Connection) -> rusqlite::Result<bool> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if version != VERSION || verdict != "ok" || tables(connection)? != our_tables()? {
        return Ok(false);
    }
    let mut query = connection.prepare("SELECT sitting, seq, boot, since_boot, wall, kind, seal FROM event ORDER BY sitting, seq")?;
    let mut rows = query.query([])?;
    let mut before = (0, 0);
    while let Some(row) = rows.next()? {
        let at: (i64, i64) = (row.get(0)?, row.get(1)?);
        let next = if at.0 == before.0 { before.1 + 1 } else { 0 };
        if at.1 != next || !super::is_sealed(row)? {
            return Ok(false);
        }
        before = at;
    }
    let mut query = connection.prepare("SELECT fingerprint, yaml, seal FROM paper")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        if paper_of(row).is_err() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<Option<String>>> {
    connection
        .prepare("SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY name")?
        .query_map([], |row| row.get(0))?
        .collect()
}

fn our_tables() -> rusqlite::Result<Vec<Option<String>>> {
    let memory = Connection::open_in_memory()?;
    memory.execute_batch(include_str!("schema.sql"))?;
    tables(&memory)
}

/// Moves a damaged store aside and puts in its place what can be read of it: of each sitting, the events from the
/// first on as far as none is missing.
pub fn recover(path: &Path) -> Result<Recovery, Fault> {
    let failed = |error: io::Error| io_fault(path, &error);
    let room = room(path);
    remove_all(&room).map_err(failed)?;
    fs::create_dir(&room).map_err(failed)?;
    let (events, papers) = salvage(path, &room).map_err(failed)?;
    let building = room.join("building.sqlite");
    let (sittings, kept) = build(&building, events, papers).map_err(|error| super::fault(path, &error))?;

    let aside = (1..)
        .map(|n| path.with_extension(format!("damaged-{n}.sqlite")))
        .find(|aside| !aside.exists() && !with_ending(aside, "-wal").exists());
    let aside = aside.unwrap_or_else(|| with_ending(path, ".damaged"));
    let put_in_place = || -> io::Result<()> {
        File::open(&building)?.sync_all()?;
        fs::rename(&building, ready(path))?;
        sync_folder(&room)?;
        // The log is copied and not moved: until the file itself is moved, the two belong together.
        if with_ending(path, "-wal").exists() {
            fs::copy(with_ending(path, "-wal"), with_ending(&aside, "-wal"))?;
            File::open(with_ending(&aside, "-wal"))?.sync_all()?;
        }
        fs::rename(path, &aside)?;
        sync_folder(path)?;
        resume(path)
    };
    put_in_place().map_err(failed)?;
    Ok(Recovery { aside, sittings, events: kept })
}

/// Finishes a recovery that was broken off after the damaged file had been moved aside, and clears up behind one that
/// was broken off before.
pub fn resume(path: &Path) -> io::Result<()> {
    if !path.exists() && ready(path).exists() {
        for ending in ["-wal", "-shm", "-journal"] {
            let beside = with_ending(path, ending);
            if beside.exists() {
                fs::remove_file(beside)?;
            }
        }
        fs::rename(ready(path), path)?;
        sync_folder(path)?;
    }
    remove_all(&room(path))
}

fn room(path: &Path) -> PathBuf {
    path.with_extension("recovering")
}

fn ready(path: &Path) -> PathBuf {
    room(path).join("ready.sqlite")
}

fn remove_all(folder: &Path) -> io::Result<()> {
    if folder.exists() { fs::remove_dir_all(folder) } else { Ok(()) }
}

/// Makes the names in the folder of a path last.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Only some systems can open a folder; the others keep names by themselves.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

type Salvaged = (BTreeMap<(i64, u64), Event>, BTreeMap<String, String>);

/// Returns every event and paper of a damaged store whose seal is whole. Works on copies in `room`: the file with its
/// log, without it, and with the log mended. Events never change, so what any of them has is right.
fn salvage(path: &Path, room: &Path) -> io::Result<Salvaged> {
    let mut found = Salvaged::default();
    let log = with_ending(path, "-wal");
    let log = if log.exists() { Some(fs::read(log)?) } else { None };
    let mended = log.as_deref().and_then(wal::mended);
    for (n, log) in [log, None, mended].into_iter().enumerate() {
        let copy = room.join(format!("copy-{n}.sqlite"));
        fs::copy(path, &copy)?;
        if let Some(log) = log {
            fs::write(with_ending(&copy, "-wal"), log)?;
        }
        read_all(&copy, &mut found);
    }
    Ok(found)
}

/// Reads what can be read of a file, however damaged: from the front, from the back, and each sitting by itself, so
/// that a bad page costs only what is on it.
pub fn read_all(path: &Path, found: &mut Salvaged) {
    let Ok(connection) = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE) else { return };
    let (events, papers) = found;
    let mut select = |sql: &str| {
        if let Ok(mut query) = connection.prepare(sql)
            && let Ok(mut rows) = query.query([])
        {
            while let Ok(Some(row)) = rows.next() {
                if let (Ok(sitting), Ok(event)) = (row.get(0), event_of(row)) {
                    events.insert((sitting, event.seq), event);
                }
            }
        }
        events.keys().map(|(sitting, _)| *sitting).collect::<BTreeSet<i64>>()
    };
    let columns = "SELECT sitting, seq, boot, since_boot, wall, kind, seal FROM event";
    select(&format!("{columns} ORDER BY sitting, seq"));
    let known = select(&format!("{columns} ORDER BY sitting DESC, seq DESC"));
    for sitting in 1..=known.last().copied().unwrap_or(0).min(100_000) {
        select(&format!("{columns} WHERE sitting = {sitting} ORDER BY seq"));
    }
    for order in ["ASC", "DESC"] {
        if let Ok(mut query) = connection.prepare(&format!("SELECT fingerprint, yaml, seal FROM paper ORDER BY fingerprint {order}"))
            && let Ok(mut rows) = query.query([])
        {
            while let Ok(Some(row)) = rows.next() {
                papers.extend(paper_of(row));
            }
        }
    }
}

/// Makes a sound store of what was read. Returns how many sittings and events it has.
fn build(path: &Path, events: BTreeMap<(i64, u64), Event>, papers: BTreeMap<String, String>) -> rusqlite::Result<(u64, u64)> {
    let mut connection = connect(path, None, "FULL")?;
    let transaction = connection.transaction()?;
    for (fingerprint, yaml) in papers {
        put_paper(&transaction, &fingerprint, &yaml)?;
    }
    let mut next = BTreeMap::<i64, u64>::new();
    for ((sitting, seq), event) in events {
        let expected = next.entry(sitting).or_default();
        if seq == *expected {
            insert(&transaction, sitting, &event)?;
            *expected += 1;
        }
    }
    transaction.commit()?;
    connection.close().map_err(|(_, error)| error)?;
    Ok((next.values().filter(|events| **events > 0).count() as u64, next.values().sum()))
}
