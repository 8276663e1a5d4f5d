//! `markband check`: every fault of a bank at once.

use super::{Desk, Listing, Outcome, Stop};
use crate::diag::Severity;
use crate::shell::faults;
use serde_json::json;

/// Reports every fault of the bank at once, each with its place and its cure
#[derive(clap::Args, Debug)]
pub struct Args {
    /// How the faults are printed
    #[arg(long, value_enum, default_value_t)]
    format: Listing,
}

pub fn run(args: &Args, desk: &Desk) -> Outcome {
    let (bank, found) = match desk.load() {
        // A folder that is not there is wrong use; a script still gets what it can read.
        Err(Stop::Use(faults)) if args.format == Listing::Json => {
            let none = crate::span::Files::default();
            desk.json(&json!({"errors": faults.len(), "warnings": 0, "faults": faults.iter().map(|fault| faults::json(fault, &none, &desk.words)).collect::<Vec<_>>()}))?;
            return Err(Stop::Use(Vec::new()));
        }
        other => other?,
    };
    let errors = found.iter().filter(|fault| fault.severity == Severity::Error).count();
    let warnings = found.len() - errors;
    match args.format {
        Listing::Json => {
            let faults: Vec<_> = found.iter().map(|fault| faults::json(fault, &bank.files, &desk.words)).collect();
            desk.json(&json!({"errors": errors, "warnings": warnings, "faults": faults}))?;
        }
        Listing::Text => {
            for fault in &found {
                desk.line(&format!("{}\n", faults::render(fault, &bank.files, &desk.words)))?;
            }
            let words = &desk.words;
            let counts = [
                words.count("screen.counts.questions", bank.questions.len() as u64),
                words.count("screen.counts.source-sets", bank.source_sets.len() as u64),
                words.count("screen.counts.schemes", bank.schemes.len() as u64),
                words.count("screen.counts.formats", bank.formats.len() as u64),
            ];
            desk.say("screen.check.read", &[("counts", &counts.join(", "))])?;
            match found.is_empty() {
                true => desk.say("screen.check.clean", &[])?,
                false => {
                    let errors = words.count("screen.counts.errors", errors as u64);
                    let warnings = words.count("screen.counts.warnings", warnings as u64);
                    desk.say("screen.check.found", &[("errors", &errors), ("warnings", &warnings)])?;
                }
            }
        }
    }
    if errors > 0 { Err(Stop::Finding) } else { Ok(()) }
}
