//! The keyword language: what to look for in an answer, as a closed tree.
//!
//! A line of words is a [`Pattern::Phrase`]; ` | ` separates alternatives. Everything else is a map with one
//! key. What counts as "the same word" (inflection, spelling, misspelling) is decided where patterns are
//! matched, not here.

use crate::diag::Fault;
use crate::record::{Definitions, Read, Reader, record};
use crate::yaml::{Kind, Node};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

/// What to look for.
#[derive(Debug, Clone, PartialEq)]
pub enum Pattern {
    /// These words, next to each other in this order.
    Phrase(String),
    /// One of several patterns.
    Any(Vec<Pattern>),
    /// Every one of several patterns.
    All(Vec<Pattern>),
    /// Not any of several patterns.
    None(Vec<Pattern>),
    /// Every one, each after the one before.
    InOrder(Vec<Pattern>),
    /// Every one, within so many words.
    Near(Near),
    /// Every one, in one sentence.
    SameSentence(Vec<Pattern>),
    /// These words to the letter, with no inflection and no misspelling.
    Exact(String),
    /// A number, in figures or words.
    Number(NumberPattern),
    /// A year or a span of years.
    Year(Years),
    /// A regular expression over the folded text.
    Regex(String),
}

record! {
    /// Patterns that stand close together.
    pub struct Near {
        /// How many words apart they may be.
        pub words: u16,
        /// The patterns.
        pub of: Vec<Pattern>,
    }
}

record! {
    /// A number an answer may give.
    pub struct NumberPattern {
        /// The number.
        pub value: f64,
        /// How far off an answer may be.
        pub within: Option<f64>,
        /// What is counted, such as % or million.
        pub unit: Option<String>,
    }
}

/// A year, or the first and last year of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Years {
    pub first: u16,
    pub last: u16,
}

impl Years {
    /// Reads `1930`, `1928-32`, `1928–1932`.
    pub fn parse(text: &str) -> Option<Years> {
        let mut ends = text.splitn(2, ['-', '–']);
        let first: u16 = ends.next()?.trim().parse().ok()?;
        let last = match ends.next().map(str::trim) {
            None => first,
            Some(end) if end.len() <= 2 => first / 100 * 100 + end.parse::<u16>().ok()?,
            Some(end) => end.parse().ok()?,
        };
        (first <= last).then_some(Years { first, last })
    }
}

impl std::fmt::Display for Years {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.first == self.last {
            true => write!(f, "{}", self.first),
            false => write!(f, "{}-{}", self.first, self.last),
        }
    }
}

const KEYS: &[&str] = &["any", "all", "none", "in_order", "near", "same_sentence", "exact", "number", "year", "regex"];

impl Pattern {
    /// Returns whether some answer could match: a pattern of no words, or of nothing but what must not
    /// be said, is one that no answer can earn a mark by.
    pub fn can_match(&self) -> bool {
        match self {
            Pattern::Phrase(words) | Pattern::Exact(words) => words.chars().any(char::is_alphanumeric),
            Pattern::Any(of) => of.iter().any(Pattern::can_match),
            Pattern::All(of) | Pattern::InOrder(of) | Pattern::SameSentence(of) | Pattern::Near(Near { of, .. }) => {
                let mut asked = of.iter().filter(|pattern| !matches!(pattern, Pattern::None(_))).peekable();
                asked.peek().is_some() && asked.all(Pattern::can_match)
            }
            Pattern::None(_) => false,
            Pattern::Number(_) | Pattern::Year(_) | Pattern::Regex(_) => true,
        }
    }

    fn line(text: &str) -> Pattern {
        let mut alternatives: Vec<_> = text.split('|').map(|part| Pattern::Phrase(part.trim().to_owned())).collect();
        match alternatives.len() {
            1 => alternatives.remove(0),
            _ => Pattern::Any(alternatives),
        }
    }
}

impl Read for Pattern {
    fn read(node: &Node, reader: &mut Reader) -> Option<Pattern> {
        let pairs = match &node.kind {
            Kind::Scalar { .. } => return String::read(node, reader).map(|text| Pattern::line(&text)),
            Kind::List(_) => return Vec::read(node, reader).map(Pattern::Any),
            Kind::Map(pairs) => pairs,
        };
        let [(key, value)] = pairs.as_slice() else {
            let found = pairs.iter().filter_map(|(key, _)| key.text()).collect::<Vec<_>>().join(", ");
            reader.faults.push(Fault::error("pattern-keys").at(node.span).with("found", found).with("keys", KEYS.join(", ")));
            return None;
        };
        match key.text().unwrap_or_default() {
            "any" => Vec::read(value, reader).map(Pattern::Any),
            "all" => Vec::read(value, reader).map(Pattern::All),
            "none" => Vec::read(value, reader).map(Pattern::None),
            "in_order" => Vec::read(value, reader).map(Pattern::InOrder),
            "near" => Near::read(value, reader).map(Pattern::Near),
            "same_sentence" => Vec::read(value, reader).map(Pattern::SameSentence),
            "exact" => String::read(value, reader).map(Pattern::Exact),
            "number" => NumberPattern::read(value, reader).map(Pattern::Number),
            "year" => {
                let years = value.text().and_then(Years::parse);
                if years.is_none() {
                    reader.faults.push(Fault::error("pattern-year").at(value.span));
                }
                years.map(Pattern::Year)
            }
            "regex" => {
                let text = String::read(value, reader)?;
                if let Err(error) = regex::RegexBuilder::new(&text).size_limit(1 << 20).build() {
                    let why = error.to_string();
                    let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
                    reader.faults.push(Fault::error("pattern-regex").at(value.span).with("why", why));
                    return None;
                }
                Some(Pattern::Regex(text))
            }
            _ => {
                let found = key.text().unwrap_or_default();
                reader.faults.push(Fault::error("pattern-keys").at(key.span).with("found", found).with("keys", KEYS.join(", ")));
                None
            }
        }
    }

    fn schema(definitions: &mut Definitions) -> Value {
        if !definitions.contains_key("Pattern") {
            definitions.insert("Pattern", Value::Null);
            let list = json!({"type": "array", "items": {"$ref": "#/$defs/Pattern"}});
            let schema = json!({
                "description": "What to look for: a phrase, alternatives separated by |, a list of which any will do, or a map with one key.",
                "anyOf": [
                    {"type": ["string", "number"]},
                    list,
                    {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": false, "properties": {
                        "any": list, "all": list, "none": list, "in_order": list, "same_sentence": list,
                        "near": Near::schema(definitions),
                        "exact": String::schema(definitions),
                        "number": NumberPattern::schema(definitions),
                        "year": {"type": ["string", "integer"]},
                        "regex": String::schema(definitions),
                    }},
                ],
            });
            definitions.insert("Pattern", schema);
        }
        json!({"$ref": "#/$defs/Pattern"})
    }
}

/// Writes what [`Read`] reads.
impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let (key, of) = match self {
            Pattern::Phrase(words) => return s.serialize_str(words),
            Pattern::Any(of) => ("any", of),
            Pattern::All(of) => ("all", of),
            Pattern::None(of) => ("none", of),
            Pattern::InOrder(of) => ("in_order", of),
            Pattern::SameSentence(of) => ("same_sentence", of),
            Pattern::Near(near) => return one(s, "near", near),
            Pattern::Exact(words) => return one(s, "exact", words),
            Pattern::Number(number) => return one(s, "number", number),
            Pattern::Year(years) => return one(s, "year", &years.to_string()),
            Pattern::Regex(text) => return one(s, "regex", text),
        };
        one(s, key, of)
    }
}

fn one<S: Serializer>(s: S, key: &str, value: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut map = s.serialize_map(Some(1))?;
    map.serialize_entry(key, value)?;
    map.end()
}
