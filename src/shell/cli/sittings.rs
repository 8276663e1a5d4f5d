//! `markband sittings`: what the store has of papers that were sat, and what can be done with it.

use super::script::yaml;
use super::set::read_text;
use super::{Desk, Listing, Outcome, Stop};
use crate::diag::Fault;
use crate::exchange::script_file::{Form, write};
use crate::paper::Paper;
use crate::script::{clean, slips, words};
use crate::shell::store::{Row, Store};
use crate::shell::{clock, files, places};
use crate::sitting::collect::{collect, one_line, remarks, utc};
use crate::sitting::timing::{Mode, Stamp};
use crate::sitting::{By, Event, EventKind, Phase, Sitting, replay};
use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};
use std::fmt::Display;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use unicode_width::UnicodeWidthStr;

/// Lists, shows, exports, deletes and backs up the sittings kept on this machine
#[derive(clap::Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    list: List,
}

#[derive(Subcommand, Debug)]
enum What {
    List(List),
    Show(Show),
    Export(Export),
    Delete(Delete),
    Backup(Backup),
    Restore(Restore),
}

/// Lists every sitting
#[derive(clap::Args, Debug)]
struct List {
    /// How the list is printed
    #[arg(long, value_enum, default_value_t)]
    format: Listing,
}

/// Shows how one sitting went
#[derive(clap::Args, Debug)]
struct Show {
    /// The sitting's number, as the list gives it
    number: i64,
    /// How it is printed
    #[arg(long, value_enum, default_value_t)]
    format: Listing,
}

/// Writes the script of one sitting
#[derive(clap::Args, Debug)]
struct Export {
    /// The sitting's number, as the list gives it
    number: i64,
    /// What the script is written as; `markband script import` reads Markdown and text again
    #[arg(long = "as", value_enum, value_name = "KIND", default_value_t)]
    kind: ScriptKind,
    /// The file to write; standard output if not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Deletes everything of one candidate for good
#[derive(clap::Args, Debug)]
struct Delete {
    /// The candidate's name, just as the list gives it
    #[arg(long, value_name = "NAME")]
    candidate: String,
    /// Deletes without asking
    #[arg(long)]
    yes: bool,
}

/// Writes all sittings to one file
#[derive(clap::Args, Debug)]
struct Backup {
    /// The file to write
    file: PathBuf,
}

/// Takes over the sittings of a backup; what is here stays
#[derive(clap::Args, Debug)]
struct Restore {
    /// The file that `markband sittings backup` wrote
    file: PathBuf,
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq, Default)]
enum ScriptKind {
    #[default]
    Yaml,
    Md,
    Txt,
}

pub fn run(args: &Args, desk: &Desk) -> Outcome {
    match &args.what {
        None => list(args.list.format, desk),
        Some(What::List(args)) => list(args.format, desk),
        Some(What::Show(args)) => show(args, desk),
        Some(What::Export(args)) => export(args, desk),
        Some(What::Delete(args)) => delete(args, desk),
        Some(What::Backup(args)) => back_up(&args.file, desk),
        Some(What::Restore(args)) => restore(&args.file, desk),
    }
}

fn path() -> Result<PathBuf, Fault> {
    Ok(places::places().ok_or_else(|| Fault::error("no-home"))?.data.join("sittings.sqlite"))
}

/// Opens the store, or returns `None` where nobody has sat anything: looking makes no files.
fn store(desk: &Desk) -> Result<Option<Store>, Fault> {
    let path = path()?;
    if !path.exists() { Ok(None) } else { open(&path, desk).map(Some) }
}

fn open(path: &Path, desk: &Desk) -> Result<Store, Fault> {
    let (store, recovery) = Store::open(path)?;
    if let Some(recovery) = recovery {
        let lost: &[(&str, &dyn Display)] = &[("path", &recovery.aside.display()), ("sittings", &recovery.sittings)];
        anstream::eprintln!("{}", desk.words.say("sit.recovered", lost));
    }
    Ok(store)
}

/// A sitting as it stands.
struct Found {
    row: Row,
    sitting: Sitting,
    /// Wall clock when it began.
    began: i64,
}

/// Replays a sitting. In an examination the clock runs on, whether somebody is there or not; in practice it stands
/// still since the last thing that happened.
fn found(store: &Store, row: Row, now: Stamp) -> Result<Option<Found>, Fault> {
    let events = store.events(row.id, 0)?;
    let Some((first, last)) = events.first().zip(events.last()) else { return Ok(None) };
    let practice = matches!(&first.kind, EventKind::Prepared { terms, .. } if terms.mode == Mode::Practice);
    let is_begin = |event: &&Event| matches!(event.kind, EventKind::Began);
    let began = events.iter().find(is_begin).unwrap_or(first).at.wall;
    let sitting = replay(&events, if practice { last.at } else { now });
    Ok(sitting.map(|sitting| Found { row, sitting, began }))
}

impl Found {
    fn words(&self) -> usize {
        self.sitting.sheets.values().map(|sheet| words(&sheet.text)).sum()
    }

    fn late(&self) -> usize {
        self.sitting.sheets.values().map(|sheet| sheet.late.len()).sum()
    }

    /// Returns the bytes that its events take for each hour sat.
    fn bytes_per_hour(&self) -> Option<u64> {
        let millis = self.sitting.used.reading + self.sitting.used.writing;
        (millis > 0).then(|| (u128::from(self.row.bytes) * 3_600_000 / u128::from(millis)) as u64)
    }
}

fn list(format: Listing, desk: &Desk) -> Outcome {
    let Some(store) = store(desk)? else {
        return match format {
            Listing::Json => desk.json(&json!([])),
            Listing::Text => desk.say("sittings.none", &[]),
        };
    };
    let now = clock::now();
    let mut sittings = Vec::new();
    let mut unreadable = Vec::new();
    for row in store.sittings()? {
        let id = row.id;
        match found(&store, row, now)? {
            Some(found) => sittings.push(found),
            None => unreadable.push(Fault::error("sitting-unreadable").with("id", id)),
        }
    }
    match format {
        Listing::Json => desk.json(&sittings.iter().map(json_row).collect::<Vec<_>>())?,
        Listing::Text if sittings.is_empty() => desk.say("sittings.none", &[])?,
        Listing::Text => {
            table(&sittings, desk)?;
            desk.say("sittings.store", &[("path", &path()?.display()), ("size", &bytes(store.size()))])?;
        }
    }
    if unreadable.is_empty() { Ok(()) } else { Err(Stop::Faults(unreadable)) }
}

fn json_row(found: &Found) -> Value {
    let Found { row, sitting, began } = found;
    json!({
        "number": row.id, "paper": row.paper, "candidate": row.candidate, "phase": phase(sitting.phase),
        "practice": sitting.terms.mode == Mode::Practice, "started": utc(*began), "handed_in": sitting.handed_in.map(utc),
        "seconds_reading": sitting.used.reading / 1000, "seconds_used": sitting.used.writing / 1000,
        "seconds_allowed": sitting.allowed() / 1000, "words": found.words(), "late_texts": found.late(),
        "bytes": row.bytes, "bytes_per_hour": found.bytes_per_hour(), "receipt": sitting.receipt(),
    })
}

/// Returns the name of a phase in files, which is also the key of its words.
fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Prepared => "prepared",
        Phase::Reading => "reading",
        Phase::Writing => "writing",
        Phase::Break { .. } => "break",
        Phase::Grace => "grace",
        Phase::Submitted(By::Candidate) => "submitted",
        Phase::Submitted(By::Deadline) => "time-over",
        Phase::Marked => "marked",
        Phase::Void => "void",
    }
}

fn table(sittings: &[Found], desk: &Desk) -> Outcome {
    const COLUMNS: [&str; 10] = ["number", "paper", "candidate", "phase", "started", "used", "words", "late", "size", "per-hour"];
    let head = COLUMNS.iter().map(|column| desk.words.get(&format!("sittings.column.{column}"))).collect();
    let rows = sittings.iter().map(|found| {
        let Found { row, sitting, began } = found;
        let late = found.late();
        vec![
            row.id.to_string(),
            one_line(&row.paper),
            one_line(&row.candidate),
            desk.words.get(&format!("sittings.phase.{}", phase(sitting.phase))),
            local(*began),
            format!("{}/{}", hours(sitting.used.writing), hours(sitting.allowed())),
            found.words().to_string(),
            if late > 0 { late.to_string() } else { "–".to_owned() },
            bytes(row.bytes),
            found.bytes_per_hour().map_or("–".to_owned(), bytes),
        ]
    });
    let table: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    print(&table, desk)
}

/// Prints rows under a head, each column as wide as it must be.
fn print(table: &[Vec<String>], desk: &Desk) -> Outcome {
    let columns = table.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns).map(|column| table.iter().map(|row| row[column].width()).max().unwrap_or(0)).collect();
    for (line, row) in table.iter().enumerate() {
        let cells = row.iter().zip(&widths).map(|(text, width)| format!("{text}{}", " ".repeat(width - text.width())));
        let out = cells.collect::<Vec<_>>().join("  ");
        match line {
            0 => desk.line(&format!("{0}{1}{0:#}", anstyle::Style::new().bold(), out.trim_end()))?,
            _ => desk.line(out.trim_end())?,
        }
    }
    Ok(())
}

/// Returns hours and minutes: `0:45`.
fn hours(millis: u64) -> String {
    format!("{}:{:02}", millis / 3_600_000, millis / 60_000 % 60)
}

/// Returns minutes and seconds: `12:05`.
fn minutes(millis: u64) -> String {
    format!("{}:{:02}", millis / 60_000, millis / 1000 % 60)
}

fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes / 100 % 10),
        1_000_000.. => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

/// Returns a moment as the clock on the wall here shows it.
fn local(wall: i64) -> String {
    let moment = jiff::Timestamp::from_second(wall.div_euclid(1000));
    moment.map_or_else(|_| utc(wall), |moment| moment.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string())
}

/// Returns one sitting by its number.
fn one(number: i64, desk: &Desk) -> Result<(Store, Found), Stop> {
    let missing = || Stop::from(Fault::error("no-sitting").with("number", number));
    let store = store(desk)?.ok_or_else(missing)?;
    let row = store.sittings()?.into_iter().find(|row| row.id == number).ok_or_else(missing)?;
    let found = found(&store, row, clock::now())?.ok_or_else(|| Fault::error("sitting-unreadable").with("id", number))?;
    Ok((store, found))
}

/// Returns the paper that was sat, as it was then.
fn paper(store: &Store, found: &Found, desk: &Desk) -> Result<Option<Paper>, Stop> {
    let Some(text) = store.paper(&found.sitting.fingerprint)? else { return Ok(None) };
    let called = PathBuf::from(&found.sitting.paper);
    read_text(&called, text, desk).map(Some)
}

fn show(args: &Show, desk: &Desk) -> Outcome {
    let (store, found) = one(args.number, desk)?;
    let paper = paper(&store, &found, desk)?;
    let slips = paper.as_ref().map(slips).unwrap_or_default();
    let Found { row, sitting, began } = &found;
    if args.format == Listing::Json {
        let mut value = json_row(&found);
        let parts = sitting.sheets.iter().map(|(part, sheet)| {
            let slip = slips.iter().find(|slip| slip.part == *part);
            json!({
                "part": part, "number": slip.map(|slip| &slip.number), "seconds": sheet.open_for / 1000,
                "minutes_suggested": slip.map(|slip| slip.minutes), "words": words(&sheet.text), "saves": sheet.revision,
                "conflicts": sheet.conflicts, "late": sheet.late.iter().map(|(by, text)| json!({"seconds": by / 1000, "text": text})).collect::<Vec<_>>(),
            })
        });
        value["parts"] = parts.collect();
        value["remarks"] = json!(remarks(sitting, &desk.words));
        return desk.json(&value);
    }
    let title: &[(&str, &dyn Display)] = &[("number", &row.id), ("paper", &one_line(&row.paper)), ("candidate", &one_line(&row.candidate))];
    desk.say("sittings.show.title", title)?;
    let stands = desk.words.get(&format!("sittings.phase.{}", phase(sitting.phase)));
    desk.say("sittings.show.phase", &[("phase", &stands), ("started", &local(*began))])?;
    let used: &[(&str, &dyn Display)] = &[
        ("used", &minutes(sitting.used.writing)),
        ("allowed", &minutes(sitting.allowed())),
        ("reading", &minutes(sitting.used.reading)),
        ("breaks", &minutes(sitting.used.breaks)),
    ];
    desk.say("sittings.show.used", used)?;
    if let Some(wall) = sitting.handed_in {
        desk.say("sittings.show.handed-in", &[("when", &local(wall))])?;
    }
    if let Some(receipt) = sitting.receipt() {
        desk.say("sittings.show.receipt", &[("receipt", &receipt)])?;
    }
    for remark in remarks(sitting, &desk.words) {
        desk.say("sittings.show.remark", &[("remark", &remark)])?;
    }
    parts(sitting, &slips, desk)?;
    for (part, sheet) in &sitting.sheets {
        let number = slips.iter().find(|slip| slip.part == *part).map_or(part, |slip| &slip.number);
        let late = sheet
            .late
            .iter()
            .map(|(by, text)| (desk.words.say("sittings.show.late", &[("number", number), ("time", &minutes(*by))]), text));
        let conflicts = sheet.conflicts.iter().map(|text| (desk.words.say("sittings.show.conflict", &[("number", number)]), text));
        for (head, text) in late.chain(conflicts) {
            desk.line(&format!("\n{head}"))?;
            clean(text).lines().try_for_each(|line| desk.line(&format!("  | {line}")))?;
        }
    }
    Ok(())
}

/// Prints the parts with the time they took against the time suggested, which extra time makes longer as well.
fn parts(sitting: &Sitting, slips: &[crate::script::Slip], desk: &Desk) -> Outcome {
    const COLUMNS: [&str; 5] = ["part", "time", "suggested", "words", "saves"];
    let head: Vec<String> = COLUMNS.iter().map(|column| desk.words.get(&format!("sittings.column.{column}"))).collect();
    let suggested = |minutes: u16| u64::from(minutes) * 600 * (100 + u64::from(sitting.terms.extra_percent));
    let known = slips.iter().map(|slip| (slip.part.as_str(), slip.number.as_str(), Some(slip.minutes)));
    let unknown = sitting.sheets.keys().filter(|part| !slips.iter().any(|slip| slip.part == **part));
    let rows = known.chain(unknown.map(|part| (part.as_str(), part.as_str(), None))).map(|(part, number, wanted)| {
        let sheet = sitting.sheets.get(part);
        let flag = if sheet.is_some_and(|sheet| sheet.flagged) { " ⚑" } else { "" };
        vec![
            format!("{number}{flag}"),
            sheet.map_or("–".to_owned(), |sheet| minutes(sheet.open_for)),
            wanted.map_or("–".to_owned(), |wanted| minutes(suggested(wanted))),
            sheet.map_or(0, |sheet| words(&sheet.text)).to_string(),
            sheet.map_or(0, |sheet| sheet.revision).to_string(),
        ]
    });
    desk.line("")?;
    print(&std::iter::once(head).chain(rows).collect::<Vec<_>>(), desk)
}

fn export(args: &Export, desk: &Desk) -> Outcome {
    let (store, found) = one(args.number, desk)?;
    let paper = paper(&store, &found, desk)?.ok_or_else(|| Fault::error("sitting-without-paper").with("number", args.number))?;
    let script = collect(&paper, &found.sitting, &desk.words);
    let text = match args.kind {
        ScriptKind::Yaml => yaml(&script),
        ScriptKind::Md => write(&script, Form::Markdown),
        ScriptKind::Txt => write(&script, Form::Text),
    };
    match &args.out {
        Some(out) => Ok(files::write(out, text.as_bytes())?),
        // The text ends its last line itself; that it may end in blank lines is part of it.
        None => desk.line(text.strip_suffix('\n').unwrap_or(&text)),
    }
}

fn delete(args: &Delete, desk: &Desk) -> Outcome {
    let missing = |known: &[Row]| {
        let mut names: Vec<_> = known.iter().map(|row| one_line(&row.candidate)).collect();
        names.sort();
        names.dedup();
        let cure = match names.is_empty() {
            true => desk.words.get("sittings.none"),
            false => desk.words.say("screen.there-are", &[("what", &names.join(", "))]),
        };
        Stop::from(Fault::error("no-sitting-of").with("candidate", one_line(&args.candidate)).with("cure", cure))
    };
    let mut store = store(desk)?.ok_or_else(|| missing(&[]))?;
    let rows = store.sittings()?;
    let wanted: Vec<&Row> =
        rows.iter().filter(|row| row.candidate == args.candidate || one_line(&row.candidate) == args.candidate).collect();
    if wanted.is_empty() {
        return Err(missing(&rows));
    }
    let number = desk.words.count("sittings.sittings", wanted.len() as u64);
    let what: &[(&str, &dyn Display)] = &[("sittings", &number), ("candidate", &one_line(&args.candidate))];
    if !args.yes {
        if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
            return Err(Stop::Use(vec![Fault::error("delete-needs-yes")]));
        }
        anstream::eprint!("{} ", desk.words.say("sittings.delete.ask", what));
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer)?;
        if answer.trim().to_lowercase() != desk.words.get("sittings.delete.yes") {
            anstream::eprintln!("{}", desk.words.get("sittings.delete.kept"));
            return Err(Stop::Finding);
        }
    }
    store.delete(&wanted.iter().map(|row| row.id).collect::<Vec<_>>())?;
    desk.say("sittings.delete.done", what)?;
    for path in damaged(&path()?) {
        desk.say("sittings.delete.aside", &[("path", &path.display())])?;
    }
    Ok(())
}

/// Returns the damaged files that were kept aside: they are not searched, and may still have anybody's data.
fn damaged(store: &Path) -> Vec<PathBuf> {
    let entries = store.parent().and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let stem = store.file_stem().map(|stem| format!("{}.damaged-", stem.to_string_lossy())).unwrap_or_default();
    let mut found: Vec<_> =
        entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&stem)).map(|entry| entry.path()).collect();
    found.sort();
    found
}

fn back_up(file: &Path, desk: &Desk) -> Outcome {
    let Some(store) = store(desk)? else { return Err(Fault::error("nothing-to-back-up").into()) };
    if file.exists() {
        return Err(Fault::error("backup-is-there").with("path", file.display()).into());
    }
    store.back_up(file)?;
    let number = desk.words.count("sittings.sittings", store.sittings()?.len() as u64);
    desk.say("sittings.backed-up", &[("sittings", &number), ("path", &file.display())])
}

fn restore(file: &Path, desk: &Desk) -> Outcome {
    // Opened here first, so that a wrong name is not taken for a damaged backup.
    std::fs::File::open(file).map_err(|error| Fault::error("cannot-read").with("path", file.display()).with("why", error))?;
    let mut store = open(&path()?, desk)?;
    let taken = store.restore(file)?;
    desk.say("sittings.restored", &[("sittings", &desk.words.count("sittings.sittings", taken)), ("path", &file.display())])
}
