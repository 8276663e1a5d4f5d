//! Setting: from a bank, a format and a seed to a paper, or to the rules that the bank cannot meet.
//!
//! Nothing is relaxed. Whether a format can be filled is decided exactly: seats and questions are matched, so
//! a question that fits two seats is given to the one that has no other.

use super::{FrozenSchemes, Paper, SetQuestion, SetSection, SetSources, TeacherNote, VERSION};
use super::{fingerprint, for_candidates, hex, markbands_of, minutes, sources_for_candidates};
use crate::bank::Bank;
use crate::bank::format::{Format, Section, Slot, SourceRule};
use crate::bank::question::Question;
use crate::bank::source::{Body, SourceSet};
use crate::diag::Fault;
use crate::span::At;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Chooses among questions. The same bank, format, topic and seed choose the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub u64);

/// Sets a paper, or returns every rule of the format that the bank cannot meet.
pub fn set(bank: &Bank, format: &Format, topic: Option<&str>, seed: Seed) -> Result<(Paper, FrozenSchemes), Vec<Fault>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed.0);
    let by_form = by_form(bank, topic);
    let mut short = Vec::new();
    // For each section that is asked about one source set: the sets it may have, in the order they are tried.
    let mut offered: Vec<Option<Vec<&SourceSet>>> = Vec::new();
    for section in &format.sections {
        offered.push(section.sources.as_ref().map(|rule| source_sets_for(bank, section, rule, &by_form, &mut random, &mut short)));
    }
    if !short.is_empty() {
        return Err(short);
    }
    let mut chosen = vec![None; format.sections.len()];
    match choose(bank, format, &by_form, &offered, &mut chosen, &mut random) {
        Ok(sections) => Ok(freeze(bank, format, topic, seed, sections)),
        Err(short) => Err(short),
    }
}

/// Returns whether the bank can fill a format, and if not, every rule it cannot meet.
pub fn shortfalls(bank: &Bank, format: &Format) -> Vec<Fault> {
    set(bank, format, None, Seed(0)).err().unwrap_or_default()
}

type ByForm<'b> = HashMap<&'b str, Vec<&'b Question>>;

/// Returns the questions that may be set, by form, in the order of their ids: those on the topic that have a
/// mark scheme for every part.
fn by_form<'b>(bank: &'b Bank, topic: Option<&str>) -> ByForm<'b> {
    let mut forms = ByForm::new();
    for question in &bank.questions {
        let on_topic = topic.is_none_or(|wanted| has_topic(bank, question, wanted));
        let markable = question.parts_with_ids().all(|(id, _)| bank.scheme(&id).is_some());
        if on_topic && markable {
            forms.entry(question.form.as_str()).or_default().push(question);
        }
    }
    forms.values_mut().for_each(|questions| questions.sort_by(|a, b| a.id.value.cmp(&b.id.value)));
    forms
}

/// Returns whether a question, or the source set it is asked about, is on a topic or within it.
fn has_topic(bank: &Bank, question: &Question, wanted: &str) -> bool {
    let set = question.source_set.as_ref().and_then(|id| bank.source_set(id));
    let of_set = set.map_or(&[][..], |set| set.topics.as_slice());
    question.topics.iter().chain(of_set).any(|topic| bank.lies_within(topic, wanted))
}

/// One place for a question.
struct Seat<'f> {
    section: usize,
    slot: &'f Slot,
    /// The topic it must be on.
    topic: Option<&'f At<String>>,
}

/// Chooses a source set for each section that has one, and then a question for every seat of the paper at once. Where
/// the first choice of sets leaves a seat empty, the others are tried.
fn choose<'b>(
    bank: &'b Bank,
    format: &Format,
    by_form: &ByForm<'b>,
    offered: &[Option<Vec<&'b SourceSet>>],
    chosen: &mut Vec<Option<&'b SourceSet>>,
    random: &mut ChaCha8Rng,
) -> Result<Vec<Vec<&'b Question>>, Vec<Fault>> {
    let open = (0..offered.len()).find(|section| offered[*section].is_some() && chosen[*section].is_none());
    let Some(section) = open else { return fill(bank, format, by_form, chosen, random) };
    let mut first = None;
    for set in offered[section].iter().flatten() {
        chosen[section] = Some(set);
        match choose(bank, format, by_form, offered, chosen, random) {
            Ok(sections) => return Ok(sections),
            Err(short) => first = first.or(Some(short)),
        }
    }
    chosen[section] = None;
    Err(first.unwrap_or_default())
}

/// Fills every seat of a paper, one question each, the source sets being chosen.
fn fill<'b>(
    bank: &'b Bank,
    format: &Format,
    by_form: &ByForm<'b>,
    chosen: &[Option<&'b SourceSet>],
    random: &mut ChaCha8Rng,
) -> Result<Vec<Vec<&'b Question>>, Vec<Fault>> {
    let mut seats = Vec::new();
    for (section, slot) in format.sections.iter().enumerate().flat_map(|(n, section)| section.slots.iter().map(move |slot| (n, slot))) {
        let each = slot.count.unwrap_or(1);
        let topics: Vec<_> = if slot.each_of.is_empty() { vec![None] } else { slot.each_of.iter().map(Some).collect() };
        seats.extend(topics.into_iter().flat_map(|topic| (0..each).map(move |_| Seat { section, slot, topic })));
    }
    let candidates: Vec<Vec<&Question>> = seats
        .iter()
        .map(|seat| {
            let fits = |question: &&Question| {
                let on_set = chosen[seat.section].is_none_or(|set| is_about(question, set));
                on_set && seat.topic.is_none_or(|topic| has_topic(bank, question, topic))
            };
            let mut fitting: Vec<_> = by_form.get(seat.slot.form.as_str()).into_iter().flatten().copied().filter(fits).collect();
            shuffle(&mut fitting, random);
            fitting
        })
        .collect();
    let seating = seat_all(&candidates);
    // One fault for all empty seats of a slot and topic.
    let mut short: Vec<(&Seat, u16)> = Vec::new();
    for (seat, _) in seats.iter().zip(&seating).filter(|(_, taken)| taken.is_none()) {
        match short.iter_mut().find(|(other, _)| std::ptr::eq(other.slot, seat.slot) && other.topic == seat.topic) {
            Some((_, missing)) => *missing += 1,
            None => short.push((seat, 1)),
        }
    }
    if !short.is_empty() {
        return Err(short.into_iter().map(|(seat, missing)| shortfall(bank, seat, missing)).collect());
    }
    let mut sections = vec![Vec::new(); format.sections.len()];
    for ((seat, candidates), taken) in seats.iter().zip(&candidates).zip(seating) {
        sections[seat.section].extend(taken.map(|index| candidates[index]));
    }
    Ok(sections)
}

fn shortfall(bank: &Bank, seat: &Seat, missing: u16) -> Fault {
    let slot = seat.slot;
    let topic = seat.topic.map(|topic| bank.topic(topic).map_or(topic.as_str(), |topic| topic.title.as_str()));
    let fault = Fault::error(if topic.is_some() { "short-of-topic" } else { "short-of-questions" });
    let fault = fault.at(slot.form.span).with("form", form_title(bank, slot)).with("topic", topic.unwrap_or_default());
    fault.with("wanted", slot.count.unwrap_or(1)).with("missing", missing)
}

fn form_title<'b>(bank: &'b Bank, slot: &'b Slot) -> &'b str {
    bank.form(&slot.form).map_or(slot.form.as_str(), |form| form.title.as_str())
}

/// Seats as many questions as can be seated, each once. Returns for each seat the index of its candidate.
/// (Augmenting paths: a seat may ask the sitter of another to move to a further seat of theirs.)
fn seat_all(candidates: &[Vec<&Question>]) -> Vec<Option<usize>> {
    fn place<'q>(
        seat: usize,
        candidates: &[Vec<&'q Question>],
        asked: &mut HashSet<&'q str>,
        sitter: &mut HashMap<&'q str, (usize, usize)>,
    ) -> bool {
        for (index, question) in candidates[seat].iter().enumerate() {
            if !asked.insert(question.id.as_str()) {
                continue;
            }
            let free = match sitter.get(question.id.as_str()).copied() {
                None => true,
                Some((other, _)) => place(other, candidates, asked, sitter),
            };
            if free {
                sitter.insert(&question.id, (seat, index));
                return true;
            }
        }
        false
    }
    let mut sitter = HashMap::new();
    for seat in 0..candidates.len() {
        place(seat, candidates, &mut HashSet::new(), &mut sitter);
    }
    let mut seating = vec![None; candidates.len()];
    for (seat, index) in sitter.into_values() {
        seating[seat] = Some(index);
    }
    seating
}

fn is_about(question: &Question, set: &SourceSet) -> bool {
    question.source_set.as_ref().is_some_and(|id| id.value == set.id.value)
}

/// Returns the source sets that a section may be asked about, in the order in which they are to be tried: those that
/// meet the rule and have questions for every slot. Where there is none, tells why each is not.
fn source_sets_for<'b>(
    bank: &'b Bank,
    section: &Section,
    rule: &SourceRule,
    by_form: &ByForm<'b>,
    random: &mut ChaCha8Rng,
    short: &mut Vec<Fault>,
) -> Vec<&'b SourceSet> {
    // The sets that some question of these forms is asked about; no other is meant for this section at all.
    let mut about: HashMap<&str, Vec<&Question>> = HashMap::new();
    let mut forms: Vec<&str> = section.slots.iter().map(|slot| slot.form.as_str()).collect();
    forms.sort_unstable();
    forms.dedup();
    for question in forms.iter().flat_map(|form| by_form.get(form)).flatten() {
        if let Some(set) = &question.source_set {
            about.entry(set).or_default().push(question);
        }
    }
    let mut sets: Vec<_> = bank.source_sets.iter().filter(|set| about.contains_key(set.id.as_str())).collect();
    sets.sort_by(|a, b| a.id.value.cmp(&b.id.value));
    shuffle(&mut sets, random);
    let mut fit = Vec::new();
    let mut reasons = Vec::new();
    for set in &sets {
        let mut faults = against_rule(set, rule);
        for form in &forms {
            let slots = || section.slots.iter().filter(|slot| slot.form.value == **form);
            let wanted: usize = slots().map(Slot::seats).sum();
            let there = about[set.id.as_str()].iter().filter(|question| question.form.value == **form).count();
            if let Some(slot) = slots().next().filter(|_| there < wanted) {
                let fault = Fault::error("set-without-question").at(set.id.span).with("set", &set.id.value);
                faults.push(fault.with("form", form_title(bank, slot)).with("has", there).with("wants", wanted));
            }
        }
        match faults.is_empty() {
            true => fit.push(*set),
            false => reasons.extend(faults),
        }
    }
    if fit.is_empty() {
        let forms = section.slots.iter().map(|slot| slot.form.as_str()).collect::<Vec<_>>().join(", ");
        let mut fault = Fault::error("short-of-source-set").with("sets", sets.len()).with("forms", forms);
        fault.span = section.slots.first().map(|slot| slot.form.span);
        reasons.sort_by_key(|fault| fault.span);
        short.push(fault);
        short.extend(reasons);
    }
    fit
}

/// Returns every way in which a source set breaks a rule.
fn against_rule(set: &SourceSet, rule: &SourceRule) -> Vec<Fault> {
    let has = |what: &str, has: usize, wants: String| {
        Fault::error("source-set-rule").at(set.id.span).with("set", &set.id.value).with("what", what).with("has", has).with("wants", wants)
    };
    let mut faults = Vec::new();
    if set.sources.len() != rule.count as usize {
        faults.push(has("sources", set.sources.len(), rule.count.to_string()));
    }
    let non_text = set.sources.iter().filter(|source| source.body.is_non_text()).count();
    if let Some(wanted) = rule.non_text.filter(|wanted| *wanted as usize != non_text) {
        faults.push(has("sources that are not text", non_text, wanted.to_string()));
    }
    if let Some(most) = rule.max_words.filter(|most| set.words() > *most as usize) {
        faults.push(has("words to read", set.words(), format!("at most {most}")));
    }
    faults
}

fn shuffle<T>(items: &mut [T], random: &mut ChaCha8Rng) {
    for end in (1..items.len()).rev() {
        // Multiply and shift: the same on every machine, and even enough for choosing questions.
        let pick = ((random.next_u64() as u128 * (end as u128 + 1)) >> 64) as usize;
        items.swap(end, pick);
    }
}

/// Numbers the questions and copies out everything the paper needs.
fn freeze(bank: &Bank, format: &Format, topic: Option<&str>, seed: Seed, sections: Vec<Vec<&Question>>) -> (Paper, FrozenSchemes) {
    let mut paper = Paper {
        markband: VERSION,
        reference: String::new(),
        seed: seed.0,
        topic: topic.map(str::to_owned),
        bank: bank_fingerprint(bank),
        format: format.clone(),
        sections: Vec::new(),
        source_sets: Vec::new(),
        pictures: BTreeMap::new(),
    };
    let mut frozen =
        FrozenSchemes { markband: VERSION, reference: String::new(), markbands: Vec::new(), schemes: Vec::new(), notes: Vec::new() };
    let mut next = 1;
    for (section, questions) in format.sections.iter().zip(sections) {
        let numbers = section.slots.iter().flat_map(|slot| (0..slot.seats()).map(|_| slot.number.clone()));
        let mut set_questions = Vec::new();
        for (question, number) in questions.into_iter().zip(numbers) {
            let number = number.unwrap_or_else(|| next.to_string());
            next += 1;
            set_questions.push(freeze_question(bank, question, number, &mut paper, &mut frozen));
        }
        paper.sections.push(SetSection { questions: set_questions });
    }
    let digest = Sha256::digest(serde_json::to_vec(&paper).expect("records are always JSON"));
    paper.reference = format!("MB-{}-{}", hex(&digest, 2), hex(&digest[2..], 2)).to_uppercase();
    frozen.reference.clone_from(&paper.reference);
    (paper, frozen)
}

fn freeze_question(bank: &Bank, question: &Question, number: String, paper: &mut Paper, frozen: &mut FrozenSchemes) -> SetQuestion {
    if let Some(set) = question.source_set.as_ref().and_then(|id| bank.source_set(id))
        && !paper.source_sets.iter().any(|known| known.set.id == set.id)
    {
        let note = |label: Option<&String>, title: &str, text: &String| TeacherNote {
            number: None,
            label: label.cloned(),
            title: Some(title.to_owned()),
            text: text.clone(),
        };
        frozen.notes.extend(set.note.iter().map(|text| note(None, &set.title, text)));
        for source in &set.sources {
            let about = source.provenance.iter().map(|text| note(Some(&source.label.value), &source.title, text));
            frozen.notes.extend(about);
        }
        let set = sources_for_candidates(set);
        for source in &set.sources {
            if let Body::Picture(picture) = &source.body
                && let Some(file) = &picture.file
                && let Some(svg) = bank.pictures.get(&file.value)
            {
                paper.pictures.insert(file.value.clone(), svg.clone());
            }
        }
        paper.source_sets.push(SetSources { hash: fingerprint(&set), set });
    }
    let mut scheme_hashes = Vec::new();
    for scheme in question.parts_with_ids().filter_map(|(id, _)| bank.scheme(&id)) {
        let bands: Vec<_> = markbands_of(scheme).into_iter().filter_map(|id| bank.markbands(id)).collect();
        scheme_hashes.push(fingerprint(&(scheme, &bands)));
        frozen.schemes.push(scheme.clone());
        for bands in bands {
            if frozen.markbands(&bands.id).is_none() {
                frozen.markbands.push(bands.clone());
            }
        }
    }
    let note = |text: &String| TeacherNote { number: Some(number.clone()), label: None, title: None, text: text.clone() };
    frozen.notes.extend(question.note.iter().map(note));
    let question = for_candidates(question);
    let minutes = bank.form(&question.form).map(minutes).unwrap_or_default();
    SetQuestion { number, hash: fingerprint(&question), scheme_hashes, minutes, question }
}

/// Returns the fingerprint of everything the bank was read from.
fn bank_fingerprint(bank: &Bank) -> String {
    let mut hasher = Sha256::new();
    for text in bank.own_files.iter().map(|file| bank.files.text(*file)).chain(bank.pictures.values().map(String::as_str)) {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text);
    }
    hex(&hasher.finalize(), 8)
}
