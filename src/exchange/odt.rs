//! OpenDocument's `.odt` to lines of text: paragraphs, headings and lists with their line breaks, tabs and spaces, as
//! the text stands with all tracked changes accepted. Notes, comments, headers and pictures are left out. Numbers that
//! the program draws before paragraphs are not text.

use super::package::{self, Piece};
use super::script_text::{Lines, Paragraph};
use crate::diag::Fault;

/// Elements whose content is no text of the document.
const SKIPPED: [&str; 6] = ["tracked-changes", "note", "annotation", "automatic-styles", "font-face-decls", "forms"];
/// A run of spaces is written as a number, which need not be a sensible one.
const MAX_SPACES: usize = 256;

/// Returns the lines of a document.
pub fn lines(bytes: &[u8]) -> Result<Lines, Fault> {
    let xml = package::text(bytes, "content.xml")?;
    let mut lines = Lines::default();
    let mut open: Vec<Paragraph> = Vec::new();
    let mut path: Vec<Inside> = Vec::new();
    let mut lists = 0;
    let mut root = None;
    package::read(&xml, |piece| match piece {
        Piece::Open(element) => {
            let name = element.name();
            root.get_or_insert_with(|| name == "document-content");
            let outer = path.last().copied().unwrap_or(Inside::Text);
            let inside = match (outer, name) {
                (Inside::Nothing, _) => Inside::Nothing,
                (_, name) if SKIPPED.contains(&name) => Inside::Nothing,
                (_, "list") => {
                    lists += 1;
                    Inside::List
                }
                (_, "p" | "h") => {
                    open.push(Paragraph { heading: name == "h", numbered: lists > 0, ..Paragraph::default() });
                    Inside::Paragraph
                }
                (_, name) => {
                    if let Some(paragraph) = open.last_mut() {
                        match name {
                            "s" => {
                                let count = element.attribute("c").and_then(|count| count.parse().ok()).unwrap_or(1);
                                paragraph.text.push_str(&" ".repeat(MAX_SPACES.min(count)));
                            }
                            "tab" => paragraph.text.push('\t'),
                            "line-break" => paragraph.text.push('\n'),
                            _ => {}
                        }
                    }
                    Inside::Text
                }
            };
            path.push(inside);
        }
        Piece::Text(text) => {
            let counts = !matches!(path.last(), Some(Inside::Nothing) | None);
            if let (true, Some(paragraph)) = (counts, open.last_mut()) {
                push_collapsed(&mut paragraph.text, text);
            }
        }
        Piece::Close => match path.pop() {
            Some(Inside::List) => lists -= 1,
            Some(Inside::Paragraph) => open.pop().iter().for_each(|paragraph| lines.push(paragraph)),
            Some(Inside::Text | Inside::Nothing) | None => {}
        },
    })?;
    match root {
        Some(true) => Ok(lines),
        Some(false) | None => Err(Fault::error("package-without").with("name", "office:document-content")),
    }
}

/// What an element means for the text in it.
#[derive(Clone, Copy)]
enum Inside {
    Text,
    Paragraph,
    List,
    /// Nothing in here counts.
    Nothing,
}

/// Adds text as OpenDocument means it: white space in the XML is one space, and none where a line begins. (Spaces that
/// count are elements.)
fn push_collapsed(text: &mut String, more: &str) {
    for c in more.chars() {
        match c {
            ' ' | '\t' | '\n' | '\r' if text.is_empty() || text.ends_with([' ', '\t', '\n']) => {}
            ' ' | '\t' | '\n' | '\r' => text.push(' '),
            c => text.push(c),
        }
    }
}
