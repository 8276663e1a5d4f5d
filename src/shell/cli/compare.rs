//! `markband compare`: how a paper set before differs from the bank of today.

use super::print::open;
use super::{Desk, Listing, Outcome, Stop};
use crate::paper::comparison::{Change, ItemKind, compare};
use similar::TextDiff;
use std::path::PathBuf;

/// Compares a paper set before with the bank of today, and shows what has changed
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The paper: its folder or its paper.yaml
    paper: PathBuf,
    /// How the comparison is printed
    #[arg(long, value_enum, default_value_t)]
    format: Listing,
}

pub fn run(args: &Args, desk: &Desk) -> Outcome {
    let bank = desk.load_for_use()?;
    let (_, paper, frozen) = open(&args.paper, desk)?;
    let items = compare(&bank, &paper, frozen.as_ref());
    let changed = items.iter().any(|item| item.change != Change::Unchanged);
    if args.format == Listing::Json {
        desk.json(&items)?;
    } else {
        for item in &items {
            let kind = match item.kind {
                ItemKind::Question => "question",
                ItemKind::SourceSet => "source-set",
                ItemKind::MarkScheme => "scheme",
            };
            let change = match item.change {
                Change::Unchanged => "unchanged",
                Change::Gone => "gone",
                Change::Changed => "changed",
            };
            let kind = desk.words.get(&format!("screen.compare.{kind}"));
            desk.say(&format!("screen.compare.{change}"), &[("kind", &kind), ("id", &item.id)])?;
            match (&item.then, &item.now) {
                (Some(then), Some(now)) => {
                    let diff = TextDiff::from_lines(then, now);
                    desk.line(&diff.unified_diff().context_radius(2).to_string())?;
                }
                (None, Some(_)) => desk.say("screen.compare.no-earlier", &[])?,
                (_, None) => {}
            }
        }
    }
    if changed { Err(Stop::Finding) } else { Ok(()) }
}
