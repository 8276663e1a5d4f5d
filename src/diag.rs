//! Faults: what is wrong, where, and with which particulars.
//!
//! A [`Fault`] carries a stable code and its particulars, but no sentence. The sentences (what, and the
//! cure) stand in `templates/words/en.yaml` under the code, so that they can be read, corrected and
//! translated in one place; see [`crate::words`].

use crate::span::Span;

/// How much a fault matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The item cannot be used as it stands.
    Error,
    /// The item can be used, but somebody should look at it.
    Warning,
}

/// One thing found wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Stable name of the kind of fault, such as `unknown-key`. Its words are `faults.<code>`.
    pub code: &'static str,
    pub severity: Severity,
    /// Where it stands; `None` where the fault is not in a text (a missing folder).
    pub span: Option<Span>,
    /// What fills the `{name}` places of the message and the cure.
    pub args: Vec<(&'static str, String)>,
    /// A second place that belongs to the fault, such as the first use of a duplicate id.
    pub other: Option<Span>,
}

impl Fault {
    /// Returns an error with no place and no particulars yet.
    pub fn error(code: &'static str) -> Fault {
        Fault { code, severity: Severity::Error, span: None, args: Vec::new(), other: None }
    }

    /// Returns a warning with no place and no particulars yet.
    pub fn warning(code: &'static str) -> Fault {
        Fault { severity: Severity::Warning, ..Fault::error(code) }
    }

    /// Says where the fault stands.
    pub fn at(mut self, span: Span) -> Fault {
        self.span = Some(span);
        self
    }

    /// Fills the place `{name}` of the message and the cure.
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Fault {
        self.args.push((name, value.to_string()));
        self
    }

    /// Adds the second place that belongs to the fault.
    pub fn beside(mut self, other: Span) -> Fault {
        self.other = Some(other);
        self
    }
}

/// Returns the known name nearest to a misspelt one, if any is near enough to be worth offering.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(wrong, name), name))
        // One letter is no misspelling of another.
        .filter(|(distance, name)| *distance <= name.chars().count().max(wrong.chars().count()) / 3)
        .min()
        .map(|(_, name)| name)
}
