//! Power cuts: the real store over a file layer that keeps every write to itself until it is told to sync, and at a
//! random moment loses what was not. A kill cannot show a missing fsync; this can, and a test shows that it does.
//!
//! Taken away at a cut: nothing, everything, any of the writes, or any of their 512-byte sectors that was not synced;
//! files made and deleted since the folder was last synced. Locks and the shared index are the real ones.

#![allow(unsafe_code, reason = "SQLite's file layer is a table of C functions")]

use crate::sitting_store::{Dice, history, paper, proofs, quick_folder, sit};
use markband::shell::sit::session::{Saved, Session, terms};
use markband::shell::store::Store;
use markband::sitting::timing::Mode;
use rusqlite::ffi::{self, sqlite3_file, sqlite3_io_methods, sqlite3_vfs};
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::fs;
use std::mem::size_of;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::ptr;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

/// A change of a file that has not been synced.
enum Change {
    Write(usize, Vec<u8>),
    Cut(usize),
}

/// A file as the running system sees it; the real file has what is on the disk.
#[derive(Default)]
struct Page {
    cache: Vec<u8>,
    unsynced: Vec<Change>,
    /// Its name is not on the disk yet.
    nameless: bool,
}

/// What is in memory, and how long the power lasts.
struct Machine {
    files: BTreeMap<String, Page>,
    /// Deleted, but the folder has not been synced: name and content.
    deleted: Vec<(String, Vec<u8>)>,
    /// Writes, syncs and deletions until the power fails.
    left: u64,
    /// No write is taken that makes a file longer.
    full: bool,
}

static MACHINE: Mutex<Machine> = Mutex::new(Machine { files: BTreeMap::new(), deleted: Vec::new(), left: 0, full: false });
/// There is one machine, so one test at a time.
static TURN: Mutex<()> = Mutex::new(());

fn machine() -> MutexGuard<'static, Machine> {
    MACHINE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Machine {
    /// Counts something that the disk does. Returns whether there was still power for it.
    fn works(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }

    fn page(&mut self, path: &str) -> &mut Page {
        self.files.entry(path.to_owned()).or_default()
    }
}

fn change(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write(at, data) => {
            if bytes.len() < at + data.len() {
                bytes.resize(at + data.len(), 0);
            }
            bytes[*at..at + data.len()].copy_from_slice(data);
        }
        Change::Cut(length) => bytes.truncate(*length),
    }
}

/// Puts changes into the real file.
fn reach_disk(path: &str, changes: &[Change]) {
    let disk = fs::File::options().write(true).create(true).truncate(false).open(path).expect("the disk under the disk");
    for change in changes {
        let done = match change {
            Change::Write(at, data) => disk.write_all_at(data, *at as u64),
            // A cut never makes a file longer.
            Change::Cut(length) => disk.metadata().and_then(|data| disk.set_len(data.len().min(*length as u64))),
        };
        done.expect("the disk under the disk");
    }
}

/// The power fails: decides what of the unsynced was on the disk all the same.
fn cut_power(dice: &mut Dice) {
    let mut machine = machine();
    let Machine { files, deleted, .. } = &mut *machine;
    for (path, content) in deleted.drain(..) {
        if dice.below(2) == 0 && !Path::new(&path).exists() {
            fs::write(path, content).expect("the disk under the disk");
        }
    }
    let luck = dice.below(4);
    for (path, page) in std::mem::take(files) {
        if page.nameless && dice.below(2) == 0 {
            let _ = fs::remove_file(path);
            continue;
        }
        let mut kept = Vec::new();
        for one in page.unsynced {
            match (luck, one) {
                (0, _) => {}
                (1, one) => kept.push(one),
                (2, one) | (_, one @ Change::Cut(_)) => kept.extend((dice.below(2) == 0).then_some(one)),
                (_, Change::Write(at, data)) => {
                    // Sectors of the disk, whichever of them the write touches.
                    let mut from = 0;
                    while from < data.len() {
                        let to = ((at + from) / 512 * 512 + 512 - at).min(data.len());
                        if dice.below(2) == 0 {
                            kept.push(Change::Write(at + from, data[from..to].to_vec()));
                        }
                        from = to;
                    }
                }
            }
        }
        reach_disk(&path, &kept);
    }
}

/// An open file: ours in front, the real one behind it.
#[repr(C)]
struct Handle {
    base: sqlite3_file,
    /// Only the store itself and its logs; `None` is handed through.
    path: *mut String,
    /// The first sync of a new log syncs the folder too, as SQLite's own layer does.
    names_too: bool,
}

unsafe fn real(file: *mut sqlite3_file) -> *mut sqlite3_file {
    unsafe { file.cast::<u8>().add(size_of::<Handle>()).cast() }
}

unsafe fn path_of<'a>(file: *mut sqlite3_file) -> Option<&'a String> {
    unsafe { (*file.cast::<Handle>()).path.as_ref() }
}

/// Hands a call through to the real file.
macro_rules! through {
    ($file:expr, $method:ident $(, $arg:expr)*) => {{
        let file = real($file);
        ((*(*file).pMethods).$method.expect("a method"))(file $(, $arg)*)
    }};
}

unsafe extern "C" fn open(_: *mut sqlite3_vfs, name: *const c_char, file: *mut sqlite3_file, flags: c_int, out: *mut c_int) -> c_int {
    unsafe {
        let handle = file.cast::<Handle>();
        ptr::write(handle, Handle { base: sqlite3_file { pMethods: ptr::null() }, path: ptr::null_mut(), names_too: false });
        let buffered = flags & (ffi::SQLITE_OPEN_MAIN_DB | ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL) != 0 && !name.is_null();
        let path = buffered.then(|| CStr::from_ptr(name).to_string_lossy().into_owned());
        let mut machine = machine();
        if machine.left == 0 && flags & ffi::SQLITE_OPEN_CREATE != 0 {
            return ffi::SQLITE_CANTOPEN;
        }
        let was_there = path.as_ref().is_none_or(|path| Path::new(path).exists());
        let under = ffi::sqlite3_vfs_find(ptr::null());
        let rc = ((*under).xOpen.expect("open"))(under, name, real(file), flags, out);
        if rc != ffi::SQLITE_OK {
            return rc;
        }
        if let Some(path) = path {
            if !machine.files.contains_key(&path) {
                let cache = fs::read(&path).unwrap_or_default();
                machine.files.insert(path.clone(), Page { cache, unsynced: Vec::new(), nameless: !was_there });
            }
            (*handle).path = Box::into_raw(Box::new(path));
        }
        (*handle).names_too = flags & (ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL) != 0;
        (*handle).base.pMethods = &METHODS;
        rc
    }
}

unsafe extern "C" fn delete(_: *mut sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    unsafe {
        let mut machine = machine();
        if !machine.works() {
            return ffi::SQLITE_IOERR_DELETE;
        }
        let path = CStr::from_ptr(name).to_string_lossy().into_owned();
        let gone = machine.files.remove(&path);
        let durable = fs::read(&path).unwrap_or_default();
        match sync {
            0 if gone.is_none_or(|page| !page.nameless) => machine.deleted.push((path, durable)),
            _ => machine.deleted.clear(),
        }
        let under = ffi::sqlite3_vfs_find(ptr::null());
        ((*under).xDelete.expect("delete"))(under, name, 0)
    }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    unsafe {
        let path = (*file.cast::<Handle>()).path;
        if !path.is_null() {
            drop(Box::from_raw(path));
        }
        through!(file, xClose)
    }
}

unsafe extern "C" fn read(file: *mut sqlite3_file, into: *mut c_void, length: c_int, at: i64) -> c_int {
    unsafe {
        let Some(path) = path_of(file) else { return through!(file, xRead, into, length, at) };
        let into = std::slice::from_raw_parts_mut(into.cast::<u8>(), length as usize);
        let mut machine = machine();
        let cache = &machine.page(path).cache;
        let there = cache.get((at as usize).min(cache.len())..).unwrap_or_default();
        let count = there.len().min(into.len());
        into[..count].copy_from_slice(&there[..count]);
        into[count..].fill(0);
        if count == into.len() { ffi::SQLITE_OK } else { ffi::SQLITE_IOERR_SHORT_READ }
    }
}

/// Takes a change of a file into memory, while there is power and room.
fn changes(path: &str, one: Change, failed: c_int) -> c_int {
    let mut machine = machine();
    let before = machine.left;
    let works = machine.works();
    let full = machine.full;
    let page = machine.page(path);
    if let Change::Write(at, data) = &one
        && full
        && at + data.len() > page.cache.len()
    {
        return ffi::SQLITE_FULL;
    }
    // The one under way when the power fails may still get there.
    if before > 0 {
        change(&mut page.cache, &one);
        page.unsynced.push(one);
    }
    if works { ffi::SQLITE_OK } else { failed }
}

unsafe extern "C" fn write(file: *mut sqlite3_file, from: *const c_void, length: c_int, at: i64) -> c_int {
    unsafe {
        let Some(path) = path_of(file) else { return through!(file, xWrite, from, length, at) };
        let data = std::slice::from_raw_parts(from.cast::<u8>(), length as usize).to_vec();
        changes(path, Change::Write(at as usize, data), ffi::SQLITE_IOERR_WRITE)
    }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, length: i64) -> c_int {
    unsafe {
        let Some(path) = path_of(file) else { return through!(file, xTruncate, length) };
        changes(path, Change::Cut(length as usize), ffi::SQLITE_IOERR_TRUNCATE)
    }
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    unsafe {
        let Some(path) = path_of(file) else { return through!(file, xSync, flags) };
        let mut machine = machine();
        if !machine.works() {
            return ffi::SQLITE_IOERR_FSYNC;
        }
        let page = machine.page(path);
        reach_disk(path, &std::mem::take(&mut page.unsynced));
        let handle = file.cast::<Handle>();
        if (*handle).names_too {
            (*handle).names_too = false;
            machine.deleted.clear();
            machine.files.values_mut().for_each(|page| page.nameless = false);
        }
        ffi::SQLITE_OK
    }
}

unsafe extern "C" fn file_size(file: *mut sqlite3_file, size: *mut i64) -> c_int {
    unsafe {
        let Some(path) = path_of(file) else { return through!(file, xFileSize, size) };
        *size = machine().page(path).cache.len() as i64;
        ffi::SQLITE_OK
    }
}

unsafe extern "C" fn lock(file: *mut sqlite3_file, level: c_int) -> c_int {
    unsafe { through!(file, xLock, level) }
}

unsafe extern "C" fn unlock(file: *mut sqlite3_file, level: c_int) -> c_int {
    unsafe { through!(file, xUnlock, level) }
}

unsafe extern "C" fn reserved(file: *mut sqlite3_file, out: *mut c_int) -> c_int {
    unsafe { through!(file, xCheckReservedLock, out) }
}

unsafe extern "C" fn control(file: *mut sqlite3_file, op: c_int, arg: *mut c_void) -> c_int {
    unsafe {
        match op {
            // What would change the length or the bytes of the real file behind our back.
            ffi::SQLITE_FCNTL_SIZE_HINT | ffi::SQLITE_FCNTL_CHUNK_SIZE | ffi::SQLITE_FCNTL_MMAP_SIZE => ffi::SQLITE_NOTFOUND,
            _ => through!(file, xFileControl, op, arg),
        }
    }
}

unsafe extern "C" fn sector_size(file: *mut sqlite3_file) -> c_int {
    unsafe { through!(file, xSectorSize) }
}

unsafe extern "C" fn characteristics(file: *mut sqlite3_file) -> c_int {
    unsafe { through!(file, xDeviceCharacteristics) }
}

unsafe extern "C" fn shm_map(file: *mut sqlite3_file, n: c_int, size: c_int, extend: c_int, out: *mut *mut c_void) -> c_int {
    unsafe { through!(file, xShmMap, n, size, extend, out) }
}

unsafe extern "C" fn shm_lock(file: *mut sqlite3_file, offset: c_int, n: c_int, flags: c_int) -> c_int {
    unsafe { through!(file, xShmLock, offset, n, flags) }
}

unsafe extern "C" fn shm_barrier(file: *mut sqlite3_file) {
    unsafe { through!(file, xShmBarrier) }
}

unsafe extern "C" fn shm_unmap(file: *mut sqlite3_file, delete: c_int) -> c_int {
    let delete = if machine().left > 0 { delete } else { 0 };
    unsafe { through!(file, xShmUnmap, delete) }
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// Makes the file layer known to SQLite as `lossy`.
fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| unsafe {
        assert_eq!(ffi::sqlite3_initialize(), ffi::SQLITE_OK);
        let mut vfs: sqlite3_vfs = ptr::read(ffi::sqlite3_vfs_find(ptr::null()));
        vfs.szOsFile += size_of::<Handle>() as c_int;
        vfs.zName = c"lossy".as_ptr();
        vfs.pNext = ptr::null_mut();
        vfs.xOpen = Some(open);
        vfs.xDelete = Some(delete);
        assert_eq!(ffi::sqlite3_vfs_register(Box::into_raw(Box::new(vfs)), 0), ffi::SQLITE_OK);
    });
}

fn sit_down(path: &Path, synchronous: &str) -> Option<Session> {
    let (paper, text) = paper();
    let terms = terms(&paper, Mode::Exam, 0);
    let (store, recovery) = Store::open_on(path, Some("lossy"), synchronous).ok()?;
    assert_eq!(recovery, None, "seen by the running system itself");
    Session::open(store, paper, &text, "Ada", terms, false, markband::shell::clock::now).ok().map(|(session, _)| session)
}

#[derive(Default, Debug)]
struct Outcome {
    cuts: usize,
    saves: usize,
    lost: usize,
    damaged: usize,
    checkpoints: usize,
}

/// Types until the power fails, again and again, and looks each time at what the disk has.
fn power_fails(cuts: usize, synchronous: &str, seed: u64) -> Outcome {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    install();
    let parts: Vec<String> = markband::script::slips(&paper().0).into_iter().map(|slip| slip.part).collect();
    let mut dice = Dice(seed);
    let mut outcome = Outcome { cuts, ..Outcome::default() };
    let mut folder = quick_folder();
    let mut acknowledged: Vec<(String, u64, String)> = Vec::new();
    for n in 0..cuts {
        if n % 8 == 0 {
            folder = quick_folder();
            acknowledged.clear();
        }
        let path = folder.path().join("s.sqlite");
        machine().left = 1 + match dice.below(3) {
            0 => dice.below(40),
            1 => dice.below(600),
            _ => dice.below(4000),
        } as u64;
        if let Some(mut session) = sit_down(&path, synchronous) {
            let mut text = BTreeMap::<usize, String>::new();
            loop {
                let which = dice.below(parts.len());
                let text = text.entry(which).or_insert_with(|| session.sitting.text(&parts[which]).to_owned());
                match dice.below(12) {
                    0 => text.truncate(text.char_indices().nth(dice.below(100)).map_or(0, |(at, _)| at)),
                    1 | 2 => (0..2000).for_each(|_| text.push_str(&dice.word())),
                    _ => text.push_str(&dice.word()),
                }
                match session.save(&parts[which], text) {
                    Saved::Done => acknowledged.push((parts[which].clone(), session.sitting.revision(&parts[which]), text.clone())),
                    Saved::Unchanged => {}
                    Saved::Failed(_) => break,
                    Saved::Kept(refusal) => panic!("{refusal:?}"),
                }
                outcome.saves += 1;
            }
        }
        machine().left = 0;
        cut_power(&mut dice);
        // Look at a copy, so that the next start finds the disk as the cut left it.
        let copy = quick_folder();
        for entry in fs::read_dir(folder.path()).expect("a folder") {
            let entry = entry.expect("an entry");
            if entry.path().is_file() {
                fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("a copy");
            }
        }
        let _ = fs::metadata(copy.path().join("s.sqlite")).map(|data| outcome.checkpoints += usize::from(data.len() > 400_000));
        let (store, recovery) = Store::open(&copy.path().join("s.sqlite")).unwrap_or_else(|fault| panic!("cut {n}: {fault:?}"));
        outcome.damaged += usize::from(recovery.is_some());
        let rows = store.sittings().expect("sittings");
        let history = rows.first().map(|row| history(&store.events(row.id, 0).expect("events"))).unwrap_or_default();
        let kept = |(part, revision, text): &(String, u64, String)| history.get(&(part.clone(), *revision)) == Some(text);
        let lost = acknowledged.iter().filter(|save| !kept(save)).count();
        outcome.lost += lost;
        // Where losses are looked for, the next begins afresh.
        if lost > 0 || recovery.is_some() {
            folder = quick_folder();
            acknowledged.clear();
        }
    }
    outcome
}

#[test]
fn sitting_survives_power_cuts_at_random_moments() {
    let begun = std::time::Instant::now();
    let seed = std::env::var("MARKBAND_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(42);
    let outcome = power_fails(proofs(), "FULL", seed);
    println!("{outcome:?}; {:.1} s", begun.elapsed().as_secs_f64());
    assert_eq!((outcome.lost, outcome.damaged), (0, 0));
    assert!(outcome.saves > outcome.cuts * 3);
}

/// The test above can fail: a store that does not wait for the disk loses saves in it.
#[test]
fn sitting_power_cuts_would_show_a_missing_sync() {
    for synchronous in ["OFF", "NORMAL"] {
        let outcome = power_fails(15, synchronous, 7);
        println!("synchronous={synchronous}: {outcome:?}");
        assert!(outcome.lost > 0, "{synchronous}");
    }
}

#[test]
fn sitting_goes_on_when_the_file_layer_has_room_again() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    install();
    let folder = quick_folder();
    let path = folder.path().join("s.sqlite");
    machine().left = u64::MAX;
    let mut session = sit_down(&path, "FULL").expect("a session");
    let part = session.slips[0].part.clone();
    let mut text = String::new();
    for round in 0..20 {
        text.push_str("some more ");
        machine().full = round % 2 == 1;
        match session.save(&part, &text) {
            Saved::Failed(fault) => assert_eq!((fault.code, round % 2), ("store-full", 1)),
            saved => assert_eq!((saved, round % 2), (Saved::Done, 0)),
        }
    }
    machine().full = false;
    assert_eq!(session.save(&part, &text), Saved::Done);
    drop(session);
    machine().files.clear();
    let session = sit(crate::sitting_store::open(&path), "Ada");
    assert_eq!(session.sitting.text(&part), text);
}
