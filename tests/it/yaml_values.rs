//! The YAML door gives the values that another reader of YAML gives.

use crate::support::{files_below, good};
use markband::span::Files;
use serde_json::Value;
use std::fs;

/// Reads a text by our door.
fn ours(text: &str) -> Value {
    let mut files = Files::default();
    let file = files.add("x.yaml", text);
    let mut faults = Vec::new();
    let tree = markband::yaml::parse(&files, file, &mut faults);
    assert!(faults.is_empty(), "{faults:?} in {text}");
    tree.root.map_or(Value::Null, |root| root.to_json())
}

fn check(name: &str, text: &str) {
    let theirs: Value = serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(ours(text), theirs, "{name}");
}

#[test]
fn every_shipped_file_has_the_same_values() {
    let files: Vec<_> =
        ["question-bank", "mark-schemes", "templates/words"].iter().flat_map(|folder| files_below(folder, &["yaml", "yml"])).collect();
    assert!(files.len() >= 10, "only {} files", files.len());
    for path in files {
        check(&path.display().to_string(), &fs::read_to_string(&path).expect("a readable file"));
    }
    for file in good().iter().filter(|file| file.path.ends_with(".yaml")) {
        check(&file.path, std::str::from_utf8(&file.bytes).expect("text"));
    }
}

#[test]
fn every_way_to_write_a_text_has_the_same_value() {
    for text in [
        "a: |\n  one\n  two\n\n  three\n",
        "a: |-\n  one\n\n",
        "a: |+\n  one\n\n\nb: x\n",
        "a: >\n  one\n  two\n\n  three\n    four\n  five\n",
        "a: >-\n  one\n  two\n",
        "a: |2\n   one\n  two\n",
        "a: one\n  two\n\n  three\n",
        "a: 'it''s'\nb: \"a\\tb\\u00e9\\x41\\\n  c\"\n",
        "a: \"one\n  two\n\n  three\"\n",
        "a: 1930\nb: '1930'\nc: 4.8\nd: -3\ne: true\nf: ~\ng: null\nh:\ni: no\nj: 1928–32\nk: 2.50\n",
        "[a, 'b', {c: d}, [], {}]\n",
        "a: {b: c, d: [e, f]}\n",
        "- a\n-  - b\n   - c\n- d: e\n  f: g\n",
        "# comment\na: b # comment\nc: d#e\n",
        "a: &x [b, c]\nd: *x\n",
        "\"a b\": c\n? d\n: e\n",
        "a: http://example.org/x?y=z\nb: a:b\nc: 12:30\n",
        "--- \na: b\n...\n",
    ] {
        check(text, text);
    }
}
