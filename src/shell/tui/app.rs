//! The screen's state and what an event makes of it: pure, with the time as an argument. What is to be done in the
//! world comes back as effects.

use super::editor::{Did, Editor, clean};
use super::pages::{Page, Pages};
use super::saver::{Job, Report};
use super::view::{self, Place};
use crate::paper::Paper;
use crate::script::Slip;
use crate::sitting::timing::{Millis, Mode, Stamp};
use crate::sitting::{By, EventKind, Phase, Refusal, Sitting};
use crate::words::Words;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// A text is handed to the saver so long after the first key that is not saved, at most. The loop adds a little.
pub const SAVE_AFTER: Millis = 150;
/// How long a message stands.
const MESSAGE: Millis = 10_000;
/// From here on the time is always shown.
const LAST_MINUTES: Millis = 5 * 60_000;
/// Minutes left at which it is said.
const ANNOUNCED: [u64; 5] = [30, 15, 10, 5, 1];

/// What comes in.
#[derive(Debug, Clone)]
pub enum Input {
    Key(KeyEvent),
    Paste(String),
    Mouse(MouseEvent),
    Resize(u16, u16),
    Tick,
    Report(Report),
    /// The program is asked to end: the terminal has gone, or a signal came.
    End,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    Do(Job),
    Quit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    Answer,
    Sources,
}

/// What stands over the answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    Help,
    /// The review, with the line that is chosen.
    Review(usize),
    Submit,
    /// The reason for a rest break, as far as it is typed.
    Break(String),
    Leave,
}

/// What is known of saving.
#[derive(Debug, Clone, Default)]
pub struct Saving {
    /// When the first key came that has not been handed to the saver.
    dirty: Option<Millis>,
    sent: u64,
    done: u64,
    /// Wall clock of the last save on the disk.
    pub at: Option<i64>,
    /// Why it cannot be saved at present.
    pub failed: Option<String>,
    pub kept: Option<Refusal>,
}

impl Saving {
    /// Returns whether everything written is on the disk.
    pub fn is_done(&self) -> bool {
        self.dirty.is_none() && self.done >= self.sent
    }
}

/// The screen.
pub struct App {
    pub words: Words,
    pub paper: Paper,
    pub slips: Vec<Slip>,
    pub pages: Pages,
    pub sitting: Sitting,
    pub editors: Vec<Editor>,
    pub flags: Vec<bool>,
    /// The pages of the sources that each part names.
    named: Vec<Vec<usize>>,
    /// The part that is open.
    pub open: usize,
    pub focus: Focus,
    pub tab: usize,
    /// First line shown of each tab, and of each question.
    pub tab_tops: Vec<u16>,
    pub question_tops: Vec<u16>,
    pub overlay: Option<Overlay>,
    /// First line shown of the help or the review.
    pub overlay_top: u16,
    message: Option<(String, Millis)>,
    pub hidden: bool,
    /// One pane fills the screen.
    pub zoomed: bool,
    /// This screen may write.
    pub pen: bool,
    pub saving: Saving,
    pub now: Stamp,
    pub size: (u16, u16),
    /// A break has been asked for and may not be on the disk yet.
    pub resting: bool,
    /// The script is being handed in.
    submitting: bool,
    /// The store has said that the sitting is over.
    pub over: bool,
    /// The last remaining time looked at.
    last_left: Option<Millis>,
}

impl App {
    pub fn new(words: Words, paper: Paper, slips: Vec<Slip>, sitting: Sitting, now: Stamp) -> App {
        let pages = Pages::new(&paper, &words);
        let editors = slips.iter().map(|slip| Editor::new(sitting.text(&slip.part))).collect();
        let flags = slips.iter().map(|slip| sitting.sheets.get(&slip.part).is_some_and(|sheet| sheet.flagged)).collect();
        let open = sitting.open.as_ref().and_then(|open| slips.iter().position(|slip| slip.part == *open)).unwrap_or(0);
        let labels: Vec<String> = pages.tabs().map(str::to_owned).collect();
        let tab_of = |label: &str| labels.iter().skip(1).position(|known| known == label).map(|at| at + 1);
        let parts = paper.questions().flat_map(|set| &set.question.parts);
        let named = parts.map(|part| part.sources.iter().filter_map(|label| tab_of(&label.value)).collect()).collect();
        let mut app = App {
            named,
            tab_tops: vec![0; pages.count()],
            question_tops: vec![0; slips.len()],
            tab: usize::from(sitting.phase != Phase::Reading && pages.count() > 1),
            focus: if sitting.phase == Phase::Reading { Focus::Sources } else { Focus::Answer },
            words,
            paper,
            slips,
            pages,
            editors,
            flags,
            open,
            overlay: None,
            overlay_top: 0,
            message: None,
            hidden: false,
            zoomed: false,
            pen: true,
            saving: Saving::default(),
            now,
            size: (80, 24),
            resting: matches!(sitting.phase, Phase::Break { .. }),
            submitting: false,
            over: !sitting.is_open(),
            last_left: None,
            sitting,
        };
        app.find_source();
        app
    }

    /// Returns the event that tells the store which part is open at the beginning.
    pub fn opening(&self) -> Vec<Effect> {
        let opened = self.slips.get(self.open).map(|slip| Effect::Do(Job::Record(EventKind::Opened { part: slip.part.clone() })));
        opened.into_iter().collect()
    }

    /// Takes in what happened at `now` and returns what is to be done about it.
    pub fn update(&mut self, input: Input, now: Stamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.now = now;
        match input {
            Input::Key(key) if key.kind != KeyEventKind::Release => self.key(key, &mut effects),
            Input::Key(_) => {}
            Input::Paste(text) => self.paste(&text),
            Input::Mouse(mouse) => self.mouse(mouse, &mut effects),
            Input::Resize(width, height) => self.size = (width, height),
            Input::Tick => {}
            Input::Report(report) => self.report(report),
            Input::End => self.quit(&mut effects),
        }
        self.tick(&mut effects);
        effects
    }

    /// Returns how long nothing needs to be done, if nothing happens.
    pub fn idle(&self) -> Millis {
        let save = self.saving.dirty.map(|since| (since + SAVE_AFTER).saturating_sub(self.now.since_boot));
        save.unwrap_or(250).min(250)
    }

    /// Returns whether something may be written.
    pub fn writable(&self) -> bool {
        self.pen && !self.over && !self.submitting && !self.resting && self.sitting.phase == Phase::Writing
    }

    /// Returns whether the paper is hidden for a rest break.
    pub fn on_break(&self) -> bool {
        self.resting && !self.over
    }

    /// Returns the part that is open.
    pub fn slip(&self) -> Option<&Slip> {
        self.slips.get(self.open)
    }

    /// Returns the minutes suggested for a part, with the extra time.
    pub fn minutes(&self, slip: &Slip) -> u64 {
        scaled(slip.minutes, self.sitting.terms.extra_percent)
    }

    /// Returns what is to be read in the line for messages, if anything.
    pub fn message(&self) -> Option<&str> {
        self.message.as_ref().filter(|(_, until)| *until > self.now.since_boot).map(|(text, _)| text.as_str())
    }

    pub fn say(&mut self, message: String) {
        self.message = Some((message, self.now.since_boot + MESSAGE));
    }

    /// Returns the time that the present phase leaves.
    pub fn left(&self) -> Millis {
        match self.sitting.phase {
            Phase::Reading => self.sitting.reading_left(),
            Phase::Prepared | Phase::Writing | Phase::Break { .. } => self.sitting.remaining(),
            Phase::Grace | Phase::Submitted(_) | Phase::Marked | Phase::Void => 0,
        }
    }

    fn tick(&mut self, effects: &mut Vec<Effect>) {
        let before = self.sitting.phase;
        self.sitting.advance_to(self.now);
        if before == Phase::Reading && self.sitting.phase == Phase::Writing {
            self.focus = Focus::Answer;
            self.tab = self.tab.max(usize::from(self.pages.count() > 1));
            self.find_source();
            self.say(self.words.get("sit.writing-begins"));
        }
        let late = matches!(self.sitting.phase, Phase::Grace | Phase::Submitted(By::Deadline));
        if late && !self.submitting && !self.over {
            self.flush(effects);
            self.submitting = true;
            self.overlay = None;
            self.say(self.words.get("sit.time-over"));
            effects.push(Effect::Do(Job::Submit));
        }
        self.announce();
        if self.saving.dirty.is_some_and(|since| self.now.since_boot >= since + SAVE_AFTER) {
            self.flush(effects);
        }
    }

    fn announce(&mut self) {
        if self.sitting.phase != Phase::Writing {
            return;
        }
        let left = self.sitting.remaining();
        let before = self.last_left.replace(left).unwrap_or(left);
        if left <= LAST_MINUTES {
            self.hidden = false;
        }
        let passed = |minutes: &&u64| before > **minutes * 60_000 && left <= **minutes * 60_000;
        if let Some(minutes) = ANNOUNCED.iter().rev().find(passed) {
            self.say(self.words.count("sit.minutes-left", *minutes));
        }
    }

    /// Hands what is not saved yet to the saver.
    fn flush(&mut self, effects: &mut Vec<Effect>) {
        if self.saving.dirty.take().is_some()
            && let (Some(slip), Some(editor)) = (self.slips.get(self.open), self.editors.get(self.open))
        {
            self.saving.sent += 1;
            effects.push(Effect::Do(Job::Save { part: slip.part.clone(), text: editor.text(), number: self.saving.sent }));
        }
    }

    fn report(&mut self, report: Report) {
        match report {
            Report::Sitting { sitting, pen } => {
                self.sitting = *sitting;
                self.over |= !self.sitting.is_open();
                let on_break = matches!(self.sitting.phase, Phase::Break { .. });
                // What was asked for a moment ago may not be in this report yet.
                self.resting = if self.saving.failed.is_some() { self.resting } else { on_break };
                if self.pen && !pen {
                    self.overlay = None;
                }
                self.pen = pen;
            }
            Report::Saved { number, at } => {
                self.saving.done = self.saving.done.max(number);
                self.saving.at = at.or(self.saving.at);
                self.saving.failed = None;
                self.saving.kept = None;
            }
            Report::Kept { number, refusal } => {
                self.saving.done = self.saving.done.max(number);
                self.saving.failed = None;
                self.saving.kept = Some(refusal);
            }
            Report::Failed(fault) => self.saving.failed = Some(self.words.fault(&fault).0),
            Report::Recovered => self.saving.failed = None,
        }
    }

    fn quit(&mut self, effects: &mut Vec<Effect>) {
        self.flush(effects);
        if self.sitting.terms.mode == Mode::Practice && self.sitting.is_open() && self.pen {
            effects.push(Effect::Do(Job::Record(EventKind::Left)));
        }
        effects.push(Effect::Quit);
    }

    fn key(&mut self, key: KeyEvent, effects: &mut Vec<Effect>) {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        if self.over {
            if matches!(key.code, KeyCode::Enter | KeyCode::Esc | KeyCode::Char('q' | 'Q')) {
                effects.push(Effect::Quit);
            }
            return;
        }
        if ctrl && matches!(key.code, KeyCode::Char('q' | 'Q')) {
            self.overlay = Some(Overlay::Leave);
            return;
        }
        match self.overlay.take() {
            Some(overlay) => self.overlay_key(overlay, key, effects),
            None if self.on_break() => {
                if matches!(key.code, KeyCode::Enter | KeyCode::Esc | KeyCode::Char(' ') | KeyCode::F(10)) {
                    self.resting = false;
                    effects.push(Effect::Do(Job::Record(EventKind::BreakEnded)));
                }
            }
            None => self.command(key, effects),
        }
    }

    fn overlay_key(&mut self, overlay: Overlay, key: KeyEvent, effects: &mut Vec<Effect>) {
        let back = key.code == KeyCode::Esc;
        match overlay {
            _ if back => {}
            Overlay::Help => {
                let (top, lines) = (self.overlay_top, self.words.get("sit.help").lines().count() as u16);
                let last = (lines + 4).saturating_sub(self.size.1);
                match key.code {
                    KeyCode::Down | KeyCode::PageDown | KeyCode::Char(' ') => self.overlay_top = (top + 4).min(last),
                    KeyCode::Up | KeyCode::PageUp => self.overlay_top = top.saturating_sub(4),
                    _ => return,
                }
                self.overlay = Some(Overlay::Help);
            }
            Overlay::Review(line) => {
                let last = self.slips.len().saturating_sub(1);
                let line = match key.code {
                    KeyCode::Enter => return self.turn_to(line, effects),
                    KeyCode::Char('s' | 'S') => return self.ask_submit(),
                    KeyCode::F(9) => return,
                    KeyCode::Up => line.saturating_sub(1),
                    KeyCode::Down => (line + 1).min(last),
                    KeyCode::Home | KeyCode::PageUp => 0,
                    KeyCode::End | KeyCode::PageDown => last,
                    KeyCode::F(3) | KeyCode::Char('f' | 'F') => {
                        self.flag(line, effects);
                        line
                    }
                    _ => line,
                };
                self.overlay = Some(Overlay::Review(line));
            }
            Overlay::Submit => match key.code {
                KeyCode::Char('y' | 'Y') => {
                    self.flush(effects);
                    self.submitting = true;
                    effects.push(Effect::Do(Job::Submit));
                }
                KeyCode::Char('n' | 'N') => self.overlay = Some(Overlay::Review(self.open)),
                _ => self.overlay = Some(Overlay::Submit),
            },
            Overlay::Break(mut reason) => {
                match key.code {
                    KeyCode::Enter => {
                        self.flush(effects);
                        self.resting = true;
                        effects.push(Effect::Do(Job::Record(EventKind::BreakBegan { reason: reason.trim().to_owned() })));
                        return;
                    }
                    KeyCode::Backspace => {
                        reason.pop();
                    }
                    KeyCode::Char(c) if !c.is_control() && reason.chars().count() < 200 => reason.push(c),
                    _ => {}
                }
                self.overlay = Some(Overlay::Break(reason));
            }
            Overlay::Leave => match key.code {
                KeyCode::Char('y' | 'Y') | KeyCode::Enter => self.quit(effects),
                KeyCode::Char('n' | 'N') => {}
                _ => self.overlay = Some(Overlay::Leave),
            },
        }
    }

    fn command(&mut self, key: KeyEvent, effects: &mut Vec<Effect>) {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        match key.code {
            KeyCode::F(1) => self.help(),
            KeyCode::Char('g') if ctrl => self.help(),
            KeyCode::F(2) | KeyCode::Tab | KeyCode::BackTab => self.other_pane(),
            KeyCode::Char('o') if ctrl => self.other_pane(),
            KeyCode::F(3) => self.flag(self.open, effects),
            KeyCode::Char('f') if ctrl => self.flag(self.open, effects),
            KeyCode::F(4) => self.zoomed = !self.zoomed,
            KeyCode::F(5) => self.say_time(),
            KeyCode::Char('t') if ctrl => self.say_time(),
            KeyCode::F(6) => self.hide_time(),
            KeyCode::F(7) => self.turn_by(-1, effects),
            KeyCode::F(8) => self.turn_by(1, effects),
            KeyCode::PageUp if ctrl => self.turn_by(-1, effects),
            KeyCode::PageDown if ctrl => self.turn_by(1, effects),
            KeyCode::Char('p') if ctrl => self.turn_by(-1, effects),
            KeyCode::Char('n') if ctrl => self.turn_by(1, effects),
            KeyCode::PageUp if alt => self.scroll_question(-1),
            KeyCode::PageDown if alt => self.scroll_question(1),
            KeyCode::F(9) => self.review(effects),
            KeyCode::Char('r') if ctrl => self.review(effects),
            KeyCode::F(10) => self.ask_break(),
            KeyCode::Char('b') if ctrl => self.ask_break(),
            _ if self.focus == Focus::Sources => self.source_key(key, effects),
            _ => self.edit(key),
        }
    }

    fn help(&mut self) {
        self.overlay_top = 0;
        self.overlay = Some(Overlay::Help);
    }

    fn other_pane(&mut self) {
        self.focus = match self.focus {
            Focus::Answer => Focus::Sources,
            Focus::Sources => Focus::Answer,
        };
    }

    fn flag(&mut self, part: usize, effects: &mut Vec<Effect>) {
        if !self.pen {
            return self.say_refused();
        }
        if let (Some(flag), Some(slip)) = (self.flags.get_mut(part), self.slips.get(part)) {
            *flag = !*flag;
            effects.push(Effect::Do(Job::Record(EventKind::Flagged { part: slip.part.clone(), up: *flag })));
        }
    }

    fn say_time(&mut self) {
        let left = clock(self.left());
        self.say(match self.sitting.phase {
            Phase::Reading => self.words.say("sit.reading-left", &[("time", &left)]),
            Phase::Prepared | Phase::Writing | Phase::Break { .. } => self.words.say("sit.time-left", &[("time", &left)]),
            Phase::Grace | Phase::Submitted(_) | Phase::Marked | Phase::Void => self.words.get("sit.time-over"),
        });
    }

    fn hide_time(&mut self) {
        if !self.hidden && self.sitting.phase == Phase::Writing && self.left() <= LAST_MINUTES {
            return self.say(self.words.get("sit.time-stays"));
        }
        self.hidden = !self.hidden;
    }

    fn turn_by(&mut self, by: isize, effects: &mut Vec<Effect>) {
        match self.open.checked_add_signed(by).filter(|to| *to < self.slips.len()) {
            Some(to) => self.turn_to(to, effects),
            None if by < 0 => self.say(self.words.get("sit.first-part")),
            None => self.say(self.words.get("sit.last-part")),
        }
    }

    fn turn_to(&mut self, to: usize, effects: &mut Vec<Effect>) {
        self.flush(effects);
        if to != self.open && to < self.slips.len() {
            self.open = to;
            self.find_source();
            if self.pen {
                effects.extend(self.opening());
            }
        }
        if self.sitting.phase == Phase::Writing {
            self.focus = Focus::Answer;
        }
    }

    /// Turns to the first source the open part names, unless one of them is shown. In reading time the candidate
    /// turns the pages.
    fn find_source(&mut self) {
        let named = self.named.get(self.open).map_or(&[][..], Vec::as_slice);
        if self.sitting.phase != Phase::Reading
            && let Some(first) = named.first().filter(|_| !named.contains(&self.tab))
        {
            self.tab = *first;
        }
    }

    fn scroll_question(&mut self, by: i32) {
        let lines = view::question_lines(self).len() as i32;
        if let Some(top) = self.question_tops.get_mut(self.open) {
            *top = (i32::from(*top) + by).clamp(0, (lines - 1).max(0)) as u16;
        }
    }

    fn review(&mut self, effects: &mut Vec<Effect>) {
        self.flush(effects);
        self.overlay_top = 0;
        self.overlay = Some(Overlay::Review(self.open));
    }

    fn ask_submit(&mut self) {
        if !self.pen {
            return self.say_refused();
        }
        match self.sitting.phase {
            Phase::Reading | Phase::Prepared => self.say(self.words.get("sit.reading-refused")),
            Phase::Writing | Phase::Break { .. } | Phase::Grace => self.overlay = Some(Overlay::Submit),
            Phase::Submitted(_) | Phase::Marked | Phase::Void => {}
        }
    }

    fn ask_break(&mut self) {
        match self.pen {
            true => self.overlay = Some(Overlay::Break(String::new())),
            false => self.say_refused(),
        }
    }

    fn source_key(&mut self, key: KeyEvent, effects: &mut Vec<Effect>) {
        let page = i32::from(view::areas(self).sources_text.height.max(2)) - 1;
        match key.code {
            KeyCode::Esc if self.sitting.phase != Phase::Reading => self.focus = Focus::Answer,
            KeyCode::Up => self.scroll_tab(-1),
            KeyCode::Down => self.scroll_tab(1),
            KeyCode::PageUp => self.scroll_tab(-page),
            KeyCode::PageDown | KeyCode::Char(' ') => self.scroll_tab(page),
            KeyCode::Home => self.scroll_tab(i32::from(i16::MIN)),
            KeyCode::End => self.scroll_tab(i32::from(i16::MAX)),
            KeyCode::Left => self.tab = self.tab.saturating_sub(1),
            KeyCode::Right => self.tab = (self.tab + 1).min(self.pages.count().saturating_sub(1)),
            KeyCode::Enter if self.sitting.phase == Phase::Reading => self.turn_by(1, effects),
            KeyCode::Char(c) => {
                let wanted = c.to_uppercase().to_string();
                let found = self.pages.tabs().skip(1).position(|label| label == wanted);
                match found {
                    Some(tab) => self.tab = tab + 1,
                    None if c == '0' => self.tab = 0,
                    // Whoever writes without looking is told where the keys go.
                    None if self.sitting.phase == Phase::Reading => self.say_refused(),
                    None => self.say(self.words.get("sit.in-sources")),
                }
            }
            _ => {}
        }
    }

    fn scroll_tab(&mut self, by: i32) {
        let area = view::areas(self).sources_text;
        let lines = self.pages.lines(Page::Tab(self.tab), area.width).len();
        let last = lines.saturating_sub(area.height as usize) as i32;
        if let Some(top) = self.tab_tops.get_mut(self.tab) {
            *top = (i32::from(*top).min(last) + by).clamp(0, last.max(0)) as u16;
        }
    }

    fn edit(&mut self, key: KeyEvent) {
        let (writable, height) = (self.writable(), view::areas(self).answer_text.height);
        let did = self.editors.get_mut(self.open).map_or(Did::Nothing, |editor| editor.key(key, writable, height));
        self.after(did);
    }

    fn after(&mut self, did: Did) {
        match did {
            Did::Changed => {
                self.saving.dirty.get_or_insert(self.now.since_boot);
                self.message = None;
            }
            Did::Refused => self.say_refused(),
            Did::Moved | Did::Nothing => {}
        }
    }

    fn say_refused(&mut self) {
        let message = match (self.pen, self.sitting.phase) {
            (false, _) => self.words.get("sit.superseded"),
            (true, Phase::Reading | Phase::Prepared) => self.words.get("sit.reading-refused"),
            (true, Phase::Break { .. }) => self.words.get("sit.break-refused"),
            (true, Phase::Writing | Phase::Grace | Phase::Submitted(_) | Phase::Marked | Phase::Void) => self.words.get("sit.handing-in"),
        };
        self.say(message);
    }

    fn paste(&mut self, text: &str) {
        if let Some(Overlay::Break(reason)) = &mut self.overlay {
            reason.push_str(&clean(text).replace('\n', " "));
            return;
        }
        if self.overlay.is_some() || self.over || self.on_break() {
            return;
        }
        if !self.writable() {
            return self.say_refused();
        }
        self.focus = Focus::Answer;
        let did = self.editors.get_mut(self.open).map_or(Did::Nothing, |editor| editor.paste(text));
        self.after(did);
    }

    fn mouse(&mut self, mouse: MouseEvent, effects: &mut Vec<Effect>) {
        if self.over || self.on_break() || self.overlay.is_some() {
            return;
        }
        let place = view::place(self, mouse.column, mouse.row);
        let wheel = match mouse.kind {
            MouseEventKind::ScrollDown => 3,
            MouseEventKind::ScrollUp => -3,
            MouseEventKind::Down(MouseButton::Left) => 0,
            _ => return,
        };
        match place {
            Some(Place::Part(part)) if wheel == 0 => self.turn_to(part, effects),
            Some(Place::Tab(tab)) if wheel == 0 => {
                self.focus = Focus::Sources;
                self.tab = tab;
            }
            Some(Place::Sources) if wheel == 0 => self.focus = Focus::Sources,
            Some(Place::Sources | Place::Tab(_)) => self.scroll_tab(wheel),
            Some(Place::Question) => self.scroll_question(wheel.signum()),
            Some(Place::Answer { row, column }) if wheel == 0 => {
                self.focus = Focus::Answer;
                if let Some(editor) = self.editors.get_mut(self.open) {
                    editor.click(row, column);
                }
            }
            Some(Place::Answer { .. }) => {
                let height = view::areas(self).answer_text.height;
                if let Some(editor) = self.editors.get_mut(self.open) {
                    editor.scroll(wheel as i16, height);
                }
            }
            Some(Place::Part(_)) | None => {}
        }
    }
}

/// Returns minutes with the extra time, rounded.
pub fn scaled(minutes: u16, percent: u16) -> u64 {
    (u64::from(minutes) * (100 + u64::from(percent)) + 50) / 100
}

/// Returns a span of time as a clock shows it; a second that has begun counts whole.
pub fn clock(millis: Millis) -> String {
    let seconds = millis.div_ceil(1000);
    match seconds / 3600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

/// What the format's choice rules say of the answers so far, section by section. Advice: nothing is refused.
pub fn advice(paper: &Paper, slips: &[Slip], answered: impl Fn(usize) -> bool, words: &Words) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, (section, questions)) in paper.sections().enumerate() {
        let Some(wanted) = section.answer.map(usize::from).filter(|wanted| *wanted < questions.len()) else { continue };
        let mut begun: Vec<usize> =
            slips.iter().enumerate().filter(|(i, slip)| slip.section == index && answered(*i)).map(|(_, slip)| slip.question).collect();
        begun.dedup();
        let title = section.title.clone().unwrap_or_else(|| words.get("sit.this-section"));
        let places: &[(&str, &dyn std::fmt::Display)] =
            &[("section", &title), ("wanted", &wanted), ("of", &questions.len()), ("begun", &begun.len())];
        lines.push(match begun.len().cmp(&wanted) {
            std::cmp::Ordering::Less => words.say("sit.choose-more", places),
            std::cmp::Ordering::Equal => words.say("sit.choose-right", places),
            std::cmp::Ordering::Greater => words.say("sit.choose-fewer", places),
        });
        if section.different_topics {
            lines.push(words.get("sit.different-topics"));
        }
    }
    lines
}

#[cfg(test)]
mod tests;
