//! `markband sittings`, as a user sees it.

use crate::support::Room;
use markband::paper::Paper;
use markband::record::{Read, Reader};
use markband::shell::sit::session::{Saved, Session, terms};
use markband::shell::store::Store;
use markband::sitting::EventKind;
use markband::sitting::timing::{Mode, Stamp};
use markband::span::Files;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};

/// The minute it is: each test runs in a process of its own, or else they wait for each other.
static CLOCK: AtomicU64 = AtomicU64::new(0);
static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());

fn clock() -> Stamp {
    let millis = CLOCK.load(Ordering::SeqCst);
    // 2026-07-28T09:00:00Z, in a start of the machine that is long over.
    Stamp { boot: 1, since_boot: millis, wall: 1_785_229_200_000 + millis as i64 }
}

fn pass(minutes: u64) {
    CLOCK.fetch_add(minutes * 60_000, Ordering::SeqCst);
}

/// A room with a paper of 35 minutes: 1(a), 1(b), 2, 3, 4.
fn room_with_paper() -> Room {
    let mut room = Room::new();
    room.env.push(("TZ", "EST5".to_owned()));
    assert_eq!(room.run("set moon-paper --bank bank --seed 7 --out paper --format html").code, 0);
    room.seen.clear();
    room
}

fn begin(room: &Room, candidate: &str, mode: Mode, extra: u16) -> Session {
    let text = room.read("paper/paper.yaml");
    let mut files = Files::default();
    let file = files.add("paper.yaml", text.clone());
    let mut faults = Vec::new();
    let tree = markband::yaml::parse(&files, file, &mut faults);
    let paper = Paper::read(&tree.root.expect("a paper"), &mut Reader::new(&mut faults)).expect("a paper");
    let (store, _) = Store::open(&room.path("home/data/sittings.sqlite")).expect("a store");
    let terms = terms(&paper, mode, extra);
    Session::open(store, paper, &text, candidate, terms, true, clock).expect("a sitting").0
}

fn write(session: &mut Session, slip: usize, minutes: u64, text: &str) {
    let part = session.slips[slip].part.clone();
    session.record(vec![EventKind::Opened { part: part.clone() }]).expect("opened");
    pass(minutes);
    assert_eq!(session.save(&part, text), Saved::Done);
}

/// Three sittings: one handed in by hand with a break, more time and flags; one of practice that stands still; one
/// that ran out, with text that came too late and another that a second screen wrote.
fn three(room: &Room) -> [String; 2] {
    CLOCK.store(0, Ordering::SeqCst);
    let mut ada = begin(room, "Ada Lovelace", Mode::Exam, 25);
    write(&mut ada, 0, 4, "The Sun lights half of it.\nQuestion 2\n## Question 3\n1. a list");
    write(&mut ada, 1, 1, "The right half");
    ada.record(vec![EventKind::BreakBegan { reason: "medicine".to_owned() }]).expect("a break");
    pass(6);
    let part = ada.slips[3].part.clone();
    ada.record(vec![EventKind::BreakEnded, EventKind::TimeChanged { by: 300_000, reason: "fire alarm".to_owned() }]).expect("time");
    ada.record(vec![EventKind::Flagged { part, up: true }]).expect("a flag");
    write(&mut ada, 3, 10, "They were curious.\n\nAnd rivals: \u{1b}[31m“first!”\n\n\n== Question 4 ==\n");
    let first = ada.submit().expect("on the disk").expect("handed in");

    let mut bob = begin(room, "Bob", Mode::Practice, 0);
    write(&mut bob, 2, 7, "It is a table.");
    bob.record(vec![EventKind::Left]).expect("left");

    let mut eve = begin(room, "Eve", Mode::Exam, 0);
    write(&mut eve, 4, 30, "To a great extent.");
    let mut other = Session::open(
        Store::open(&room.path("home/data/sittings.sqlite")).expect("a store").0,
        eve.paper.clone(),
        &room.read("paper/paper.yaml"),
        "Eve",
        terms(&eve.paper, Mode::Exam, 0),
        false,
        clock,
    )
    .expect("a second screen")
    .0;
    let part = eve.slips[4].part.clone();
    assert!(matches!(eve.save(&part, "Written on the first screen."), Saved::Kept(_)));
    pass(7);
    assert!(matches!(other.save(&part, "Written too late."), Saved::Kept(_)));
    [first, other.sitting.receipt().expect("over")]
}

/// Takes out what is another number each time: sizes on the disk.
fn without_sizes(room: &mut Room) {
    let size = regex::Regex::new(r"\d+(\.\d)? k?B\b|\d+\.\d MB\b").expect("a pattern");
    room.seen = size.replace_all(&room.seen, "[size]").into_owned();
    let spaces = regex::Regex::new(r"(\[size\]) +").expect("a pattern");
    room.seen = spaces.replace_all(&room.seen, "$1  ").into_owned();
}

#[test]
fn sittings_are_listed_and_shown() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut room = room_with_paper();
    assert_eq!(room.run("sittings").code, 0);
    assert_eq!(room.run("sittings list --format json").stdout, "[]\n");
    assert!(!room.path("home/data").exists(), "looking makes no files");
    let receipts = three(&room);
    assert_eq!(room.run("sittings").code, 0);
    for number in 1..=3 {
        assert_eq!(room.run(&format!("sittings show {number}")).code, 0);
    }
    without_sizes(&mut room);
    for receipt in receipts {
        assert!(room.seen.contains(&receipt), "{receipt}");
        room.seen = room.seen.replace(&receipt, "[receipt]");
    }
    assert!(!room.seen.contains('\u{1b}'));
    room.snapshot("sittings");
    assert_eq!(room.run("sittings list").stdout, room.run("sittings").stdout);
}

#[test]
fn sittings_are_listed_for_scripts() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut room = room_with_paper();
    three(&room);
    let rows = room.run("sittings --format json").json();
    assert_eq!(rows, room.run("sittings list --format json").json());
    let column = |name: &str| rows.as_array().expect("rows").iter().map(|row| row[name].clone()).collect::<Vec<_>>();
    assert_eq!(column("phase"), ["submitted", "writing", "time-over"]);
    assert_eq!(column("started"), ["2026-07-28T09:00:00Z", "2026-07-28T09:21:00Z", "2026-07-28T09:28:00Z"]);
    assert_eq!(column("handed_in")[2], "2026-07-28T10:03:00Z", "the deadline");
    assert_eq!(column("seconds_used"), [15 * 60, 7 * 60, 35 * 60]);
    assert_eq!(column("seconds_allowed"), [(35 * 60 * 5) / 4 + 300, 35 * 60, 35 * 60]);
    assert_eq!(column("late_texts"), [0, 0, 1]);
    assert_eq!(column("words")[1..], [4, 4]);
    assert_eq!(column("practice"), [false, true, false]);
    assert!(column("bytes_per_hour").iter().all(|bytes| bytes.as_u64() > Some(100)));
    let shown = room.run("sittings show 3 --format json").json();
    let part = &shown["parts"][0];
    assert_eq!((part["number"].as_str(), part["seconds"].as_u64()), (Some("4"), Some(35 * 60)));
    assert_eq!(part["late"][0]["text"], "Written too late.");
    assert_eq!(part["conflicts"][0], "Written on the first screen.");
}

/// An examination that nobody came back to is over when its time is; practice stands where it was left.
#[test]
fn the_clock_of_an_examination_runs_on_and_that_of_practice_does_not() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut room = room_with_paper();
    CLOCK.store(0, Ordering::SeqCst);
    for (name, mode) in [("Exam", Mode::Exam), ("Practice", Mode::Practice)] {
        write(&mut begin(&room, name, mode, 0), 0, 3, "x");
    }
    let rows = room.run("sittings --format json").json();
    assert_eq!((rows[0]["phase"].as_str(), rows[0]["seconds_used"].as_u64()), (Some("time-over"), Some(35 * 60)));
    assert_eq!((rows[1]["phase"].as_str(), rows[1]["seconds_used"].as_u64()), (Some("writing"), Some(3 * 60)));
}

#[test]
fn an_exported_script_is_imported_as_it_was() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut room = room_with_paper();
    let receipts = three(&room);
    for number in 1..=3 {
        let straight = room.run(&format!("sittings export {number}"));
        assert_eq!(straight.code, 0, "{}", straight.stderr);
        let mut wanted: serde_yaml::Value = serde_yaml::from_str(&straight.stdout).expect("YAML");
        // Text does not say how long each part took.
        for answer in wanted["answers"].as_sequence_mut().expect("answers") {
            answer.as_mapping_mut().expect("an answer").remove("seconds");
        }
        for kind in ["md", "txt"] {
            assert_eq!(room.run(&format!("sittings export {number} --as {kind} --out script.{kind}")).code, 0);
            let to_screen = room.run(&format!("sittings export {number} --as {kind}"));
            assert_eq!(to_screen.stdout, room.read(&format!("script.{kind}")));
            let ran = room.run(&format!("script import script.{kind} --paper paper"));
            assert_eq!(ran.code, 0, "{}", ran.stderr);
            let again: serde_yaml::Value = serde_yaml::from_str(&ran.stdout).expect("YAML");
            assert_eq!(again, wanted, "{kind}");
        }
    }
    room.seen.clear();
    for kind in ["yaml", "md", "txt"] {
        room.run(&format!("sittings export 1 --as {kind}"));
        room.run(&format!("sittings export 3 --as {kind}"));
    }
    for receipt in receipts {
        room.seen = room.seen.replace(&receipt, "[receipt]");
    }
    room.snapshot("sittings_export");
}

#[test]
fn one_candidates_data_is_deleted_for_good() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut room = room_with_paper();
    three(&room);
    room.write("home/data/sittings.damaged-1.sqlite", "");
    assert_eq!(room.run("sittings delete --candidate Bob").code, 2, "nobody can be asked");
    assert_eq!(room.run("sittings delete --candidate Bo --yes").code, 1);
    assert_eq!(room.run("sittings delete --candidate Bob --yes").code, 0);
    assert_eq!(room.run("sittings delete --candidate Bob --yes").code, 1);
    let rows = room.run("sittings --format json").json();
    assert_eq!(rows.as_array().map(Vec::len), Some(2));
    let bytes = std::fs::read(room.path("home/data/sittings.sqlite")).expect("the store");
    assert!(!bytes.windows(14).any(|window| window == b"It is a table."), "his text is still in the file");
    room.seen = room.seen.split_once("$ markband sittings --format json").expect("run").0.to_owned();
    room.snapshot("sittings_delete");
}

#[test]
fn a_backup_brings_everything_back() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut room = room_with_paper();
    assert_eq!(room.run("sittings backup all.sqlite").code, 1);
    three(&room);
    assert_eq!(room.run("sittings backup all.sqlite").code, 0);
    assert_eq!(room.run("sittings backup all.sqlite").code, 1, "a backup is not overwritten");
    assert_eq!(room.run("sittings restore all.sqlite").code, 0);
    let before: Vec<_> = (1..=3).map(|number| room.run(&format!("sittings export {number}")).stdout).collect();
    std::fs::remove_dir_all(room.path("home/data")).expect("removed");
    assert_eq!(room.run("sittings restore all.sqlite").code, 0);
    let after: Vec<_> = (1..=3).map(|number| room.run(&format!("sittings export {number}")).stdout).collect();
    assert_eq!(before, after);
    room.write("text.sqlite", "no database");
    room.seen.clear();
    for file in ["nowhere.sqlite", "text.sqlite", "paper"] {
        assert_eq!(room.run(&format!("sittings restore {file}")).code, 1, "{file}");
    }
    for line in ["show 9", "export 9"] {
        assert_eq!(room.run(&format!("sittings {line}")).code, 1, "{line}");
    }
    room.snapshot("sittings_errors");
    assert_eq!(room.run("sittings list --format json").json().as_array().map(Vec::len), Some(3));
}

/// On a terminal the program asks, and anything but a plain yes keeps everything.
#[test]
fn deleting_asks_on_a_terminal() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut room = room_with_paper();
    three(&room);
    for (answer, code, left) in [("n", 1, 3), ("", 1, 3), ("yes please", 1, 3), ("Yes", 0, 2)] {
        let pty = native_pty_system().openpty(PtySize::default()).expect("a terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_markband"));
        command.args(["sittings", "delete", "--candidate", "Eve"]);
        command.env_clear();
        command.env("MARKBAND_HOME", room.path("home"));
        let mut child = pty.slave.spawn_command(command).expect("it runs");
        pty.master.take_writer().expect("a keyboard").write_all(format!("{answer}\r").as_bytes()).expect("typed");
        assert_eq!(child.wait().expect("it ends").exit_code(), code, "{answer}");
        let rows = room.run("sittings --format json").json();
        assert_eq!(rows.as_array().map(Vec::len), Some(left), "{answer}");
    }
}
