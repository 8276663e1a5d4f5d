//! `markband show`: one thing of the bank, whole.

use super::{Desk, Listing, Outcome};
use crate::bank::Bank;
use crate::bank::format::SourceName;
use crate::diag::{Fault, nearest};
use crate::document::item;
use crate::view::term::term;
use serde_json::{Value, json};

/// Shows a question, source, set, mark scheme, format, topic or table of markbands by its id
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Its id, as `markband list` gives it
    id: String,
    /// How it is printed
    #[arg(long, value_enum, default_value_t)]
    format: Listing,
}

pub fn run(args: &Args, desk: &Desk) -> Outcome {
    let bank = desk.load_for_use()?;
    let found = find(&bank, &args.id);
    if found.is_empty() {
        let near = nearest(&args.id, ids(&bank));
        let cure = match near {
            Some(near) => desk.words.say("screen.did-you-mean", &[("id", &near)]),
            None => desk.words.get("screen.see-list"),
        };
        return Err(Fault::error("nothing-by-that-id").with("id", &args.id).with("cure", cure).into());
    }
    if args.format == Listing::Json {
        let json: serde_json::Map<String, Value> = found.into_iter().collect();
        return desk.json(&json);
    }
    let document = item::item(&bank, &args.id, SourceName::Source, &desk.words);
    desk.line(term(&document, desk.width(), true).trim_end())
}

/// Returns everything that has the id, by kind.
fn find(bank: &Bank, id: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let mut add = |kind: &str, value: Option<Value>| found.extend(value.map(|value| (kind.to_owned(), value)));
    add("question", bank.question(id).map(|item| json!(item)));
    add("part", bank.part(id).filter(|(question, _)| question.id.value != id).map(|(_, part)| json!(part)));
    add("scheme", bank.scheme(id).map(|item| json!(item)));
    add("source_set", bank.source_set(id).map(|item| json!(item)));
    add("source", bank.source(id).map(|(_, item)| json!(item)));
    add("format", bank.format(id).map(|item| json!(item)));
    add("form", bank.form(id).map(|item| json!(item)));
    add("markbands", bank.markbands(id).map(|item| json!(item)));
    add("topic", bank.topic(id).map(|item| json!(item)));
    found
}

fn ids(bank: &Bank) -> impl Iterator<Item = &str> {
    let sources = bank.source_sets.iter().flat_map(|set| std::iter::once(&set.id).chain(set.sources.iter().map(|source| &source.id)));
    let questions = bank.questions.iter().map(|question| &question.id);
    let schemes = bank.schemes.iter().map(|scheme| &scheme.part);
    let forms = bank.forms.iter().map(|form| &form.id).chain(bank.markbands.iter().map(|bands| &bands.id));
    let others = bank.formats.iter().map(|format| &format.id).chain(bank.topics.iter().map(|topic| &topic.id)).chain(forms);
    questions.chain(sources).chain(schemes).chain(others).map(|id| id.value.as_str())
}
