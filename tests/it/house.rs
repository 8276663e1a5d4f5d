//! The house itself: its layers, its shipped bank, and what the README promises.

use crate::support::{files_below, root};
use std::path::Path;

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rooms in reading order: each uses only those before it.
const ROOMS: &[&str] =
    &["span", "diag", "yaml", "record", "words", "bank", "paper", "script", "sitting", "exchange", "document", "view", "shell"];

/// The room a file of src/ belongs to, or `None` for lib.rs and main.rs.
fn room(file: &Path) -> Option<String> {
    let inside = file.strip_prefix(root().join("src")).unwrap();
    let first = inside.iter().next().unwrap().to_string_lossy();
    let name = first.trim_end_matches(".rs");
    (name != "lib" && name != "main").then(|| name.to_owned())
}

#[test]
fn layers_point_one_way() {
    let mut wrong = Vec::new();
    for file in files_below("src", &["rs"]) {
        let Some(room) = room(&file) else { continue };
        let place = ROOMS.iter().position(|known| *known == room).unwrap_or_else(|| panic!("{room} is not among the rooms"));
        // Documentation may name anything; code may not.
        let text = read(&file);
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for used in line.match_indices("crate::").map(|(at, _)| &line[at + 7..]) {
                let used: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if ROOMS.iter().position(|known| *known == used).is_some_and(|other| other > place) {
                    wrong.push(format!("{}: {}", file.display(), line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "these imports point against the layers:\n{}", wrong.join("\n"));
}

#[test]
fn lib_rs_lists_the_rooms_in_their_order() {
    let lib = read(&root().join("src/lib.rs"));
    let listed: Vec<_> = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(listed, ROOMS);
}

#[test]
fn each_view_is_the_sole_user_of_its_library() {
    for (library, home) in [
        ("typst", "view/pdf.rs"),
        ("handlebars", "view/html.rs"),
        ("granit_parser", "yaml.rs"),
        ("clap", "shell/cli"),
        ("rusqlite", "shell/store"),
        ("ratatui", "shell/tui"),
    ] {
        for file in files_below("src", &["rs"]).iter().filter(|file| !file.to_string_lossy().contains(home)) {
            let uses = read(file)
                .lines()
                .any(|line| line.trim_start().starts_with(&format!("use {library}")) || line.contains(&format!(" {library}::")));
            assert!(!uses, "{} uses {library}, which belongs to {home}", file.display());
        }
    }
}

#[test]
fn the_shipped_bank_is_without_faults() {
    let (bank, faults) = markband::bank::load::load(markband::shell::files::shipped_bank(false));
    let said: Vec<_> =
        faults.iter().map(|fault| format!("{} {:?} {:?}", fault.code, fault.span.map(|span| bank.files.place(span)), fault.args)).collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
}

#[test]
fn the_formats_promised_can_be_set() {
    let (bank, _) = markband::bank::load::load(markband::shell::files::shipped_bank(false));
    for id in [
        "ib-history-paper-1",
        "ib-history-paper-2-practice",
        "ib-history-paper-3-practice",
        "aqa-gcse-russia-practice",
        "edexcel-gcse-russia-practice",
    ] {
        let format = bank.format(id).unwrap_or_else(|| panic!("no format {id}"));
        assert!(markband::paper::setting::shortfalls(&bank, format).is_empty(), "{id} cannot be set");
    }
}

/// The two commands of the README are the ones that `.ci/run` runs.
#[test]
fn the_readme_commands_are_what_ci_runs() {
    let readme = read(&root().join("README.md"));
    let ci = read(&root().join(".ci/run"));
    let commands: Vec<_> = readme.split("```sh\n").skip(1).take(2).map(|block| block.lines().next().unwrap()).collect();
    let [main_job, tests] = commands[..] else { panic!("the README has no two commands: {commands:?}") };
    assert!(ci.contains(main_job.split(" --out ").next().unwrap()), "{main_job}");
    assert!(ci.lines().any(|line| line == tests), "{tests}");
}

#[test]
fn nothing_is_left_open_in_the_tree() {
    for file in files_below("src", &["rs"]) {
        let text = read(&file);
        for word in ["todo!(", "unimplemented!(", "FIXME"] {
            assert!(!text.contains(word), "{} has {word}", file.display());
        }
        let lines = text.lines().count();
        assert!(lines <= 800, "{} has {lines} lines: is it still one thing?", file.display());
    }
}
