//! The one printable model: a [`Document`] is what a page shows, in the order shown, with every word in it.
//!
//! A builder each makes one from a paper: [`exam_paper`], [`source_booklet`], [`mark_scheme`]. The views turn it
//! into PDF, HTML or terminal text and decide nothing: what a reader may see is settled here. The candidates'
//! builders are not given the mark schemes at all.

pub mod exam_paper;
pub mod item;
pub mod mark_scheme;
pub mod source_booklet;

use crate::bank::question::Part;
use crate::bank::source;
use crate::paper::Paper;
use crate::words::Words;
use serde::Serialize;

/// Which of a paper's documents it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    QuestionPaper,
    SourceBooklet,
    MarkScheme,
    /// One item of the bank, shown by itself.
    Item,
}

/// A run of text in one style.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    pub style: Style,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    Plain,
    Emph,
    Strong,
}

/// A paragraph's worth of text.
pub type Text = Vec<Run>;

/// Everything a page shows.
#[derive(Debug, Clone, Serialize)]
pub struct Document {
    pub kind: Kind,
    /// Language, such as `en`.
    pub lang: String,
    /// Title of the file, for readers and screen readers.
    pub title: String,
    /// The paper's code, on every page.
    pub reference: String,
    pub furniture: Furniture,
    pub cover: Option<Cover>,
    pub blocks: Vec<Block>,
}

/// What stands at the head and foot of every page.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Furniture {
    /// At the left of the head.
    pub head: String,
    /// “Page {n} of {total}”, to be filled by the view that has pages.
    pub page: String,
    /// At the foot of every page but the last; empty where it is not said.
    pub turn_over: String,
    /// After the last block.
    pub end: String,
}

/// The first page.
#[derive(Debug, Clone, Serialize)]
pub struct Cover {
    /// That this is a practice paper and not an official one.
    pub notice: String,
    pub style: String,
    pub subject: String,
    pub paper: String,
    /// What this document is: question paper, source booklet, mark scheme.
    pub document: String,
    pub level: Option<String>,
    /// Time, marks and the like.
    pub facts: Vec<Fact>,
    /// Fields for the candidate to fill in.
    pub fields: Vec<String>,
    /// What a form that stands for part of an examination says of itself.
    pub practice_form: Option<String>,
    pub instructions_title: String,
    pub instructions: Vec<Text>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Fact {
    pub name: String,
    pub value: String,
}

/// A piece of a page.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "block", rename_all = "kebab-case")]
pub enum Block {
    /// Level 2 is a section, 3 a question or source, 4 and 5 are headings within one.
    Heading {
        level: u8,
        text: String,
    },
    Paragraph {
        text: Text,
    },
    /// What candidates are told at the head of a section, or a marker before a table. Belongs to what follows.
    Instruction {
        text: Text,
    },
    List {
        items: Vec<Text>,
    },
    Question(QuestionBlock),
    Source(SourceBlock),
    Table(TableBlock),
    Picture {
        svg: Option<String>,
        alt: String,
        description: Vec<Text>,
    },
    /// The question repeated in a mark scheme.
    Asked {
        number: String,
        parts: Vec<PartBlock>,
        stem: Option<Text>,
    },
    PageBreak,
}

/// A question with its parts.
#[derive(Debug, Clone, Serialize)]
pub struct QuestionBlock {
    pub number: String,
    /// What a screen reader calls it.
    pub spoken: String,
    pub stem: Option<Text>,
    pub parts: Vec<PartBlock>,
}

#[derive(Debug, Clone, Serialize)]
pub struct PartBlock {
    /// `(a)`, or empty.
    pub label: String,
    pub text: Text,
    pub bullets: Vec<Text>,
    pub stimulus_intro: String,
    pub stimulus: Vec<Text>,
    pub stimulus_outro: Text,
    pub closing: Option<Text>,
    /// `[3]`
    pub marks: String,
    /// `[3 marks]`, for those who hear the page.
    pub marks_spoken: String,
}

/// A source in its box.
#[derive(Debug, Clone, Serialize)]
pub struct SourceBlock {
    /// Source A
    pub heading: String,
    pub attribution: Text,
    pub body: Vec<Block>,
    pub glosses: Vec<GlossLine>,
}

#[derive(Debug, Clone, Serialize)]
pub struct GlossLine {
    pub term: String,
    pub meaning: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct TableBlock {
    pub caption: String,
    /// Whether the caption is only for those who cannot see the table's place on the page.
    pub caption_hidden: bool,
    pub head: Vec<String>,
    /// Relative widths of the columns; 0 for as wide as it must be.
    pub widths: Vec<u8>,
    /// Each cell is a list of paragraphs.
    pub rows: Vec<Vec<Vec<Text>>>,
    pub note: Option<Text>,
}

/// Reads `*emphasis*` and `**strong words**`. A star that closes nothing is a star.
pub fn text(raw: &str) -> Text {
    let mut runs = Text::new();
    let mut push = |style, text: &str| {
        if !text.is_empty() {
            runs.push(Run { style, text: text.to_owned() });
        }
    };
    let mut rest = raw;
    while let Some(start) = rest.find('*') {
        let (mark, style) = if rest[start..].starts_with("**") { ("**", Style::Strong) } else { ("*", Style::Emph) };
        let inner = start + mark.len();
        match rest[inner..].find(mark).filter(|length| *length > 0) {
            Some(length) => {
                push(Style::Plain, &rest[..start]);
                push(style, &rest[inner..inner + length]);
                rest = &rest[inner + length + mark.len()..];
            }
            None => {
                push(Style::Plain, &rest[..inner]);
                rest = &rest[inner..];
            }
        }
    }
    push(Style::Plain, rest);
    runs
}

/// Returns a paragraph in one style.
pub fn styled(style: Style, words: impl Into<String>) -> Text {
    vec![Run { style, text: words.into() }]
}

/// Splits a text into paragraphs at its blank lines; line breaks within a paragraph are spaces.
pub fn paragraphs(raw: &str) -> Vec<Text> {
    raw.split("\n\n").map(|p| text(&p.split_whitespace().collect::<Vec<_>>().join(" "))).filter(|p| !p.is_empty()).collect()
}

/// Returns the parts of a question as printed.
fn part_block(part: &Part, words: &Words) -> PartBlock {
    let stimulus = !part.stimulus.is_empty();
    let told = |key: &str| if stimulus { words.get(key) } else { String::new() };
    PartBlock {
        label: part.label.as_ref().map(|label| format!("({label})")).unwrap_or_default(),
        text: text(&part.text),
        bullets: part.bullets.iter().map(|bullet| text(bullet)).collect(),
        stimulus_intro: told("question.stimulus-intro"),
        stimulus: part.stimulus.iter().map(|point| text(point)).collect(),
        stimulus_outro: text(&told("question.stimulus-outro")),
        closing: part.closing.as_deref().map(text),
        marks: format!("[{}]", part.marks.value),
        marks_spoken: words.count("question.marks", part.marks.value),
    }
}

/// Returns a table of the bank as printed.
fn table_block(table: &source::Table) -> TableBlock {
    TableBlock {
        caption: table.caption.clone(),
        caption_hidden: false,
        head: table.head.clone(),
        widths: vec![0; table.head.len()],
        rows: table.rows.iter().map(|row| row.iter().map(|cell| vec![text(cell)]).collect()).collect(),
        note: table.note.as_deref().map(text),
    }
}

/// Returns a document of a paper with its cover, ready for its blocks.
fn begin(paper: &Paper, kind: Kind, name: &str, words: &Words) -> Document {
    let format = &paper.format;
    let style = words.say("cover.style", &[("style", &format.style)]);
    let document = words.get(&format!("documents.{name}"));
    Document {
        kind,
        lang: paper.questions().next().map_or("en", |set| &set.question.lang).to_owned(),
        title: format!("{} – {} – {} – {document}", style, format.subject, format.paper),
        reference: paper.reference.clone(),
        furniture: Furniture {
            head: document.clone(),
            page: words.get("page.number"),
            turn_over: words.get("page.turn-over"),
            end: words.say("page.end", &[("document", &document.to_lowercase())]),
        },
        cover: Some(Cover {
            notice: words.get("cover.notice"),
            style,
            subject: format.subject.clone(),
            paper: format.paper.clone(),
            document,
            level: format.level.clone(),
            facts: Vec::new(),
            fields: Vec::new(),
            practice_form: format.practice_form.clone(),
            instructions_title: words.get(&format!("cover.{name}-instructions")),
            instructions: Vec::new(),
        }),
        blocks: Vec::new(),
    }
}

/// Returns a span of time as printed: “1 hour 30 minutes”.
fn duration(minutes: u16, words: &Words) -> String {
    let hours = words.count("time.hours", minutes / 60);
    let rest = words.count("time.minutes", minutes % 60);
    match (minutes / 60, minutes % 60) {
        (0, _) => rest,
        (_, 0) => hours,
        (_, _) => format!("{hours} {rest}"),
    }
}
