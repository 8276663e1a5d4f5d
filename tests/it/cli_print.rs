//! `markband print`, as a user sees it.

use crate::support::Room;
use std::fs;

/// A room with a paper in the folder `paper`.
fn room_with_paper(options: &str) -> Room {
    let mut room = Room::new();
    assert_eq!(room.run(&format!("set moon-paper --bank bank --seed 7 --out paper {options}")).code, 0);
    room.seen.clear();
    room
}

const PAGES: [&str; 3] = ["question-paper.pdf", "source-booklet.pdf", "teacher/mark-scheme.pdf"];

fn pages(room: &Room, folder: &str) -> Vec<Vec<u8>> {
    PAGES.iter().map(|page| fs::read(room.path(&format!("{folder}/{page}"))).unwrap_or_else(|error| panic!("{page}: {error}"))).collect()
}

#[test]
fn a_paper_prints_the_same_after_the_bank_has_changed() {
    let mut room = room_with_paper("");
    let before = pages(&room, "paper");
    room.edit("bank/question-bank/questions.yaml", "Which half of the Moon is lit", "Which side of the Moon is bright");
    room.edit("bank/question-bank/sources.yaml", "Luna 2", "Luna 3");
    room.edit("bank/question-bank/pictures/half-moon.svg", "#ffffff", "#ff0000");
    room.edit("bank/mark-schemes/schemes.yaml", "one half of it", "a half of it");
    room.edit("bank/mark-schemes/markbands.yaml", "A reason is named.", "One reason is named.");
    for page in PAGES {
        fs::remove_file(room.path(&format!("paper/{page}"))).expect("a page");
    }
    assert_eq!(room.run("print paper").code, 0);
    assert!(pages(&room, "paper") == before, "the pages differ");
    assert_eq!(room.run("print paper/paper.yaml --out elsewhere").code, 0);
    assert!(pages(&room, "elsewhere") == before, "the pages differ");
    assert_eq!(room.run("print paper --format html").code, 0);
    room.snapshot("print");
}

#[test]
fn without_its_mark_schemes_a_paper_still_prints_for_candidates() {
    let mut room = room_with_paper("");
    fs::rename(room.path("paper/teacher"), room.path("locked-away")).expect("a folder");
    assert_eq!(room.run("print paper").code, 0);
    assert!(!room.path("paper/teacher").exists());
    room.snapshot("print_without_schemes");
}

#[test]
fn any_seed_can_be_read_back() {
    let mut room = Room::new();
    for seed in [0, 1, u64::from(u32::MAX), i64::MAX as u64, u64::MAX] {
        assert_eq!(room.run(&format!("set moon-full-practice --bank bank --seed {seed} --out paper{seed} --format html")).code, 0);
        let ran = room.run(&format!("print paper{seed} --format html"));
        assert_eq!(ran.code, 0, "seed {seed}: {}", ran.stderr);
    }
}

/// Drawings come from many editors; what `set` has written, `print` can read.
#[test]
fn any_drawing_can_be_read_back() {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\" width=\"9\" height=\"9\">\n\t<rect width=\"9\" height=\"9\"/>\n</svg>\n";
    for drawing in [
        svg.to_owned(),
        svg.replace('\n', "\r\n"),
        format!("\u{feff}{svg}"),
        format!("\n\n  {svg}\n\n"),
        format!("{svg}<!-- \u{85}\u{2028}\u{7f} -->"),
    ] {
        let mut room = Room::new();
        room.write("bank/question-bank/pictures/half-moon.svg", &drawing);
        assert_eq!(room.run("set moon-paper --bank bank --seed 7 --out paper").code, 0, "{drawing:?}");
        let before = pages(&room, "paper");
        let ran = room.run("print paper");
        assert_eq!(ran.code, 0, "{drawing:?}: {}", ran.stderr);
        assert!(pages(&room, "paper") == before, "{drawing:?} prints otherwise than it was set");
    }
}

#[test]
fn what_is_no_paper_is_said() {
    let mut room = room_with_paper("--format html");
    room.write("empty/notes.txt", "");
    room.write("broken/paper.yaml", "markband: 1\nreference: MB\nseed: seven\n");
    room.write("cut/paper.yaml", &room.read("paper/paper.yaml")[..600]);
    room.write("nothing/paper.yaml", "");
    room.write("bytes/paper.yaml", b"\xff\xfe\x00");
    let own = room.read("paper/teacher/mark-scheme.yaml");
    for folder in ["nowhere", "empty", "broken", "cut", "nothing", "bytes", "bank/question-bank/topics.yaml"] {
        let ran = room.run(&format!("print {folder} --format html"));
        assert_eq!(ran.code, 1, "{folder}: {}", ran.stdout);
        assert_eq!(ran.stdout, "", "{folder}");
    }
    room.snapshot("print_errors");
    assert_eq!(room.read("paper/teacher/mark-scheme.yaml"), own);
    assert_eq!(room.run("print").code, 2);
}

/// What a later version adds to the file may be what makes the paper right.
#[test]
fn a_paper_of_a_later_version_is_refused() {
    let mut room = room_with_paper("--format html");
    let later = room.read("paper/paper.yaml").replacen("markband: 1\n", "markband: 2\n", 1);
    room.write("later/paper.yaml", later);
    let ran = room.run("print later --format html");
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
}
