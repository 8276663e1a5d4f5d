//! Sources as examiners use them: who made what, where, when and for whom, and by what right we print it.

use crate::record::{choice, one_of, record};
use crate::span::At;

/// An attributed quotation may have this many words; a longer text must be a paraphrase or have its rights shown.
pub const QUOTATION_WORDS: usize = 40;

choice! {
    /// What kind of thing a source is.
    pub enum SourceKind {
        Poster = "poster",
        Photograph = "photograph",
        Cartoon = "cartoon",
        Map = "map",
        Letter = "letter",
        Order = "order",
        Telegram = "telegram",
        Memo = "memo",
        Report = "report",
        Speech = "speech",
        Decree = "decree",
        Diary = "diary",
        Memoir = "memoir",
        Newspaper = "newspaper",
        Textbook = "textbook",
        HistoryBook = "history-book",
        Interpretation = "interpretation",
        Biography = "biography",
        Pamphlet = "pamphlet",
        Table = "table",
        Chart = "chart",
    }
}

choice! {
    /// Whether a source comes from the time it speaks of.
    pub enum Nature {
        Primary = "primary",
        Secondary = "secondary",
    }
}

choice! {
    /// The right by which a text or picture is printed.
    pub enum RightsBasis {
        /// The exact words of the speaker, at most 40 of them.
        Quotation = "quotation",
        /// Our own words, headed “Adapted from …”.
        Adapted = "adapted",
        /// Described, drawn or tabulated by the bank's authors.
        OwnWork = "own-work",
        PublicDomain = "public-domain",
        Licensed = "licensed",
    }
}

record! {
    /// By what right a source is printed, and what shows it.
    pub struct Rights {
        /// The right by which the text or picture is printed.
        pub basis: At<RightsBasis>,
        /// What shows the right: needed for public-domain and licensed material.
        pub proof: Option<String>,
    }
}

record! {
    /// A word explained under a source.
    pub struct Gloss {
        /// The word as it stands in the source.
        pub term: At<String>,
        /// What it means, in a few words.
        pub meaning: String,
    }
}

record! {
    /// A table of facts or figures.
    pub struct Table {
        /// What the table shows.
        pub caption: String,
        /// The heading of each column.
        pub head: Vec<String>,
        /// The cells, row by row.
        pub rows: Vec<At<Vec<String>>>,
        /// Printed under the table, such as the origin of the figures.
        pub note: Option<String>,
    }
}

record! {
    /// A picture, described so that it can be answered from without being seen.
    pub struct Picture {
        /// An SVG drawing below question-bank/.
        pub file: Option<At<String>>,
        /// The text alternative, for those who cannot see the picture.
        pub alt: Option<String>,
        /// The printed description.
        pub description: String,
    }
}

one_of! {
    /// What a source consists of.
    pub enum Body {
        /// A text; paragraphs are separated by a blank line.
        Text(At<String>) = "text",
        /// A table of facts or figures.
        Table(Table) = "table",
        /// A picture with its description.
        Picture(Picture) = "picture",
    }
}

impl Body {
    /// Returns whether the source is something other than a text: a table or a picture.
    pub fn is_non_text(&self) -> bool {
        match self {
            Body::Text(_) => false,
            Body::Table(_) | Body::Picture(_) => true,
        }
    }

    /// Returns all words of the source that a candidate reads, in one string.
    pub fn reading_text(&self) -> String {
        match self {
            Body::Text(text) => text.value.clone(),
            Body::Picture(picture) => picture.description.clone(),
            Body::Table(table) => {
                let rows = table.rows.iter().map(|row| row.value.join(" "));
                std::iter::once(table.caption.clone()).chain([table.head.join(" ")]).chain(rows).collect::<Vec<_>>().join("\n")
            }
        }
    }
}

record! {
    /// One source of a set.
    pub struct Source {
        /// Unique in the bank: lower-case letters, digits and hyphens.
        pub id: At<String>,
        /// The letter or number it is called by: A to D, or 1 and 2.
        pub label: At<String>,
        /// What kind of thing it is.
        pub kind: SourceKind,
        /// Whether it comes from the time it speaks of.
        pub nature: Nature,
        /// Its title, or a short name for it.
        pub title: String,
        /// Who made it, if known.
        pub author: Option<String>,
        /// When it was made.
        pub date: String,
        /// Where it was made.
        pub place: Option<String>,
        /// For whom it was made.
        pub audience: Option<String>,
        /// The line printed above the source: who, what, where, when and for whom.
        pub attribution: At<String>,
        /// For teachers: where the original is, what was checked and how, and what is doubtful.
        pub provenance: Option<String>,
        /// The right by which it is printed.
        pub rights: Rights,
        /// Words explained under the source.
        pub glosses: Vec<Gloss>,
        one_of body: Body,
    }
}

record! {
    /// Sources that are read together, with what they are about.
    pub struct SourceSet {
        /// Unique in the bank: lower-case letters, digits and hyphens.
        pub id: At<String>,
        /// What teachers know the set by.
        pub title: String,
        /// Language of the set, such as en.
        pub lang: String,
        /// Topics it belongs to.
        pub topics: Vec<At<String>>,
        /// Completes the printed sentence “The sources and questions in this section are about …”.
        pub about: String,
        /// For teachers.
        pub note: Option<String>,
        /// The sources, in the order in which they are printed.
        pub sources: Vec<Source>,
    }
}

impl SourceSet {
    /// Returns the number of words a candidate reads in the sources, attributions and glosses not counted.
    pub fn words(&self) -> usize {
        self.sources.iter().map(|source| source.body.reading_text().split_whitespace().count()).sum()
    }
}
