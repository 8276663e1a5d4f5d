//! Setting: the same bank, format and seed choose the same paper, and every paper obeys its format.

use crate::support::{good, raw, shipped, sound};
use markband::bank::Bank;
use markband::paper::Paper;
use markband::paper::setting::{Seed, set, shortfalls};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Returns a bank of 30 short essays, five on each of six topics, and a format that takes nine of them.
fn thirty_questions() -> Bank {
    let topics: String = (0..6).map(|t| format!("  - {{id: t{t}, title: Topic {t}, within: all}}\n")).collect();
    let question = |n: usize| {
        format!(
            "  - {{id: q{n}, form: essay, lang: en, topics: [t{}], parts: [{{text: Explain {n}., command_term: explain, marks: 4}}]}}\n",
            n % 6
        )
    };
    let questions: String = (0..30).map(question).collect();
    let schemes: String = (0..30).map(|n| format!("  - {{for: q{n}, levels: {{markbands: bands}}}}\n")).collect();
    let format = "formats:\n  - id: nine\n    style: Sample\n    subject: Anything\n    paper: Paper 1\n    minutes: 60\n    marks: 32\n    sections:\n      \
        - slots: [{form: essay, count: 2, each_of: [t0, t1, t2]}, {form: essay}]\n      - answer: 1\n        slots: [{form: essay, count: 2}]\n";
    let bank = format!(
        "topics:\n  - {{id: all, title: All}}\n{topics}questions:\n{questions}forms:\n  - {{id: essay, title: Essay, parts: [{{marks: 4, method: levels, minutes: 9}}]}}\n{format}"
    );
    let bands =
        "markbands:\n  - {id: bands, title: Bands, bands: [{marks: 1-4, descriptors: [Good.]}, {marks: 0, descriptors: [Nothing.]}]}\n";
    sound(vec![raw("question-bank/bank.yaml", bank), raw("mark-schemes/schemes.yaml", format!("{bands}schemes:\n{schemes}"))])
}

/// Returns a bank of short essays with the topics of each, and one format of the given sections.
fn essays(questions: &[(&str, &str)], sections: &str, marks: u16) -> Bank {
    let question = |(id, topics): &(&str, &str)| {
        format!(
            "  - {{id: {id}, form: essay, lang: en, topics: [{topics}], parts: [{{text: Explain., command_term: explain, marks: 4}}]}}\n"
        )
    };
    let topics = "topics: [{id: t0, title: T0}, {id: t1, title: T1}, {id: t2, title: T2}]\n";
    let form = "forms:\n  - {id: essay, title: Essay, parts: [{marks: 4, method: levels, minutes: 9}]}\n";
    let format = format!(
        "formats:\n  - {{id: f, style: Sample, subject: Anything, paper: One, minutes: 9, marks: {marks}, sections: {sections}}}\n"
    );
    let bands = "markbands:\n  - {id: bands, title: Bands, bands: [{marks: 0-4, descriptors: [Anything.]}]}\n";
    let schemes: String = questions.iter().map(|(id, _)| format!("  - {{for: {id}, levels: {{markbands: bands}}}}\n")).collect();
    let bank = format!("{topics}questions:\n{}{form}{format}", questions.iter().map(question).collect::<String>());
    sound(vec![raw("question-bank/bank.yaml", bank), raw("mark-schemes/schemes.yaml", format!("{bands}schemes:\n{schemes}"))])
}

fn paper(bank: &Bank, format: &str, topic: Option<&str>, seed: u64) -> Paper {
    let format = bank.format(format).expect("the format");
    set(bank, format, topic, Seed(seed)).unwrap_or_else(|short| panic!("seed {seed}: {short:?}")).0
}

fn yaml(paper: &Paper) -> String {
    serde_saphyr::to_string(paper).expect("a paper is YAML")
}

fn ids(paper: &Paper) -> Vec<&str> {
    paper.questions().map(|set| set.question.id.as_str()).collect()
}

/// Holds a paper against the rules of its format.
fn obeys(bank: &Bank, paper: &Paper) -> Result<(), TestCaseError> {
    let ids = ids(paper);
    prop_assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "a question twice: {:?}", ids);
    let numbers: BTreeSet<_> = paper.questions().map(|set| &set.number).collect();
    prop_assert_eq!(numbers.len(), ids.len(), "a number twice: {:?}", numbers);
    prop_assert_eq!(paper.sections.len(), paper.format.sections.len());
    for (section, questions) in paper.sections() {
        let mut wanted: BTreeMap<&str, usize> = BTreeMap::new();
        for slot in &section.slots {
            *wanted.entry(slot.form.as_str()).or_default() += slot.seats();
            for topic in &slot.each_of {
                let on_topic = questions.iter().filter(|set| set.question.topics.iter().any(|id| bank.lies_within(id, topic))).count();
                prop_assert!(on_topic >= slot.count.unwrap_or(1) as usize, "{topic}: {on_topic}");
            }
        }
        let mut has: BTreeMap<&str, usize> = BTreeMap::new();
        questions.iter().for_each(|set| *has.entry(set.question.form.as_str()).or_default() += 1);
        prop_assert_eq!(has, wanted);
        if let Some(rule) = &section.sources {
            let sets: BTreeSet<_> = questions.iter().map(|set| set.question.source_set.as_ref().map(|id| id.as_str())).collect();
            prop_assert_eq!(sets.len(), 1, "one source set");
            let set = sets.first().copied().flatten().and_then(|id| bank.source_set(id)).expect("a set");
            prop_assert_eq!(set.sources.len(), rule.count as usize);
            prop_assert!(paper.source_sets.iter().any(|of_paper| of_paper.set.id == set.id));
            prop_assert!(rule.max_words.is_none_or(|most| set.words() <= most as usize));
        }
    }
    for set in paper.questions() {
        prop_assert_eq!(set.scheme_hashes.len(), set.question.parts.len());
        prop_assert_eq!(set.minutes.len(), set.question.parts.len());
        prop_assert!(
            paper.topic.is_none() || set.question.topics.iter().any(|id| bank.lies_within(id, paper.topic.as_deref().unwrap_or_default()))
        );
    }
    Ok(())
}

fn moderately(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(moderately(100))]

    #[test]
    fn any_seed_gives_a_paper_that_obeys_its_format(seed in any::<u64>()) {
        let bank = thirty_questions();
        let paper = paper(&bank, "nine", None, seed);
        obeys(&bank, &paper)?;
        prop_assert_eq!(ids(&paper).len(), 9);
        prop_assert_eq!(yaml(&paper), yaml(&self::paper(&thirty_questions(), "nine", None, seed)), "the same seed, another paper");
    }

    #[test]
    fn any_seed_gives_a_paper_of_the_sound_bank(seed in any::<u64>()) {
        let bank = sound(good());
        for format in ["moon-paper", "moon-full-practice"] {
            obeys(&bank, &paper(&bank, format, None, seed))?;
        }
        obeys(&bank, &paper(&bank, "moon-full-practice", Some("spaceflight"), seed))?;
    }
}

#[test]
fn the_shipped_formats_are_filled_by_their_rules() {
    let bank = sound(shipped());
    let mut filled = 0;
    for format in bank.formats.iter().filter(|format| shortfalls(&bank, format).is_empty()) {
        for seed in 0..10 {
            obeys(&bank, &paper(&bank, &format.id, None, seed)).unwrap_or_else(|wrong| panic!("{}: {wrong}", format.id));
        }
        filled += 1;
    }
    assert!(filled >= 5, "only {filled} formats can be filled");
}

#[test]
fn seeds_choose_among_all_questions() {
    let bank = thirty_questions();
    let papers: Vec<_> = (0..200).map(|seed| paper(&bank, "nine", None, seed)).collect();
    let different: HashSet<_> = papers.iter().map(|paper| ids(paper).join(" ")).collect();
    assert!(different.len() > 190, "{} different papers of 200", different.len());
    let mut chosen: BTreeMap<&str, usize> = BTreeMap::new();
    papers.iter().flat_map(ids).for_each(|id| *chosen.entry(id).or_default() += 1);
    assert_eq!(chosen.len(), 30, "every question is chosen some time");
    // Three topics have two seats each of their own, so that their questions come more often, but none comes always.
    assert!(chosen.values().all(|times| (5..=140).contains(times)), "{chosen:?}");
    let references: HashSet<_> = papers.iter().map(|paper| &paper.reference).collect();
    assert!(references.len() > 190, "papers are told apart by their code");
}

/// The choice of a seed is written down, so it may not change from one version to the next.
#[test]
fn a_seed_chooses_what_it_always_chose() {
    let bank = thirty_questions();
    let chosen: String = [0, 7, u64::MAX].map(|seed| format!("{seed}: {}\n", ids(&paper(&bank, "nine", None, seed)).join(" "))).concat();
    crate::support::snapshot("setting_seeds", &chosen);
}

#[test]
fn a_question_is_given_to_the_seat_that_has_no_other() {
    let bank = essays(&[("both", "t0, t1"), ("first", "t0")], "[{slots: [{form: essay, each_of: [t0, t1]}]}]", 8);
    for seed in 0..50 {
        assert_eq!(ids(&paper(&bank, "f", None, seed)), ["first", "both"], "seed {seed}");
    }
}

#[test]
fn a_later_section_does_not_go_without_what_an_earlier_one_can_spare() {
    let bank = essays(&[("any", "t0"), ("only", "t1")], "[{slots: [{form: essay}]}, {slots: [{form: essay, each_of: [t1]}]}]", 8);
    for seed in 0..50 {
        assert_eq!(ids(&paper(&bank, "f", None, seed)), ["any", "only"], "seed {seed}");
    }
}

#[test]
fn no_question_about_a_source_set_is_set_twice() {
    let source = "{id: s-a, label: A, kind: textbook, nature: secondary, title: S, date: now, attribution: Written for this test., rights: {basis: own-work}, text: A text.}";
    let question = |n: u8| {
        format!(
            "  - {{id: q{n}, form: read, source_set: s, lang: en, topics: [], parts: [{{text: Read., command_term: what, marks: 1}}]}}\n"
        )
    };
    let bank = format!(
        "source_sets:\n  - {{id: s, title: S, lang: en, about: s, sources: [{source}]}}\nquestions:\n{}{}forms:\n  - {{id: read, title: Read, parts: [{{marks: 1, method: choice, minutes: 1}}]}}\n\
         formats:\n  - {{id: f, style: Sample, subject: Anything, paper: One, minutes: 9, marks: 2, sections: [{{sources: {{count: 1}}, slots: [{{form: read, number: 1a}}, {{form: read, number: 1b}}]}}]}}\n",
        question(1),
        question(2)
    );
    let scheme = |n: u8| format!("  - {{for: q{n}, choice: {{options: [{{id: a, text: A, correct: true}}]}}}}\n");
    let bank = sound(vec![raw("question-bank/b.yaml", bank), raw("mark-schemes/s.yaml", format!("schemes:\n{}{}", scheme(1), scheme(2)))]);
    for seed in 0..50 {
        let paper = paper(&bank, "f", None, seed);
        obeys(&bank, &paper).unwrap_or_else(|wrong| panic!("seed {seed}: {wrong}"));
    }
}

#[test]
fn what_cannot_be_filled_is_said_once_for_each_slot_and_topic() {
    let bank = essays(&[("one", "t0")], "[{slots: [{form: essay, count: 2, each_of: [t0, t1, t2]}]}]", 24);
    let short = shortfalls(&bank, bank.format("f").expect("the format"));
    let said = short.iter().map(|fault| {
        let arg = |name: &str| fault.args.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value.as_str()).to_owned();
        format!("{} {} {} of {}", fault.code, arg("topic"), arg("missing"), arg("wanted"))
    });
    assert_eq!(said.collect::<Vec<_>>(), ["short-of-topic T0 1 of 2", "short-of-topic T1 2 of 2", "short-of-topic T2 2 of 2"]);
}

/// A school's own paper does not become another one when markband comes with more formats.
#[test]
fn the_bank_that_comes_with_the_program_is_no_part_of_a_school_s_own() {
    let alone = paper(&sound(good()), "moon-paper", None, 7);
    let supplied = shipped().into_iter().map(|file| markband::bank::load::RawFile { supplied: true, ..file });
    let beside = paper(&sound(good().into_iter().chain(supplied).collect()), "moon-paper", None, 7);
    assert_eq!(ids(&alone), ids(&beside));
    assert_eq!(alone.bank, beside.bank, "the fingerprint of the bank");
    assert_eq!(alone.reference, beside.reference, "the code of the paper");
}
