//! `markband show`, as a user sees it.

use crate::support::Room;

#[test]
fn everything_that_has_an_id_is_shown() {
    let mut room = Room::new();
    for id in [
        "moon-read-1",
        "moon-read-1a",
        "moon-value-1",
        "order-1",
        "essay-1",
        "long-1",
        "phases",
        "phases-b",
        "phases-c",
        "moon-paper",
        "moon-full",
        "moon-4",
        "moon",
        "moon-read",
    ] {
        let ran = room.run(&format!("show {id} --bank bank"));
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{id}");
        let widest = ran.stdout.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(80), "{id}: {widest:?}");
    }
    room.snapshot("show");
}

#[test]
fn nothing_is_shown_as_an_empty_page() {
    let mut room = Room::new();
    for id in ["moon-read", "moon-essay", "sky", "spaceflight", "moon-language"] {
        let ran = room.run(&format!("show {id} --bank bank"));
        assert!(!ran.stdout.trim().is_empty(), "{id} is shown as nothing");
    }
}

#[test]
fn everything_is_json_for_scripts() {
    let expect: [(&str, &[&str]); 9] = [
        ("moon-read-1", &["question"]),
        ("moon-read-1a", &["part", "scheme"]),
        ("essay-1", &["question", "scheme"]),
        ("phases", &["source_set"]),
        ("phases-b", &["source"]),
        ("moon-paper", &["format"]),
        ("moon-read", &["form"]),
        ("moon-4", &["markbands"]),
        ("moon", &["topic"]),
    ];
    let mut room = Room::new();
    for (id, kinds) in expect {
        let json = room.run(&format!("show {id} --bank bank --format json")).json();
        let keys: Vec<_> = json.as_object().expect("a map").keys().map(String::as_str).collect();
        assert_eq!(keys, kinds, "{id}");
    }
    room.snapshot("show_json");
}

#[test]
fn what_is_not_there_is_said_with_a_cure() {
    let mut room = Room::new();
    for line in ["show essay-11 --bank bank", "show moon-5 --bank bank", "show moon-reed --bank bank", "show gardening --bank bank"] {
        assert_eq!(room.run(line).code, 1, "{line}");
    }
    assert_eq!(room.run("show --bank bank").code, 2);
    room.snapshot("show_errors");
}
