//! Question headings as candidates write them: what one line says, looked at by itself. Which of the lines that may
//! be headings are meant so is for [`super::script_text`] to decide, which sees them all.

use crate::script::Slip;
use regex::Regex;
use std::sync::LazyLock;

/// A printed number taken apart: `03(d)` is `3`, `d`.
pub type Key = Vec<String>;

/// Returns the pieces of a printed number: runs of digits without leading zeros, and runs of small letters.
pub fn key(number: &str) -> Key {
    static RUN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"0*(\d+)|([A-Za-z]+)").expect("a pattern"));
    RUN.find_iter(number)
        .map(|run| run.as_str().to_lowercase())
        .map(|run| if run.starts_with('0') { run.trim_start_matches('0').to_owned() } else { run })
        .collect()
}

/// What a heading is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// A part of the paper, by its place among the slips.
    Part(usize),
    /// A question that has several parts.
    Group(Key),
    /// A number, as written, that the paper does not have.
    Unknown(String),
    /// A letter: a part of whatever question stands above.
    Letter(String),
}

/// How a heading is written, which tells how sure it is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `Question 2`, `Q2:`, `Answer to question 2`.
    Named,
    /// `Question 2 asks …`: may be a sentence.
    NamedInProse,
    /// `1(a)`, `1. a)`.
    Lettered,
    /// `1a The …`.
    Adjacent,
    /// `04`, with or without text behind it.
    Zeroed,
    /// Nothing else on the line.
    Alone,
    /// A heading by its style: `## 2. The …`.
    Styled,
    /// `2. The …`: may be an item of a list.
    Listed,
    /// `2 The …`: may be anything.
    Bare,
    /// The question's own text.
    Text,
    /// `(b)`.
    Letter,
}

/// A line that may be a heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Heading {
    /// `None` for an item of a list whose number is no question's.
    pub target: Option<Target>,
    pub form: Form,
    /// The number, where it may be that of a list's item.
    pub number: Option<u32>,
    /// Byte of the line at which its own text begins.
    pub rest: usize,
}

const COUNTED: [&str; 12] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern")
}

/// `Question no. 2`, `Q2a`, `My answer to question 2`, `Ans 2`.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^(?:\d{1,2}[.)]\s+)?",
        r"(?:(?:my\s+)?(?:answers?|ans|response)\b[.:]?\s*(?:(?:to|for)\b\s*)?(?:the\s+)?",
        r"(?:(?:questions?|ques|qu|qn|q)[.:]?\s*)?",
        r"|(?:questions?|quest|ques|qu|qn|q)[.:]?\s*)",
        r"(?:(?:no|number|nr)\b[.:]?\s*|#\s*)?",
        r"[(\[]?(\d{1,3}|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b)",
    ))
});
static NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[(\[]?(\d{1,3})"));
/// `(a)`, with or without a point or a space before it.
static IN_BRACKETS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^\s*[.):\-–]?\s*\(\s*([a-z]{1,4})\s*\)"));
/// `1. a)`, `1 a)`.
static HALF_BRACKET: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^\s*[.):]?\s*([a-z]{1,4})\)"));
/// `1a`, `1.a`, `1-a`.
static CLOSE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^[.\-]?([a-z]{1,4})(?:[\s.:\-–—\]]|$)"));
/// `1 a`, and nothing more.
static LAST: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^\s*[.)]?\s+([a-z]{1,4})\s*[.:]?\s*$"));
/// `, part a` and `part (a)` within `Question 1 part a`.
static PART: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^\s*,?\s*part\s+\(?([a-z]{1,4})\)?(?:[\s.:\-–—]|$)"));
/// What may stand between the number and the text.
static BREAK: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*(?:[)\].:]+|[-–—]+(?:\s|$))(?:\s*[-–—:](?:\s|$))?"));
/// `[3 marks]`, `(4)`.
static MARKS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^\s*[\[(]\s*\d{1,2}\s*(?:marks?|points?|pts?)?\s*[\])]\s*[.:]?|^\s*[-–—,]?\s*\d{1,2} marks?\b\s*[.:]?"));
static LETTER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:part\s+\(?([a-z]{1,4})\)?(?:[.:)]|\s*$)|\(\s*([a-z]{1,4})\s*\)|([a-z]{1,4})\)|([a-z])\s*$)"));
static SMALL_LETTER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^([a-z])[.:](?:\s|$)"));
static LABEL: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^(?:[a-z]|[ivx]+)$"));

/// What the parts of a paper are called.
pub struct Numbers {
    /// The key of each slip.
    pub keys: Vec<Key>,
}

impl Numbers {
    pub fn of(slips: &[Slip]) -> Numbers {
        Numbers { keys: slips.iter().map(|slip| key(&slip.number)).collect() }
    }

    /// Returns the part or the question that a key names.
    pub fn find(&self, key: &[String]) -> Option<Target> {
        if let Some(part) = self.keys.iter().position(|known| known == key) {
            return Some(Target::Part(part));
        }
        let mut below = (0..self.keys.len()).filter(|part| self.keys[*part].starts_with(key));
        match (below.next(), below.next()) {
            // The paper has nothing else of this question, so there is nothing else that can be meant.
            (Some(only), None) => Some(Target::Part(only)),
            (Some(_), Some(_)) => Some(Target::Group(key.to_vec())),
            (None, _) => None,
        }
    }

    fn has_below(&self, key: &[String]) -> bool {
        self.keys.iter().any(|known| known.starts_with(key))
    }

    /// Returns what a line says if it is a heading. `styled` lines are headings by the look of them.
    pub fn scan(&self, line: &str, styled: bool) -> Option<Heading> {
        let shown = Shown::of(line);
        let text = shown.text.as_str();
        let styled = styled || shown.styled;
        let (named, number, after) = match NAMED.captures(text) {
            Some(found) => (true, found.get(1)?.as_str(), found.get(1)?.end()),
            None => match NUMBER.captures(text) {
                Some(found) => (false, found.get(1)?.as_str(), found.get(1)?.end()),
                None => return letter(&shown, line),
            },
        };
        let counted = COUNTED.iter().position(|word| number.eq_ignore_ascii_case(word)).map(|at| at as u32 + 1);
        let value: u32 = counted.or_else(|| number.parse().ok())?;
        if shown.bulleted && !named || value > 99 && !self.has_below(&[value.to_string()]) {
            return None;
        }
        let mut key = vec![value.to_string()];
        let mut at = after;
        let mut label_form = None;
        // A part may have parts of its own: 3(a)(ii).
        while let Some((label, length, form)) = self.label(&text[at..], &key, named) {
            key.push(label);
            at += length;
            label_form = Some(form);
        }
        let behind = &text[at..];
        // 1.5, 2,000, 3%, 4th, 1930s, 1/3 are quantities.
        let next = behind.chars().next();
        let then = behind.chars().nth(1);
        let quantity = match next {
            Some(_) if MARKS.is_match(behind) => false,
            None | Some(')' | ']') => false,
            Some('.' | ':' | '-' | '–') => {
                then.is_some_and(|c| c.is_ascii_digit() || next != Some('.') && next != Some(':') && !c.is_whitespace())
            }
            Some(c) => !c.is_whitespace(),
        };
        if quantity {
            return None;
        }
        let gap = BREAK.find(behind).map_or(0, |found| found.end());
        let marks = MARKS.find(&behind[gap..]).map_or(0, |found| found.end());
        let more = BREAK.find(&behind[gap + marks..]).map_or(0, |found| found.end());
        let separated = gap + marks + more > 0;
        at += gap + marks + more;
        at += text[at..].len() - text[at..].trim_start().len();
        let rest = shown.original(at, line);
        let (first, last) = (line[rest..].chars().next(), rest >= line.trim_end().len());
        let form = match label_form {
            _ if named && (last || separated || label_form.is_some() || !first.is_some_and(char::is_lowercase)) => Form::Named,
            _ if named && joins(&line[rest..]) => return None,
            _ if named => Form::NamedInProse,
            Some(Form::Lettered) => Form::Lettered,
            Some(_) if last || separated => Form::Lettered,
            Some(form) => form,
            None if number.starts_with('0') => Form::Zeroed,
            None if last => Form::Alone,
            None if styled => Form::Styled,
            None if separated => Form::Listed,
            None => Form::Bare,
        };
        let number = (label_form.is_none() && !named).then_some(value);
        let target = self.find(&key).or_else(|| match form {
            Form::Named | Form::Lettered => Some(Target::Unknown(text[..at].trim_end_matches([' ', ':', '.', '-', '–', '—']).to_owned())),
            Form::NamedInProse | Form::Adjacent | Form::Alone | Form::Zeroed | Form::Styled => None,
            Form::Listed | Form::Bare | Form::Text | Form::Letter => None,
        });
        if form == Form::Bare && !may_be_bare(&line[rest..]) || target.is_none() && number.is_none() {
            return None;
        }
        Some(Heading { target, form, number, rest })
    }

    /// Returns the label of a part that stands next, its length with what is around it, and how it is written.
    fn label(&self, text: &str, key: &Key, named: bool) -> Option<(String, usize, Form)> {
        let tries = [
            (&IN_BRACKETS, Form::Lettered),
            (&PART, Form::Lettered),
            (&HALF_BRACKET, Form::Lettered),
            (&CLOSE, Form::Adjacent),
            (&LAST, Form::Adjacent),
        ];
        tries.into_iter().find_map(|(pattern, form)| {
            let found = pattern.captures(text)?;
            let label = found.get(1)?;
            let name = label.as_str().to_lowercase();
            let known = self.has_below(&[key.as_slice(), std::slice::from_ref(&name)].concat());
            // A part that the paper does not have is only believed where nothing but a part can be meant.
            let clear = LABEL.is_match(&name) && (named || std::ptr::eq(pattern, &IN_BRACKETS));
            if !known && !clear {
                return None;
            }
            let length = match form {
                Form::Lettered if !std::ptr::eq(pattern, &PART) => found.get(0)?.end(),
                _ => label.end(),
            };
            Some((name, length, form))
        })
    }
}

/// Returns whether what follows a number joins it to another: `Questions 1 and 2`.
fn joins(rest: &str) -> bool {
    static JOINS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:and|or|to)\s+\(?[\da-z]\b"));
    JOINS.is_match(rest)
}

/// Returns whether text behind a number with nothing between them could be an answer's beginning: `2 The …`, but not
/// `2 million` nor `2 March`.
fn may_be_bare(rest: &str) -> bool {
    let word: String = rest.chars().take_while(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
    rest.chars().next().is_some_and(|c| c.is_uppercase() || matches!(c, '"' | '“' | '‘'))
        && !MONTHS.iter().any(|month| word.starts_with(month))
}

/// Returns what a line says if it begins with the letter of a part.
fn letter(shown: &Shown, line: &str) -> Option<Heading> {
    let found = LETTER.captures(&shown.text).or_else(|| SMALL_LETTER.captures(&shown.text))?;
    let label = found.iter().skip(1).flatten().next()?.as_str().to_lowercase();
    if shown.bulleted || !LABEL.is_match(&label) {
        return None;
    }
    let mut at = found.get(0)?.end();
    at += BREAK.find(&shown.text[at..]).map_or(0, |found| found.end());
    at += MARKS.find(&shown.text[at..]).map_or(0, |found| found.end());
    at += shown.text[at..].len() - shown.text[at..].trim_start().len();
    Some(Heading { target: Some(Target::Letter(label)), form: Form::Letter, number: None, rest: shown.original(at, line) })
}

/// The beginning of a line without Markdown's marks, and where its bytes stand in the line.
struct Shown {
    text: String,
    offsets: Vec<usize>,
    end: usize,
    styled: bool,
    bulleted: bool,
}

impl Shown {
    fn of(line: &str) -> Shown {
        // A heading is not longer; a paragraph need not be copied.
        const LONGEST: usize = 160;
        let body = line.trim_start();
        let mut start = line.len() - body.len();
        let mut shown = Shown { text: String::new(), offsets: Vec::new(), end: 0, styled: false, bulleted: false };
        let hashes = body.trim_start_matches(['#', '>']);
        if hashes.len() < body.len() && hashes.starts_with([' ', '\t']) {
            shown.styled = body.starts_with('#');
            start = line.len() - hashes.trim_start().len();
        }
        let bullet = ["- ", "* ", "+ ", "• ", "· ", "– "].iter().find(|bullet| line[start..].starts_with(**bullet));
        if let Some(bullet) = bullet {
            shown.bulleted = true;
            start += bullet.len();
        }
        for (at, c) in line[start..].char_indices().take(LONGEST) {
            shown.end = start + at + c.len_utf8();
            if matches!(c, '*' | '_' | '~' | '`') || (c.is_whitespace() && shown.text.is_empty()) {
                continue;
            }
            // Unbreakable and other odd spaces are spaces.
            let c = if c.is_whitespace() { ' ' } else { c };
            shown.text.push(c);
            shown.offsets.resize(shown.text.len(), start + at);
        }
        shown
    }

    /// Returns the place in the line of a byte of the text.
    fn original(&self, at: usize, line: &str) -> usize {
        let place = self.offsets.get(at).copied().unwrap_or(self.end);
        let before = line[..place].trim_end_matches(['*', '_', '~', '`']);
        // Marks behind a space open just before the text and are the text's; others close the heading.
        match at < self.text.len() && before.ends_with(char::is_whitespace) {
            true => before.len(),
            false => place,
        }
    }
}
