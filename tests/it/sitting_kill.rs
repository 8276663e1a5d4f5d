//! kill -9 at random moments while somebody types: every save that was acknowledged is there.

use crate::sitting_store::{Dice, history, open, paper, proofs, sit};
use markband::shell::sit::session::Saved;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Where the typist's store is. Set only when this binary is run again as the typist.
const TYPIST: &str = "MARKBAND_TYPIST";

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// The typist: sits, types, and says what was acknowledged, until it is killed. In the run of the tests it does nothing.
#[test]
fn sitting_typist() {
    let Some(path) = std::env::var_os(TYPIST).map(PathBuf::from) else { return };
    let mut out = std::io::stdout();
    let mut say = |line: String| out.write_all(line.as_bytes()).and_then(|()| out.flush()).expect("a reader");
    let mut dice = Dice(std::process::id().into());
    let parts: Vec<String> = markband::script::slips(&paper().0).into_iter().map(|slip| slip.part).collect();
    let end = Instant::now() + Duration::from_secs(20);
    while Instant::now() < end {
        say("\nopens\n".into());
        let mut session = sit(open(&path), "Ada");
        for _ in 0..20 + dice.below(200) {
            say("types\n".into());
            let part = &parts[dice.below(parts.len())];
            let mut text = session.sitting.text(part).to_owned();
            match dice.below(30) {
                0 => text.truncate(text.char_indices().nth(dice.below(40)).map_or(0, |(at, _)| at)),
                1 => (0..500).for_each(|_| text.push_str(&dice.word())),
                _ => text.push_str(&dice.word()),
            }
            if session.save(part, &text) == Saved::Done {
                say(format!("saved {part} {} {}\n", session.sitting.revision(part), hash(&text)));
            }
            if dice.below(25) == 0 {
                say("checkpoints\n".into());
                let other = Connection::open(&path).expect("a connection");
                let mode = ["PASSIVE", "FULL", "TRUNCATE"][dice.below(3)];
                other.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(())).expect("a checkpoint");
            }
        }
        say("closes\n".into());
    }
}

/// Lets somebody type and kills them. Returns what they said.
fn killed(path: &Path, after: Duration) -> String {
    let mut typist = Command::new(std::env::current_exe().expect("this binary"))
        .args(["sitting_kill::sitting_typist", "--exact", "--nocapture", "--test-threads=1"])
        .env(TYPIST, path)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the typist");
    let mut pipe = typist.stdout.take().expect("a pipe");
    let reader = std::thread::spawn(move || {
        let mut said = Vec::new();
        pipe.read_to_end(&mut said).expect("what the typist said");
        said
    });
    std::thread::sleep(after);
    typist.kill().expect("killed");
    let mut complaints = String::new();
    typist.stderr.take().expect("a pipe").read_to_string(&mut complaints).expect("text");
    typist.wait().expect("gone");
    assert!(!complaints.contains("panicked"), "{complaints}");
    let said = reader.join().expect("the reader");
    String::from_utf8(said).expect("text")
}

#[test]
fn sitting_survives_kills_at_random_moments() {
    let begun = Instant::now();
    let mut dice = Dice(begun.elapsed().as_nanos() as u64 ^ u64::from(std::process::id()));
    let (mut saves, mut at) = (0, BTreeMap::<String, usize>::new());
    let kills = proofs();
    let mut folder = tempfile::tempdir().expect("a folder");
    let mut acknowledged: Vec<(String, u64, u64)> = Vec::new();
    for n in 0..kills {
        if n % 25 == 0 {
            folder = tempfile::tempdir().expect("a folder");
            acknowledged.clear();
        }
        let path = folder.path().join("s.sqlite");
        let said = killed(&path, Duration::from_micros(8000 + dice.below(100_000) as u64));
        let lines: Vec<&str> = said.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')).collect();
        let doing = lines.iter().rev().find_map(|line| line.split(' ').next().filter(|word| !word.is_empty())).unwrap_or("starts");
        let doing = if ["opens", "types", "saved", "checkpoints", "closes"].contains(&doing) { doing } else { "starts" };
        *at.entry(doing.to_owned()).or_default() += 1;
        for line in lines.iter().filter_map(|line| line.strip_prefix("saved ")) {
            let words: Vec<&str> = line.split(' ').collect();
            acknowledged.push((words[0].to_owned(), words[1].parse().expect("a number"), words[2].parse().expect("a number")));
            saves += 1;
        }
        let store = open(&path);
        let Ok([row]) = <[_; 1]>::try_from(store.sittings().expect("sittings")) else {
            assert!(acknowledged.is_empty(), "the sitting is gone");
            continue;
        };
        let history = history(&store.events(row.id, 0).expect("events"));
        for (part, revision, hashed) in &acknowledged {
            let text = history.get(&(part.clone(), *revision)).unwrap_or_else(|| panic!("kill {n}: revision {revision} of {part} is lost"));
            assert_eq!(hash(text), *hashed, "kill {n}: revision {revision} of {part} is another");
        }
    }
    println!("{kills} kills, {saves} saves acknowledged, 0 lost; killed while it {at:?}; {:.1} s", begun.elapsed().as_secs_f64());
    assert!(saves > kills, "the typist hardly typed");
}
