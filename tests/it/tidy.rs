//! The tests themselves: none is forgotten, and none is a promise not kept.

use crate::support::{files_below, root};
use std::collections::BTreeSet;
use std::fs;

#[test]
fn every_test_file_is_a_module() {
    let main = fs::read_to_string(root().join("tests/it/main.rs")).expect("main.rs");
    let modules: BTreeSet<String> =
        main.lines().filter_map(|line| Some(line.strip_prefix("mod ")?.strip_suffix(';')?.to_owned())).collect();
    let files = fs::read_dir(root().join("tests/it")).expect("a folder").map(|entry| entry.expect("an entry").path());
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
    let files: BTreeSet<String> =
        files.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).filter(|name| name != "main").collect();
    assert_eq!(files, modules);
}

#[test]
fn every_command_has_a_test_file() {
    for path in files_below("src/shell/cli", &["rs"]) {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let test = root().join(format!("tests/it/cli_{name}.rs"));
        assert!(name == "mod" || test.exists(), "src/shell/cli/{name}.rs has no tests/it/cli_{name}.rs");
    }
}

#[test]
fn no_test_is_switched_off() {
    for path in files_below("tests/it", &["rs"]).into_iter().chain(files_below("src", &["rs"])) {
        let text = fs::read_to_string(&path).expect("a readable source");
        for off in [concat!("#[", "ignore"), concat!("should", "_panic")] {
            assert!(!text.contains(off), "{} has {off}", path.display());
        }
    }
}

/// A snapshot that no test asks for says nothing.
#[test]
fn every_snapshot_belongs_to_a_test() {
    let tests: String = files_below("tests/it", &["rs"]).iter().map(|path| fs::read_to_string(path).expect("a readable source")).collect();
    for path in files_below("tests/it/snapshots", &["snap"]) {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(tests.contains(&format!("\"{name}\"")), "no test asks for {}", path.display());
    }
}
