//! One screen at one sitting: asks the core what an action means, puts it in the store, and only then counts it as
//! done. The browser's server and the terminal both stand on it.

use crate::diag::Fault;
use crate::paper::Paper;
use crate::script::{Slip, slips};
use crate::shell::store::{AppendError, Store};
use crate::sitting::timing::{Mode, Stamp, Terms};
use crate::sitting::{By, Event, EventKind, Phase, Refusal, Sitting, replay};
use std::collections::HashMap;

/// A screen at a sitting.
pub struct Session {
    store: Store,
    id: i64,
    /// The sitting as of the last moment looked at.
    pub sitting: Sitting,
    pub paper: Paper,
    /// What can be answered, in order.
    pub slips: Vec<Slip>,
    /// This screen.
    tab: u64,
    /// The revision of each part that this screen's text was made on.
    bases: HashMap<String, u64>,
    clock: fn() -> Stamp,
    /// Wall clock of the last save that is on the disk.
    pub saved_at: Option<i64>,
}

/// How a sitting was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    New,
    /// It goes on where it was left.
    Resumed,
    /// It is over; there is only something to be read.
    Over,
}

/// What became of a save.
#[derive(Debug, Clone, PartialEq)]
pub enum Saved {
    /// There was nothing new.
    Unchanged,
    /// It is on the disk.
    Done,
    /// It does not count, but where there was new text it is kept.
    Kept(Refusal),
    /// It is not on the disk; try again.
    Failed(Fault),
}

/// Returns the terms on which a paper is sat.
pub fn terms(paper: &Paper, mode: Mode, extra_percent: u16) -> Terms {
    const MINUTE: u64 = 60_000;
    Terms {
        mode,
        reading: paper.format.reading_minutes.unwrap_or(0) as u64 * MINUTE,
        writing: paper.format.minutes as u64 * MINUTE,
        extra_percent,
        extra: 0,
        grace: 30_000,
    }
}

impl Session {
    /// Opens the candidate's sitting of a paper: the one that is still open, or the last one, or a new one. `new`
    /// begins another even so. Nothing is asked.
    pub fn open(
        mut store: Store,
        paper: Paper,
        paper_text: &str,
        candidate: &str,
        terms: Terms,
        new: bool,
        clock: fn() -> Stamp,
    ) -> Result<(Session, Opened), Fault> {
        let found = store.sittings()?.into_iter().rev().find(|row| row.paper == paper.reference && row.candidate == candidate);
        let now = clock();
        let (id, opened) = match found.filter(|_| !new) {
            Some(row) => (row.id, Opened::Resumed),
            None => {
                let fingerprint = crate::paper::fingerprint(&paper_text);
                let kind = EventKind::Prepared {
                    paper: paper.reference.clone(),
                    fingerprint: fingerprint.clone(),
                    candidate: candidate.to_owned(),
                    terms,
                };
                let id = store.begin(&fingerprint, paper_text, &[Event { seq: 0, at: now, kind }])?;
                (id, Opened::New)
            }
        };
        let events = store.events(id, 0)?;
        let Some(mut sitting) = replay(&events, events.last().map_or(now, |event| event.at)) else {
            return Err(Fault::error("sitting-unreadable").with("id", id));
        };
        if opened == Opened::Resumed && sitting.terms.mode == Mode::Exam {
            // In an examination the clock has run on; in practice it stood still, which `Returned` will say.
            sitting.advance_to(now);
        }
        let tab = now.since_boot.wrapping_mul(1_000_003) ^ u64::from(std::process::id());
        let slips = slips(&paper);
        let mut session = Session { store, id, sitting, paper, slips, tab, bases: HashMap::new(), clock, saved_at: None };
        let opened = if session.sitting.is_open() { opened } else { Opened::Over };
        if opened != Opened::Over {
            let arrival = if opened == Opened::New { EventKind::Began } else { EventKind::Returned };
            session.record(vec![arrival, EventKind::TookOver { tab }])?;
        }
        session.rebase();
        Ok((session, opened))
    }

    /// Takes every part's present revision as what this screen's text is made on.
    fn rebase(&mut self) {
        self.bases = self.slips.iter().map(|slip| (slip.part.clone(), self.sitting.revision(&slip.part))).collect();
    }

    /// Lets the clock run to this moment, and records that the time is over when it is.
    pub fn tick(&mut self) -> Result<(), Fault> {
        let open = self.sitting.is_open();
        self.sitting.advance_to((self.clock)());
        if open && self.sitting.phase == Phase::Submitted(By::Deadline) {
            self.record(vec![EventKind::Submitted { by: By::Deadline }])?;
        }
        Ok(())
    }

    /// Puts something that happened into the store, and then into the sitting.
    pub fn record(&mut self, kinds: Vec<EventKind>) -> Result<(), Fault> {
        // Another screen may have written in between; read what it wrote and put ours after it.
        for _ in 0..8 {
            let at = (self.clock)();
            let events: Vec<_> =
                kinds.iter().enumerate().map(|(n, kind)| Event { seq: self.sitting.next_seq + n as u64, at, kind: kind.clone() }).collect();
            match self.store.append(self.id, &events) {
                Ok(()) => {
                    events.iter().for_each(|event| self.sitting.apply(event));
                    return Ok(());
                }
                Err(AppendError::Behind) => self.catch_up()?,
                Err(AppendError::Fault(fault)) => return Err(fault),
            }
        }
        Err(Fault::error("store-busy").with("path", "").with("why", "another screen keeps writing"))
    }

    /// Takes in what other screens have written.
    pub fn catch_up(&mut self) -> Result<(), Fault> {
        for event in self.store.events(self.id, self.sitting.next_seq)? {
            self.sitting.apply(&event);
        }
        Ok(())
    }

    /// Returns whether this screen may write.
    pub fn has_the_pen(&self) -> bool {
        self.sitting.tab == self.tab
    }

    /// Saves the whole text of a part.
    pub fn save(&mut self, part: &str, text: &str) -> Saved {
        match self.try_save(part, text) {
            Ok(saved) => saved,
            Err(fault) => Saved::Failed(fault),
        }
    }

    fn try_save(&mut self, part: &str, text: &str) -> Result<Saved, Fault> {
        self.tick()?;
        for _ in 0..8 {
            let base = self.bases.get(part).copied().unwrap_or(0);
            let (kind, refusal) = match self.sitting.save(part, base, self.tab, text) {
                Ok(None) => return Ok(Saved::Unchanged),
                Ok(Some(kind)) => (kind, None),
                Err((refusal, Some(kind))) => (kind, Some(refusal)),
                Err((refusal, None)) => return Ok(Saved::Kept(refusal)),
            };
            let event = Event { seq: self.sitting.next_seq, at: (self.clock)(), kind };
            match self.store.append(self.id, std::slice::from_ref(&event)) {
                Ok(()) => {
                    self.sitting.apply(&event);
                    if let EventKind::Edited { revision, .. } = event.kind {
                        self.bases.insert(part.to_owned(), revision);
                    }
                    self.saved_at = Some(event.at.wall);
                    return Ok(refusal.map_or(Saved::Done, Saved::Kept));
                }
                // What another screen wrote may make this save a different thing: decide again.
                Err(AppendError::Behind) => self.catch_up()?,
                Err(AppendError::Fault(fault)) => return Err(fault),
            }
        }
        Err(Fault::error("store-busy").with("path", "").with("why", "another screen keeps writing"))
    }

    /// Hands the script in. A second time gives the same receipt.
    pub fn submit(&mut self) -> Result<Result<String, Refusal>, Fault> {
        self.tick()?;
        match self.sitting.submit() {
            Err(refusal) => return Ok(Err(refusal)),
            Ok(None) => {}
            Ok(Some(kind)) => self.record(vec![kind])?,
        }
        Ok(self.sitting.receipt().ok_or(Refusal::Void))
    }

    /// Returns the number of the sitting in the store.
    pub fn id(&self) -> i64 {
        self.id
    }
}
