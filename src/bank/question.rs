//! Questions and their parts, as printed. Nothing here says how they are marked.

use crate::record::{choice, record};
use crate::span::At;

choice! {
    /// What a question tells the candidate to do.
    pub enum CommandTerm {
        Analyse = "analyse",
        Assess = "assess",
        Compare = "compare",
        CompareAndContrast = "compare-and-contrast",
        Describe = "describe",
        Discuss = "discuss",
        Evaluate = "evaluate",
        Examine = "examine",
        Explain = "explain",
        HowFar = "how-far",
        InWhatWays = "in-what-ways",
        ToWhatExtent = "to-what-extent",
        What = "what",
        Which = "which",
        Why = "why",
    }
}

record! {
    /// One thing to answer.
    pub struct Part {
        /// The letter of the part; left out where a question has only one.
        pub label: Option<String>,
        /// The question as printed.
        pub text: String,
        /// What it tells the candidate to do.
        pub command_term: CommandTerm,
        /// Marks available.
        pub marks: At<u16>,
        /// Labels of the sources it names.
        pub sources: Vec<At<String>>,
        /// Printed as a list under the question.
        pub bullets: Vec<String>,
        /// Points the candidate may use, printed with the sentence that own information is needed too.
        pub stimulus: Vec<String>,
        /// Printed after the lists.
        pub closing: Option<String>,
    }
}

record! {
    /// A question of one or more parts.
    pub struct Question {
        /// Unique in the bank: lower-case letters, digits and hyphens.
        pub id: At<String>,
        /// The form it has, which fixes its parts and their marks.
        pub form: At<String>,
        /// The source set it is asked about.
        pub source_set: Option<At<String>>,
        /// Language of the question, such as en.
        pub lang: String,
        /// Topics it belongs to.
        pub topics: Vec<At<String>>,
        /// For teachers: where the question comes from.
        pub note: Option<String>,
        /// Printed above the parts.
        pub stem: Option<String>,
        /// What is to be answered.
        pub parts: Vec<Part>,
    }
}

impl Question {
    /// Returns the marks of all parts.
    pub fn marks(&self) -> u32 {
        self.parts.iter().map(|part| u32::from(part.marks.value)).sum()
    }

    /// Returns each part with the id that mark schemes know it by: the question's id and the part's letter.
    pub fn parts_with_ids(&self) -> impl Iterator<Item = (String, &Part)> {
        self.parts.iter().map(|part| (format!("{}{}", self.id.value, part.label.as_deref().unwrap_or_default()), part))
    }
}
