//! `markband script`: scripts from elsewhere.

use super::print::open;
use super::{Desk, Outcome, Stop};
use crate::diag::Fault;
use crate::exchange::package::MAX_FILE;
use crate::exchange::script_text::{Kind, Unplaced, Why, read};
use crate::script::Script;
use crate::shell::files;
use crate::sitting::collect::one_line;
use clap::{Subcommand, ValueEnum};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Takes over scripts that were written elsewhere
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Import(Import),
}

/// Divides a .txt, .md, .docx or .odt file by its question headings and writes the script
#[derive(clap::Args, Debug)]
struct Import {
    /// The file that the candidate wrote
    file: PathBuf,
    /// The paper it answers: its folder or its paper.yaml
    #[arg(long)]
    paper: PathBuf,
    /// Who wrote it; otherwise what a line `Name:` at the top of the file says, or the file's name
    #[arg(long, value_name = "NAME")]
    candidate: Option<String>,
    /// The file to write; standard output if not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How the script is written
    #[arg(long, value_enum, value_name = "KIND", default_value_t)]
    format: Format,
}

/// How a script is written.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Format {
    #[default]
    Yaml,
    Json,
}

pub fn run(args: &Args, desk: &Desk) -> Outcome {
    match &args.what {
        What::Import(args) => import(args, desk),
    }
}

fn import(args: &Import, desk: &Desk) -> Outcome {
    let file = args.file.as_path();
    let kind = kind(file)?;
    let (_, paper, _) = open(&args.paper, desk)?;
    let bytes = bytes(file)?;
    let stem = file.file_stem().map(|stem| one_line(&stem.to_string_lossy())).unwrap_or_default();
    let name = args.candidate.as_deref().map(one_line);
    if name.as_deref() == Some("") {
        return Err(Stop::Use(vec![Fault::error("no-candidate")]));
    }
    let mut import = read(&paper, kind, &bytes, name.as_deref(), &stem).map_err(|fault| fault.with("path", file.display()))?;
    let words = &desk.words;
    // What was said here is said again to whoever reads the script.
    import.script.remarks.extend(import.faults.iter().map(|fault| words.fault(fault).0));
    import.script.remarks.extend(import.unplaced.iter().map(|unplaced| format!("{}\n{}", said(unplaced, desk), unplaced.text)));
    let text = match args.format {
        Format::Yaml => yaml(&import.script),
        Format::Json => serde_json::to_string_pretty(&import.script).expect("records are always JSON") + "\n",
    };
    match &args.out {
        Some(out) => files::write(out, text.as_bytes())?,
        None => desk.line(text.trim_end_matches('\n'))?,
    }
    desk.complain(&import.faults, &Default::default());
    let found = words.count("script.answers", import.script.answers.len() as u64);
    anstream::eprintln!("{}", words.say("script.read", &[("path", &file.display()), ("answers", &found)]));
    for unplaced in &import.unplaced {
        anstream::eprintln!("\n{}", said(unplaced, desk));
        for line in unplaced.text.lines() {
            anstream::eprintln!("  | {line}");
        }
    }
    let other_paper = import.faults.iter().any(|fault| fault.code == "script-other-paper");
    if import.unplaced.is_empty() && !other_paper { Ok(()) } else { Err(Stop::Finding) }
}

/// Returns why a text was not placed.
fn said(unplaced: &Unplaced, desk: &Desk) -> String {
    let line: &dyn std::fmt::Display = &unplaced.line;
    match &unplaced.why {
        Why::BeforeTheFirst => desk.words.say("script.unplaced.before", &[("line", line)]),
        Why::UnknownNumber(number) => desk.words.say("script.unplaced.unknown", &[("line", line), ("number", number)]),
        Why::WhichPart(number) => desk.words.say("script.unplaced.which-part", &[("line", line), ("number", number)]),
    }
}

/// Returns what a file is by its name's ending.
fn kind(path: &Path) -> Result<Kind, Stop> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "txt" | "text" | "md" | "markdown" => Ok(Kind::Text),
        "docx" => Ok(Kind::Docx),
        "odt" => Ok(Kind::Odt),
        _ => Err(Stop::Use(vec![Fault::error("script-kind").with("path", path.display())])),
    }
}

/// Reads a file, but no more than a script can have.
fn bytes(path: &Path) -> Result<Vec<u8>, Fault> {
    let failed = |error: std::io::Error| Fault::error("cannot-read").with("path", path.display()).with("why", error);
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Returns a script as YAML.
pub fn yaml(script: &Script) -> String {
    let head = "# A script: what one candidate answered, part by part.\n";
    format!("{head}{}", serde_saphyr::to_string(script).expect("records are always YAML"))
}
