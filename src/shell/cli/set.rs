//! `markband set`: chooses a paper from the bank and prints it.

use super::print::{Page, PageKind, Pages, print};
use super::{Desk, Outcome, Stop};
use crate::bank::Bank;
use crate::diag::{Fault, nearest};
use crate::paper::setting::{Seed, set};
use crate::paper::{FrozenSchemes, Paper, VERSION};
use crate::shell::{faults, files};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};

/// Sets a paper: chooses questions by the rules of an exam format and prints everything for a class
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The exam format, as `markband list formats` gives it
    #[arg(value_name = "FORMAT")]
    exam: String,
    /// Only questions on this topic
    #[arg(long)]
    topic: Option<String>,
    /// Chooses the same paper again; without it, a new one is chosen
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// The folder the paper is written to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    pages: Pages,
}

pub fn run(args: &Args, desk: &Desk) -> Outcome {
    let bank = desk.load_for_use()?;
    let Some(format) = bank.format(&args.exam) else {
        let known = || bank.formats.iter().map(|format| format.id.as_str());
        let cure = match nearest(&args.exam, known()) {
            Some(near) => desk.words.say("screen.did-you-mean", &[("id", &near)]),
            None => desk.words.say("screen.there-are", &[("what", &known().collect::<Vec<_>>().join(", "))]),
        };
        return Err(Stop::Use(vec![Fault::error("unknown-format").with("id", &args.exam).with("cure", cure)]));
    };
    if let Some(topic) = args.topic.as_ref().filter(|topic| bank.topic(topic).is_none()) {
        let cure = match nearest(topic, bank.topics.iter().map(|topic| topic.id.as_str())) {
            Some(near) => desk.words.say("screen.did-you-mean", &[("id", &near)]),
            None => desk.words.get("screen.see-topics"),
        };
        return Err(Stop::Use(vec![Fault::error("unknown-topic").with("id", topic).with("cure", cure)]));
    }
    let seed = Seed(args.seed.unwrap_or_else(new_seed));
    let (paper, frozen) = match set(&bank, format, args.topic.as_deref(), seed) {
        Ok(set) => set,
        Err(short) => return Err(cannot_set(&bank, args, &short, desk)),
    };
    let pages = print(&paper, Some(&frozen), args.pages.kind(), desk)?;
    // Only when everything new is at hand does the old make room.
    let kept = keep_earlier(&args.out, &paper, &frozen)?;
    write_all(&args.out, &paper, &frozen, &pages)?;
    say_what_was_set(args, &paper, &pages, kept.as_deref(), desk)
}

/// Returns a seed nobody chose. Small enough to be read out to a colleague.
fn new_seed() -> u64 {
    RandomState::new().hash_one(0) % 1_000_000
}

fn cannot_set(bank: &Bank, args: &Args, short: &[Fault], desk: &Desk) -> Stop {
    let practice = format!("{}-practice", args.exam);
    let lead = match &args.topic {
        Some(topic) => Fault::error("cannot-set-topic").with("topic", topic).with("cure", desk.words.get("screen.see-topics")),
        None if bank.format(&practice).is_some() => {
            Fault::error("cannot-set").with("cure", desk.words.say("screen.try-practice", &[("format", &practice)]))
        }
        None => Fault::error("cannot-set").with("cure", desk.words.get("screen.see-formats")),
    };
    let lead = lead.with("format", &args.exam);
    desk.complain(&[lead], &bank.files);
    for fault in short {
        let (says, cure) = desk.words.fault(fault);
        let says = match cure.is_empty() {
            true => says,
            false => format!("{says} {cure}"),
        };
        anstream::eprintln!("  - {says}");
    }
    Stop::Finding
}

/// Papers are not overwritten: an earlier one in the same folder is moved aside, and the folder is returned.
fn keep_earlier(out: &Path, paper: &Paper, frozen: &FrozenSchemes) -> Result<Option<PathBuf>, Stop> {
    let there = out.join(PAPER);
    let Ok(text) = std::fs::read_to_string(&there) else { return Ok(None) };
    let old_schemes = std::fs::read_to_string(out.join(SCHEMES)).unwrap_or_default();
    if text == yaml(PAPER_SCHEMA, paper) && old_schemes == yaml(SCHEMES_SCHEMA, frozen) {
        return Ok(None);
    }
    // Below teacher/, because an earlier paper has its mark scheme with it.
    let mut n = 1;
    let aside = loop {
        let free = out.join("teacher").join("earlier").join(n.to_string());
        if !free.exists() {
            break free;
        }
        n += 1;
    };
    let moved = |path: &Path, error: std::io::Error| Fault::error("cannot-write").with("path", path.display()).with("why", error);
    std::fs::create_dir_all(aside.join("teacher")).map_err(|error| moved(&aside, error))?;
    for name in EVERYTHING {
        let from = out.join(name);
        if from.exists() {
            std::fs::rename(&from, aside.join(name)).map_err(|error| moved(&from, error))?;
        }
    }
    Ok(Some(aside))
}

/// Every file that a paper may have.
const EVERYTHING: &[&str] = &[
    PAPER,
    SCHEMES,
    "question-paper.pdf",
    "source-booklet.pdf",
    "teacher/mark-scheme.pdf",
    "question-paper.html",
    "source-booklet.html",
    "teacher/mark-scheme.html",
];

/// The paper's file, and the mark schemes' below it.
pub const PAPER: &str = "paper.yaml";
pub const SCHEMES: &str = "teacher/mark-scheme.yaml";
const PAPER_SCHEMA: &str = "# A paper set by markband: everything candidates see. Print it again with `markband print`.\n";
const SCHEMES_SCHEMA: &str = "# The mark schemes of a paper as they were when it was set. Not for candidates.\n";

fn yaml(head: &str, record: &impl serde::Serialize) -> String {
    format!("{head}{}", serde_saphyr::to_string(record).expect("records are always YAML"))
}

fn write_all(out: &Path, paper: &Paper, frozen: &FrozenSchemes, pages: &[Page]) -> Outcome {
    for page in pages {
        files::write(&out.join(page.path), &page.bytes)?;
    }
    files::write(&out.join(SCHEMES), yaml(SCHEMES_SCHEMA, frozen).as_bytes())?;
    // The paper last: where it is, the set is complete.
    Ok(files::write(&out.join(PAPER), yaml(PAPER_SCHEMA, paper).as_bytes())?)
}

fn say_what_was_set(args: &Args, paper: &Paper, pages: &[Page], kept: Option<&Path>, desk: &Desk) -> Outcome {
    let format = &paper.format;
    let places: &[(&str, &dyn std::fmt::Display)] = &[
        ("style", &format.style),
        ("subject", &format.subject),
        ("paper", &format.paper),
        ("marks", &format.marks.value),
        ("minutes", &format.minutes),
        ("reference", &paper.reference),
        ("seed", &paper.seed),
    ];
    desk.say("screen.set.done", places)?;
    for page in pages {
        desk.say("screen.set.wrote", &[("path", &args.out.join(page.path).display()), ("what", &desk.words.get(page.words))])?;
    }
    for (path, words) in [(PAPER, "screen.set.paper-file"), (SCHEMES, "screen.set.schemes-file")] {
        desk.say("screen.set.wrote", &[("path", &args.out.join(path).display()), ("what", &desk.words.get(words))])?;
    }
    if let Some(kept) = kept {
        desk.say("screen.set.kept", &[("path", &kept.display())])?;
    }
    let mut again = vec!["markband".to_owned(), "set".to_owned(), args.exam.clone()];
    let mut option =
        |name: &str, value: Option<String>| again.extend(value.into_iter().flat_map(|value| [name.to_owned(), quoted(&value)]));
    option("--topic", args.topic.clone());
    option("--seed", Some(paper.seed.to_string()));
    option("--out", Some(args.out.display().to_string()));
    option("--format", (args.pages.kind() == PageKind::Html).then(|| "html".to_owned()));
    option("--bank", desk.bank.as_ref().map(|dir| dir.display().to_string()));
    option("--templates", desk.template_dir.as_ref().map(|dir| dir.display().to_string()));
    desk.say("screen.set.again", &[("command", &again.join(" "))])
}

/// Returns a word of a command as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_./:=+,@".contains(c));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// Reads one of a paper's files back.
pub fn read_back<T: crate::record::Read>(path: &Path, desk: &Desk) -> Result<T, Stop> {
    let bytes = std::fs::read(path).map_err(|error| Fault::error("cannot-read").with("path", path.display()).with("why", error))?;
    read_text(path, String::from_utf8_lossy(&bytes).into_owned(), desk)
}

/// Reads the text of one of a paper's files, which is called `path` in messages.
pub fn read_text<T: crate::record::Read>(path: &Path, text: String, desk: &Desk) -> Result<T, Stop> {
    let mut texts = crate::span::Files::default();
    let file = texts.add(path.display().to_string(), text);
    let mut found = Vec::new();
    let tree = crate::yaml::parse(&texts, file, &mut found);
    let tree_version = tree.root.as_ref().and_then(|root| root.get("markband")?.text()?.parse::<u64>().ok());
    let mut reader = crate::record::Reader::new(&mut found);
    let record = tree.root.and_then(|root| T::read(&root, &mut reader));
    let version = tree_version;
    match record.filter(|_| found.is_empty()) {
        _ if version.is_some_and(|version| version > u64::from(VERSION)) => {
            let version = version.unwrap_or_default();
            Err(Fault::error("paper-version").with("path", path.display()).with("version", version).with("known", VERSION).into())
        }
        Some(record) => Ok(record),
        None => {
            for fault in &found {
                anstream::eprintln!("{}\n", faults::render(fault, &texts, &desk.words));
            }
            Err(Fault::error("not-a-paper").with("path", path.display()).into())
        }
    }
}
