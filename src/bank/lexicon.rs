//! The lexicon: names and terms with their other spellings, for matching and for glosses.

use crate::record::{choice, record};
use crate::span::At;

choice! {
    /// What kind of thing a term names.
    pub enum TermKind {
        Person = "person",
        Place = "place",
        Term = "term",
        Organisation = "organisation",
    }
}

record! {
    /// A name or term and everything that means the same.
    pub struct Term {
        /// The spelling we use.
        pub term: At<String>,
        /// What kind of thing it names.
        pub kind: TermKind,
        /// Other transliterations and exact synonyms.
        pub also: Vec<At<String>>,
        /// What it means, in a few words.
        pub meaning: Option<String>,
    }
}
