//! One item of the bank by itself, for authors: everything that has an id, with its mark scheme.

use super::mark_scheme::{markbands_blocks, scheme_blocks};
use super::source_booklet::source;
use super::{Block, Document, Furniture, Kind, QuestionBlock, part_block, text};
use crate::bank::Bank;
use crate::bank::format::{Format, SourceName};
use crate::bank::question::Question;
use crate::words::Words;

/// Returns everything the bank has under an id.
pub fn item(bank: &Bank, id: &str, name: SourceName, words: &Words) -> Document {
    let mut blocks = Vec::new();
    if let Some(question) = bank.question(id) {
        blocks.extend(of_question(bank, question, words));
    } else if let Some((_, part)) = bank.part(id) {
        blocks.push(Block::Asked { number: id.to_owned(), parts: vec![part_block(part, words)], stem: None });
        blocks.extend(of_scheme(bank, id, part.marks.value, words));
    }
    if let Some(set) = bank.source_set(id) {
        blocks.push(Block::Heading { level: 2, text: set.title.clone() });
        blocks.extend(set.note.iter().map(|note| Block::Paragraph { text: text(note) }));
        for item in &set.sources {
            blocks.push(Block::Source(source(item, name, &bank.pictures, words)));
        }
    }
    if let Some((_, item)) = bank.source(id) {
        blocks.push(Block::Source(source(item, name, &bank.pictures, words)));
        blocks.extend(item.provenance.iter().map(|provenance| Block::Paragraph { text: text(provenance) }));
    }
    if let Some(format) = bank.format(id) {
        blocks.extend(of_format(bank, format, words));
    }
    if let Some(form) = bank.form(id) {
        blocks.push(Block::Heading { level: 2, text: form.title.clone() });
        let items = form.parts.iter().map(|part| {
            let label = part.label.as_ref().map(|label| format!("({label}) ")).unwrap_or_default();
            let marks = words.count("question.marks", part.marks);
            let minutes = words.count("time.minutes", part.minutes);
            text(&format!("{label}{marks}, {}, {minutes}", part.method.word()))
        });
        blocks.push(Block::List { items: items.collect() });
    }
    if let Some(bands) = bank.markbands(id) {
        blocks.extend(markbands_blocks(bands, words));
    }
    if let Some(topic) = bank.topic(id) {
        blocks.push(Block::Heading { level: 2, text: topic.title.clone() });
        let on_topic = bank.questions.iter().filter(|question| question.topics.iter().any(|topic| bank.lies_within(topic, id)));
        blocks.push(Block::List { items: on_topic.map(|question| text(&question.id)).collect() });
    }
    Document {
        kind: Kind::Item,
        lang: "en".to_owned(),
        title: id.to_owned(),
        reference: id.to_owned(),
        furniture: Furniture::default(),
        cover: None,
        blocks,
    }
}

fn of_question(bank: &Bank, question: &Question, words: &Words) -> Vec<Block> {
    let mut blocks = vec![Block::Question(QuestionBlock {
        number: question.id.value.clone(),
        spoken: question.id.value.clone(),
        stem: question.stem.as_deref().map(text),
        parts: question.parts.iter().map(|part| part_block(part, words)).collect(),
    })];
    blocks.extend(question.note.iter().map(|note| Block::Paragraph { text: text(note) }));
    for (id, part) in question.parts_with_ids() {
        blocks.push(Block::Heading { level: 2, text: words.say("screen.show.scheme-of", &[("part", &id)]) });
        blocks.extend(of_scheme(bank, &id, part.marks.value, words));
    }
    blocks
}

fn of_scheme(bank: &Bank, part: &str, marks: u16, words: &Words) -> Vec<Block> {
    match bank.scheme(part) {
        Some(scheme) => scheme_blocks(scheme, marks, &|id| bank.markbands(id), words),
        None => Vec::new(),
    }
}

fn of_format(bank: &Bank, format: &Format, words: &Words) -> Vec<Block> {
    let style = words.say("cover.style", &[("style", &format.style)]);
    let mut blocks = vec![Block::Heading { level: 2, text: format!("{style}: {}, {}", format.subject, format.paper) }];
    blocks.extend(format.practice_form.iter().map(|note| Block::Paragraph { text: text(note) }));
    blocks.push(Block::List { items: format.instructions.iter().map(|line| text(line)).collect() });
    for section in &format.sections {
        blocks.extend(section.title.iter().map(|title| Block::Heading { level: 3, text: title.clone() }));
        let items = section.slots.iter().map(|slot| {
            let title = bank.form(&slot.form).map_or(slot.form.as_str(), |form| form.title.as_str());
            text(&words.say("screen.show.slot", &[("n", &slot.seats()), ("form", &title)]))
        });
        blocks.push(Block::List { items: items.collect() });
    }
    let short: Vec<_> = crate::paper::setting::shortfalls(bank, format).iter().map(|fault| text(&words.fault(fault).0)).collect();
    let state = if short.is_empty() { "screen.show.can-be-set" } else { "screen.show.short-of" };
    blocks.push(Block::Paragraph { text: text(&words.get(state)) });
    if !short.is_empty() {
        blocks.push(Block::List { items: short });
    }
    blocks.extend(format.note.iter().map(|note| Block::Paragraph { text: text(note) }));
    blocks
}
