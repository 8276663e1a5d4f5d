//! A script: what one candidate answered, part by part. It may come from a sitting or from a file.

use crate::paper::Paper;
use crate::record::record;

record! {
    /// The answer to one part.
    pub struct Answer {
        /// The part's id.
        pub part: String,
        /// The printed number, with the part's letter.
        pub number: String,
        /// What the candidate wrote.
        pub text: String,
        /// Seconds spent with the part open, where that is known.
        pub seconds: Option<u64>,
    }
}

record! {
    /// Text that came after the time allowed. It is shown to the teacher and not counted.
    pub struct LateText {
        /// The part's id.
        pub part: String,
        /// Seconds after the deadline.
        pub seconds_late: u64,
        /// The whole answer as it stood then.
        pub text: String,
    }
}

record! {
    /// What one candidate answered.
    pub struct Script {
        /// Version of this file's form.
        pub markband: u16,
        /// The paper's code.
        pub paper: String,
        /// The candidate's name or number.
        pub candidate: String,
        /// When the script was handed in, and by whom.
        pub handed_in: Option<String>,
        /// The code on the candidate's receipt.
        pub receipt: Option<String>,
        /// The answers, in the order of the paper.
        pub answers: Vec<Answer>,
        /// Text that came too late.
        pub late: Vec<LateText>,
        /// What happened that a teacher should know, such as a clock that went back.
        pub remarks: Vec<String>,
    }
}

/// One part of a paper as a candidate finds it: what is answered, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Slip {
    /// The part's id.
    pub part: String,
    /// The printed number, with the part's letter: `1(a)`.
    pub number: String,
    pub marks: u16,
    /// Minutes suggested.
    pub minutes: u16,
    /// Index of the section it belongs to.
    pub section: usize,
    /// Index of the question within the paper.
    pub question: usize,
}

/// Returns every part of a paper that can be answered, in the order printed.
pub fn slips(paper: &Paper) -> Vec<Slip> {
    let mut slips = Vec::new();
    let mut question = 0;
    for (section, (_, questions)) in paper.sections().enumerate() {
        for set in questions {
            for ((id, part), minutes) in set.question.parts_with_ids().zip(set.minutes.iter().chain(std::iter::repeat(&0))) {
                let label = part.label.as_ref().map(|label| format!("({label})")).unwrap_or_default();
                slips.push(Slip {
                    part: id,
                    number: format!("{}{label}", set.number),
                    marks: part.marks.value,
                    minutes: *minutes,
                    section,
                    question,
                });
            }
            question += 1;
        }
    }
    slips
}

/// Counts words as a person would: runs of anything but white space that have a letter or a digit.
pub fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// Returns a text as scripts keep it: lines end in one way, and control characters are left out, since they could drive
/// a terminal and no file of markband may have them.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' => {
                rest.next_if_eq(&'\n');
                out.push('\n');
            }
            // The ends of lines and pages of other times and systems.
            '\u{b}' | '\u{c}' | '\u{85}' => out.push('\n'),
            '\n' | '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
