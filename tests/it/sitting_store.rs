//! The store and the session over it: nothing acknowledged is lost, whatever the disk, another program or a damaged
//! file does, and what could not be kept is said.

use crate::support::{good, sound};
use markband::paper::Paper;
use markband::paper::setting::{Seed, set};
use markband::shell::clock;
use markband::shell::sit::session::{Opened, Saved, Session, terms};
use markband::shell::store::{AppendError, Recovery, Store};
use markband::sitting::timing::{Mode, Stamp};
use markband::sitting::{By, Event, EventKind, Phase, Refusal, replay};
use rusqlite::Connection;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Instant;
use tempfile::TempDir;

/// Returns how many kills or power cuts to try: `MARKBAND_PROOFS`, or few.
pub fn proofs() -> usize {
    std::env::var("MARKBAND_PROOFS").ok().and_then(|count| count.parse().ok()).unwrap_or(40)
}

/// Chance that can be repeated.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.roll() % limit.max(1) as u64) as usize
    }

    pub fn word(&mut self) -> String {
        const WORDS: [&str; 8] = ["because ", "treaty ", "émigré ", "1917 ", "😀 ", "state\n", "the ", "however, "];
        format!("{}{} ", WORDS[self.below(8)], self.roll() % 1000)
    }
}

/// Returns a paper and its text.
pub fn paper() -> (Paper, String) {
    static PAPER: OnceLock<(Paper, String)> = OnceLock::new();
    let make = || {
        let bank = sound(good());
        let paper = set(&bank, &bank.formats[0], None, Seed(1)).unwrap_or_else(|short| panic!("{short:?}")).0;
        let text = serde_saphyr::to_string(&paper).expect("a paper is YAML");
        (paper, text)
    };
    PAPER.get_or_init(make).clone()
}

/// Sits down at the paper.
pub fn sit(store: Store, candidate: &str) -> Session {
    sit_by(store, candidate, Mode::Exam, clock::now).0
}

fn sit_by(store: Store, candidate: &str, mode: Mode, clock: fn() -> Stamp) -> (Session, Opened) {
    let (paper, text) = paper();
    let terms = terms(&paper, mode, 0);
    Session::open(store, paper, &text, candidate, terms, false, clock).unwrap_or_else(|fault| panic!("{fault:?}"))
}

pub fn open(path: &Path) -> Store {
    let (store, recovery) = Store::open(path).unwrap_or_else(|fault| panic!("{fault:?}"));
    assert_eq!(recovery, None);
    store
}

/// Returns a folder in memory, where fsync costs nothing, or any other.
pub fn quick_folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}

fn part(n: usize) -> String {
    markband::script::slips(&paper().0)[n].part.clone()
}

/// Returns the text of a part at each of its revisions.
pub fn history(events: &[Event]) -> BTreeMap<(String, u64), String> {
    let mut sitting = replay(&events[..1], events[0].at).expect("it is prepared");
    let mut history = BTreeMap::new();
    for event in &events[1..] {
        sitting.apply(event);
        if let EventKind::Edited { part, revision, .. } = &event.kind {
            history.insert((part.clone(), *revision), sitting.text(part).to_owned());
        }
    }
    history
}

thread_local! {
    static NOW: Cell<Stamp> = const { Cell::new(Stamp { boot: 1, since_boot: 1_000_000, wall: 1_700_000_000_000 }) };
}

fn set_clock() -> Stamp {
    NOW.get()
}

fn passes(minutes: i64) {
    let Stamp { boot, since_boot, wall } = NOW.get();
    NOW.set(Stamp { boot, since_boot: since_boot + minutes as u64 * 60_000, wall: wall + minutes * 60_000 });
}

fn reboots(minutes_off: i64) {
    let Stamp { boot, wall, .. } = NOW.get();
    NOW.set(Stamp { boot: boot + 1, since_boot: 5000, wall: wall + minutes_off * 60_000 });
}

#[test]
fn sitting_sqlite_is_new_enough() {
    assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
}

#[test]
fn sitting_events_are_never_changed_deleted_replaced_or_left_out() {
    let folder = quick_folder();
    let path = folder.path().join("s.sqlite");
    let mut session = sit(open(&path), "Ada");
    assert_eq!(session.save(&part(0), "an answer"), Saved::Done);
    let count = |raw: &Connection| raw.query_row("SELECT count(*) FROM event", [], |row| row.get::<_, i64>(0)).expect("a count");
    let raw = Connection::open(&path).expect("a connection");
    let before = count(&raw);
    for sql in [
        "UPDATE event SET kind = '{}'",
        "UPDATE event SET seq = seq + 100",
        "DELETE FROM event",
        "INSERT OR REPLACE INTO event VALUES (1, 1, 0, 0, 0, '{}', 0)",
        "REPLACE INTO event VALUES (1, 2, 0, 0, 0, '{}', 0)",
        "INSERT INTO event VALUES (1, 99, 0, 0, 0, '{}', 0)",
        "INSERT INTO event VALUES (2, 1, 0, 0, 0, '{}', 0)",
        "INSERT INTO deleted VALUES (7); DELETE FROM event",
    ] {
        assert!(raw.execute_batch(sql).is_err(), "{sql}");
        assert_eq!(count(&raw), before, "{sql}");
    }
}

#[test]
fn sitting_the_second_of_two_writers_is_behind() {
    let folder = quick_folder();
    let path = folder.path().join("s.sqlite");
    let id = sit(open(&path), "Ada").id();
    let (mut one, mut two) = (open(&path), open(&path));
    let next = one.events(id, 0).expect("events").len() as u64;
    let event = |seq, up| Event { seq, at: clock::now(), kind: EventKind::Flagged { part: part(0), up } };
    one.append(id, &[event(next, true), event(next + 1, false)]).expect("the first");
    assert!(matches!(two.append(id, &[event(next, false)]), Err(AppendError::Behind)));
    assert!(matches!(two.append(id, &[event(next + 1, false), event(next + 2, false)]), Err(AppendError::Behind)));
    two.append(id, &[event(next + 2, true)]).expect("it has caught up");
    assert_eq!(one.events(id, 0).expect("events").len() as u64, next + 3);
    // All or none.
    assert!(one.append(id, &[event(next + 3, true), event(next + 5, true)]).is_err());
    assert_eq!(one.events(id, 0).expect("events").len() as u64, next + 3);
}

#[test]
fn sitting_two_screens_the_later_has_the_pen_and_nothing_is_lost() {
    let folder = quick_folder();
    let path = folder.path().join("s.sqlite");
    let mut first = sit(open(&path), "Ada");
    assert_eq!(first.save(&part(0), "first"), Saved::Done);
    let mut second = sit(open(&path), "Ada");
    assert_eq!(second.id(), first.id());
    assert!(second.has_the_pen());
    assert_eq!(second.save(&part(0), "first and second"), Saved::Done);
    assert_eq!(first.save(&part(0), "first goes on"), Saved::Kept(Refusal::Superseded));
    assert_eq!(first.save(&part(0), "first goes on"), Saved::Kept(Refusal::Superseded));
    assert!(!first.has_the_pen());
    assert_eq!(second.save(&part(0), "first and second, on"), Saved::Done);
    let third = sit(open(&path), "Ada");
    assert_eq!(third.sitting.text(&part(0)), "first and second, on");
    assert_eq!(third.sitting.sheets[&part(0)].conflicts, vec!["first goes on".to_owned()]);
}

#[test]
fn sitting_an_exam_ran_on_and_handed_itself_in_while_nobody_was_there() {
    let folder = quick_folder();
    let path = folder.path().join("s.sqlite");
    let begun = set_clock().wall;
    let (mut session, opened) = sit_by(open(&path), "Ada", Mode::Exam, set_clock);
    assert_eq!(opened, Opened::New);
    passes(10);
    assert_eq!(session.save(&part(0), "an answer"), Saved::Done);
    drop(session);
    passes(10);
    let (session, opened) = sit_by(open(&path), "Ada", Mode::Exam, set_clock);
    assert_eq!((opened, session.sitting.remaining()), (Opened::Resumed, 15 * 60_000));
    drop(session);
    reboots(365 * 24 * 60);
    for _ in 0..2 {
        let (mut session, opened) = sit_by(open(&path), "Ada", Mode::Exam, set_clock);
        assert_eq!((opened, session.sitting.phase), (Opened::Over, Phase::Submitted(By::Deadline)));
        assert_eq!(session.sitting.handed_in, Some(begun + 35 * 60_000));
        assert_eq!(session.save(&part(0), "much too late"), Saved::Kept(Refusal::Late));
        assert_eq!(session.sitting.text(&part(0)), "an answer");
        drop(session);
        // A clock that is set back does not open it again.
        reboots(-365 * 24 * 60);
    }
    let store = open(&path);
    let events = store.events(1, 0).expect("events");
    let ends = events.iter().filter(|event| matches!(event.kind, EventKind::Submitted { .. })).count();
    assert_eq!(ends, 1);
}

#[test]
fn sitting_practice_stood_still() {
    let folder = quick_folder();
    let path = folder.path().join("s.sqlite");
    let (mut session, _) = sit_by(open(&path), "Ada", Mode::Practice, set_clock);
    passes(10);
    assert_eq!(session.save(&part(0), "an answer"), Saved::Done);
    // It looks at the clock for an hour without anything to record, and then the machine fails.
    drop(session);
    reboots(60 * 24);
    let (session, opened) = sit_by(open(&path), "Ada", Mode::Practice, set_clock);
    assert_eq!((opened, session.sitting.remaining()), (Opened::Resumed, 25 * 60_000));
}

/// A screen that sees the time run out while another has just been given more.
#[test]
fn sitting_time_given_on_another_screen_is_not_overrun_by_the_deadline() {
    let folder = quick_folder();
    let path = folder.path().join("s.sqlite");
    let (mut student, _) = sit_by(open(&path), "Ada", Mode::Exam, set_clock);
    let mut teacher = open(&path);
    passes(34);
    let event = EventKind::TimeChanged { by: 10 * 60_000, reason: "noise".into() };
    teacher.append(student.id(), &[Event { seq: student.sitting.next_seq, at: set_clock(), kind: event }]).expect("it is given");
    passes(5);
    student.tick().expect("a store");
    assert_eq!((student.sitting.phase, student.sitting.remaining()), (Phase::Writing, 5 * 60_000 + 60_000));
    assert_eq!(student.save(&part(0), "in the time given"), Saved::Done);
}

#[test]
fn sitting_one_that_was_killed_before_it_began_begins_when_it_is_opened() {
    let folder = quick_folder();
    let path = folder.path().join("s.sqlite");
    let (paper, text) = paper();
    let fingerprint = markband::paper::fingerprint(&text);
    let kind = EventKind::Prepared {
        paper: paper.reference.clone(),
        fingerprint: fingerprint.clone(),
        candidate: "Ada".into(),
        terms: terms(&paper, Mode::Exam, 0),
    };
    open(&path).begin(&fingerprint, &text, &[Event { seq: 0, at: clock::now(), kind }]).expect("a sitting");
    let mut session = sit(open(&path), "Ada");
    assert_eq!(session.sitting.phase, Phase::Writing);
    assert_eq!(session.save(&part(0), "an answer"), Saved::Done);
}

#[test]
fn sitting_many_who_submit_at_once_get_one_receipt() {
    let folder = quick_folder();
    let path = folder.path().join("s.sqlite");
    let mut session = sit(open(&path), "Ada");
    assert_eq!(session.save(&part(0), "an answer"), Saved::Done);
    let sessions: Vec<Session> = (0..8).map(|_| sit(open(&path), "Ada")).collect();
    let threads: Vec<_> = sessions.into_iter().map(|mut session| std::thread::spawn(move || session.submit())).collect();
    let receipts: Vec<_> =
        threads.into_iter().map(|thread| thread.join().expect("a thread").expect("a store").expect("a receipt")).collect();
    assert!(receipts.windows(2).all(|pair| pair[0] == pair[1]), "{receipts:?}");
    assert_eq!(session.submit().expect("a store").as_ref(), Ok(&receipts[0]));
    // One of them handed it in; the others found it handed in.
    let events = open(&path).events(1, 0).expect("events");
    assert_eq!(events.iter().filter(|event| matches!(event.kind, EventKind::Submitted { .. })).count(), 1);
}

/// Returns every byte of every file of a folder.
fn bytes_of(folder: &Path) -> Vec<u8> {
    fs::read_dir(folder).expect("a folder").flat_map(|entry| fs::read(entry.expect("an entry").path()).unwrap_or_default()).collect()
}

#[test]
fn sitting_deleted_leaves_nothing_and_keeps_the_others() {
    let folder = quick_folder();
    let path = folder.path().join("s.sqlite");
    let has = |needle: &str| bytes_of(folder.path()).windows(needle.len()).any(|window| window == needle.as_bytes());
    for name in ["Ada Lovelace", "Charles Babbage"] {
        let mut session = sit(open(&path), name);
        let mut text = String::new();
        for n in 0..300 {
            text.push_str(&format!("{}{n:04} ", &name[..3].to_uppercase()));
            assert_eq!(session.save(&part(n % 2), &text), Saved::Done);
        }
    }
    let mut live = sit(open(&path), "Charles Babbage");
    let (mut store, kept) = (open(&path), open(&path).events(1, 0).expect("events"));
    assert!(has("CHA0299") && has("Babbage"));
    store.delete(&[2]).expect("deleted");
    for gone in ["CHA0299", "CHA0", "Babbage"] {
        assert!(!has(gone), "{gone} is still in the file");
    }
    assert!(has("ADA0"));
    assert_eq!(store.events(1, 0).expect("events"), kept);
    // Its number goes to nobody else, and who still sits there is told.
    let next = sit(open(&path), "Grace");
    assert_eq!(next.id(), 3);
    assert!(matches!(live.save(&part(0), "more"), Saved::Failed(fault) if fault.code == "sitting-unreadable"));
    store.delete(&[2, 3]).expect("deleted again");
    drop((store, live, next));
    assert_eq!(open(&path).sittings().expect("sittings").len(), 1);
}

#[test]
fn sitting_backup_and_restore_bring_back_what_was_there_once() {
    let folder = quick_folder();
    let (path, copy) = (folder.path().join("s.sqlite"), folder.path().join("backup.sqlite"));
    let mut ada = sit(open(&path), "Ada");
    assert_eq!(ada.save(&part(0), "one"), Saved::Done);
    let mut bob = sit(open(&path), "Bob");
    assert_eq!(bob.save(&part(0), "bob"), Saved::Done);
    let mut store = open(&path);
    store.back_up(&copy).expect("a backup");
    let then = [store.events(1, 0).expect("events"), store.events(2, 0).expect("events")];
    // Goes on here, and is deleted here.
    assert_eq!(ada.save(&part(0), "one two"), Saved::Done);
    drop(bob);
    store.delete(&[2]).expect("deleted");
    for taken in [1, 0, 0] {
        assert_eq!(store.restore(&copy).expect("a backup"), taken);
    }
    assert_eq!(store.events(1, 0).expect("events").len(), then[0].len() + 1);
    assert_eq!(store.events(3, 0).expect("events"), then[1]);
    // Into an empty store.
    let mut other = open(&folder.path().join("other.sqlite"));
    assert_eq!(other.restore(&copy).expect("a backup"), 2);
    assert_eq!(other.events(1, 0).expect("events"), then[0]);
    let fingerprint = &ada.sitting.fingerprint;
    assert_eq!(other.paper(fingerprint).expect("papers"), Some(paper().1));
    // A later backup of the same sitting carries it on.
    store.back_up(&copy).expect("a backup");
    assert_eq!(other.restore(&copy).expect("a backup"), 1);
    assert_eq!(other.events(1, 0).expect("events").len(), then[0].len() + 1);
    // What has gone different ways is kept both ways, once.
    let mut elsewhere = sit(other, "Ada");
    assert_eq!(elsewhere.save(&part(1), "elsewhere"), Saved::Done);
    drop(elsewhere);
    let mut other = open(&folder.path().join("other.sqlite"));
    assert_eq!(ada.save(&part(1), "here"), Saved::Done);
    store.back_up(&copy).expect("a backup");
    for taken in [1, 0, 0] {
        assert_eq!(other.restore(&copy).expect("a backup"), taken);
    }
}

#[test]
fn sitting_what_is_no_backup_is_refused() {
    let folder = quick_folder();
    let mut store = open(&folder.path().join("s.sqlite"));
    let other = folder.path().join("other.sqlite");
    let refused = |store: &mut Store, path: &Path| store.restore(path).expect_err("no backup").code;
    assert_eq!(refused(&mut store, &other), "not-a-backup");
    fs::write(&other, "Dear diary").expect("a file");
    assert_eq!(refused(&mut store, &other), "not-a-backup");
    fs::remove_file(&other).expect("removed");
    Connection::open(&other).expect("a file").execute_batch("CREATE TABLE event (a)").expect("a table");
    assert_eq!(refused(&mut store, &other), "not-a-backup");
}

#[test]
fn sitting_backups_are_whole_while_others_write() {
    let folder = quick_folder();
    let path = folder.path().join("s.sqlite");
    let mut session = sit(open(&path), "Ada");
    let writer = std::thread::spawn(move || {
        let (mut text, mut dice) = (String::new(), Dice(5));
        for _ in 0..600 {
            text.push_str(&dice.word());
            assert_eq!(session.save(&part(0), &text), Saved::Done);
        }
    });
    let store = open(&path);
    let mut n = 0;
    while !writer.is_finished() {
        let copy = folder.path().join(format!("backup-{n}.sqlite"));
        store.back_up(&copy).expect("a backup");
        let events = open(&copy).events(1, 0).expect("events");
        assert_eq!(store.events(1, 0).expect("events")[..events.len()], events[..]);
        n += 1;
    }
    writer.join().expect("the writer");
    assert!(n >= 2, "{n} backups");
}

/// A file system of its own, of a given size, where the user may mount one.
struct Mount(PathBuf);

impl Mount {
    fn new(at: PathBuf, options: &[&str]) -> Option<Mount> {
        fs::create_dir_all(&at).expect("a folder");
        let mounted = Command::new("mount").args(options).arg(&at).output().is_ok_and(|output| output.status.success());
        mounted.then_some(Mount(at))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

#[test]
fn sitting_goes_on_when_a_full_disk_has_room_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(disk) = Mount::new(folder.path().join("disk"), &["-t", "tmpfs", "-o", "size=8m", "none"]) else {
        eprintln!("cannot mount a small disk here; sitting_lossy has the same with a file layer that is full");
        return;
    };
    let path = disk.0.join("s.sqlite");
    let mut session = sit(open(&path), "Ada");
    let (mut text, mut dice, mut acknowledged) = (String::new(), Dice(3), Vec::new());
    let filler = disk.0.join("filler");
    for round in 0..6 {
        // Fill up what is left, but for some.
        let mut size = 1 << 20;
        let mut fill = fs::File::create(&filler).expect("a file");
        while size > 0 {
            if std::io::Write::write_all(&mut fill, &vec![b'x'; size]).is_err() {
                size /= 2;
            }
        }
        let all = fill.metadata().expect("a size").len();
        fill.set_len(all.saturating_sub(dice.below(300_000) as u64)).expect("cut");
        drop(fill);
        let mut failed = 0;
        for _ in 0..2000 {
            text.push_str(&dice.word());
            match session.save(&part(0), &text) {
                Saved::Done => acknowledged.push((session.sitting.revision(&part(0)), text.clone())),
                Saved::Failed(fault) => {
                    assert_eq!(fault.code, "store-full", "{fault:?}");
                    failed += 1;
                }
                other => panic!("{other:?}"),
            }
            if failed == 3 {
                break;
            }
        }
        assert_eq!(failed, 3, "round {round}: the disk was never full");
        // Somebody who opens it now is told the same.
        if let Err(fault) = Store::open(&disk.0.join("another.sqlite")) {
            assert_eq!(fault.code, "store-full", "{fault:?}");
        }
        fs::remove_file(&filler).expect("removed");
        assert_eq!(session.save(&part(0), &text), Saved::Done);
        acknowledged.push((session.sitting.revision(&part(0)), text.clone()));
        if round % 2 == 1 {
            drop(session);
            session = sit(open(&path), "Ada");
        }
        if text.len() > 20_000 {
            text.clear();
        }
    }
    drop(session);
    let history = history(&open(&path).events(1, 0).expect("events"));
    for (revision, text) in &acknowledged {
        assert_eq!(&history[&(part(0), *revision)], text);
    }
    println!("disk full: {} saves acknowledged around 6 full disks, all there", acknowledged.len());
}

#[test]
fn sitting_says_that_a_folder_is_read_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let (real, view) = (folder.path().join("real"), folder.path().join("view"));
    fs::create_dir_all(&real).expect("a folder");
    drop(sit(open(&real.join("s.sqlite")), "Ada"));
    let bound = Mount::new(view.clone(), &["--bind", "-o", "ro", real.to_str().expect("a name")]);
    let Some(_mount) = bound.filter(|_| fs::write(view.join("probe"), "").is_err()) else {
        eprintln!("cannot mount a read-only folder here");
        return;
    };
    for name in ["s.sqlite", "new.sqlite", "folder/new.sqlite"] {
        assert_eq!(Store::open(&view.join(name)).expect_err("read only").code, "store-read-only", "{name}");
    }
}

/// The files of a store, as bytes.
#[derive(Clone, PartialEq)]
struct Files {
    main: Vec<u8>,
    wal: Option<Vec<u8>>,
    shm: Option<Vec<u8>>,
}

impl Files {
    fn read(path: &Path) -> Files {
        let beside = |ending: &str| fs::read(format!("{}{ending}", path.display())).ok();
        Files { main: fs::read(path).expect("a store"), wal: beside("-wal"), shm: beside("-shm") }
    }

    fn write(&self, path: &Path) {
        fs::write(path, &self.main).expect("written");
        fs::write(format!("{}-lock", path.display()), "+").expect("written");
        for (ending, bytes) in [("-wal", &self.wal), ("-shm", &self.shm)] {
            if let Some(bytes) = bytes {
                fs::write(format!("{}{ending}", path.display()), bytes).expect("written");
            }
        }
    }
}

type Everything = BTreeMap<i64, Vec<Event>>;

fn everything(store: &Store) -> Everything {
    let rows = store.sittings().expect("sittings");
    rows.iter().map(|row| (row.id, store.events(row.id, 0).expect("events"))).collect()
}

/// Returns stores to be damaged: closed properly; as a kill leaves it, all in the log; and half of each.
fn specimens() -> Vec<(Files, Everything)> {
    let mut specimens = Vec::new();
    for kind in 0..3 {
        let folder = quick_folder();
        let path = folder.path().join("s.sqlite");
        let keep_open = open(&path);
        let mut dice = Dice(kind);
        for round in 0..2 {
            for name in ["Ada", "Bob", "Čeněk"] {
                let mut session = sit(open(&path), name);
                for n in 0..40 {
                    let part = part(n % 3);
                    let mut text = session.sitting.text(&part).to_owned();
                    (0..1 + dice.below(5)).for_each(|_| text.push_str(&dice.word()));
                    if n == 20 {
                        // Longer than a page.
                        (0..400).for_each(|_| text.push_str(&dice.word()));
                    }
                    assert_eq!(session.save(&part, &text), Saved::Done);
                }
            }
            if kind == 2 && round == 0 {
                let raw = Connection::open(&path).expect("a connection");
                raw.query_row("PRAGMA wal_checkpoint(FULL)", [], |_| Ok(())).expect("a checkpoint");
            }
        }
        let all = everything(&keep_open);
        if kind == 0 {
            drop(keep_open);
        }
        specimens.push((Files::read(&path), all));
    }
    specimens
}

fn damage(bytes: &mut Vec<u8>, dice: &mut Dice) -> &'static str {
    let at = dice.below(bytes.len());
    let end = |length: usize| (at + length).min(bytes.len());
    match dice.below(6) {
        0 => {
            bytes.truncate(at);
            "cut off"
        }
        1 | 2 => {
            bytes[at] ^= 1 << dice.below(8);
            "a bit turned"
        }
        3 => {
            bytes[at] = dice.roll() as u8;
            "a byte changed"
        }
        4 => {
            let start = at / 512 * 512;
            let end = (start + 512).min(bytes.len());
            bytes[start..end].fill(0);
            "a sector of zeros"
        }
        _ => {
            let end = end(4096);
            bytes[at..end].iter_mut().for_each(|byte| *byte = dice.roll() as u8);
            "a page of noise"
        }
    }
}

#[test]
fn sitting_a_damaged_store_gives_a_clean_beginning_and_says_so() {
    let count = proofs().max(250) * 2;
    let specimens = specimens();
    let mut dice = Dice(11);
    let (mut unharmed, mut recovered, mut silent, mut kept, mut had) = (0, 0, 0, 0, 0);
    for n in 0..count {
        let (files, all) = &specimens[n % 3];
        let mut files = files.clone();
        // The index beside the log is there after a kill, and mostly not after a power cut.
        if dice.below(2) == 0 {
            files.shm = None;
        }
        let of_log = n % 3 != 0 && dice.below(2) == 0;
        let what = match &mut files.wal {
            Some(wal) if of_log => damage(wal, &mut dice),
            _ => damage(&mut files.main, &mut dice),
        };
        let told = format!("{n}: {what} in the {}", if of_log { "log" } else { "file" });
        let folder = quick_folder();
        let path = folder.path().join("s.sqlite");
        files.write(&path);
        let (store, recovery) = Store::open(&path).unwrap_or_else(|fault| panic!("{told}: {fault:?}"));
        let found = everything(&store);
        for (id, events) in &found {
            assert!(all.get(id).is_some_and(|all| all.starts_with(events)), "{told}: sitting {id} is not a beginning");
        }
        let total = |everything: &Everything| everything.values().map(Vec::len).sum::<usize>();
        match recovery {
            Some(Recovery { aside, sittings, events }) => {
                assert_eq!((sittings, events), (found.len() as u64, total(&found) as u64), "{told}");
                let aside = Files::read(&aside);
                assert!(aside.main == files.main, "{told}: the file aside is another");
                assert!(files.wal.is_none() || aside.wal == files.wal, "{told}: the log aside is another");
                recovered += 1;
                (kept, had) = (kept + total(&found), had + total(all));
            }
            None if found == *all => unharmed += 1,
            // A log without its index that ends early is no other than a log that was never longer.
            None => {
                assert!(of_log && files.shm.is_none(), "{told}: {} of {} events and not a word", total(&found), total(all));
                silent += 1;
            }
        }
        // It goes on from there, and is sound the next time.
        drop(store);
        let store = open(&path);
        assert_eq!(everything(&store), found, "{told}");
        assert_eq!(sit(store, "Ada").save(&part(0), "on I go"), Saved::Done, "{told}");
    }
    println!(
        "{count} damaged stores: {unharmed} unharmed, {recovered} recovered with {kept} of {had} events, {silent} logs cut short that nothing can tell"
    );
}

#[test]
fn sitting_a_recovery_that_was_broken_off_is_finished() {
    let (files, all) = specimens().swap_remove(2);
    let folder = quick_folder();
    let path = folder.path().join("s.sqlite");
    // Everything was ready and the damaged file moved away; its log was still there.
    files.write(&path);
    open(&path).back_up(&folder.path().join("sound.sqlite")).expect("a copy");
    let room = folder.path().join("s.recovering");
    fs::create_dir(&room).expect("a folder");
    fs::rename(folder.path().join("sound.sqlite"), room.join("ready.sqlite")).expect("moved");
    fs::remove_file(&path).expect("moved aside");
    fs::write(folder.path().join("s.sqlite-wal"), files.wal.as_ref().expect("a log")).expect("written");
    assert_eq!(everything(&open(&path)), all);
    assert!(!room.exists());
    // It was broken off before: begun again from the start.
    fs::create_dir(&room).expect("a folder");
    fs::write(room.join("building.sqlite"), "half").expect("written");
    assert_eq!(everything(&open(&path)), all);
    assert!(!room.exists());
}

#[test]
fn sitting_nobody_moves_a_store_away_that_another_has_open() {
    let folder = quick_folder();
    let path = folder.path().join("s.sqlite");
    let mut session = sit(open(&path), "Ada");
    assert_eq!(session.save(&part(0), "one"), Saved::Done);
    let mut bytes = fs::read(&path).expect("a store");
    bytes[0] ^= 255;
    fs::write(&path, bytes).expect("damaged");
    let _ = Store::open(&path);
    assert!(path.exists() && !folder.path().join("s.damaged-1.sqlite").exists());
}

/// Five characters a second, saved every 200 ms, which is the most that typing can make.
#[test]
fn sitting_measures_the_bytes_of_an_hour() {
    let folder = quick_folder();
    let path = folder.path().join("s.sqlite");
    let mut session = sit(open(&path), "Ada");
    let (mut text, mut dice) = (String::new(), Dice(1));
    let before = open(&path).size();
    let mut source = String::new();
    for _ in 0..3000 {
        if source.is_empty() {
            source = dice.word();
        }
        text.push(source.remove(0));
        assert_eq!(session.save(&part(0), &text), Saved::Done);
    }
    let bytes = open(&path).sittings().expect("sittings")[0].bytes;
    drop(session);
    let begun = Instant::now();
    let store = open(&path);
    let opening = begun.elapsed().as_secs_f64() * 1000.0;
    let on_disk = store.size() - before.min(40_000);
    let began = Instant::now();
    drop(sit(store, "Ada"));
    let sitting = began.elapsed().as_secs_f64() * 1000.0;
    println!("bytes of a sitting-hour: {} in events, {} on the disk ({} bytes a save)", bytes * 6, on_disk * 6, on_disk / 3000);
    println!("to open and check the store: {opening:.1} ms for 10 minutes of typing; to resume: {sitting:.1} ms");
    assert!(on_disk * 6 < 6_000_000);
}
