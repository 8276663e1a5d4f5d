//! A sitting: one candidate at one paper, as a fold over events.
//!
//! Events are only ever added. [`replay`] turns them into a [`Sitting`] as it stands at a moment; asking for
//! something to happen ([`Sitting::save`], [`Sitting::submit`] …) returns the events that make it so, and changes
//! nothing by itself. Knows no clock, file, screen or marks.
//!
//! Time is always counted from the last event, never from the last look at the clock: so a screen that looked every
//! second and a program that was not there at all have the same sitting before them.

pub mod collect;
pub mod timing;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use timing::{Doubt, Millis, Mode, Stamp, Terms, elapsed};

/// Something that happened, when, and its place among everything that happened in the sitting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Counts from 0 without gaps; the same number is the same event.
    pub seq: u64,
    pub at: Stamp,
    pub kind: EventKind,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum EventKind {
    /// Everything is laid out. The first event of every sitting.
    Prepared {
        /// The paper's code.
        paper: String,
        /// Fingerprint of the paper's text.
        fingerprint: String,
        candidate: String,
        terms: Terms,
    },
    /// The paper is opened: reading time begins, or writing time where there is none.
    Began,
    /// The candidate is at the paper again after leaving it or after a failure. With `kept` text that only this device had.
    Returned,
    /// The candidate left the paper. Stops the clock in practice.
    Left,
    /// A rest break: the clock stops and the paper is hidden.
    BreakBegan {
        reason: String,
    },
    BreakEnded,
    /// The candidate turned to a part.
    Opened {
        part: String,
    },
    /// The candidate put a flag on a part, or took it off.
    Flagged {
        part: String,
        up: bool,
    },
    /// Bytes `start..end` of the part's text were replaced, which made `revision` of it.
    Edited {
        part: String,
        tab: u64,
        revision: u64,
        start: usize,
        end: usize,
        insert: String,
    },
    /// A save that was made on an older revision, kept beside the text that stands.
    Conflict {
        part: String,
        tab: u64,
        base: u64,
        text: String,
    },
    /// A save that came after the time allowed.
    Late {
        part: String,
        tab: u64,
        text: String,
    },
    /// A screen took over; any other is for reading only from now on.
    TookOver {
        tab: u64,
    },
    /// Writing time was given or taken away.
    TimeChanged {
        by: i64,
        reason: String,
    },
    Submitted {
        by: By,
    },
    /// Marking is done; it can be done again.
    Marked,
    /// The sitting does not count.
    Voided {
        reason: String,
    },
}

/// Who handed the script in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    Candidate,
    /// The time was over.
    Deadline,
}

/// Where a sitting stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Prepared,
    Reading,
    Writing,
    /// A rest break; `from_reading` tells what it interrupted.
    Break {
        from_reading: bool,
    },
    /// Time is over; only what was on its way is still taken.
    Grace,
    Submitted(By),
    Marked,
    Void,
}

/// The text of one part and what belongs to it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    pub text: String,
    /// Counts the saves of this part.
    pub revision: u64,
    pub flagged: bool,
    /// Time with this part open, while the clock ran.
    pub open_for: Millis,
    /// Saves on an older revision, each whole.
    pub conflicts: Vec<String>,
    /// Text that came too late: how late, and the whole answer as it stood then.
    pub late: Vec<(Millis, String)>,
}

/// Everything about a sitting at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Sitting {
    /// The paper's code.
    pub paper: String,
    /// Fingerprint of the paper's text.
    pub fingerprint: String,
    pub candidate: String,
    pub terms: Terms,
    pub phase: Phase,
    pub sheets: BTreeMap<String, Sheet>,
    /// The part that is open.
    pub open: Option<String>,
    /// The screen that may write.
    pub tab: u64,
    /// The candidate has left the paper.
    pub away: bool,
    /// Time used, each by what it was used for. Together they are all the time since the sitting was prepared.
    pub used: Used,
    /// Changes of time so far, together.
    pub adjusted: i64,
    /// Breaks with their reasons and lengths.
    pub breaks: Vec<(String, Millis)>,
    /// Reasons given for changes of time, and what they were.
    pub changes: Vec<(String, i64)>,
    /// Why some of the time is not certain.
    pub doubts: Vec<Doubt>,
    /// Wall clock when the script was handed in.
    pub handed_in: Option<i64>,
    /// Number of the next event.
    pub next_seq: u64,
    /// The latest moment looked at.
    last: Stamp,
    mark: Mark,
}

/// What the clock had made of a sitting when the last event had been taken in.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Mark {
    at: Stamp,
    phase: Phase,
    used: Used,
    handed_in: Option<i64>,
    doubts: usize,
    /// Length of the last break.
    break_length: Millis,
    /// Time with the part that is open.
    open_for: Millis,
}

/// How the time since the sitting was prepared was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Used {
    pub waiting: Millis,
    pub reading: Millis,
    pub writing: Millis,
    pub breaks: Millis,
    /// In practice, while nobody sat at the paper.
    pub away: Millis,
    /// After the deadline.
    pub over: Millis,
}

impl Used {
    /// Returns all of it.
    pub fn total(&self) -> Millis {
        self.waiting + self.reading + self.writing + self.breaks + self.away + self.over
    }
}

/// Why something asked for is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing may be written during reading time.
    Reading,
    /// Nothing may be written during a break.
    Break,
    /// The script has been handed in.
    Submitted,
    /// The sitting does not count any more.
    Void,
    /// Another screen has taken over; the text was kept beside the other.
    Superseded,
    /// The time is over; the text was kept as late.
    Late,
    /// It has not begun.
    NotBegun,
}

/// Returns the sitting that events make, as it stands at `now`, or `None` if the first event is missing. Events may
/// come in any order and more than once; where one is missing, those behind it are left out.
pub fn replay(events: &[Event], now: Stamp) -> Option<Sitting> {
    let mut ordered: Vec<&Event> = events.iter().collect();
    ordered.sort_by_key(|event| event.seq);
    ordered.dedup_by_key(|event| event.seq);
    let first = ordered.first()?;
    let EventKind::Prepared { paper, fingerprint, candidate, terms } = &first.kind else { return None };
    let mut sitting = Sitting {
        paper: paper.clone(),
        fingerprint: fingerprint.clone(),
        candidate: candidate.clone(),
        terms: terms.clone(),
        phase: Phase::Prepared,
        sheets: BTreeMap::new(),
        open: None,
        tab: 0,
        away: false,
        used: Used::default(),
        adjusted: 0,
        breaks: Vec::new(),
        changes: Vec::new(),
        doubts: Vec::new(),
        handed_in: None,
        next_seq: first.seq.saturating_add(1),
        last: first.at,
        mark: Mark {
            at: first.at,
            phase: Phase::Prepared,
            used: Used::default(),
            handed_in: None,
            doubts: 0,
            break_length: 0,
            open_for: 0,
        },
    };
    for event in &ordered[1..] {
        sitting.apply(event);
    }
    sitting.advance_to(now);
    Some(sitting)
}

impl Sitting {
    /// Takes in the next event. Any other, be it known already or too early, changes nothing. The sitting stands at
    /// the moment of the event afterwards, even if the clock had been looked at later than that.
    pub fn apply(&mut self, event: &Event) {
        if event.seq != self.next_seq {
            return;
        }
        self.next_seq = event.seq.saturating_add(1);
        self.rewind();
        let practice_gap = self.terms.mode == Mode::Practice && matches!(event.kind, EventKind::Returned);
        // In practice a failure stops the clock as leaving does, from the last thing that was recorded.
        self.away |= practice_gap && self.is_running();
        self.advance_to(event.at);
        match &event.kind {
            EventKind::Prepared { .. } => {}
            EventKind::Began if self.phase == Phase::Prepared => {
                self.phase = if self.terms.reading > 0 { Phase::Reading } else { Phase::Writing };
            }
            EventKind::Began => {}
            EventKind::Returned => self.away = false,
            EventKind::Left => self.away |= self.is_running(),
            EventKind::BreakBegan { reason } if self.is_running() => {
                self.phase = Phase::Break { from_reading: self.phase == Phase::Reading };
                self.breaks.push((reason.clone(), 0));
            }
            EventKind::BreakBegan { .. } => {}
            EventKind::BreakEnded => {
                if let Phase::Break { from_reading } = self.phase {
                    self.phase = if from_reading { Phase::Reading } else { Phase::Writing };
                }
            }
            EventKind::Opened { part } => {
                self.sheet(part);
                self.open = Some(part.clone());
            }
            EventKind::Flagged { part, up } => self.sheet(part).flagged = *up,
            EventKind::Edited { part, revision, start, end, insert, .. } => {
                let (taken, late) = (matches!(self.phase, Phase::Writing | Phase::Grace), self.used.over);
                let sheet = self.sheet(part);
                match sheet.text.get(*start..*end).is_some() {
                    true if taken => {
                        sheet.text.replace_range(*start..*end, insert);
                        sheet.revision = *revision;
                    }
                    // Saved when nothing could be: kept, and not counted.
                    true => sheet.late.push((late, [&sheet.text[..*start], insert, &sheet.text[*end..]].concat())),
                    // Made on a text that is not here; what was typed is kept.
                    false => sheet.conflicts.push(insert.clone()),
                }
            }
            EventKind::Conflict { part, text, .. } => self.sheet(part).conflicts.push(text.clone()),
            EventKind::Late { part, text, .. } => {
                let late = self.used.over;
                self.sheet(part).late.push((late, text.clone()));
            }
            EventKind::TookOver { tab } => self.tab = *tab,
            EventKind::TimeChanged { by, reason } => {
                self.adjusted = self.adjusted.saturating_add(*by);
                self.changes.push((reason.clone(), *by));
            }
            EventKind::Submitted { by } => match self.phase {
                Phase::Grace => self.hand_in(By::Deadline, self.deadline(event.at)),
                Phase::Prepared | Phase::Reading | Phase::Writing | Phase::Break { .. } => self.hand_in(*by, event.at.wall),
                Phase::Submitted(_) | Phase::Marked | Phase::Void => {}
            },
            EventKind::Marked if matches!(self.phase, Phase::Submitted(_)) => self.phase = Phase::Marked,
            EventKind::Marked => {}
            EventKind::Voided { .. } => self.phase = Phase::Void,
        }
        self.settle();
        self.mark = Mark {
            at: self.last,
            phase: self.phase,
            used: self.used,
            handed_in: self.handed_in,
            doubts: self.doubts.len(),
            break_length: self.breaks.last().map_or(0, |(_, length)| *length),
            open_for: self.open.as_ref().map_or(0, |part| self.sheets.get(part).map_or(0, |sheet| sheet.open_for)),
        };
    }

    /// Lets the clock run up to a moment. A moment that is not later changes nothing.
    pub fn advance_to(&mut self, now: Stamp) {
        let later = now.boot != self.last.boot || now.since_boot > self.last.since_boot;
        if later {
            self.rewind();
            let elapsed = elapsed(&self.mark.at, &now);
            self.doubts.extend(elapsed.doubtful.filter(|_| self.is_open()));
            self.last = now;
            self.run(elapsed.millis);
        }
    }

    /// Goes back to the moment of the last event.
    fn rewind(&mut self) {
        let Mark { at, phase, used, handed_in, doubts, break_length, open_for } = self.mark;
        (self.last, self.phase, self.used, self.handed_in) = (at, phase, used, handed_in);
        self.doubts.truncate(doubts);
        if let Some((_, length)) = self.breaks.last_mut() {
            *length = break_length;
        }
        if let Some(sheet) = self.open.as_ref().and_then(|part| self.sheets.get_mut(part)) {
            sheet.open_for = open_for;
        }
    }

    /// Spends the time since the last event on whatever the sitting is at.
    fn run(&mut self, mut span: Millis) {
        let whole = span;
        while span > 0 {
            if self.away && self.terms.mode == Mode::Practice && self.is_running() {
                self.used.away += span;
                return;
            }
            match self.phase {
                Phase::Prepared => {
                    self.used.waiting += span;
                    return;
                }
                Phase::Reading => {
                    let spent = span.min(self.terms.reading.saturating_sub(self.used.reading));
                    self.used.reading += spent;
                    span -= spent;
                    if self.used.reading >= self.terms.reading {
                        self.phase = Phase::Writing;
                    }
                }
                Phase::Writing => {
                    let spent = span.min(self.remaining());
                    self.used.writing += spent;
                    if let Some(part) = self.open.clone() {
                        self.sheet(&part).open_for += spent;
                    }
                    span -= spent;
                    self.settle();
                }
                Phase::Break { .. } => {
                    self.used.breaks += span;
                    if let Some((_, length)) = self.breaks.last_mut() {
                        *length += span;
                    }
                    return;
                }
                Phase::Grace => {
                    let spent = span.min(self.terms.grace.saturating_sub(self.used.over));
                    self.used.over += spent;
                    span -= spent;
                    if self.used.over >= self.terms.grace {
                        // Handed in at the deadline, however long ago that was.
                        let spent = (whole - span) as i64 - self.used.over as i64;
                        self.hand_in(By::Deadline, self.mark.at.wall.saturating_add(spent));
                    }
                }
                Phase::Submitted(_) | Phase::Marked | Phase::Void => {
                    self.used.over += span;
                    return;
                }
            }
        }
    }

    /// Moves between writing and grace when the time allowed is reached or has been changed.
    fn settle(&mut self) {
        let allowed = self.allowed();
        match self.phase {
            // Where time was taken away, what was written beyond it stands, and the grace begins now.
            Phase::Writing if self.used.writing >= allowed => self.phase = Phase::Grace,
            Phase::Grace => {
                // Time was given after the deadline: what ran over was writing time.
                let back = self.used.over.min(allowed.saturating_sub(self.used.writing));
                self.used.writing += back;
                self.used.over -= back;
                if self.used.writing < allowed {
                    self.phase = Phase::Writing;
                }
            }
            Phase::Prepared | Phase::Reading | Phase::Writing | Phase::Break { .. } => {}
            Phase::Submitted(_) | Phase::Marked | Phase::Void => {}
        }
    }

    /// Returns the wall clock at the deadline, for a moment in the grace after it.
    fn deadline(&self, now: Stamp) -> i64 {
        now.wall.saturating_sub(self.used.over as i64)
    }

    fn hand_in(&mut self, by: By, wall: i64) {
        self.phase = Phase::Submitted(by);
        self.handed_in = Some(wall);
    }

    fn sheet(&mut self, part: &str) -> &mut Sheet {
        self.sheets.entry(part.to_owned()).or_default()
    }

    /// Returns the writing time allowed, with every change so far.
    pub fn allowed(&self) -> Millis {
        self.terms.allowed().saturating_add_signed(self.adjusted)
    }

    /// Returns the writing time that is left.
    pub fn remaining(&self) -> Millis {
        self.allowed().saturating_sub(self.used.writing)
    }

    /// Returns the reading time that is left.
    pub fn reading_left(&self) -> Millis {
        self.terms.reading.saturating_sub(self.used.reading)
    }

    /// Returns whether the clock of reading or writing runs, or would if nobody were away.
    pub fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Reading | Phase::Writing)
    }

    /// Returns whether the script has not been handed in yet.
    pub fn is_open(&self) -> bool {
        match self.phase {
            Phase::Prepared | Phase::Reading | Phase::Writing | Phase::Break { .. } | Phase::Grace => true,
            Phase::Submitted(_) | Phase::Marked | Phase::Void => false,
        }
    }

    /// Returns whether the time has run out and no event says so yet.
    pub fn is_due(&self) -> bool {
        self.phase == Phase::Submitted(By::Deadline) && self.mark.phase != self.phase
    }

    /// Returns the text of a part as it stands.
    pub fn text(&self, part: &str) -> &str {
        self.sheets.get(part).map_or("", |sheet| &sheet.text)
    }

    /// Returns the revision of a part.
    pub fn revision(&self, part: &str) -> u64 {
        self.sheets.get(part).map_or(0, |sheet| sheet.revision)
    }

    /// Returns the event that saves a part's whole text, made on revision `base` by screen `tab`, or why it is not
    /// simply saved. What cannot be saved is kept all the same: the event to record comes with the refusal.
    pub fn save(&self, part: &str, base: u64, tab: u64, text: &str) -> Result<Option<EventKind>, (Refusal, Option<EventKind>)> {
        match self.phase {
            Phase::Prepared => Err((Refusal::NotBegun, None)),
            Phase::Reading => Err((Refusal::Reading, None)),
            Phase::Break { .. } => Err((Refusal::Break, None)),
            Phase::Submitted(By::Deadline) => Err((Refusal::Late, self.late(part, tab, text))),
            Phase::Submitted(By::Candidate) | Phase::Marked => Err((Refusal::Submitted, self.late(part, tab, text))),
            Phase::Void => Err((Refusal::Void, self.late(part, tab, text))),
            Phase::Writing | Phase::Grace => {
                let old = self.text(part);
                if old == text {
                    return Ok(None);
                }
                if tab != self.tab || base != self.revision(part) {
                    // The same text again is kept once.
                    let known = self.sheets.get(part).is_some_and(|sheet| sheet.conflicts.iter().any(|kept| kept == text));
                    let kept = EventKind::Conflict { part: part.to_owned(), tab, base, text: text.to_owned() };
                    return Err((Refusal::Superseded, (!known).then_some(kept)));
                }
                let (start, end, insert) = difference(old, text);
                Ok(Some(EventKind::Edited { part: part.to_owned(), tab, revision: base + 1, start, end, insert }))
            }
        }
    }

    /// Returns the event that keeps a text that came too late, unless it is kept already.
    fn late(&self, part: &str, tab: u64, text: &str) -> Option<EventKind> {
        let kept = self.sheets.get(part).and_then(|sheet| sheet.late.last()).is_some_and(|(_, kept)| kept == text);
        (text != self.text(part) && !kept).then(|| EventKind::Late { part: part.to_owned(), tab, text: text.to_owned() })
    }

    /// Returns the event that hands the script in; `None` if it has been handed in, which is no fault: the receipt
    /// is the same.
    pub fn submit(&self) -> Result<Option<EventKind>, Refusal> {
        match self.phase {
            Phase::Prepared => Err(Refusal::NotBegun),
            Phase::Void => Err(Refusal::Void),
            Phase::Reading | Phase::Writing | Phase::Break { .. } => Ok(Some(EventKind::Submitted { by: By::Candidate })),
            Phase::Grace => Ok(Some(EventKind::Submitted { by: By::Deadline })),
            Phase::Submitted(_) | Phase::Marked => Ok(None),
        }
    }

    /// Returns the code of the receipt: it depends on the paper, the candidate and every answer.
    pub fn receipt(&self) -> Option<String> {
        if self.is_open() || self.phase == Phase::Void {
            return None;
        }
        let mut hasher = Sha256::new();
        // A part without text is no answer: text that comes late, or a part looked at, makes no other receipt.
        let written = self.sheets.iter().filter(|(_, sheet)| !sheet.text.is_empty());
        let answers = written.flat_map(|(part, sheet)| [part.as_str(), sheet.text.as_str()]);
        for piece in [self.paper.as_str(), self.candidate.as_str()].into_iter().chain(answers) {
            hasher.update((piece.len() as u64).to_le_bytes());
            hasher.update(piece);
        }
        let digest = hasher.finalize();
        let code: String = digest[..6].iter().map(|byte| format!("{byte:02X}")).collect();
        Some(format!("{}-{}-{}", &code[..4], &code[4..8], &code[8..]))
    }
}

/// Returns the one replacement that turns one text into another: bytes `start..end` become `insert`.
pub fn difference(old: &str, new: &str) -> (usize, usize, String) {
    let mut start = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
    while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
        start -= 1;
    }
    let room = (old.len() - start).min(new.len() - start);
    let mut tail = old.bytes().rev().zip(new.bytes().rev()).take(room).take_while(|(a, b)| a == b).count();
    while !old.is_char_boundary(old.len() - tail) || !new.is_char_boundary(new.len() - tail) {
        tail -= 1;
    }
    (start, old.len() - tail, new[start..new.len() - tail].to_owned())
}
