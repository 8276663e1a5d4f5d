//! Faulty banks: each file of `tests/bank/faults/` says itself which faults it has, and exactly those are found.
//!
//! A case is put over the small sound bank. `# in: question-bank/more.yaml` begins a file of it (a drawing begins
//! on the line below); `# error: code` or `# warning: code` stands on the line at fault, or, where that would
//! change the case, as `# error-on-next-line: code` above it.

use crate::hostile;
use crate::support::{Room, files_below, good, line, raw, root, snapshot, with};
use markband::bank::load::{RawFile, load};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A faulty bank: the files over the sound one, and the faults they say they have.
pub struct Case {
    pub name: String,
    pub files: Vec<RawFile>,
    pub faults: Vec<String>,
}

fn case(path: &Path) -> Case {
    let text = fs::read_to_string(path).expect("a readable case");
    let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
    assert!(text.starts_with("# in: "), "{name} does not say which file it is");
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(rest) = line.strip_prefix("# in: ") {
            files.push((rest.split_whitespace().next().expect("a path").to_owned(), String::new()));
            if files.last().is_some_and(|(path, _)| path.ends_with(".svg")) {
                continue;
            }
        }
        files.last_mut().expect("begun").1.push_str(line);
    }
    let faults = files.iter().flat_map(|(path, text)| annotated(path, text)).collect();
    Case { name, files: files.iter().map(|(path, text)| raw(path, text.as_str())).collect(), faults }
}

/// Returns the faults that a file says it has, as [`line`] writes them.
fn annotated(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for mark in line.split("# ").skip(1) {
            let Some((kind, code)) = mark.trim().split_once(": ") else { continue };
            let (severity, number) = match kind {
                "error" | "warning" => (kind, index + 1),
                "error-on-next-line" => ("error", index + 2),
                _ => continue,
            };
            faults.push(format!("{path}:{number} {severity}: {code}"));
        }
    }
    faults
}

/// Returns every case, by name.
pub fn cases() -> Vec<Case> {
    files_below("tests/bank/faults", &["yaml"]).iter().map(|path| case(path)).collect()
}

/// Returns what is wrong with a case: the faults found that it does not say, and those it says that are not found.
fn differences(case: &Case) -> String {
    let (bank, faults) = load(with(good(), case.files.clone()));
    let mut found: Vec<_> = faults.iter().map(|fault| line(&bank, fault)).collect();
    let mut said = case.faults.clone();
    found.sort();
    said.sort();
    if found == said {
        return String::new();
    }
    let mut out = format!("{}:\n", case.name);
    for fault in &found {
        match said.iter().position(|said| said == fault) {
            Some(at) => drop(said.remove(at)),
            None => out.push_str(&format!("  too many: {fault}\n")),
        }
    }
    said.iter().for_each(|fault| out.push_str(&format!("  missing:  {fault}\n")));
    out
}

#[test]
fn the_sound_bank_is_sound() {
    let (bank, faults) = load(good());
    let found: Vec<_> = faults.iter().map(|fault| line(&bank, fault)).collect();
    assert_eq!(found, Vec::<String>::new());
    let methods: BTreeSet<_> = bank.schemes.iter().map(|scheme| scheme.method.kind().word()).collect();
    assert_eq!(methods.len(), 6, "a scheme of every kind");
}

#[test]
fn every_faulty_bank_has_exactly_the_faults_it_says() {
    let cases = cases();
    assert!(cases.len() >= 45, "{} cases", cases.len());
    let wrong: String = cases.iter().map(differences).collect();
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_fault_of_loading_has_a_case() {
    let mut covered: BTreeSet<String> = cases().iter().flat_map(|case| &case.faults).map(|fault| code(fault).to_owned()).collect();
    covered.extend(hostile::CODES.iter().map(|code| (*code).to_owned()));
    let produced = codes_of_loading();
    assert!(produced.len() > 40, "{produced:?}");
    let missing: Vec<_> = produced.difference(&covered).collect();
    assert!(missing.is_empty(), "no case has {missing:?}");
    let unknown: Vec<_> = covered.difference(&produced).collect();
    assert!(unknown.is_empty(), "cases have {unknown:?}, which loading cannot produce");
}

fn code(fault: &str) -> &str {
    fault.rsplit(' ').next().expect("a code")
}

/// Returns the codes in the code that loads: those made on the spot, and those with words that stand there as text.
fn codes_of_loading() -> BTreeSet<String> {
    let words = crate::words::fault_codes();
    let mut sources = files_below("src/bank", &["rs"]);
    sources.extend(["src/yaml.rs", "src/record.rs"].map(|path| root().join(path)));
    let text: String = sources.iter().map(|path| fs::read_to_string(path).expect("a readable source")).collect();
    let made = crate::words::codes_made(&text);
    let named = words.into_iter().filter(|code| text.contains(&format!("\"{code}\"")));
    made.into_iter().chain(named).collect()
}

/// Faulty banks as `markband check` shows them, all in one snapshot, so that they can be read at one go.
#[test]
fn faults_are_shown_with_their_place_and_their_cure() {
    const SHOWN: [&str; 24] = [
        "adapted-heading",
        "bad-id",
        "bands-gap",
        "control-character",
        "duplicate-id",
        "duplicate-key",
        "gloss-not-found",
        "many-at-once",
        "missing-key",
        "missing-one-of",
        "no-keyword",
        "no-scheme",
        "parts-against-form",
        "pattern-keys",
        "picture-unsafe-script",
        "points-against-marks",
        "quotation-too-long",
        "rights-proof",
        "table-row",
        "unknown-reference-of-a-question",
        "wrong-type",
        "yaml-syntax-colon",
        "yaml-syntax-quote",
        "yaml-syntax-tab",
    ];
    let cases = cases();
    let mut seen = String::new();
    for name in SHOWN {
        let case = cases.iter().find(|case| case.name == name).unwrap_or_else(|| panic!("no case {name}"));
        let mut room = Room::new();
        for file in &case.files {
            room.write(&format!("bank/{}", file.path), &file.bytes);
        }
        let ran = room.run("check --bank bank");
        let errors = case.faults.iter().any(|fault| fault.contains(" error: "));
        assert_eq!(ran.code, i32::from(errors), "{name}");
        seen.push_str(&format!("======== {name}\n{}", room.seen));
    }
    snapshot("faults", &seen);
}
