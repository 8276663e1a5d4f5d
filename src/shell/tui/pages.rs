//! What is read at a sitting, as lines of a given width: the paper, each source, and each part's question. Made
//! from Documents by the terminal view, and kept, since nothing of it changes during a sitting.

use crate::document::exam_paper::{exam_paper, question};
use crate::document::source_booklet::source;
use crate::document::{Block, Document};
use crate::paper::Paper;
use crate::view::term::term;
use crate::words::Words;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Lines as drawn.
pub type Lines = Rc<Vec<Line<'static>>>;

/// Which page is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Page {
    /// The whole paper is 0, the sources follow.
    Tab(usize),
    /// The question of a part.
    Part(usize),
}

/// Everything there is to be read.
pub struct Pages {
    tabs: Vec<(String, Document)>,
    parts: Vec<Document>,
    kept: RefCell<HashMap<(Page, u16), Lines>>,
}

impl Pages {
    pub fn new(paper: &Paper, words: &Words) -> Pages {
        let whole = exam_paper(paper, words);
        let only = |block| Document { cover: None, blocks: vec![block], ..whole.clone() };
        let mut parts = Vec::new();
        for set in paper.questions() {
            let asked = question(set, words);
            for part in &asked.parts {
                // The number stands in the title above, so the question needs no heading of its own.
                parts.push(only(Block::Asked { number: asked.number.clone(), parts: vec![part.clone()], stem: asked.stem.clone() }));
            }
        }
        let sources = paper.source_sets.iter().flat_map(|set| &set.set.sources);
        let sources: Vec<_> = sources
            .map(|item| (item.label.value.clone(), only(Block::Source(source(item, paper.source_name(), &paper.pictures, words)))))
            .collect();
        let mut all = Document { cover: None, ..whole.clone() };
        if let Some(cover) = &whole.cover {
            all.blocks.insert(0, Block::List { items: cover.instructions.clone() });
        }
        let tabs = std::iter::once((words.get("sit.tab-paper"), all)).chain(sources).collect();
        Pages { tabs, parts, kept: RefCell::default() }
    }

    /// Returns the name of each tab.
    pub fn tabs(&self) -> impl Iterator<Item = &str> {
        self.tabs.iter().map(|(name, _)| name.as_str())
    }

    /// Returns how many tabs there are.
    pub fn count(&self) -> usize {
        self.tabs.len()
    }

    /// Returns a page as text without styles, for the line mode.
    pub fn plain(&self, page: Page) -> String {
        self.document(page).map(|document| crate::shell::tui::editor::clean(&term(document, 78, false))).unwrap_or_default()
    }

    /// Returns a page in lines.
    pub fn lines(&self, page: Page, width: u16) -> Lines {
        let mut kept = self.kept.borrow_mut();
        let made = kept.entry((page, width)).or_insert_with(|| {
            let text = self.document(page).map(|document| term(document, width as usize, true)).unwrap_or_default();
            Rc::new(text.trim_end().lines().map(line).collect())
        });
        made.clone()
    }

    fn document(&self, page: Page) -> Option<&Document> {
        match page {
            Page::Tab(tab) => self.tabs.get(tab).map(|(_, document)| document),
            Page::Part(part) => self.parts.get(part),
        }
    }
}

/// Turns the terminal view's two styles into drawn ones. Every other control character is left out.
fn line(text: &str) -> Line<'static> {
    let mut style = Style::default();
    let mut spans = Vec::new();
    for (i, piece) in text.split("\u{1b}[").enumerate() {
        let mut rest = piece;
        if i > 0 {
            let Some((code, after)) = piece.split_once('m') else { continue };
            rest = after;
            style = match code {
                "1" => style.add_modifier(Modifier::BOLD),
                "3" => style.add_modifier(Modifier::ITALIC),
                _ => Style::default(),
            };
        }
        let clean: String = rest.chars().filter(|c| !c.is_control()).collect();
        if !clean.is_empty() {
            spans.push(Span::styled(clean, style));
        }
    }
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_two_styles_pass() {
        let line = line("a \u{1b}[1mbold\u{1b}[0m \u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7}");
        let text: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
        assert_eq!(text, "a bold red ]0;title");
        assert!(line.spans[1].style.add_modifier.contains(Modifier::BOLD));
        assert_eq!(line.spans[3].style, Style::default());
    }
}
