//! The question paper. It is built from the [`Paper`] alone, which holds nothing of the mark schemes.

use super::{Block, Document, Fact, Kind, QuestionBlock, begin, duration, part_block, text};
use crate::paper::{Paper, SetQuestion};
use crate::words::Words;

/// Returns the question paper.
pub fn exam_paper(paper: &Paper, words: &Words) -> Document {
    let mut document = begin(paper, Kind::QuestionPaper, "question-paper", words);
    let format = &paper.format;
    if let Some(cover) = &mut document.cover {
        let mut fact = |name: &str, value: String| cover.facts.push(Fact { name: words.get(&format!("cover.{name}")), value });
        fact("time", duration(format.minutes, words));
        if let Some(reading) = format.reading_minutes {
            fact("reading-time", duration(reading, words));
        }
        fact("maximum-mark", format.marks.to_string());
        if let Some(years) = &format.years {
            fact("examinations-of", years.clone());
        }
        cover.fields = vec![words.get("cover.name"), words.get("cover.class"), words.get("cover.date")];
        cover.instructions = format.instructions.iter().map(|line| text(line)).collect();
    }
    for set in &paper.source_sets {
        let key = format!("question.about-{}", paper.source_name().word());
        document.blocks.push(Block::Instruction { text: text(&words.say(&key, &[("about", &set.set.about)])) });
    }
    for (n, (section, questions)) in paper.sections().enumerate() {
        // Questions stand under a heading of their own, for those who find their way by headings.
        match &section.title {
            Some(title) => document.blocks.push(Block::Heading { level: 2, text: title.clone() }),
            None if n == 0 => document.blocks.push(Block::Heading { level: 2, text: words.get("question.heading") }),
            None => {}
        }
        if let Some(instruction) = &section.instruction {
            document.blocks.push(Block::Instruction { text: text(instruction) });
        }
        document.blocks.extend(questions.iter().map(|set| Block::Question(question(set, words))));
    }
    document
}

/// Returns a question as printed.
pub fn question(set: &SetQuestion, words: &Words) -> QuestionBlock {
    QuestionBlock {
        number: set.number.clone(),
        spoken: words.say("question.spoken", &[("number", &set.number)]),
        stem: set.question.stem.as_deref().map(text),
        parts: set.question.parts.iter().map(|part| part_block(part, words)).collect(),
    }
}
