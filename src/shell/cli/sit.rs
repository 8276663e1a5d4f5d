//! `markband sit`: a paper is sat at the terminal, against the clock. The next time it goes on where it was left.

use super::print::open;
use super::set::PAPER;
use super::{Desk, Outcome, Stop};
use crate::diag::Fault;
use crate::shell::sit::session::{Opened, Session, terms};
use crate::shell::store::Store;
use crate::shell::{clock, places, tui};
use crate::sitting::timing::Mode;
use std::io::{IsTerminal, stdin, stdout};
use std::path::PathBuf;

/// Sits a paper against the clock; the next time, goes on where it was left
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The paper: its folder or its paper.yaml
    paper: PathBuf,
    /// Who sits it: a name or a number
    #[arg(long, value_name = "NAME")]
    candidate: Option<String>,
    /// Begins another sitting, although there is one of this paper
    #[arg(long)]
    new: bool,
    /// The clock stops when you leave; for practice, not for an exam
    #[arg(long)]
    practice: bool,
    /// Extra writing time in hundredths: 25 gives a quarter more
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u16).range(0..=1000))]
    extra_time: Option<u16>,
    /// Line by line instead of full screen: for screen readers and pipes
    #[arg(long)]
    plain: bool,
    /// Leaves the mouse to the terminal
    #[arg(long)]
    no_mouse: bool,
}

pub fn run(args: &Args, desk: &Desk) -> Outcome {
    let (folder, paper, _) = open(&args.paper, desk)?;
    let file = if args.paper.is_dir() { folder.join(PAPER) } else { args.paper.clone() };
    let bytes = std::fs::read(&file).map_err(|error| Fault::error("cannot-read").with("path", file.display()).with("why", error))?;
    let text = String::from_utf8_lossy(&bytes);
    let places = places::places().ok_or_else(|| Fault::error("no-home"))?;
    let (store, recovery) = Store::open(&places.data.join("sittings.sqlite"))?;
    let mut greeting = Vec::new();
    if let Some(recovery) = recovery {
        let lost: &[(&str, &dyn std::fmt::Display)] = &[("path", &recovery.aside.display()), ("sittings", &recovery.sittings)];
        greeting.push(desk.words.say("sit.recovered", lost));
    }
    let mode = if args.practice { Mode::Practice } else { Mode::Exam };
    let candidate = candidate(args)?;
    let terms = terms(&paper, mode, args.extra_time.unwrap_or(0));
    let (session, opened) = Session::open(store, paper, &text, &candidate, terms, args.new, clock::now)?;
    let sitting = &session.sitting;
    // A sitting keeps the terms it began with; nobody is left in the belief that others hold.
    let other_mode = args.practice && sitting.terms.mode != Mode::Practice;
    let other_time = args.extra_time.is_some_and(|percent| percent != sitting.terms.extra_percent);
    match opened {
        Opened::Over => {
            greeting.push(desk.words.say("sit.is-over", &[("paper", &sitting.paper), ("candidate", &sitting.candidate)]));
            greeting.extend(tui::receipt(sitting, &session.slips, &desk.words));
            greeting.push(desk.words.say("sit.begin-anew", &[("path", &args.paper.display())]));
            return greeting.iter().try_for_each(|line| desk.line(&tui::editor::clean(line)));
        }
        Opened::Resumed if other_mode || other_time => greeting.push(desk.words.get("sit.terms-stand")),
        Opened::Resumed => greeting.push(desk.words.get("sit.resumed")),
        Opened::New => {}
    }
    if args.plain || !stdout().is_terminal() || !stdin().is_terminal() {
        return Ok(tui::plain::plain(session, &desk.words, &mut stdout().lock(), &greeting)?);
    }
    let practice = session.sitting.terms.mode == Mode::Practice;
    let slips = session.slips.clone();
    let ending = tui::full_screen(session, &desk.words, !args.no_mouse, (!greeting.is_empty()).then(|| greeting.join(" ")))?;
    match ending.over {
        Some(sitting) => tui::receipt(&sitting, &slips, &desk.words).iter().try_for_each(|line| desk.line(&tui::editor::clean(line))),
        None if !ending.saved => Err(Fault::error("sit-not-saved").into()),
        None => {
            desk.say("sit.left-saved", &[("path", &args.paper.display())])?;
            desk.line(&desk.words.get(if practice { "sit.leave-practice" } else { "sit.leave-exam" }))
        }
    }
}

/// Returns who sits the paper: the name given, or the user's.
fn candidate(args: &Args) -> Result<String, Stop> {
    let own = || ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
    let name = args.candidate.clone().or_else(own).unwrap_or_default();
    let name = tui::editor::clean(&name).replace('\n', " ").trim().to_owned();
    match (name.is_empty(), &args.candidate) {
        (true, Some(_)) => Err(Stop::Use(vec![Fault::error("no-candidate")])),
        (true, None) => Ok("candidate".to_owned()),
        (false, _) => Ok(name),
    }
}
