//! `markband set`, as a user sees it.

use crate::support::Room;
use std::fs;

/// Sets a paper of the sound bank and shows what is in the folder.
fn set_moon_paper(room: &mut Room) {
    assert_eq!(room.run("set moon-paper --bank bank --seed 7 --out paper").code, 0);
}

#[test]
fn a_paper_is_set_with_everything_a_class_needs() {
    let mut room = Room::new();
    set_moon_paper(&mut room);
    let expect = ["paper.yaml", "question-paper.pdf", "source-booklet.pdf", "teacher/mark-scheme.pdf", "teacher/mark-scheme.yaml"];
    assert_eq!(room.files("paper"), expect);
    let texts = ["paper.yaml", "teacher/mark-scheme.yaml"].map(|file| format!("======== {file}\n{}", room.read(&format!("paper/{file}"))));
    room.seen.push_str(&texts.concat());
    room.snapshot("set");
}

/// A format need not say more than its questions.
#[test]
fn a_format_without_instructions_and_headings_is_printed() {
    let mut room = Room::new();
    room.write("bank/question-bank/x.yaml", "formats:\n  - {id: one, style: Sample, subject: Astronomy, paper: One essay, minutes: 9, marks: 4, sections: [{slots: [{form: moon-essay}]}]}\n");
    let ran = room.run("set one --bank bank --seed 7 --out paper");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

#[test]
fn a_paper_is_printed_as_html_too() {
    let mut room = Room::new();
    assert_eq!(room.run("set moon-paper --bank bank --seed 7 --out paper --format html").code, 0);
    for file in ["question-paper.html", "source-booklet.html", "teacher/mark-scheme.html"] {
        let page = room.read(&format!("paper/{file}"));
        assert!(page.contains("Astronomy") && page.contains("MB-"), "{file}");
        assert!(!page.contains("http://") || !page.contains("src=\"http"), "{file} fetches something");
    }
    room.snapshot("set_html");
}

#[test]
fn the_topic_narrows_the_choice() {
    let mut room = Room::new();
    room.write("bank/question-bank/formats-x.yaml", "formats:\n  - {id: one, style: Sample, subject: Astronomy, paper: One essay, minutes: 9, marks: 4, sections: [{slots: [{form: moon-essay}]}]}\n");
    for seed in 0..20 {
        assert_eq!(room.run(&format!("set one --bank bank --topic moon --seed {seed} --out paper{seed} --format html")).code, 0);
        assert!(room.read(&format!("paper{seed}/paper.yaml")).contains("id: essay-3"), "seed {seed}");
    }
    // The Moon is in the sky, and nothing else of the bank is.
    assert_eq!(room.run("set one --bank bank --topic sky --seed 1 --out sky --format html").code, 0);
    assert!(room.read("sky/paper.yaml").contains("id: essay-3"));
}

#[test]
fn a_paper_in_the_same_folder_keeps_the_earlier_one() {
    let mut room = Room::new();
    set_moon_paper(&mut room);
    let first = room.read("paper/paper.yaml");
    // The very same paper is no other paper.
    set_moon_paper(&mut room);
    assert!(!room.path("paper/teacher/earlier").exists());
    for format in ["moon-paper", "moon-full-practice"] {
        assert_eq!(room.run(&format!("set {format} --bank bank --seed 8 --out paper")).code, 0);
    }
    assert_eq!(room.read("paper/teacher/earlier/1/paper.yaml"), first);
    assert!(room.path("paper/teacher/earlier/1/question-paper.pdf").exists());
    assert!(room.path("paper/teacher/earlier/1/teacher/mark-scheme.yaml").exists());
    assert!(room.read("paper/teacher/earlier/2/paper.yaml").contains("seed: 8"));
    // The last paper has no sources, and so no booklet is left beside it.
    assert!(!room.path("paper/source-booklet.pdf").exists());
    room.snapshot("set_twice");
}

#[test]
fn a_paper_that_cannot_be_printed_leaves_the_earlier_one_where_it_is() {
    let mut room = Room::new();
    set_moon_paper(&mut room);
    let files = room.files("paper");
    room.write("templates/print/document.typ", "#let d = json(\"document.json\")\n#unheard-of(d)\n");
    let ran = room.run("set moon-paper --bank bank --seed 8 --out paper --templates templates");
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("templates/print/document.typ:2"), "{}", ran.stderr);
    room.snapshot("set_broken_template");
    assert_eq!(room.files("paper"), files, "the earlier paper was moved though no other took its place");
}

#[test]
fn the_command_said_to_set_the_same_paper_again_does() {
    let mut room = Room::new();
    let ran = room.run("set moon-paper --bank bank --topic spaceflight --out first");
    assert_eq!(ran.code, 1, "nothing about spaceflight has sources");
    let ran = room.run("set moon-full-practice --bank bank --topic spaceflight --out first --format html");
    let again = ran.stdout.lines().find_map(|line| line.split_once("markband ")).expect("a command to set it again").1;
    let paper = room.read("first/paper.yaml");
    fs::remove_dir_all(room.path("first")).expect("a folder");
    let again = room.run(again);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(room.read("first/paper.yaml"), paper);
    assert!(room.path("first/question-paper.html").exists(), "it was HTML the first time");
}

#[test]
fn what_cannot_be_set_is_said_with_a_cure() {
    let mut room = Room::new();
    for line in [
        "set moon-papr --bank bank --out paper",
        "set essays --bank bank --out paper",
        "set moon-paper --bank bank --topic mooon --out paper",
        "set moon-paper --bank bank --topic gardening --out paper",
        "set moon-full --bank bank --seed 7 --out paper",
        "set moon-paper --bank bank --topic spaceflight --seed 7 --out paper",
        "set moon-paper --bank nowhere --out paper",
        "set moon-paper --bank bank",
        "set moon-paper --bank bank --out paper --seed -1",
        "set moon-paper --bank bank --out paper --seeed 7",
        "set moon-paper --bank bank --out bank/question-bank/topics.yaml --seed 7",
        "set moon-paper --bank bank --out paper --seed 7 --format docx",
        "set moon-paper --bank bank --out paper --seed 7 --templates nowhere",
    ] {
        let ran = room.run(line);
        let wrong_use = !["moon-full ", "spaceflight", "topics.yaml"].iter().any(|word| line.contains(word));
        assert_eq!(ran.code, if wrong_use { 2 } else { 1 }, "{line}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{line}");
        assert!(!room.path("paper").exists(), "{line} wrote something");
    }
    room.snapshot("set_errors");
}

#[test]
fn a_bank_with_faults_is_used_as_far_as_it_is_sound() {
    let mut room = Room::new();
    room.edit("bank/mark-schemes/schemes.yaml", "  - for: essay-1\n", "  - for: essay-one\n");
    // Until it has a scheme again, essay-1 is not set.
    for seed in 0..12 {
        let ran = room.run(&format!("set moon-paper --bank bank --seed {seed} --out paper{seed} --format html"));
        assert_eq!(ran.code, 0);
        assert!(!room.read(&format!("paper{seed}/paper.yaml")).contains("essay-1"), "seed {seed}");
        if seed == 0 {
            room.snapshot("set_with_faults");
        }
    }
}

/// Candidates may be given everything but the folder `teacher`.
#[test]
fn nothing_of_the_mark_schemes_is_outside_the_folder_teacher() {
    let mut room = Room::new();
    assert_eq!(room.run("set moon-paper --bank bank --seed 7 --out paper --format html").code, 0);
    let secret = room.read("paper/teacher/mark-scheme.yaml");
    for words in [
        "lights only one half",
        "so that we see more or less of the lit half",
        "from well-known years",
        "common knowledge",
        "Part (b) can be answered",
        "Made for the tests",
    ] {
        assert!(secret.contains(words), "{words}");
        for file in ["paper.yaml", "question-paper.html", "source-booklet.html"] {
            assert!(!room.read(&format!("paper/{file}")).contains(words), "{file} says “{words}”");
        }
    }
}
