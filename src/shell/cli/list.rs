//! `markband list`: what a bank has, a row each.

use super::{Desk, Listing, Outcome};
use crate::bank::Bank;
use crate::bank::question::Question;
use crate::paper::setting::shortfalls;
use clap::ValueEnum;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

/// Lists what the bank has
#[derive(clap::Args, Debug)]
pub struct Args {
    /// What to list
    #[arg(value_enum)]
    what: What,
    /// How the list is printed
    #[arg(long, value_enum, default_value_t)]
    format: Listing,
}

#[derive(ValueEnum, Debug, Clone, Copy)]
enum What {
    Questions,
    Sources,
    Schemes,
    Formats,
    Topics,
}

pub fn run(args: &Args, desk: &Desk) -> Outcome {
    let bank = desk.load_for_use()?;
    let (name, rows) = match args.what {
        What::Questions => ("questions", questions(&bank)),
        What::Sources => ("sources", sources(&bank)),
        What::Schemes => ("schemes", schemes(&bank)),
        What::Formats => ("formats", formats(&bank, desk)),
        What::Topics => ("topics", topics(&bank)),
    };
    match args.format {
        Listing::Json => desk.json(&rows),
        Listing::Text => text(name, &rows, desk),
    }
}

fn questions(bank: &Bank) -> Vec<Value> {
    let row = |question: &Question| {
        let terms: Vec<_> = question.parts.iter().map(|part| part.command_term.word()).collect();
        json!({
            "id": question.id, "form": question.form, "marks": question.marks(), "command_term": terms.join(", "),
            "topics": question.topics, "source_set": question.source_set, "lang": question.lang,
            "text": question.parts.first().map(|part| &part.text),
        })
    };
    bank.questions.iter().map(row).collect()
}

fn sources(bank: &Bank) -> Vec<Value> {
    let of_set = |set: &crate::bank::source::SourceSet| -> Vec<Value> {
        let row = |source: &crate::bank::source::Source| {
            json!({
                "id": source.id, "set": set.id, "label": source.label, "kind": source.kind, "nature": source.nature,
                "date": source.date, "author": source.author, "title": source.title, "rights": source.rights.basis,
            })
        };
        set.sources.iter().map(row).collect()
    };
    bank.source_sets.iter().flat_map(of_set).collect()
}

fn schemes(bank: &Bank) -> Vec<Value> {
    let row = |scheme: &crate::bank::scheme::MarkScheme| {
        let part = bank.part(&scheme.part).map(|(_, part)| part);
        json!({
            "part": scheme.part, "method": scheme.method.kind(), "marks": part.map(|part| part.marks.value),
            "text": part.map(|part| &part.text),
        })
    };
    bank.schemes.iter().map(row).collect()
}

fn formats(bank: &Bank, desk: &Desk) -> Vec<Value> {
    let row = |format: &crate::bank::format::Format| {
        let short: Vec<_> = shortfalls(bank, format).iter().map(|fault| desk.words.fault(fault).0).collect();
        json!({
            "id": format.id, "style": format.style, "paper": format.paper, "marks": format.marks, "minutes": format.minutes,
            "can_be_set": short.is_empty(), "short_of": short, "practice_form": format.practice_form.is_some(),
        })
    };
    bank.formats.iter().map(row).collect()
}

fn topics(bank: &Bank) -> Vec<Value> {
    let row = |topic: &crate::bank::Topic| {
        let questions = bank.questions.iter().filter(|question| question.topics.iter().any(|id| bank.lies_within(id, &topic.id))).count();
        json!({"id": topic.id, "questions": questions, "within": topic.within, "title": topic.title})
    };
    bank.topics.iter().map(row).collect()
}

/// The columns that people are shown; scripts get every field.
fn columns(name: &str) -> &'static [&'static str] {
    match name {
        "questions" => &["id", "marks", "command_term", "topics", "text"],
        "sources" => &["id", "kind", "date", "title"],
        "schemes" => &["part", "method", "marks", "text"],
        "formats" => &["id", "marks", "minutes", "can_be_set"],
        _ => &["id", "questions", "title"],
    }
}

fn text(name: &str, rows: &[Value], desk: &Desk) -> Outcome {
    let columns = columns(name);
    let cell = |row: &Value, column: &str| match &row[column] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(yes) => match (yes, row["short_of"].as_array().map_or(&[][..], Vec::as_slice)) {
            (true, _) => desk.words.get("screen.list.can-be-set"),
            (false, [one]) => desk.words.say("screen.list.short", &[("what", &one.as_str().unwrap_or_default())]),
            (false, many) => {
                desk.words.say("screen.list.short-many", &[("what", &many[0].as_str().unwrap_or_default()), ("n", &(many.len() - 1))])
            }
        },
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    let head = columns.iter().map(|column| desk.words.get(&format!("screen.list.{column}"))).collect();
    let table: Vec<Vec<String>> =
        std::iter::once(head).chain(rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect())).collect();
    let last = columns.len() - 1;
    let widths: Vec<usize> = (0..last).map(|c| table.iter().map(|row| row[c].width()).max().unwrap_or(0)).collect();
    let room = desk.width().saturating_sub(widths.iter().map(|width| width + 2).sum());
    for (line, row) in table.iter().enumerate() {
        let mut out = String::new();
        for (text, width) in row.iter().zip(&widths) {
            out.push_str(&format!("{text}{}", " ".repeat(width - text.width() + 2)));
        }
        // A shortfall is said in full; a question's text is cut to the line.
        let cut = columns[last] != "can_be_set" && row[last].width() > room.max(24);
        match cut {
            true => out.push_str(&format!("{}…", row[last].chars().take(room.max(24) - 1).collect::<String>().trim_end())),
            false => out.push_str(&row[last]),
        }
        match line {
            0 => desk.line(&format!("{0}{out}{0:#}", anstyle::Style::new().bold()))?,
            _ => desk.line(&out)?,
        }
    }
    Ok(())
}
