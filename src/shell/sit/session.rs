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
        let slips = slips(&paper);
        let mut session = Session { store, id, sitting, paper, slips, tab: 0, bases: HashMap::new(), clock, saved_at: None };
        if session.sitting.is_open() {
            session.arrive()?;
        } else if session.sitting.is_due() {
            // It is over all the same if this cannot be written down.
            let _ = session.note_end();
        }
        let opened = if session.sitting.is_open() { opened } else { Opened::Over };
        session.rebase();
        Ok((session, opened))
    }

    /// Sits down at the paper and takes the pen.
    fn arrive(&mut self) -> Result<(), Fault> {
        self.append(|sitting, _| {
            // Also a sitting that was broken off before it had begun begins now.
            let arrival = if sitting.phase == Phase::Prepared { EventKind::Began } else { EventKind::Returned };
            // No other screen of this sitting can have the number of this event.
            Some(vec![arrival, EventKind::TookOver { tab: sitting.next_seq + 1 }])
        })?;
        self.tab = self.sitting.next_seq - 1;
        Ok(())
    }

    /// Takes every part's present revision as what this screen's text is made on.
    fn rebase(&mut self) {
        self.bases = self.slips.iter().map(|slip| (slip.part.clone(), self.sitting.revision(&slip.part))).collect();
    }

    /// Lets the clock run to this moment, and records that the time is over when it is.
    pub fn tick(&mut self) -> Result<(), Fault> {
        self.sitting.advance_to((self.clock)());
        if self.sitting.is_due() { self.note_end() } else { Ok(()) }
    }

    /// Records that the time is over, unless another screen has written something that makes it untrue.
    fn note_end(&mut self) -> Result<(), Fault> {
        self.append(|sitting, at| {
            sitting.advance_to(at);
            sitting.is_due().then(|| vec![EventKind::Submitted { by: By::Deadline }])
        })
    }

    /// Puts something that happened into the store, and then into the sitting.
    pub fn record(&mut self, kinds: Vec<EventKind>) -> Result<(), Fault> {
        self.append(|_, _| Some(kinds.clone()))
    }

    /// Puts what `decide` makes of the sitting at a moment into the store, and then into the sitting. Where another
    /// screen has written in between, takes that in and decides again.
    fn append(&mut self, mut decide: impl FnMut(&mut Sitting, Stamp) -> Option<Vec<EventKind>>) -> Result<(), Fault> {
        for _ in 0..8 {
            let at = (self.clock)();
            let Some(kinds) = decide(&mut self.sitting, at) else { return Ok(()) };
            let events: Vec<_> = (self.sitting.next_seq..).zip(kinds).map(|(seq, kind)| Event { seq, at, kind }).collect();
            match self.store.append(self.id, &events) {
                Ok(()) => {
                    events.iter().for_each(|event| self.sitting.apply(event));
                    return Ok(());
                }
                Err(AppendError::Behind) => self.catch_up()?,
                Err(AppendError::Fault(fault)) => return Err(fault),
            }
        }
        Err(Fault::error("store-busy").with("path", self.store.path().display()).with("why", "another screen keeps writing"))
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
        let base = self.bases.get(part).copied().unwrap_or(0);
        let tab = self.tab;
        let (mut saved, mut wall) = (Saved::Unchanged, None);
        self.append(|sitting, at| {
            // What is decided holds for the moment that is written down.
            sitting.advance_to(at);
            wall = Some(at.wall);
            let kind;
            (saved, kind) = match sitting.save(part, base, tab, text) {
                Ok(None) => (Saved::Unchanged, None),
                Ok(Some(kind)) => (Saved::Done, Some(kind)),
                Err((refusal, kind)) => (Saved::Kept(refusal), kind),
            };
            if kind.is_none() {
                wall = None;
            }
            kind.map(|kind| vec![kind])
        })?;
        if saved == Saved::Done {
            self.bases.insert(part.to_owned(), self.sitting.revision(part));
        }
        self.saved_at = wall.or(self.saved_at);
        Ok(saved)
    }

    /// Hands the script in. A second time gives the same receipt.
    pub fn submit(&mut self) -> Result<Result<String, Refusal>, Fault> {
        self.tick()?;
        let mut refused = None;
        self.append(|sitting, at| {
            sitting.advance_to(at);
            sitting
                .submit()
                .unwrap_or_else(|refusal| {
                    refused = Some(refusal);
                    None
                })
                .map(|kind| vec![kind])
        })?;
        Ok(refused.map_or_else(|| self.sitting.receipt().ok_or(Refusal::Void), Err))
    }

    /// Returns the number of the sitting in the store.
    pub fn id(&self) -> i64 {
        self.id
    }
}
