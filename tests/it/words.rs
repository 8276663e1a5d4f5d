//! The words of the program: every fault has its message, and no message is without a fault.

use crate::support::{files_below, root};
use markband::words::Words;
use std::collections::BTreeSet;
use std::fs;

fn english() -> Words {
    let path = root().join("templates/words/en.yaml");
    let (words, _, faults) = Words::parse("words/en.yaml", &fs::read_to_string(path).expect("the words"));
    assert!(faults.is_empty(), "{faults:?}");
    words
}

/// Returns every code that has words.
pub fn fault_codes() -> BTreeSet<String> {
    let words = english();
    words.keys().filter_map(|key| Some(key.strip_prefix("faults.")?.split('.').next()?.to_owned())).collect()
}

/// Returns the codes that a source text makes faults of: what stands in quotes behind `Fault::error(`.
pub fn codes_made(text: &str) -> BTreeSet<String> {
    let heads = ["Fault::error(", "Fault::warning("];
    let after = heads.iter().flat_map(|head| text.split(head).skip(1));
    after.filter_map(|rest| Some(rest.trim_start().strip_prefix('"')?.split('"').next()?.to_owned())).collect()
}

/// Returns the whole program text.
fn program() -> String {
    files_below("src", &["rs"]).iter().map(|path| fs::read_to_string(path).expect("a readable source")).collect()
}

#[test]
fn every_fault_in_the_program_has_words() {
    let made = codes_made(&program());
    assert!(made.len() > 50, "{made:?}");
    let known = fault_codes();
    let missing: Vec<_> = made.difference(&known).collect();
    assert!(missing.is_empty(), "faults without words: {missing:?}");
}

#[test]
fn every_fault_with_words_is_in_the_program() {
    let program = program();
    let unused: Vec<_> = fault_codes().into_iter().filter(|code| !program.contains(&format!("\"{code}\""))).collect();
    assert!(unused.is_empty(), "words of faults that nothing makes: {unused:?}");
}

#[test]
fn every_fault_says_what_is_wrong_and_begins_small() {
    let words = english();
    for code in fault_codes() {
        let says = words.get(&format!("faults.{code}.says"));
        assert!(!says.is_empty() && !says.contains('⟨'), "{code}: {says}");
        let cure = words.get(&format!("faults.{code}.cure"));
        assert!(!cure.contains('⟨'), "{code} has no cure, not even an empty one");
    }
}

#[test]
fn every_word_asked_for_by_its_whole_key_is_there() {
    let words = english();
    let known: BTreeSet<&str> = words.keys().collect();
    let program = program();
    let calls = ["words.get(\"", "words.say(\"", "desk.say(\"", "told(\""];
    let asked = calls.iter().flat_map(|call| program.split(call).skip(1)).filter_map(|rest| rest.split('"').next());
    let asked: BTreeSet<&str> = asked.filter(|key| key.contains('.')).collect();
    assert!(asked.len() > 30, "{asked:?}");
    let missing: Vec<_> = asked.difference(&known).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let counted = program.split("count(\"").skip(1).filter_map(|rest| rest.split('"').next());
    let missing: Vec<_> =
        counted.filter(|key| ["one", "many"].iter().any(|form| !known.contains(format!("{key}.{form}").as_str()))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
