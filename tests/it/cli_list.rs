//! `markband list`, as a user sees it.

use crate::support::Room;
use serde_json::Value;

const LISTS: [&str; 5] = ["questions", "sources", "schemes", "formats", "topics"];

/// The shipped topics and formats stand beside the bank's own, and may grow.
fn own(line: &str) -> bool {
    ["moon", "sky", "spaceflight", "ID"].iter().any(|id| line.starts_with(id))
}

#[test]
fn every_list_is_a_table() {
    let mut room = Room::new();
    for what in LISTS {
        let own = |line: &str| !["topics", "formats"].contains(&what) || own(line);
        let ran = room.run_showing(&format!("list {what} --bank bank"), own);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{what}");
        assert!(ran.stdout.lines().all(|line| line == line.trim_end()), "{what} has spaces at the end of a line");
    }
    // How wide a column is depends on the shipped rows.
    room.seen = regex::Regex::new(" {3,}").expect("a pattern").replace_all(&room.seen, "   ").into_owned();
    room.snapshot("list");
}

#[test]
fn a_line_of_a_list_fits_the_page() {
    let mut room = Room::new();
    for what in ["questions", "sources", "schemes", "topics"] {
        let ran = room.run(&format!("list {what} --bank bank"));
        let widest = ran.stdout.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(80), "{what}: {widest:?}");
    }
}

#[test]
fn every_list_is_json_for_scripts() {
    let fields: [(&str, &[&str]); 5] = [
        ("questions", &["id", "form", "marks", "command_term", "topics", "source_set", "lang", "text"]),
        ("sources", &["id", "set", "label", "kind", "nature", "date", "author", "title", "rights"]),
        ("schemes", &["part", "method", "marks", "text"]),
        ("formats", &["id", "style", "paper", "marks", "minutes", "can_be_set", "short_of", "practice_form"]),
        ("topics", &["id", "questions", "within", "title"]),
    ];
    let mut room = Room::new();
    for (what, fields) in fields {
        let json = room.run(&format!("list {what} --bank bank --format json")).json();
        let rows = json.as_array().expect("a list");
        assert!(!rows.is_empty(), "{what}");
        for row in rows {
            let mut keys: Vec<_> = row.as_object().expect("a map").keys().map(String::as_str).collect();
            let mut fields = fields.to_vec();
            keys.sort();
            fields.sort();
            assert_eq!(keys, fields, "{what}");
        }
    }
    let topics = room.run("list topics --bank bank --format json").json();
    let questions =
        |id: &str| topics.as_array().and_then(|rows| rows.iter().find(|row| row["id"] == id)).map(|row| row["questions"].clone());
    assert_eq!(questions("sky"), Some(Value::from(3)), "what is on the Moon is in the sky");
}

#[test]
fn the_shipped_bank_is_listed() {
    let mut room = Room::new();
    for what in LISTS {
        let ran = room.run(&format!("list {what}"));
        assert_eq!(ran.code, 0);
        assert!(ran.stdout.lines().count() > 5, "{}", ran.stdout);
    }
}

#[test]
fn what_cannot_be_listed_is_wrong_use() {
    let mut room = Room::new();
    for line in [
        "list",
        "list answers --bank bank",
        "list question --bank bank",
        "list questions --bank nowhere",
        "list questions --bank bank --format yaml",
    ] {
        assert_eq!(room.run(line).code, 2, "{line}");
    }
    room.snapshot("list_errors");
}

#[test]
fn a_reader_that_has_gone_away_is_no_failure() {
    let room = Room::new();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = room.command("list questions").stdout(writer).output().expect("the program runs");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}
