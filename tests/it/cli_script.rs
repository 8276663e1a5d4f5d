//! `markband script`, as a user sees it.

use crate::support::Room;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn room_with_paper() -> Room {
    let mut room = Room::new();
    assert_eq!(room.run("set moon-paper --bank bank --seed 7 --out paper --format html").code, 0);
    room.seen.clear();
    room
}

fn packed(name: &str, xml: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(name, SimpleFileOptions::default()).expect("a file");
    zip.write_all(xml.as_bytes()).expect("written");
    zip.finish().expect("an archive").into_inner()
}

const ODT: &str = r#"<office:document-content xmlns:office="o" xmlns:text="t"><office:body><office:text><text:h>Question 1(a)</text:h><text:p>The Sun lights half.</text:p></office:text></office:body></office:document-content>"#;
const DOCX: &str = r#"<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>Question 2</w:t></w:r></w:p><w:p><w:r><w:t>It is a table.</w:t></w:r></w:p></w:body></w:document>"#;

#[test]
fn every_kind_of_file_becomes_a_script() {
    let mut room = room_with_paper();
    room.write("ada.txt", "Question 1(a)\nThe Sun lights half.\n\nQuestion 3\nThey were curious.\n\nAnd rivals.\n");
    room.write("name.md", "**Name:** Ada Lovelace\n\n## 2.\nIt is a *table*.\n");
    room.write("ada.odt", packed("content.xml", ODT));
    room.write("ada.docx", packed("word/document.xml", DOCX));
    assert_eq!(room.run("script import ada.txt --paper paper").code, 0);
    assert_eq!(room.run("script import name.md --paper paper").code, 0);
    assert_eq!(room.run("script import ada.odt --paper paper/paper.yaml --candidate 0042").code, 0);
    assert_eq!(room.run("script import ada.docx --paper paper --out scripts/ada.yaml").code, 0);
    let written = room.read("scripts/ada.yaml");
    room.seen.push_str(&written);
    let ran = room.run("script import ada.txt --paper paper --format json");
    assert_eq!((ran.code, ran.json()["answers"][1]["text"].as_str()), (0, Some("They were curious.\n\nAnd rivals.")));
    room.snapshot("script_import");
}

#[test]
fn what_could_not_be_placed_is_said_and_kept() {
    let mut room = room_with_paper();
    room.write(
        "lost.txt",
        "Ada, 11b\nQuestion 1\nBoth at once.\nQuestion 9\nNo such question.\nQuestion 2\nx\n3. perhaps\nQuestion 2\nmore\n",
    );
    let ran = room.run("script import lost.txt --paper paper");
    assert_eq!(ran.code, 1);
    for text in ["Ada, 11b", "Both at once.", "No such question."] {
        assert!(ran.stdout.contains(text) && ran.stderr.contains(text), "{text}");
    }
    room.write("other.txt", "Paper: MB-0000-0000\nQuestion 2\nx\n");
    assert_eq!(room.run("script import other.txt --paper paper").code, 1);
    room.write("none.txt", "Nothing but text.\n");
    assert_eq!(room.run("script import none.txt --paper paper").code, 1);
    room.snapshot("script_unplaced");
}

#[test]
fn what_is_no_script_is_said() {
    let mut room = room_with_paper();
    room.write("ada.txt", "Question 2\nx\n");
    room.write("latin.txt", b"Question 2\nPi\xe8ce\n");
    room.write("text.docx", "Question 2\nx\n");
    room.write("cut.docx", &packed("word/document.xml", DOCX)[..60]);
    room.write("odt.docx", packed("content.xml", ODT));
    room.write("broken.odt", packed("content.xml", &ODT[..120]));
    room.write("doctype.odt", packed("content.xml", &format!("<!DOCTYPE x>{ODT}")));
    room.write("entity.odt", packed("content.xml", &ODT.replace("half", "&half;")));
    room.write("bomb.odt", packed("content.xml", &ODT.replace("half", &" ".repeat(4 << 20))));
    room.write("deep.odt", packed("content.xml", &"<a>".repeat(300)));
    for file in
        ["nowhere.txt", "latin.txt", "text.docx", "cut.docx", "odt.docx", "broken.odt", "doctype.odt", "entity.odt", "bomb.odt", "deep.odt"]
    {
        let ran = room.run(&format!("script import {file} --paper paper"));
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{file}");
        assert!(ran.stderr.contains(file), "{file}: {}", ran.stderr);
    }
    assert_eq!(room.run("script import ada.txt --paper nowhere").code, 1);
    for line in ["ada.pdf --paper paper", "ada --paper paper", "ada.txt --paper paper --candidate="] {
        assert_eq!(room.run(&format!("script import {line}")).code, 2, "{line}");
    }
    room.snapshot("script_errors");
    assert_eq!(room.run("script import ada.txt").code, 2);
    assert_eq!(room.run("script").code, 2);
}

/// A script must be readable as the YAML it is written in, whatever the file had.
#[test]
fn what_could_drive_a_terminal_is_left_out() {
    let mut room = room_with_paper();
    room.write("odd.txt", "Name: \u{1b}[31mEve\nQuestion 2\n\u{1b}]0;title\u{7}x\u{9b}31m\u{85}y: 'z' #1\n\nQuestion 9\n\u{1b}[2Jgone\n");
    let ran = room.run("script import odd.txt --paper paper");
    assert!(!ran.stdout.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{85}']) && !ran.stderr.contains('\u{7}'), "{}", ran.stdout);
    assert!(!ran.stderr.contains("\u{1b}[2J"), "{}", ran.stderr);
    let read: serde_yaml::Value = serde_yaml::from_str(&ran.stdout).expect("YAML");
    assert_eq!(read["answers"][0]["text"].as_str(), Some("]0;titlex31m\ny: 'z' #1"));
}
