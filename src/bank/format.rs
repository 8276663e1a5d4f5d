//! Exam formats as data: what a paper of a kind consists of, how long it takes and how it is answered.

use super::scheme::MethodKind;
use crate::record::{choice, record};
use crate::span::At;

record! {
    /// What a question of a form has as one of its parts.
    pub struct FormPart {
        /// The letter of the part; left out where there is only one.
        pub label: Option<String>,
        /// Marks of the part.
        pub marks: u16,
        /// How it is marked.
        pub method: MethodKind,
        /// Minutes suggested for it.
        pub minutes: u16,
    }
}

record! {
    /// A kind of question, such as “IB-style Paper 1, question 2”.
    pub struct Form {
        /// Unique among forms.
        pub id: At<String>,
        /// What teachers know it by.
        pub title: String,
        /// Its parts, in order.
        pub parts: Vec<FormPart>,
    }
}

impl Form {
    /// Returns the marks of all parts.
    pub fn marks(&self) -> u32 {
        self.parts.iter().map(|part| u32::from(part.marks)).sum()
    }
}

record! {
    /// A place in a section to be filled from the bank.
    pub struct Slot {
        /// The form of question it takes.
        pub form: At<String>,
        /// How many questions it takes; one if not written. With `each_of`, how many for each of its topics.
        pub count: Option<u16>,
        /// Topics of which each is to be asked about.
        pub each_of: Vec<At<String>>,
        /// The number printed, where it is not simply the next.
        pub number: Option<String>,
    }
}

impl Slot {
    /// Returns how many questions the slot takes in all.
    pub fn seats(&self) -> usize {
        self.count.unwrap_or(1) as usize * self.each_of.len().max(1)
    }
}

record! {
    /// What a source set must be like to be set.
    pub struct SourceRule {
        /// How many sources it has.
        pub count: u16,
        /// How many of them are not text.
        pub non_text: Option<u16>,
        /// The most words a candidate has to read.
        pub max_words: Option<u16>,
    }
}

record! {
    /// A section of a paper.
    pub struct Section {
        /// The printed heading.
        pub title: Option<String>,
        /// What the candidate is told at the head of the section.
        pub instruction: Option<String>,
        /// How many of its questions are answered; all if not written.
        pub answer: Option<u16>,
        /// Answers must be on different topics: a second one on the same topic is not counted.
        pub different_topics: bool,
        /// All its questions are asked about one source set, which must be like this.
        pub sources: Option<SourceRule>,
        /// The places to be filled.
        pub slots: Vec<Slot>,
    }
}

choice! {
    /// What a paper calls its sources.
    pub enum SourceName {
        Source = "source",
        Interpretation = "interpretation",
    }
}

record! {
    /// The least mark for a grade.
    pub struct Boundary {
        /// The grade.
        pub grade: String,
        /// The least mark that earns it.
        pub mark: u16,
    }
}

record! {
    /// Grade boundaries of one past session. They are set anew each session, so they only illustrate.
    pub struct Boundaries {
        /// The session and where the figures come from.
        pub session: String,
        /// The boundaries, best grade first.
        pub grades: Vec<Boundary>,
    }
}

record! {
    /// What a paper of a kind consists of.
    pub struct Format {
        /// Unique among formats.
        pub id: At<String>,
        /// The exam it follows, such as IB; printed as “IB-style”.
        pub style: String,
        /// The subject.
        pub subject: String,
        /// Which paper it is.
        pub paper: String,
        /// The level.
        pub level: Option<String>,
        /// The years for which the exam has this form.
        pub years: Option<String>,
        /// Printed on the cover of a form that stands for a part of the exam's paper only.
        pub practice_form: Option<String>,
        /// Writing time in minutes.
        pub minutes: u16,
        /// Reading time in minutes, before writing begins.
        pub reading_minutes: Option<u16>,
        /// Marks of the whole paper.
        pub marks: At<u16>,
        /// What the candidate is told on the cover.
        pub instructions: Vec<String>,
        /// What the paper calls its sources: source if not written.
        pub source_name: Option<SourceName>,
        /// What is not settled about the exam's own rules, for teachers.
        pub note: Option<String>,
        /// The sections.
        pub sections: Vec<Section>,
        /// Grade boundaries, for illustration.
        pub boundaries: Option<Boundaries>,
    }
}
