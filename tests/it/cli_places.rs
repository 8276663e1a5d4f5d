//! `markband places`, and the places themselves.

use crate::support::{Room, root};
use std::fs;

#[test]
fn the_places_are_below_markband_home() {
    let mut room = Room::new();
    assert_eq!(room.run("places").code, 0);
    assert!(!room.path("home").exists(), "asking for a place makes nothing");
    room.snapshot("places");
}

#[test]
fn without_markband_home_they_are_the_platform_s() {
    let room = Room::new();
    let mut command = room.command("places");
    let output = command.env_remove("MARKBAND_HOME").env("HOME", room.path("me")).output().expect("the program runs");
    let shown = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(shown.contains(room.path("me").to_str().expect("a name")), "{shown}");
    assert!(!room.path("me").exists(), "asking for a place makes nothing");
}

#[test]
fn templates_of_one_s_own_are_used_from_there() {
    let mut room = Room::new();
    room.write("home/config/templates/words/en.yaml", "documents: {question-paper: Exercise sheet}\n");
    assert_eq!(room.run("set moon-paper --bank bank --seed 7 --out paper --format html").code, 0);
    assert!(room.read("paper/question-paper.html").contains("Exercise sheet"));
    assert!(room.read("paper/question-paper.html").contains("Maximum mark"), "the other words are the shipped ones");
    // Those named on the command line stand over them.
    room.write("mine/words/en.yaml", "documents: {question-paper: Homework}\n");
    assert_eq!(room.run("set moon-paper --bank bank --seed 7 --out other --format html --templates mine").code, 0);
    assert!(room.read("other/question-paper.html").contains("Homework"));
}

#[test]
fn a_fault_in_a_template_of_one_s_own_is_said_with_its_place() {
    let mut room = Room::new();
    room.write("bad/words/en.yaml", "documents:\n  question-paper: \"Exercise\n  sheet: [\n");
    room.run("check --templates bad");
    room.write("list/words/en.yaml", "documents:\n  question-paper: [Exercise]\n");
    room.run("check --templates list");
    for (folder, file, text) in [
        ("typ", "print/document.typ", "#let x = \n#nothing"),
        ("theme", "print/theme.typ", "#let theme = (font: \"Libertinus Serif\")\n"),
        ("hbs", "web/document.hbs", "<p>{{#if}}</p>\n"),
        ("strict", "web/document.hbs", "<p>{{no_such_thing}}</p>\n"),
    ] {
        room.write(&format!("{folder}/{file}"), text);
        let kind = if file.ends_with("hbs") { " --format html" } else { "" };
        let ran = room.run(&format!("set moon-paper --bank bank --seed 7 --out paper --templates {folder}{kind}"));
        assert_eq!(ran.code, 1, "{folder}");
        assert!(!room.path("paper").exists(), "{folder}");
    }
    room.snapshot("places_template_faults");
}

/// A school may change one file and keep the others.
#[test]
fn a_shipped_template_may_be_copied_and_changed() {
    let mut room = Room::new();
    let theme = fs::read_to_string(root().join("templates/print/theme.typ")).expect("the theme");
    room.write("mine/print/theme.typ", theme.replace("school: none", "school: \"Riverside School\""));
    assert_eq!(room.run("set moon-paper --bank bank --seed 7 --out paper --templates mine").code, 0);
    assert!(crate::pdf::text(&room.path("paper/question-paper.pdf")).contains("Riverside School"));
}
