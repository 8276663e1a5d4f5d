//! The screen drawn from its state. Decides where things stand, and nothing else.

use super::app::{App, Focus, Overlay, advice, clock};
use super::pages::{Lines, Page};
use crate::shell::tui::local_time;
use crate::sitting::timing::Mode;
use crate::sitting::{By, Phase, Refusal};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Paragraph, Wrap};
use unicode_width::UnicodeWidthStr;

/// From this width on the sources stand beside the answer.
const WIDE: u16 = 110;
/// A smaller screen shows nothing but that it is too small.
const LEAST: (u16, u16) = (40, 12);

const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);
const DIM: Style = Style::new().add_modifier(Modifier::DIM);
const REVERSED: Style = Style::new().add_modifier(Modifier::REVERSED);

/// Where everything stands. A pane's title line is the one above its text.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Areas {
    pub header: Rect,
    pub parts: Rect,
    pub sources_text: Rect,
    pub question_text: Rect,
    pub answer_text: Rect,
    pub status: Rect,
    pub hints: Rect,
}

/// What stands at a place of the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place {
    Part(usize),
    Tab(usize),
    Sources,
    Question,
    Answer { row: u16, column: u16 },
}

/// Returns whether the screen is too small for anything.
pub fn too_small(app: &App) -> bool {
    app.size.0 < LEAST.0 || app.size.1 < LEAST.1
}

/// Returns where everything stands. A pane that is not shown has no height.
pub fn areas(app: &App) -> Areas {
    let (width, height) = app.size;
    if too_small(app) {
        return Areas::default();
    }
    let parts = (part_places(app, width).last().map_or(0, |(row, ..)| row + 1)).min(3);
    let body = Rect::new(0, 1 + parts, width, height.saturating_sub(3 + parts));
    let mut areas = Areas {
        header: Rect::new(0, 0, width, 1),
        parts: Rect::new(0, 1, width, parts),
        status: Rect::new(0, height - 2, width, 1),
        hints: Rect::new(0, height - 1, width, 1),
        ..Areas::default()
    };
    let pane = |x, y, width, height: u16| Rect::new(x, y, width, height.saturating_sub(1));
    if app.zoomed && app.focus == Focus::Sources {
        areas.sources_text = pane(0, body.y + 1, width, body.height);
        return areas;
    }
    let (sources, right) = match (width >= WIDE, app.zoomed) {
        (_, true) => (Rect::default(), body),
        (true, false) => {
            let left = width / 2;
            (Rect::new(0, body.y, left - 1, body.height), Rect::new(left + 1, body.y, width - left - 1, body.height))
        }
        (false, false) => {
            // The pane that is looked at is the larger one.
            let share = if app.focus == Focus::Sources { 60 } else { 33 };
            let top = (body.height * share / 100).max(3);
            (Rect::new(0, body.y, width, top), Rect::new(0, body.y + top, width, body.height - top))
        }
    };
    areas.sources_text = pane(sources.x, sources.y + 1, sources.width, sources.height);
    let lines = app.pages.lines(Page::Part(app.open), right.width).len() as u16;
    let gap = u16::from(right.height >= 20);
    let question = lines.clamp(1, (right.height / 3).max(2)) + 1 + gap;
    areas.question_text = pane(right.x, right.y + 1, right.width, question - gap);
    areas.answer_text = pane(right.x, right.y + question + 1, right.width, right.height - question);
    areas
}

/// Returns the lines of the open question.
pub fn question_lines(app: &App) -> Lines {
    app.pages.lines(Page::Part(app.open), areas(app).question_text.width)
}

/// Returns what stands at a place, as drawn.
pub fn place(app: &App, column: u16, row: u16) -> Option<Place> {
    let areas = areas(app);
    let at = Position::new(column, row);
    if areas.parts.contains(at) {
        let first = first_part_row(app, &areas);
        let hit =
            |(line, x, text): &(u16, u16, String)| *line == row - areas.parts.y + first && (*x..*x + text.width() as u16).contains(&column);
        return part_places(app, areas.parts.width).iter().position(hit).map(Place::Part);
    }
    let title = |area: Rect| Rect::new(area.x, area.y.saturating_sub(1), area.width, u16::from(area.height > 0));
    if title(areas.sources_text).contains(at) {
        let mut x = areas.sources_text.x;
        for (tab, name) in app.pages.tabs().enumerate() {
            let width = tab_name(name).width() as u16;
            if (x..x + width).contains(&column) {
                return Some(Place::Tab(tab));
            }
            x += width;
        }
        return Some(Place::Sources);
    }
    if areas.sources_text.contains(at) {
        return Some(Place::Sources);
    }
    if areas.question_text.contains(at) || title(areas.question_text).contains(at) {
        return Some(Place::Question);
    }
    let answer = areas.answer_text;
    answer.contains(at).then(|| Place::Answer { row: row - answer.y, column: column - answer.x })
}

/// Draws the screen.
pub fn draw(app: &App, frame: &mut Frame) {
    let whole = frame.area();
    if too_small(app) {
        let (width, height) = LEAST;
        let says = app.words.say("sit.too-small", &[("width", &width), ("height", &height)]);
        frame.render_widget(Paragraph::new(says).wrap(Wrap { trim: true }), whole);
        return;
    }
    let areas = areas(app);
    header(app, frame, areas.header);
    status(app, frame, &areas);
    let body = Rect::new(0, 1, whole.width, whole.height.saturating_sub(3));
    if app.over {
        return page(frame, body, receipt(app), 0);
    }
    match &app.overlay {
        Some(Overlay::Help) => return page(frame, body, help(app), app.overlay_top),
        Some(Overlay::Review(line)) => return review(app, frame, body, *line),
        Some(Overlay::Submit) => return page(frame, body, submit(app), 0),
        Some(Overlay::Leave) => return page(frame, body, leave(app), 0),
        Some(Overlay::Break(reason)) => {
            let asked = app.words.get("sit.break-reason");
            let text = vec![
                Line::styled(asked, BOLD),
                Line::default(),
                Line::raw(format!("> {reason}")),
                Line::default(),
                Line::raw(app.words.get("sit.break-keys")),
            ];
            let column = (2 + reason.width()).min(body.width.saturating_sub(3) as usize) as u16;
            page(frame, body, text, 0);
            frame.set_cursor_position(Position::new(body.x + 2 + column, body.y + 3));
            return;
        }
        None => {}
    }
    if app.on_break() {
        let left = clock(app.left());
        let text = vec![
            Line::styled(app.words.get("sit.on-break"), BOLD),
            Line::default(),
            Line::raw(app.words.say("sit.break-left", &[("time", &left)])),
            Line::raw(app.words.get("sit.break-back")),
        ];
        return page(frame, body, text, 0);
    }
    parts(app, frame, &areas);
    sources(app, frame, areas.sources_text);
    question(app, frame, areas.question_text);
    answer(app, frame, areas.answer_text);
}

/// Draws lines over a whole area, wrapped, with a margin.
fn page(frame: &mut Frame, area: Rect, lines: Vec<Line<'static>>, top: u16) {
    let inner = Rect::new(area.x + 2, area.y + 1, area.width.saturating_sub(4), area.height.saturating_sub(1));
    frame.render_widget(Paragraph::new(Text::from(lines)).wrap(Wrap { trim: false }).scroll((top, 0)), inner);
}

fn header(app: &App, frame: &mut Frame, area: Rect) {
    let words = &app.words;
    let phase = match app.sitting.phase {
        _ if app.over => words.get("sit.phase.over"),
        _ if app.on_break() => words.get("sit.phase.break"),
        Phase::Prepared | Phase::Writing | Phase::Break { .. } => words.get("sit.phase.writing"),
        Phase::Reading => words.get("sit.phase.reading"),
        Phase::Grace | Phase::Submitted(_) | Phase::Marked | Phase::Void => words.get("sit.phase.over"),
    };
    let phase = match app.sitting.terms.mode {
        Mode::Practice => format!("{} · {phase}", words.get("sit.practice")),
        Mode::Exam => phase,
    };
    let time = match app.sitting.phase {
        _ if app.over => String::new(),
        _ if app.hidden => words.get("sit.time-hidden"),
        Phase::Reading => words.say("sit.left", &[("time", &clock(app.left()))]),
        Phase::Prepared | Phase::Writing | Phase::Break { .. } => words.say("sit.left", &[("time", &clock(app.left()))]),
        Phase::Grace | Phase::Submitted(_) | Phase::Marked | Phase::Void => words.say("sit.left", &[("time", &clock(0))]),
    };
    let right = if time.is_empty() { format!(" {phase} ") } else { format!(" {phase} · {time} ") };
    let format = &app.paper.format;
    let left = format!(" {} · {} · {}", app.sitting.candidate, app.paper.reference, words.say("cover.style", &[("style", &format.style)]));
    let left = if area.width >= WIDE { format!("{left} · {} · {}", format.subject, format.paper) } else { left };
    bar(frame, area, &left, &right, REVERSED);
}

/// Draws a line with something at either end; what is at the right is always whole.
fn bar(frame: &mut Frame, area: Rect, left: &str, right: &str, style: Style) {
    let room = (area.width as usize).saturating_sub(right.width());
    let left = cut(left, room);
    let gap = " ".repeat(room.saturating_sub(left.width()));
    frame.render_widget(Line::styled(format!("{left}{gap}{right}"), style), area);
}

/// Returns as much of a text as fits, with a mark where it was cut.
fn cut(text: &str, width: usize) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control()).collect();
    if clean.width() <= width {
        return clean;
    }
    let mut out = String::new();
    for c in clean.chars() {
        out.push(c);
        if out.width() + 1 > width {
            out.pop();
            break;
        }
    }
    if width > 0 { out + "…" } else { String::new() }
}

/// Returns where each part stands in the navigator: its line, column and text.
fn part_places(app: &App, width: u16) -> Vec<(u16, u16, String)> {
    let (mut row, mut x) = (0, 0);
    let mut places = Vec::new();
    for (i, slip) in app.slips.iter().enumerate() {
        let state = match app.editors.get(i) {
            Some(editor) if !editor.is_blank() => app.words.say("sit.nav-words", &[("n", &editor.words())]),
            Some(_) | None => app.words.get("sit.nav-blank"),
        };
        let flag = if app.flags.get(i).copied().unwrap_or(false) { "⚑" } else { "" };
        let text = format!(" {}{flag} {state} ", slip.number);
        let taken = text.width() as u16;
        if x > 0 && x + taken > width {
            (row, x) = (row + 1, 0);
        }
        places.push((row, x, text));
        x += taken + 1;
    }
    places
}

/// Returns the first line of the navigator that is shown: the open part is always among them.
fn first_part_row(app: &App, areas: &Areas) -> u16 {
    let row = part_places(app, areas.parts.width).get(app.open).map_or(0, |(row, ..)| *row);
    row.saturating_sub(areas.parts.height.saturating_sub(1))
}

fn parts(app: &App, frame: &mut Frame, areas: &Areas) {
    let first = first_part_row(app, areas);
    for (i, (row, x, text)) in part_places(app, areas.parts.width).into_iter().enumerate() {
        let Some(row) = row.checked_sub(first).filter(|row| *row < areas.parts.height) else { continue };
        let style = if i == app.open { REVERSED } else { Style::default() };
        let width = (text.width() as u16).min(areas.parts.width - x);
        frame.render_widget(Span::styled(text, style), Rect::new(areas.parts.x + x, areas.parts.y + row, width, 1));
    }
}

fn tab_name(name: &str) -> String {
    format!(" {name} ")
}

/// Draws a pane's title line: what it is, and at the right where in it one is.
fn title(frame: &mut Frame, area: Rect, mut spans: Vec<Span<'static>>, right: &str, focused: bool) {
    if area.height == 0 {
        return;
    }
    let line = Rect::new(area.x, area.y - 1, area.width, 1);
    let style = if focused { BOLD } else { DIM };
    let rule = if focused { "━" } else { "─" };
    let used: usize = spans.iter().map(|span| span.content.width()).sum();
    let fill = (area.width as usize).saturating_sub(used + right.width());
    spans.push(Span::styled(rule.repeat(fill), style));
    spans.push(Span::styled(right.to_owned(), style));
    frame.render_widget(Line::from(spans), line);
}

/// Returns which lines are shown of how many, where they are not all shown.
fn position(top: u16, height: u16, lines: usize) -> String {
    let last = (top as usize + height as usize).min(lines);
    if lines <= height as usize { String::new() } else { format!(" {}–{last}/{lines} ", top + 1) }
}

fn sources(app: &App, frame: &mut Frame, area: Rect) {
    if area.height == 0 {
        return;
    }
    let lines = app.pages.lines(Page::Tab(app.tab), area.width);
    let last = lines.len().saturating_sub(area.height as usize) as u16;
    let top = app.tab_tops.get(app.tab).copied().unwrap_or(0).min(last);
    let focused = app.focus == Focus::Sources;
    let tabs = app.pages.tabs().enumerate();
    let tabs = tabs.map(|(i, name)| Span::styled(tab_name(name), if i == app.tab { REVERSED } else { Style::default() }));
    title(frame, area, tabs.collect(), &position(top, area.height, lines.len()), focused);
    window(frame, area, &lines, top);
}

fn window(frame: &mut Frame, area: Rect, lines: &Lines, top: u16) {
    for (y, line) in lines.iter().skip(top as usize).take(area.height as usize).enumerate() {
        frame.render_widget(line, Rect::new(area.x, area.y + y as u16, area.width, 1));
    }
}

fn question(app: &App, frame: &mut Frame, area: Rect) {
    let Some(slip) = app.slip() else { return };
    if area.height == 0 {
        return;
    }
    let minutes = app.minutes(slip);
    let marks = app.words.count("question.marks", slip.marks);
    let places: &[(&str, &dyn std::fmt::Display)] = &[("number", &slip.number), ("marks", &marks), ("minutes", &minutes)];
    let key = if minutes == 0 { "sit.question-untimed" } else { "sit.question" };
    let lines = app.pages.lines(Page::Part(app.open), area.width);
    let last = lines.len().saturating_sub(area.height as usize) as u16;
    let top = app.question_tops.get(app.open).copied().unwrap_or(0).min(last);
    let name = format!(" {} ", app.words.say(key, places));
    title(frame, area, vec![Span::styled(name, BOLD)], &position(top, area.height, lines.len()), false);
    window(frame, area, &lines, top);
}

fn answer(app: &App, frame: &mut Frame, area: Rect) {
    let Some(editor) = app.editors.get(app.open) else { return };
    if area.height == 0 {
        return;
    }
    let focused = app.focus == Focus::Answer;
    let name = match app.writable() {
        true => format!(" {} ", app.words.get("sit.answer")),
        false => format!(" {} ", app.words.get("sit.answer-closed")),
    };
    title(
        frame,
        area,
        vec![Span::styled(name, if focused { BOLD } else { Style::default() })],
        &format!(" {} ", app.words.count("sit.words", editor.words() as u64)),
        focused,
    );
    frame.render_widget(editor.widget(), area);
    if focused && let Some((x, y)) = editor.cursor_in(area) {
        frame.set_cursor_position(Position::new(x, y));
    }
}

/// Returns the one line that says whether the text is safe, and whether it is a warning.
fn saving(app: &App) -> (String, bool) {
    let (words, saving) = (&app.words, &app.saving);
    if let Some(why) = &saving.failed {
        return (words.say("sit.not-saved", &[("why", why)]), true);
    }
    if !app.pen {
        return (words.get("sit.superseded"), true);
    }
    match saving.kept {
        Some(Refusal::Late) => return (words.get("sit.kept-late"), true),
        Some(Refusal::Superseded) => return (words.get("sit.superseded"), true),
        Some(Refusal::Reading | Refusal::Break | Refusal::Submitted | Refusal::Void | Refusal::NotBegun) => {
            return (words.get("sit.kept-not-counted"), true);
        }
        None => {}
    }
    let done = match saving.at {
        Some(at) => words.say("sit.saved", &[("time", &local_time(at))]),
        None if saving.is_done() => words.get("sit.all-saved"),
        None => String::new(),
    };
    match (saving.is_done(), done.is_empty()) {
        (true, _) => (done, false),
        (false, true) => (words.get("sit.saving"), false),
        (false, false) => (format!("{done} · {}", words.get("sit.saving")), false),
    }
}

fn status(app: &App, frame: &mut Frame, areas: &Areas) {
    let (says, warning) = saving(app);
    bar(frame, areas.status, &format!(" {says}"), "", if warning { REVERSED } else { BOLD });
    let words = &app.words;
    match app.message() {
        Some(message) => bar(frame, areas.hints, &format!(" {message}"), "", BOLD),
        None if app.over => bar(frame, areas.hints, &format!(" {}", words.get("sit.keys-over")), "", DIM),
        None if app.overlay == Some(Overlay::Help) => bar(frame, areas.hints, &format!(" {}", words.get("sit.keys-help")), "", DIM),
        None if app.overlay.is_some() || app.on_break() => {}
        None if app.focus == Focus::Sources => bar(frame, areas.hints, &format!(" {}", words.get("sit.keys-sources")), "", DIM),
        None => bar(frame, areas.hints, &format!(" {}", words.get("sit.keys")), "", DIM),
    }
}

fn help(app: &App) -> Vec<Line<'static>> {
    let text = app.words.get("sit.help");
    text.lines()
        .map(|line| if line.starts_with(' ') || line.is_empty() { Line::raw(line.to_owned()) } else { Line::styled(line.to_owned(), BOLD) })
        .collect()
}

/// Returns how many parts are blank and how many have a flag.
fn counts(app: &App) -> (u64, u64) {
    let blank = app.editors.iter().filter(|editor| editor.is_blank()).count();
    (blank as u64, app.flags.iter().filter(|flag| **flag).count() as u64)
}

fn review(app: &App, frame: &mut Frame, area: Rect, chosen: usize) {
    let words = &app.words;
    let (blank, flags) = counts(app);
    let mut lines = vec![
        Line::styled(words.get("sit.review"), BOLD),
        Line::raw(format!("{}  {}", words.count("sit.blanks", blank), words.count("sit.flags", flags))),
    ];
    let answered = |i: usize| app.editors.get(i).is_some_and(|editor| !editor.is_blank());
    lines.extend(advice(&app.paper, &app.slips, answered, words).into_iter().map(Line::raw));
    lines.push(Line::default());
    let head = lines.len();
    let widest = app.slips.iter().map(|slip| slip.number.width()).max().unwrap_or(0);
    for (i, (slip, editor)) in app.slips.iter().zip(&app.editors).enumerate() {
        let state = if editor.is_blank() { words.get("sit.nav-blank") } else { words.count("sit.words", editor.words() as u64) };
        let flag = if app.flags.get(i).copied().unwrap_or(false) { words.get("sit.flagged") } else { String::new() };
        let gap = " ".repeat(widest - slip.number.width());
        let marks = words.count("question.marks", slip.marks);
        let line = format!(" {}{gap}  {marks:>9}  {state:<12} {flag} ", slip.number);
        lines.push(Line::styled(line, if i == chosen { REVERSED } else { Style::default() }));
    }
    lines.push(Line::default());
    lines.push(Line::raw(words.get("sit.review-keys")));
    // The chosen line and the keys below it stay on the screen.
    let room = area.height.saturating_sub(1) as usize;
    let top = (head + chosen + 3).min(lines.len()).saturating_sub(room) as u16;
    page(frame, area, lines, top);
}

fn submit(app: &App) -> Vec<Line<'static>> {
    let words = &app.words;
    let (blank, flags) = counts(app);
    let mut lines = vec![Line::styled(words.get("sit.submit-ask"), BOLD), Line::default()];
    lines.push(Line::raw(format!("{}  {}", words.count("sit.blanks", blank), words.count("sit.flags", flags))));
    let answered = |i: usize| app.editors.get(i).is_some_and(|editor| !editor.is_blank());
    lines.extend(advice(&app.paper, &app.slips, answered, words).into_iter().map(Line::raw));
    lines.push(Line::raw(words.say("sit.time-left", &[("time", &clock(app.left()))])));
    lines.push(Line::default());
    lines.push(Line::raw(words.get("sit.submit-keys")));
    lines
}

fn leave(app: &App) -> Vec<Line<'static>> {
    let words = &app.words;
    let clock = match app.sitting.terms.mode {
        Mode::Exam => words.get("sit.leave-exam"),
        Mode::Practice => words.get("sit.leave-practice"),
    };
    vec![
        Line::styled(words.get("sit.leave-ask"), BOLD),
        Line::default(),
        Line::raw(clock),
        Line::default(),
        Line::raw(words.get("sit.leave-keys")),
    ]
}

fn receipt(app: &App) -> Vec<Line<'static>> {
    let mut lines: Vec<_> = super::receipt(&app.sitting, &app.slips, &app.words).into_iter().map(Line::raw).collect();
    if app.sitting.phase == Phase::Submitted(By::Deadline) {
        lines.insert(0, Line::styled(app.words.get("sit.time-over"), BOLD));
    }
    lines
}
