//! Setting: from a bank, a format and a seed to a paper, or to the rules that the bank cannot meet.
//!
//! Nothing is relaxed. Whether a format can be filled is decided exactly: seats and questions are matched, so
//! a question that fits two seats is given to the one that has no other.

use super::{FrozenSchemes, Paper, SetQuestion, SetSection, SetSources, TeacherNote, VERSION};
use super::{fingerprint, for_candidates, hex, markbands_of, minutes, sources_for_candidates};
use crate::bank::Bank;
use crate::bank::format::{Format, Section, SourceRule};
use crate::bank::question::Question;
use crate::bank::source::{Body, SourceSet};
use crate::diag::Fault;
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
    let mut short = Vec::new();
    let mut taken = HashSet::new();
    let mut sections = Vec::new();
    for section in &format.sections {
        let by_form = by_form(bank, topic, &taken);
        let chosen = match &section.sources {
            Some(rule) => choose_with_sources(bank, section, rule, &by_form, &mut random, &mut short),
            None => choose(bank, section, &by_form, &mut random, &mut short),
        };
        taken.extend(chosen.iter().map(|question| question.id.as_str()));
        sections.push(chosen);
    }
    if !short.is_empty() {
        return Err(short);
    }
    Ok(freeze(bank, format, topic, seed, sections))
}

/// Returns whether the bank can fill a format, and if not, every rule it cannot meet.
pub fn shortfalls(bank: &Bank, format: &Format) -> Vec<Fault> {
    set(bank, format, None, Seed(0)).err().unwrap_or_default()
}

type ByForm<'b> = HashMap<&'b str, Vec<&'b Question>>;

/// Returns the questions that may be set, by form, in the order of their ids: those on the topic that have a
/// mark scheme for every part and are not yet on the paper.
fn by_form<'b>(bank: &'b Bank, topic: Option<&str>, taken: &HashSet<&str>) -> ByForm<'b> {
    let mut forms = ByForm::new();
    for question in &bank.questions {
        let on_topic = topic.is_none_or(|wanted| has_topic(bank, question, wanted));
        let markable = question.parts_with_ids().all(|(id, _)| bank.scheme(&id).is_some());
        if on_topic && markable && !taken.contains(question.id.as_str()) {
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

/// Fills the seats of a section, one question each.
fn choose<'b>(
    bank: &'b Bank,
    section: &Section,
    by_form: &ByForm<'b>,
    random: &mut ChaCha8Rng,
    short: &mut Vec<Fault>,
) -> Vec<&'b Question> {
    // One seat for each question wanted: the slot it belongs to and the topic it must be on.
    let mut seats = Vec::new();
    for slot in &section.slots {
        let each = slot.count.unwrap_or(1);
        match slot.each_of.as_slice() {
            [] => seats.extend((0..each).map(|_| (slot, None))),
            topics => seats.extend(topics.iter().flat_map(|topic| (0..each).map(move |_| (slot, Some(topic))))),
        }
    }
    let mut candidates: Vec<Vec<&Question>> = Vec::new();
    for (slot, topic) in &seats {
        let of_form = by_form.get(slot.form.as_str()).map_or(&[][..], Vec::as_slice);
        let fits = |question: &&&Question| topic.is_none_or(|topic| has_topic(bank, question, topic));
        let mut fitting: Vec<_> = of_form.iter().filter(fits).copied().collect();
        shuffle(&mut fitting, random);
        candidates.push(fitting);
    }
    let seating = seat(&candidates);
    let mut missing: BTreeMap<usize, (Fault, u16)> = BTreeMap::new();
    for (index, (slot, topic)) in seats.iter().enumerate().filter(|(index, _)| seating[*index].is_none()) {
        // One fault for all empty seats of a slot and topic.
        let first = seats.iter().position(|seat| std::ptr::eq(seat.0, *slot) && seat.1 == *topic).unwrap_or(index);
        let title = bank.form(&slot.form).map_or(slot.form.as_str(), |form| form.title.as_str());
        let topic_title = topic.map(|topic| bank.topic(topic).map_or(topic.as_str(), |topic| topic.title.as_str()));
        let code = if topic_title.is_some() { "short-of-topic" } else { "short-of-questions" };
        let entry = missing.entry(first).or_insert_with(|| {
            let fault = Fault::error(code).at(slot.form.span).with("form", title).with("id", &slot.form.value);
            let fault = fault.with("topic", topic_title.unwrap_or_default()).with("wanted", slot.count.unwrap_or(1));
            (fault, 0)
        });
        entry.1 += 1;
    }
    short.extend(missing.into_values().map(|(fault, n)| fault.with("missing", n)));
    seating.iter().enumerate().filter_map(|(seat, question)| Some(candidates[seat][(*question)?])).collect()
}

/// Seats as many questions as can be seated, each once. Returns for each seat the index of its candidate.
/// (Augmenting paths: a seat may ask the sitter of another to move to a further seat of theirs.)
fn seat(candidates: &[Vec<&Question>]) -> Vec<Option<usize>> {
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

/// Chooses a source set that meets the rule and has a question for every slot, and the questions.
fn choose_with_sources<'b>(
    bank: &'b Bank,
    section: &Section,
    rule: &SourceRule,
    by_form: &ByForm<'b>,
    random: &mut ChaCha8Rng,
    short: &mut Vec<Fault>,
) -> Vec<&'b Question> {
    let about = |set: &SourceSet, form: &str| -> Vec<&'b Question> {
        let of_form = by_form.get(form).map_or(&[][..], Vec::as_slice);
        of_form.iter().filter(|q| q.source_set.as_ref().is_some_and(|id| id.value == set.id.value)).copied().collect()
    };
    // Only a set that has some question of these forms is meant for this section at all.
    let mut sets: Vec<_> =
        bank.source_sets.iter().filter(|set| section.slots.iter().any(|slot| !about(set, &slot.form).is_empty())).collect();
    sets.sort_by(|a, b| a.id.value.cmp(&b.id.value));
    shuffle(&mut sets, random);
    let mut reasons = Vec::new();
    for set in &sets {
        let mut faults = against_rule(set, rule);
        let mut chosen = Vec::new();
        for slot in &section.slots {
            let mut questions = about(set, &slot.form);
            shuffle(&mut questions, random);
            if questions.len() < slot.seats() {
                let title = bank.form(&slot.form).map_or(slot.form.as_str(), |form| form.title.as_str());
                let fault = Fault::error("set-without-question").at(set.id.span).with("set", &set.id.value).with("form", title);
                faults.push(fault.with("id", &slot.form.value));
            }
            chosen.extend(questions.into_iter().take(slot.seats()));
        }
        if faults.is_empty() {
            return chosen;
        }
        reasons.extend(faults);
    }
    let span = section.slots.first().map(|slot| slot.form.span);
    let mut fault = Fault::error("short-of-source-set")
        .with("sets", sets.len())
        .with("forms", section.slots.iter().map(|slot| slot.form.as_str()).collect::<Vec<_>>().join(", "));
    fault.span = span;
    short.push(fault);
    short.extend(reasons);
    Vec::new()
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
    for text in bank.files.ids().map(|file| bank.files.text(file)).chain(bank.pictures.values().map(String::as_str)) {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text);
    }
    hex(&hasher.finalize(), 8)
}
