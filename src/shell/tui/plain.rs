//! Sitting a paper line by line, for screen readers and pipes. A line that begins with a stroke is a command; every
//! other line is added to the answer of the open part, saved at once, and acknowledged.

use super::app::{advice, clock, scaled};
use super::editor::clean;
use super::pages::{Page, Pages};
use crate::diag::Fault;
use crate::script::words as word_count;
use crate::shell::sit::session::{Saved, Session};
use crate::sitting::timing::{Millis, Mode};
use crate::sitting::{EventKind, Phase, Refusal};
use crate::words::Words;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, BufRead, Write};
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// Minutes left at which it is said.
const ANNOUNCED: [u64; 5] = [30, 15, 10, 5, 1];

type Step = io::Result<ControlFlow<()>>;
const ON: Step = Ok(ControlFlow::Continue(()));

/// Sits the paper until the input ends, the candidate leaves, or the sitting is over.
pub fn plain(session: Session, words: &Words, out: &mut impl Write, greeting: &[String]) -> io::Result<()> {
    let pages = Pages::new(&session.paper, words);
    let texts = session.slips.iter().map(|slip| (slip.part.clone(), session.sitting.text(&slip.part).to_owned())).collect();
    let open = session.sitting.open.as_ref().and_then(|open| session.slips.iter().position(|slip| slip.part == *open)).unwrap_or(0);
    let last_left = session.sitting.remaining();
    let mut talk = Talk { session, words, pages, texts, open, unsaved: None, asked: false, last_left, out };
    talk.begin(greeting)?;
    let lines = lines();
    loop {
        let step = match lines.recv_timeout(Duration::from_secs(1)) {
            Ok(line) => match talk.beat()? {
                ControlFlow::Continue(()) => talk.line(&line)?,
                over @ ControlFlow::Break(()) => over,
            },
            Err(RecvTimeoutError::Timeout) => talk.beat()?,
            Err(RecvTimeoutError::Disconnected) => {
                if talk.beat()?.is_continue() {
                    talk.leave("sit.plain.end-of-input")?;
                }
                ControlFlow::Break(())
            }
        };
        if step.is_break() {
            return Ok(());
        }
    }
}

/// Returns the lines of the input as they come. Bytes that are not UTF-8 are shown as such.
fn lines() -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        let mut bytes = Vec::new();
        while matches!(input.read_until(b'\n', &mut bytes), Ok(read) if read > 0) {
            let line = String::from_utf8_lossy(&bytes);
            if sender.send(line.trim_end_matches(['\n', '\r']).to_owned()).is_err() {
                return;
            }
            bytes.clear();
        }
    });
    receiver
}

struct Talk<'t, W: Write> {
    session: Session,
    words: &'t Words,
    pages: Pages,
    /// What the candidate has written, whether or not the disk has it.
    texts: BTreeMap<String, String>,
    open: usize,
    /// The part whose text the disk does not have.
    unsaved: Option<String>,
    /// Whether handing in has been asked for once.
    asked: bool,
    last_left: Millis,
    out: &'t mut W,
}

impl<W: Write> Talk<'_, W> {
    fn write(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", clean(text).trim_end_matches('\n'))?;
        self.out.flush()
    }

    fn say(&mut self, key: &str, places: &[(&str, &dyn Display)]) -> io::Result<()> {
        let text = self.words.say(key, places);
        self.write(&text)
    }

    fn complain(&mut self, fault: &Fault) -> io::Result<()> {
        let (why, _) = self.words.fault(fault);
        self.say("sit.not-saved", &[("why", &why)])
    }

    fn begin(&mut self, greeting: &[String]) -> io::Result<()> {
        let format = self.session.paper.format.clone();
        let head = format!(
            "{} · {} · {} · {}",
            self.words.say("cover.style", &[("style", &format.style)]),
            format.subject,
            format.paper,
            self.session.sitting.paper
        );
        self.write(&head)?;
        for line in greeting {
            self.write(line)?;
        }
        if self.session.sitting.terms.mode == Mode::Practice {
            self.say("sit.plain.practice", &[])?;
        }
        self.time()?;
        self.say("sit.plain.how", &[])?;
        match self.session.sitting.phase {
            Phase::Break { .. } => self.say("sit.plain.on-break", &[]),
            Phase::Prepared | Phase::Reading | Phase::Writing | Phase::Grace | Phase::Submitted(_) | Phase::Marked | Phase::Void => {
                self.part()
            }
        }
    }

    /// Looks at the clock and at what other screens have written.
    fn beat(&mut self) -> Step {
        let before = self.session.sitting.phase;
        let looked = self.session.catch_up().and_then(|()| self.session.tick());
        if let Some(part) = self.unsaved.take() {
            self.save(&part)?;
        }
        let phase = self.session.sitting.phase;
        if before == Phase::Reading && phase == Phase::Writing {
            self.say("sit.writing-begins", &[])?;
        }
        if phase == Phase::Grace || !self.session.sitting.is_open() {
            return self.hand_in("sit.time-over");
        }
        if let Err(fault) = looked {
            self.complain(&fault)?;
        }
        let left = self.session.sitting.remaining();
        let (was, last_left) = (self.last_left, left);
        self.last_left = last_left;
        if let Some(minutes) = ANNOUNCED.iter().rev().find(|minutes| was > **minutes * 60_000 && left <= **minutes * 60_000) {
            let text = self.words.count("sit.minutes-left", *minutes);
            self.write(&text)?;
        }
        ON
    }

    fn line(&mut self, line: &str) -> Step {
        let asked = std::mem::take(&mut self.asked);
        match line.strip_prefix('/') {
            // Two strokes stand for one that belongs to the answer.
            Some(text) if text.starts_with('/') => self.add(text)?,
            Some(command) => return self.command(command, asked),
            None => self.add(line)?,
        }
        ON
    }

    fn command(&mut self, command: &str, asked: bool) -> Step {
        let (name, rest) = command.trim().split_once(char::is_whitespace).unwrap_or((command.trim(), ""));
        let rest = rest.trim();
        let on_break = matches!(self.session.sitting.phase, Phase::Break { .. });
        match name.to_lowercase().as_str() {
            "help" | "h" | "?" => self.say("sit.plain.help", &[])?,
            "time" | "t" => self.time()?,
            "go-on" if on_break => self.record(EventKind::BreakEnded, "sit.plain.break-over")?,
            "quit" | "q" => {
                self.leave("sit.plain.left")?;
                return Ok(ControlFlow::Break(()));
            }
            // The paper is hidden during a rest break.
            _ if on_break => self.say("sit.plain.on-break", &[])?,
            "next" | "n" if self.open + 1 < self.session.slips.len() => self.turn(self.open + 1)?,
            "next" | "n" => self.say("sit.last-part", &[])?,
            "back" | "b" if self.open > 0 => self.turn(self.open - 1)?,
            "back" | "b" => self.say("sit.first-part", &[])?,
            "part" | "p" => match self.find(rest) {
                Some(part) => self.turn(part)?,
                None => {
                    let known: Vec<_> = self.session.slips.iter().map(|slip| slip.number.clone()).collect();
                    self.say("sit.plain.no-part", &[("part", &rest), ("known", &known.join(", "))])?;
                }
            },
            "question" => self.part()?,
            "paper" => self.page(0)?,
            "sources" => (1..self.pages.count()).try_for_each(|tab| self.page(tab))?,
            "source" | "s" => {
                let known: Vec<_> = self.pages.tabs().skip(1).map(str::to_owned).collect();
                match known.iter().position(|label| label.eq_ignore_ascii_case(rest)) {
                    Some(tab) => self.page(tab + 1)?,
                    None => self.say("sit.plain.no-source", &[("source", &rest), ("known", &known.join(", "))])?,
                }
            }
            "flag" | "f" => self.flag()?,
            "show" => self.show()?,
            "clear" => self.change(|_| String::new())?,
            "delete-last" => self.change(|text| text.rsplit_once('\n').map(|(before, _)| before.to_owned()).unwrap_or_default())?,
            "review" | "r" => self.review()?,
            "break" => self.record(EventKind::BreakBegan { reason: clean(rest) }, "sit.plain.on-break")?,
            "submit" if asked => return self.hand_in(""),
            "submit" => self.ask()?,
            _ => self.say("sit.plain.unknown", &[("command", &name)])?,
        }
        ON
    }

    /// Returns the part that is meant by `1a`, `1(a)` or `1 A`.
    fn find(&self, wanted: &str) -> Option<usize> {
        let plain = |number: &str| number.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        self.session.slips.iter().position(|slip| plain(&slip.number) == plain(wanted))
    }

    fn turn(&mut self, to: usize) -> io::Result<()> {
        self.open = to;
        if let Some(slip) = self.session.slips.get(to)
            && self.session.has_the_pen()
            && let Err(fault) = self.session.record(vec![EventKind::Opened { part: slip.part.clone() }])
        {
            self.complain(&fault)?;
        }
        self.part()
    }

    /// Reads the open part out.
    fn part(&mut self) -> io::Result<()> {
        let Some(slip) = self.session.slips.get(self.open).cloned() else { return Ok(()) };
        let minutes = scaled(slip.minutes, self.session.sitting.terms.extra_percent);
        let marks = self.words.count("question.marks", slip.marks);
        let key = if minutes == 0 { "sit.question-untimed" } else { "sit.question" };
        let head = self.words.say(key, &[("number", &slip.number), ("marks", &marks), ("minutes", &minutes)]);
        self.write(&format!("\n{head}"))?;
        let page = self.pages.plain(Page::Part(self.open));
        self.write(&page)?;
        let count = word_count(self.texts.get(&slip.part).map_or("", String::as_str));
        if count > 0 {
            let so_far = self.words.count("sit.plain.so-far", count as u64);
            self.write(&so_far)?;
        }
        Ok(())
    }

    fn page(&mut self, tab: usize) -> io::Result<()> {
        let page = self.pages.plain(Page::Tab(tab));
        self.write(&format!("\n{page}"))
    }

    fn show(&mut self) -> io::Result<()> {
        let text = self.session.slips.get(self.open).and_then(|slip| self.texts.get(&slip.part)).cloned().unwrap_or_default();
        match text.trim().is_empty() {
            true => self.say("sit.plain.blank", &[]),
            false => self.write(&text),
        }
    }

    fn flag(&mut self) -> io::Result<()> {
        let Some(slip) = self.session.slips.get(self.open) else { return Ok(()) };
        let up = !self.session.sitting.sheets.get(&slip.part).is_some_and(|sheet| sheet.flagged);
        let kind = EventKind::Flagged { part: slip.part.clone(), up };
        self.record(kind, if up { "sit.plain.flagged" } else { "sit.plain.unflagged" })
    }

    /// Puts something that happened into the store and says so.
    fn record(&mut self, kind: EventKind, key: &str) -> io::Result<()> {
        if !self.session.has_the_pen() {
            return self.say("sit.superseded", &[]);
        }
        match self.session.record(vec![kind]) {
            Ok(()) => self.say(key, &[]),
            Err(fault) => self.complain(&fault),
        }
    }

    fn add(&mut self, line: &str) -> io::Result<()> {
        let line = clean(line);
        self.change(|text| if text.is_empty() { line.clone() } else { format!("{text}\n{line}") })
    }

    /// Changes the answer of the open part and saves it.
    fn change(&mut self, how: impl Fn(&str) -> String) -> io::Result<()> {
        let Some(part) = self.session.slips.get(self.open).map(|slip| slip.part.clone()) else { return Ok(()) };
        if !self.session.has_the_pen() {
            return self.say("sit.superseded", &[]);
        }
        match self.session.sitting.phase {
            Phase::Reading | Phase::Prepared => {
                self.say("sit.reading-refused", &[])?;
                return self.time();
            }
            Phase::Break { .. } => return self.say("sit.plain.on-break", &[]),
            Phase::Writing | Phase::Grace | Phase::Submitted(_) | Phase::Marked | Phase::Void => {}
        }
        let text = self.texts.entry(part.clone()).or_default();
        *text = how(text);
        self.save(&part)
    }

    fn save(&mut self, part: &str) -> io::Result<()> {
        let text = self.texts.get(part).cloned().unwrap_or_default();
        let count = self.words.count("sit.words", word_count(&text) as u64);
        match self.session.save(part, &text) {
            Saved::Done | Saved::Unchanged => self.say("sit.plain.saved", &[("words", &count)]),
            Saved::Kept(Refusal::Late) => self.say("sit.kept-late", &[]),
            Saved::Kept(Refusal::Superseded) => self.say("sit.superseded", &[]),
            Saved::Kept(_) => self.say("sit.kept-not-counted", &[]),
            Saved::Failed(fault) => {
                self.unsaved = Some(part.to_owned());
                self.complain(&fault)
            }
        }
    }

    fn time(&mut self) -> io::Result<()> {
        let sitting = &self.session.sitting;
        match sitting.phase {
            Phase::Reading => {
                let left = clock(sitting.reading_left());
                self.say("sit.reading-left", &[("time", &left)])
            }
            Phase::Prepared | Phase::Writing | Phase::Break { .. } | Phase::Grace | Phase::Submitted(_) | Phase::Marked | Phase::Void => {
                let left = clock(sitting.remaining());
                self.say("sit.time-left", &[("time", &left)])
            }
        }
    }

    fn review(&mut self) -> io::Result<()> {
        let blank = |text: &str| text.trim().is_empty();
        let rows: Vec<(String, bool, usize, bool)> = self
            .session
            .slips
            .iter()
            .map(|slip| {
                let text = self.texts.get(&slip.part).map_or("", String::as_str);
                let flagged = self.session.sitting.sheets.get(&slip.part).is_some_and(|sheet| sheet.flagged);
                (slip.number.clone(), blank(text), word_count(text), flagged)
            })
            .collect();
        for (number, blank, count, flagged) in &rows {
            let state = if *blank { self.words.get("sit.nav-blank") } else { self.words.count("sit.words", *count as u64) };
            let flag = if *flagged { format!(", {}", self.words.get("sit.flagged")) } else { String::new() };
            self.write(&format!("{number}: {state}{flag}"))?;
        }
        let advice =
            advice(&self.session.paper, &self.session.slips, |part| rows.get(part).is_some_and(|(_, blank, ..)| !blank), self.words);
        advice.iter().try_for_each(|line| self.write(line))
    }

    fn ask(&mut self) -> io::Result<()> {
        if !self.session.has_the_pen() {
            return self.say("sit.superseded", &[]);
        }
        if self.session.sitting.phase == Phase::Reading {
            return self.say("sit.reading-refused", &[]);
        }
        self.review()?;
        self.asked = true;
        self.say("sit.plain.submit-ask", &[])
    }

    /// Hands in and gives the receipt. What cannot be saved yet keeps the script here.
    fn hand_in(&mut self, because: &str) -> Step {
        if self.unsaved.is_some() {
            return ON;
        }
        match self.session.submit() {
            Ok(_) => {
                if !because.is_empty() {
                    self.say(because, &[])?;
                }
                for line in super::receipt(&self.session.sitting, &self.session.slips, self.words) {
                    self.write(&line)?;
                }
                Ok(ControlFlow::Break(()))
            }
            Err(fault) => {
                self.complain(&fault)?;
                ON
            }
        }
    }

    fn leave(&mut self, key: &str) -> io::Result<()> {
        if self.unsaved.is_some() {
            self.say("sit.plain.left-unsaved", &[])?;
        }
        let practice = self.session.sitting.terms.mode == Mode::Practice;
        if practice
            && self.session.has_the_pen()
            && let Err(fault) = self.session.record(vec![EventKind::Left])
        {
            self.complain(&fault)?;
        }
        self.say(key, &[])?;
        self.say(if practice { "sit.leave-practice" } else { "sit.leave-exam" }, &[])
    }
}
