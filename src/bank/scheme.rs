//! Mark schemes: what earns marks, as data. How an answer is held against them is the business of marking.

use super::pattern::Pattern;
use crate::record::{Definitions, Read, Reader, choice, one_of, record};
use crate::span::At;
use crate::yaml::Node;
use serde_json::{Value, json};

/// Marks from `low` to `high`, both included; written `5-6`, or `0` for one mark alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkRange {
    pub low: u16,
    pub high: u16,
}

impl std::fmt::Display for MarkRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.low == self.high {
            true => write!(f, "{}", self.low),
            false => write!(f, "{}–{}", self.low, self.high),
        }
    }
}

impl serde::Serialize for MarkRange {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl Read for MarkRange {
    fn read(node: &Node, reader: &mut Reader) -> Option<MarkRange> {
        let parse = |text: &str| {
            let mut ends = text.splitn(2, ['-', '–']).map(|end| end.trim().parse::<u16>().ok());
            let low = ends.next()??;
            let high = ends.next().unwrap_or(Some(low))?;
            (low <= high).then_some(MarkRange { low, high })
        };
        let range = node.text().and_then(parse);
        if range.is_none() {
            reader.faults.push(crate::diag::Fault::error("mark-range").at(node.span));
        }
        range
    }
    fn schema(_: &mut Definitions) -> Value {
        json!({"type": ["string", "integer"], "pattern": "^[0-9]+([-–][0-9]+)?$"})
    }
}

record! {
    /// Something that earns marks by itself.
    pub struct Point {
        /// Unique within the scheme.
        pub id: At<String>,
        /// What earns the marks, as printed for the marker.
        pub credit: String,
        /// Marks it is worth; one if not written.
        pub marks: Option<At<u16>>,
        /// Other wordings that earn it.
        pub accept: Vec<String>,
        /// What does not earn it.
        pub reject: Vec<String>,
        /// What to look for; any of them earns the point.
        pub keywords: Vec<Pattern>,
        /// Another point without which this one is not given.
        pub needs: Option<At<String>>,
        /// The group whose cap it falls under.
        pub group: Option<At<String>>,
    }
}

impl Point {
    /// Returns the marks the point is worth.
    pub fn worth(&self) -> u16 {
        self.marks.as_ref().map_or(1, |marks| marks.value)
    }
}

record! {
    /// Points that together earn no more than a cap.
    pub struct Group {
        /// The name points use.
        pub id: At<String>,
        /// The most marks the group's points earn together.
        pub cap: u16,
    }
}

record! {
    /// A statement that shows the answer wrong, and may take a point away.
    pub struct Rejected {
        /// Unique within the scheme.
        pub id: At<String>,
        /// What is wrong, as printed for the marker.
        pub credit: String,
        /// What to look for.
        pub keywords: Vec<Pattern>,
        /// The point it cancels.
        pub cancels: Option<At<String>>,
    }
}

record! {
    /// The mark for a number of points, where it is not one for one.
    pub struct Award {
        /// This many points or more…
        pub points: u16,
        /// … earn this mark.
        pub mark: u16,
    }
}

record! {
    /// One mark, or several, for each distinct point.
    pub struct Points {
        /// The points.
        pub items: Vec<Point>,
        /// Groups with caps of their own.
        pub groups: Vec<Group>,
        /// Statements that show the answer wrong.
        pub rejected: Vec<Rejected>,
        /// How many points at most are counted; every one if not written.
        pub any: Option<u16>,
        /// Points to mark, where it is not one for one.
        pub award: Vec<Award>,
    }
}

record! {
    /// Something to find in one cell of a grid.
    pub struct Cell {
        /// Unique within the scheme.
        pub id: At<String>,
        /// One of the grid's rows.
        pub row: At<String>,
        /// One of the grid's columns.
        pub column: At<String>,
        /// What earns the mark, as printed for the marker.
        pub credit: String,
        /// What to look for; any of them earns it.
        pub keywords: Vec<Pattern>,
    }
}

record! {
    /// Marks for what is found in rows by columns, such as origin, purpose and content by value and limitation.
    pub struct Grid {
        /// Such as origin, purpose, content.
        pub rows: Vec<String>,
        /// Such as value, limitation.
        pub columns: Vec<String>,
        /// What may be found.
        pub cells: Vec<Cell>,
        /// The most marks for an answer that uses one column only.
        pub one_column_cap: Option<u16>,
        /// The most marks for an answer that leaves a row out.
        pub missing_row_cap: Option<u16>,
    }
}

record! {
    /// A thing a good answer may say.
    pub struct Content {
        /// Unique within the scheme.
        pub id: At<String>,
        /// What is said, as printed for the marker.
        pub credit: String,
        /// Labels of the sources it rests on.
        pub sources: Vec<At<String>>,
        /// It must come from outside this paper's sources.
        pub own_knowledge: bool,
        /// What to look for; any of them shows it.
        pub keywords: Vec<Pattern>,
    }
}

record! {
    /// Indicative content under one heading.
    pub struct ContentGroup {
        /// The printed heading.
        pub heading: String,
        /// The things a good answer may say.
        pub items: Vec<Content>,
    }
}

choice! {
    /// Something the answer as a whole does.
    pub enum Feature {
        SourceReference = "source-reference",
        Comparison = "comparison",
        Contrast = "contrast",
        OwnKnowledge = "own-knowledge",
        Judgement = "judgement",
        Perspective = "perspective",
        DatedEvidence = "dated-evidence",
        Paragraphs = "paragraphs",
    }
}

record! {
    /// A feature without which an answer does not rise above a mark.
    pub struct FeatureRule {
        /// What the answer must do.
        pub feature: Feature,
        /// How often; once if not written.
        pub at_least: Option<u16>,
        /// Without it, no more than this mark.
        pub ceiling: At<u16>,
        /// The reason, as printed for the marker.
        pub why: String,
    }
}

record! {
    /// A mark by best fit to bands, with the content that may be expected.
    pub struct Levels {
        /// The bands, by id.
        pub markbands: At<String>,
        /// What good answers may say; not a list to be ticked off.
        pub content: Vec<ContentGroup>,
        /// What the answer as a whole must do.
        pub features: Vec<FeatureRule>,
    }
}

record! {
    /// An event of a timeline.
    pub struct Event {
        /// Unique within the scheme.
        pub id: At<String>,
        /// The event, as printed for the marker.
        pub credit: String,
        /// Its date or span of years, as printed.
        pub date: String,
        /// Years off that are still right.
        pub within_years: Option<u16>,
        /// What to look for.
        pub keywords: Vec<Pattern>,
    }
}

record! {
    /// Events to be given in their order.
    pub struct Sequence {
        /// The events, in order.
        pub events: Vec<Event>,
        /// Marks for all events in the right order.
        pub order_marks: Option<u16>,
    }
}

record! {
    /// One of the answers offered.
    pub struct OptionKey {
        /// Unique within the scheme.
        pub id: At<String>,
        /// The answer as offered.
        pub text: String,
        /// Whether it is right.
        pub correct: bool,
    }
}

record! {
    /// A choice among answers offered.
    pub struct Choice {
        /// The answers offered.
        pub options: Vec<OptionKey>,
    }
}

record! {
    /// One of several things a part is marked for, with marks of its own.
    pub struct Strand {
        /// Unique within the scheme.
        pub id: At<String>,
        /// The printed name.
        pub title: String,
        /// Marks of the strand.
        pub marks: At<u16>,
        one_of method: Method,
    }
}

one_of! {
    /// The kinds of mark scheme.
    pub enum Method {
        /// Marks for distinct points.
        Points(Points) = "points",
        /// Marks for what is found in rows by columns.
        Grid(Grid) = "grid",
        /// A mark by best fit to bands.
        Levels(Levels) = "levels",
        /// Events in their order.
        Sequence(Sequence) = "sequence",
        /// A choice among answers offered.
        Choice(Choice) = "choice",
        /// Several of these side by side, each with marks of its own.
        Strands(Vec<Strand>) = "strands",
    }
}

choice! {
    /// The name of a kind of mark scheme.
    pub enum MethodKind {
        Points = "points",
        Grid = "grid",
        Levels = "levels",
        Sequence = "sequence",
        Choice = "choice",
        Strands = "strands",
    }
}

impl Method {
    /// Returns the name of the kind.
    pub fn kind(&self) -> MethodKind {
        match self {
            Method::Points(_) => MethodKind::Points,
            Method::Grid(_) => MethodKind::Grid,
            Method::Levels(_) => MethodKind::Levels,
            Method::Sequence(_) => MethodKind::Sequence,
            Method::Choice(_) => MethodKind::Choice,
            Method::Strands(_) => MethodKind::Strands,
        }
    }
}

record! {
    /// The mark scheme of one part of a question.
    pub struct MarkScheme {
        /// The part it marks: the question's id and the part's letter.
        pub part = "for": At<String>,
        /// Notes for the marker.
        pub notes: Vec<String>,
        one_of method: Method,
    }
}

record! {
    /// A band of marks and what an answer in it is like.
    pub struct Band {
        /// The marks of the band.
        pub marks: At<MarkRange>,
        /// Its name, such as Level 4.
        pub level: Option<String>,
        /// What an answer in it is like.
        pub descriptors: Vec<String>,
    }
}

record! {
    /// A table of markbands, best first.
    pub struct Markbands {
        /// Unique among markbands.
        pub id: At<String>,
        /// The printed heading.
        pub title: String,
        /// How to use the table.
        pub note: Option<String>,
        /// The bands, best first.
        pub bands: Vec<Band>,
    }
}

impl Markbands {
    /// Returns the highest mark of the best band.
    pub fn top(&self) -> u16 {
        self.bands.iter().map(|band| band.marks.high).max().unwrap_or(0)
    }
}
