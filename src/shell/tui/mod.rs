//! Sitting a paper at the terminal: full screen, or line by line for screen readers and pipes.

pub mod app;
pub mod editor;
pub mod pages;
pub mod plain;
pub mod saver;
pub mod terminal;
pub mod view;

use crate::diag::Fault;
use crate::script::{Slip, words};
use crate::shell::clock;
use crate::shell::sit::session::Session;
use crate::sitting::{Phase, Sitting};
use crate::words::Words;
use app::{App, Effect, Input};
use crossterm::event::Event;
use saver::Saver;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// How a full-screen sitting was left.
pub struct Ending {
    /// The sitting as it stood, if it is over.
    pub over: Option<Sitting>,
    /// Everything written is on the disk.
    pub saved: bool,
}

/// Sits the paper on the full screen until the candidate leaves or the sitting is over.
pub fn full_screen(session: Session, words: &Words, mouse: bool, greeting: Option<String>) -> Result<Ending, Fault> {
    let cannot = |error: std::io::Error| Fault::error("cannot-print").with("why", error);
    let mut app = App::new(words.clone(), session.paper.clone(), session.slips.clone(), session.sitting.clone(), clock::now());
    if let Some(greeting) = greeting {
        app.say(greeting);
    }
    let (inbox, events) = channel();
    signals(inbox.clone()).map_err(cannot)?;
    let mut screen = terminal::enter(mouse, &format!("markband · {}", app.paper.reference)).map_err(cannot)?;
    let reports = inbox.clone();
    let saver = Saver::start(session, move |report| {
        let _ = reports.send(Input::Report(report));
    });
    std::thread::spawn(move || keys(&inbox));
    if let Ok(size) = screen.terminal.size() {
        app.size = (size.width, size.height);
    }
    let mut going = carry_out(app.opening(), &saver);
    while going {
        // A screen that cannot be drawn on has gone away: what is written is saved, and that is all.
        if screen.terminal.draw(|frame| view::draw(&app, frame)).is_err() {
            carry_out(app.update(Input::End, clock::now()), &saver);
            break;
        }
        let mut next = events.recv_timeout(Duration::from_millis(app.idle()));
        if matches!(next, Err(RecvTimeoutError::Timeout)) {
            next = Ok(Input::Tick);
        }
        while let Ok(input) = next {
            going &= carry_out(app.update(input, clock::now()), &saver);
            next = events.try_recv().map_err(|_| RecvTimeoutError::Timeout);
        }
    }
    drop(screen);
    let saved = saver.finish(Duration::from_secs(3)) && app.saving.failed.is_none();
    Ok(Ending { over: app.over.then_some(app.sitting), saved })
}

/// Does what the screen wants done. Returns whether it goes on.
fn carry_out(effects: Vec<Effect>, saver: &Saver) -> bool {
    let mut going = true;
    for effect in effects {
        going &= match effect {
            Effect::Do(job) => saver.send(job),
            Effect::Quit => false,
        };
    }
    going
}

/// Passes on what comes from the terminal, until it is gone.
fn keys(inbox: &Sender<Input>) {
    loop {
        let input = match crossterm::event::read() {
            Ok(Event::Key(key)) => Input::Key(key),
            Ok(Event::Paste(text)) => Input::Paste(text),
            Ok(Event::Mouse(mouse)) => Input::Mouse(mouse),
            Ok(Event::Resize(width, height)) => Input::Resize(width, height),
            Ok(Event::FocusGained | Event::FocusLost) => continue,
            Err(_) => Input::End,
        };
        let end = matches!(input, Input::End);
        if inbox.send(input).is_err() || end {
            return;
        }
    }
}

/// Has the signals that end a program end the sitting in good order.
#[cfg(unix)]
fn signals(inbox: Sender<Input>) -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    std::thread::spawn(move || {
        for _ in signals.forever() {
            if inbox.send(Input::End).is_err() {
                return;
            }
        }
    });
    Ok(())
}

/// Elsewhere the terminal's own end is all that is noticed (untested).
#[cfg(not(unix))]
fn signals(_: Sender<Input>) -> std::io::Result<()> {
    Ok(())
}

/// Returns a wall clock's time of day in this place: 10:42:07.
pub fn local_time(wall: i64) -> String {
    match jiff::Timestamp::from_millisecond(wall) {
        Ok(moment) => moment.to_zoned(jiff::tz::TimeZone::system()).strftime("%H:%M:%S").to_string(),
        Err(_) => String::new(),
    }
}

/// Returns what a candidate keeps of a sitting that is over, line by line.
pub fn receipt(sitting: &Sitting, slips: &[Slip], words_of: &Words) -> Vec<String> {
    if sitting.phase == Phase::Void {
        return vec![words_of.get("sit.void")];
    }
    let handed_in = sitting.handed_in.map(local_time).unwrap_or_default();
    let answered = slips.iter().filter(|slip| !sitting.text(&slip.part).trim().is_empty()).count();
    let total: usize = slips.iter().map(|slip| words(sitting.text(&slip.part))).sum();
    vec![
        words_of.say("sit.handed-in", &[("time", &handed_in)]),
        words_of.say("sit.receipt", &[("code", &sitting.receipt().unwrap_or_default())]),
        words_of.say("sit.receipt-paper", &[("paper", &sitting.paper), ("candidate", &sitting.candidate)]),
        words_of.say(
            "sit.receipt-answers",
            &[("answered", &answered), ("of", &slips.len()), ("words", &words_of.count("sit.words", total as u64))],
        ),
    ]
}
