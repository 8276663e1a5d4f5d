//! The bank: everything its authors wrote, immutable once loaded.
//!
//! [`load::load`] turns texts into a [`Bank`] and every fault found; [`check`] holds the rules that go across
//! records. One declaration per record gives both the reading and the JSON Schema (see [`crate::record`]).

pub mod check;
pub mod drawing;
pub mod format;
pub mod lexicon;
pub mod load;
pub mod pattern;
pub mod question;
pub mod scheme;
pub mod source;

use crate::record::record;
use crate::span::{At, FileId, Files};
use format::{Form, Format};
use lexicon::Term;
use question::{Part, Question};
use scheme::{MarkScheme, Markbands};
use source::{Source, SourceSet};
use std::collections::{BTreeMap, HashMap};

record! {
    /// Something questions are about.
    pub struct Topic {
        /// Unique among topics.
        pub id: At<String>,
        /// What people call it.
        pub title: String,
        /// The wider topic it is part of.
        pub within: Option<At<String>>,
    }
}

record! {
    /// A file below question-bank/: what candidates see, and the formats papers are set by.
    pub struct BankFile {
        /// What questions are about.
        pub topics: Vec<Topic>,
        /// Sources that are read together.
        pub source_sets: Vec<SourceSet>,
        /// Questions.
        pub questions: Vec<Question>,
        /// Kinds of question.
        pub forms: Vec<Form>,
        /// Exam formats.
        pub formats: Vec<Format>,
    }
}

record! {
    /// A file below mark-schemes/: what earns marks.
    pub struct SchemeFile {
        /// Tables of markbands.
        pub markbands: Vec<Markbands>,
        /// Mark schemes.
        pub schemes: Vec<MarkScheme>,
        /// Names and terms with their other spellings.
        pub lexicon: Vec<Term>,
    }
}

/// Everything the authors wrote.
#[derive(Debug, Default)]
pub struct Bank {
    /// The texts it was read from; every span of the bank points into them.
    pub files: Files,
    pub topics: Vec<Topic>,
    pub source_sets: Vec<SourceSet>,
    pub questions: Vec<Question>,
    pub forms: Vec<Form>,
    pub formats: Vec<Format>,
    pub markbands: Vec<Markbands>,
    pub schemes: Vec<MarkScheme>,
    pub lexicon: Vec<Term>,
    /// Drawings by their path below question-bank/.
    pub pictures: BTreeMap<String, String>,
    /// Number of bytes of YAML read.
    pub bytes: u64,
    /// The texts that are the bank's own, and not supplied beside it by markband.
    pub own_files: Vec<FileId>,
    index: Index,
}

/// Where each id stands in its list.
#[derive(Debug, Default)]
struct Index {
    topics: HashMap<String, usize>,
    source_sets: HashMap<String, usize>,
    questions: HashMap<String, usize>,
    /// Question and part by part id.
    parts: HashMap<String, (usize, usize)>,
    forms: HashMap<String, usize>,
    formats: HashMap<String, usize>,
    markbands: HashMap<String, usize>,
    schemes: HashMap<String, usize>,
}

/// Returns where each id stands; of two the same, the first.
fn positions<'a>(ids: impl Iterator<Item = &'a str>) -> HashMap<String, usize> {
    let mut map = HashMap::new();
    for (position, id) in ids.enumerate() {
        map.entry(id.to_owned()).or_insert(position);
    }
    map
}

impl Bank {
    /// Makes the look-ups anew; called once the lists are complete.
    fn reindex(&mut self) {
        let mut parts = HashMap::new();
        for (q, question) in self.questions.iter().enumerate() {
            for (p, (id, _)) in question.parts_with_ids().enumerate() {
                parts.entry(id).or_insert((q, p));
            }
        }
        self.index = Index {
            topics: positions(self.topics.iter().map(|topic| topic.id.as_str())),
            source_sets: positions(self.source_sets.iter().map(|set| set.id.as_str())),
            questions: positions(self.questions.iter().map(|question| question.id.as_str())),
            parts,
            forms: positions(self.forms.iter().map(|form| form.id.as_str())),
            formats: positions(self.formats.iter().map(|format| format.id.as_str())),
            markbands: positions(self.markbands.iter().map(|bands| bands.id.as_str())),
            schemes: positions(self.schemes.iter().map(|scheme| scheme.part.as_str())),
        };
    }

    pub fn topic(&self, id: &str) -> Option<&Topic> {
        self.index.topics.get(id).map(|i| &self.topics[*i])
    }

    pub fn source_set(&self, id: &str) -> Option<&SourceSet> {
        self.index.source_sets.get(id).map(|i| &self.source_sets[*i])
    }

    pub fn question(&self, id: &str) -> Option<&Question> {
        self.index.questions.get(id).map(|i| &self.questions[*i])
    }

    /// Returns a part by its id, with the question it belongs to.
    pub fn part(&self, id: &str) -> Option<(&Question, &Part)> {
        self.index.parts.get(id).map(|(q, p)| (&self.questions[*q], &self.questions[*q].parts[*p]))
    }

    pub fn form(&self, id: &str) -> Option<&Form> {
        self.index.forms.get(id).map(|i| &self.forms[*i])
    }

    pub fn format(&self, id: &str) -> Option<&Format> {
        self.index.formats.get(id).map(|i| &self.formats[*i])
    }

    pub fn markbands(&self, id: &str) -> Option<&Markbands> {
        self.index.markbands.get(id).map(|i| &self.markbands[*i])
    }

    /// Returns the mark scheme of a part.
    pub fn scheme(&self, part: &str) -> Option<&MarkScheme> {
        self.index.schemes.get(part).map(|i| &self.schemes[*i])
    }

    /// Returns a source by its id, with the set it belongs to.
    pub fn source(&self, id: &str) -> Option<(&SourceSet, &Source)> {
        self.source_sets.iter().find_map(|set| Some((set, set.sources.iter().find(|source| source.id.value == id)?)))
    }

    /// Returns whether a topic is `wanted` or lies within it.
    pub fn lies_within(&self, topic: &str, wanted: &str) -> bool {
        // A topic that lies within itself is a fault of the bank; the count ends the search all the same.
        let mut current = Some(topic);
        for _ in 0..=self.topics.len() {
            match current {
                Some(id) if id == wanted => return true,
                Some(id) => current = self.topic(id).and_then(|topic| topic.within.as_ref()).map(|within| within.as_str()),
                None => return false,
            }
        }
        false
    }
}
