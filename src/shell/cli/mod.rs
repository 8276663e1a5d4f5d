//! The command line: what was typed, what is meant, and how it ends. One file a command.

mod check;
mod compare;
mod list;
mod print;
mod schema;
mod script;
mod set;
mod show;
mod sit;
mod sittings;

use super::{faults, files, places};
use crate::bank::Bank;
use crate::diag::{Fault, Severity};
use crate::span::Files;
use crate::view::Templates;
use crate::words::Words;
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Sets, prints and checks exam practice papers from a question bank in plain text.
#[derive(Parser, Debug)]
#[command(
    name = "markband",
    version,
    about,
    max_term_width = 100,
    after_help = "Exit codes: 0 done, 1 a finding or a failure, 2 wrong use."
)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Args, Debug)]
struct Common {
    /// Uses the bank in this folder, with question-bank/ and mark-schemes/ below it, instead of the one in the program
    #[arg(long, global = true, value_name = "DIR")]
    bank: Option<PathBuf>,
    /// Uses the templates in this folder over the ones in the program
    #[arg(long, global = true, value_name = "DIR")]
    templates: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
enum Command {
    Set(set::Args),
    Check(check::Args),
    List(list::Args),
    Show(show::Args),
    Print(print::Args),
    Sit(sit::Args),
    Sittings(sittings::Args),
    Script(script::Args),
    Compare(compare::Args),
    Schema(schema::Args),
    /// Prints the completions of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Prints the manual page
    Man,
    /// Prints where markband looks for your templates and keeps what you do
    Places,
}

/// How a listing is printed.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Listing {
    /// For people
    #[default]
    Text,
    /// For scripts
    Json,
}

/// Why a command did not do what it was asked to.
enum Stop {
    /// Faults still to be shown.
    Faults(Vec<Fault>),
    /// Everything has been said.
    Finding,
    /// The command was used in a way that cannot be meant.
    Use(Vec<Fault>),
    /// Nobody reads the output any more.
    Unread,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Faults(vec![fault])
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Stop {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Stop::Unread,
            _ => Fault::error("cannot-print").with("why", error).into(),
        }
    }
}

type Outcome = Result<(), Stop>;

/// Does what the command line says and returns the exit code.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let (desk, mut opening) = Desk::open(&cli.common);
    let outcome = match opening.is_empty() {
        true => cli.command.run(&desk),
        false => Err(Stop::Use(std::mem::take(&mut opening))),
    };
    let none = Files::default();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // A reader that has gone away is no failure of ours.
        Err(Stop::Unread) => ExitCode::SUCCESS,
        Err(Stop::Finding) => ExitCode::from(1),
        Err(Stop::Faults(faults)) => {
            desk.complain(&faults, &none);
            ExitCode::from(1)
        }
        Err(Stop::Use(faults)) => {
            desk.complain(&faults, &none);
            ExitCode::from(2)
        }
    }
}

impl Command {
    fn run(&self, desk: &Desk) -> Outcome {
        match self {
            Command::Set(args) => set::run(args, desk),
            Command::Check(args) => check::run(args, desk),
            Command::List(args) => list::run(args, desk),
            Command::Show(args) => show::run(args, desk),
            Command::Print(args) => print::run(args, desk),
            Command::Sit(args) => sit::run(args, desk),
            Command::Sittings(args) => sittings::run(args, desk),
            Command::Script(args) => script::run(args, desk),
            Command::Compare(args) => compare::run(args, desk),
            Command::Schema(args) => schema::run(args, desk),
            Command::Completions { shell } => {
                let mut script = Vec::new();
                clap_complete::generate(*shell, &mut Cli::command(), "markband", &mut script);
                Ok(std::io::stdout().write_all(&script)?)
            }
            Command::Man => {
                let mut page = Vec::new();
                manual(&mut page)?;
                Ok(std::io::stdout().write_all(&page)?)
            }
            Command::Places => {
                let places = places::places().ok_or_else(|| Fault::error("no-home"))?;
                desk.say("screen.places.config", &[("path", &places.config.join("templates").display())])?;
                desk.say("screen.places.data", &[("path", &places.data.display())])
            }
        }
    }
}

/// Writes one manual page: the program's, followed by the options of each command.
fn manual(page: &mut Vec<u8>) -> std::io::Result<()> {
    let mut command = Cli::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(page)?;
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        writeln!(page, ".SH MARKBAND {}", sub.get_name().to_uppercase())?;
        let sub = clap_mangen::Man::new(sub.clone());
        sub.render_description_section(page)?;
        sub.render_synopsis_section(page)?;
        sub.render_options_section(page)?;
    }
    Ok(())
}

/// What every command works with: the words, the templates and the bank asked for.
struct Desk {
    words: Words,
    templates: Templates,
    bank: Option<PathBuf>,
    template_dir: Option<PathBuf>,
}

impl Desk {
    fn open(common: &Common) -> (Desk, Vec<Fault>) {
        let own = places::places().map(|places| places.config.join("templates")).filter(|dir| dir.is_dir());
        let dirs: Vec<_> = own.into_iter().chain(common.templates.clone()).collect();
        let (templates, mut faults) = files::templates(&dirs);
        let (words, word_faults) = files::words(&templates);
        faults.extend(word_faults);
        (Desk { words, templates, bank: common.bank.clone(), template_dir: common.templates.clone() }, faults)
    }

    /// Loads the bank: the one in the program, or the user's own with the program's formats beside it.
    fn load(&self) -> Result<(Bank, Vec<Fault>), Stop> {
        let Some(dir) = &self.bank else { return Ok(crate::bank::load::load(files::shipped_bank(false))) };
        let (mut raw, mut faults) = files::bank_in(dir);
        if raw.is_empty() && !faults.is_empty() {
            return Err(Stop::Use(faults));
        }
        raw.extend(files::shipped_bank(true));
        let (bank, mut more) = crate::bank::load::load(raw);
        faults.append(&mut more);
        Ok((bank, faults))
    }

    /// Loads the bank for a command that uses it as far as it is sound, and says so if it is not.
    fn load_for_use(&self) -> Result<Bank, Stop> {
        let (bank, faults) = self.load()?;
        let errors = faults.iter().filter(|fault| fault.severity == Severity::Error).count();
        if errors > 0 {
            anstream::eprintln!("{}", self.words.count("screen.bank-has-faults", errors as u64));
        }
        Ok(bank)
    }

    /// Prints a line of words to standard output.
    fn say(&self, key: &str, places: &[(&str, &dyn std::fmt::Display)]) -> Outcome {
        self.line(&self.words.say(key, places))
    }

    /// Prints a line to standard output.
    fn line(&self, line: &str) -> Outcome {
        Ok(writeln!(anstream::stdout().lock(), "{line}")?)
    }

    /// Prints a value for scripts.
    fn json(&self, value: &impl serde::Serialize) -> Outcome {
        self.line(&serde_json::to_string_pretty(value).expect("records are always JSON"))
    }

    /// Shows faults on standard error.
    fn complain(&self, list: &[Fault], files: &Files) {
        for fault in list {
            anstream::eprintln!("{}\n", faults::render(fault, files, &self.words));
        }
    }

    /// Columns of the terminal, or the width of a page where there is none.
    fn width(&self) -> usize {
        match std::io::stdout().is_terminal() {
            true => terminal_size::terminal_size().map_or(80, |(width, _)| width.0 as usize),
            false => 80,
        }
    }
}
