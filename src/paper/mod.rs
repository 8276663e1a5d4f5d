//! A paper: a frozen, numbered selection of questions with the sources they are asked about.
//!
//! A [`Paper`] holds the full text a candidate sees and a hash of each item, so that it prints and is sat
//! unchanged after the bank has moved on. It holds nothing of the mark schemes but their hashes: those are
//! frozen apart, in [`FrozenSchemes`], which no candidate is given.

pub mod comparison;
pub mod setting;

use crate::bank::format::{Form, Format, Section, SourceName};
use crate::bank::question::Question;
use crate::bank::scheme::{MarkScheme, Markbands};
use crate::bank::source::SourceSet;
use crate::record::record;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

record! {
    /// A question as set, with what it was when the paper was set.
    pub struct SetQuestion {
        /// The printed number.
        pub number: String,
        /// Fingerprint of the question's text.
        pub hash: String,
        /// Fingerprint of the mark scheme of each part, with its markbands.
        pub scheme_hashes: Vec<String>,
        /// Minutes suggested for each part.
        pub minutes: Vec<u16>,
        /// The question.
        pub question: Question,
    }
}

record! {
    /// The questions of one section.
    pub struct SetSection {
        /// The questions, in order.
        pub questions: Vec<SetQuestion>,
    }
}

record! {
    /// A source set as set.
    pub struct SetSources {
        /// Fingerprint of the set's text.
        pub hash: String,
        /// The set.
        pub set: SourceSet,
    }
}

record! {
    /// A practice paper, as set.
    pub struct Paper {
        /// Version of this file's form.
        pub markband: u16,
        /// The code printed on every page.
        pub reference: String,
        /// The number that chose among the questions.
        pub seed: u64,
        /// The topic asked for.
        pub topic: Option<String>,
        /// Fingerprint of the bank.
        pub bank: String,
        /// The format it was set by.
        pub format: Format,
        /// The questions of each of the format's sections.
        pub sections: Vec<SetSection>,
        /// The sources.
        pub source_sets: Vec<SetSources>,
        /// The drawings, by path.
        pub pictures: BTreeMap<String, String>,
    }
}

record! {
    /// Something a teacher should know about a question, a source or a set of them.
    pub struct TeacherNote {
        /// The printed number, if it is about a question.
        pub number: Option<String>,
        /// The source's letter, if it is about a source.
        pub label: Option<String>,
        /// The title of the source or the set.
        pub title: Option<String>,
        /// What is to be known.
        pub text: String,
    }
}

record! {
    /// The mark schemes of a paper as they were when it was set. Not for candidates.
    pub struct FrozenSchemes {
        /// Version of this file's form.
        pub markband: u16,
        /// The paper's code.
        pub reference: String,
        /// Tables of markbands.
        pub markbands: Vec<Markbands>,
        /// The scheme of each part.
        pub schemes: Vec<MarkScheme>,
        /// Where questions and sources come from, and what was checked.
        pub notes: Vec<TeacherNote>,
    }
}

/// The version of the files' form written here.
pub const VERSION: u16 = 1;

impl Paper {
    /// Returns each section of the format with the questions chosen for it.
    pub fn sections(&self) -> impl Iterator<Item = (&Section, &[SetQuestion])> {
        self.format.sections.iter().zip(self.sections.iter().map(|section| section.questions.as_slice()))
    }

    /// Returns every question in the order printed.
    pub fn questions(&self) -> impl Iterator<Item = &SetQuestion> {
        self.sections.iter().flat_map(|section| &section.questions)
    }

    /// Returns what the paper calls its sources.
    pub fn source_name(&self) -> SourceName {
        self.format.source_name.unwrap_or(SourceName::Source)
    }
}

impl FrozenSchemes {
    /// Returns the scheme of a part.
    pub fn scheme(&self, part: &str) -> Option<&MarkScheme> {
        self.schemes.iter().find(|scheme| scheme.part.value == part)
    }

    pub fn markbands(&self, id: &str) -> Option<&Markbands> {
        self.markbands.iter().find(|bands| bands.id.value == id)
    }
}

/// Returns a short fingerprint of an item: the first 16 hexadecimal digits of the SHA-256 of its JSON.
pub fn fingerprint(item: &impl Serialize) -> String {
    let json = serde_json::to_vec(item).expect("records are always JSON");
    hex(&Sha256::digest(json), 8)
}

/// Returns the first `bytes` bytes in hexadecimal.
fn hex(digest: &[u8], bytes: usize) -> String {
    digest[..bytes].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns a question without what is only for teachers.
fn for_candidates(question: &Question) -> Question {
    Question { note: None, ..question.clone() }
}

/// Returns a source set without what is only for teachers.
fn sources_for_candidates(set: &SourceSet) -> SourceSet {
    let mut set = SourceSet { note: None, ..set.clone() };
    for source in &mut set.sources {
        source.provenance = None;
    }
    set
}

/// Returns the ids of the markbands that a scheme uses.
fn markbands_of(scheme: &MarkScheme) -> Vec<&str> {
    use crate::bank::scheme::Method;
    fn collect<'s>(method: &'s Method, ids: &mut Vec<&'s str>) {
        match method {
            Method::Levels(levels) => ids.push(&levels.markbands),
            Method::Strands(strands) => strands.iter().for_each(|strand| collect(&strand.method, ids)),
            Method::Points(_) | Method::Grid(_) | Method::Sequence(_) | Method::Choice(_) => {}
        }
    }
    let mut ids = Vec::new();
    collect(&scheme.method, &mut ids);
    ids
}

/// Returns the minutes suggested for each part of a question of a form.
fn minutes(form: &Form) -> Vec<u16> {
    form.parts.iter().map(|part| part.minutes).collect()
}
