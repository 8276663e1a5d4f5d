//! What is written can be read again, and is the same.

use crate::support::{good, shipped, sound};
use markband::bank::pattern::{Near, NumberPattern, Pattern, Years};
use markband::bank::question::{CommandTerm, Part, Question};
use markband::bank::scheme::{MarkScheme, Method, Point, Points};
use markband::bank::{Bank, BankFile, SchemeFile};
use markband::paper::setting::{Seed, set};
use markband::paper::{FrozenSchemes, Paper};
use markband::record::{Read, Reader};
use markband::span::{At, Files};
use proptest::prelude::*;
use serde::Serialize;
use serde_json::json;

/// Reads a record from YAML, or says what is wrong with it.
fn read<T: Read>(text: &str) -> Result<T, String> {
    let mut files = Files::default();
    let file = files.add("written.yaml", text);
    let mut faults = Vec::new();
    let tree = markband::yaml::parse(&files, file, &mut faults);
    let mut reader = Reader::new(&mut faults);
    let record = tree.root.and_then(|root| T::read(&root, &mut reader));
    match record.filter(|_| faults.is_empty()) {
        Some(record) => Ok(record),
        None => Err(format!("{faults:?}\n{text}")),
    }
}

fn written(record: &impl Serialize) -> String {
    serde_saphyr::to_string(record).expect("a record is YAML")
}

/// Writes a record, reads it again and holds both against each other.
fn check<T: Read + Serialize + PartialEq + std::fmt::Debug>(record: &T) {
    let text = written(record);
    let again: T = read(&text).unwrap_or_else(|wrong| panic!("{wrong}"));
    let difference = similar::TextDiff::from_lines(&text, written(&again)).unified_diff().to_string();
    assert!(again == *record && json!(again) == json!(record), "what was read differs from what was written:\n{difference}");
}

fn check_bank(bank: Bank) {
    bank.questions.iter().for_each(check);
    bank.source_sets.iter().for_each(check);
    bank.formats.iter().for_each(check);
    bank.forms.iter().for_each(check);
    bank.topics.iter().for_each(check);
    bank.markbands.iter().for_each(check);
    bank.schemes.iter().for_each(check);
    bank.lexicon.iter().for_each(check);
    let Bank { topics, source_sets, questions, forms, formats, markbands, schemes, lexicon, .. } = bank;
    check(&BankFile { topics, source_sets, questions, forms, formats });
    check(&SchemeFile { markbands, schemes, lexicon });
}

#[test]
fn every_shipped_record_is_read_as_it_was_written() {
    check_bank(sound(shipped()));
}

#[test]
fn every_record_of_the_sound_bank_is_read_as_it_was_written() {
    check_bank(sound(good()));
}

#[test]
fn a_paper_is_read_as_it_was_written() {
    let mut papers = 0;
    for bank in [sound(good()), sound(shipped())] {
        for format in &bank.formats {
            let Ok((paper, frozen)) = set(&bank, format, None, Seed(7)) else { continue };
            check::<Paper>(&paper);
            check::<FrozenSchemes>(&frozen);
            papers += 1;
        }
    }
    assert!(papers >= 6, "only {papers} papers");
}

/// Texts that YAML has other ideas about.
fn text() -> impl Strategy<Value = String> {
    let odd = [
        "null",
        "~",
        "true",
        "no",
        "1930",
        "0x1F",
        "1e3",
        ".inf",
        "2001-01-01",
        "- a",
        "a: b",
        "a #b",
        "#b",
        "'",
        "\"",
        "| a",
        "> a",
        "&a",
        "*a",
        "!a",
        "%a",
        "@a",
        "`a",
        "[a]",
        "{a}",
        "a\n\nb",
        " a",
        "  a\n b",
        "a\tb",
        "\ta",
        "é “x” …",
        "\u{2028}",
        "\u{feff}a",
        "😀",
        "---",
        "...",
        "? a",
        ": a",
        "a:",
        "=",
        "<<",
        "a\\nb",
        "-",
        "a\n# b",
        "\n a",
    ];
    let any = proptest::string::string_regex("[ -~\n\té“”…\u{a0}\u{2028}]{1,40}").expect("a pattern");
    // Reading takes off the end of a text what cannot be seen, and does not take nothing for a text.
    prop_oneof![2 => proptest::sample::select(odd.to_vec()).prop_map(str::to_owned), 3 => any]
        .prop_map(|text| text.trim_end().to_owned())
        .prop_filter("empty", |text| !text.is_empty())
}

fn at<T>(value: T) -> At<T> {
    At { value, span: Default::default() }
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let words = || "[a-zA-Z0-9' é“:#-]{1,20}".prop_map(|words| words.trim().to_owned()).prop_filter("empty", |words| !words.is_empty());
    let leaf = prop_oneof![
        words().prop_map(Pattern::Phrase),
        words().prop_map(Pattern::Exact),
        (0..3000u16, 0..99u16).prop_map(|(first, more)| Pattern::Year(Years { first, last: first + more })),
        (-1e6..1e6f64, proptest::option::of(0.0..9.0f64), proptest::option::of(text()))
            .prop_map(|(value, within, unit)| Pattern::Number(NumberPattern { value, within, unit })),
        "[a-z.|]{1,9}".prop_map(Pattern::Regex),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let list = || prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            list().prop_map(Pattern::Any),
            list().prop_map(Pattern::All),
            list().prop_map(Pattern::None),
            list().prop_map(Pattern::InOrder),
            list().prop_map(Pattern::SameSentence),
            (1..30u16, list()).prop_map(|(words, of)| Pattern::Near(Near { words, of })),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_question_is_read_as_it_was_written(id in text(), texts in prop::collection::vec(text(), 4), lists in prop::collection::vec(text(), 0..4), marks in any::<u16>()) {
        let part = Part {
            label: Some(texts[0].clone()), text: texts[1].clone(), command_term: CommandTerm::Explain, marks: at(marks), sources: lists.iter().cloned().map(at).collect(),
            bullets: lists.clone(), stimulus: lists.clone(), closing: Some(texts[2].clone()),
        };
        let question = Question {
            id: at(id.clone()), form: at(id), source_set: None, lang: "en".to_owned(), topics: lists.into_iter().map(at).collect(), note: Some(texts[3].clone()), stem: None, parts: vec![part],
        };
        let text = written(&question);
        prop_assert_eq!(read::<Question>(&text).map_err(TestCaseError::fail)?, question, "{}", text);
    }

    #[test]
    fn any_scheme_is_read_as_it_was_written(credit in text(), keywords in prop::collection::vec(pattern(), 1..4)) {
        let point = Point { id: at("p".to_owned()), credit, marks: None, accept: vec![], reject: vec![], keywords, needs: None, group: None };
        let points = Points { items: vec![point], groups: vec![], rejected: vec![], any: None, award: vec![] };
        let scheme = MarkScheme { part: at("q".to_owned()), notes: vec![], method: Method::Points(points) };
        let text = written(&scheme);
        let again = read::<MarkScheme>(&text).map_err(TestCaseError::fail)?;
        prop_assert_eq!(json!(again), json!(scheme), "{}", text);
        prop_assert_eq!(written(&again), text);
    }
}
