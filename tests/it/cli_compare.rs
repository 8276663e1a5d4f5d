//! `markband compare`, as a user sees it.

use crate::support::Room;
use std::fs;

fn room_with_paper() -> Room {
    let mut room = Room::new();
    assert_eq!(room.run("set moon-paper --bank bank --seed 7 --out paper --format html").code, 0);
    room.seen.clear();
    room
}

#[test]
fn a_paper_of_the_bank_of_today_is_unchanged() {
    let mut room = room_with_paper();
    // Notes for teachers are not part of a paper.
    room.edit("bank/question-bank/questions.yaml", "Part (b) can be answered", "Part (b) may be answered");
    room.edit("bank/question-bank/sources.yaml", "Made for the tests", "Made for our tests");
    assert_eq!(room.run("compare paper --bank bank").code, 0);
    room.snapshot("compare_unchanged");
}

#[test]
fn what_has_changed_is_shown_as_a_difference() {
    let mut room = room_with_paper();
    room.edit(
        "bank/mark-schemes/schemes.yaml",
        "credit: The Sun lights only one half of it.",
        "credit: The Sun can light one half of it only.",
    );
    room.edit("bank/question-bank/questions.yaml", "To what extent was the landing", "How far was the landing");
    room.edit("bank/question-bank/sources.yaml", "Luna 2 struck the ground.", "Luna 2 fell to the ground.");
    room.edit("bank/mark-schemes/markbands.yaml", "The language is sure.", "The language is quite sure.");
    let ran = room.run("compare paper --bank bank");
    assert_eq!(ran.code, 1);
    assert_eq!(room.run("compare paper --bank bank --format json").code, 1);
    room.snapshot("compare_changed");
    for now in ["can light one half", "How far was the landing", "Luna 2 fell", "The language is quite sure."] {
        assert!(ran.stdout.contains(now), "the difference is not shown: {now}");
    }
}

#[test]
fn what_is_gone_is_said_to_be_gone() {
    let mut room = room_with_paper();
    room.write("other/question-bank/topics.yaml", "topics: [{id: moon, title: The Moon}]\n");
    assert_eq!(room.run("compare paper --bank other").code, 1);
    room.snapshot("compare_gone");
}

#[test]
fn without_its_mark_schemes_a_change_is_seen_but_not_shown() {
    let mut room = room_with_paper();
    fs::remove_dir_all(room.path("paper/teacher")).expect("a folder");
    room.edit(
        "bank/mark-schemes/schemes.yaml",
        "credit: The Sun lights only one half of it.",
        "credit: The Sun can light one half of it only.",
    );
    assert_eq!(room.run("compare paper --bank bank").code, 1);
    room.snapshot("compare_without_schemes");
}

#[test]
fn a_comparison_is_json_for_scripts() {
    let mut room = room_with_paper();
    room.edit("bank/question-bank/questions.yaml", "To what extent was the landing", "How far was the landing");
    let ran = room.run("compare paper --bank bank --format json");
    assert_eq!(ran.code, 1);
    let json = ran.json();
    let items = json.as_array().expect("a list");
    assert_eq!(items.len(), 1 + 4 + 5, "a source set, four questions and five parts");
    for item in items {
        assert!(["question", "source-set", "mark-scheme"].contains(&item["kind"].as_str().expect("a kind")), "{item}");
        let expect = if item["id"] == "long-1" && item["kind"] == "question" { "changed" } else { "unchanged" };
        assert_eq!(item["change"], expect, "{item}");
    }
}

#[test]
fn what_is_no_paper_cannot_be_compared() {
    let mut room = Room::new();
    assert_eq!(room.run("compare nowhere --bank bank").code, 1);
    assert_eq!(room.run("compare --bank bank").code, 2);
    room.snapshot("compare_errors");
}
