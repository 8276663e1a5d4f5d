//! Word's `.docx` to lines of text: paragraphs with their line breaks and tabs, as the text stands with all tracked
//! changes accepted. Headers, footers, notes, comments, formulas' layout and pictures are left out. Numbers that the
//! program draws before paragraphs are not text.

use super::package::{self, Piece};
use super::script_text::{Lines, Paragraph};
use crate::diag::Fault;

/// Elements whose content is no text of the document: how things look, what was deleted, what is drawn instead in
/// older programs, and the inner words of fields.
const SKIPPED: [&str; 11] = ["rPr", "sectPr", "tblPr", "tcPr", "trPr", "sdtPr", "del", "moveFrom", "delText", "instrText", "Fallback"];

/// Returns the lines of a document.
pub fn lines(bytes: &[u8]) -> Result<Lines, Fault> {
    let xml = package::text(bytes, "word/document.xml")?;
    let mut lines = Lines::default();
    // Paragraphs can stand within paragraphs: in text boxes.
    let mut open: Vec<Paragraph> = Vec::new();
    let mut path: Vec<Inside> = Vec::new();
    let mut root = None;
    package::read(&xml, |piece| match piece {
        Piece::Open(element) => {
            let name = element.name();
            root.get_or_insert_with(|| name == "document");
            let outer = path.last().copied().unwrap_or(Inside::Text);
            let inside = match (outer, name) {
                (Inside::Nothing, _) => Inside::Nothing,
                (Inside::Looks, "numPr" | "pStyle" | "outlineLvl") => {
                    if let Some(paragraph) = open.last_mut() {
                        let style = element.attribute("val").unwrap_or_default();
                        paragraph.numbered |= name == "numPr";
                        paragraph.heading |= name == "outlineLvl" || style.starts_with("Heading") || style == "Title";
                    }
                    Inside::Nothing
                }
                (Inside::Looks, _) => Inside::Nothing,
                (_, "pPr") => Inside::Looks,
                (_, name) if SKIPPED.contains(&name) => Inside::Nothing,
                (_, "p") => {
                    open.push(Paragraph::default());
                    Inside::Paragraph
                }
                (_, "t") => Inside::Written,
                (_, name) => {
                    let drawn = match name {
                        "tab" => "\t",
                        "br" | "cr" => "\n",
                        "noBreakHyphen" => "\u{2011}",
                        _ => "",
                    };
                    open.iter_mut().last().into_iter().for_each(|paragraph| paragraph.text.push_str(drawn));
                    Inside::Text
                }
            };
            path.push(inside);
        }
        Piece::Text(text) => {
            if let (Some(Inside::Written), Some(paragraph)) = (path.last(), open.last_mut()) {
                paragraph.text.push_str(text);
            }
        }
        Piece::Close => {
            if let (Some(Inside::Paragraph), Some(paragraph)) = (path.pop(), open.last()) {
                lines.push(paragraph);
                open.pop();
            }
        }
    })?;
    match root {
        Some(true) => Ok(lines),
        Some(false) | None => Err(Fault::error("package-without").with("name", "w:document")),
    }
}

/// What an element means for the text in it.
#[derive(Clone, Copy)]
enum Inside {
    /// Text is not here, but may be further in.
    Text,
    Paragraph,
    /// Here is text.
    Written,
    /// How a paragraph looks.
    Looks,
    /// Nothing in here counts.
    Nothing,
}
