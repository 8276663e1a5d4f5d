//! The editor of one part: what the text widget does, with the keys people expect, motion by what is seen on the
//! screen, and whole characters however many code points they have. Knows nothing of sittings.

use crate::script::words;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui_textarea::{CursorMove, DataCursor, TextArea, WrapMode};
use unicode_width::UnicodeWidthChar;

/// How many steps can be undone.
const STEPS: usize = 5_000;

/// What a key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Did {
    Changed,
    /// The cursor moved, or something was copied.
    Moved,
    /// It would have changed the text, which may not be changed now.
    Refused,
    Nothing,
}

/// The text of one part under the candidate's hands.
#[derive(Debug, Clone)]
pub struct Editor {
    area: TextArea<'static>,
    words: usize,
}

impl Editor {
    /// Returns an editor with a text and the cursor at its end, where writing goes on.
    pub fn new(text: &str) -> Editor {
        let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        area.set_wrap_mode(WrapMode::WordOrGlyph);
        area.set_max_histories(STEPS);
        area.set_cursor_line_style(Style::default());
        // The terminal's own cursor stands there: screen readers and input methods follow that one.
        area.set_cursor_style(Style::default());
        area.set_selection_style(Style::default().add_modifier(Modifier::REVERSED));
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        Editor { area, words: words(text) }
    }

    /// Returns the whole text.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Returns how many words it has.
    pub fn words(&self) -> usize {
        self.words
    }

    /// Returns whether nothing but white space stands in it.
    pub fn is_blank(&self) -> bool {
        self.area.lines().iter().all(|line| line.trim().is_empty())
    }

    /// Returns the widget to be drawn.
    pub fn widget(&self) -> &TextArea<'static> {
        &self.area
    }

    /// Returns where in an area the cursor stands, once the widget has been drawn in it.
    pub fn cursor_in(&self, area: Rect) -> Option<(u16, u16)> {
        let cursor = self.area.screen_cursor();
        let row = cursor.row.checked_sub(self.area.scroll_offset().0 as usize)?;
        let inside = row < area.height as usize && area.width > 0;
        // Behind a full line the cursor waits on the last column.
        let column = cursor.col.min(area.width.saturating_sub(1) as usize);
        inside.then(|| (area.x + column as u16, area.y + row as u16))
    }

    /// Does what a key says.
    pub fn key(&mut self, key: KeyEvent, writable: bool, height: u16) -> Did {
        let did = self.try_key(key, writable, height);
        if did == Did::Changed {
            self.words = self.area.lines().iter().map(|line| words(line)).sum();
        }
        did
    }

    fn try_key(&mut self, key: KeyEvent, writable: bool, height: u16) -> Did {
        let has = |modifier| key.modifiers.contains(modifier);
        let (ctrl, alt, shift) = (has(KeyModifiers::CONTROL), has(KeyModifiers::ALT), has(KeyModifiers::SHIFT));
        let by_word = ctrl || alt;
        let page = height.saturating_sub(1).max(1);
        match key.code {
            KeyCode::Left if by_word => self.go(shift, CursorMove::WordBack),
            KeyCode::Right if by_word => self.go(shift, CursorMove::WordForward),
            KeyCode::Up if by_word => self.go(shift, CursorMove::ParagraphBack),
            KeyCode::Down if by_word => self.go(shift, CursorMove::ParagraphForward),
            KeyCode::Left => {
                self.go(shift, CursorMove::Back);
                self.leave_cluster(false)
            }
            KeyCode::Right => {
                self.go(shift, CursorMove::Forward);
                self.leave_cluster(true)
            }
            KeyCode::Up => {
                self.go(shift, CursorMove::Up);
                self.leave_cluster(false)
            }
            KeyCode::Down => {
                self.go(shift, CursorMove::Down);
                self.leave_cluster(false)
            }
            KeyCode::PageUp => (0..page).map(|_| self.go(shift, CursorMove::Up)).last().unwrap_or(Did::Nothing),
            KeyCode::PageDown => (0..page).map(|_| self.go(shift, CursorMove::Down)).last().unwrap_or(Did::Nothing),
            KeyCode::Home if ctrl => self.go(shift, CursorMove::Jump(0, 0)),
            KeyCode::End if ctrl => {
                self.go(shift, CursorMove::Bottom);
                self.go(shift, CursorMove::End)
            }
            KeyCode::Home => self.go_to_column(shift, 0),
            KeyCode::End => self.go_to_line_end(shift),
            KeyCode::Char('a' | 'A') if ctrl => {
                self.area.select_all();
                Did::Moved
            }
            KeyCode::Char('c' | 'C') if ctrl => {
                self.area.copy();
                Did::Moved
            }
            _ if !writable => {
                if changes(key) {
                    Did::Refused
                } else {
                    Did::Nothing
                }
            }
            KeyCode::Char('z') if ctrl && !shift => self.wander(TextArea::undo, TextArea::redo),
            KeyCode::Char('y' | 'Y' | 'Z' | 'z') if ctrl => self.wander(TextArea::redo, TextArea::undo),
            KeyCode::Char('x' | 'X') if ctrl => changed(self.area.cut()),
            KeyCode::Char('v' | 'V') if ctrl => changed(self.area.paste()),
            KeyCode::Char('w') if ctrl => changed(self.area.delete_word()),
            KeyCode::Char('d') if alt => changed(self.area.delete_next_word()),
            KeyCode::Char('k') if ctrl => changed(self.area.delete_line_by_end()),
            KeyCode::Char('h') if ctrl => self.backspace(),
            KeyCode::Backspace if by_word => changed(self.area.delete_word()),
            KeyCode::Backspace => self.backspace(),
            KeyCode::Delete if by_word => changed(self.area.delete_next_word()),
            KeyCode::Delete => self.delete(),
            KeyCode::Enter => {
                self.area.insert_newline();
                Did::Changed
            }
            KeyCode::Char(c) if !ctrl && !alt && !c.is_control() => {
                self.area.insert_char(c);
                Did::Changed
            }
            _ => Did::Nothing,
        }
    }

    /// Puts in a whole text at once, which one undo takes out again.
    pub fn paste(&mut self, text: &str) -> Did {
        let did = changed(self.area.insert_str(clean(text)));
        self.words = self.area.lines().iter().map(|line| words(line)).sum();
        did
    }

    /// Puts the cursor where something was clicked; row and column are those within the drawn area.
    pub fn click(&mut self, row: u16, column: u16) {
        let (top, left) = self.area.scroll_offset();
        let place = self.area.screen_to_data(top as usize + row as usize, left as usize + column as usize);
        self.area.cancel_selection();
        self.jump(place);
        self.leave_cluster(false);
    }

    /// Moves the view, and the cursor only as far as it must to stay in it.
    pub fn scroll(&mut self, rows: i16, height: u16) {
        for _ in 0..rows.unsigned_abs() {
            let top = self.area.scroll_offset().0 as usize;
            let bottom = self.area.screen_to_data(top + (height as usize).saturating_sub(1), 0);
            if rows > 0 && bottom == self.area.screen_to_data(usize::MAX, 0) {
                return;
            }
            self.area.scroll((rows.signum(), 0));
        }
    }

    fn go(&mut self, shift: bool, to: CursorMove) -> Did {
        match (shift, self.area.is_selecting()) {
            (true, false) => self.area.start_selection(),
            (false, true) => self.area.cancel_selection(),
            (true, true) | (false, false) => {}
        }
        self.area.move_cursor(to);
        Did::Moved
    }

    fn jump(&mut self, DataCursor(row, column): DataCursor) {
        // The widget jumps to 16-bit places only; nobody writes a paragraph of 65,536 characters in an exam, and if
        // somebody does, the cursor stays.
        if let (Ok(row), Ok(column)) = (u16::try_from(row), u16::try_from(column)) {
            self.area.move_cursor(CursorMove::Jump(row, column));
        }
    }

    /// Goes to a column of the line as it is wrapped on the screen.
    fn go_to_column(&mut self, shift: bool, column: usize) -> Did {
        let place = self.area.screen_to_data(self.area.screen_cursor().row, column);
        self.go(shift, CursorMove::InViewport);
        self.jump(place);
        Did::Moved
    }

    fn go_to_line_end(&mut self, shift: bool) -> Did {
        let row = self.area.screen_cursor().row;
        let mut place = self.area.screen_to_data(row, usize::MAX);
        let line_end = self.line(place.0).chars().count();
        // Where a wrapped line goes on below, its end is before the space that the wrapping ate.
        if place.1 < line_end {
            place.1 = place.1.saturating_sub(1);
        }
        self.go(shift, CursorMove::InViewport);
        self.jump(place);
        self.leave_cluster(false)
    }

    fn line(&self, row: usize) -> &str {
        self.area.lines().get(row).map_or("", String::as_str)
    }

    /// Moves on until the cursor stands between two whole characters.
    fn leave_cluster(&mut self, forward: bool) -> Did {
        let DataCursor(row, column) = self.area.cursor();
        let chars: Vec<char> = self.line(row).chars().collect();
        let mut to = column;
        while to > 0 && to < chars.len() && continues(chars[to - 1], chars[to]) {
            to = if forward { to + 1 } else { to - 1 };
        }
        if to != column {
            self.jump(DataCursor(row, to));
        }
        Did::Moved
    }

    fn backspace(&mut self) -> Did {
        let DataCursor(row, column) = self.area.cursor();
        let chars: Vec<char> = self.line(row).chars().take(column).collect();
        let mut start = column.saturating_sub(1);
        while start > 0 && start < chars.len() && continues(chars[start - 1], chars[start]) {
            start -= 1;
        }
        if self.area.is_selecting() || column - start <= 1 {
            return changed(self.area.delete_char());
        }
        self.jump(DataCursor(row, start));
        changed(self.area.delete_str(column - start))
    }

    fn delete(&mut self) -> Did {
        let DataCursor(row, column) = self.area.cursor();
        let chars: Vec<char> = self.line(row).chars().skip(column).collect();
        let length = 1 + chars.windows(2).take_while(|pair| continues(pair[0], pair[1])).count();
        if self.area.is_selecting() || length == 1 {
            return changed(self.area.delete_next_char());
        }
        changed(self.area.delete_str(length))
    }

    /// Undoes or does again a word at a time: the widget keeps every letter as a step of its own.
    fn wander(&mut self, step: fn(&mut TextArea<'static>) -> bool, back: fn(&mut TextArea<'static>) -> bool) -> Did {
        let mut done = false;
        loop {
            let before = (self.area.cursor(), self.area.lines().len(), self.line(self.area.cursor().0).to_owned());
            if !step(&mut self.area) {
                break;
            }
            let after = self.area.cursor();
            let (from, to) = (before.0.1.min(after.1), before.0.1.max(after.1));
            let one_letter = before.0.0 == after.0 && before.1 == self.area.lines().len() && to == from + 1;
            let longer = if before.2.len() > self.line(after.0).len() { before.2.as_str() } else { self.line(after.0) };
            let letter = one_letter && longer.chars().nth(from).is_some_and(|c| !c.is_whitespace());
            if !letter && done {
                back(&mut self.area);
                break;
            }
            done = true;
            if !letter {
                break;
            }
        }
        changed(done)
    }
}

fn changed(changed: bool) -> Did {
    if changed { Did::Changed } else { Did::Nothing }
}

/// Returns whether a key is one that writes.
fn changes(key: KeyEvent) -> bool {
    let command = key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match key.code {
        KeyCode::Char(c) => !command || matches!(c, 'x' | 'v' | 'z' | 'y'),
        KeyCode::Enter | KeyCode::Backspace | KeyCode::Delete => true,
        _ => false,
    }
}

/// Returns whether a code point belongs to the character begun before it: accents, joiners, skin tones.
fn continues(before: char, c: char) -> bool {
    c.width() == Some(0) || before == '\u{200d}' || ('\u{1f3fb}'..='\u{1f3ff}').contains(&c)
}

/// Returns a text that can be shown and kept: line ends are `\n`, tabs are spaces, and no control characters.
pub fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', "    ");
    text.chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::buffer::Buffer;
    use ratatui::widgets::Widget;

    fn press(editor: &mut Editor, code: KeyCode, modifiers: KeyModifiers) -> Did {
        editor.key(KeyEvent::new(code, modifiers), true, 10)
    }

    fn drawn(text: &str, width: u16) -> Editor {
        let editor = Editor::new(text);
        let area = Rect::new(0, 0, width, 5);
        editor.widget().render(area, &mut Buffer::empty(area));
        editor
    }

    #[test]
    fn an_accent_goes_with_its_letter() {
        let mut editor = drawn("cafe\u{301}", 20);
        press(&mut editor, KeyCode::Left, KeyModifiers::NONE);
        press(&mut editor, KeyCode::Char('x'), KeyModifiers::NONE);
        assert_eq!(editor.text(), "cafxe\u{301}");
        press(&mut editor, KeyCode::End, KeyModifiers::NONE);
        press(&mut editor, KeyCode::Backspace, KeyModifiers::NONE);
        assert_eq!(editor.text(), "cafx");
        press(&mut editor, KeyCode::Char('z'), KeyModifiers::CONTROL);
        assert_eq!(editor.text(), "cafxe\u{301}");
    }

    #[test]
    fn undo_goes_by_words_and_redo_back() {
        let mut editor = drawn("", 20);
        for c in "one two three".chars() {
            press(&mut editor, KeyCode::Char(c), KeyModifiers::NONE);
        }
        press(&mut editor, KeyCode::Char('z'), KeyModifiers::CONTROL);
        assert_eq!(editor.text(), "one two ");
        press(&mut editor, KeyCode::Char('y'), KeyModifiers::CONTROL);
        assert_eq!(editor.text(), "one two three");
        for _ in 0..9 {
            press(&mut editor, KeyCode::Char('z'), KeyModifiers::CONTROL);
        }
        assert_eq!(editor.text(), "");
        assert_eq!(editor.words(), 0);
    }

    #[test]
    fn home_and_end_keep_to_the_line_on_the_screen() {
        let mut editor = drawn("one two three four", 10);
        press(&mut editor, KeyCode::Up, KeyModifiers::NONE);
        press(&mut editor, KeyCode::Home, KeyModifiers::NONE);
        press(&mut editor, KeyCode::Char('>'), KeyModifiers::NONE);
        assert_eq!(editor.text(), ">one two three four");
        press(&mut editor, KeyCode::End, KeyModifiers::NONE);
        press(&mut editor, KeyCode::Char('<'), KeyModifiers::NONE);
        assert_eq!(editor.text(), ">one two< three four");
    }

    #[test]
    fn a_paste_is_one_step_and_brings_no_control_characters() {
        let mut editor = drawn("a", 20);
        editor.paste("\u{1b}[31mred\r\nblue\u{7}");
        assert_eq!(editor.text(), "a[31mred\nblue");
        press(&mut editor, KeyCode::Char('z'), KeyModifiers::CONTROL);
        assert_eq!(editor.text(), "a");
    }

    #[test]
    fn nothing_is_written_where_nothing_may_be() {
        let mut editor = drawn("text", 20);
        assert_eq!(editor.key(KeyEvent::from(KeyCode::Char('x')), false, 5), Did::Refused);
        assert_eq!(editor.key(KeyEvent::from(KeyCode::Left), false, 5), Did::Moved);
        assert_eq!(editor.text(), "text");
    }
}
