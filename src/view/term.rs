//! Terminal text from a Document: headings, wrapped paragraphs, lists and tables, for `show` and for those who
//! read by ear.

use crate::document::{Block, Document, PartBlock, Run, Style, TableBlock, Text};
use unicode_width::UnicodeWidthStr;

/// Returns a document as text. `width` is in columns. With `colour`, headings and stressed words are styled.
pub fn term(document: &Document, width: usize, colour: bool) -> String {
    let mut page = Page { out: String::new(), width: width.clamp(40, 100), colour };
    for block in &document.blocks {
        page.block(block, 0);
    }
    page.out.trim_start_matches('\n').to_owned()
}

struct Page {
    out: String,
    width: usize,
    colour: bool,
}

impl Page {
    fn block(&mut self, block: &Block, indent: usize) {
        match block {
            Block::Heading { level, text } => self.heading(*level, text, indent),
            Block::Paragraph { text } | Block::Instruction { text } => self.paragraph(text, "", indent),
            Block::List { items } => {
                items.iter().for_each(|item| self.item(item, indent));
                self.out.push('\n');
            }
            Block::Question(question) => {
                self.heading(3, &question.spoken, indent);
                question.stem.iter().for_each(|stem| self.paragraph(stem, "", indent));
                question.parts.iter().for_each(|part| self.part(part, indent));
            }
            Block::Asked { parts, stem, .. } => {
                stem.iter().for_each(|stem| self.paragraph(stem, "", indent));
                parts.iter().for_each(|part| self.part(part, indent));
            }
            Block::Source(source) => {
                self.heading(3, &source.heading, indent);
                self.paragraph(&source.attribution, "", indent);
                source.body.iter().for_each(|block| self.block(block, indent + 4));
                for gloss in &source.glosses {
                    let mut line = crate::document::styled(Style::Emph, gloss.term.clone());
                    line.extend(crate::document::styled(Style::Plain, format!(": {}", gloss.meaning)));
                    self.paragraph(&line, "", indent + 4);
                }
            }
            Block::Table(table) => self.table(table, indent),
            Block::Picture { alt, description, .. } => {
                self.paragraph(&crate::document::styled(Style::Emph, format!("[{alt}]")), "", indent);
                description.iter().for_each(|text| self.paragraph(text, "", indent));
            }
            Block::PageBreak => {}
        }
    }

    fn heading(&mut self, level: u8, text: &str, indent: usize) {
        self.out.push('\n');
        self.paragraph(&crate::document::styled(Style::Strong, text), "", indent);
        if level <= 2 {
            // Underlined, so that it can be told from other headings without colour.
            self.out.truncate(self.out.trim_end().len());
            self.out.push_str(&format!("\n{}{}\n\n", " ".repeat(indent), "─".repeat(text.width().min(self.width - indent))));
        }
    }

    fn part(&mut self, part: &PartBlock, indent: usize) {
        let mut line = part.text.clone();
        line.extend(crate::document::styled(Style::Strong, format!(" {}", part.marks)));
        let lead = if part.label.is_empty() { String::new() } else { format!("{} ", part.label) };
        self.paragraph(&line, &lead, indent);
        part.bullets.iter().for_each(|item| self.item(item, indent));
        if !part.stimulus.is_empty() {
            self.paragraph(&crate::document::text(&part.stimulus_intro), "", indent);
            part.stimulus.iter().for_each(|item| self.item(item, indent));
            self.paragraph(&part.stimulus_outro, "", indent);
        }
        part.closing.iter().for_each(|text| self.paragraph(text, "", indent));
    }

    fn item(&mut self, item: &Text, indent: usize) {
        self.paragraph(item, "• ", indent);
    }

    /// Writes one wrapped paragraph, its first line led by `lead` and the others standing under the first word.
    fn paragraph(&mut self, text: &Text, lead: &str, indent: usize) {
        let hang = indent + lead.width();
        let mut column = 0;
        let start = format!("{}{lead}", " ".repeat(indent));
        self.out.push_str(&start);
        for Run { style, text } in text {
            for word in pieces(text) {
                let word_width = word.trim_end().width();
                if column > 0 && hang + column + word_width > self.width {
                    while self.out.ends_with(' ') {
                        self.out.pop();
                    }
                    self.out.push('\n');
                    self.out.push_str(&" ".repeat(hang));
                    column = 0;
                }
                self.styled(*style, word);
                column += word.width();
            }
        }
        while self.out.ends_with(' ') {
            self.out.pop();
        }
        self.out.push('\n');
        if lead.is_empty() {
            self.out.push('\n');
        }
    }

    fn styled(&mut self, style: Style, word: &str) {
        let clean: String = word.chars().filter(|c| !c.is_control()).collect();
        // The space after a word is not styled, so that it can be taken back at the end of a line.
        let (clean, space) = clean.split_at(clean.trim_end().len());
        let style = match style {
            Style::Plain => None,
            Style::Emph => Some(anstyle::Style::new().italic()),
            Style::Strong => Some(anstyle::Style::new().bold()),
        };
        match style.filter(|_| self.colour) {
            Some(style) => self.out.push_str(&format!("{style}{clean}{style:#}")),
            None => self.out.push_str(clean),
        }
        self.out.push_str(space);
    }

    /// A table reads row by row, each cell under its column's name: it wraps well and can be heard.
    fn table(&mut self, table: &TableBlock, indent: usize) {
        if !table.caption_hidden {
            self.paragraph(&crate::document::styled(Style::Strong, table.caption.clone()), "", indent);
        }
        let plain = |text: &Text| text.iter().map(|run| run.text.as_str()).collect::<String>();
        let short = table.rows.iter().flatten().all(|cell| cell.len() <= 1 && cell.iter().all(|text| plain(text).width() <= 18));
        if short && table.head.len() * 20 <= self.width {
            self.grid(table, indent, &plain);
        } else {
            for row in &table.rows {
                for (name, cell) in table.head.iter().zip(row).filter(|(_, cell)| cell.iter().any(|text| !text.is_empty())) {
                    let lead = if name.is_empty() { String::new() } else { format!("{name}: ") };
                    for (i, text) in cell.iter().enumerate() {
                        self.paragraph(text, if i == 0 { &lead } else { "  " }, indent + 2);
                    }
                }
                self.out.push('\n');
            }
        }
        if let Some(note) = &table.note {
            self.paragraph(note, "", indent);
        }
    }

    fn grid(&mut self, table: &TableBlock, indent: usize, plain: &impl Fn(&Text) -> String) {
        let cell = |cell: &Vec<Text>| cell.first().map(plain).unwrap_or_default();
        let rows: Vec<Vec<String>> =
            std::iter::once(table.head.clone()).chain(table.rows.iter().map(|row| row.iter().map(cell).collect())).collect();
        let columns = table.head.len();
        let widths: Vec<usize> =
            (0..columns).map(|c| rows.iter().filter_map(|row| row.get(c)).map(|text| text.width()).max().unwrap_or(0)).collect();
        for row in &rows {
            let cells: Vec<String> =
                row.iter().zip(&widths).map(|(text, width)| format!("{text}{}", " ".repeat(width - text.width()))).collect();
            self.out.push_str(&format!("{}{}\n", " ".repeat(indent), cells.join("   ").trim_end()));
        }
        self.out.push('\n');
    }
}

/// Splits a text after its spaces, so that no word loses the space behind it.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(' ')
}
