//! What the screen's state makes of events, with the time given.

use super::*;
use crate::bank::load::load;
use crate::paper::setting::{Seed, set};
use crate::script::slips;
use crate::shell::files;
use crate::shell::sit::session::terms;
use crate::sitting::{Event, replay};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const MINUTE: Millis = 60_000;

fn at(millis: Millis) -> Stamp {
    Stamp { boot: 1, since_boot: millis, wall: 1_700_000_000_000 + millis as i64 }
}

/// A screen at a sitting of the shipped IB paper 1 that has just begun.
fn begun(mode: Mode) -> App {
    let (bank, _) = load(files::shipped_bank(false));
    let format = bank.format("ib-history-paper-1").expect("a shipped format");
    let (paper, _) = set(&bank, format, None, Seed(1)).expect("a paper");
    let (templates, _) = files::templates(&[]);
    let (words, _) = files::words(&templates);
    let prepared = EventKind::Prepared {
        paper: paper.reference.clone(),
        fingerprint: String::new(),
        candidate: "Ann".to_owned(),
        terms: terms(&paper, mode, 0),
    };
    let events = [prepared, EventKind::Began];
    let events: Vec<_> = events.into_iter().enumerate().map(|(seq, kind)| Event { seq: seq as u64, at: at(0), kind }).collect();
    let sitting = replay(&events, at(0)).expect("a sitting");
    let slips = slips(&paper);
    App::new(words, paper, slips, sitting, at(0))
}

/// The same after reading time.
fn writing() -> App {
    let mut app = begun(Mode::Exam);
    app.update(Input::Tick, at(5 * MINUTE));
    app
}

fn press(app: &mut App, code: KeyCode, now: Millis) -> Vec<Effect> {
    app.update(Input::Key(KeyEvent::from(code)), at(now))
}

fn control(app: &mut App, c: char, now: Millis) -> Vec<Effect> {
    app.update(Input::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)), at(now))
}

fn saves(effects: &[Effect]) -> Vec<String> {
    let text = |effect: &Effect| match effect {
        Effect::Do(Job::Save { text, .. }) => Some(text.clone()),
        Effect::Do(Job::Record(_) | Job::Submit) | Effect::Quit => None,
    };
    effects.iter().filter_map(text).collect()
}

fn drawn(app: &App) -> String {
    let mut terminal = Terminal::new(TestBackend::new(app.size.0, app.size.1)).expect("a screen");
    terminal.draw(|frame| view::draw(app, frame)).expect("drawn");
    terminal.backend().to_string()
}

#[test]
fn reading_time_refuses_writing_and_ends_by_itself() {
    let mut app = begun(Mode::Exam);
    app.focus = Focus::Answer;
    assert_eq!(press(&mut app, KeyCode::Char('x'), 10), []);
    assert!(app.message().is_some_and(|message| message.starts_with("Reading time")));
    assert!(app.editors[0].is_blank());
    app.update(Input::Tick, at(5 * MINUTE));
    press(&mut app, KeyCode::Char('x'), 5 * MINUTE + 10);
    assert_eq!(app.editors[0].text(), "x");
}

#[test]
fn a_text_is_handed_over_soon_after_the_first_key_however_fast_one_types() {
    let mut app = writing();
    let mut handed = Vec::new();
    for n in 0..100 {
        let now = 6 * MINUTE + n * 20;
        for text in saves(&press(&mut app, KeyCode::Char('a'), now)) {
            handed.push((now, text.len() as u64));
        }
    }
    assert!(handed.windows(2).all(|two| two[1].0 - two[0].0 <= 200), "{handed:?}");
    assert!(handed.iter().all(|(now, length)| *length == (now - 6 * MINUTE) / 20 + 1), "{handed:?}");
    let mut app = writing();
    press(&mut app, KeyCode::Char('a'), 6 * MINUTE);
    assert!(app.idle() <= SAVE_AFTER);
    assert_eq!(saves(&app.update(Input::Tick, at(6 * MINUTE + SAVE_AFTER))), ["a"]);
    assert_eq!(saves(&app.update(Input::Tick, at(6 * MINUTE + 400))), [""; 0]);
}

#[test]
fn turning_leaving_resting_and_handing_in_save_at_once() {
    for (keys, then) in [
        (vec![KeyCode::F(8)], None),
        (vec![KeyCode::F(10), KeyCode::Enter], None),
        (vec![KeyCode::F(9), KeyCode::Char('s'), KeyCode::Char('y')], Some(Effect::Do(Job::Submit))),
    ] {
        let mut app = writing();
        press(&mut app, KeyCode::Char('a'), 6 * MINUTE);
        let effects: Vec<_> = keys.iter().flat_map(|key| press(&mut app, *key, 6 * MINUTE + 1)).collect();
        assert_eq!(saves(&effects), ["a"], "{keys:?}");
        assert!(then.is_none_or(|then| effects.last() == Some(&then)), "{effects:?}");
    }
    let mut app = writing();
    press(&mut app, KeyCode::Char('a'), 6 * MINUTE);
    let effects = app.update(Input::End, at(6 * MINUTE + 1));
    assert_eq!((saves(&effects).as_slice(), effects.last()), (&["a".to_owned()][..], Some(&Effect::Quit)));
}

#[test]
fn leaving_is_recorded_in_practice_only() {
    let left = Effect::Do(Job::Record(EventKind::Left));
    for (mode, recorded) in [(Mode::Practice, true), (Mode::Exam, false)] {
        let mut app = begun(mode);
        control(&mut app, 'q', 10);
        assert_eq!(app.overlay, Some(Overlay::Leave));
        let effects = press(&mut app, KeyCode::Char('y'), 20);
        assert_eq!(effects.contains(&left), recorded);
        assert_eq!(effects.last(), Some(&Effect::Quit));
    }
}

#[test]
fn a_rest_break_hides_the_paper_and_takes_no_text() {
    let mut app = writing();
    press(&mut app, KeyCode::F(10), 6 * MINUTE);
    app.update(Input::Paste("ill\nvery".to_owned()), at(6 * MINUTE));
    let effects = press(&mut app, KeyCode::Enter, 6 * MINUTE);
    assert_eq!(effects, [Effect::Do(Job::Record(EventKind::BreakBegan { reason: "ill very".to_owned() }))]);
    press(&mut app, KeyCode::Char('x'), 6 * MINUTE + 5);
    assert!(app.editors[0].is_blank());
    let screen = drawn(&app);
    assert!(screen.contains("Rest break.") && !screen.contains("Source"), "{screen}");
    assert_eq!(press(&mut app, KeyCode::Enter, 7 * MINUTE), [Effect::Do(Job::Record(EventKind::BreakEnded))]);
}

#[test]
fn hidden_time_comes_back_at_five_minutes_and_stays() {
    let mut app = writing();
    press(&mut app, KeyCode::F(6), 6 * MINUTE);
    assert!(drawn(&app).contains("time hidden"));
    app.update(Input::Tick, at(60 * MINUTE + 1));
    assert!(!app.hidden);
    assert_eq!(app.message(), Some("5 minutes left."));
    press(&mut app, KeyCode::F(6), 60 * MINUTE + 2);
    assert!(!app.hidden);
}

#[test]
fn at_the_deadline_the_text_goes_first_and_then_the_script() {
    let mut app = writing();
    press(&mut app, KeyCode::Char('a'), 65 * MINUTE - 10);
    let effects = app.update(Input::Tick, at(65 * MINUTE));
    assert_eq!(saves(&effects), ["a"]);
    assert_eq!(effects.last(), Some(&Effect::Do(Job::Submit)));
    assert_eq!(app.update(Input::Tick, at(65 * MINUTE + 300)), [], "once is enough");
    press(&mut app, KeyCode::Char('b'), 65 * MINUTE + 400);
    assert_eq!(app.editors[0].text(), "a");
}

#[test]
fn a_screen_without_the_pen_keeps_its_text_and_saves_no_more() {
    let mut app = writing();
    press(&mut app, KeyCode::Char('a'), 6 * MINUTE);
    let sitting = Box::new(app.sitting.clone());
    app.update(Input::Report(Report::Sitting { sitting, pen: false }), at(6 * MINUTE + 300));
    press(&mut app, KeyCode::Char('b'), 6 * MINUTE + 400);
    assert_eq!(app.editors[0].text(), "a");
    assert_eq!(press(&mut app, KeyCode::F(3), 7 * MINUTE), []);
    assert!(drawn(&app).contains("Another screen has taken over"));
}

#[test]
fn the_status_line_tells_the_truth() {
    let mut app = writing();
    press(&mut app, KeyCode::Char('a'), 6 * MINUTE);
    assert!(drawn(&app).contains("saving…"));
    app.update(Input::Tick, at(6 * MINUTE + 200));
    assert!(drawn(&app).contains("saving…"));
    let fault = crate::diag::Fault::error("store-full").with("path", "x");
    app.update(Input::Report(Report::Failed(fault)), at(6 * MINUTE + 210));
    assert!(drawn(&app).contains("NOT SAVED: the disk of x is full"));
    app.update(Input::Report(Report::Saved { number: 1, at: Some(0) }), at(6 * MINUTE + 220));
    let screen = drawn(&app);
    assert!(screen.contains("Saved ") && !screen.contains("aving…"), "{screen}");
}

#[test]
fn no_size_and_no_screen_is_too_much() {
    for key in [KeyCode::Null, KeyCode::F(1), KeyCode::F(2), KeyCode::F(4), KeyCode::F(9), KeyCode::F(10)] {
        let mut app = writing();
        app.update(Input::Paste("wörter 漢字 e\u{301} ".repeat(300)), at(6 * MINUTE));
        press(&mut app, key, 6 * MINUTE);
        for width in (0..60).chain([79, 80, 109, 110, 200]) {
            for height in (0..30).chain([60]) {
                app.update(Input::Resize(width, height), at(6 * MINUTE));
                if width > 0 && height > 0 {
                    drawn(&app);
                }
                for key in [KeyCode::Down, KeyCode::PageDown, KeyCode::PageUp] {
                    press(&mut app, key, 6 * MINUTE);
                }
                let click = MouseEvent {
                    kind: MouseEventKind::Down(MouseButton::Left),
                    column: width / 2,
                    row: height / 2,
                    modifiers: KeyModifiers::NONE,
                };
                app.update(Input::Mouse(click), at(6 * MINUTE));
                app.update(Input::Mouse(MouseEvent { kind: MouseEventKind::ScrollDown, ..click }), at(6 * MINUTE));
            }
        }
    }
}

#[test]
fn the_mouse_finds_what_is_drawn() {
    let mut app = writing();
    app.update(Input::Paste("first line\nsecond line".to_owned()), at(6 * MINUTE));
    drawn(&app);
    let areas = view::areas(&app);
    let click = |column, row| {
        Input::Mouse(MouseEvent { kind: MouseEventKind::Down(MouseButton::Left), column, row, modifiers: KeyModifiers::NONE })
    };
    app.update(click(areas.answer_text.x + 5, areas.answer_text.y), at(6 * MINUTE));
    press(&mut app, KeyCode::Char('!'), 6 * MINUTE);
    assert_eq!(app.editors[0].text(), "first! line\nsecond line");
    let title = areas.sources_text.y - 1;
    app.update(click(8, title), at(6 * MINUTE));
    assert_eq!((app.tab, app.focus), (1, Focus::Sources));
    app.update(click(14, 1), at(6 * MINUTE));
    assert_eq!((app.open, app.focus), (1, Focus::Answer));
}

#[test]
fn a_key_at_five_thousand_words_is_on_the_screen_within_a_frame() {
    let mut app = writing();
    app.size = (200, 60);
    app.update(Input::Paste("Collectivisation was harsh, and the countryside paid for it. ".repeat(556)), at(6 * MINUTE));
    assert!(app.editors[0].words() > 5_000);
    let mut terminal = Terminal::new(TestBackend::new(200, 60)).expect("a screen");
    let mut times = Vec::new();
    for n in 0..60 {
        let began = std::time::Instant::now();
        press(&mut app, KeyCode::Char('x'), 6 * MINUTE + n * 50);
        terminal.draw(|frame| view::draw(&app, frame)).expect("drawn");
        times.push(began.elapsed());
    }
    times.sort();
    eprintln!("key to screen at 5,000 words: median {:?}, worst {:?}", times[30], times[59]);
    assert!(times[30].as_millis() < 16, "{times:?}");
}
